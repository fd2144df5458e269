// What a record looks like to a person.
#include "cli/audit_sentence.hpp"
#include "cli/audit_view.hpp"
#include "unit/cli/cut_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stoplog::cli {
namespace {

using audit::record;
using audit::record_kind;

TEST(audit_sentence, says_what_happened) {
  struct told { record r; const char* sentence; };
  std::vector<told> cases;
  const auto add = [&](auto change, const char* sentence) {
    record r = cut_stream();
    change(r);
    cases.push_back({r, sentence});
  };
  add([](record&) {}, "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was cut in mid-stream by rule "
                      "DEMO-001 (high, demo.forbidden); 0 bytes of the match had been released.");
  add([](record& r) { r.leaked = 1; r.client_gone = true; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was cut in mid-stream by rule "
      "DEMO-001 (high, demo.forbidden); 1 byte of the match had been released; the client had gone.");
  add([](record& r) { r.response_coverage.released = 0; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was blocked before any of its text was "
      "released by rule DEMO-001 (high, demo.forbidden); 0 bytes of the match had been released.");
  add([](record& r) { r.stage = "request"; r.streamed = false; },
      "At 2026-11-23 08:15:30 UTC a request of model demo for key support-bot was blocked by rule DEMO-001 (high, demo.forbidden); "
      "nothing of it was sent upstream.");
  add([](record& r) { r.decision = "redact"; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was released with parts masked by rule "
      "DEMO-001 (high, demo.forbidden); 0 bytes of the deciding match had been released.");
  add([](record& r) { r.decision = "allow"; r.rule = ""; r.findings = {{.mode = "shadow"}}; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot passed with 1 finding in shadow mode.");
  add([](record& r) { r.decision = "allow"; r.request_coverage.opaque_parts = {{"messages[0].content[1]", "image"}}; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was let through; 1 part could not be scanned.");
  add([](record& r) { r.decision = "allow"; r.response_coverage.complete = false; r.upstream_truncated = true; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was let through; not all of its text was scanned; "
      "the upstream's answer broke off.");
  add([](record& r) { r.decision = "refuse"; r.stage = "request"; r.status = 413; r.reason = "body_too_large"; r.key_id = ""; r.model_asked = ""; r.streamed = false; r.response_coverage = {}; },
      "At 2026-11-23 08:15:30 UTC a request was refused with status 413 (body_too_large).");
  add([](record& r) { r.decision = "error"; r.status = 504; r.reason = "upstream_timeout"; r.response_coverage = {}; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot failed with status 504 (upstream_timeout).");
  add([](record& r) { r.kind = record_kind::open; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot had begun; this record does not say how it ended.");
  add([](record& r) { r.kind = record_kind::admin; r.event = "policy_loaded"; r.note = "2 policies"; },
      "At 2026-11-23 08:15:30 UTC the proxy recorded policy_loaded: 2 policies.");
  for (const auto& c : cases) EXPECT_EQ(sentence(c.r), c.sentence);
  EXPECT_EQ(cases.size(), 12U);
}

// Every text field of a record, filled with what a terminal would obey.
record hostile() {
  const std::string nasty = "\x1B[2J\x1B]0;owned\x07\r\n\u202Eright\u009B31m\x7F\xFF";
  record r = cut_stream();
  for (std::string* field : {&r.key_id, &r.team, &r.client_address, &r.user_agent, &r.route, &r.endpoint, &r.upstream, &r.model_asked,
                             &r.model_answered, &r.response_id, &r.policy_name, &r.policy_version, &r.policy_digest, &r.rule,
                             &r.category, &r.severity, &r.reason, &r.event, &r.note}) {
    *field = nasty;
  }
  r.id = "01936f00" + nasty;
  r.findings.push_back({nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, 1, 2, nasty, nasty, nasty, nasty});
  r.request_coverage.opaque_parts = {{nasty, nasty}};
  return r;
}

void expect_safe(const std::string& text) {
  for (const char c : text) ASSERT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) << text;
  for (const char* banned : {"\u202E", "\u009B"}) ASSERT_EQ(text.find(banned), std::string::npos) << text;
}

TEST(audit_view, no_field_reaches_the_terminal_as_control_characters) {
  int tried = 0;
  for (const auto kind : {record_kind::exchange, record_kind::open, record_kind::admin}) {
    for (const char* decision : {"allow", "redact", "block", "refuse", "error", "\x1B[2J"}) {
      for (const char* stage : {"request", "response", "\x1B[2J"}) {
        audit::found_record found{1, hostile(), ""};
        found.value.kind = kind;
        found.value.decision = decision;
        found.value.stage = stage;
        expect_safe(full_view(found));
        expect_safe(row_view(found));
        const std::string whole = full_view(found);
        EXPECT_GT(std::count(whole.begin(), whole.end(), '\n'), 5);
        const std::string row = row_view(found);
        EXPECT_EQ(std::count(row.begin(), row.end(), '\n'), 1);
        ++tried;
      }
    }
  }
  EXPECT_EQ(tried, 54);
}

TEST(audit_view, the_whole_record_in_reading_order) {
  audit::found_record found{7, cut_stream(), ""};
  found.value.findings.push_back({"DEMO-001", "demo", "demo.forbidden", "high", "enforce", "block", "block", "response", "assistant",
                                  "content", "choices[0].delta.content", 60, 80, "0011", "", "", ""});
  found.value.duration_us = 1'234'005;
  found.value.policy_name = "default";
  EXPECT_EQ(full_view(found), sentence(found.value) + R"(

record
  id              01936f00-0000-7000-8000-000000000001
  number          7
  kind            exchange
  at              2026-11-23T08:15:30.000000Z

who
  key             support-bot

what
  route           default
  model asked     demo
  streamed        yes

outcome
  decision        block
  stage           response
  rule            DEMO-001
  severity        high
  category        demo.forbidden
  status          200
  leaked          0 bytes released after the start of the deciding match
  duration        1234.005 ms

findings
  DEMO-001 (high, demo.forbidden) enforce: block
    where         response assistant content
    path          choices[0].delta.content bytes 60 to 80
    pack          demo
    fingerprint   0011

coverage, in bytes of text
  request         no text
  response        90 received, 90 scanned, 60 released; complete
    withheld      30 bytes

policy
  name            default
)");
}

TEST(audit_view, rows_have_fixed_columns_and_a_whole_id) {
  record r = cut_stream();
  r.key_id = "a-key-id-that-is-longer-than-its-column";
  const std::string row = row_view({1, r, ""});
  EXPECT_EQ(row, "2026-11-23 08:15:30 block    200    a-key-id-that-i~ default      demo               DEMO-001             " + r.id + "\n");
  EXPECT_EQ(row.find(r.id), row_heading().find("ID\n"));
  r.key_id = "\u4F60\u597D";
  EXPECT_NE(row_view({1, r, ""}).find("\u4F60\u597D               default"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::cli
