// What other programs get: no cell of a table is a formula, every event is one
// that OCSF's own schema takes.
#include "audit/export_csv.hpp"
#include "audit/export_ocsf.hpp"
#include "json/document.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace stoplog::audit {
namespace {

std::size_t cells(const std::string& row) {
  std::size_t count = 1;
  bool quoted = false;
  for (const char c : row) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++count;
  }
  return count;
}

TEST(audit_csv, no_cell_is_a_formula) {
  int tried = 0;
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "\xEF\xBC\x9D" "1", "\xEF\xBC\xA0x"}) {
    const std::string cell = csv_cell(text);
    EXPECT_TRUE(cell.starts_with("\"'")) << cell;
    EXPECT_EQ(cell.find_first_of("\t\r\n"), std::string::npos) << cell;
    ++tried;
  }
  EXPECT_EQ(tried, 11);
  EXPECT_EQ(csv_cell("plain, with \"quotes\""), "\"plain, with \"\"quotes\"\"\"");
  EXPECT_EQ(csv_cell("a\x1B[2J\xE2\x80\xAE"), "\"a\\u{1b}[2J\\u{202e}\"");
  EXPECT_EQ(csv_cell(""), "\"\"");
}

TEST(audit_csv, every_row_has_the_heading_s_cells_and_one_line) {
  record hostile = cut(3);
  hostile.user_agent = "=HYPERLINK(\"http://x\",\"y\")\r\nsecond,row";
  hostile.model_asked = "@a\",\"b";
  record admin;
  admin.kind = record_kind::admin;
  admin.note = "-1,2";
  const std::size_t columns = cells(csv_heading());
  EXPECT_EQ(columns, 44U);
  for (const record& r : {allowed(1), hostile, admin, record{}}) {
    const std::string row = csv_row(7, r);
    EXPECT_EQ(cells(row), columns);
    EXPECT_EQ(std::count(row.begin(), row.end(), '\n'), 1);
    EXPECT_TRUE(row.ends_with("\r\n"));
    EXPECT_EQ(row.find("\"="), std::string::npos);
    EXPECT_EQ(row.find("\"@"), std::string::npos);
  }
}

std::vector<record> telling_records() {
  record refused = allowed(2);
  refused.decision = "refuse";
  refused.reason = "malformed_json";
  refused.status = 400;
  refused.model_asked = refused.model_answered = refused.key_id = refused.user_agent = "";
  refused.client_address = "2001:db8::1";
  record redacted = cut(4);
  redacted.decision = "redact";
  redacted.client_address = "10.0.0.1";
  record failed = allowed(5);
  failed.decision = "error";
  failed.client_address = "not an address";
  record open = allowed(6);
  open.kind = record_kind::open;
  open.decision = "";
  record admin;
  admin.kind = record_kind::admin;
  admin.id = allowed(7).id;
  admin.event = "policy_loaded";
  admin.note = "\x1B]0;title\x07";
  record shadowed = allowed(8);
  shadowed.findings = cut(8).findings;
  return {allowed(1), cut(1), refused, redacted, failed, open, admin, shadowed, record{}};
}

// A check of our own beside the schema's: what a SIEM looks at first.
TEST(audit_ocsf, every_event_has_what_the_class_requires) {
  json::reader reader;
  int tried = 0;
  for (const record& r : telling_records()) {
    const std::string event = ocsf_event(42, r);
    const auto read = reader.read(event);
    ASSERT_TRUE(read) << event;
    const json::document& doc = **read;
    for (const char* name : {"activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id", "src_endpoint", "time", "type_uid"}) {
      EXPECT_NE(doc.find(json::document::root, name), json::no_node) << name << ' ' << event;
    }
    EXPECT_EQ(doc[doc.find(json::document::root, "class_uid")].text, "6003");
    EXPECT_EQ(event.find('\x1B'), std::string::npos);
    ++tried;
  }
  EXPECT_EQ(tried, 9);
  EXPECT_NE(ocsf_event(1, cut(1)).find(R"("disposition":"Blocked","disposition_id":2)"), std::string::npos);
}

// The schema itself comes from the Python package ocsf-json-schema, which is
// not in Debian: `pip install ocsf-json-schema jsonschema` and put its Python
// into STOPLOG_OCSF_PYTHON.
TEST(audit_ocsf, every_event_fits_the_schema_of_1_8_0) {
  const char* python = std::getenv("STOPLOG_OCSF_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "STOPLOG_OCSF_PYTHON is not set: only the structural check above was made";
  const scratch folder;
  std::ofstream out(folder.path() / "events.jsonl");
  for (const record& r : telling_records()) out << ocsf_event(42, r) << '\n';
  out.close();
  const std::string command = std::string(python) + " " STOPLOG_SOURCE_DIR "/tests/unit/audit/validate_ocsf.py " +
                              (folder.path() / "events.jsonl").string() + " 9";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace stoplog::audit
