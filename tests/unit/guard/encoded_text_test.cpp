#include "guard/encoded_text.hpp"

#include <gtest/gtest.h>

namespace stoplog::guard {
namespace {

TEST(encoded_text, reads_base64_that_holds_text) {
  struct { std::string value; std::string text; } const cases[] = {
      {"aGk=", "hi"}, {"aGk", "hi"}, {"aGkh", "hi!"}, {"data:text/plain;base64,aGk=", "hi"}, {"DATA:x;charset=utf-8;base64,aGk=", "hi"},
      {"aG\r\nkh\n", "hi!"}, {"w6k=", "\xC3\xA9"}, {"Pz8_", "???"}, {"Pz8/", "???"},
  };
  for (const auto& c : cases) {
    const auto read = read_encoded(c.value);
    ASSERT_TRUE(read) << c.value;
    EXPECT_EQ(read->text, c.text);
  }
  EXPECT_EQ(std::size(cases), 9U);
}

TEST(encoded_text, leaves_what_is_no_text) {
  for (const char* value : {"", "data:;base64,", "a", "aGk?", "aG k=", "AAAA", "iVBORw0KGgo=", "/9j/4AAQ", "wyg=", "aGkA"}) EXPECT_FALSE(read_encoded(value)) << value;
}

TEST(encoded_text, writes_another_text_as_it_stood) {
  const std::string value = "data:text/plain;base64,aGk=";
  const auto read = read_encoded(value);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->with("hi"), value);
  for (const std::string& text : {std::string(), std::string("a"), std::string("ab"), std::string("abc"), std::string("abcd \xC3\xA9?")}) {
    const std::string again = read->with(text);
    if (text.empty()) EXPECT_EQ(again, "data:text/plain;base64,");
    else EXPECT_EQ(read_encoded(again).value().text, text);
  }
}

}  // namespace
}  // namespace stoplog::guard
