#include "packs.hpp"
#include "policy/inherit.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

using namespace test;

std::vector<pack> packs() {
  auto locked = make_rule("B-1", action::block, "\\bthird\\b");
  return {make_pack("a", "1.4.0", {make_rule("A-1", action::block, "\\bfirst\\b"), make_rule("A-2", action::redact, "\\bsecond\\b")}),
          make_pack("a", "1.5.0", {make_rule("A-1", action::block, "\\bfirst\\b")}),
          make_pack("b", "1.0.0", {locked})};
}

pack_use at(pack_use u, std::string file, std::uint32_t line) {
  u.place = {std::move(file), line, 5};
  return u;
}

policy base() {
  policy p = make_policy("baseline", {at(use("a", "~1.4", mode::enforce), "baseline.yaml", 5), at(use("b", "^1", mode::shadow), "baseline.yaml", 6)});
  p.version = "2.1.0";
  p.is_template = true;
  p.message = "ask the baseline's owner";
  p.said["defaults.message"] = {"baseline.yaml", 8, 12};
  p.stream_release = stream_release::buffer;
  p.buffer_bytes = 2048;
  p.said["defaults.stream.release"] = p.said["defaults.stream.limit"] = {"baseline.yaml", 9, 12};
  return p;
}

policy child(std::vector<pack_use> uses) {
  policy p = make_policy("chat", std::move(uses));
  p.extends = {"baseline", "^2", {"chat.yaml", 4, 10}};
  return p;
}

std::string told(std::vector<policy> policies) {
  problems found;
  policy_set::compile(packs(), std::move(policies), key, found);
  return lines(found);
}

std::string modes(const compiled_policy& p) {
  std::string all;
  for (const auto& r : p.rules()) all += r.id + '=' + std::string(to_string(r.mode)) + ' ';
  return all;
}

TEST(policy_extends, what_is_not_said_comes_from_above_with_its_place) {
  problems found;
  const auto set = policy_set::compile(packs(), {base(), child({at(use("b", "", mode::enforce), "chat.yaml", 6)})}, key, found);
  ASSERT_NE(set, nullptr) << lines(found);
  ASSERT_EQ(set->policies().size(), 1U) << "templates apply to nobody";
  const auto& p = *set->policies()[0];
  EXPECT_EQ(modes(p), "A-1=enforce A-2=enforce B-1=enforce ");
  EXPECT_EQ(p.message_for(0), "ask the baseline's owner");
  EXPECT_EQ(p.source().stream_release, stream_release::buffer);
  EXPECT_EQ(p.source().buffer_bytes, 2048U);
  EXPECT_EQ(p.source().said.at("defaults.message").file, "baseline.yaml");
  EXPECT_EQ(p.source().use[0].place.file, "baseline.yaml");
  EXPECT_EQ(p.source().use[1].place.file, "chat.yaml");
  EXPECT_EQ(p.source().use[1].version, "^1");
}

TEST(policy_extends, the_digest_covers_what_is_above) {
  problems found;
  const auto one = policy_set::compile(packs(), {base(), child({})}, key, found);
  policy changed = base();
  changed.digest = "sha256:other";
  const auto other = policy_set::compile(packs(), {changed, child({})}, key, found);
  ASSERT_TRUE(one && other) << lines(found);
  EXPECT_NE(one->policies()[0]->digest(), other->policies()[0]->digest());
}

TEST(policy_extends, weaker_needs_an_override_with_a_reason) {
  EXPECT_EQ(told({base(), child({at(use("a", "~1.4", mode::shadow), "chat.yaml", 6)})}),
            "chat.yaml:6:5: error[E417]: 2 rules, A-1 among them, of pack \"a\" would go from enforce (policy \"baseline\") to shadow; "
            "what is weaker needs an override with a reason, for each rule\n");
  policy p = child({});
  p.overrides = {change("A-1", mode::shadow)};
  EXPECT_EQ(told({base(), p}), "");
  // A version without one of the rules.
  EXPECT_NE(told({base(), child({at(use("a", "~1.5"), "chat.yaml", 6)})}).find("rule A-2 of pack \"a\" would go from enforce (policy \"baseline\") to off"),
            std::string::npos);
}

