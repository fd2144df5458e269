// The same stream under every pair of cuts: what goes out, what is found and how
// it ends must not depend on them.
#include "dialect/openai/chat_codec.hpp"
#include "dialect/openai/completions_codec.hpp"
#include "dialect/sse.hpp"
#include "guard/stream_guard.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using policy::mode;

const dialect::openai::chat_codec chat;
const dialect::openai::completions_codec completions;

// Everything that may not depend on the cut, as one text.
std::string run(const dialect::codec& codec, const std::shared_ptr<const policy::compiled_policy>& policy, const std::vector<std::string_view>& chunks) {
  transcript kept(1 << 20, true, true);
  stream_guard guard(codec, {.choices = 2}, {}, policy, nullptr, &kept);
  std::string out;
  std::string ending = "open";
  for (std::size_t i = 0; i < chunks.size() && ending == "open"; ++i) {
    const std::string copy(chunks[i]);
    const auto step = guard.on_bytes(copy, i + 1 == chunks.size());
    if (!step) {
      ending = step.error().detail;
      out += guard.error_ending(step.error().code);
      continue;
    }
    out += step->bytes;
    if (step->what == stream_step::kind::stop) ending = "stop";
    if (step->what == stream_step::kind::done) ending = "done";
  }
  const report& r = guard.report();
  out += "\n" + ending + " " + std::string(to_string(r.decision.verdict)) + " " + std::to_string(r.coverage.received) + "/" +
         std::to_string(r.coverage.scanned) + "/" + std::to_string(r.coverage.released) + " leaked " + std::to_string(r.leaked) +
         " events " + std::to_string(guard.events());
  for (const auto& f : r.decision.findings) {
    out += "\n" + policy->rules()[f.rule].id + " " + f.path + " " + std::to_string(f.span.begin) + "-" + std::to_string(f.span.end) + " " + f.fingerprint;
  }
  for (const auto& t : kept.texts()) out += "\nkept " + t.path + " [" + t.received + "] [" + t.released + "]";
  return out;
}

// Line ends of all kinds, comments, data on several lines, escapes and UTF-8 in
// the text, choices and tool calls taking turns.
std::string lively(const std::string& first, const std::string& second) {
  return "\xEF\xBB\xBF: hello\n\n"
         "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"" + first + "\"}}]}\r\n\r\n"
         "data: {\"choices\":\rdata: [{\"index\":1,\"delta\":{\"content\":\"\xC3\xA9\xF0\x9F\x98\x80 f\\u006fr\"}}]}\r\r"
         "event: chunk\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + second + "\"},\ndata: \"finish_reason\":null}]}\n\n"
         ": keep\r\n\r\n"
         "data: {\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\\"\\\\u0066orb\"}}]}}]}\n\n"
         "data: {\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"id\\\"}\"}}]}},{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
         "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\r\n\r\n"
         "data: [DONE]\r\n\r\ndata: late\n\n";
}

// The same of completions.
std::string lively_text(const std::string& first, const std::string& second) {
  return "data: {\"choices\":[{\"index\":0,\"text\":\"" + first + "\",\"logprobs\":{\"tokens\":[\"x\"]}}]}\r\n\r\n"
         "data: {\"choices\":\rdata: [{\"index\":1,\"text\":\"\xC3\xA9\xF0\x9F\x98\x80 f\\u006fr\"}]}\r\r"
         "data: {\"choices\":[{\"index\":0,\"text\":\"" + second + "\",\ndata: \"finish_reason\":null,\"new\":[\"forbid\"]}]}\n\n"
         "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"},{\"index\":1,\"text\":\"forb\",\"finish_reason\":\"stop\"}]}\n\n"
         "data: [DONE]\r\n\r\ndata: late\n\n";
}

struct cut_case {
  const dialect::codec& codec;
  const char* name;
  std::string bytes;
  std::shared_ptr<const policy::compiled_policy> policy;
  const char* ending;
};

std::vector<cut_case> cases() {
  using support::compile;
  const auto blocks = compile({{.id = "B", .regex = "forbidden word"}, {.id = "O", .regex = "for", .action = action::observe}});
  const auto redacts = compile({{.id = "A", .regex = "forbidden word", .action = action::redact}, {.id = "C", .regex = "\\bforbid\\b", .action = action::redact},
                                {.id = "D", .regex = "\xC3\xA9", .action = action::redact}});
  const auto shadow = compile({{.id = "B", .regex = "forbidden word", .mode = mode::shadow}});
  const std::string hit = lively("x for", "bidden word y");
  const std::string clean = lively("x for", "eign \\ud83d\\ude00 word");
  const std::string text = lively_text("x for", "bidden word y");
  return {{chat, "clean", clean, blocks, "done"},
          {chat, "block", hit, blocks, "stop"},
          {chat, "redact", hit, redacts, "done"},
          {chat, "shadow", hit, shadow, "done"},
          {chat, "truncated", hit.substr(0, hit.size() - 60), redacts, "the answer ended"},
          {chat, "malformed", clean.substr(0, 260) + "\n\ndata: }\n\n", redacts, "an event's data"},
          {completions, "clean", lively_text("x for", "eign word"), blocks, "done"},
          {completions, "block", text, blocks, "stop"},
          {completions, "redact", text, redacts, "done"}};
}

