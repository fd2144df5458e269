// stoplog audit timeline, export and replay.
#include "unit/cli/audit_verb.hpp"

namespace stoplog::cli {
namespace {

TEST_F(audit_verb, timeline_is_one_page_about_one_subject) {
  const auto seen = audit({"timeline", "--key", "even"});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  const auto rows = lines(seen.out);
  ASSERT_GE(rows.size(), 7U);
  EXPECT_EQ(rows[0], "From 2026-11-23 08:15:30 UTC to 2026-11-23 08:15:30 UTC: 12 allow, 3 block.");
  EXPECT_EQ(rows[1], "Rules: 3 DEMO-001.");
  EXPECT_EQ(rows[3], "2026-11-23");
  EXPECT_NE(rows[4].find("block"), std::string::npos) << rows[4];
  EXPECT_NE(rows[4].find("60 bytes had been released"), std::string::npos) << rows[4];
  EXPECT_TRUE(rows[4].ends_with(numbered(0).id));
  EXPECT_NE(rows[5].find("4 exchanges passed"), std::string::npos) << rows[5];
  EXPECT_EQ(audit({"timeline", "--decision", "block"}).code, exit_code::usage);
  EXPECT_EQ(audit({"timeline", "--key", "nobody"}).code, exit_code::findings);
  EXPECT_EQ(lines(audit({"timeline", "--key", "even", "-o", "json"}).out).size(), 15U);
  EXPECT_NE(audit({"timeline", "--key", "even", "--limit", "5"}).err.find("--before"), std::string::npos);
}

TEST_F(audit_verb, export_is_whole_oldest_first_and_goes_on) {
  const auto seen = audit({"export"});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  auto rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 30U);
  EXPECT_TRUE(rows[0].starts_with("{\"seq\":1,"));
  EXPECT_EQ(seen.err, "30 records; go on later with --after 30\n");
  append(30, 33);
  EXPECT_EQ(lines(audit({"export", "--after", "30"}).out).size(), 3U);
  rows = lines(audit({"export", "--format", "csv", "--decision", "block"}).out);
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_TRUE(rows[0].starts_with("seq,kind,id,at,"));
  EXPECT_TRUE(rows[1].starts_with("1,\"exchange\","));
  rows = lines(audit({"export", "--format", "ocsf", "--limit", "2"}).out);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].starts_with("{\"class_name\":\"API Activity\",\"class_uid\":6003,"));
  EXPECT_EQ(audit({"export", "--format", "xml"}).code, exit_code::usage);
}

TEST_F(audit_verb, nothing_that_a_stranger_wrote_reaches_the_terminal_as_a_command) {
  {
    std::vector<std::string> notes;
    auto log = audit::log::open(directory(), {}, notes);
    ASSERT_TRUE(log);
    record r = cut_stream();
    r.id = "01937000-0000-7000-8000-000000000009";
    for (auto* text : {&r.key_id, &r.model_asked, &r.user_agent, &r.response_id, &r.category, &r.rule}) *text = "\x1B]0;x\x07\xC2\x9B" "2J\xE2\x80\xAE\r\n=1";
    r.findings.push_back({.rule = r.rule, .mode = "enforce", .excerpt = r.rule});
    ASSERT_TRUE((*log)->append(r, audit::durability::soon));
  }
  int tried = 0;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"tail"}, {"query"}, {"show", "01937000"}, {"timeline", "--id", "01937000"}, {"export"}, {"export", "--format", "csv"},
           {"export", "--format", "ocsf"}, {"query", "-o", "json"}}) {
    const std::string out = audit(arguments).out;
    EXPECT_NE(out.find("01937000"), std::string::npos) << arguments[0];
    EXPECT_EQ(out.find_first_of("\x1B\x07"), std::string::npos) << arguments[0];
    EXPECT_EQ(out.find("\xC2\x9B"), std::string::npos) << arguments[0];
    EXPECT_EQ(out.find("\xE2\x80\xAE"), std::string::npos) << arguments[0];
    ++tried;
  }
  EXPECT_EQ(tried, 8);
}

constexpr const char* replay_pack = R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.0.0}
rules:
  - {id: R-1, title: t, severity: high, category: c, action: block, scope: {direction: [request, response]}, match: {any: [{words: [kept-words]}]}}
)";
constexpr const char* replay_policy = R"(apiVersion: stoplog/v1
kind: Policy
metadata: {name: strict, version: 1.0.0}
use: [{pack: p, version: ~1.0, mode: enforce}]
)";

TEST_F(audit_verb, replay_judges_what_was_kept_and_nothing_else) {
  {
    std::vector<std::string> notes;
    auto log = audit::log::open(directory(), {}, notes);
    ASSERT_TRUE(log);
    for (const char* kept : {"the KEPT-WORDS", "other words"}) {
      record r = cut_stream();
      r.id = std::string("0193800") + (kept[0] == 't' ? "0" : "1") + "-0000-7000-8000-000000000009";
      r.decision = kept[0] == 't' ? "allow" : "block";
      r.findings.push_back({.rule = "OLD", .mode = "shadow", .direction = "response", .role = "assistant", .channel = "content", .excerpt = kept});
      ASSERT_TRUE((*log)->append(r, audit::durability::soon));
    }
  }
  std::ofstream(folder_.path() / "pack.yaml") << replay_pack;
  std::ofstream(folder_.path() / "policy.yaml") << replay_policy;
  const std::string pack = (folder_.path() / "pack.yaml").string(), policy = (folder_.path() / "policy.yaml").string();
  auto seen = audit({"replay", pack, policy});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_NE(seen.out.find("32 exchanges: 2 replayed, 30 without kept text"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find("1 allow -> block"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find("1 block -> allow"), std::string::npos) << seen.out;
  EXPECT_EQ(seen.out.find("KEPT-WORDS"), std::string::npos);
  seen = audit({"replay", pack, policy, "--under", "strict", "--id", "01938000", "-o", "json"});
  EXPECT_EQ(lines(seen.out).size(), 1U);
  EXPECT_NE(seen.out.find(R"("was":"allow","now":"block","rule":"R-1","texts":1,"judged":true)"), std::string::npos) << seen.out;
  EXPECT_EQ(audit({"replay", pack, policy, "--under", "nobody"}).code, exit_code::usage);
  std::ofstream(folder_.path() / "policy.yaml") << "kind: Policy\n";
  EXPECT_EQ(audit({"replay", pack, policy}).code, exit_code::not_loaded);
}

}  // namespace
}  // namespace stoplog::cli
