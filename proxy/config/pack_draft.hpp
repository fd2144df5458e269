// What a pack's file is read into before it is a pack.
#pragma once

#include "config/descriptor.hpp"
#include "match/host_list.hpp"
#include "policy/rule.hpp"

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace stoplog::config {

using word_set = std::unordered_set<std::string>;

// One of both; neither where it could not be read.
struct named_list {
  std::shared_ptr<const word_set> words;
  std::shared_ptr<const match::host_list> hosts;
};

struct pack_draft {
  policy::pack value;
  std::map<std::string, named_list, std::less<>> lists;
  std::map<std::string, std::string, std::less<>> fragments;
  std::string list_digests;  // of the files that lists were read from
};

// The rest of the pack, as far as its rules refer to it.
struct rule_draft {
  policy::rule value;
  const pack_draft* pack = nullptr;
};

// lists: {name: [word, ...]} or {name: {kind: hosts, file: hosts.txt}}
void read_lists(const node& n, pack_draft& into, reading& in);

// fragments: {name: 'regex'}
void read_fragments(const node& n, pack_draft& into, reading& in);

// `regex` with every {{name}} replaced by (?:the fragment).
void expand_fragments(const node& n, const pack_draft& pack, std::string& regex, reading& in);

void read_match(const node& n, rule_draft& into, reading& in);
void read_scope(const node& n, rule_draft& into, reading& in);
void read_rule_tests(const node& n, rule_draft& into, reading& in);
void read_rule(const node& n, rule_draft& into, reading& in);

}  // namespace stoplog::config
