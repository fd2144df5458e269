#include "packs.hpp"

#include "match/stream.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

using namespace test;

std::shared_ptr<const policy_set> compile(std::vector<pack> packs, std::vector<policy> policies, problems& found) {
  return policy_set::compile(std::move(packs), std::move(policies), key, found);
}

std::vector<pack> two_rules() {
  return {make_pack("p", "1.4.0", {make_rule("A-1", action::block, "\\bforbidden\\b"), make_rule("A-2", action::redact, "\\bsecret\\b", 20)})};
}

struct refused {
  const char* name;
  std::vector<pack> packs;
  std::vector<policy> policies;
  std::string line;
};

policy overriding(std::vector<rule_override> changes, pack_use used) {
  policy p = make_policy("x", {std::move(used)});
  p.overrides = std::move(changes);
  return p;
}

TEST(policy_compile, refuses_what_does_not_fit_together) {
  const auto rule = make_rule("A-1", action::block, "\\bforbidden\\b");
  policy for_some = make_policy("y", {use("p", "~1.4")});
  for_some.applies_to.push_back({{"chat"}, {}, {}, {}, {}});
  const refused cases[] = {
      {"unknown pack", two_rules(), {make_policy("x", {use("q", "")})},
       "policy.yaml:5:5: error[E402]: there is no pack \"q\"\n"},
      {"slip in a pack's name", {make_pack("malware", "1.0.0", {rule})}, {make_policy("x", {use("malwer", "")})},
       "policy.yaml:5:5: error[E402]: there is no pack \"malwer\"; did you mean \"malware\"?\n"},
      {"no such version", two_rules(), {make_policy("x", {use("p", "~1.5")})},
       "policy.yaml:5:5: error[E403]: no version of pack \"p\" is ~1.5; there is 1.4.0\n"},
      {"unpinned and enforced", two_rules(), {make_policy("x", {use("p", "", mode::enforce)})},
       "policy.yaml:5:5: error[E405]: this pack is enforced, so pack \"p\" needs a version: say version: ~1.4, or mode: shadow\n"},
      {"unpinned and overridden", two_rules(), {overriding({change("A-2", mode::enforce)}, use("p", ""))},
       "policy.yaml:9:5: error[E405]: rule A-2 is enforced, so pack \"p\" needs a version: say version: ~1.4, or mode: shadow\n"},
      {"unknown rule", two_rules(), {overriding({change("A-3", mode::off)}, use("p", "~1.4"))},
       "policy.yaml:9:5: error[E404]: no rule of the packs that this policy uses is called A-3; did you mean \"A-1\"?\n"},
      {"overridden twice", two_rules(), {overriding({change("A-1", mode::off), change("A-1", mode::shadow)}, use("p", "~1.4"))},
       "policy.yaml:9:5: error[E410]: rule A-1 is overridden twice; the first is in line 9\n"},
      {"used twice", two_rules(), {make_policy("x", {use("p", "~1.4"), use("p", "^1")})},
       "policy.yaml:5:5: error[E409]: pack \"p\" is used twice\n"},
      {"one rule in two packs", {make_pack("p", "1.0.0", {rule}), make_pack("q", "1.0.0", {make_rule("A-1", action::block, "x y z", 7)})},
       {make_policy("x", {use("p", "^1"), use("q", "^1")})},
       "pack.yaml:7:9: error[E401]: rule A-1 stands in pack \"p\" as well, and one policy uses both; rename one\n"},
      {"two fallbacks", two_rules(), {make_policy("x", {use("p", "^1")}), make_policy("y", {use("p", "^1")})},
       "y.yaml:1:1: error[E406]: policy \"x\" is the fallback already; say applies_to in one of the two\n"},
      {"one name twice", two_rules(), {for_some, make_policy("y", {use("p", "^1")})},
       "y.yaml:1:1: error[E407]: policy \"y\" is also in y.yaml; rename one\n"},
      {"one pack twice", {make_pack("p", "1.0.0", {rule}), make_pack("p", "1.0.0", {rule})}, {make_policy("x", {use("p", "^1")})},
       "p.yaml:1:1: error[E408]: pack \"p\" 1.0.0 is also in p.yaml; raise the version of one\n"},
      {"a pattern that RE2 refuses", {make_pack("p", "1.0.0", {make_rule("A-1", action::block, "a(")})}, {make_policy("x", {use("p", "^1")})},
       "pack.yaml:4:11: error[E2"},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ++ran;
    problems found;
    EXPECT_EQ(compile(c.packs, c.policies, found), nullptr);
    EXPECT_EQ(lines(found).substr(0, c.line.size()), c.line);
    EXPECT_EQ(found.size(), 1U) << lines(found);
  }
  EXPECT_EQ(ran, 13U);
}

