// What is kept of the texts: what came, and what was passed on; bounded, whole
// characters only.
#include "dialect/openai/chat_codec.hpp"
#include "guard/request_guard.hpp"
#include "guard/transcript.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

namespace stoplog::guard {
namespace {

using policy::action;

constexpr surface answer{direction::response, role::assistant, channel::content};

TEST(guard_transcript, keeps_both_and_counts_everything) {
  transcript all(100, true, true);
  const auto a = all.open(answer, "a"), b = all.open(answer, "b");
  all.append(a, "one ", "");
  all.append(b, "other", "other");
  all.append(a, "two", "one [masked]");
  ASSERT_EQ(all.texts().size(), 2U);
  EXPECT_EQ(all.texts()[a].received, "one two");
  EXPECT_EQ(all.texts()[a].released, "one [masked]");
  EXPECT_EQ(all.bytes(), 12U);
  EXPECT_FALSE(all.clipped());
  all.replace_released(b, "");
  EXPECT_EQ(all.texts()[b].released, "");
}

TEST(guard_transcript, keeps_only_what_is_wanted) {
  transcript received(100, true, false), released(100, false, true);
  for (transcript* each : {&received, &released}) each->append(each->open(answer, ""), "came", "left");
  EXPECT_EQ(received.texts()[0].released, "");
  EXPECT_EQ(released.texts()[0].received, "");
  EXPECT_EQ(released.texts()[0].released, "left");
}

TEST(guard_transcript, ends_at_its_bound_with_a_whole_character) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80z";
  std::size_t cases = 0;
  for (std::size_t bound = 0; bound <= text.size(); ++bound) {
    transcript all(bound, true, true);
    const auto number = all.open(answer, "");
    all.append(number, text, text);
    all.append(number, "more", "more");
    const std::string& kept = all.texts()[0].received;
    EXPECT_LE(kept.size(), bound);
    EXPECT_TRUE(text.starts_with(kept));
    EXPECT_TRUE(kept.size() == 0 || kept.size() == 1 || kept.size() == 3 || kept.size() == 7 || kept.size() == 8) << kept.size();
    EXPECT_TRUE(all.clipped());
    EXPECT_EQ(all.bytes(), text.size() + 4);
    ++cases;
  }
  EXPECT_EQ(cases, text.size() + 1);
}

const dialect::openai::chat_codec chat;

std::string kept_of(const std::string& body, bool released) {
  transcript kept(1 << 20, true, true);
  const auto policy = support::compile({.rules = {{"A", "forbidden"}, {"B", "secret", action::redact}}});
  request_guard guard(chat, {});
  EXPECT_TRUE(guard.read(body));
  EXPECT_TRUE(guard.inspect(policy, nullptr, &kept));
  std::string all;
  for (const auto& t : kept.texts()) {
    if (t.where.channel == channel::content) all += t.path + "=" + (released ? t.released : t.received) + ";";
  }
  return all;
}

TEST(guard_transcript, of_a_request_it_has_every_text_as_it_came_and_as_it_left) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"yes"},{"role":"assistant","content":"a secret b"},{"role":"user","content":"yes"}]})";
  EXPECT_EQ(kept_of(body, false), "messages[0].content=yes;messages[1].content=a secret b;messages[2].content=yes;");
  const std::string left = kept_of(body, true);
  EXPECT_EQ(left.find("secret"), std::string::npos) << left;
  EXPECT_TRUE(left.starts_with("messages[0].content=yes;messages[1].content=a ")) << left;
}

TEST(guard_transcript, what_was_blocked_was_not_passed_on) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"well, forbidden words"}]})";
  EXPECT_EQ(kept_of(body, false), "messages[0].content=well, forbidden words;");
  EXPECT_EQ(kept_of(body, true).find("forbidden"), std::string::npos);
}

TEST(guard_transcript, what_only_parts_together_hold_is_masked_or_left_out_too) {
  const auto parts = [](const char* a, const char* b) {
    return std::string(R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":")") + a + R"("},{"type":"text","text":")" + b + R"("}]}]})";
  };
  EXPECT_NE(kept_of(parts("a sec", "ret b"), false).find("sec"), std::string::npos);
  EXPECT_EQ(kept_of(parts("a sec", "ret b"), true).find("sec"), std::string::npos);
  EXPECT_EQ(kept_of(parts("forbid", "den"), true).find("forbid"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::guard
