// check and test, as a shell would call them.
#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace stoplog::cli {
namespace {

std::string pack(std::string_view rest) {
  return "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0}\nrules:\n" + std::string(rest);
}

constexpr std::string_view good_rule = R"(  - id: A-1
    title: t
    severity: low
    category: c
    action: block
    match: {any: [{regex: '\bforbidden\b'}]}
    tests:
      - {name: asked, direction: request, text: it is forbidden, expect: match}
      - {name: told, direction: response, text: it is forbidden., expect: match}
      - {name: near, direction: response, text: it is forbiddenly, expect: no_match}
)";

constexpr std::string_view good_policy =
    "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p, version: ~1.0, mode: enforce}]\n";

TEST(check, is_content_with_what_is_fine) {
  const test::folder here;
  here.write("rules/p.yaml", pack(good_rule));
  here.write("policies/x.yaml", good_policy);
  const auto seen = run({"check", here.path().string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.out;
  EXPECT_EQ(seen.out, "1 pack with 1 rule, 1 policy: all fine\n");
  const auto rules = run({"check", "--rules", here.path().string()});
  EXPECT_EQ(rules.code, exit_code::fine) << rules.out;
  EXPECT_NE(rules.out.find("  A-1   block    9 to 9        streams exactly         0.03       x: enforce\n"), std::string::npos) << rules.out;
  EXPECT_EQ(rules.out.find('\x1b'), std::string::npos);
}

TEST(check, shows_the_tail_that_a_rule_guards) {
  const test::folder here;
  here.write("p.yaml", pack("  - {id: A-1, title: t, severity: low, category: c, action: block, guard: tail, match: {any: [{regex: '\\bwrite .*\\bkeylogger\\b'}]}}\n"
                            "  - {id: A-2, title: t, severity: low, category: c, action: block, guard: tail, match: {all: [{regex: '\\bwrite\\b'}, {regex: '\\bkeylogger\\b'}], within: 90}}\n"));
  const auto rules = run({"check", "--rules", here.path().string()});
  EXPECT_NE(rules.out.find("  A-1   block    15 to 1024    guards its tail of 9   "), std::string::npos) << rules.out;
  EXPECT_NE(rules.out.find("  A-2   block    9 to 90       guards its tail        "), std::string::npos) << rules.out;
  const auto json = run({"check", "--rules", "-o", "json", here.path().string()});
  EXPECT_NE(json.out.find(R"("longest":1024,"streaming":"guards its tail","tail":9,"mean_hold":)"), std::string::npos) << json.out;
}

TEST(check, tells_errors_with_their_line_and_a_caret) {
  const test::folder here;
  const auto file = here.write("p.yaml", pack("  - {id: A-1, titel: ä, severity: low, category: c, action: block, match: {any: [{regex: 'a('}]}}\n"));
  const auto seen = run({"check", file.string()});
  EXPECT_EQ(seen.code, exit_code::not_loaded);
  EXPECT_NE(seen.out.find(file.string() + ":5:15: error[E104]: unknown key \"titel\"; did you mean \"title\"?\n"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find("\n                  ^\n"), std::string::npos) << seen.out;
}

TEST(check, places_what_the_matcher_finds) {
  const test::folder here;
  const auto file = here.write("p.yaml", pack("  - {id: A-1, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'ok'}, {regex: 'a('}]}}\n"));
  const auto seen = run({"check", file.string()});
  EXPECT_EQ(seen.code, exit_code::not_loaded);
  EXPECT_NE(seen.out.find(file.string() + ":5:97: error[E2"), std::string::npos) << seen.out;
}

TEST(check, counts_warnings_as_findings) {
  const test::folder here;
  const auto file = here.write("p.yaml", pack("  - {id: A-1, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'word'}]}}\n"));
  const auto seen = run({"check", file.string()});
  EXPECT_EQ(seen.code, exit_code::findings) << seen.out;
  EXPECT_NE(seen.out.find("warning[W302]"), std::string::npos);
  EXPECT_NE(seen.out.find("0 errors and 3 warnings"), std::string::npos) << seen.out;
}

TEST(check, follows_settings_and_shows_none_of_their_lines) {
  const test::folder here;
  here.write("rules/p.yaml", pack(good_rule));
  here.write("policies/x.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\n"
                                "applies_to: [{teams: [t]}]\nuse: [{pack: p, version: ~1.0}]\n");
  const auto file = here.write("stoplog.yaml",
                               "apiVersion: stoplog/v1\nkind: Settings\nlisteners: [{address: 127.0.0.1:8080}]\n"
                               "upstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: sk-not-a-key}}]\n"
                               "routes: [{name: r, upstream: u}]\n");
  const auto seen = run({"check", file.string()});
  EXPECT_EQ(seen.code, exit_code::not_loaded);
  EXPECT_NE(seen.out.find("5:10: error[E505]"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find("warning[W322]"), std::string::npos) << seen.out;
  EXPECT_EQ(seen.out.find("sk-not-a-key"), std::string::npos) << seen.out;
}

TEST(check, reads_stdin_and_writes_json) {
  const auto seen = run({"check", "-", "-o", "json"}, pack(good_rule));
  EXPECT_EQ(seen.code, exit_code::fine) << seen.out;
  EXPECT_NE(seen.out.find(R"("problems":[])"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find(R"("id":"A-1","pack":"p","version":"1.0.0","action":"block","file":"stdin","line":5,"shortest":9,"longest":9)"),
            std::string::npos)
      << seen.out;
  const auto bad = run({"check", "-", "-o", "json"}, "kind: [");
  EXPECT_EQ(bad.code, exit_code::not_loaded);
  EXPECT_NE(bad.out.find(R"("severity":"error","code":"E101")"), std::string::npos) << bad.out;
}

TEST(check, tells_usage_and_missing_files_apart_from_findings) {
  EXPECT_EQ(run({"check", "/no/such/file.yaml"}).code, exit_code::usage);
  EXPECT_EQ(run({"check", "-o", "xml", "-"}).code, exit_code::usage);
  EXPECT_EQ(run({"check", "--no-such-flag"}).code, exit_code::usage);
  EXPECT_NE(run({"check", "/no/such/file.yaml"}).err.find("does not exist"), std::string::npos);
}

TEST(test_verb, runs_the_tests_beside_the_rules) {
  const auto plain = run({"test", "-"}, pack(good_rule));
  EXPECT_EQ(plain.code, exit_code::fine) << plain.out;
  EXPECT_NE(plain.out.find("all: 3 tests in 3 runs, 0 failed"), std::string::npos) << plain.out;
  // The two answers have 16 and 17 bytes: 15 + 16 splits, and two more runs each.
  const auto all = run({"test", "--chunking", "all", "-"}, pack(good_rule));
  EXPECT_EQ(all.code, exit_code::fine) << all.out;
  EXPECT_NE(all.out.find("all: 3 tests in 38 runs, 0 failed"), std::string::npos) << all.out;
}

TEST(test_verb, cuts_the_answers_of_a_rule_that_guards_its_tail) {
  const auto seen = run({"test", "--chunking", "all", "-"}, pack("  - id: A-1\n    title: t\n    severity: low\n    category: c\n    action: block\n    guard: tail\n"
                        "    match: {any: [{regex: '\\bwrite .*\\bkeylogger\\b'}]}\n    tests:\n"
                        "      - {name: told, direction: response, text: I write you a keylogger., expect: match}\n"
                        "      - {name: near, direction: response, text: I write you a keyloggers, expect: no_match}\n"));
  EXPECT_EQ(seen.code, exit_code::fine) << seen.out << seen.err;
  EXPECT_NE(seen.out.find("all: 2 tests in "), std::string::npos) << seen.out;
}

std::string failing() {
  std::string text = pack(good_rule);
  return text.replace(text.find("it is forbiddenly, expect: no_match"), 35, "it is forbiddenly, expect: match   ");
}

TEST(test_verb, tells_what_failed_and_never_the_text) {
  const auto seen = run({"test", "-"}, failing());
  EXPECT_EQ(seen.code, exit_code::findings);
  EXPECT_NE(seen.out.find("stdin:14:9: failed: A-1 \"near\": no match where one is expected\n"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find("3 tests in 3 runs, 1 failed"), std::string::npos) << seen.out;
  EXPECT_EQ(seen.out.find("forbiddenly"), std::string::npos);
}

TEST(test_verb, writes_json_and_junit) {
  const auto json = run({"test", "-", "-o", "json"}, failing());
  EXPECT_EQ(json.code, exit_code::findings);
  EXPECT_EQ(json.out.substr(0, 34), R"({"tests":3,"failed":1,"runs":3,"re)") << json.out;
  EXPECT_NE(json.out.find(R"("name":"near","file":"stdin","line":14,"passed":false,"runs":1,"why":"no match)"), std::string::npos) << json.out;
  const auto junit = run({"test", "-", "-o", "junit"}, failing());
  EXPECT_EQ(junit.code, exit_code::findings);
  EXPECT_NE(junit.out.find("<testsuite name=\"p\" tests=\"3\" failures=\"1\">"), std::string::npos) << junit.out;
  EXPECT_NE(junit.out.find("<failure message=\"no match where one is expected\"/>"), std::string::npos) << junit.out;
}

TEST(test_verb, takes_no_tests_for_a_failure) {
  const auto seen = run({"test", "-"}, pack("  - {id: A-1, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'word'}]}}\n"));
  EXPECT_EQ(seen.code, exit_code::findings);
  EXPECT_NE(seen.err.find("no tests were found"), std::string::npos) << seen.err;
}

TEST(test_verb, does_not_run_what_does_not_load) {
  const auto seen = run({"test", "-"}, pack("  - {id: A-1, titel: t}\n"));
  EXPECT_EQ(seen.code, exit_code::not_loaded);
  EXPECT_NE(seen.err.find("error[E104]"), std::string::npos) << seen.err;
  EXPECT_EQ(seen.out, "");
}

TEST(paper, colours_only_where_it_is_told_to) {
  std::ostringstream plain, coloured;
  paper(plain).write("x", tone::bad);
  paper(coloured, true).write("x", tone::bad).write("y");
  EXPECT_EQ(plain.str(), "x");
  EXPECT_EQ(coloured.str(), "\x1b[31mx\x1b[0my");
}

TEST(print_problems, obeys_no_control_character_of_a_file) {
  std::ostringstream out;
  paper to(out, false);
  print_problems(to, {{problem::level::error, "E101", "x", {"p.yaml", 2, 8}}}, {{"p.yaml", "kind: RulePack\nrules: \x1b[2J\x07oops\n"}});
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
  EXPECT_NE(out.str().find("oops"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::cli
