// Lists of words and fragments of patterns, which rules refer to by name.
#include "config/host_name.hpp"
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

// Of one bad file a thousand problems help nobody.
constexpr std::size_t list_errors_max = 100;
constexpr std::size_t entries_max = 1'000'000;
constexpr std::size_t list_bytes_max = 64 * 1024 * 1024;

// A list on its way: words, or hosts in each of their spellings.
struct list_draft {
  std::string file;
  std::string kind;
  const node* entries = nullptr;
  std::shared_ptr<word_set> words = std::make_shared<word_set>();
  std::shared_ptr<match::host_list> hosts = std::make_shared<match::host_list>();
  std::size_t count = 0;

  bool of_hosts() const { return kind == "hosts"; }
};

// The matcher compares lists with single words of a text.
bool is_one_word(std::string_view entry) {
  return !entry.empty() && entry.find_first_of(" \t\r\n") == std::string_view::npos;
}

void add_host(const node& n, const std::string& entry, const std::string& where, list_draft& into, reading& in) {
  const auto spellings = spellings_of_host(entry);
  if (spellings.empty()) {
    return in.error(n, "E125", where + "an entry of a list of hosts is a host name, like evil.example, without scheme, path, port or *");
  }
  bool is_new = false;
  for (const auto& host : spellings) is_new = into.hosts->add(host) || is_new;
  if (!is_new) in.error(n, "E118", where + "this host stands in the list already");
}

// False: no more is to be read.
bool add_entry(const node& n, std::string entry, const std::string& where, list_draft& into, reading& in) {
  if (++into.count > entries_max) {
    in.error(n, "E125", where + "a list has at most a million entries");
    return false;
  }
  if (!is_one_word(entry)) {
    in.error(n, "E125", where + "an entry of a list is one word without spaces");
  } else if (into.of_hosts()) {
    add_host(n, entry, where, into, in);
  } else if (!into.words->insert(std::move(entry)).second) {
    in.error(n, "E118", where + "this entry stands in the list already");
  }
  return in.errors() < list_errors_max;
}

void read_inline(const node& n, list_draft& into, reading& in) {
  std::vector<std::string> entries;
  read_list(n, entries, in, read_line);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].empty() && !add_entry(n.items[i], std::move(entries[i]), "", into, in)) return;
  }
}

constexpr key<list_draft> list_keys[] = {
    {"kind", need::optional, "words or hosts", "hosts: entries are host names, and match with every host below them, however case, a dot at the end, or the spelling of other scripts. Default: words.",
     [](const node& n, list_draft& into, reading& in) {
       constexpr std::string_view kinds[] = {"words", "hosts"};
       const std::size_t at = read_choice(n, kinds, {}, in);
       if (at < 2) into.kind = kinds[at];
     }},
    {"entries", need::optional, "a list of lines", "The entries.", [](const node& n, list_draft& into, reading&) { into.entries = &n; }},
    {"file", need::optional, "a path, relative to the pack", "Instead of entries: one a line, up to a million; blank lines and lines that begin with # do not count.",
     [](const node& n, list_draft& into, reading& in) { read_line(n, into.file, in); }},
};

// A pack may only name files beside or below it: it can come from elsewhere.
bool stays_below(const std::filesystem::path& path) {
  return path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
}

void read_from_file(const node& where, list_draft& into, pack_draft& pack, reading& in) {
  if (!stays_below(into.file)) {
    return in.error(where, "E125", "a list's file is named by a path below the pack, without .. and not from the root");
  }
  const auto text = in.read_beside(into.file, list_bytes_max);
  if (!text) return in.error(where, "E125", "file \"" + into.file + "\" cannot be read, or is larger than 64 MiB");
  if (first_byte_not_text(*text)) return in.error(where, "E125", "file \"" + into.file + "\" is not a text in UTF-8");
  pack.list_digests += into.file + ' ' + policy::sha256_digest(*text) + '\n';
  std::size_t line_number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    ++line_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!add_entry(where, std::string(line), into.file + " line " + std::to_string(line_number) + ": ", into, in)) return;
  }
  if (into.count == 0) in.error(where, "E109", "file \"" + into.file + "\" has no entry");
}

void read_described(const node& n, list_draft& into, pack_draft& pack, reading& in) {
  if (!read_object(n, into, list_keys, in)) return;
  if ((n.find("file") != nullptr) == (n.find("entries") != nullptr)) {
    return in.error(n, "E117", "a list has exactly one of entries and file");
  }
  if (into.entries != nullptr) return read_inline(*into.entries, into, in);
  if (!into.file.empty()) read_from_file(*n.find("file"), into, pack, in);
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
    list_draft list;
    if (n.items[i].what == node::kind::map) {
      read_described(n.items[i], list, into, in);
    } else {
      read_inline(n.items[i], list, in);
    }
    named_list& made = into.lists[n.keys[i].text];
    if (list.of_hosts()) made.hosts = std::move(list.hosts);
    else made.words = std::move(list.words);
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

std::vector<object_reference> list_reference() { return {{"a list", reference_of(list_keys)}}; }

}  // namespace stoplog::config
