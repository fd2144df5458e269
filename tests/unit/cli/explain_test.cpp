// explain and show: the story of a text, and where it is written.
#include "audit/timestamp.hpp"
#include "config/load.hpp"
#include "policy/compiled.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

namespace stoplog::cli {
namespace {

constexpr std::string_view pack = R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.2.0}
rules:
  - id: MASK
    title: A gate's word
    severity: low
    category: c
    action: redact
    match: {any: [{regex: '\bgate-[0-9]{2}\b'}], unless: [{words: [gate-00]}]}
  - id: STOP
    title: A stand-in
    severity: high
    category: c
    action: block
    scope: {direction: [response]}
    match: {any: [{words: [placeholder-end]}]}
    message: Ended here.
  - {id: WATCH, title: Seen, severity: low, category: c, action: block, match: {any: [{words: [watched]}]}}
  - {id: STRICT, title: Strict, severity: low, category: c, strictness: 3, action: block, match: {any: [{words: [strict]}]}}
  - {id: CARD, title: Card, severity: low, category: c, action: redact, match: {any: [{regex: '\b[0-9]{16}\b', check: luhn}]}}
)";

constexpr std::string_view policy = R"(apiVersion: stoplog/v1
kind: Policy
metadata: {name: x, version: 1.0.0}
defaults:
  mode: shadow
use:
  - {pack: p, version: ~1.2, mode: enforce}
overrides:
  - {rule: WATCH, mode: shadow, reason: still looking}
)";

constexpr std::string_view other = "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: sales, version: 1.0.0}\n"
                                   "applies_to: [{teams: [sales]}]\nuse: [{pack: p}]\n";

