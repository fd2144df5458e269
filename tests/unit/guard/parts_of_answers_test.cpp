// An answer in several parts reaches its reader as one text: what stands across
// their borders is judged, too, whole and streamed.
#include "parts.hpp"
#include "support/chat_client.hpp"
#include "support/responses_client.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using namespace parts;

// ---- whole

TEST(parts_of_answers, a_whole_response_is_judged_across_its_parts_and_messages) {
  struct { strings items; verdict wanted; } const cases[] = {
      {{item("message", {"a forbid", "den word"})}, verdict::block},
      {{item("message", {"a forbidden", "word"})}, verdict::block},
      {{item("message", {"a forb", "idden w", "ord"})}, verdict::block},
      {{item("message", {"a forbid"}), item("message", {"den word"})}, verdict::block},
      {{item("message", {"a forbid"}), item("reasoning", {"hm"}, "summary"), item("message", {"den word"})}, verdict::block},
      {{item("reasoning", {"forbid", "den word"}, "summary")}, verdict::block},
      {{item("message", {"a forbid"}), item("reasoning", {"den word"}, "summary")}, verdict::allow},
      {{item("reasoning", {"forbid"}, "summary"), item("reasoning", {"den word"}, "summary")}, verdict::allow},
      {{item("message", {"forbid", "en word"})}, verdict::allow},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    const auto done = whole(responses, blocks(), response(c.items));
    EXPECT_EQ(done.report.decision.verdict, c.wanted) << joined(c.items);
    EXPECT_EQ(done.body.find("forbid") == std::string::npos, c.wanted == verdict::block) << done.body;
    EXPECT_EQ(done.body.find("content_filter") != std::string::npos, c.wanted == verdict::block) << done.body;
    ++ran;
  }
  EXPECT_EQ(ran, 9U);
}

TEST(parts_of_answers, signs_in_several_parts_count_together) {
  const auto both = whole(responses, blocks_both(), response({item("message", {"the first sign,", " and the second sign"})}));
  EXPECT_EQ(both.report.decision.verdict, verdict::block);
  const auto far = whole(responses, blocks_both(), response({item("message", {"the first sign" + std::string(200, '.'), "the second sign"})}));
  EXPECT_EQ(far.report.decision.verdict, verdict::allow);
}

TEST(parts_of_answers, what_is_redacted_across_parts_leaves_the_others_alone) {
  const std::string body = response({item("message", {"a forbid", "den word b"}), item("reasoning", {"hm"}, "summary")});
  const auto done = whole(responses, redacts(), body);
  EXPECT_EQ(done.body, response({item("message", {"a [REDACTED]", " b"}), item("reasoning", {"hm"}, "summary")}));
  ASSERT_EQ(done.report.decision.findings.size(), 1U);
  EXPECT_EQ(done.report.decision.findings[0].path, "output[0].content");
  EXPECT_LT(done.report.coverage.released, done.report.coverage.received);
}

std::string choice(const std::string& index, const strings& texts) {
  strings parts;
  for (const std::string& t : texts) parts.push_back(R"({"type":"text","text":)" + quoted(t) + "}");
  return R"({"index":)" + index + R"(,"message":{"role":"assistant","content":[)" + joined(parts, ",") + R"(]},"finish_reason":"stop"})";
}

// Of each choice its own parts; a choice that is blocked anyway spares no other.
TEST(parts_of_answers, the_parts_of_each_chat_choice_are_judged) {
  const auto answer = [](const strings& choices) { return R"({"id":"c","object":"chat.completion","model":"m","choices":[)" + joined(choices, ",") + "]}"; };
  const auto one = whole(chat, blocks(), answer({choice("0", {"a forbid", "den word"}), choice("1", {"fine", "too"})}));
  EXPECT_EQ(one.report.decision.verdict, verdict::block);
  EXPECT_EQ(one.body.find("forbid"), std::string::npos);
  EXPECT_NE(one.body.find(choice("1", {"fine", "too"})), std::string::npos) << one.body;
  const auto two = whole(chat, blocks(), answer({choice("0", {"a forbidden word"}), choice("1", {"forbid", "den word"})}));
  EXPECT_EQ(two.body.find("forbid"), std::string::npos) << two.body;
  const auto apart = answer({choice("0", {"a forbid"}), choice("1", {"den word"})});
  EXPECT_EQ(whole(chat, blocks(), apart).body, apart);
}

