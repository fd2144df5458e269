#include "json/document.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::json {
namespace {

using namespace std::string_literals;

// The whole tree as text: kinds, keys, texts; two equal trees print alike.
void print(const document& d, node_id id, std::string& out) {
  const node& n = d[id];
  switch (n.kind) {
    case kind::null: out += "null"; break;
    case kind::boolean:
    case kind::number: out += n.text; break;
    case kind::string: out += '<' + std::string(n.text) + '>'; break;
    case kind::array:
    case kind::object:
      out += n.kind == kind::array ? '[' : '{';
      for (node_id at = n.first_child; at != no_node; at = d[at].next) {
        if (n.kind == kind::object) out += '<' + std::string(d[at].key) + ">:";
        print(d, at, out);
        out += ' ';
      }
      out += n.kind == kind::array ? ']' : '}';
  }
}

std::string tree(const document& d, node_id id = document::root) {
  std::string out;
  print(d, id, out);
  return out;
}

struct accepted_case {
  std::string json;
  std::string tree;
};

const std::vector<accepted_case>& accepted() {
  static const std::vector<accepted_case> cases{
      // literals and white space
      {"null", "null"}, {"true", "true"}, {"false", "false"}, {" null", "null"}, {"null ", "null"},
      {"\t\r\n true \n", "true"}, {"[ ]", "[]"}, {"{ }", "{}"}, {"[\n]", "[]"}, {" [ 1 , 2 ] ", "[1 2 ]"},
      {"{ \"a\" : 1 }", "{<a>:1 }"}, {"[null,true,false]", "[null true false ]"},
      // numbers, kept as they were written
      {"0", "0"}, {"-0", "-0"}, {"7", "7"}, {"-7", "-7"}, {"10", "10"}, {"1.0", "1.0"}, {"1.50", "1.50"}, {"0.1", "0.1"},
      {"-0.0", "-0.0"}, {"1e5", "1e5"}, {"1E5", "1E5"}, {"1e+5", "1e+5"}, {"1e-5", "1e-5"}, {"1.2e03", "1.2e03"},
      {"0e0", "0e0"}, {"1e999", "1e999"}, {"-1e-999", "-1e-999"}, {"18446744073709551616", "18446744073709551616"},
      {"123456789012345678901234567890.123", "123456789012345678901234567890.123"}, {" 5 ", "5"}, {"[5 ,6 ]", "[5 6 ]"},
      // strings
      {"\"\"", "<>"}, {"\"a\"", "<a>"}, {" \"a\" ", "<a>"}, {"\"a b\"", "<a b>"}, {"\"[{,:}]\"", "<[{,:}]>"},
      {R"("\"")", "<\">"}, {R"("\\")", "<\\>"}, {R"("\/")", "</>"}, {R"("\b\f\n\r\t")", "<\b\f\n\r\t>"},
      {R"("\\\"\\")", "<\\\"\\>"}, {R"("\u0041")", "<A>"}, {R"("\u00e9")", "<\xC3\xA9>"}, {R"("\u00E9")", "<\xC3\xA9>"},
      {R"("\u20ac")", "<\xE2\x82\xAC>"}, {R"("\ud83d\ude00")", "<\xF0\x9F\x98\x80>"}, {R"("\uD83D\uDE00!")", "<\xF0\x9F\x98\x80!>"},
      {R"("\udbff\udfff")", "<\xF4\x8F\xBF\xBF>"}, {R"("\ud800\udc00")", "<\xF0\x90\x80\x80>"}, {R"("\ue000")", "<\xEE\x80\x80>"},
      {R"("\uffff")", "<\xEF\xBF\xBF>"}, {R"("\u0000")", "<\0>"s}, {R"("a\u0000b")", "<a\0b>"s}, {R"("x\\u0041")", "<x\\u0041>"},
      {"\"\xC3\xA9\"", "<\xC3\xA9>"}, {"\"\xE2\x82\xAC\"", "<\xE2\x82\xAC>"}, {"\"\xF0\x9F\x98\x80\"", "<\xF0\x9F\x98\x80>"},
      {"\"\x7F\"", "<\x7F>"}, {"\"\xEF\xBB\xBF\"", "<\xEF\xBB\xBF>"}, {"\"\xE2\x80\xA8\"", "<\xE2\x80\xA8>"}, {"\"\xEF\xBF\xBF\"", "<\xEF\xBF\xBF>"},
      {"\"" + std::string(1000, 'x') + "\"", "<" + std::string(1000, 'x') + ">"},
      // arrays and objects
      {"[]", "[]"}, {"[[]]", "[[] ]"}, {"[[],{}]", "[[] {} ]"}, {"[1,[2,[3]]]", "[1 [2 [3 ] ] ]"}, {"[\"a\",\"b\"]", "[<a> <b> ]"},
      {"{}", "{}"}, {"{\"\":1}", "{<>:1 }"}, {"{\"a\":{}}", "{<a>:{} }"}, {"{\"a\":[]}", "{<a>:[] }"},
      {"{\"a\":1,\"b\":2}", "{<a>:1 <b>:2 }"}, {"{\"b\":1,\"a\":2}", "{<b>:1 <a>:2 }"}, {"{\"a\":1,\"A\":2}", "{<a>:1 <A>:2 }"},
      {R"({"\u0061":1,"b":2})", "{<a>:1 <b>:2 }"}, {R"({"a\"b":1})", "{<a\"b>:1 }"}, {R"({"a":{"a":1},"b":{"a":2}})", "{<a>:{<a>:1 } <b>:{<a>:2 } }"},
      {"[{\"a\":1},{\"a\":2}]", "[{<a>:1 } {<a>:2 } ]"}, {"[[[[[[1]]]]]]", "[[[[[[1 ] ] ] ] ] ]"},
      {"{\"a\":[{\"b\":[null]}]}", "{<a>:[{<b>:[null ] } ] }"}, {"[ [ ] , [ ] ]", "[[] [] ]"}, {"{\"a\":\"}\",\"b\":\"]\"}", "{<a>:<}> <b>:<]> }"},
  };
  return cases;
}

