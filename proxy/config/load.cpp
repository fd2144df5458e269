#include "config/load.hpp"

#include "config/load_file.hpp"
#include "config/read_file.hpp"
#include "config/scalars.hpp"

#include <algorithm>
#include <set>

namespace stoplog::config {
namespace {

enum class document_kind : std::uint8_t { pack, policy, settings };

constexpr word<document_kind> kind_words[] = {
    {"RulePack", document_kind::pack}, {"Policy", document_kind::policy}, {"Settings", document_kind::settings}};
constexpr word<bool> version_words[] = {{"stoplog/v1", true}};

bool is_yaml(const std::filesystem::path& file) { return file.extension() == ".yaml" || file.extension() == ".yml"; }

void tell(problems& found, const std::filesystem::path& file, std::string message) {
  found.push_back({problem::level::error, "E100", std::move(message), {file.string(), 0, 0}});
}

// Every YAML file below a folder. What begins with a dot is passed over: such
// folders hold copies (.git, the hidden links of mounted configuration).
void add_folder(const std::filesystem::path& folder, std::vector<std::filesystem::path>& files, problems& found) {
  std::error_code failed;
  std::filesystem::recursive_directory_iterator at(folder, failed);
  std::vector<std::filesystem::path> here;
  for (; !failed && at != std::filesystem::recursive_directory_iterator(); at.increment(failed)) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden) {
      at.disable_recursion_pending();
    } else if (is_yaml(at->path()) && !at->is_directory()) {
      here.push_back(at->path());
    }
  }
  if (failed) return tell(found, folder, "the folder cannot be read");
  std::sort(here.begin(), here.end());
  if (here.empty()) return tell(found, folder, "no *.yaml or *.yml file in this folder");
  files.insert(files.end(), here.begin(), here.end());
}

std::vector<std::filesystem::path> files_of(std::span<const std::filesystem::path> paths, problems& found) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
      add_folder(path, files, found);
    } else {
      files.push_back(path);
    }
  }
  std::set<std::filesystem::path> seen;
  std::erase_if(files, [&](const auto& file) {
    std::error_code ignored;
    return !seen.insert(std::filesystem::weakly_canonical(file, ignored)).second;
  });
  return files;
}

// Fills `kind`; false if the file is none of ours.
bool read_kind(const node& root, document_kind& kind, reading& in) {
  if (!is_map(root, in)) return false;
  bool known_version = false;
  if (const node* version = root.find("apiVersion")) read_word(*version, version_words, known_version, in);
  const node* name = root.find("kind");
  if (name == nullptr) {
    in.error(root, "E106", "key \"kind\" is missing here: RulePack, Policy or Settings");
    return false;
  }
  const std::size_t errors = in.errors();
  read_word(*name, kind_words, kind, in);
  return in.errors() == errors;
}

void load_into(documents& into, std::string_view yaml, const std::string& file, problems& found) {
  const auto root = read_yaml(yaml, file, found);
  if (!root) return;
  document_kind kind{};
  reading in(file, found);
  if (!read_kind(*root, kind, in)) return;
  switch (kind) {
    case document_kind::pack: return load_pack(*root, yaml, into, in);
    case document_kind::policy: return load_policy(*root, yaml, into, in);
    case document_kind::settings: {
      reading with_substitutions(file, found, true);
      return load_settings_document(*root, into, with_substitutions);
    }
  }
}

// Problems are found table by table; people read files from top to bottom.
void sort_by_place(problems& found, std::size_t from) {
  std::stable_sort(found.begin() + static_cast<std::ptrdiff_t>(from), found.end(), [](const problem& a, const problem& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
}

// Also of a file that is not YAML, as long as it says so in a line of its own.
bool may_be_shown(std::string_view yaml) {
  for (const std::string_view kind : {"kind: RulePack", "kind: Policy"}) {
    const std::size_t at = yaml.find(kind);
    if (at == 0 || (at != std::string_view::npos && yaml[at - 1] == '\n')) return true;
  }
  return false;
}

void load_one(documents& into, std::string_view yaml, const std::string& file, problems& found) {
  const std::size_t before = found.size();
  if (may_be_shown(yaml)) into.texts.emplace(file, yaml);
  load_into(into, yaml, file, found);
  sort_by_place(found, before);
}

}  // namespace

documents load(std::span<const std::filesystem::path> paths, problems& found) {
  documents all;
  for (const auto& file : files_of(paths, found)) {
    if (const auto text = read_file(file, file_bytes_max + 1)) {
      load_one(all, *text, file.string(), found);
    } else {
      tell(found, file, "the file does not exist, cannot be read, or is larger than 8 MiB");
    }
  }
  return all;
}

documents load_text(std::string_view yaml, const std::string& file, problems& found) {
  documents all;
  load_one(all, yaml, file, found);
  return all;
}

std::optional<settings> load_settings(const std::filesystem::path& file, problems& found) {
  problems here;
  const std::filesystem::path paths[] = {file};
  documents read = load(paths, here);
  if (!has_errors(here) && read.settings_files.empty()) {
    here.push_back({problem::level::error, "E110", "settings belong here (kind: Settings)", {file.string(), 1, 1}});
  }
  const bool good = !has_errors(here);
  found.insert(found.end(), here.begin(), here.end());
  if (!good) return std::nullopt;
  return std::move(read.settings_files.front());
}

}  // namespace stoplog::config
