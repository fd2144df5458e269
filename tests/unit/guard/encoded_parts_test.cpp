// What is encoded and goes over the border of two parts of a whole answer or a request.
#include "guard/request_guard.hpp"
#include "parts.hpp"

namespace stoplog::guard {
namespace {

using namespace parts;

// "this one says a forbidden word and goes on", in base64, in hexadecimal digits and
// percent-encoded, cut anywhere: of the parts of a whole answer or request nothing is
// said that would be masked or blocked in one.
TEST(encoded_parts, are_read_as_one_text) {
  const std::string said = "this one says a forbidden word and goes on";
  std::string hexadecimal, percent;
  for (const char c : said) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::string two{digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
    hexadecimal += two;
    percent += '%' + two;
  }
  const dialect::openai::chat_codec requests;
  const auto request = [](const strings& texts) {
    strings parts;
    for (const std::string& t : texts) parts.push_back(R"({"type":"text","text":)" + quoted(t) + "}");
    return R"({"model":"m","messages":[{"role":"user","content":[)" + joined(parts, ",") + "]}]}";
  };
  const auto asked = [&](const strings& texts, const compiled& policy) {
    request_guard guard(requests, {});
    EXPECT_TRUE(guard.read(request(texts)));
    auto done = guard.inspect(policy);
    EXPECT_TRUE(done);
    return std::move(*done);
  };
  std::size_t ran = 0;
  for (const std::string& encoded : {std::string("dGhpcyBvbmUgc2F5cyBhIGZvcmJpZGRlbiB3b3JkIGFuZCBnb2VzIG9u"), hexadecimal, percent}) {
    for (std::size_t border = 1; border < encoded.size(); ++border) {
      const strings parts{encoded.substr(0, border), encoded.substr(border)};
      EXPECT_EQ(asked(parts, blocks()).report.decision.verdict, verdict::block) << border << encoded;
      EXPECT_EQ(whole(responses, blocks(), response({item("message", parts)})).report.decision.verdict, verdict::block) << border << encoded;
      const auto masked = asked(parts, redacts());
      EXPECT_EQ(masked.report.decision.verdict, verdict::redact) << border << encoded;
      EXPECT_NE(masked.body.find("[REDACTED]"), std::string::npos) << border << encoded;
      EXPECT_LT(masked.report.coverage.released, masked.report.coverage.received);
      const auto again = whole(responses, redacts(), whole(responses, redacts(), response({item("message", parts)})).body);
      EXPECT_EQ(again.report.decision.verdict, verdict::allow) << border << again.body;
      ++ran;
    }
  }
  EXPECT_EQ(ran, 55U + 83U + 125U);
  EXPECT_EQ(asked({"dGhpcyBvbmUgc2F5cyBhIGZvcmJpZ.", "GRlbiB3b3JkIGFuZCBnb2VzIG9u"}, blocks()).report.decision.verdict, verdict::allow);
}

}  // namespace
}  // namespace stoplog::guard
