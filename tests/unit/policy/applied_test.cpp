#include "packs.hpp"

#include "policy/lint.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

using namespace test;
using namespace std::chrono_literals;

const wall_time end_of_year = std::chrono::sys_days(std::chrono::year(2027) / 1 / 1);

exception excuse(std::string id, std::vector<std::string> rules, wall_time until = end_of_year) {
  exception x;
  x.id = std::move(id);
  x.rules = std::move(rules);
  x.reason = "because";
  x.approved_by = "ciso@example.com";
  x.expires = until;
  x.place = {"policy.yaml", 12, 5};
  return x;
}

std::shared_ptr<const compiled_policy> compile(policy p, std::vector<rule> rules) {
  problems found;
  const auto set = policy_set::compile({make_pack("p", "1.0.0", std::move(rules))}, {std::move(p)}, key, found);
  EXPECT_NE(set, nullptr) << lines(found);
  return set == nullptr ? nullptr : set->policies()[0];
}

std::vector<rule> two_rules() {
  return {make_rule("A-1", action::block, "\\bfirst\\b"), make_rule("A-2", action::redact, "\\bsecond\\b")};
}

policy enforced() { return make_policy("x", {use("p", "^1", mode::enforce)}); }

subject of_team(std::string team) {
  subject who;
  who.team = std::move(team);
  return who;
}

TEST(policy_applied, is_the_same_object_where_there_is_nothing_to_apply) {
  const auto p = compile(enforced(), two_rules());
  EXPECT_EQ(applied(p, {}, end_of_year), p);
  EXPECT_EQ(applied(nullptr, {}, end_of_year), nullptr);
}

TEST(policy_applied, an_exception_mutes_its_rules_for_those_it_is_for) {
  policy p = enforced();
  p.exceptions = {excuse("EXC-1", {"A-1"})};
  p.exceptions[0].when.teams = {"red-*"};
  const auto base = compile(p, two_rules());
  const auto theirs = applied(base, of_team("red-2"), end_of_year - 1us);
  ASSERT_NE(theirs->excuse(0, direction::request), nullptr);
  EXPECT_EQ(theirs->excuse(0, direction::request)->id, "EXC-1");
  EXPECT_EQ(theirs->effect(0, direction::request), verdict::allow);
  EXPECT_EQ(theirs->effect(0, direction::response), verdict::allow);
  EXPECT_EQ(theirs->effect(1, direction::request), verdict::redact);
  EXPECT_EQ(theirs->lapsed_excuse(0, direction::request), nullptr);
  const auto others = applied(base, of_team("sales"), end_of_year - 1us);
  EXPECT_EQ(others->excuse(0, direction::request), nullptr);
  EXPECT_EQ(others->effect(0, direction::request), verdict::block);
}

TEST(policy_applied, an_exception_ends_at_its_instant_and_is_remembered) {
  policy p = enforced();
  p.exceptions = {excuse("EXC-1", {"A-1"})};
  const auto base = compile(p, two_rules());
  struct {
    duration from_expiry;
    bool excused;
  } const cases[] = {{-24h, true}, {-1ms, true}, {0ms, false}, {1ms, false}, {24h, false}};
  for (const auto& c : cases) {
    const auto now = applied(base, {}, end_of_year + c.from_expiry);
    EXPECT_EQ(now->effect(0, direction::response), c.excused ? verdict::allow : verdict::block) << c.from_expiry.count();
    EXPECT_EQ(now->excuse(0, direction::response) != nullptr, c.excused);
    EXPECT_EQ(now->lapsed_excuse(0, direction::response) != nullptr, !c.excused);
  }
  // What holds for a request may be applied again for its answer.
  const auto request = applied(base, {}, end_of_year - 1us);
  EXPECT_EQ(applied(request, {}, end_of_year)->effect(0, direction::response), verdict::block);
}

TEST(policy_applied, an_exception_of_one_direction_leaves_the_other) {
  policy p = enforced();
  p.exceptions = {excuse("EXC-1", {"A-1", "A-2"})};
  p.exceptions[0].directions = 1U << static_cast<unsigned>(direction::request);
  const auto now = applied(compile(p, two_rules()), {}, end_of_year - 1h);
  EXPECT_EQ(now->effect(1, direction::request), verdict::allow);
  EXPECT_EQ(now->effect(1, direction::response), verdict::redact);
  EXPECT_EQ(now->muted(direction::response), nullptr);
}

