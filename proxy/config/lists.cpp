// Lists of words and fragments of patterns, which rules refer to by name.
#include "config/pack_draft.hpp"
#include "config/read_file.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "config/utf8.hpp"
#include "policy/did_you_mean.hpp"
#include "policy/digest.hpp"

#include <algorithm>

namespace stoplog::config {
namespace {

// The matcher compares lists with single words of a text.
bool is_one_word(std::string_view entry) {
  return !entry.empty() && entry.find_first_of(" \t\r\n") == std::string_view::npos;
}

void add_entry(const node& n, std::string entry, const std::string& where, word_set& into, reading& in) {
  if (!is_one_word(entry)) return in.error(n, "E125", where + "an entry of a list is one word without spaces");
  if (!into.insert(std::move(entry)).second) in.error(n, "E118", where + "this entry stands in the list already");
}

void read_inline(const node& n, word_set& into, reading& in) {
  std::vector<std::string> entries;
  read_list(n, entries, in, read_line);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].empty()) add_entry(n.items[i], std::move(entries[i]), "", into, in);
  }
}

struct list_file {
  std::string path;
};

constexpr key<list_file> list_file_keys[] = {
    {"file", need::required, "a path, relative to the pack", "One entry a line; blank lines and lines that begin with # do not count.",
     [](const node& n, list_file& into, reading& in) { read_line(n, into.path, in); }},
};

// A pack may only name files beside or below it: it can come from elsewhere.
bool stays_below(const std::filesystem::path& path) {
  return path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
}

void read_from_file(const node& n, word_set& into, pack_draft& pack, reading& in) {
  list_file source;
  if (!read_object(n, source, list_file_keys, in) || source.path.empty()) return;
  const node& where = *n.find("file");
  if (!stays_below(source.path)) {
    return in.error(where, "E125", "a list's file is named by a path below the pack, without .. and not from the root");
  }
  const auto text = in.read_beside(source.path);
  if (!text) return in.error(where, "E125", "file \"" + source.path + "\" cannot be read");
  if (first_byte_not_text(*text)) return in.error(where, "E125", "file \"" + source.path + "\" is not a text in UTF-8");
  pack.list_digests += source.path + ' ' + policy::sha256_digest(*text) + '\n';
  std::size_t line_number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    ++line_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    add_entry(where, std::string(line), source.path + " line " + std::to_string(line_number) + ": ", into, in);
  }
  if (into.empty()) in.error(where, "E109", "file \"" + source.path + "\" has no entry");
}

bool is_fragment_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

void read_lists(const node& n, pack_draft& into, reading& in) {
  if (!is_map(n, in)) return;
  for (std::size_t i = 0; i < n.keys.size(); ++i) {
    std::string name;
    read_name(n.keys[i], name, in);
    auto words = std::make_shared<word_set>();
    if (n.items[i].what == node::kind::map) {
      read_from_file(n.items[i], *words, into, in);
    } else {
      read_inline(n.items[i], *words, in);
    }
    into.lists[n.keys[i].text] = std::move(words);
  }
}

void read_fragments(const node& n, pack_draft& into, reading& in) {
  if (!is_map(n, in)) return;
  for (std::size_t i = 0; i < n.keys.size(); ++i) {
    if (!is_fragment_name(n.keys[i].text)) {
      in.error(n.keys[i], "E115", "not a name of a fragment: lower-case letters, digits and _ only");
    }
    std::string regex;
    read_text(n.items[i], regex, in);
    if (regex.find('\n') != std::string::npos) in.error(n.items[i], "E115", "a fragment is one line");
    if (regex.find("{{") != std::string::npos) {
      in.error(n.items[i], "E130", "a fragment cannot use {{...}}; write the pattern out");
    }
    into.fragments[n.keys[i].text] = std::move(regex);
  }
}

void expand_fragments(const node& n, const pack_draft& pack, std::string& regex, reading& in) {
  std::string expanded;
  std::size_t at = 0;
  for (std::size_t open = regex.find("{{"); open != std::string::npos; open = regex.find("{{", at)) {
    const std::size_t close = regex.find("}}", open);
    const std::string name = regex.substr(open + 2, close == std::string::npos ? 0 : close - open - 2);
    if (!is_fragment_name(name)) {
      return in.error(n, "E130", "{{ begins the name of a fragment and ends with }}; for a brace write \\{");
    }
    const auto found = pack.fragments.find(name);
    if (found == pack.fragments.end()) {
      std::vector<std::string_view> names;
      for (const auto& [known, text] : pack.fragments) names.push_back(known);
      return in.error(n, "E130", "unknown fragment \"" + name + "\"" + policy::did_you_mean(name, names));
    }
    expanded += regex.substr(at, open - at) + "(?:" + found->second + ")";
    at = close + 2;
  }
  regex = expanded + regex.substr(at);
}

std::vector<object_reference> list_reference() { return {{"a list file", reference_of(list_file_keys)}}; }

}  // namespace stoplog::config
