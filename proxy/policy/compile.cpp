#include "policy/compiled.hpp"
#include "policy/digest.hpp"
#include "policy/resolve.hpp"
#include "policy/spec.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace stoplog::policy {
namespace {

constexpr std::size_t fingerprint_key_bytes_min = 16;

void tell(problems& found, problem::level level, const stoplog::place& where, const char* code, std::string message) {
  found.push_back({level, code, std::move(message), where});
}

void check_packs(std::span<const pack> packs, problems& found) {
  std::map<std::pair<std::string_view, std::string_view>, const pack*> seen;
  for (const pack& p : packs) {
    const auto [first, is_new] = seen.emplace(std::pair<std::string_view, std::string_view>(p.name, p.version), &p);
    if (is_new) continue;
    tell(found, problem::level::error, p.place, "E408",
         "pack \"" + p.name + "\" " + p.version + " is also in " + first->second->place.file + "; raise the version of one");
  }
}

void check_policies(std::span<const policy> policies, problems& found) {
  std::map<std::string_view, const policy*> seen;
  const policy* fallback = nullptr;
  for (const policy& p : policies) {
    const auto [first, is_new] = seen.emplace(p.name, &p);
    if (!is_new) {
      tell(found, problem::level::error, p.place, "E407",
           "policy \"" + p.name + "\" is also in " + first->second->place.file + "; rename one");
    }
    if (!p.applies_to.empty()) continue;
    if (fallback != nullptr) {
      tell(found, problem::level::error, p.place, "E406",
           "policy \"" + fallback->name + "\" is the fallback already; say applies_to in one of the two");
    }
    fallback = &p;
  }
}

active_rule activate(const resolved_rule& r) {
  return {r.rule->id,   r.rule->title,    r.pack->name,   r.pack->version, r.rule->severity,
          r.rule->category, r.rule->action, r.mode, r.rule->message, r.rule->place};
}

void warn_of(const policy& p, const resolved_policy& resolved, problems& found) {
  bool any = false;
  for (const resolved_rule& r : resolved.rules) {
    any = any || r.mode != mode::off;
    if (r.mode != mode::enforce || r.rule->notes.status == status::stable) continue;
    tell(found, problem::level::warning, p.place, "W311",
         "rule " + r.rule->id + " is enforced and its author calls it " + std::string(to_string(r.rule->notes.status)));
  }
  if (!any && resolved.complete) tell(found, problem::level::warning, p.place, "W312", "no rule of this policy runs");
}

std::string digest_of(const policy& p, const resolved_policy& resolved) {
  std::string text = "policy " + p.digest + '\n';
  for (const pack* used : resolved.packs) text += "pack " + used->name + ' ' + used->version + ' ' + used->digest + '\n';
  for (const resolved_rule& r : resolved.rules) text += "rule " + r.rule->id + ' ' + std::string(to_string(r.mode)) + '\n';
  return sha256_digest(text);
}

// Two policies that use one pack find the same faults in it.
void drop_repeats(problems& found, std::size_t from) {
  const auto same = [](const problem& a, const problem& b) {
    return a.code == b.code && a.message == b.message && a.place.file == b.place.file && a.place.line == b.place.line &&
           a.place.column == b.place.column;
  };
  problems kept(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(from));
  for (std::size_t i = from; i < found.size(); ++i) {
    if (std::none_of(kept.begin(), kept.end(), [&](const auto& k) { return same(k, found[i]); })) kept.push_back(found[i]);
  }
  found = std::move(kept);
}

}  // namespace

std::shared_ptr<const policy_set> policy_set::compile(std::vector<pack> packs, std::vector<policy> policies,
                                                      std::string_view fingerprint_key, problems& found) {
  expects(fingerprint_key.size() >= fingerprint_key_bytes_min, "a fingerprint key shorter than 16 bytes");
  const std::size_t before = found.size();
  std::shared_ptr<policy_set> set(new policy_set);
  set->packs_ = std::move(packs);
  check_packs(set->packs_, found);
  check_policies(policies, found);
  std::sort(policies.begin(), policies.end(), [](const auto& a, const auto& b) { return a.name < b.name; });

  std::string digests;
  for (policy& source : policies) {
    const resolved_policy resolved = resolve(source, set->packs_, found);
    warn_of(source, resolved, found);
    std::shared_ptr<compiled_policy> one(new compiled_policy);
    std::vector<rule_to_compile> specs;
    for (const resolved_rule& r : resolved.rules) {
      if (r.mode == mode::off || (r.rule->match.parts.empty() && r.rule->signals.empty())) continue;
      one->rules_.push_back(activate(r));
      specs.push_back({r.rule, r.mode});
    }
    one->database_ = compile_rules(specs, specs, found, fingerprint_key);
    one->digest_ = digest_of(source, resolved);
    one->key_ = fingerprint_key;
    one->source_ = std::move(source);
    digests += one->source_.name + ' ' + one->digest_ + '\n';
    if (one->source_.applies_to.empty()) set->fallback_ = one;
    set->policies_.push_back(std::move(one));
  }
  set->digest_ = sha256_digest(digests);
  drop_repeats(found, before);
  const bool failed = std::any_of(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
                                  [](const problem& p) { return p.severity == problem::level::error; });
  return failed ? nullptr : set;
}

}  // namespace stoplog::policy