TEST(policy_applied, a_canary_is_for_about_its_percent_and_for_whole_conversations) {
  policy p = make_policy("x", {use("p", "^1", mode::canary)});
  p.use[0].percent = 20;
  const auto base = compile(p, two_rules());
  p.use[0].percent = 60;
  const auto wider = compile(p, two_rules());
  int among = 0, lost = 0;
  for (int i = 0; i < 2000; ++i) {
    subject who;
    who.conversation = "conversation " + std::to_string(i);
    const bool in = applied(base, who, {})->effect(0, direction::request) == verdict::block;
    who.model = "another";  // not of the conversation
    EXPECT_EQ(applied(base, who, {})->effect(0, direction::response) == verdict::block, in);
    among += in ? 1 : 0;
    if (in && applied(wider, who, {})->effect(0, direction::request) != verdict::block) ++lost;
  }
  EXPECT_NEAR(among, 400, 80);
  EXPECT_EQ(lost, 0) << "a higher percent only adds";
}

TEST(policy_applied, a_canary_by_key_does_not_look_at_conversations) {
  policy p = make_policy("x", {use("p", "^1", mode::canary)});
  p.use[0].percent = 50;
  p.canary_by = canary_unit::key;
  const auto base = compile(p, two_rules());
  int among = 0;
  for (int i = 0; i < 40; ++i) {
    subject who;
    who.key_id = "bot-1";
    who.conversation = std::to_string(i);
    if (applied(base, who, {})->effect(0, direction::request) == verdict::block) ++among;
  }
  EXPECT_TRUE(among == 0 || among == 40) << among;
}

TEST(policy_applied, errors_follow_the_category_and_one_block_is_enough) {
  policy p = enforced();
  p.on_error_of = {{"quality.*", on_error::allow}, {"quality.strict", on_error::block}};
  auto rules = two_rules();
  rules[0].category = rules[1].category = "quality.style";
  const surface where{direction::request, role::user, channel::content};
  EXPECT_EQ(compile(p, rules)->when_unjudged(where), on_error::allow);
  rules[1].category = "quality.strict";
  EXPECT_EQ(compile(p, rules)->when_unjudged(where), on_error::block);
  rules[1].category = "security.other";
  EXPECT_EQ(compile(p, rules)->when_unjudged(where), on_error::block);
  rules[1].surfaces.directions = 0b10;
  EXPECT_EQ(compile(p, rules)->when_unjudged(where), on_error::allow);
}

TEST(policy_applied, messages_by_category_stand_between_the_rules_and_the_policys) {
  policy p = enforced();
  p.message = "policy";
  p.messages = {{"privacy.*", "privacy"}, {"privacy.card.*", "card"}};
  auto rules = two_rules();
  rules[0].category = "privacy.card.number";
  rules[1].category = "privacy.mail";
  const auto c = compile(p, rules);
  EXPECT_EQ(c->message_for(0), "card");
  EXPECT_EQ(c->message_for(1), "privacy");
  rules[0].message = "rule";
  rules[1].category = "other";
  EXPECT_EQ(compile(p, rules)->message_for(0), "rule");
  EXPECT_EQ(compile(p, rules)->message_for(1), "policy");
}

TEST(policy_exceptions, of_unknown_and_of_locked_rules_are_refused) {
  policy p = enforced();
  p.exceptions = {excuse("EXC-1", {"A-1", "A-3"}), excuse("EXC-1", {"A-2"})};
  auto rules = two_rules();
  rules[1].locked = true;
  p.overrides = {change("A-2", mode::shadow)};
  problems found;
  EXPECT_EQ(policy_set::compile({make_pack("p", "1.0.0", rules)}, {p}, key, found), nullptr);
  EXPECT_EQ(lines(found),
            "policy.yaml:12:5: error[E420]: exception EXC-1 stands twice; the first is in policy.yaml line 12\n"
            "policy.yaml:9:5: error[E418]: rule A-2 is locked by its pack and cannot be made weaker than enforce; leave the override out\n"
            "policy.yaml:12:5: error[E419]: exception EXC-1: no rule of the packs that this policy uses is called A-3; did you mean \"A-1\"?\n"
            "policy.yaml:12:5: error[E418]: exception EXC-1: rule A-2 is locked by its pack; there are no exceptions from it\n");
}

TEST(policy_exceptions, are_warned_of_by_the_time_that_is_given) {
  policy p = enforced();
  p.exceptions = {excuse("EXC-1", {"A-1"})};
  p.exceptions[0].when.keys = {"bot-1"};
  const auto warnings = [&](wall_time now) {
    problems found;
    lint(p, now, found);
    std::string codes;
    for (const auto& w : found) codes += w.code + ' ';
    return codes;
  };
  EXPECT_EQ(warnings(end_of_year - 24h * 15), "");
  EXPECT_EQ(warnings(end_of_year - 24h * 14), "W310 ");
  EXPECT_EQ(warnings(end_of_year - 1us), "W310 ");
  EXPECT_EQ(warnings(end_of_year), "W313 ");
  EXPECT_EQ(warnings(end_of_year - 24h * 366), "");
  EXPECT_EQ(warnings(end_of_year - 24h * 367), "W315 ");
  p.exceptions[0].when.keys = {"*"};
  EXPECT_EQ(warnings(end_of_year - 24h * 100), "W314 ");
}

}  // namespace
}  // namespace stoplog::policy