struct place_of_files {
  place_of_files() {
    here.write("p.yaml", pack);
    here.write("x.yaml", policy);
    here.write("y.yaml", other);
  }
  outcome explain(const std::string& text, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"explain", "--text", text, here.path().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  std::string at(const std::string& where) const { return (here.path() / where).string(); }
  test::folder here;
};

void expect_in(const outcome& seen, const std::vector<std::string>& parts) {
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  std::size_t from = 0;
  for (const auto& part : parts) {
    const std::size_t found = seen.out.find(part, from);
    EXPECT_NE(found, std::string::npos) << "missing, or not in this order: " << part << "\n" << seen.out;
    if (found != std::string::npos) from = found;
  }
}

TEST(explain, tells_who_decided_and_where_it_is_written) {
  const place_of_files f;
  const auto seen = f.explain("the word is gate-42 and watched");
  expect_in(seen, {"text    31 bytes, request, user, content", "policy  x 1.0.0, " + f.at("x.yaml:1"), "the fallback",
                   "MASK  A gate's word", "redact, " + f.at("p.yaml:5"), "enforce, by " + f.at("x.yaml:7") + " (use)",
                   "bytes 12 to 19", "enforced: redact", "WATCH", "shadow, by " + f.at("x.yaml:9") + " (override: still looking)",
                   "would block; recorded only", "Decision: redact, by MASK", "masks where it was redacted"});
  EXPECT_EQ(seen.out.find("gate-42"), std::string::npos) << seen.out;
}

TEST(explain, shows_text_only_when_told_to) {
  const place_of_files f;
  expect_in(f.explain("it is gate-42.", {"--reveal"}), {"bytes 6 to 13  \"gate-42\"", "\"it is [REDACTED].\""});
  const auto json = f.explain("it is gate-42.", {"-o", "json"});
  EXPECT_EQ(json.out.find("gate-42"), std::string::npos) << json.out;
  expect_in(json, {R"("policy":"x")", R"("id":"MASK")", R"("spans":[{"begin":6,"end":13}])", R"("verdict":"redact","decided_by":"MASK")"});
}

TEST(explain, tells_what_nearly_matched_and_why_not) {
  const place_of_files f;
  expect_in(f.explain("gate-00"), {"No rule matched", "MASK", "its `unless` takes the match out, " + f.at("p.yaml:10"), "Decision: allow"});
  expect_in(f.explain("a placeholder-end"), {"No rule matched", "STOP", "its scope does not have such texts"});
  expect_in(f.explain("be strict"), {"STRICT", "it is off (its strictness 3 is above the 1 of use), " + f.at("x.yaml:7")});
  expect_in(f.explain("1234567812345678"), {"CARD", "does not pass its `check`", f.at("p.yaml:21")});
  const auto far = f.explain("nothing of it");
  EXPECT_EQ(far.out.find("but for one thing"), std::string::npos) << far.out;
}

TEST(explain, ends_an_answer_where_the_proxy_would) {
  const place_of_files f;
  const auto seen = f.explain("so: placeholder-end, then gate-42", {"--direction", "response"});
  expect_in(seen, {"response, assistant, content", "STOP", "enforced: block", "MASK", "blocked before it came to this",
                   "Decision: block, by STOP", "(4 bytes), then the end and: Ended here."});
}

TEST(explain, chooses_the_policy_as_the_proxy_would) {
  const place_of_files f;
  expect_in(f.explain("gate-42", {"--team", "sales"}), {"policy  sales", "whose applies_to takes", "would redact; recorded only", "Decision: allow"});
  expect_in(f.explain("gate-42", {"--policy", "sales"}), {"policy  sales", "named by --policy", "(the default of the language)"});
  EXPECT_EQ(f.explain("x", {"--policy", "none"}).code, exit_code::usage);
}

TEST(explain, reads_files_and_stdin) {
  const place_of_files f;
  const test::folder texts;
  const auto file = texts.write("t.txt", "gate-42");
  expect_in(run({"explain", file.string(), f.here.path().string()}), {"MASK", "Decision: redact"});
  expect_in(run({"explain", "-", f.here.path().string()}, "gate-42"), {"MASK", "Decision: redact"});
  EXPECT_EQ(run({"explain", "/no/such/file", f.here.path().string()}).code, exit_code::usage);
  EXPECT_EQ(run({"explain", "-", f.here.path().string()}, "\xff\xfe").code, exit_code::usage);
  EXPECT_EQ(run({"explain"}).code, exit_code::usage);
  f.here.write("z.yaml", "kind: [");
  EXPECT_EQ(f.explain("x").code, exit_code::not_loaded);
}

// The proxy asks policy::applied at its own clock; explain at the instant given.
TEST(explain, ends_an_exception_at_the_instant_at_which_the_proxy_does) {
  const place_of_files files;
  const std::string excused = std::string(policy) + "exceptions:\n  - {id: EXC-1, rules: [STOP], when: {teams: [red]}, reason: r, approved_by: a, expires: 2026-12-31}\n";
  files.here.write("x.yaml", excused);
  const std::filesystem::path paths[] = {files.here.path()};
  problems found;
  const auto read = config::load(paths, found);
  const auto set = policy::policy_set::compile(read.packs, read.policies, "0123456789abcdef", found);
  ASSERT_NE(set, nullptr);
  policy::subject who;
  who.team = "red";
  std::size_t excuses = 0, ran = 0;
  for (const char* at : {"2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z", "2030-01-01T00:00:00Z"}) {
    const auto now = policy::applied(set->select(who), who, *audit::parse_rfc3339(at));
    const auto stop = std::find_if(now->rules().begin(), now->rules().end(), [](const auto& r) { return r.id == "STOP"; });
    ASSERT_NE(stop, now->rules().end());
    const bool blocks = now->effect(static_cast<std::uint32_t>(stop - now->rules().begin()), direction::response) == verdict::block;
    const auto seen = files.explain("the placeholder-end", {"--direction", "response", "--team", "red", "--at", at});
    EXPECT_EQ(seen.out.find("Decision: block") != std::string::npos, blocks) << at << seen.out << seen.err;
    EXPECT_EQ(seen.out.find("but it expired at 2027-01-01T00:00:00Z") != std::string::npos, blocks) << at;
    excuses += blocks ? 0 : 1;
    ++ran;
  }
  EXPECT_EQ(ran, 6U);
  EXPECT_EQ(excuses, 3U);
}

TEST(explain, takes_everybody_to_be_in_a_canary) {
  const place_of_files files;
  files.here.write("x.yaml", std::string(policy).substr(0, policy.find("overrides:")) + "overrides: [{rule: STOP, mode: canary, percent: 1, reason: a try}]\n");
  for (const char* text : {"the placeholder-end", "and a placeholder-end", "some placeholder-end"}) {
    const auto seen = files.explain(text, {"--direction", "response"});
    EXPECT_NE(seen.out.find("    canary  for 1 of a hundred; told as for one who is among them\n"), std::string::npos) << seen.out << seen.err;
    EXPECT_NE(seen.out.find("Decision: block, by STOP"), std::string::npos) << seen.out;
  }
}

TEST(show, tells_the_line_that_decided_each_rule) {
  const place_of_files f;
  const auto seen = run({"show", "--effective", f.here.path().string()});
  expect_in(seen, {"sales 1.0.0", "MASK", "shadow", "(the default of the language)",
                   "x 1.0.0", "MASK    p 1.2.0  enforce  redact   " + f.at("p.yaml:9"), "mode: " + f.at("x.yaml:7") + " (use)",
                   "WATCH", "shadow", "mode: " + f.at("x.yaml:9") + " (override: still looking)", "STRICT", "off"});
  const auto json = run({"show", "--effective", "--policy", "x", "-o", "json", f.here.path().string()});
  expect_in(json, {R"("name":"x","version":"1.0.0")", R"("fallback":true)", R"("id":"MASK")", R"("mode":"enforce","mode_by":"use")", R"("line":7)", R"("action":"redact")", R"("line":9)"});
  EXPECT_EQ(json.out.find("sales"), std::string::npos);
  EXPECT_EQ(run({"show", "--effective", "--policy", "none", f.here.path().string()}).code, exit_code::usage);
  EXPECT_EQ(run({"show", f.here.path().string()}).code, exit_code::usage);
}

TEST(show, finds_the_default_mode_of_a_policy) {
  const test::folder here;
  here.write("p.yaml", pack);
  const auto file = here.write("x.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\ndefaults:\n  mode: shadow\nuse: [{pack: p}]\n");
  expect_in(run({"show", "--effective", here.path().string()}), {"mode: " + file.string() + ":5 (defaults.mode)"});
}

}  // namespace
}  // namespace stoplog::cli
