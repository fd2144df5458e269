#include "dialect/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::dialect {
namespace {

using namespace std::string_literals;

// Every event as text; a line an event.
std::string decode(const std::vector<std::string_view>& chunks, std::size_t limit = 1000) {
  sse_decoder decoder(limit);
  std::string out;
  const auto drain = [&] {
    for (;;) {
      const auto event = decoder.next();
      if (!event) {
        out += "error " + std::string(to_string(event.error().code)) + "\n";
        return false;
      }
      if (*event == nullptr) return true;
      const sse_event& e = **event;
      out += "[" + std::string(e.name) + "|" + (e.has_data ? std::string(e.data) : "-") + (e.plain ? "" : "|odd") +
             (e.has_comment ? "|comment" : "") + "]" + std::string(e.raw) + "\n";
    }
  };
  for (const std::string_view chunk : chunks) {
    // A copy that dies: the decoder may keep no view of the caller's bytes.
    const std::string bytes(chunk);
    decoder.feed(bytes);
    if (!drain()) return out;
  }
  decoder.finish();
  if (drain() && decoder.pending()) out += "pending\n";
  return out;
}

struct sse_case {
  std::string bytes;
  std::string events;
};

const std::vector<sse_case>& cases() {
  static const std::vector<sse_case> list{
      {"", ""},
      {"data: x\n\n", "[|x]data: x\n\n\n"},
      {"data:x\n\n", "[|x]data:x\n\n\n"},
      {"data:  x\n\n", "[| x]data:  x\n\n\n"},
      {"data\n\n", "[|]data\n\n\n"},
      {"data: a\ndata: b\ndata\ndata:c\n\n", "[|a\nb\n\nc]data: a\ndata: b\ndata\ndata:c\n\n\n"},
      {"data: x\r\n\r\n", "[|x]data: x\r\n\r\n\n"},
      {"data: x\r\rdata: y\r\r", "[|x|odd]data: x\r\r\n[|y|odd]data: y\r\r\n"},
      {"data: x\r\n\ndata: y\n\r\n", "[|x]data: x\r\n\n\n[|y]data: y\n\r\n\n"},
      {"event: ping\n\n", "[ping|-]event: ping\n\n\n"},
      {"event: a\nevent: b\ndata: x\n\n", "[b|x]event: a\nevent: b\ndata: x\n\n\n"},
      {": hello\n\n", "[|-|odd|comment]: hello\n\n\n"},
      {":\ndata: x\n\n", "[|x|odd|comment]:\ndata: x\n\n\n"},
      {"id: 7\ndata: x\n\n", "[|x|odd]id: 7\ndata: x\n\n\n"},
      {"retry: 10\n\n", "[|-|odd]retry: 10\n\n\n"},
      {"other: 1\ndata: x\n\n", "[|x|odd]other: 1\ndata: x\n\n\n"},
      {" data: x\n\n", "[|-|odd] data: x\n\n\n"},
      {"Data: x\n\n", "[|-|odd]Data: x\n\n\n"},
      {"\n\ndata: x\n\n", "[|-]\n\n[|-]\n\n[|x]data: x\n\n\n"},
      {"\xEF\xBB\xBF" "data: x\n\n", "[|x]data: x\n\n\n"},
      {"\xEF\xBB\xBF\xEF\xBB\xBF" "data: x\n\n", "[|-|odd]\xEF\xBB\xBF" "data: x\n\n\n"},
      {"\xEF\xBBx\n\n", "[|-|odd]\xEF\xBBx\n\n\n"},
      {"data: x\n\ndata: \xF0\x9F\x98\x80\n\n", "[|x]data: x\n\n\n[|\xF0\x9F\x98\x80]data: \xF0\x9F\x98\x80\n\n\n"},
      {"data: x\n\ndata: y", "[|x]data: x\n\n\npending\n"},
      {"data: x\n", "pending\n"},
      {"data: x\r", "pending\n"},
      {"data: x\n\r", "[|x|odd]data: x\n\r\n"},
      {"data: a: b\n\n", "[|a: b]data: a: b\n\n\n"},
      {"data: a\0b\n\n"s, "[|a\0b]data: a\0b\n\n\n"s},
      {"data: one\r\n: note\r\nevent: e\r\ndata: two\r\n\r\ndata: [DONE]\r\n\r\n",
       "[e|one\ntwo|odd|comment]data: one\r\n: note\r\nevent: e\r\ndata: two\r\n\r\n\n[|[DONE]]data: [DONE]\r\n\r\n\n"},
  };
  return list;
}

TEST(sse_decoder, reads_what_the_standard_says) {
  for (const auto& c : cases()) EXPECT_EQ(decode({c.bytes}), c.events) << c.bytes;
  EXPECT_EQ(cases().size(), 30U);
}

TEST(sse_decoder, reads_the_same_for_every_pair_of_cuts_and_byte_by_byte) {
  std::size_t cuts = 0;
  for (const auto& c : cases()) {
    const std::string_view bytes = c.bytes;
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
      for (std::size_t second = first; second <= bytes.size(); ++second, ++cuts) {
        ASSERT_EQ(decode({bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)}), c.events)
            << c.bytes << " cut at " << first << " and " << second;
      }
    }
    std::vector<std::string_view> single;
    for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
    EXPECT_EQ(decode(single), c.events) << c.bytes;
  }
  EXPECT_EQ(cuts, 5144U);
}