TEST(policy_compile, tells_a_shared_fault_once) {
  policy other = make_policy("y", {use("p", "^1")});
  other.applies_to.push_back({{"chat"}, {}, {}, {}, {}});
  problems found;
  EXPECT_EQ(compile({make_pack("p", "1.0.0", {make_rule("A-1", action::block, "a(")})}, {make_policy("x", {use("p", "^1")}), other}, found), nullptr);
  EXPECT_EQ(found.size(), 1U) << lines(found);
}

TEST(policy_compile, tells_the_problems_of_all_policies) {
  policy other = make_policy("y", {use("r", "^1")});
  other.applies_to.push_back({{"chat"}, {}, {}, {}, {}});
  problems found;
  EXPECT_EQ(compile(two_rules(), {make_policy("x", {use("q", "^1")}), other}, found), nullptr);
  EXPECT_EQ(found.size(), 2U) << lines(found);
}

TEST(policy_compile, takes_the_latest_version_that_fits) {
  const auto rule = make_rule("A-1", action::block, "\\bforbidden\\b");
  const std::vector<pack> packs{make_pack("p", "1.4.0", {rule}), make_pack("p", "1.4.9", {rule}), make_pack("p", "1.4.10", {rule}),
                                make_pack("p", "1.5.0", {rule}), make_pack("p", "2.0.0", {rule})};
  const std::pair<const char*, const char*> cases[] = {
      {"~1.4", "1.4.10"}, {"1.4.0", "1.4.0"}, {"^1", "1.5.0"}, {"", "2.0.0"}, {"~1.4.9", "1.4.10"}};
  std::size_t ran = 0;
  for (const auto& [asked, taken] : cases) {
    ++ran;
    problems found;
    const auto set = compile(packs, {make_policy("x", {use("p", asked)})}, found);
    ASSERT_NE(set, nullptr) << asked << lines(found);
    EXPECT_EQ(set->policies()[0]->rules()[0].pack_version, taken) << asked;
  }
  EXPECT_EQ(ran, 5U);
}

verdict verdict_of(const compiled_policy& p, std::string_view text) {
  match::stream s(p.database(), {direction::request, role::user, channel::content});
  const auto step = s.feed(text, true);
  EXPECT_TRUE(step.has_value());
  return step ? step->verdict : verdict::block;
}

TEST(policy_compile, gives_each_rule_what_its_mode_allows) {
  struct {
    mode of_pack;
    std::optional<mode> of_rule;
    std::size_t running;
    verdict expected;
    std::size_t found;
  } const cases[] = {
      {mode::enforce, {}, 2, verdict::block, 0},        {mode::shadow, {}, 2, verdict::allow, 0},
      {mode::off, {}, 0, verdict::allow, 1},            {mode::enforce, mode::shadow, 2, verdict::allow, 0},
      {mode::shadow, mode::enforce, 2, verdict::block, 0}, {mode::enforce, mode::off, 1, verdict::allow, 0},
      {mode::off, mode::enforce, 1, verdict::block, 0},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(ran++);
    policy p = make_policy("x", {use("p", "~1.4", c.of_pack)});
    if (c.of_rule) p.overrides.push_back(change("A-1", *c.of_rule));
    problems found;
    const auto set = compile(two_rules(), {p}, found);
    ASSERT_NE(set, nullptr) << lines(found);
    EXPECT_EQ(found.size(), c.found) << lines(found);
    const auto& one = *set->policies()[0];
    EXPECT_EQ(one.rules().size(), c.running);
    EXPECT_EQ(one.database()->size(), c.running);
    EXPECT_EQ(verdict_of(one, "this is forbidden here"), c.expected);
  }
  EXPECT_EQ(ran, 7U);
}