TEST(policy_extends, what_is_locked_stays) {
  policy above = base();
  above.use[0].locked = true;
  policy p = child({});
  p.overrides = {change("A-1", mode::canary)};
  p.overrides[0].percent = 99;
  EXPECT_EQ(told({above, p}),
            "policy.yaml:9:5: error[E418]: rule A-1 is locked at enforce by policy \"baseline\" (baseline.yaml line 5); it cannot be made weaker here\n");
  p.overrides = {};
  p.exceptions.emplace_back();
  p.exceptions[0].id = "EXC-1";
  p.exceptions[0].rules = {"A-2"};
  p.exceptions[0].place = {"chat.yaml", 9, 5};
  EXPECT_EQ(told({above, p}), "chat.yaml:9:5: error[E418]: exception EXC-1: rule A-2 is locked by policy \"baseline\" (baseline.yaml line 5)\n");
  // The same exception of the policy that locks is its own to make.
  above.exceptions = p.exceptions;
  p.exceptions = {};
  EXPECT_EQ(told({above, p}), "");
}

TEST(policy_extends, values_do_not_get_weaker) {
  policy p = child({});
  p.on_error = on_error::allow;
  p.said["defaults.on_error"] = {"chat.yaml", 7, 5};
  p.audit.on_write_failure = on_write_failure::allow;
  p.said["audit.on_write_failure"] = {"chat.yaml", 8, 5};
  const std::string all = told({base(), p});
  EXPECT_NE(all.find("chat.yaml:7:5: error[E421]: on_error"), std::string::npos) << all;
  EXPECT_NE(all.find("chat.yaml:8:5: error[E421]: on_write_failure"), std::string::npos) << all;
}

TEST(policy_extends, an_answer_that_is_judged_whole_stays_so) {
  policy above = base();
  above.stream_release = stream_release::buffer;
  above.said["defaults.stream.release"] = {"baseline.yaml", 6, 5};
  policy p = child({});
  EXPECT_EQ(told({above, p}), "");  // inherited
  p.stream_release = stream_release::exact;
  p.said["defaults.stream.release"] = {"chat.yaml", 7, 14};
  EXPECT_EQ(told({above, p}), "chat.yaml:7:14: error[E421]: release: policy \"baseline\" gives no answer out before all of it was judged (buffer); that cannot be made weaker\n");
  p.stream_release = above.stream_release;
  above.stream_release = stream_release::exact;
  EXPECT_EQ(told({above, p}), "") << "stricter is free";
}

constexpr auto refuse = part_action::refuse, pass = part_action::pass;

TEST(policy_extends, what_is_refused_unread_is_inherited_kind_by_kind) {
  policy above = base();
  above.parts = {{{"image_url", refuse}, {"file", pass}}, {{"request", refuse}}};
  above.said["defaults.opaque.image_url"] = {"baseline.yaml", 6, 13};
  above.said["defaults.opaque.file"] = {"baseline.yaml", 7, 13};
  above.said["defaults.unknown"] = {"baseline.yaml", 8, 12};
  policy p = child({});
  p.parts.opaque = {{"file", refuse}};
  p.said["defaults.opaque.file"] = {"chat.yaml", 7, 13};
  problems found;
  const auto merged = inherit({above, p}, found);
  const auto& parts = merged[1].merged.parts;
  EXPECT_EQ(parts.opaque, (part_actions::said{{"image_url", refuse}, {"file", refuse}}));
  EXPECT_EQ(parts.unknown, (part_actions::said{{"request", refuse}}));
  EXPECT_EQ(merged[1].merged.said.at("defaults.opaque.image_url").line, 6U);
  EXPECT_EQ(merged[1].merged.said.at("defaults.opaque.file").file, "chat.yaml");
  EXPECT_EQ(merged[1].merged.said.at("defaults.unknown").line, 8U);
  EXPECT_EQ(told({above, p}), "") << "stricter is free";
}

