#include "audit/encode.hpp"

#include "audit/seal.hpp"
#include "random_records.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace stoplog::audit {
namespace {

std::string without_seal(const std::string& line) { return line.substr(0, line.size() - seal_bytes); }

TEST(audit_encode, a_cut_stream_becomes_this_line) {
  record r = cut(0);
  r.response_coverage = {120, 120, 90, true, {}, 0, 30, {}, 80};
  r.request_coverage.opaque_parts = {{"messages[0].content[1]", "image"}};
  EXPECT_EQ(without_seal(encode(r, 7)),
            R"({"seq":7,"v":1,"kind":"exchange","id":"01936f00-0000-7000-8000-000000000000",)"
            R"("at":"2026-11-23T08:15:30.000000Z","who":{"key":"support-bot","team":"support"},)"
            R"("what":{"route":"default","endpoint":"openai.chat","model":"demo","model_answered":"demo-1","streamed":true},)"
            R"("policy":{"digest":"sha256:abcdef"},)"
            R"("outcome":{"decision":"block","stage":"response","rule":"DEMO-001","category":"demo.forbidden",)"
            R"("severity":"high","status":200,"leaked":0,"duration_us":0,"first_byte_us":0,"added_us":0,"events":0},)"
            R"("findings":[{"rule":"DEMO-001","category":"demo.forbidden","severity":"high","mode":"enforce",)"
            R"("enforced":"block","would":"block","path":"choices[0].delta.content","begin":10,"end":20,)"
            R"("fingerprint":"00112233445566778899aabbccddeeff"}],)"
            R"("coverage":{"request":{"received":0,"scanned":0,"released":0,"withheld":0,"complete":false,)"
            R"("opaque":[{"path":"messages[0].content[1]","kind":"image"}]},)"
            R"("response":{"received":120,"scanned":120,"released":90,"withheld":30,"known":80,"complete":true}})");
}

TEST(audit_encode, open_and_admin_records_say_only_what_they_know) {
  record open = allowed(0);
  open.kind = record_kind::open;
  open.decision.clear();
  EXPECT_EQ(without_seal(encode(open, 8)),
            R"({"seq":8,"v":1,"kind":"open","id":"01936f00-0000-7000-8000-000000000000",)"
            R"("at":"2026-11-23T08:15:30.000000Z","who":{"key":"support-bot","team":"support"},)"
            R"("what":{"route":"default","endpoint":"openai.chat","model":"demo","model_answered":"demo-1","streamed":true},)"
            R"("policy":{"digest":"sha256:abcdef"})");
  record admin;
  admin.kind = record_kind::admin;
  admin.event = "policy_loaded";
  admin.note = "2 policies";
  EXPECT_EQ(without_seal(encode(admin, 9)),
            R"({"seq":9,"v":1,"kind":"admin","at":"1970-01-01T00:00:00.000000Z","event":"policy_loaded","note":"2 policies")");
}

TEST(audit_encode, random_records_come_back_equal) {
  record_maker make(20261123);
  decoder decode;
  int tried = 0;
  for (std::uint64_t seq = 1; seq <= 3000; ++seq) {
    const record r = make.make();
    const std::string line = encode(r, seq);
    ASSERT_EQ(unseal(line), seq) << line;
    for (const char c : line) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) << line;
    ASSERT_EQ(line.find("\u202E"), std::string::npos);
    ASSERT_EQ(line.find(line_start, 1), std::string::npos) << "a record's start inside a record";
    const auto back = decode.decode(line);
    ASSERT_TRUE(back) << back.error().detail << '\n' << line;
    ASSERT_EQ(back->seq, seq);
    ASSERT_EQ(back->value, r) << line;
    ++tried;
  }
  EXPECT_EQ(tried, 3000);
}

TEST(audit_encode, bytes_that_are_no_text_do_not_break_a_line) {
  record r = allowed(1);
  r.user_agent = "agent\xFF\xC0\xED\xA0\x80";
  decoder decode;
  const auto back = decode.decode(encode(r, 1));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->value.user_agent, "agent\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(audit_encode, what_is_too_long_is_cut_and_marked) {
  decoder decode;
  record r = allowed(1);
  r.user_agent = std::string(text_bytes_max, 'a');
  EXPECT_EQ(decode.decode(encode(r, 1))->value, r);
  r.user_agent += 'b';
  const auto back = decode.decode(encode(r, 1));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->value.user_agent, std::string(text_bytes_max, 'a'));
  EXPECT_TRUE(back->value.clipped);
}