// ---- streamed

// What is the first to say a part's text.
enum class by { deltas, text_done, part_done, item_done, response };
constexpr by all_ways[] = {by::deltas, by::text_done, by::part_done, by::item_done, by::response};

// Messages of parts that come in pieces, as typed events.
class script {
 public:
  explicit script(by told = by::deltas) : told_(told) { add("response.created", R"("response":{"id":"r","object":"response","status":"in_progress","model":"m","output":[]})"); }

  // Pieces, part by part.
  script& message(const std::vector<strings>& parts) {
    const std::string head = R"({"type":"message","id":"m)" + std::to_string(output_) + R"(","role":"assistant","content":[)";
    add("response.output_item.added", place() + "\"item\":" + head + "]}");
    strings all;
    for (const strings& pieces : parts) {
      const std::string at = place() + "\"content_index\":" + std::to_string(all.size()) + ",";
      all.push_back(text_part(joined(pieces)));
      if (told_ >= by::item_done) continue;
      add("response.content_part.added", at + "\"part\":" + text_part(""));
      for (const std::string& p : pieces) {
        if (told_ == by::deltas) add("response.output_text.delta", at + "\"logprobs\":[],\"delta\":" + quoted(p));
      }
      if (told_ <= by::text_done) add("response.output_text.done", at + R"("logprobs":[{"token":)" + quoted(joined(pieces)) + R"(}],"text":)" + quoted(joined(pieces)));
      add("response.content_part.done", at + "\"part\":" + text_part(joined(pieces)));
    }
    const std::string whole = head + joined(all, ",") + "]}";
    if (told_ != by::response) add("response.output_item.done", place() + "\"item\":" + whole);
    done_.push_back(whole);
    ++output_;
    return *this;
  }

  std::string end() {
    add("response.completed", "\"response\":" + response(done_));
    return bytes_;
  }

 private:
  std::string place() const { return R"("item_id":"m)" + std::to_string(output_) + R"(","output_index":)" + std::to_string(output_) + ","; }
  void add(const std::string& type, const std::string& rest) {
    bytes_ += "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + std::to_string(number_++) + "," + rest + "}\n\n";
  }
  by told_;
  std::string bytes_;
  strings done_;
  int output_ = 0;
  int number_ = 0;
};

strings characters(const std::string& text) {
  strings each;
  for (const char c : text) each.emplace_back(1, c);
  return each;
}

// Wherever the border lies in the match, whether in one message or over two, and
// however the text comes: of the second part nothing of the match goes out.
TEST(parts_of_answers, a_streamed_response_ends_where_a_later_part_makes_the_match) {
  const std::string before = "a ", match = "forbidden word", after = " and more";
  std::size_t ran = 0;
  for (std::size_t border = 1; border < match.size(); ++border) {
    const std::string first = before + match.substr(0, border), second = match.substr(border) + after;
    for (const bool single : {false, true}) {
      const strings one = single ? characters(first) : strings{first}, two = single ? characters(second) : strings{second};
      for (const std::string& bytes : {script().message({one, two}).end(), script().message({one}).message({two}).end()}) {
        const outcome got = run(responses, blocks(), {bytes});
        ASSERT_EQ(got.ending, "stop") << border;
        const auto seen = support::read_response(got.bytes);
        EXPECT_EQ(seen.status, "incomplete");
        EXPECT_EQ(seen.reason, "content_filter");
        std::string said;
        for (const auto& [type, text] : seen.output) said += text;
        EXPECT_EQ(said, first + "Stopped here.") << border << got.bytes;
        EXPECT_EQ(got.seen.leaked, border) << "what the part before it had said";
        EXPECT_EQ(got.seen.decision.findings.size(), 1U);
        ++ran;
      }
    }
  }
  EXPECT_EQ(ran, 13U * 4);
}

