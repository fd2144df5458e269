// YAML files -> values. One loader serves the server and every CLI verb: what
// `check` accepts, `serve` accepts.
#pragma once

#include "base/place.hpp"
#include "config/bundle.hpp"
#include "config/read_file.hpp"
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

// A bundle that was read: its files' bytes are gone, its digest and signature
// are here.
struct read_from {
  std::string file;
  bundle head;
};

struct documents {
  std::vector<policy::pack> packs;
  std::vector<policy::policy> policies;
  std::vector<settings> settings_files;
  source_texts texts;
  std::vector<read_from> bundles;
};

// Reads files, bundles and folders (every *.yaml and *.yml below, sorted by
// name). Every problem of every file is added to `found`; what could be read is
// returned all the same, so that one call reports everything. `files` reads
// them; bundles, and what settings name, are read from the disk.
documents load(std::span<const std::filesystem::path> paths, problems& found, const file_reader& files = read_file);

// The same for one text, YAML or a bundle; `file` is the name that problems carry.
documents load_text(std::string_view text, const std::string& file, problems& found);

// What `serve` loads at start and at every reload: the folders that the settings
// name, or their bundle, which must then be signed if they have keys (E602).
documents load_policies_of(const settings& from, problems& found);

// The signatures that the settings ask for, on documents read together with them.
void check_signatures(const settings& from, const documents& read, problems& found);

// The paths of load_policies_of.
std::vector<std::filesystem::path> policy_paths(const settings& from);

// The settings of one file, substitutions done, paths made relative to it.
std::optional<settings> load_settings(const std::filesystem::path& file, problems& found);

}  // namespace stoplog::config
