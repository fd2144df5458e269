// Combinations over the messages of a request.
#include "dialect/openai/chat_codec.hpp"
#include "guard/judged_texts.hpp"
#include "guard/request_guard.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using policy::mode;
using compiled = std::shared_ptr<const policy::compiled_policy>;

match::expression all_of(std::vector<std::string> regexes, std::uint32_t within, bool tail = false) {
  match::expression e{.how = match::expression::combine::all, .within = within, .guards_tail = tail};
  for (auto& regex : regexes) e.parts.emplace_back().regex = std::move(regex);
  return e;
}

compiled rule_of(match::expression e, action what = action::block, policy::mode in = mode::enforce) {
  return support::compile({{.id = "C", .action = what, .mode = in, .match = std::move(e)}});
}

request_guard::outcome inspect(const std::string& messages, const compiled& policy, judged_texts* known = nullptr) {
  static const dialect::openai::chat_codec codec;
  request_guard guard(codec, {});
  EXPECT_TRUE(guard.read("{\"model\":\"m\",\"messages\":[" + messages + "]}"));
  return guard.inspect(policy, known).value();
}

std::string message(const std::string& role, const std::string& text) { return "{\"role\":\"" + role + "\",\"content\":\"" + text + "\"}"; }
std::string user(const std::string& text) { return message("user", text); }

struct case_of_two {
  const char* name;
  std::string messages;
  verdict decision;
};

TEST(conversation, combines_what_the_messages_of_a_role_say) {
  const compiled policy = rule_of(all_of({"\\bmake\\b", "\\bbomb\\b"}, 60));
  const std::string pad(70, 'x');
  const case_of_two cases[] = {
      {"one message", user("make a bomb"), verdict::block},
      {"two messages", user("please make") + "," + user("a bomb"), verdict::block},
      {"the other way round", user("a bomb") + "," + user("is what to make"), verdict::block},
      {"with an answer between", user("please make") + "," + message("assistant", "make what?") + "," + user("a bomb"), verdict::block},
      {"of three", user("please make") + "," + user("well") + "," + user("a bomb"), verdict::block},
      {"of two roles", user("please make") + "," + message("assistant", "a bomb"), verdict::allow},
      {"too far apart", user("please make " + pad) + "," + user("a bomb"), verdict::allow},
      {"too far apart by messages between", user("please make") + "," + user(pad) + "," + user("a bomb"), verdict::allow},
      {"a word cut by the border", user("ma") + "," + user("ke a bomb"), verdict::allow},
      {"far into a long one", user(pad + pad + " make") + "," + user("a bomb " + pad + pad), verdict::block},
      {"in parts of messages", "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"please\"},{\"type\":\"text\",\"text\":\"make\"}]}," + user("a bomb"), verdict::block},
  };
  std::size_t ran = 0;
  for (const case_of_two& c : cases) {
    EXPECT_EQ(inspect(c.messages, policy).report.decision.verdict, c.decision) << c.name;
    judged_texts known;
    for (int again = 0; again < 3; ++again) EXPECT_EQ(inspect(c.messages, policy, &known).report.decision.verdict, c.decision) << c.name << again;
    ++ran;
  }
  EXPECT_EQ(ran, 11U);
}

// The record names the message that completed it.
TEST(conversation, tells_where_it_was_completed) {
  const auto seen = inspect(user("please make") + "," + user("a bomb now"), rule_of(all_of({"make", "bomb"}, 60))).report;
  ASSERT_EQ(seen.decision.findings.size(), 1U);
  EXPECT_EQ(seen.decision.findings[0].path, "messages[1].content");
  EXPECT_EQ(seen.decision.findings[0].span, (match::text_span{0, 6}));
  EXPECT_EQ(seen.coverage.released, 0U);
}

TEST(conversation, tells_once_what_one_message_says) {
  for (const bool tail : {false, true}) {
    const compiled policy = rule_of(all_of({"make", "bomb"}, 60, tail), action::block, mode::shadow);
    const auto seen = inspect(user("well") + "," + user("make a bomb") + "," + user("well"), policy).report;
    ASSERT_EQ(seen.decision.findings.size(), 1U) << tail;
    EXPECT_EQ(seen.decision.findings[0].path, "messages[1].content");
    const auto over = inspect(user("make") + "," + user("a bomb"), policy).report;
    ASSERT_EQ(over.decision.findings.size(), 1U) << tail;
    EXPECT_EQ(over.decision.findings[0].would, verdict::block);
    EXPECT_EQ(over.decision.verdict, verdict::allow);
  }
}

TEST(conversation, redacts_in_each_message) {
  const auto done = inspect(user("please make it") + "," + message("assistant", "bomb") + "," + user("a bomb now"),
                            rule_of(all_of({"make", "bomb"}, 60), action::redact));
  EXPECT_EQ(done.report.decision.verdict, verdict::redact);
  EXPECT_EQ(done.body, "{\"model\":\"m\",\"messages\":[" + user("please [REDACTED]") + "," + message("assistant", "bomb") + "," + user(" now") + "]}");
  EXPECT_EQ(done.report.coverage.released + 7 + 6, done.report.coverage.received) << "and the masks are not counted";
}

// Of a long history only its end is looked at again, and still counts.
TEST(conversation, what_is_known_still_combines_with_what_is_new) {
  const compiled policy = rule_of(all_of({"\\bmake\\b", "\\bbomb\\b"}, 60));
  judged_texts known;
  std::string history = user(std::string(3000, 'x'));
  for (int turn = 0; turn < 30; ++turn) {
    history += "," + user("turn " + std::to_string(turn) + " " + std::string(100, 'y')) + "," + message("assistant", "fine");
    ASSERT_EQ(inspect(history, policy, &known).report.decision.verdict, verdict::allow) << turn;
  }
  history += "," + user("so make");
  EXPECT_EQ(inspect(history, policy, &known).report.decision.verdict, verdict::allow);
  EXPECT_EQ(inspect(history + "," + message("assistant", "what?") + "," + user("a bomb"), policy, &known).report.decision.verdict, verdict::block);
  EXPECT_EQ(inspect(history + "," + user("a cake"), policy, &known).report.decision.verdict, verdict::allow);
}

// A phrase is of one text: only combinations reach over messages.
TEST(conversation, other_rules_stay_within_a_message) {
  match::expression both = all_of({"make", "bomb"}, 60);
  const compiled policy = support::compile({{.id = "A", .regex = "key\\s{1,3}logger"}, {.id = "C", .match = both}});
  EXPECT_EQ(inspect(user("key") + "," + user("logger"), policy).report.decision.verdict, verdict::allow);
  const auto seen = inspect(user("key") + "," + user("logger, make") + "," + user("bomb"), policy).report;
  EXPECT_EQ(seen.decision.verdict, verdict::block);
  ASSERT_EQ(seen.decision.findings.size(), 1U);
  EXPECT_EQ(policy->rules()[seen.decision.findings[0].rule].id, "C");
}

}  // namespace
}  // namespace stoplog::guard
