#include "cli/sources.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>

namespace stoplog::cli {
namespace {

namespace fs = std::filesystem;

bool exists(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

void append(config::documents& all, config::documents more) {
  std::move(more.packs.begin(), more.packs.end(), std::back_inserter(all.packs));
  std::move(more.policies.begin(), more.policies.end(), std::back_inserter(all.policies));
  all.texts.merge(more.texts);
  std::move(more.bundles.begin(), more.bundles.end(), std::back_inserter(all.bundles));
  std::move(more.settings_files.begin(), more.settings_files.end(), std::back_inserter(all.settings_files));
}

// The paths that stand for files, checked; nothing after telling.
std::optional<std::vector<fs::path>> files_among(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const auto& path : paths) {
    if (path == "-") continue;
    if (!exists(path)) {
      std::cerr << "stoplog: " << path << " does not exist\n";
      return std::nullopt;
    }
    files.emplace_back(path);
  }
  if (!paths.empty()) return files;
  for (const char* usual : {"policies", "rules"}) {
    if (exists(usual)) files.emplace_back(usual);
  }
  if (!files.empty()) return files;
  std::cerr << "stoplog: there is no folder policies or rules here; name files or folders\n";
  return std::nullopt;
}

// Paths first named, then what settings among them point to.
void add_of_settings(const config::documents& read, std::vector<fs::path>& paths) {
  for (const auto& s : read.settings_files) {
    for (auto& path : config::policy_paths(s)) paths.push_back(std::move(path));
  }
}

}  // namespace

std::optional<config::documents> read_sources(const std::vector<std::string>& paths, problems& found) {
  auto files = files_among(paths);
  if (!files) return std::nullopt;
  config::documents all;
  if (!files->empty()) {
    problems first;
    all = config::load(*files, first);
    if (all.settings_files.empty()) {
      found.insert(found.end(), first.begin(), first.end());
    } else {
      // Read again with the rest, so that no file is read as two.
      add_of_settings(all, *files);
      all = config::load(*files, found);
      for (const auto& s : all.settings_files) config::check_signatures(s, all, found);
    }
  }
  if (std::find(paths.begin(), paths.end(), "-") != paths.end()) {
    const std::string text(std::istreambuf_iterator<char>(std::cin), {});
    append(all, config::load_text(text, "stdin", found));
  }
  return all;
}

}  // namespace stoplog::cli