TEST(parts_of_answers, a_space_may_stand_between_and_signs_count_together) {
  EXPECT_EQ(run(responses, blocks(), {script().message({{"a forbidden"}, {"word"}}).end()}).ending, "stop");
  EXPECT_EQ(run(responses, blocks(), {script().message({{"a forb"}, {"idden"}}).message({{" word"}}).end()}).ending, "stop");
  EXPECT_EQ(run(responses, blocks_both(), {script().message({{"the first sign"}}).message({{"and the ", "second sign"}}).end()}).ending, "stop");
  EXPECT_EQ(run(responses, blocks_both(), {script().message({{"the first sign", std::string(200, '.')}}).message({{"the second sign"}}).end()}).ending, "done");
}

// What the last event's response says, one part after the other.
std::string last_texts(const std::string& bytes) {
  const std::size_t begin = bytes.rfind("\ndata: ") + 7;
  json::reader reader;
  const std::string data = bytes.substr(begin, bytes.find('\n', begin) - begin);
  const json::document& d = **reader.read(data);
  std::string all;
  for (json::node_id id = 0; id < d.size(); ++id) {
    if (d[id].key == "text") all += d[id].text;
  }
  return all;
}

// A part that no delta told is joined with its neighbours all the same, wherever it
// is said first.
TEST(parts_of_answers, are_judged_across_whatever_says_them_first) {
  const std::string match = "forbidden word";
  std::size_t ran = 0;
  for (const by told : all_ways) {
    for (std::size_t border = 1; border < match.size(); ++border) {
      const strings one{"a " + match.substr(0, border)}, two{match.substr(border) + " b"};
      const std::string in_one = script(told).message({one, two}).end(), in_two = script(told).message({one}).message({two}).end();
      for (const std::string& bytes : {in_one, in_two}) {
        const outcome ended = run(responses, blocks(), {bytes});
        ASSERT_EQ(ended.ending, "stop") << static_cast<int>(told) << border;
        EXPECT_EQ(ended.bytes.find(two[0]), std::string::npos) << ended.bytes;
        EXPECT_NE(ended.bytes.find(R"("incomplete_details":{"reason":"content_filter"})"), std::string::npos) << ended.bytes;
        const outcome masked = run(responses, redacts(), {bytes});
        ASSERT_EQ(masked.ending, "done");
        EXPECT_EQ(masked.bytes.find(two[0]), std::string::npos) << masked.bytes;
        EXPECT_EQ(last_texts(masked.bytes), one[0] + "[REDACTED] b") << static_cast<int>(told) << masked.bytes;
        ++ran;
      }
    }
  }
  EXPECT_EQ(ran, 5U * 13 * 2);
}

TEST(parts_of_answers, of_a_reasoning_agree_wherever_they_are_said_again) {
  const auto event = [](const std::string& type, const std::string& rest) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n";
  };
  const std::string place = R"("item_id":"r0","output_index":0,)", parts = text_part("a forbid", "summary_text") + "," + text_part("den word b", "summary_text");
  std::string bytes = event("response.created", R"("response":{"id":"r","object":"response","status":"in_progress","model":"m","output":[]})") +
                      event("response.output_item.added", place + R"("item":{"type":"reasoning","id":"r0","summary":[]})");
  for (const std::string number : {"0", "1"}) {
    const std::string said = number == "0" ? "a forbid" : "den word b", at = place + "\"summary_index\":" + number + ",";
    bytes += event("response.reasoning_summary_part.added", at + "\"part\":" + text_part("", "summary_text")) +
             event("response.reasoning_summary_text.delta", at + "\"delta\":" + quoted(said)) +
             event("response.reasoning_summary_text.done", at + "\"text\":" + quoted(said)) +
             event("response.reasoning_summary_part.done", at + "\"part\":" + text_part(said, "summary_text"));
  }
  const std::string item = R"({"type":"reasoning","id":"r0","summary":[)" + parts + "]}";
  bytes += event("response.output_item.done", place + "\"item\":" + item) + event("response.completed", "\"response\":" + response({item}));
  const outcome got = run(responses, redacts(), {bytes});
  EXPECT_EQ(got.ending, "done");
  EXPECT_EQ(got.bytes.find("den word"), std::string::npos) << got.bytes;
}

