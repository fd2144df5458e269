// YAML files -> values. One loader serves the server and every CLI verb: what
// `check` accepts, `serve` accepts.
#pragma once

#include "base/place.hpp"
#include "config/settings.hpp"
#include "policy/policy.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stoplog::config {

// What was read, by the name that problems carry: so that the line of a problem
// can be shown. Settings are never kept: they may hold secrets.
using source_texts = std::map<std::string, std::string, std::less<>>;

struct documents {
  std::vector<policy::pack> packs;
  std::vector<policy::policy> policies;
  std::vector<settings> settings_files;
  source_texts texts;
};

// Reads files and folders (every *.yaml and *.yml below, sorted by name).
// Every problem of every file is added to `found`; what could be read is
// returned all the same, so that one call reports everything.
documents load(std::span<const std::filesystem::path> paths, problems& found);

// The same for one text; `file` is the name that problems carry.
documents load_text(std::string_view yaml, const std::string& file, problems& found);

// The settings of one file, substitutions done, paths made relative to it.
std::optional<settings> load_settings(const std::filesystem::path& file, problems& found);

}  // namespace stoplog::config
