#include "json/writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace stoplog::json {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(json_writer, escapes_what_must_be_and_nothing_else) {
  EXPECT_EQ(escaped(""), R"("")");
  EXPECT_EQ(escaped("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(escaped("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(escaped(std::string_view("\0\x01\x1F\x7F", 4)), R"("\u0000\u0001\u001f\u007f")");
  EXPECT_EQ(escaped("\xE2\x80\xA8|\xE2\x80\xA9|\xE2\x80\xAA"), "\"\\u2028|\\u2029|\xE2\x80\xAA\"");
  EXPECT_EQ(escaped("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST(json_writer, every_code_point_comes_back) {
  reader r;
  std::size_t checked = 0;
  const auto round_trip = [&](const std::string& text) {
    const std::string json = escaped(text);
    const auto d = r.read(json);
    ASSERT_TRUE(d) << json;
    ASSERT_EQ((**d)[document::root].text, text);
    ++checked;
  };
  for (char c = 0;; ++c) {
    round_trip(std::string(1, c));
    round_trip("x" + std::string(2, c) + "y");
    if (c == std::numeric_limits<char>::max()) break;
  }
  for (const char* text : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    round_trip(text);
  }
  EXPECT_EQ(checked, 263U);
}

TEST(json_writer, builds_nested_values) {
  writer w;
  w.begin_object().member("a", "x").key("b").begin_array().number(std::int64_t{1}).string("y").begin_object().end_object();
  w.begin_array().end_array().null().boolean(true).raw("{\"z\":0}").end_array().member("c", false).member("d", std::int64_t{-5});
  w.key("e").number(0.5).end_object();
  EXPECT_EQ(w.take(), R"({"a":"x","b":[1,"y",{},[],null,true,{"z":0}],"c":false,"d":-5,"e":0.5})");
  EXPECT_EQ(w.begin_array().end_array().take(), "[]");
}

TEST(json_writer, refuses_numbers_that_json_does_not_have) {
  writer w;
  EXPECT_THROW(w.number(std::numeric_limits<double>::infinity()), contract_violation);
  EXPECT_THROW(w.number(std::numeric_limits<double>::quiet_NaN()), contract_violation);
}

class json_edits : public testing::Test {
 protected:
  const document& read(std::string source) {
    source_ = std::move(source);
    return *reader_.read(source_).value();
  }
  static node_id member(const document& d, std::string_view key) { return d.find(document::root, key); }

  reader reader_;
  std::string source_;
};

TEST_F(json_edits, leave_every_other_byte) {
  const document& d = read(" {\"a\" : \"x\" ,\r\n \"n\":1e5,\"b\":[ 1.0 , \"\\u0041\" ] } ");
  edits e;
  EXPECT_TRUE(e.empty());
  EXPECT_EQ(e.apply(d), source_);
  e.replace_string(member(d, "a"), "new\n\"text\"");
  e.replace_raw(member(d, "n"), "[true]");
  EXPECT_FALSE(e.empty());
  EXPECT_EQ(e.apply(d), " {\"a\" : \"new\\n\\\"text\\\"\" ,\r\n \"n\":[true],\"b\":[ 1.0 , \"\\u0041\" ] } ");
}

TEST_F(json_edits, replace_keys_beside_their_values) {
  const document& d = read("{\"a\": \"x\", \"b\": \"y\"}");
  edits e;
  e.replace_string(member(d, "a"), "1");
  e.replace_key(member(d, "a"), "k");
  e.replace_key(member(d, "b"), "l");
  EXPECT_EQ(e.apply(d), "{\"k\": \"1\", \"l\": \"y\"}");
}

// Every subset of four elements removed, in an array and in an object.
TEST_F(json_edits, remove_any_members_with_their_commas) {
  reader check;
  std::size_t cases = 0;
  for (const bool object : {false, true}) {
    for (unsigned kept = 0; kept < 16; ++kept, ++cases) {
      const document& d = read(object ? "{ \"a\" : 0 , \"b\" : 1 , \"c\":2,\"d\":3}" : "[ 0 , 1 , 2,3]");
      edits e;
      std::string expected;
      for (node_id at = d[document::root].first_child; at != no_node; at = d[at].next) {
        if ((kept >> d[at].index & 1U) == 0) e.remove_member(at);
        else expected += std::string(d[at].key) + std::string(d[at].text) + ' ';
      }
      const std::string json = e.apply(d);
      const auto after = check.read(json);
      ASSERT_TRUE(after) << json;
      std::string left;
      for (node_id at = (**after)[document::root].first_child; at != no_node; at = (**after)[at].next) {
        left += std::string((**after)[at].key) + std::string((**after)[at].text) + ' ';
      }
      EXPECT_EQ(left, expected) << json;
    }
  }
  EXPECT_EQ(cases, 32U);
}

TEST_F(json_edits, know_what_they_cover) {
  const document& d = read(R"({"a":{"b":["x"]},"c":1})");
  const node_id b = d.find(member(d, "a"), "b");
  edits e;
  e.replace_key(member(d, "c"), "k");
  EXPECT_FALSE(e.covers(d, member(d, "c")));
  e.replace_raw(member(d, "a"), "{}");
  EXPECT_TRUE(e.covers(d, member(d, "a")));
  EXPECT_TRUE(e.covers(d, d[b].first_child));
  EXPECT_FALSE(e.covers(d, document::root));
}

TEST_F(json_edits, refuse_to_edit_twice) {
  const document& d = read(R"({"a":{"b":"x"}})");
  edits twice;
  twice.replace_string(member(d, "a"), "1");
  twice.replace_string(member(d, "a"), "2");
  EXPECT_THROW(twice.apply(d), contract_violation);
  edits within;
  within.replace_string(d.find(member(d, "a"), "b"), "1");
  within.replace_raw(member(d, "a"), "2");
  EXPECT_THROW(within.apply(d), contract_violation);
}

}  // namespace
}  // namespace stoplog::json