TEST(policy_compile, leaves_out_rules_that_are_too_strict) {
  auto packs = two_rules();
  packs[0].rules[1].strictness = 3;
  for (std::uint32_t asked = 1; asked <= 4; ++asked) {
    policy p = make_policy("x", {use("p", "~1.4")});
    p.use[0].strictness = asked;
    problems found;
    EXPECT_EQ(compile(packs, {p}, found)->policies()[0]->rules().size(), asked < 3 ? 1U : 2U);
  }
  policy named = overriding({change("A-2", mode::shadow)}, use("p", "~1.4"));
  problems found;
  EXPECT_EQ(compile(packs, {named}, found)->policies()[0]->rules().size(), 2U);
}

TEST(policy_compile, warns_of_a_rule_whose_author_does_not_trust_it) {
  auto packs = two_rules();
  packs[0].rules[0].notes.status = status::experimental;
  problems found;
  EXPECT_NE(compile(packs, {make_policy("x", {use("p", "~1.4", mode::enforce)})}, found), nullptr);
  EXPECT_EQ(lines(found), "x.yaml:1:1: warning[W311]: rule A-1 is enforced and its author calls it experimental\n");
}

rule counting(std::string id, action what, std::vector<std::string> signals, std::uint32_t count) {
  rule r = make_rule(std::move(id), what, "x", 30);
  r.match.parts.clear();
  r.match.how = match::expression::combine::at_least;
  r.match.count = count;
  r.match.within = 100;
  r.signals = std::move(signals);
  return r;
}

// Two packs, for signals may stand in another one.
std::vector<pack> with_signals(rule counts) {
  rule hurry = make_rule("S-1", action::signal, "\\burgent\\b");
  hurry.match.parts.push_back({.regex = "\\bat once\\b"});
  hurry.part_places.push_back(hurry.part_places.front());
  return {make_pack("p", "1.4.0", {hurry, make_rule("S-2", action::signal, "\\bgift cards?\\b", 10), make_rule("A-1", action::block, "never")}),
          make_pack("q", "1.0.0", {std::move(counts)})};
}

policy use_both(std::vector<rule_override> changes = {}) {
  policy p = make_policy("x", {use("p", "~1.4", mode::enforce), use("q", "~1.0", mode::enforce)});
  p.overrides = std::move(changes);
  return p;
}

match::step step_of(const policy_set& set, std::string_view text, std::size_t& findings) {
  match::stream s(set.policies()[0]->database(), {direction::response, role::assistant, channel::content});
  const match::step done = s.feed(text, true).value();
  findings = s.findings().size();
  return done;
}

TEST(policy_compile, counts_signals_in_rules_that_name_them) {
  problems found;
  const auto set = compile(with_signals(counting("C-1", action::block, {"S-1", "S-2"}, 2)), {use_both()}, found);
  ASSERT_NE(set, nullptr) << lines(found);
  std::size_t findings = 0;
  EXPECT_EQ(step_of(*set, "urgent, do it at once", findings).verdict, verdict::allow);
  EXPECT_EQ(findings, 2U) << "signals are recorded";
  const match::step blocked = step_of(*set, "urgent: buy gift cards.", findings);
  EXPECT_EQ(blocked.verdict, verdict::block);
  EXPECT_EQ(blocked.release_upto, 12U) << "only the last signal is guarded";
  const auto masking = compile(with_signals(counting("C-1", action::redact, {"S-1", "S-2"}, 2)), {use_both()}, found);
  ASSERT_NE(masking, nullptr) << lines(found);
  match::stream s(masking->policies()[0]->database(), {direction::response, role::assistant, channel::content});
  EXPECT_EQ(s.feed("so urgent: buy gift cards.", true)->released, "so [REDACTED].");
}

rule_override in_canary(std::string rule, std::uint32_t percent) {
  rule_override made = change(std::move(rule), mode::canary);
  made.percent = percent;
  return made;
}

