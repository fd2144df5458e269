#include "config/descriptor.hpp"

#include "config/reference.hpp"
#include "policy/did_you_mean.hpp"

#include <algorithm>

namespace stoplog::config {
namespace {

std::string_view called(const node& n) {
  switch (n.what) {
    case node::kind::null: return "nothing";
    case node::kind::scalar: return "a single value";
    case node::kind::list: return "a list";
    case node::kind::map: return "a group of keys";
    case node::kind::broken: return "something unreadable";
  }
  return "something else";
}

// `; it belongs to "use"`: of a key that only other groups have.
std::string where_else(std::string_view key) {
  std::string groups;
  std::size_t count = 0;
  for (const auto& object : every_reference()) {
    const bool has = std::any_of(object.keys.begin(), object.keys.end(), [&](const auto& k) { return k.supported && k.name == key; });
    if (!has) continue;
    groups += (groups.empty() ? "" : ", ") + std::string(object.name);
    ++count;
  }
  constexpr std::size_t groups_max = 4;  // beyond, it says nothing
  return groups.empty() || count > groups_max ? "" : "; it belongs to: " + groups;
}

void check_key(const node& name, std::span<const key_reference> known, reading& in) {
  const auto match = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.name == name.text; });
  if (match == known.end()) {
    std::vector<std::string_view> names;
    for (const auto& k : known) {
      if (k.supported) names.push_back(k.name);
    }
    std::string hint = policy::did_you_mean(name.text, names);
    if (hint.empty()) hint = where_else(name.text);
    in.error(name, "E104", "unknown key \"" + name.text + "\"" + hint);
  } else if (!match->supported) {
    in.error(name, "E107", "\"" + name.text + "\" is not supported yet; leave it out");
  }
}

}  // namespace

reading::reading(std::string file, problems& found, const file_reader& files, bool substitutions)
    : file_(std::move(file)),
      folder_(std::filesystem::path(file_).parent_path()),
      found_(found),
      files_(files),
      substitutions_(substitutions) {}

void reading::error(const node& n, const char* code, std::string message) {
  ++errors_;
  if (n.what == node::kind::broken) return;
  found_.push_back({problem::level::error, code, std::move(message), place(n)});
}

void reading::warning(const node& n, const char* code, std::string message) {
  found_.push_back({problem::level::warning, code, std::move(message), place(n)});
}

bool check_keys(const node& n, std::span<const key_reference> known, reading& in) {
  if (!is_map(n, in)) return false;
  for (const node& name : n.keys) check_key(name, known, in);
  for (const auto& k : known) {
    if (k.required && n.find(k.name) == nullptr) {
      in.error(n, "E106", "key \"" + std::string(k.name) + "\" is missing here");
    }
  }
  return true;
}

bool is_map(const node& n, reading& in) {
  if (n.what == node::kind::map) return true;
  in.error(n, "E108", "a group of keys (key: value) belongs here, not " + std::string(called(n)));
  return false;
}

bool is_list(const node& n, reading& in) {
  if (n.what != node::kind::list) {
    in.error(n, "E108", "a list ([a, b] or lines with \"- \") belongs here, not " + std::string(called(n)));
    return false;
  }
  if (n.items.empty()) {
    in.error(n, "E109", "an empty list; fill it or leave its key out");
    return false;
  }
  return true;
}

}  // namespace stoplog::config
