// Annotations say where something stands in a text: of one that was masked they do
// not point anywhere else.
#include "parts.hpp"

namespace stoplog::guard {
namespace {

using namespace parts;

// Places in a text that went out with masks are not those that were meant.
TEST(annotations, do_not_point_into_what_was_masked) {
  const std::string note = R"({"type":"url_citation","url":"https://example.com","title":"T","start_index":22,"end_index":27})";
  const auto part = [&](const std::string& text) { return R"({"type":"output_text","text":)" + quoted(text) + ",\"annotations\":[" + note + "]}"; };
  const auto message = [](const std::string& of) { return R"({"type":"message","id":"m","role":"assistant","status":"completed","content":[)" + of + "]}"; };
  const std::string clean = response({message(part("fine"))});
  EXPECT_EQ(whole(responses, redacts(), clean).body, clean);
  EXPECT_EQ(whole(responses, redacts(), response({message(part("a forbidden word b"))})).body,
            response({message(R"({"type":"output_text","text":"a [REDACTED] b","annotations":[]})")}));
  const auto chat_answer = [&](const std::string& content, const std::string& notes) {
    return R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":)" + content + ",\"annotations\":[" + notes + R"(]},"finish_reason":"stop"}]})";
  };
  EXPECT_EQ(whole(chat, redacts(), chat_answer("\"fine\"", note)).body, chat_answer("\"fine\"", note));
  EXPECT_EQ(whole(chat, redacts(), chat_answer("\"a forbidden word b\"", note)).body, chat_answer("\"a [REDACTED] b\"", ""));
  EXPECT_EQ(whole(chat, redacts(), chat_answer(R"([{"type":"text","text":"a forbidden word b"}])", note)).body, chat_answer(R"([{"type":"text","text":"a [REDACTED] b"}])", ""));
}

TEST(annotations, of_a_stream_do_not_point_into_what_was_masked) {
  const std::string note = R"({"type":"url_citation","url":"https://example.com","title":"T","start_index":22,"end_index":27})";
  const auto chunk = [](const std::string& delta) { return "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{" + delta + "}}]}\n\n"; };
  const std::string noted = chunk("\"annotations\":[" + note + "]");
  const outcome clean = run(chat, redacts(), {chunk("\"content\":\"fine\"") + noted + "data: [DONE]\n\n"});
  EXPECT_NE(clean.bytes.find(noted), std::string::npos) << clean.bytes;
  const outcome masked = run(chat, redacts(), {chunk("\"content\":\"a forbidden word b\"") + noted + "data: [DONE]\n\n"});
  EXPECT_NE(masked.bytes.find("\"annotations\":[]"), std::string::npos) << masked.bytes;
  EXPECT_EQ(masked.bytes.find("start_index"), std::string::npos) << masked.bytes;

  const auto typed = [&](const std::string& text) {
    const std::string at = R"("item_id":"m0","output_index":0,"content_index":0,)";
    const auto event = [](const std::string& type, const std::string& rest) { return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n"; };
    const std::string said = R"({"type":"message","id":"m0","role":"assistant","content":[)" + text_part(text) + "]}";
    const std::string bytes = event("response.created", R"("response":{"id":"r","object":"response","status":"in_progress","model":"m","output":[]})") +
                              event("response.output_item.added", R"("output_index":0,"item":{"type":"message","id":"m0","role":"assistant","content":[]})") +
                              event("response.content_part.added", at + "\"part\":" + text_part("")) + event("response.output_text.delta", at + "\"delta\":" + quoted(text)) +
                              event("response.output_text.done", at + "\"text\":" + quoted(text)) + event("response.content_part.done", at + "\"part\":" + text_part(text)) +
                              event("response.output_item.done", "\"output_index\":0,\"item\":" + said) + event("response.completed", "\"response\":" + response({said}));
    const std::string added = "event: response.output_text.annotation.added\ndata: {\"type\":\"response.output_text.annotation.added\"," + at + "\"annotation_index\":0,\"annotation\":" + note + "}\n\n";
    const std::size_t behind = bytes.find("event: response.content_part.done");
    return run(responses, redacts(), {bytes.substr(0, behind) + added + bytes.substr(behind)}).bytes;
  };
  EXPECT_NE(typed("fine").find(note), std::string::npos);
  EXPECT_NE(typed("\xC3\xA4 forbidden word b").find(R"("start_index":14,"end_index":14)"), std::string::npos) << typed("\xC3\xA4 forbidden word b");
}

}  // namespace
}  // namespace stoplog::guard
