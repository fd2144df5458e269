#include "guard/joined_parts.hpp"

#include "guard/joined_text.hpp"
#include "guard/scan_stage.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace stoplog::guard {
namespace {

// Readers put parts together with nothing or with white space between them.
constexpr std::string_view separators[] = {"", " "};

}  // namespace

result<bool> judge_joined(const json::document& in, const std::vector<judged_text*>& parts,
                          const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into) {
  for (const std::string_view separator : separators) {
    joined_text text;
    for (judged_text* part : parts) text.add(in, *part, separator);
    const surface where = parts.front()->field.where;
    std::optional<judged_texts::mark> mark;
    if (known != nullptr) mark = known->mark_of(text.text, where, judged_texts::form::joined, policy->digest());
    if (mark && known->contain(*mark)) continue;
    scan_stage stage(policy, where);
    const auto step = stage.feed(text.text, true);
    if (!step) {
      if (policy->when_unjudged(parts.front()->field.where) == policy::on_error::allow) return false;
      return fail(errc::evaluation_failed, "a rule could not be evaluated");
    }
    const bool blocked = step->verdict == verdict::block;
    for (policy::finding& f : stage.take_found()) {
      const bool decides = blocked && f.enforced == verdict::block;
      const auto same = [&f](const policy::finding& other) { return other.rule == f.rule && other.fingerprint == f.fingerprint; };
      const auto& before = into.decision.findings;
      if (!decides && (!text.crosses(f.span) || std::any_of(before.begin(), before.end(), same))) continue;
      f.path = in.path(in[in[parts.front()->field.node].parent].parent);
      into.decision.add(std::move(f), *policy);
    }
    if (blocked) return true;
    if (mark && stage.all().empty()) known->add(*mark);
    std::vector<match::finding> crossing;
    for (const match::finding& f : stage.all()) {
      if (text.crosses(f.where)) crossing.push_back(f);
    }
    text.redact(in, crossing, *policy);
  }
  return false;
}

result<bool> judge_messages(const json::document& in, std::vector<judged_text>& judged,
                            const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into) {
  // Parts of one message that others stand between are still its parts.
  const auto message = [](const judged_text& t) { return std::tuple(t.field.lane, t.field.where.role, t.field.where.channel); };
  std::stable_sort(judged.begin(), judged.end(), [&](const judged_text& a, const judged_text& b) { return message(a) < message(b); });
  bool any = false;
  for (std::size_t i = 0; i < judged.size();) {
    std::vector<judged_text*> parts;
    bool blocked_before = false;
    for (const auto first = message(judged[i]); i < judged.size() && message(judged[i]) == first; ++i) {
      parts.push_back(&judged[i]);
      blocked_before = blocked_before || judged[i].blocked;
    }
    if (parts.front()->field.lane == dialect::no_lane || parts.size() < 2 || blocked_before) continue;
    const auto blocked = judge_joined(in, parts, policy, known, into);
    if (!blocked) return blocked;
    any = any || *blocked;
    for (judged_text* part : parts) part->blocked = *blocked;
  }
  return any;
}

}  // namespace stoplog::guard
