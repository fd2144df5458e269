#include "config/load_file.hpp"
#include "config/read_policy.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "policy/digest.hpp"

namespace stoplog::config {
namespace {

constexpr key<policy::policy> metadata_keys[] = {
    {"name", need::required, "a name", "What records call this policy.",
     [](const node& n, policy::policy& into, reading& in) { read_name(n, into.name, in); }},
    {"version", need::required, "a version, like 2026.11.2", "Raise it with every change.",
     [](const node& n, policy::policy& into, reading& in) { read_version(n, into.version, in); }},
    {"owner", need::optional, "one line", "Who answers for it.",
     [](const node& n, policy::policy& into, reading& in) { read_line(n, into.owner, in); }},
    {"description", need::optional, "text", "What it is for.",
     [](const node& n, policy::policy& into, reading& in) { read_text(n, into.description, in); }},
};

// name, name@~1.4
void read_extends(const node& n, policy::policy& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  node name = n, version = n;
  const std::size_t at = text->find('@');
  name.text = text->substr(0, at);
  into.extends.place = in.place(n);
  if (at != std::string::npos) {
    version.text = text->substr(at + 1);
    read_constraint(version, into.extends.version, in);
  }
  read_name(name, into.extends.name, in);
}

constexpr key<policy::policy> policy_keys[] = {
    {"apiVersion", need::required, "stoplog/v1", "The language of the file.", [](const node&, policy::policy&, reading&) {}},
    {"kind", need::required, "Policy", "What the file is.", [](const node&, policy::policy&, reading&) {}},
    {"metadata", need::required, "keys: name, version, owner, description", "What the policy is called.",
     [](const node& n, policy::policy& into, reading& in) { read_object(n, into, metadata_keys, in); }, "Policy metadata"},
    {"template", need::optional, "true or false", "true: it applies to nobody; others extend it. Default: false.",
     [](const node& n, policy::policy& into, reading& in) { read_switch(n, into.is_template, in); }},
    {"extends", need::optional, "a policy to extend, like baseline@^2", "Whatever this policy does not say is that one's; at most three above one another. Weaker than it only by overrides with a reason.", read_extends},
    {"applies_to", need::optional, "a list of groups: routes, teams, keys, models, dialects", "Whom it is for: any entry of which all keys fit. Without it the policy is the fallback, for everything that no other takes.", read_selector_list, "applies_to"},
    {"defaults", need::optional, "keys: mode, on_error, opaque, unknown, stream, message, messages, blocked_request_status, canary_by", "What holds where nothing else is said.", read_defaults, "defaults"},
    {"use", need::optional, "a list of groups: pack, version, mode, percent, strictness, locked", "The packs. Needed, unless the policy extends another.", read_uses, "use"},
    {"overrides", need::optional, "a list of groups: rule, mode, percent, reason", "Single rules that get another mode than their pack.", read_overrides, "overrides"},
    {"exceptions", need::optional, "a list of groups: id, rules, when, reason, approved_by, expires", "What is excused, for whom, and until when: matches are recorded and do nothing.", read_exceptions, "exceptions"},
    {"capture", need::optional, "keys: default, on_match, context", "What the record keeps of the texts.", read_capture, "capture"},
    {"audit", need::optional, "keys: on_write_failure, retention", "What holds for the records.", read_audit, "audit"},
};

}  // namespace

void note_places(const node& n, const std::string& prefix, policy::policy& into, const reading& in) {
  if (n.what == node::kind::map) {
    for (std::size_t i = 0; i < n.keys.size(); ++i) note_places(n.items[i], prefix + '.' + n.keys[i].text, into, in);
  }
  into.said.emplace(prefix, in.place(n));
}

void load_policy(const node& root, std::string_view bytes, documents& into, reading& in) {
  policy::policy value;
  value.place = in.place(root);
  if (read_object(root, value, policy_keys, in) && root.find("use") == nullptr && root.find("extends") == nullptr) {
    in.error(root, "E106", "key \"use\" is missing here");
  }
  for (const char* group : {"defaults", "capture", "audit"}) {
    if (const node* said = root.find(group)) note_places(*said, group, value, in);
  }
  if (const node* whom = root.find("applies_to"); whom != nullptr && value.is_template) {
    in.error(*whom, "E117", "a template applies to nobody; leave applies_to or template out");
  }
  if (value.name.empty()) return;
  value.digest = policy::sha256_digest(bytes);
  into.policies.push_back(std::move(value));
}

std::vector<object_reference> policy_reference() {
  std::vector<object_reference> all{{"Policy", reference_of(policy_keys)}, {"Policy metadata", reference_of(metadata_keys)}};
  for (auto part : {use_reference(), values_reference(), exception_reference()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace stoplog::config
