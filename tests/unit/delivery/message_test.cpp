// What is put on the wire, held against what strangers may write into a record.
#include "delivery/brief.hpp"
#include "delivery/otlp_body.hpp"
#include "delivery/postgresql_text.hpp"
#include "delivery/signature.hpp"
#include "delivery/syslog_message.hpp"

#include "audit/encode.hpp"
#include "json/document.hpp"
#include "unit/audit/scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::delivery {
namespace {

outgoing out(audit::record r, std::uint64_t seq = 7) {
  std::string line = audit::encode(r, seq);
  return {seq, std::move(r), std::move(line)};
}

audit::record hostile() {
  audit::record r = audit::cut(1);
  r.key_id = "k\"] [forged@1 x=\"y\"]\n<13>1 - - - - - -";
  r.rule = "a\\b]";
  r.model_asked = "\x1B[2J\r\nx\xE2\x80\xAE";
  r.findings[0].excerpt = "MATCHED-TEXT";
  return r;
}

TEST(delivery_syslog, a_message_has_the_shape_of_the_rfc) {
  const std::string message = syslog_message({13, "proxy.example", "42"}, out(audit::cut(1)));
  EXPECT_TRUE(message.starts_with("<108>1 2026-11-23T08:15:31.000000Z proxy.example stoplog 42 exchange [stoplog@32473 seq=\"7\" id=\"")) << message;
  EXPECT_NE(message.find(" decision=\"block\" rule=\"DEMO-001\" severity=\"high\" key=\"search\"] {\"seq\":7,"), std::string::npos) << message;
  EXPECT_EQ(framed("abc"), "3 abc");
}

TEST(delivery_syslog, nothing_in_a_record_ends_a_message_or_forges_an_element) {
  const outgoing from = out(hostile());
  const std::string message = syslog_message({23, "bad host\n", "1 2"}, from);
  EXPECT_EQ(message.find_first_of("\n\r\x1B"), std::string::npos);
  EXPECT_NE(message.find(" bad_host_ stoplog 1_2 "), std::string::npos) << message;
  // Of the element: every quote, backslash and bracket of a value is escaped.
  const auto begin = message.find('[');
  std::size_t end = begin;
  for (bool quoted = false; end < message.size(); ++end) {
    if (message[end] == '\\') ++end;
    else if (message[end] == '"') quoted = !quoted;
    else if (message[end] == ']' && !quoted) break;
  }
  EXPECT_EQ(message.substr(end, 3), "] {") << message;
}

TEST(delivery_syslog, a_long_record_is_sent_in_short) {
  audit::record r = audit::cut(1);
  for (int i = 0; i < 100; ++i) r.findings.push_back(r.findings.front());
  const std::string message = syslog_message({}, out(r));
  EXPECT_LT(message.size(), 2000U);
  EXPECT_NE(message.find("\"findings\":101"), std::string::npos);
}

TEST(delivery_brief, says_nothing_that_a_client_or_a_model_said_and_is_json) {
  const outgoing records[] = {out(hostile()), out(audit::allowed(2), 8)};
  const std::string body = brief_list(records);
  EXPECT_EQ(body.find("MATCHED-TEXT"), std::string::npos);
  EXPECT_EQ(body.find('\x1B'), std::string::npos);
  json::reader reader;
  EXPECT_TRUE(reader.read(body)) << body;
  EXPECT_TRUE(body.starts_with("{\"records\":[{\"seq\":7,\"kind\":\"exchange\",")) << body;
}

// HMAC-SHA256 of "1700000000.{}" with the key "secret", by openssl dgst.
TEST(delivery_signature, is_what_a_receiver_computes) {
  EXPECT_EQ(signature("secret", 1700000000, "{}"), "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
  EXPECT_NE(signature("secret", 1700000001, "{}"), signature("secret", 1700000000, "{}"));
  EXPECT_EQ(leaf_hash(""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");  // RFC 6962's leaf of nothing
}

TEST(delivery_otlp, the_body_is_an_export_request) {
  const outgoing records[] = {out(hostile()), out(audit::allowed(2), 8)};
  const std::string body = otlp_body(records, wall_time{std::chrono::seconds{5}});
  json::reader reader;
  const auto read = reader.read(body);
  ASSERT_TRUE(read) << body;
  EXPECT_EQ((*read)->path(5), "resourceLogs[0].resource.attributes[0]") << body;
  EXPECT_NE(body.find(R"("timeUnixNano":"1795421731000000000","observedTimeUnixNano":"5000000000","severityNumber":13)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"({"key":"stoplog.seq","value":{"intValue":"8"}})"), std::string::npos);
  EXPECT_EQ(otlp_rejected(R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"x"}})"), 3U);
  for (const char* answer : {"", "{}", "nonsense", R"({"partialSuccess":{}})", "[]"}) EXPECT_EQ(otlp_rejected(answer), 0U) << answer;
}

TEST(delivery_postgresql, values_stay_values) {
  EXPECT_EQ(array_literal({}), "{}");
  EXPECT_EQ(array_literal({"a", "", "b\"c\\d", "{x,y}", std::string("n\0l", 3), "NULL"}),
            "{\"a\",\"\",\"b\\\"c\\\\d\",\"{x,y}\",\"n\xEF\xBF\xBDl\",\"NULL\"}");
  EXPECT_EQ(without_nul_escapes(R"({"a":"\u0000 \\u0000 \\\u0000 \u0001\"\u0000"})"), R"({"a":"\ufffd \\u0000 \\\ufffd \u0001\"\ufffd"})");
  EXPECT_EQ(without_nul_escapes("\\"), "\\");
  int names = 0;
  for (const char* bad : {"", "A", "1a", "a.b.c", ".a", "a.", "a;b", "a b", "a\"", "a--"}) {
    EXPECT_FALSE(is_table_name(bad)) << bad;
    ++names;
  }
  EXPECT_EQ(names, 10);
  EXPECT_TRUE(is_table_name("audit.stoplog_records2"));
}

}  // namespace
}  // namespace stoplog::delivery
