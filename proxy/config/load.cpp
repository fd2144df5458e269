#include "config/load.hpp"

#include "config/load_file.hpp"
#include "config/read_file.hpp"
#include "config/scalars.hpp"

#include <algorithm>
#include <fstream>
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

void load_into(documents& into, std::string_view yaml, const std::string& file, problems& found, const file_reader& files) {
  const auto root = read_yaml(yaml, file, found);
  if (!root) return;
  document_kind kind{};
  reading in(file, found, files);
  if (!read_kind(*root, kind, in)) return;
  switch (kind) {
    case document_kind::pack: return load_pack(*root, yaml, into, in);
    case document_kind::policy: return load_policy(*root, yaml, into, in);
    case document_kind::settings: {
      reading with_substitutions(file, found, files, true);
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

void load_one(documents& into, std::string_view yaml, const std::string& file, problems& found, const file_reader& files) {
  const std::size_t before = found.size();
  if (may_be_shown(yaml)) into.texts.emplace(file, yaml);
  load_into(into, yaml, file, found, files);
  sort_by_place(found, before);
}

// `file` names the bundle; its files are named as if it were a folder.
void load_bundle(documents& into, std::string_view bytes, const std::string& file, problems& found) {
  std::string why;
  auto read = read_bundle(bytes, why);
  if (!read) {
    found.push_back({problem::level::error, "E601", "the bundle is not used: " + why, {file, 0, 0}});
    return;
  }
  const std::string prefix = file + '/';
  const file_reader inside = [&](const std::filesystem::path& path, std::size_t bytes_max) -> std::optional<std::string> {
    const std::string name = path.lexically_normal().string();
    const auto* found_file = name.starts_with(prefix) ? read->find(std::string_view(name).substr(prefix.size())) : nullptr;
    if (found_file == nullptr || found_file->bytes.size() > bytes_max) return std::nullopt;
    return found_file->bytes;
  };
  for (const auto& each : read->files) {
    if (!is_yaml(each.path)) continue;
    const std::size_t settings_before = into.settings_files.size();
    load_one(into, each.bytes, prefix + each.path, found, inside);
    if (into.settings_files.size() == settings_before) continue;
    into.settings_files.pop_back();
    found.push_back({problem::level::error, "E603", "settings do not belong into a bundle", {prefix + each.path, 1, 1}});
  }
  read->files.clear();
  into.bundles.push_back({file, std::move(*read)});
}

bool is_bundle_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string begin(16, '\0');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return looks_like_bundle(begin);
}

std::vector<ed25519_key> keys_of(const settings& from, problems& found) {
  std::vector<ed25519_key> keys;
  for (const auto& path : from.bundle->public_keys) {
    const auto pem = read_file(path, 64 * 1024);
    const auto key = pem ? ed25519_key::from_pem(*pem) : std::nullopt;
    if (key && !key->can_sign()) {
      keys.push_back(*key);
    } else {
      found.push_back({problem::level::error, "E604", "no public Ed25519 key can be read from it (openssl pkey -pubout)", {path.string(), 0, 0}});
    }
  }
  return keys;
}

}  // namespace

documents load(std::span<const std::filesystem::path> paths, problems& found, const file_reader& files) {
  documents all;
  for (const auto& file : files_of(paths, found)) {
    const bool bundled = is_bundle_file(file);
    const auto text = bundled ? read_file(file, bundle_bytes_max + 1) : files(file, file_bytes_max + 1);
    if (text && bundled) {
      load_bundle(all, *text, file.string(), found);
    } else if (text) {
      load_one(all, *text, file.string(), found, files);
    } else {
      tell(found, file, "the file does not exist, cannot be read, or is larger than 8 MiB");
    }
  }
  return all;
}

documents load_text(std::string_view text, const std::string& file, problems& found) {
  documents all;
  if (looks_like_bundle(text)) {
    load_bundle(all, text, file, found);
  } else {
    load_one(all, text, file, found, read_file);
  }
  return all;
}

std::vector<std::filesystem::path> policy_paths(const settings& from) {
  if (from.bundle) return {from.bundle->file};
  return {from.policies, from.rules};
}

void check_signatures(const settings& from, const documents& read, problems& found) {
  if (!from.bundle || from.bundle->public_keys.empty()) return;
  const auto keys = keys_of(from, found);
  std::error_code ignored;
  const auto file = std::filesystem::weakly_canonical(from.bundle->file, ignored);
  for (const auto& b : read.bundles) {
    if (std::filesystem::weakly_canonical(b.file, ignored) != file || is_signed_by(b.head, keys)) continue;
    found.push_back({problem::level::error, "E602",
                     b.head.signature ? "the bundle is signed by none of the settings' public_keys, or was changed since" : "the bundle is not signed, and the settings ask for it",
                     {b.file, 0, 0}});
  }
}

documents load_policies_of(const settings& from, problems& found) {
  documents all = load(policy_paths(from), found);
  if (from.bundle && all.bundles.empty() && !has_errors(found)) {
    found.push_back({problem::level::error, "E601", "the bundle is not used: it is no bundle", {from.bundle->file.string(), 0, 0}});
  }
  check_signatures(from, all, found);
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
