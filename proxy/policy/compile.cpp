#include "policy/compiled.hpp"
#include "match/program.hpp"
#include "policy/digest.hpp"
#include "policy/inherit.hpp"
#include "policy/resolve.hpp"
#include "policy/spec.hpp"
#include "policy/tell_once.hpp"
#include "policy/weakening.hpp"

#include <algorithm>
#include <map>
#include <set>
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

// Of a template there may be several versions, as of a pack.
void check_policies(std::span<const policy> policies, problems& found) {
  std::map<std::pair<std::string_view, std::string_view>, const policy*> seen;
  const policy* fallback = nullptr;
  for (const policy& p : policies) {
    const std::string_view version = p.is_template ? std::string_view(p.version) : std::string_view();
    const auto [first, is_new] = seen.emplace(std::pair(std::string_view(p.name), version), &p);
    if (!is_new) {
      tell(found, problem::level::error, p.place, "E407",
           "policy \"" + p.name + "\" is also in " + first->second->place.file + "; rename one");
    }
    if (!p.applies_to.empty() || p.is_template) continue;
    if (fallback != nullptr) {
      tell(found, problem::level::error, p.place, "E406",
           "policy \"" + fallback->name + "\" is the fallback already; say applies_to in one of the two");
    }
    fallback = &p;
  }
}

// What several policies use is made once.
void make_ready(std::span<pack> packs, std::span<const policy> policies) {
  std::map<std::string_view, int> users;
  for (const policy& p : policies) {
    for (const pack_use& use : p.use) ++users[use.pack];
  }
  for (pack& p : packs) {
    if (users[p.name] < 2) continue;
    for (match::part* part : parts_to_make_ready({&p, 1})) part->ready = match::make_program(part->regex, part->view);
  }
}

active_rule activate(const resolved_rule& r) {
  return {r.rule->id,   r.rule->title,    r.pack->name,   r.pack->version, r.rule->severity,
          r.rule->category, r.rule->action, r.mode, r.percent, r.rule->message, r.rule->place};
}

void warn_of(const policy& p, const resolved_policy& resolved, problems& found) {
  bool any = false;
  for (const resolved_rule& r : resolved.rules) {
    any = any || r.mode != mode::off;
    if (r.mode < mode::canary || r.rule->notes.status == status::stable) continue;
    tell(found, problem::level::warning, p.place, "W311",
         "rule " + r.rule->id + " is enforced and its author calls it " + std::string(to_string(r.rule->notes.status)));
  }
  const bool base_missing = p.use.empty();  // told already
  if (!any && resolved.complete && !base_missing) tell(found, problem::level::warning, p.place, "W312", "no rule of this policy runs");
}

std::string digest_of(const policy& p, const resolved_policy& resolved) {
  std::string text = "policy " + p.digest + '\n';
  for (const pack* used : resolved.packs) text += "pack " + used->name + ' ' + used->version + ' ' + used->digest + '\n';
  for (const resolved_rule& r : resolved.rules) {
    text += "rule " + r.rule->id + ' ' + std::string(to_string(r.mode)) + ' ' + std::to_string(r.percent) + '\n';
  }
  return sha256_digest(text);
}

}  // namespace

void policy_set::add(policy source, problems& found) {
  const resolved_policy resolved = resolve(source, packs_, found);
  warn_of(source, resolved, found);
  auto all = std::make_shared<compiled_policy::contents>(key_);
  std::vector<rule_to_compile> specs;
  for (const resolved_rule& r : resolved.rules) {
    if (r.mode == mode::off || (r.rule->match.parts.empty() && r.rule->signals.empty())) continue;
    if (r.mode == mode::canary) all->canaries.push_back(static_cast<std::uint32_t>(specs.size()));
    all->rules.push_back(activate(r));
    specs.push_back({r.rule, r.mode, r.percent});
  }
  for (std::uint32_t i = 0; i < source.exceptions.size(); ++i) {
    const auto& excused = source.exceptions[i].rules;
    for (std::uint32_t rule = 0; rule < all->rules.size(); ++rule) {
      const bool takes = std::find(excused.begin(), excused.end(), all->rules[rule].id) != excused.end();
      if (takes) all->excepted.push_back({rule, i});
    }
  }
  all->database = compile_rules(specs, specs, found, key_);
  for (const pack* used : resolved.packs) all->packs.push_back(used->name + '@' + used->version);
  all->digest = digest_of(source, resolved);
  all->bundle = bundle_;
  all->source = std::move(source);
  digest_ += all->source.name + ' ' + all->digest + '\n';
  std::shared_ptr<const compiled_policy> one(new compiled_policy(std::move(all)));
  if (one->source().applies_to.empty()) fallback_ = one;
  policies_.push_back(std::move(one));
}

std::shared_ptr<const policy_set> policy_set::compile(std::vector<pack> packs, std::vector<policy> policies,
                                                      std::string_view fingerprint_key, problems& found,
                                                      std::string_view bundle) {
  expects(fingerprint_key.size() >= fingerprint_key_bytes_min, "a fingerprint key shorter than 16 bytes");
  const std::size_t before = found.size();
  std::shared_ptr<policy_set> set(new policy_set(fingerprint_key));
  set->packs_ = std::move(packs);
  set->bundle_ = bundle;
  check_packs(set->packs_, found);
  make_ready(set->packs_, policies);
  check_policies(policies, found);
  std::sort(policies.begin(), policies.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (inherited& one : inherit(std::move(policies), found)) {
    if (one.base) check_not_weaker(one.merged, *one.base, set->packs_, found);
    if (!one.merged.is_template) set->add(std::move(one.merged), found);
  }
  set->digest_ = sha256_digest(set->digest_);
  tell_once(found);  // two policies that use one pack find the same faults in it
  const bool failed = std::any_of(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
                                  [](const problem& p) { return p.severity == problem::level::error; });
  return failed ? nullptr : set;
}

}  // namespace stoplog::policy