// Deltas, done events, items and the last response agree, and so do their tokens.
TEST(parts_of_answers, what_is_redacted_across_parts_is_redacted_wherever_it_is_said_again) {
  for (const bool single : {false, true}) {
    const auto pieces = [single](const std::string& text) { return single ? characters(text) : strings{text}; };
    const outcome got = run(responses, redacts(), {script().message({pieces("a forbid"), pieces("den word b forbidden word c")}).message({pieces("fine")}).end()});
    EXPECT_EQ(got.ending, "done");
    const auto seen = support::read_response(got.bytes);
    EXPECT_EQ(seen.items.at(0).texts.at("content[0]").said, "a forbid");
    EXPECT_EQ(seen.items.at(0).texts.at("content[1]").said, "[REDACTED] b [REDACTED] c");
    EXPECT_EQ(seen.items.at(0).texts.at("content[1]").done, "[REDACTED] b [REDACTED] c");
    EXPECT_EQ(seen.output.at(0).second, "a forbid[REDACTED] b [REDACTED] c");
    EXPECT_EQ(seen.output.at(1).second, "fine");
    EXPECT_EQ(got.bytes.find("den word"), std::string::npos) << got.bytes;
    std::set<std::string> found;
    for (const auto& f : got.seen.decision.findings) found.insert(f.path + ":" + std::to_string(f.span.begin) + "-" + std::to_string(f.span.end));
    EXPECT_EQ(found, (std::set<std::string>{"output[0].content[1].text:0-8", "output[0].content[1].text:11-25", "logprobs[0].token:11-25"}));
    EXPECT_LT(got.seen.coverage.released, got.seen.coverage.received);
  }
}

TEST(parts_of_answers, clean_parts_pass_as_the_bytes_that_came) {
  const std::string bytes = script().message({{"so for"}, {"eign", " a wor"}}).message({{"d"}, {"."}}).end();
  std::size_t runs = 0;
  for (const compiled& policy : {blocks_both(), compile({{.id = "R", .regex = "zebra"}})}) {
    for (std::size_t cut = 0; cut < bytes.size(); cut += 7, ++runs) {
      const outcome got = run(responses, policy, {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)});
      ASSERT_EQ(got.bytes, bytes) << cut;
      ASSERT_EQ(got.seen.coverage.received, got.seen.coverage.released);
    }
  }
  EXPECT_GT(runs, 400U);
}

TEST(parts_of_answers, no_cut_of_the_stream_changes_anything) {
  const std::string bytes = script().message({{"a forb", "id"}, {"de", "n w\xC3\xB6rd, a forbidden"}}).message({{"word, forbid"}, characters("den word")}).end();
  std::size_t runs = 0;
  for (const compiled& policy : {blocks(), redacts()}) {
    const outcome at_once = run(responses, policy, {bytes});
    for (std::size_t cut = 1; cut < bytes.size(); cut += 3, ++runs) {
      const std::string_view all = bytes;
      const outcome got = run(responses, policy, {all.substr(0, cut), all.substr(cut, 1), all.substr(cut + 1)});
      ASSERT_EQ(got.bytes, at_once.bytes) << cut;
      ASSERT_EQ(got.seen.leaked, at_once.seen.leaked);
    }
  }
  EXPECT_GT(runs, 1'000U);
}

TEST(parts_of_answers, a_streamed_chat_content_in_parts_is_one_text) {
  const auto chunk = [](const std::string& delta, const std::string& reason = "null") {
    return R"(data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + reason + "}]}\n\n";
  };
  const auto part = [&](const std::string& index, const std::string& text) {
    return chunk(R"({"content":[{"index":)" + index + R"(,"type":"text","text":)" + quoted(text) + "}]}");
  };
  const std::string end = chunk("{}", "\"stop\"") + "data: [DONE]\n\n";
  const outcome blocked = run(chat, blocks(), {part("0", "a forbid") + part("1", "den ") + part("1", "word") + end});
  EXPECT_EQ(blocked.ending, "stop");
  EXPECT_EQ(blocked.bytes.find("den"), std::string::npos) << blocked.bytes;
  EXPECT_NE(blocked.bytes.find("content_filter"), std::string::npos);
  const std::string clean = part("0", "a for") + part("1", "eign") + end;
  EXPECT_EQ(run(chat, blocks_both(), {clean}).bytes, clean);
}

}  // namespace
}  // namespace stoplog::guard