TEST(policy_extends, what_is_refused_unread_does_not_get_weaker) {
  struct {
    part_actions above, below;
    std::string said, told;  // where the policy says it, and what comes of it
  } const cases[] = {
      {{{{"default", refuse}}, {}}, {{{"file", pass}}, {}}, "opaque.file", "opaque: policy \"baseline\" refuses file"},
      {{{{"default", refuse}}, {}}, {{{"default", pass}}, {}}, "opaque", "opaque: policy \"baseline\" refuses what cannot be read"},
      {{{{"file", refuse}}, {}}, {{{"file", pass}}, {}}, "opaque.file", "opaque: policy \"baseline\" refuses file"},
      {{{}, {{"request", refuse}}}, {{}, {{"request", pass}, {"response", pass}}}, "unknown", "unknown: policy \"baseline\" refuses what is not known in a request"},
      {{{{"file", refuse}}, {}}, {{{"default", pass}}, {}}, "opaque", ""},
      {{{{"default", refuse}, {"file", pass}}, {}}, {{{"file", pass}}, {}}, "opaque.file", ""},
      {{{}, {{"response", refuse}}}, {{}, {{"request", pass}}}, "unknown.request", ""},
      {{{}, {}}, {{{"default", refuse}}, {{"request", refuse}}}, "opaque", ""},
  };
  for (const auto& c : cases) {
    policy above = base();
    above.parts = c.above;
    policy p = child({});
    p.parts = c.below;
    p.said["defaults." + c.said] = {"chat.yaml", 7, 5};
    EXPECT_EQ(told({above, p}), c.told.empty() ? "" : "chat.yaml:7:5: error[E421]: " + c.told + "; that cannot be made weaker\n") << c.said;
  }
  EXPECT_EQ(std::size(cases), 8U);
}

TEST(policy_extends, on_error_does_not_get_weaker_for_a_category_either) {
  const std::string category = packs()[0].rules[0].category;
  policy p = child({});
  p.on_error_of = {{category, on_error::allow}};
  p.said["defaults.on_error"] = {"chat.yaml", 7, 5};
  const std::string all = told({base(), p});
  EXPECT_NE(all.find("chat.yaml:7:5: error[E421]: on_error: policy \"baseline\" blocks what cannot be judged for " + category), std::string::npos) << all;
  policy above = base();
  above.on_error_of = p.on_error_of;
  EXPECT_EQ(told({above, p}), "") << "what the base lets pass too";
  p.on_error_of = {{"of.no.rule", on_error::allow}};
  EXPECT_EQ(told({base(), p}), "");
}

TEST(policy_extends, takes_the_latest_version_that_will_do) {
  policy old = base();
  old.version = "2.0.0";
  old.message = "old";
  policy next = base();
  next.version = "3.0.0";
  next.message = "next";
  problems found;
  const auto set = policy_set::compile(packs(), {next, old, base(), child({})}, key, found);
  ASSERT_NE(set, nullptr) << lines(found);
  EXPECT_EQ(set->policies()[0]->message_for(0), "ask the baseline's owner");
  policy p = child({});
  p.extends.version = "^4";
  EXPECT_EQ(told({next, old, base(), p}), "chat.yaml:4:10: error[E415]: no version of policy \"baseline\" is ^4; there is 3.0.0, 2.0.0, 2.1.0\n");
  p.extends.name = "base-line";
  EXPECT_NE(told({base(), p}).find("E415]: there is no policy \"base-line\" to extend; did you mean \"baseline\"?"), std::string::npos);
}

TEST(policy_extends, three_deep_and_no_deeper_and_never_in_a_circle) {
  const auto chain = [](int length) {
    std::vector<policy> all;
    for (int i = 0; i <= length; ++i) {
      policy p = make_policy("p" + std::to_string(i), i == 0 ? std::vector{use("b", "^1", mode::enforce)} : std::vector<pack_use>{});
      p.is_template = i < length;
      if (i > 0) p.extends = {"p" + std::to_string(i - 1), "", {"f.yaml", static_cast<std::uint32_t>(i), 1}};
      all.push_back(std::move(p));
    }
    return all;
  };
  EXPECT_EQ(told(chain(3)), "");
  EXPECT_EQ(told(chain(4)).find("f.yaml:4:1: error[E416]: policy \"p4\" has more than three others above it"), 0U);
  auto circle = chain(2);
  circle[0].extends = {"p2", "", {"f.yaml", 9, 1}};
  EXPECT_NE(told(circle).find("error[E416]: extends goes round"), std::string::npos);
  auto itself = chain(0);
  itself[0].extends = {"p0", "", {"f.yaml", 9, 1}};
  EXPECT_NE(told(itself).find("f.yaml:9:1: error[E416]"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::policy