TEST(policy_compile, refuses_signals_that_cannot_count) {
  struct wrong {
    std::vector<std::string> signals;
    std::vector<rule_override> changes;
    std::string line;
  };
  const wrong cases[] = {
      {{"S-1", "S-3"}, {}, "pack.yaml:30:9: error[E411]: rule C-1: no rule that runs here is called S-3; did you mean \"S-1\"?\n"},
      {{"S-1", "S-2"}, {change("S-2", mode::off)}, "pack.yaml:30:9: error[E411]: rule C-1: no rule that runs here is called S-2; did you mean \"S-1\"?\n"},
      {{"S-1", "A-1"}, {}, "pack.yaml:30:9: error[E412]: rule C-1: A-1 is no signal: its action is block\n"},
      {{"S-1", "S-2"}, {change("S-2", mode::shadow)},
       "pack.yaml:30:9: error[E413]: rule C-1 counts 2 of its signals and 1 of them run in enforce; give them its mode\n"},
      {{"S-1", "S-2"}, {in_canary("C-1", 10), in_canary("S-2", 5)},
       "pack.yaml:30:9: error[E413]: rule C-1 counts 2 of its signals and 1 of them run in canary; give them its mode\n"},
  };
  std::size_t ran = 0;
  for (const wrong& c : cases) {
    problems found;
    EXPECT_EQ(compile(with_signals(counting("C-1", action::block, c.signals, 2)), {use_both(c.changes)}, found), nullptr);
    EXPECT_EQ(lines(found), c.line);
    ++ran;
  }
  EXPECT_EQ(ran, 5U);
  auto packs = with_signals(counting("C-1", action::block, {"S-1", "S-2"}, 2));
  packs[0].rules[1].surfaces.directions = 1U << static_cast<unsigned>(direction::request);
  problems found;
  EXPECT_EQ(compile(packs, {use_both()}, found), nullptr);
  EXPECT_NE(lines(found).find("error[E414]: rule C-1: its signal S-2 does not look everywhere"), std::string::npos) << lines(found);
}

TEST(policy_compile, keeps_what_a_record_says_of_a_rule) {
  auto packs = two_rules();
  packs[0].rules[0].message = "No.";
  problems found;
  policy p = make_policy("x", {use("p", "~1.4", mode::enforce)});
  const auto plain = compile(packs, {p}, found);
  p.message = "Ask us.";
  const auto with_message = compile(packs, {p}, found);
  const auto& one = *plain->policies()[0];
  EXPECT_EQ(one.rules()[0].id, "A-1");
  EXPECT_EQ(one.rules()[0].pack, "p");
  EXPECT_EQ(one.rules()[0].mode, mode::enforce);
  EXPECT_EQ(one.message_for(0), "No.");
  EXPECT_EQ(with_message->policies()[0]->message_for(1), "Ask us.");
  const auto fallback = one.message_for(1);
  EXPECT_FALSE(fallback.empty());
  EXPECT_EQ(fallback.find("A-2"), std::string_view::npos);
  EXPECT_THROW(one.message_for(2), contract_violation);
}

TEST(policy_compile, digests_what_decides) {
  const auto digest_of = [](std::vector<pack> packs, policy p) {
    problems found;
    return compile(std::move(packs), {std::move(p)}, found)->digest();
  };
  const policy base = make_policy("x", {use("p", "~1.4", mode::enforce)});
  const std::string first = digest_of(two_rules(), base);
  EXPECT_EQ(first.size(), 7U + 64U);
  EXPECT_EQ(first, digest_of(two_rules(), base));
  auto newer = two_rules();
  newer[0].digest = "sha256:other";
  EXPECT_NE(first, digest_of(newer, base));
  policy edited = base;
  edited.digest = "sha256:other";
  EXPECT_NE(first, digest_of(two_rules(), edited));
  policy changed = base;
  changed.overrides.push_back(change("A-1", mode::shadow));
  EXPECT_NE(first, digest_of(two_rules(), changed));
  // A pack that the policy does not use changes nothing.
  auto more = two_rules();
  more.push_back(make_pack("q", "1.0.0", {make_rule("B-1", action::block, "other")}));
  EXPECT_EQ(first, digest_of(more, base));
}

TEST(policy_compile, keys_its_fingerprints) {
  problems found;
  const auto one = policy_set::compile(two_rules(), {make_policy("x", {use("p", "~1.4")})}, "0123456789abcdef", found);
  const auto other = policy_set::compile(two_rules(), {make_policy("x", {use("p", "~1.4")})}, "fedcba9876543210", found);
  const std::string print = one->policies()[0]->fingerprint("text");
  // HMAC-SHA256 of "text" under that key, by another implementation.
  EXPECT_EQ(print, "200cdab236595e602ee98295737072d0");
  EXPECT_EQ(print, one->policies()[0]->fingerprint("text"));
  EXPECT_NE(print, one->policies()[0]->fingerprint("texts"));
  EXPECT_NE(print, other->policies()[0]->fingerprint("text"));
  EXPECT_THROW(policy_set::compile({}, {}, "short", found), contract_violation);
}

}  // namespace
}  // namespace stoplog::policy
