#include "config/load_file.hpp"
#include "config/pack_draft.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "policy/digest.hpp"

#include <string>
#include <unordered_map>

namespace stoplog::config {
namespace {

constexpr key<policy::pack> metadata_keys[] = {
    {"name", need::required, "a name", "What policies call this pack.",
     [](const node& n, policy::pack& into, reading& in) { read_name(n, into.name, in); }},
    {"version", need::required, "a version, like 1.4.0", "Raise it with every change.",
     [](const node& n, policy::pack& into, reading& in) { read_version(n, into.version, in); }},
    {"owner", need::optional, "one line", "Who answers for it.",
     [](const node& n, policy::pack& into, reading& in) { read_line(n, into.owner, in); }},
    {"license", need::optional, "one line", "Under which terms it may be passed on.",
     [](const node& n, policy::pack& into, reading& in) { read_line(n, into.license, in); }},
    {"description", need::optional, "text", "What it is for.",
     [](const node& n, policy::pack& into, reading& in) { read_text(n, into.description, in); }},
};

void read_rules(const node& n, pack_draft& into, reading& in) {
  if (!is_list(n, in)) return;
  std::unordered_map<std::string, std::uint32_t> lines;  // of the rules' ids
  for (const node& item : n.items) {
    rule_draft rule;
    rule.pack = &into;
    read_rule(item, rule, in);
    if (rule.value.id.empty()) continue;
    const auto [first, is_new] = lines.emplace(rule.value.id, rule.value.place.line);
    if (!is_new) {
      in.error(*item.find("id"), "E401", "rule " + rule.value.id + " stands twice; the first is in line " + std::to_string(first->second));
      continue;
    }
    into.value.rules.push_back(std::move(rule.value));
  }
}

// Rules come last: they use what lists and fragments define.
constexpr key<pack_draft> pack_keys[] = {
    {"apiVersion", need::required, "stoplog/v1", "The language of the file.", [](const node&, pack_draft&, reading&) {}},
    {"kind", need::required, "RulePack", "What the file is.", [](const node&, pack_draft&, reading&) {}},
    {"metadata", need::required, "keys: name, version, owner, license, description", "What the pack is called.",
     [](const node& n, pack_draft& into, reading& in) { read_object(n, into.value, metadata_keys, in); }, "RulePack metadata"},
    {"lists", need::optional, "names of lists", "Each a list of words, or a group of keys that says more: {kind: hosts, file: hosts.txt}.", read_lists, "a list"},
    {"fragments", need::optional, "names of fragments", "Pieces of patterns; a regex uses one as {{name}}.", read_fragments},
    {"rules", need::required, "a list of rules", "The rules.", read_rules, "a rule"},
};

}  // namespace

void load_pack(const node& root, std::string_view bytes, documents& into, reading& in) {
  pack_draft draft;
  draft.value.place = in.place(root);
  read_object(root, draft, pack_keys, in);
  if (draft.value.name.empty()) return;
  draft.value.digest = policy::sha256_digest(bytes);
  if (!draft.list_digests.empty()) {
    draft.value.digest = policy::sha256_digest(draft.value.digest + '\n' + draft.list_digests);
  }
  into.packs.push_back(std::move(draft.value));
}

std::vector<object_reference> pack_reference() {
  return {{"RulePack", reference_of(pack_keys)}, {"RulePack metadata", reference_of(metadata_keys)}};
}

}  // namespace stoplog::config
