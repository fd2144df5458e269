// A history that was judged costs its hash, and nothing is told again wrongly.
// Counted in bytes, not in time.
#include "guard/judged_texts.hpp"

#include "dialect/openai/chat_codec.hpp"
#include "guard/request_guard.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

namespace stoplog::guard {
namespace {

using compiled = std::shared_ptr<const policy::compiled_policy>;

constexpr surface user_text{direction::request, role::user, channel::content};

TEST(judged_texts, know_a_text_under_its_surface_form_and_policy) {
  judged_texts known(64);
  const auto mark = known.mark_of("some text", user_text, judged_texts::form::whole, "sha256:a");
  EXPECT_EQ(mark, known.mark_of("some text", user_text, judged_texts::form::whole, "sha256:a"));
  known.add(mark);
  EXPECT_TRUE(known.contain(mark));
  const surface by_system{direction::request, role::system, channel::content};
  std::size_t ran = 0;
  for (const auto& other : {known.mark_of("some texts", user_text, judged_texts::form::whole, "sha256:a"),
                            known.mark_of("some text", by_system, judged_texts::form::whole, "sha256:a"),
                            known.mark_of("some text", user_text, judged_texts::form::joined, "sha256:a"),
                            known.mark_of("some text", user_text, judged_texts::form::whole, "sha256:b"),
                            known.mark_of("asome text", user_text, judged_texts::form::whole, "sha256:"), judged_texts(64).mark_of("some text", user_text, judged_texts::form::whole, "sha256:a")}) {
    EXPECT_FALSE(known.contain(other)) << ran;
    ++ran;
  }
  EXPECT_EQ(ran, 6U);
}

TEST(judged_texts, forget_the_oldest_when_they_are_full) {
  judged_texts known(8);
  std::vector<judged_texts::mark> marks;
  for (int i = 0; i < 9; ++i) marks.push_back(known.mark_of(std::to_string(i), user_text, judged_texts::form::whole, "d"));
  for (int i = 0; i < 8; ++i) known.add(marks[static_cast<std::size_t>(i)]);
  EXPECT_TRUE(known.contain(marks[0])) << "and it is the latest now";
  known.add(marks[8]);
  EXPECT_FALSE(known.contain(marks[1]));
  for (const std::size_t i : {0U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) EXPECT_TRUE(known.contain(marks[i])) << i;
}

result<request_guard::outcome> inspect(const std::string& messages, const compiled& policy, judged_texts& known) {
  static const dialect::openai::chat_codec codec;
  request_guard guard(codec, {});
  const auto facts = guard.read("{\"model\":\"m\",\"messages\":[" + messages + "]}");
  if (!facts) return facts.error();
  return guard.inspect(policy, &known);
}

std::string message(const std::string& role, const std::string& text) { return "{\"role\":\"" + role + "\",\"content\":\"" + text + "\"}"; }

std::string words(std::size_t from, std::size_t count) {
  std::string out;
  for (std::size_t i = from; i < from + count; ++i) out += "word" + std::to_string(i) + " ";
  return out;
}

TEST(judged_texts, make_a_long_history_cost_its_new_part) {
  const compiled policy = support::compile({{.id = "B", .regex = "forbidden"}, {.id = "R", .regex = "secret[0-9]", .action = policy::action::redact}});
  judged_texts known;
  std::string history = message("system", words(0, 2000));
  std::uint64_t before = 0;
  for (std::size_t turn = 0; turn < 40; ++turn) {
    const std::string question = words(10'000 * turn, 700), answer = words(10'000 * turn + 5000, 800);
    history += "," + message("user", question) + "," + message("assistant", answer);
    const auto done = inspect(history, policy, known).value();
    const coverage& seen = done.report.coverage;
    EXPECT_TRUE(seen.complete());
    EXPECT_EQ(done.body, "{\"model\":\"m\",\"messages\":[" + history + "]}");
    if (turn != 0) {
      EXPECT_GE(seen.known, before - 1000) << "all but labels";
      EXPECT_LE(seen.received - seen.known, question.size() + answer.size() + 1000) << "what is judged is what is new";
    }
    before = seen.received;
  }
  EXPECT_GT(before, 400'000U) << "some 100,000 tokens";
}

TEST(judged_texts, leave_what_was_found_to_be_found_again) {
  const compiled policy = support::compile({{.id = "R", .regex = "secret[0-9]", .action = policy::action::redact}});
  const compiled stricter = support::compile({{.id = "R", .regex = "secret[0-9]", .action = policy::action::redact}, {.id = "B", .regex = "word77 "}});
  judged_texts known;
  const std::string history = message("user", words(0, 100)) + "," + message("user", words(0, 50) + "secret1");
  for (int again = 0; again < 2; ++again) {
    const auto done = inspect(history, policy, known).value();
    EXPECT_EQ(done.report.decision.findings.size(), 1U);
    EXPECT_NE(done.body.find("[REDACTED]"), std::string::npos);
  }
  EXPECT_EQ(inspect(message("user", words(0, 100)), policy, known)->report.coverage.known, words(0, 100).size());
  EXPECT_EQ(inspect(message("assistant", words(0, 100)), policy, known)->report.coverage.known, 0U) << "another role";
  // The digests of test policies are alike; a real one has its rules in it.
  ASSERT_NE(policy->digest(), stricter->digest());
  const auto judged = inspect(message("user", words(0, 100)), stricter, known).value();
  EXPECT_EQ(judged.report.coverage.known, 0U) << "another policy";
  EXPECT_EQ(judged.report.decision.verdict, verdict::block);
}

TEST(judged_texts, do_not_hide_what_parts_say_together) {
  const compiled policy = support::compile({{.id = "B", .regex = "forbidden word"}});
  const std::string pad = words(0, 40);
  const auto parts = [&](const std::string& first, const std::string& second) {
    return "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" + pad + first + "\"},{\"type\":\"text\",\"text\":\"" + second + pad + "\"}]}";
  };
  judged_texts known;
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(inspect(parts("a forbid", "den word "), policy, known)->report.decision.verdict, verdict::block) << again;
    EXPECT_EQ(inspect(parts("a forbid", " den word "), policy, known)->report.decision.verdict, verdict::allow) << again;
  }
  EXPECT_EQ(inspect(parts("a forbid", " den word "), policy, known)->report.coverage.known, 2 * pad.size() + 8 + 10) << "and both are known";
}

}  // namespace
}  // namespace stoplog::guard