TEST(audit_encode, what_is_too_many_is_counted_and_marked) {
  decoder decode;
  record r = cut(1);
  r.findings_dropped = 3;
  r.findings.resize(findings_max, r.findings.front());
  r.request_coverage.opaque_parts.resize(opaque_max, {"p", "image"});
  EXPECT_EQ(decode.decode(encode(r, 1))->value, r);
  r.findings.resize(findings_max + 5, r.findings.front());
  r.request_coverage.opaque_parts.resize(opaque_max + 7, {"p", "image"});
  const auto back = decode.decode(encode(r, 1));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->value.findings.size(), findings_max);
  EXPECT_EQ(back->value.findings_dropped, 8U);
  EXPECT_EQ(back->value.request_coverage.opaque_parts.size(), opaque_max);
  EXPECT_EQ(back->value.request_coverage.opaque_dropped, 7U);
  EXPECT_TRUE(back->value.clipped);
}

TEST(audit_encode, the_longest_record_stays_within_the_bound) {
  record r = cut(1);
  for (std::string* field : {&r.findings[0].rule, &r.findings[0].path, &r.findings[0].excerpt, &r.user_agent}) {
    *field = std::string(2 * text_bytes_max, '\x01');
  }
  r.findings.resize(2 * findings_max, r.findings.front());
  const std::string line = encode(r, 1);
  EXPECT_LT(line.size(), record_bytes_max);
  decoder decode;
  const auto back = decode.decode(line);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->value.findings.empty());
  EXPECT_EQ(back->value.findings_dropped, 2 * findings_max);
  EXPECT_EQ(back->value.rule, "DEMO-001");
  EXPECT_TRUE(back->value.clipped);
}

TEST(audit_encode, the_document_names_every_member) {
  const std::string text = read_all(std::filesystem::path(STOPLOG_SOURCE_DIR) / "docs" / "audit-record.md");
  ASSERT_FALSE(text.empty());
  record_maker make(7);
  std::set<std::string> names;
  json::reader reader;
  for (std::uint64_t seq = 1; seq <= 300; ++seq) {
    const std::string line = encode(make.make(), seq);
    const auto read = reader.read(line);
    ASSERT_TRUE(read);
    for (json::node_id id = 0; id < (*read)->size(); ++id) names.emplace((**read)[id].key);
  }
  names.erase("");
  EXPECT_EQ(names.size(), 92U);
  for (const auto& name : names) {
    const bool group = name == "who" || name == "what" || name == "policy" || name == "outcome" || name == "coverage" ||
                       name == "tokens" || name == "content" || name == "tree";
    const bool named = text.find('`' + name + (group ? "." : "`")) != std::string::npos ||
                       text.find('.' + name + '`') != std::string::npos || text.find('`' + name + "[]`") != std::string::npos;
    EXPECT_TRUE(named) << name;
  }
}

TEST(audit_decode, passes_over_members_that_it_does_not_know) {
  decoder decode;
  const auto read = decode.decode(
      R"({"seq":5,"v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z","tree":{"size":1},"outcome":{"decision":"allow","x":[1]}})");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->seq, 5U);
  EXPECT_EQ(read->value.decision, "allow");
}

TEST(audit_decode, refuses_what_is_no_record) {
  decoder decode;
  int tried = 0;
  for (const char* line : {
           "", "{}", "[]", "{", R"({"seq":1,"v":1,"kind":"exchange"})", R"({"seq":1,"kind":"exchange","at":"2026-11-23T08:15:30Z"})",
           R"({"seq":1,"v":2,"kind":"exchange","at":"2026-11-23T08:15:30Z"})",
           R"({"seq":1,"v":1,"kind":"other","at":"2026-11-23T08:15:30Z"})",
           R"({"seq":1,"v":1,"kind":"exchange","at":"yesterday"})",
           R"({"seq":"1","v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z"})",
           R"({"seq":-1,"v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z"})",
           R"({"seq":1,"v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z","who":[]})",
           R"({"seq":1,"v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z","findings":[1]})",
           R"({"seq":1,"v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z","outcome":{"leaked":1.5}})",
           R"({"seq":1,"v":1,"kind":"exchange","at":"2026-11-23T08:15:30Z","outcome":{"leaked":1,"leaked":2}})"}) {
    EXPECT_FALSE(decode.decode(line)) << line;
    ++tried;
  }
  EXPECT_EQ(tried, 15);
}

}  // namespace
}  // namespace stoplog::audit
