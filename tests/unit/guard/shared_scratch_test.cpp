// What the guards of one thread share changes no verdict: labels are known under
// the policy that judged them, and what somebody said is never among them.
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"

#include "dialect/openai/chat_codec.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

namespace stoplog::guard {
namespace {

using compiled = std::shared_ptr<const policy::compiled_policy>;

const dialect::openai::chat_codec codec;

std::string answer(const std::string& model, const std::string& text) {
  return R"({"id":"a","object":"chat.completion","model":")" + model +
         R"(","choices":[{"index":0,"message":{"role":"assistant","content":")" + text + R"("},"finish_reason":"stop"}]})";
}

TEST(shared_scratch, a_label_that_is_clean_under_one_policy_is_judged_under_another) {
  const compiled allows = support::compile({{.id = "A", .regex = "forbidden"}});
  const compiled blocks = support::compile({{.id = "B", .regex = "model-x"}});
  scratch shared{limits{}};
  std::size_t ran = 0;
  for (int round = 0; round < 3; ++round) {
    const auto clean = inspect_answer(codec, {}, allows, answer("model-x", "words"), nullptr, &shared);
    ASSERT_TRUE(clean);
    EXPECT_EQ(clean->report.decision.verdict, verdict::allow);
    EXPECT_EQ(clean->report.coverage.scanned, clean->report.coverage.received);
    const auto found = inspect_answer(codec, {}, blocks, answer("model-x", "words"), nullptr, &shared);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->report.decision.findings.empty());
    ++ran;
  }
  EXPECT_EQ(ran, 3U);
}

TEST(shared_scratch, what_is_said_is_not_among_the_labels) {
  const compiled policy = support::compile({{.id = "A", .regex = "forbidden"}});
  scratch shared{limits{}};
  ASSERT_TRUE(inspect_answer(codec, {}, policy, answer("model-x", "short words"), nullptr, &shared));
  const auto labels = shared.labels.of(policy->digest());
  const surface label{direction::response, role::none, channel::metadata};
  EXPECT_TRUE(labels->contain("chat.completion", label));
  for (const channel part : {channel::content, channel::metadata, channel::unknown}) {
    for (const role speaker : {role::none, role::assistant}) {
      EXPECT_FALSE(labels->contain("short words", {direction::response, speaker, part}));
    }
  }
  EXPECT_FALSE(shared.labels.of("sha256:another")->contain("chat.completion", label));
}

TEST(shared_scratch, a_request_is_not_inspected_after_another_text_was_read) {
  const compiled policy = support::compile({{.id = "A", .regex = "forbidden"}});
  scratch shared{limits{}};
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"words that are long enough for no small string"}]})";
  request_guard first(codec, {}, &shared);
  ASSERT_TRUE(first.read(body));
  request_guard second(codec, {}, &shared);
  ASSERT_TRUE(second.read(body));
  EXPECT_ANY_THROW((void)first.inspect(policy));
}

}  // namespace
}  // namespace stoplog::guard
