#include "guard/conversation.hpp"

#include "guard/joined_text.hpp"
#include "guard/scan_stage.hpp"
#include "match/combined.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace stoplog::guard {
namespace {

using messages = std::vector<judged_text*>;

// By role, in the order of the document.
std::vector<messages> by_role(const json::document& in, std::vector<judged_text>& judged, const policy::compiled_policy& policy) {
  std::map<role, messages> all;
  for (judged_text& t : judged) {
    if (!t.field.is_key && !t.field.encoded && combines_messages(policy, t.field.where)) all[t.field.where.role].push_back(&t);
  }
  std::vector<messages> several;
  for (auto& [role, texts] : all) {
    if (texts.size() < 2) continue;
    std::sort(texts.begin(), texts.end(), [&in](const judged_text* a, const judged_text* b) { return in[a->field.node].begin < in[b->field.node].begin; });
    several.push_back(std::move(texts));
  }
  return several;
}

// A mark for each message with all before it.
std::vector<judged_texts::mark> chain_of(const json::document& in, const messages& texts, const judged_texts& known, std::string_view digest) {
  std::vector<judged_texts::mark> chain;
  judged_texts::mark before{};
  std::string link;
  for (const judged_text* t : texts) {
    const auto own = known.mark_of(current(in, *t), t->field.where, judged_texts::form::whole, digest);
    link.clear();
    for (const auto number : {before[0], before[1], own[0], own[1]}) link.append(reinterpret_cast<const char*>(&number), sizeof number);
    before = known.mark_of(link, t->field.where, judged_texts::form::conversation, digest);
    chain.push_back(before);
  }
  return chain;
}

// How many of the first messages are known to combine to nothing.
std::size_t known_prefix(const std::vector<judged_texts::mark>& chain, judged_texts& known) {
  for (std::size_t count = chain.size(); count != 0; --count) {
    if (known.contain(chain[count - 1])) return count;
  }
  return 0;
}

// The messages from number `first` on, and what of those before may still combine
// with them.
joined_text tail_of(const json::document& in, const messages& texts, std::size_t first, std::uint64_t within) {
  std::size_t from = first;
  std::size_t skipped = 0;
  for (std::uint64_t there = 0; from != 0 && there < within;) {
    const std::string_view text = current(in, *texts[--from]);
    const std::uint64_t wanted = within - there;
    skipped = text.size() > wanted ? text.size() - wanted : 0;
    while (skipped != 0 && (static_cast<unsigned char>(text[skipped]) & 0xC0U) == 0x80) --skipped;
    there += text.size() - skipped + 1;
  }
  joined_text joined;
  for (std::size_t i = from; i < texts.size(); ++i) joined.add(in, *texts[i], "\n", i == from && from < first ? skipped : 0);
  return joined;
}

// All rules but those that combine, and those that are muted anyhow.
std::shared_ptr<const match::muted_rules> others_muted(const policy::compiled_policy& policy) {
  const match::database& rules = *policy.database();
  const auto before = policy.muted(direction::request);
  auto muted = before == nullptr ? std::make_shared<match::muted_rules>(rules.size()) : std::make_shared<match::muted_rules>(*before);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules.rule(i).match.combines()) (*muted)[i] = true;
  }
  return muted;
}

// That in which a span ends.
const joined_text::piece& piece_at(const joined_text& text, std::uint64_t end) {
  return *std::find_if(text.pieces.begin(), text.pieces.end() - 1, [end](const joined_text::piece& p) { return end <= p.where.end; });
}

// Parts of one message were judged together already.
bool crosses_messages(const joined_text& text, match::text_span where) {
  if (!text.crosses(where)) return false;
  const dialect::lane first = piece_at(text, where.begin + 1).of->field.lane;
  return first == dialect::no_lane || first != piece_at(text, where.end).of->field.lane;
}

class conversation_judge {
 public:
  conversation_judge(const json::document& in, const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into)
      : in_(in), policy_(policy), known_(known), into_(into), muted_(others_muted(*policy)) {}

  result<bool> judge(const messages& texts) {
    const surface where = texts.front()->field.where;
    std::vector<judged_texts::mark> chain;
    if (known_ != nullptr) chain = chain_of(in_, texts, *known_, policy_->digest());
    const std::size_t first = known_ != nullptr ? known_prefix(chain, *known_) : 0;
    if (first == texts.size()) return false;
    joined_text text = tail_of(in_, texts, first, match::combined_within(*policy_->database(), where));
    if (text.pieces.size() < 2) return note(chain, false);
    scan_stage stage(policy_, where, muted_);
    const auto step = stage.feed(text.text, true);
    if (!step) {
      if (policy_->when_unjudged(where) == policy::on_error::allow) return false;
      return fail(errc::evaluation_failed, "a rule could not be evaluated");
    }
    const bool blocked = step->verdict == verdict::block;
    const bool found = tell(stage, text, blocked);
    if (blocked) return true;
    std::vector<match::finding> crossing;
    for (const match::finding& f : stage.all()) {
      if (combines(f.rule) && crosses_messages(text, f.where)) crossing.push_back(f);
    }
    text.redact(in_, crossing, *policy_);
    return note(chain, found);
  }

 private:
  bool combines(std::uint32_t rule) const { return policy_->database()->rule(rule).match.combines(); }

  // What is wholly in one message was told of that message. Of a rule that guards
  // the tail no more than the tail is known: it is told of once. True: there was
  // something.
  bool tell(scan_stage& stage, const joined_text& text, bool blocked) {
    bool any = false;
    for (policy::finding& f : stage.take_found()) {
      if (!combines(f.rule)) continue;
      any = true;
      // The record says of the message that completes it what of it stands there.
      const joined_text::piece& last = piece_at(text, f.span.end);
      f.path = in_.path(last.of->field.node);
      const auto same = [&f](const policy::finding& other) { return other.rule == f.rule && other.path == f.path; };
      const auto& before = into_.decision.findings;
      const bool tail = policy_->database()->rule(f.rule).match.guards_tail;
      const bool is_new = tail ? std::none_of(before.begin(), before.end(), same) : crosses_messages(text, f.span);
      if (!is_new && !(blocked && f.enforced == verdict::block)) continue;
      f.span.begin = std::max(f.span.begin, last.where.begin) - last.where.begin + last.skipped;
      f.span.end = f.span.end - last.where.begin + last.skipped;
      into_.decision.add(std::move(f), *policy_);
    }
    return any;
  }

  bool note(const std::vector<judged_texts::mark>& chain, bool found) {
    if (!found && !chain.empty()) known_->add(chain.back());
    return false;
  }

  const json::document& in_;
  const std::shared_ptr<const policy::compiled_policy>& policy_;
  judged_texts* known_;
  report& into_;
  std::shared_ptr<const match::muted_rules> muted_;
};

}  // namespace

bool combines_messages(const policy::compiled_policy& policy, surface where) {
  const bool is_message = where.direction == direction::request && where.role != role::none && where.channel == channel::content;
  return is_message && match::combined_within(*policy.database(), where) != 0;
}

result<bool> judge_conversation(const json::document& in, std::vector<judged_text>& judged,
                                const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into) {
  const std::vector<messages> all = by_role(in, judged, *policy);
  if (all.empty()) return false;
  conversation_judge judge(in, policy, known, into);
  for (const messages& texts : all) {
    const auto blocked = judge.judge(texts);
    if (!blocked || *blocked) return blocked;
  }
  return false;
}

}  // namespace stoplog::guard