// What RFC 8259 or we refuse, with the error's code. All of it stays refused in
// an array, as a member, and between white space.
struct refused_case {
  std::string json;
  errc code = errc::malformed_json;
};

const std::vector<refused_case>& refused() {
  static const std::vector<refused_case> cases{
      // literals
      {"nul"}, {"nulll"}, {"Null"}, {"NULL"}, {"tru"}, {"truee"}, {"True"}, {"fals"}, {"falsee"}, {"None"}, {"undefined"},
      {"nan"}, {"NaN"}, {"Infinity"}, {"-Infinity"}, {"inf"}, {"true\"x\""}, {"nulltrue"}, {"true false"}, {"a"}, {"'a'"}, {"null\0"s},
      // numbers
      {"-"}, {"+1"}, {"01"}, {"-01"}, {"00"}, {"1."}, {".1"}, {"-.1"}, {"1.e1"}, {"1e"}, {"1e+"}, {"1e1.5"}, {"1E"}, {"0x10"}, {"1_000"},
      {"1a"}, {"1 2"}, {"1\"a\""}, {"--1"}, {"1-"}, {"1e5e5"}, {"1.2.3"}, {"\xEF\xBC\x91"}, {"1\xC2\xA0"}, {"1\f"}, {"1\v"}, {"1/*c*/"}, {"1//c"}, {"#c"},
      // strings
      {"\""}, {"\"a"}, {"a\""}, {"\"a\"b"}, {"\"a\"\"b\""}, {"\"\\\""}, {R"("\x41")"}, {R"("\a")"}, {R"("\'")"}, {R"("\0")"}, {R"("\u")"},
      {R"("\u1")"}, {R"("\u12")"}, {R"("\u123")"}, {R"("\u12g4")"}, {R"("\U0041")"}, {R"("\u+041")"}, {R"("\ud800")"}, {R"("\udbff")"},
      {R"("\udc00")"}, {R"("\udfff")"}, {R"("\ud83dx")"}, {R"("\ud83d\n")"}, {R"("\ud83d\u0041")"}, {R"("\ud83d\ud83d")"}, {R"("\ude00\ud83d")"},
      {R"("\ud83d\ude0")"}, {R"("\ud83d\\ude00")"}, {"\"\n\""}, {"\"\t\""}, {"\"\r\""}, {"\"\0\""s}, {"\"\x01\""}, {"\"\x1F\""}, {"\"a\\\n\""},
      // UTF-8
      {"\"\x80\"", errc::invalid_utf8}, {"\"\xC3\"", errc::invalid_utf8}, {"\"\xC3x\"", errc::invalid_utf8}, {"\"\xC0\x80\"", errc::invalid_utf8},
      {"\"\xC1\xBF\"", errc::invalid_utf8}, {"\"\xE0\x80\x80\"", errc::invalid_utf8}, {"\"\xE2\x82\"", errc::invalid_utf8},
      {"\"\xED\xA0\x80\"", errc::invalid_utf8}, {"\"\xED\xBF\xBF\"", errc::invalid_utf8}, {"\"\xF0\x80\x80\x80\"", errc::invalid_utf8},
      {"\"\xF4\x90\x80\x80\"", errc::invalid_utf8}, {"\"\xF5\x80\x80\x80\"", errc::invalid_utf8}, {"\"\xFF\"", errc::invalid_utf8}, {"\xFF", errc::invalid_utf8},
      {"{\"\xC3\":1}", errc::invalid_utf8},
      // arrays
      {"["}, {"]"}, {"[1"}, {"[1,"}, {"[1,]"}, {"[,1]"}, {"[,]"}, {"[1,,2]"}, {"[1 2]"}, {"[1}"}, {"[1]]"}, {"[[1]"}, {"[1],"}, {"[1][2]"},
      {"[1]x"}, {"[\"a\":1]"}, {"[1:2]"}, {"[:]"}, {"[\"a\"1]"}, {"[1\"a\"]"}, {"[nul]"}, {"[[]"}, {"[}"}, {"[]1"}, {"[01]"}, {"[1.]"}, {"[{]}"}, {"[\"\\ud800\"]"},
      // objects
      {"{"}, {"}"}, {"{\"a\""}, {"{\"a\":"}, {"{\"a\":1"}, {"{\"a\":1,"}, {"{\"a\":1,}"}, {"{,}"}, {"{,\"a\":1}"}, {"{\"a\"}"}, {"{\"a\":}"}, {"{\"a\" 1}"},
      {"{\"a\"::1}"}, {"{\"a\",1}"}, {"{a:1}"}, {"{'a':1}"}, {"{1:1}"}, {"{null:1}"}, {"{[]:1}"}, {"{\"a\":1 \"b\":2}"}, {"{\"a\":1]"}, {"{\"a\":1}}"},
      {"{\"a\":1}{}"}, {"{\"a\":1}x"}, {"{\"a\"x:1}"}, {"{\"a\":1:2}"}, {"{\"a\":1,,\"b\":2}"}, {"{\"a\":[1}"}, {"{:1}"}, {"{\"a\":tru}"}, {R"({"\ud800":1})"}, {"{\"a\\\":1}"},
      // members twice
      {R"({"a":1,"a":1})"}, {R"({"a":1,"b":2,"a":3})"}, {R"({"a":1,"\u0061":2})"}, {R"({"":1,"":2})"}, {R"({"x":{"a":1,"a":2}})"}, {R"({"x":[{"a":1,"a":2}]})"},
      {R"({"\/":1,"/":2})"}, {R"({"a":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"a":2})"}, {R"({"\ud83d\ude00":1,"😀":2})"},
  };
  return cases;
}

TEST(json_reader, accepts_what_rfc_8259_accepts) {
  reader r;
  for (const auto& c : accepted()) {
    const auto d = r.read(c.json);
    ASSERT_TRUE(d) << c.json << ": " << d.error().detail;
    EXPECT_EQ(tree(**d), c.tree) << c.json;
  }
  EXPECT_EQ(accepted().size(), 84U);
}

TEST(json_reader, accepts_the_same_in_an_array_and_refuses_every_cut_of_it) {
  reader r;
  std::size_t cuts = 0;
  for (const auto& c : accepted()) {
    const std::string whole = "[" + c.json + ",{\"k\": " + c.json + " }]";
    const auto d = r.read(whole);
    ASSERT_TRUE(d) << whole;
    EXPECT_EQ(tree(**d), "[" + c.tree + " {<k>:" + c.tree + " } ]");
    if (whole.size() > 500) continue;  // the long string's cuts are all alike
    for (std::size_t size = 0; size < whole.size(); ++size, ++cuts) {
      EXPECT_FALSE(r.read(whole.substr(0, size))) << whole.substr(0, size);
    }
  }
  EXPECT_GT(cuts, 2000U);
}

TEST(json_reader, refuses_what_is_not_strict_json_wherever_it_stands) {
  reader r;
  for (const auto& c : refused()) {
    const std::string variants[] = {c.json, " " + c.json, c.json + " ", "[" + c.json + "]", "[0," + c.json + "]", "{\"k\":" + c.json + "}",
                                    "[" + c.json + ",0]", "{\"k\":" + c.json + ",\"l\":0}"};
    for (const auto& json : variants) {
      const auto d = r.read(json);
      ASSERT_FALSE(d) << json;
      if (c.code == errc::invalid_utf8) EXPECT_EQ(d.error().code, errc::invalid_utf8) << json;
    }
  }
  EXPECT_EQ(refused().size(), 170U);
}

TEST(json_reader, refuses_an_empty_text_and_a_byte_order_mark) {
  reader r;
  for (const auto& json : {""s, " "s, "\n\t"s, "\xEF\xBB\xBF{}"s, "\xEF\xBB\xBF"s, "\xFE\xFF{}"s, "\0"s, "{}\0"s, "{}\x1A"s, "\f{}"s}) {
    EXPECT_FALSE(r.read(json)) << json;
  }
}

TEST(json_reader, every_value_knows_its_place_in_the_source) {
  const std::string source = " { \"a\" : [ 1 , \"x\\ny\" , { } , [ ] ] , \"b\\t\" : { \"c\" : null , \"d\":true} } ";
  reader r;
  reader again;
  const document& d = *r.read(source).value();
  ASSERT_EQ(d.size(), 9U);
  for (node_id id = 0; id < d.size(); ++id) {
    const std::string slice = source.substr(d[id].begin, d[id].end - d[id].begin);
    ASSERT_FALSE(slice.empty());
    EXPECT_NE(slice.front(), ' ');
    EXPECT_NE(slice.back(), ' ');
    const auto part = again.read(slice);
    ASSERT_TRUE(part) << slice;
    EXPECT_EQ(tree(**part), tree(d, id));
  }
  const node& b = d[d.find(document::root, "b\t")];
  EXPECT_EQ(source.substr(b.key_begin, b.key_end - b.key_begin), "\"b\\t\"");
}

TEST(json_reader, finds_members_and_names_paths) {
  const std::string source = R"({"messages":[{"role":"user"},{"content":[{"text":"x"}]}],"a b":{"k":1},"":[7]})";
  reader r;
  const document& d = *r.read(source).value();
  const node_id messages = d.find(document::root, "messages");
  const node_id second = d[d[messages].first_child].next;
  const node_id text = d.find(d[d.find(second, "content")].first_child, "text");
  EXPECT_EQ(d[text].text, "x");
  EXPECT_EQ(d.path(text), "messages[1].content[0].text");
  EXPECT_EQ(d.path(document::root), "");
  EXPECT_EQ(d.path(d.find(d.find(document::root, "a b"), "k")), "{1}.k");
  EXPECT_EQ(d.path(d[d.find(document::root, "")].first_child), "{2}[0]");
  EXPECT_EQ(d.find(document::root, "none"), no_node);
  EXPECT_EQ(d.find(messages, "role"), no_node);
}

std::string nested(std::size_t depth, char open, char close) { return std::string(depth, open) + std::string(depth, close); }

TEST(json_reader, limits_depth_before_it_descends) {
  reader r({.depth = 64});
  EXPECT_TRUE(r.read(nested(64, '[', ']')));
  EXPECT_EQ(r.read(nested(65, '[', ']')).error().code, errc::too_deep);
  EXPECT_EQ(r.read(nested(1'000'000, '[', ']')).error().code, errc::too_deep);
  EXPECT_EQ(r.read(std::string(1'000'000, '[')).error().code, errc::malformed_json) << "its end is no bracket";
  std::string objects = "1";
  for (int i = 0; i < 64; ++i) objects = "{\"a\":" + objects + "}";
  EXPECT_TRUE(r.read(objects));
  EXPECT_EQ(r.read("[" + objects + "]").error().code, errc::too_deep);
  reader deep({.depth = 5000});
  EXPECT_TRUE(deep.read(nested(5000, '[', ']')));
}

TEST(json_reader, limits_the_number_of_values) {
  reader r({.depth = 4, .nodes = 4});
  EXPECT_TRUE(r.read("[1,2,3]"));
  EXPECT_EQ(r.read("[1,2,3,4]").error().code, errc::malformed_json);
  EXPECT_EQ(r.read("[[],{},\"\",4]").error().code, errc::malformed_json);
}

TEST(json_reader, finds_duplicates_in_objects_of_every_width) {
  reader r;
  for (std::size_t width = 1; width < 40; ++width) {
    std::string members;
    for (std::size_t i = 0; i < width; ++i) members += "\"key" + std::to_string(i) + "\":0,";
    EXPECT_TRUE(r.read("{" + members + "\"last\":0}"));
    for (std::size_t i = 0; i < width; ++i) {
      const auto d = r.read("{" + members + "\"\\u006bey" + std::to_string(i) + "\":0}");
      ASSERT_FALSE(d) << width << " " << i;
    }
  }
}

TEST(json_reader, a_wide_object_and_a_string_of_escapes_stay_cheap) {
  // Quadratic work would take minutes here.
  std::string wide = "{";
  for (int i = 0; i < 200'000; ++i) wide += "\"" + std::to_string(i) + "\":0,";
  wide += "\"x\":0}";
  std::string escapes = "[\"";
  for (int i = 0; i < 2'000'000; ++i) escapes += "\\n";
  escapes += "\"]";
  reader r;
  ASSERT_TRUE(r.read(wide));
  const auto d = r.read(escapes);
  ASSERT_TRUE(d);
  EXPECT_EQ((**d)[1].text.size(), 2'000'000U);
}

TEST(json_reader, forgets_the_text_before) {
  reader r;
  const std::string first = R"({"a":"\u0041\u0042","b":[1,2,3]})";
  const std::string second = R"(["\u0043"])";
  ASSERT_TRUE(r.read(first));
  ASSERT_FALSE(r.read("[1,"));
  const auto d = r.read(second);
  ASSERT_TRUE(d);
  EXPECT_EQ(tree(**d), "[<C> ]");
  EXPECT_EQ((*d)->source(), second);
}

}  // namespace
}  // namespace stoplog::json
