#include "http/trace_parent.hpp"

#include <gtest/gtest.h>

namespace stoplog::http {
namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string span = "00f067aa0ba902b7";

message_head with(const std::string& value) {
  message_head head;
  head.fields.push_back({"Traceparent", value});
  return head;
}

TEST(trace_parent, is_read_when_it_is_what_the_standard_says) {
  int cases = 0;
  for (const std::string& text : {"00-" + trace + "-" + span + "-01", "00-" + trace + "-" + span + "-00",
                                  "01-" + trace + "-" + span + "-01", "cc-" + trace + "-" + span + "-01-what-comes"}) {
    const auto read = read_trace_parent(with(text));
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->trace_id, trace);
    EXPECT_EQ(read->span_id, span);
    ++cases;
  }
  EXPECT_EQ(cases, 4);
}

TEST(trace_parent, anything_else_is_nothing) {
  std::string upper = trace;
  upper[0] = 'A';
  int cases = 0;
  for (const std::string& text :
       {std::string(), "00-" + trace + "-" + span, "00-" + trace + "-" + span + "-0", "00-" + trace + "-" + span + "-01-more",
        "00-" + trace + "-" + span + "-01 ", "ff-" + trace + "-" + span + "-01", "00-" + upper + "-" + span + "-01",
        "00-" + std::string(32, '0') + "-" + span + "-01", "00-" + trace + "-" + std::string(16, '0') + "-01",
        "0g-" + trace + "-" + span + "-01", "00_" + trace + "-" + span + "-01", "01-" + trace + "-" + span + "-01x"}) {
    EXPECT_FALSE(read_trace_parent(with(text))) << text;
    ++cases;
  }
  auto twice = with("00-" + trace + "-" + span + "-01");
  twice.fields.push_back(twice.fields.front());
  EXPECT_FALSE(read_trace_parent(twice));
  EXPECT_EQ(cases, 12);
}

}  // namespace
}  // namespace stoplog::http
