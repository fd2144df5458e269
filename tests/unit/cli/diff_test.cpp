// diff, as a shell would call it.
#include "cli/difference.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

namespace stoplog::cli {
namespace {

std::string rule(std::string_view id, std::string_view words, std::string_view action = "block") {
  return "  - {id: " + std::string(id) + ", title: t, severity: low, category: c, action: " + std::string(action) +
         ", match: {any: [{words: [" + std::string(words) + "]}]}}\n";
}

std::string pack(std::string_view version, std::string_view rules) {
  return "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: " + std::string(version) + "}\nrules:\n" + std::string(rules);
}

std::string policy(std::string_view rest) {
  return "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\n" + std::string(rest);
}

// Two sides of a change: a rule goes, one comes, one is widened, one enforced.
struct sides {
  test::folder here;
  std::string before = (here.path() / "old").string(), after = (here.path() / "new").string();
  sides() {
    here.write("old/rules/p.yaml", pack("1.0.0", rule("A-1", "forbidden") + rule("A-2", "gone") + rule("A-3", "watched")));
    here.write("old/policies/x.yaml", policy("use: [{pack: p, version: ~1.0, mode: enforce}]\noverrides: [{rule: A-3, mode: shadow, reason: new}]\n"));
    here.write("new/rules/p.yaml", pack("1.0.1", rule("A-1", "forbidden, unwanted") + rule("A-3", "watched") + rule("A-4", "fresh")));
    here.write("new/policies/x.yaml", policy("use: [{pack: p, version: ~1.0, mode: enforce}]\n"));
  }
};

TEST(diff, tells_what_changed_in_rules_and_modes) {
  const sides s;
  const auto seen = run({"diff", s.before, s.after});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  std::size_t lines = 0;
  for (const char* line : {"pack p\n", "  version 1.0.0 -> 1.0.1", "  rule A-1: changed: match", "  rule A-2: removed", "  rule A-4: added",
                           "policy x\n", "  changed: overrides", "  rule A-2: mode enforce -> off", "  rule A-3: mode shadow -> enforce",
                           "  rule A-4: mode off -> enforce"}) {
    ++lines;
    EXPECT_NE(seen.out.find(line), std::string::npos) << line << seen.out;
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(seen.out.begin(), seen.out.end(), '\n')), lines) << seen.out;
  EXPECT_EQ(run({"diff", "--exit-code", s.before, s.after}).code, exit_code::findings);
}

TEST(diff, says_nothing_of_what_only_looks_different) {
  const sides s;
  s.here.write("again/rules/p.yaml", "# a comment\n" + pack("1.0.0", rule("A-1", "'forbidden'") + rule("A-2", "gone") + rule("A-3", "watched")));
  s.here.write("again/policies/y.yaml", policy("overrides: [{reason: new, rule: A-3, mode: shadow}]\nuse: [{pack: p, version: ~1.0, mode: enforce}]\n"));
  const auto seen = run({"diff", "--exit-code", s.before, (s.here.path() / "again").string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.out;
  EXPECT_EQ(seen.out, "Nothing has changed in packs and policies.\n");
}

constexpr std::string_view traffic =
    R"({"text": "this is unwanted", "label": "benign"})" "\n"
    R"({"text": "this is fresh", "label": "abusive"})" "\n"
    R"({"text": "this has gone", "label": "benign"})" "\n"
    R"({"text": "this is forbidden", "label": "abusive"})" "\n"
    R"({"text": "this is fine", "label": "benign"})" "\n"
    R"({"model": "m", "messages": [{"role": "user", "content": "it is watched"}]})" "\n";

TEST(diff, measures_what_it_does_to_traffic) {
  const sides s;
  const auto file = s.here.write("traffic.jsonl", traffic);
  const auto seen = run({"diff", s.before, s.after, "--traffic", file.string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  for (const char* line : {"Effect on 6 texts\n", "  newly blocked: 3\n", "    of those labelled abusive: 1\n", "    of those labelled benign: 1\n",
                           "    by A-1: 1\n", "    by A-3: 1\n", "    by A-4: 1\n", "  newly allowed: 1\n", "    blocked before by A-2: 1\n",
                           "  line 1: allow -> block by A-1\n", "  line 3: block -> allow\n"}) {
    EXPECT_NE(seen.out.find(line), std::string::npos) << line << seen.out;
  }
  EXPECT_EQ(seen.out.find("unwanted"), std::string::npos) << "texts only under --reveal";
  const auto revealed = run({"diff", s.before, s.after, "--reveal", "--traffic", "-"}, std::string(traffic));
  EXPECT_NE(revealed.out.find("this is unwanted"), std::string::npos) << revealed.out;
}

TEST(diff, lets_those_off_whom_an_exception_takes) {
  const sides s;
  const std::string use = "use: [{pack: p, version: ~1.0, mode: enforce}]\n";
  const std::string excused = "exceptions: [{id: EXC-1, rules: [A-1], when: {teams: [red]}, reason: r, approved_by: a, expires: ";
  s.here.write("now/x.yaml", policy(use));
  s.here.write("then/x.yaml", policy(use + excused + "2099-12-31}]\n"));
  s.here.write("over/x.yaml", policy(use + excused + "2020-12-31}]\n"));
  const auto measure = [&](const std::string& after, const std::string& team) {
    const auto seen = run({"diff", (s.here.path() / "now").string(), (s.here.path() / after).string(), "--with", (s.here.path() / "old/rules").string(),
                           "--traffic", "-", "--team", team, "-o", "json"}, std::string(traffic));
    EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
    return seen.out;
  };
  EXPECT_NE(measure("then", "red").find(R"("newly_blocked":0,"newly_allowed":1)"), std::string::npos);
  EXPECT_NE(measure("then", "red").find(R"("newly_allowed_by":{"A-1":1})"), std::string::npos);
  EXPECT_NE(measure("then", "blue").find(R"("newly_blocked":0,"newly_allowed":0)"), std::string::npos);
  EXPECT_NE(measure("over", "red").find(R"("newly_blocked":0,"newly_allowed":0)"), std::string::npos) << "it has expired";
}

TEST(diff, writes_json) {
  const sides s;
  const auto seen = run({"diff", s.before, s.after, "--traffic", "-", "-o", "json"}, std::string(traffic));
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_NE(seen.out.find(R"({"of":"pack p","what":"rule A-2","how":"removed","file":")"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find(R"("newly_blocked":3,"newly_allowed":1)"), std::string::npos) << seen.out;
  EXPECT_EQ(seen.out.find("unwanted"), std::string::npos);
}

TEST(diff, takes_what_stands_on_both_sides_once) {
  const sides s;
  const auto x = s.here.write("x.yaml", policy("use: [{pack: p, version: ~1.0, mode: shadow}]\n"));
  const auto seen = run({"diff", (s.here.path() / "old/policies/x.yaml").string(), x.string(), "--with", (s.here.path() / "old/rules").string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_NE(seen.out.find("rule A-1: mode enforce -> shadow"), std::string::npos) << seen.out;
}

TEST(diff, tells_usage_and_what_does_not_load_apart) {
  const sides s;
  EXPECT_EQ(run({"diff", s.before}).code, exit_code::usage);
  EXPECT_EQ(run({"diff", s.before, "/no/such/folder"}).code, exit_code::usage);
  EXPECT_EQ(run({"diff", s.before, s.after, "--traffic", "/no/such/file"}).code, exit_code::usage);
  EXPECT_EQ(run({"diff", s.before, s.after, "--traffic", "-"}, "not json\n").code, exit_code::usage);
  EXPECT_EQ(run({"diff", s.before, s.after, "--traffic", "-"}, "").code, exit_code::usage);
  EXPECT_EQ(run({"diff", s.before, s.after, "--directory", "/no/such/log"}).code, exit_code::usage);
  s.here.write("bad/p.yaml", "apiVersion: stoplog/v1\nkind: RulePack\n");
  EXPECT_EQ(run({"diff", s.before, (s.here.path() / "bad").string()}).code, exit_code::not_loaded);
}

}  // namespace
}  // namespace stoplog::cli