TEST(sse_decoder, refuses_an_event_beyond_the_limit_however_it_comes) {
  const std::string fits = "data: 34567\n\n";  // 13 bytes
  const std::string ok = "[|34567]" + fits + "\n";
  const std::vector<std::string> too_big{"data: 345678\n\n", "data: 3456789abcdef", ": 56789abcdefghi", "id: 5\ndata: x\n\n", "\n\n\nxxxxxxxxxxxxxx"};
  for (const auto& big : too_big) {
    const std::string bytes = fits + big + "data: z\n\n";
    const std::string whole = decode({bytes}, 13);
    EXPECT_TRUE(whole.starts_with(ok)) << whole;
    EXPECT_TRUE(whole.ends_with("error upstream_malformed\n")) << whole;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      EXPECT_EQ(decode({std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)}, 13), whole);
    }
  }
}

TEST(sse_decoder, takes_a_large_event_of_lone_carriage_returns_in_linear_time) {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += "id\r";  // quadratic work would take minutes
  bytes += "data: x\r\r";
  sse_decoder decoder(bytes.size());
  for (const char& byte : bytes) {
    decoder.feed(std::string_view(&byte, 1));
    const auto event = decoder.next();
    ASSERT_TRUE(event);
    ASSERT_EQ(*event, nullptr);
  }
  decoder.finish();
  const auto event = decoder.next();
  ASSERT_TRUE(event && *event != nullptr);
  EXPECT_EQ((*event)->data, "x");
}

TEST(append_event, writes_what_the_decoder_reads) {
  struct { std::string name, data, expected; } const list[] = {
      {"", "x", "data: x\n\n"}, {"", "", "data: \n\n"}, {"e", "x", "event: e\ndata: x\n\n"}, {"", "a\nb", "data: a\ndata: b\n\n"}, {"", "a\n", "data: a\ndata: \n\n"},
  };
  for (const auto& c : list) {
    std::string out;
    append_event(out, c.name, c.data);
    EXPECT_EQ(out, c.expected);
    sse_decoder decoder(100);
    decoder.feed(out);
    const auto event = decoder.next();
    ASSERT_TRUE(event && *event != nullptr);
    EXPECT_EQ((*event)->data, c.data);
    EXPECT_EQ((*event)->name, c.name);
    EXPECT_TRUE((*event)->plain);
  }
}

}  // namespace
}  // namespace stoplog::dialect
