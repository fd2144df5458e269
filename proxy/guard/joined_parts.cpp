#include "guard/joined_parts.hpp"

#include "guard/encoded_runs.hpp"
#include "guard/joined_text.hpp"
#include "guard/scan_stage.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace stoplog::guard {
namespace {

// Readers put parts together with nothing or with white space between them.
constexpr std::string_view separators[] = {"", " "};

// A finding in the joined text is told if it decides, or if no part had it alone: what
// is encoded may stand in one part and be read by the one before it.
class teller {
 public:
  teller(const json::document& in, const joined_text& text, const policy::compiled_policy& policy, report& into)
      : in_(in), text_(text), policy_(policy), into_(into) {}

  void tell(policy::finding f, bool blocked, bool encoded = false) {
    const bool decides = blocked && f.enforced == verdict::block;
    const auto same = [&f](const policy::finding& other) { return other.rule == f.rule && other.fingerprint == f.fingerprint; };
    const auto& before = into_.decision.findings;
    if (!decides && ((!encoded && !text_.crosses(f.span)) || std::any_of(before.begin(), before.end(), same))) return;
    f.path = in_.path(in_[in_[text_.pieces.front().of->field.node].parent].parent) + f.path;
    into_.decision.add(std::move(f), policy_);
  }

 private:
  const json::document& in_;
  const joined_text& text_;
  const policy::compiled_policy& policy_;
  report& into_;
};

result<bool> unjudged(const policy::compiled_policy& policy, surface where) {
  if (policy.when_unjudged(where) == policy::on_error::allow) return false;
  return fail(errc::evaluation_failed, "a rule could not be evaluated");
}

// Whether what is encoded may go over a border.
bool runs_on(const joined_text& text) {
  const auto encodes = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("+/=-_%\r\n").find(c) != std::string_view::npos;
  };
  return std::any_of(text.pieces.begin(), text.pieces.end(), [&](const joined_text::piece& p) {
    const std::size_t at = p.where.begin;
    return at != 0 && at < text.text.size() && encodes(text.text[at - 1]) && encodes(text.text[at]);
  });
}

// What is encoded over borders of parts, as it would be read in one text.
result<bool> judge_encoded(const json::document& in, const std::vector<judged_text*>& parts,
                           const std::shared_ptr<const policy::compiled_policy>& policy, report& into) {
  joined_text text;
  for (judged_text* part : parts) text.add(in, *part, {});
  if (policy->rules().empty() || !runs_on(text)) return false;
  const surface where = parts.front()->field.where;
  encoded_runs runs(policy, where);
  teller told(in, text, *policy, into);
  std::string_view rest = text.text;
  for (bool more = true; more;) {
    const auto taken = runs.feed(rest, true);
    if (!taken) return unjudged(*policy, where);
    rest.remove_prefix(*taken);
    more = runs.found_any() || !rest.empty();
    for (policy::finding& f : runs.take_found()) told.tell(std::move(f), runs.blocked(), true);
    if (runs.blocked()) return true;
  }
  text.mask(in, runs.masks(0));
  return false;
}

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
    if (!step) return unjudged(*policy, where);
    const bool blocked = step->verdict == verdict::block;
    teller told(in, text, *policy, into);
    for (policy::finding& f : stage.take_found()) told.tell(std::move(f), blocked);
    if (blocked) return true;
    if (mark && stage.all().empty()) known->add(*mark);
    std::vector<match::finding> crossing;
    for (const match::finding& f : stage.all()) {
      if (text.crosses(f.where)) crossing.push_back(f);
    }
    text.redact(in, crossing, *policy);
  }
  return judge_encoded(in, parts, policy, into);
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
