#include "match/stream.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace stoplog::match {
namespace {

const surface answer{direction::response, role::assistant, channel::content};

struct seen {
  std::string released;
  verdict decision = verdict::allow;
  std::vector<finding> found;
  friend bool operator==(const seen&, const seen&) = default;
};

std::shared_ptr<const database> compile(std::vector<rule_spec> rules) {
  auto made = database::compile(std::move(rules));
  auto* done = std::get_if<std::shared_ptr<const database>>(&made);
  EXPECT_NE(done, nullptr);
  return done == nullptr ? nullptr : *done;
}

rule_spec rule(std::string regex, verdict effect) {
  rule_spec r;
  r.match.parts.emplace_back().regex = std::move(regex);
  r.effect = effect;
  return r;
}

seen run(const std::shared_ptr<const database>& rules, std::shared_ptr<const muted_rules> muted, std::string_view text, std::size_t cut, std::size_t step) {
  stream s(rules, answer, std::move(muted));
  seen all;
  const auto feed = [&](std::string_view piece, bool end) {
    const auto done = s.feed(piece, end);
    ASSERT_TRUE(done);
    all.released += done->released;
    all.decision = done->verdict;
  };
  feed(text.substr(0, cut), false);
  for (std::size_t at = cut; at < text.size() && all.decision != verdict::block; at += step) feed(text.substr(at, step), false);
  if (all.decision != verdict::block) feed({}, true);
  all.found.assign(s.findings().begin(), s.findings().end());
  return all;
}

// Of a muted rule the matches are found, whatever else happens to the text; all
// other rules do what they do.
TEST(muted_rules, do_nothing_but_are_found_however_the_text_is_cut) {
  rule_spec combined = rule("\\bmake\\b", verdict::block);
  combined.match.how = expression::combine::all;
  combined.match.parts.emplace_back().regex = "\\bbomb\\b";
  combined.match.within = 40;
  rule_spec excusable = rule("\\bforb[a-z]{1,9} word\\b", verdict::block);
  excusable.match.unless.emplace_back().regex = "forbear";
  const auto rules = compile({rule("\\bforbidden\\b", verdict::block), rule("\\bsecret [0-9]{2}\\b", verdict::redact), combined, excusable,
                              rule("\\blast\\b", verdict::block)});
  const std::string text = "a forbidden word, a secret 12 and 345, secret 34; make a bomb and make another. forbearing word.";
  struct {
    muted_rules muted;
    std::string released;
    std::size_t found;
    verdict decision;
  } const cases[] = {
      {{true, true, true, true, false}, text, 6, verdict::allow},
      {{true, false, true, true, false}, "a forbidden word, a [REDACTED] and 345, [REDACTED]; make a bomb and make another. forbearing word.", 6, verdict::redact},
      {{false, true, true, true, false}, "a ", 1, verdict::block},
      {{true, true, false, true, false}, "a forbidden word, a secret 12 and 345, secret 34; ", 5, verdict::block},
      {{true, true, true, false, false}, "a ", 2, verdict::block},
  };
  std::size_t runs = 0;
  for (const auto& c : cases) {
    const auto muted = std::make_shared<muted_rules>(c.muted);
    const seen whole = run(rules, muted, text, text.size(), 1);
    EXPECT_EQ(whole.released, c.released);
    EXPECT_EQ(whole.decision, c.decision);
    EXPECT_EQ(whole.found.size(), c.found) << c.released;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      EXPECT_EQ(run(rules, muted, text, cut, 1), whole) << "cut at " << cut;
      EXPECT_EQ(run(rules, muted, text, cut, 1000), whole) << "cut at " << cut;
      runs += 2;
    }
  }
  EXPECT_EQ(runs, 5 * 2 * (text.size() + 1));
}

}  // namespace
}  // namespace stoplog::match