TEST(stream_cut, every_pair_of_cuts_gives_the_same) {
  std::size_t runs = 0;
  for (const cut_case& c : cases()) {
    const std::string_view bytes = c.bytes;
    const std::string whole = run(c.codec, c.policy, {bytes});
    EXPECT_NE(whole.find(std::string("\n") + c.ending), std::string::npos) << c.name << whole;
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
      // All pairs near each other and a spread of the far ones: all of them take a minute.
      for (std::size_t second = first; second <= bytes.size(); second += second < first + 12 ? 1 : 53, ++runs) {
        ASSERT_EQ(run(c.codec, c.policy, {bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)}), whole)
            << c.name << " cut at " << first << " and " << second;
      }
    }
    std::vector<std::string_view> single;
    for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
    EXPECT_EQ(run(c.codec, c.policy, single), whole) << c.name;
  }
  EXPECT_GT(runs, 65'000U);
}

// A short stream that has everything in it, under every pair of cuts there is.
TEST(stream_cut, not_one_pair_of_cuts_makes_a_difference) {
  const std::string bytes =
      "\xEF\xBB\xBF: c\r\r"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a for\"}},{\"index\":1,\"delta\":{\"content\":\"\xC3\xA9 f\\u006fr\"}}]}\r\n\r\n"
      "data: {\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\ndata: \"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\\"\\\\u0066orb\"}}]}}]}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"bidden\\ud83d\\ude00\"}}]}\r\r"
      "data: {\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"idden\\\"}\"}}]}}]}\n\n"
      "data: [DONE]\n\n";
  using support::compile;
  const cut_case all[] = {{chat, "block", bytes, compile({{.id = "B", .regex = "forbidden"}}), "stop"},
                          {chat, "redact", bytes, compile({{.id = "R", .regex = "\\bforbidden\\b", .action = action::redact}}), "done"}};
#ifdef NDEBUG
  constexpr std::size_t step = 1;
#else
  constexpr std::size_t step = 7;   // of far ones: sanitizers take their time
#endif
  std::size_t runs = 0;
  for (const cut_case& c : all) {
    const std::string_view text = c.bytes;
    const std::string whole = run(c.codec, c.policy, {text});
    EXPECT_NE(whole.find(std::string("\n") + c.ending), std::string::npos) << c.name << whole;
    const std::string released = whole.substr(0, whole.find("\nkept "));
    EXPECT_EQ(released.find("bidden"), std::string::npos) << whole;
    EXPECT_NE(whole.find("leaked 0"), std::string::npos) << whole;
    for (std::size_t first = 0; first <= text.size(); ++first) {
      for (std::size_t second = first; second <= text.size(); second += second < first + 12 ? 1 : step, ++runs) {
        ASSERT_EQ(run(c.codec, c.policy, {text.substr(0, first), text.substr(first, second - first), text.substr(second)}), whole)
            << c.name << " cut at " << first << " and " << second;
      }
    }
  }
  if (step == 1) EXPECT_EQ(runs, (bytes.size() + 1) * (bytes.size() + 2));
  EXPECT_GT(runs, 200'000U / step);
}

// The text cut anew into events, character by character and in every pair of
// cuts: the client's text and what is found are the same.
TEST(stream_cut, the_text_may_be_cut_into_events_anywhere) {
  const auto policy = support::compile({{.id = "A", .regex = "forbidden( word)?", .action = action::redact}, {.id = "C", .regex = "\\bword\\b", .action = action::redact}});
  const std::string text = "a forbidden word, forbidden w\xE6\x97\xA5rd; words word";
  const auto out_of = [&](const std::vector<std::string_view>& pieces) {
    stream_guard guard(chat, {}, {}, policy);
    std::string bytes;
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) bytes += "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + std::string(piece) + "\"}}]}\n\n";
    }
    bytes += "data: [DONE]\n\n";
    const auto step = guard.on_bytes(bytes, true);
    if (!step) return step.error().detail;
    std::string said;
    dialect::sse_decoder decoder(10'000);
    decoder.feed(step->bytes);
    json::reader reader;
    for (auto e = decoder.next(); e && *e != nullptr; e = decoder.next()) {
      if ((*e)->data == "[DONE]") break;
      const json::document& d = *reader.read((*e)->data).value();
      said += d[d.find(d.find(d[d.find(0, "choices")].first_child, "delta"), "content")].text;
    }
    for (const auto& f : guard.report().decision.findings) said += "|" + std::to_string(f.rule) + ":" + std::to_string(f.span.begin) + "-" + std::to_string(f.span.end);
    return said;
  };
  const std::string whole = out_of({text});
  EXPECT_TRUE(whole.starts_with("a [REDACTED], [REDACTED] w\xE6\x97\xA5rd; words [REDACTED]|")) << whole;
  const std::string_view all = text;
  const auto border = [&](std::size_t at) { return at == all.size() || (static_cast<unsigned char>(all[at]) & 0xC0) != 0x80; };
  std::size_t runs = 0;
  for (std::size_t first = 0; first <= all.size(); ++first) {
    for (std::size_t second = first; second <= all.size(); ++second) {
      if (!border(first) || !border(second)) continue;  // an event holds whole characters
      ASSERT_EQ(out_of({all.substr(0, first), all.substr(first, second - first), all.substr(second)}), whole) << first << " " << second;
      ++runs;
    }
  }
  EXPECT_GT(runs, 900U);
}

}  // namespace
}  // namespace stoplog::guard
