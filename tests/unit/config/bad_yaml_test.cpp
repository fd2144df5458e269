// What is wrong before anybody asks what the file means.
#include "bad_file.hpp"

#include <string>

namespace stoplog {
namespace {

constexpr test::bad_file files[] = {
    {"empty", "", " error[E103]", "the file is empty"},
    {"only a comment", "# nothing\n", " error[E103]", "the file is empty"},
    {"not a map", "[a, b]\n", "1:1: error[E108]", "a group of keys"},
    {"no kind", "apiVersion: stoplog/v1\n", "1:1: error[E106]", "RulePack, Policy or Settings"},
    {"unknown kind", "apiVersion: stoplog/v1\nkind: Polcy\n", "2:7: error[E110]", "did you mean \"Policy\"?"},
    {"a tab as indentation", "kind:\n\tname: x\n", "2:6: error[E101]", "not with tabs"},
    {"a colon in plain text", "kind: a: b\n", "1:8: error[E101]", "needs quotes"},
    {"an unclosed quote", "kind: 'it''s\n", "1:7: error[E101]", "not closed"},
    {"an unclosed double quote", "kind: \"a\\\"\n", "1:7: error[E101]", "not closed"},
    {"an unknown escape", "kind: \"\\d\"\n", "1:10: error[E101]", "single quotes"},
    {"not UTF-8", "kind: a\nowner: \xC3\x28\n", "2:8: error[E101]", "UTF-8"},
    {"overlong UTF-8", "\xC0\xAF", "1:1: error[E101]", "UTF-8"},
    {"a surrogate in UTF-8", "\xED\xA0\x80", "1:1: error[E101]", "UTF-8"},
    {"a control character", "kind: a\x01\n", "1:8: error[E101]", "control character"},
    {"UTF-16", std::string_view("\xFF\xFEk\0i\0", 6), "1:1: error[E101]", "UTF-8"},
    {"deep nesting", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "1:33: error[E126]", "32 levels"},
};

TEST(bad_yaml, tells_where_and_what) { EXPECT_EQ(test::expect_one_problem_each("", files), 16U); }

constexpr std::string_view head = "apiVersion: stoplog/v1\nkind: Policy\n";

constexpr test::bad_file documents[] = {
    {"duplicate key", "metadata: {name: a, version: 1.0.0}\nuse: [{pack: a}]\nuse: [{pack: b}]\n", "5:1: error[E105]", "the first is in line 4"},
    {"duplicate key inside", "metadata: {name: a, version: 1.0.0, name: b}\nuse: [{pack: a}]\n", "3:37: error[E105]", "\"name\" stands twice"},
    {"anchor", "metadata: {name: &n a, version: 1.0.0}\nuse: [{pack: a}]\n", "3:18: error[E102]", "anchor"},
    {"merge key", "metadata: {name: a, version: 1.0.0, <<: {owner: b}}\nuse: [{pack: a}]\n", "3:37: error[E102]", "merge key"},
    {"tag", "metadata: {name: !!str a, version: 1.0.0}\nuse: [{pack: a}]\n", "3:18: error[E102]", "tag"},
    {"own tag on a list", "metadata: {name: a, version: 1.0.0}\nuse: !x [{pack: a}]\n", "4:6: error[E102]", "tag"},
    {"a list as a key", "metadata: {name: a, version: 1.0.0}\nuse: [{pack: a, [b]: c}]\n", "4:17: error[E102]", "a key must be a word"},
    {"null as a key", "metadata: {name: a, version: 1.0.0}\nuse: [{pack: a, ~: c}]\n", "4:17: error[E102]", "a key must be a word"},
    {"second document", "metadata: {name: a, version: 1.0.0}\nuse: [{pack: a}]\n---\nx: 1\n", "6:1: error[E103]", "a file of its own"},
};

TEST(bad_yaml, refuses_what_two_readers_read_differently) { EXPECT_EQ(test::expect_one_problem_each(head, documents), 9U); }

TEST(bad_yaml, tells_anchor_and_alias_and_goes_on) {
  problems found;
  config::load_text(std::string(head) + "metadata: {name: &n a, version: 1.0.0, ownr: x}\nuse: [{pack: *n}]\n", "f", found);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].code, "E102");
  EXPECT_EQ(found[1].code, "E104");
  EXPECT_EQ(found[2].code, "E102");
  EXPECT_NE(found[2].message.find("alias"), std::string::npos);
}

TEST(bad_yaml, refuses_a_file_beyond_the_limit) {
  problems found;
  config::load_text(std::string(8 * 1024 * 1024 + 1, '#'), "f", found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "E126");
  found.clear();
  config::load_text(std::string(8 * 1024 * 1024, '#'), "f", found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "E103");
}

TEST(bad_yaml, takes_line_ends_and_marks_of_other_systems) {
  problems found;
  const auto read = config::load_text("\xEF\xBB\xBF" "apiVersion: stoplog/v1\r\nkind: Policy\r\nmetadata: {name: a, version: 1.0.0}\r\nuse: [{pack: p}]\r\n", "f", found);
  EXPECT_TRUE(found.empty()) << to_string(found.front());
  ASSERT_EQ(read.policies.size(), 1U);
  EXPECT_EQ(read.policies[0].name, "a");
}

}  // namespace
}  // namespace stoplog
