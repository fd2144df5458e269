// How the objects of a file are described and read. For every kind of object
// there is one table of its keys; the loader and the reference of keys both
// come from it, so they cannot drift.
#pragma once

#include "config/read_file.hpp"
#include "config/yaml_reader.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::config {

// Where a file's values are being read: takes the problems.
class reading {
 public:
  // With `substitutions`, `${...}` means something in this file: it is refused
  // wherever it is not allowed. `files` must outlive this.
  reading(std::string file, problems& found, const file_reader& files, bool substitutions = false);

  const std::string& file() const noexcept { return file_; }
  const std::filesystem::path& folder() const noexcept { return folder_; }  // relative paths start here
  bool substitutions() const noexcept { return substitutions_; }

  // A file that this one names; nothing as of read_file.
  std::optional<std::string> read_beside(const std::filesystem::path& relative, std::size_t bytes_max = file_bytes_max) const {
    return files_(folder_ / relative, bytes_max);
  }

  stoplog::place place(const node& n) const { return {file_, n.at.line, n.at.column}; }

  void error(const node& n, const char* code, std::string message);
  void warning(const node& n, const char* code, std::string message);
  std::size_t errors() const noexcept { return errors_; }  // told so far

 private:
  std::string file_;
  std::filesystem::path folder_;
  problems& found_;
  const file_reader& files_;
  bool substitutions_;
  std::size_t errors_ = 0;
};

enum class need : std::uint8_t { optional, required };

// One key of an object that becomes a T. Without `read` the key is part of the
// design but not of this version: it is refused with that sentence.
template <class T>
struct key {
  std::string_view name;
  config::need need = need::optional;
  std::string_view type;   // "text", "a list of lines": one of the phrases that cli/schema.cpp knows
  std::string_view about;  // one sentence
  void (*read)(const node& value, T& into, reading& in) = nullptr;
  std::string_view holds = {};  // the object_reference of the group, or of the list's groups
};

template <class T>
constexpr key<T> not_yet(std::string_view name) {
  return {name, need::optional, {}, {}, nullptr, {}};
}

// The same, without the reader.
struct key_reference {
  std::string_view name;
  bool required;
  bool supported;
  std::string_view type;
  std::string_view about;
  std::string_view holds;
};

struct object_reference {
  std::string_view name;  // "RulePack", "a rule", "a route"
  std::vector<key_reference> keys;
};

template <class T, std::size_t N>
std::vector<key_reference> reference_of(const key<T> (&keys)[N]) {
  std::vector<key_reference> all;
  for (const auto& k : keys) all.push_back({k.name, k.need == need::required, k.read != nullptr, k.type, k.about, k.holds});
  return all;
}

// Tells what is wrong with the keys themselves: unknown, missing, not
// supported yet. False if `n` is no map.
bool check_keys(const node& n, std::span<const key_reference> known, reading& in);

// Reads the keys in the order of the table, not of the file.
template <class T, std::size_t N>
bool read_object(const node& n, T& into, const key<T> (&keys)[N], reading& in) {
  if (!check_keys(n, reference_of(keys), in)) return false;
  for (const auto& k : keys) {
    if (k.read == nullptr) continue;
    if (const node* value = n.find(k.name)) k.read(*value, into, in);
  }
  return true;
}

bool is_map(const node& n, reading& in);
bool is_list(const node& n, reading& in);  // and not an empty one

// A list of whatever `read` takes: one value is made for each item.
template <class T>
void read_list(const node& n, std::vector<T>& into, reading& in, void (*read)(const node&, T&, reading&)) {
  if (!is_list(n, in)) return;
  for (const node& item : n.items) {
    T value{};
    read(item, value, in);
    into.push_back(std::move(value));
  }
}

}  // namespace stoplog::config
