// backtest and new rule.
#include "cli/wilson.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

namespace stoplog::cli {
namespace {

// Against the values of the formula worked out by hand.
TEST(wilson, gives_the_interval) {
  const share half = wilson(5, 10);
  EXPECT_NEAR(half.value, 0.5, 1e-12);
  EXPECT_NEAR(half.least, 0.2366, 5e-5);
  EXPECT_NEAR(half.most, 0.7634, 5e-5);
  const share none = wilson(0, 10);
  EXPECT_EQ(none.least, 0.0);
  EXPECT_NEAR(none.most, 0.2775, 5e-5);
  const share all = wilson(10, 10);
  EXPECT_NEAR(all.least, 0.7225, 5e-5);
  EXPECT_NEAR(all.most, 1.0, 1e-12);
  EXPECT_EQ(wilson(0, 0).least, 0.0);
  EXPECT_EQ(wilson(0, 0).most, 1.0);
}

constexpr std::string_view pack = R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.2.0}
rules:
  - {id: STOP, title: t, severity: low, category: c, action: block, match: {any: [{words: [placeholder]}]}}
  - {id: MASK, title: t, severity: low, category: c, action: redact, match: {any: [{words: [gate]}]}}
  - {id: WIDE, title: t, severity: low, category: c, strictness: 4, action: block, match: {any: [{words: [rose]}]}}
)";

constexpr const char* data =
    "{\"text\": \"a placeholder\", \"label\": \"abusive\", \"category\": \"one\", \"source\": \"s\"}\n"
    "{\"text\": \"a gate\", \"label\": \"abusive\", \"category\": \"one\", \"source\": \"s\", \"more\": [1]}\n"
    "{\"text\": \"a rose\", \"label\": \"abusive\", \"category\": \"two\"}\n"
    "\n"
    "{\"text\": \"placeholder gate\", \"label\": \"benign\", \"category\": \"plain\"}\n"
    "{\"text\": \"a daisy\", \"label\": \"benign\", \"category\": \"plain\"}\n";

outcome backtest(const std::string& rows, std::vector<std::string> more = {}) {
  const test::folder here;
  const auto file = here.write("p.yaml", pack);
  std::vector<std::string> arguments{"backtest", "--data", "-", file.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(arguments, rows);
}

TEST(backtest, counts_by_label_category_and_rule) {
  const auto seen = backtest(data);
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  for (const char* part : {"blocked of abusive         2 of 3  66.67 % [", "blocked of benign (false)  1 of 2  50.00 % [9.45, 90.55]",
                           "hit of abusive             3 of 3", "one                           1 of 2  50.00 %", "two                           1 of 1",
                           "(none)", "MASK                  redact   1 of 3  33.33 %"}) {
    EXPECT_NE(seen.out.find(part), std::string::npos) << part << "\n" << seen.out;
  }
  EXPECT_EQ(seen.out.find("daisy"), std::string::npos);
}

TEST(backtest, writes_json_and_leaves_out_what_is_stricter) {
  const auto seen = backtest(data, {"-o", "json", "--strictness", "3"});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_NE(seen.out.find(R"({"abusive":{"all":{"texts":3,"blocked":{"count":1,"of":3,"share":0.333)"), std::string::npos) << seen.out;
  EXPECT_NE(seen.out.find(R"("rules":[{"id":"STOP","category":"c","action":"block","abusive":{"count":1,"of":3)"), std::string::npos) << seen.out;
  EXPECT_EQ(seen.out.find("WIDE"), std::string::npos);
}

TEST(backtest, refuses_rows_that_it_cannot_count) {
  EXPECT_NE(backtest("{\"text\": \"x\", \"label\": \"bad\"}\n").err.find("stdin:1: not a JSON object with text and a label"), std::string::npos);
  EXPECT_EQ(backtest(std::string(data) + "{").code, exit_code::usage);
  EXPECT_EQ(backtest("[]\n").code, exit_code::usage);
  EXPECT_EQ(backtest("\n").code, exit_code::usage);
  EXPECT_NE(backtest("\x1f\x8b\x08").err.find("zcat"), std::string::npos);
  EXPECT_EQ(backtest(data, {"-"}).code, exit_code::usage);
  EXPECT_EQ(run({"backtest", "--data", "/no/such/file", STOPLOG_SOURCE_DIR "/rules/demo.yaml"}).code, exit_code::usage);
  EXPECT_EQ(run({"backtest"}).code, exit_code::usage);
}

TEST(new_rule, loads_without_a_warning_and_passes_its_tests) {
  for (const std::string action : {"observe", "redact", "block"}) {
    const auto made = run({"new", "rule", "--pack", "mine", "--id", "MINE-7", "--action", action});
    EXPECT_EQ(made.code, exit_code::fine);
    const auto checked = run({"check", "--rules", "-"}, made.out);
    EXPECT_EQ(checked.code, exit_code::fine) << checked.out << made.out;
    EXPECT_NE(checked.out.find("MINE-7  " + action), std::string::npos) << checked.out;
    const auto tested = run({"test", "--chunking", "all", "-"}, made.out);
    EXPECT_EQ(tested.code, exit_code::fine) << tested.out;
    EXPECT_NE(tested.out.find("3 tests"), std::string::npos);
  }
}

TEST(new_rule, takes_only_names) {
  EXPECT_EQ(run({"new", "rule", "--id", "a b"}).code, exit_code::usage);
  EXPECT_EQ(run({"new", "rule", "--pack", "x: y"}).code, exit_code::usage);
  EXPECT_EQ(run({"new"}).code, exit_code::usage);
}

}  // namespace
}  // namespace stoplog::cli
