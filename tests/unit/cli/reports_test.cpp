// What verbs write for other programs is read by other programs; the exit codes
// are those that are documented; colour is for terminals.
#include "cli/report.hpp"
#include "support/folder.hpp"
#include "support/keys.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stoplog::cli {
namespace {

constexpr std::string_view head = "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0, owner: \"ä & <b>\"}\nrules:\n";
constexpr std::string_view rule = R"(  - id: A-1
    title: t
    severity: low
    category: c
    action: block
    match: {any: [{words: [forbidden]}]}
    tests:
      - {name: "asked <&\"'> ä", direction: request, text: it is forbidden, expect: match}
      - {name: told, direction: response, text: it is forbidden., expect: match}
      - {name: near, direction: response, text: it is forbiddenly, expect: no_match}
)";

std::string good() { return std::string(head) + std::string(rule); }
std::string failing() {
  std::string text = good();
  return text.replace(text.find("no_match"), 8, "match");
}
std::string warned() { return std::string(head) + std::string(rule.substr(0, rule.find("    tests:"))); }

// What the reader of such reports says of it.
std::string read_by_others(const char* kind, const std::string& report) {
  const test::folder here;
  const auto file = here.write("report", report);
  const std::string command = "python3 '" STOPLOG_SOURCE_DIR "/tests/unit/cli/validate_reports.py' " + std::string(kind) + " < '" + file.string() + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> block{};
  std::string out;
  while (const std::size_t n = fread(block.data(), 1, block.size(), pipe)) out.append(block.data(), n);
  pclose(pipe);
  return out;
}

TEST(reports, sarif_is_read_by_its_rules) {
  const auto clean = run({"check", "-", "-o", "sarif"}, good());
  EXPECT_EQ(clean.code, exit_code::fine);
  EXPECT_EQ(read_by_others("sarif", clean.out), "0 results\n") << clean.out;
  const auto some = run({"check", "-", "-o", "sarif"}, warned());
  EXPECT_EQ(some.code, exit_code::findings);
  EXPECT_EQ(read_by_others("sarif", some.out), "3 results\n") << some.out;
  const auto broken = run({"check", "-", "-o", "sarif"}, "kind: [");
  EXPECT_EQ(broken.code, exit_code::not_loaded);
  EXPECT_EQ(read_by_others("sarif", broken.out), "1 results\n") << broken.out;
}

// SARIF counts characters, our columns bytes.
TEST(reports, sarif_columns_are_characters) {
  const problems found{{problem::level::error, "E104", "x", {"p.yaml", 1, 7}}};
  EXPECT_NE(sarif_of(found, {{"p.yaml", "\xC3\xA4\xC3\xA4: x"}}).find("\"startColumn\":5"), std::string::npos);
  EXPECT_NE(sarif_of(found, {}).find("\"startColumn\":7"), std::string::npos);
}

TEST(reports, junit_is_read_by_a_parser) {
  EXPECT_EQ(read_by_others("junit", run({"test", "-", "-o", "junit"}, good()).out), "3 cases, 0 failures\n");
  EXPECT_EQ(read_by_others("junit", run({"test", "-", "-o", "junit"}, failing()).out), "3 cases, 1 failures\n");
}

TEST(exit_codes, are_those_that_are_documented) {
  const test::folder here;
  const auto file = [&](const char* name, const std::string& text) { return here.write(name, text).string(); };
  const std::string fine = file("good.yaml", good()), warns = file("warned.yaml", warned()), fails = file("failing.yaml", failing());
  const std::string broken = file("broken.yaml", std::string(head) + "  - {id: A-1}\n"), gone = "/no/such/file.yaml";
  const std::string damaged = file("damaged.bundle", "stoplog-bundle 1\n");
  const std::string data = file("data.jsonl", "{\"text\": \"forbidden\", \"label\": \"abusive\"}\n");
  const std::string policy = file("x.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p}]\n");
  const std::string out = (here.path() / "o.bundle").string();
  const struct {
    std::vector<std::string> arguments;
    int code;
  } cases[] = {
      {{"check", fine}, 0}, {{"check", warns}, 1}, {{"check", broken}, 2}, {{"check", gone}, 3}, {{"check", damaged}, 4}, {{"check", "--nonsense"}, 3},
      {{"test", fine}, 0}, {{"test", fails}, 1}, {{"test", warns}, 1}, {{"test", broken}, 2}, {{"test", gone}, 3}, {{"test", damaged}, 4},
      {{"explain", "--text", "x", fine, policy}, 0}, {{"explain", "--text", "x", broken, policy}, 2}, {{"explain", "--text", "x", gone}, 3}, {{"explain", "--text", "x", damaged}, 4},
      {{"show", "--effective", fine, policy}, 0}, {{"show", "--effective", broken, policy}, 2}, {{"show", "--effective", gone}, 3}, {{"show", "--effective", damaged}, 4},
      {{"backtest", "--data", data, fine}, 0}, {{"backtest", "--data", data, broken}, 2}, {{"backtest", "--data", gone, fine}, 3}, {{"backtest", "--data", data, damaged}, 4},
      {{"bench", fine, "--rounds", "1"}, 0}, {{"bench", fine, "--rounds", "1", "--budget", "0.001"}, 1}, {{"bench", broken}, 2}, {{"bench", gone}, 3}, {{"bench", damaged}, 4},
      {{"diff", fine, fine}, 0}, {{"diff", "--exit-code", fine, warns}, 1}, {{"diff", fine, broken}, 2}, {{"diff", fine, gone}, 3}, {{"diff", damaged, fine}, 4},
      {{"fmt", "--check", policy}, 0}, {{"fmt", "--check", file("u.yaml", "apiVersion: stoplog/v1\nkind:   Policy\n")}, 0},
      {{"fmt", "--check", file("v.yaml", "apiVersion: stoplog/v1\nkind: Policy\n\n\n\n")}, 1}, {{"fmt", file("w.yaml", "a: 1\nkind: Policy\nb: [\n")}, 2}, {{"fmt", gone}, 3},
      {{"schema", "pack"}, 0}, {{"schema", "nothing"}, 3}, {{"new", "rule"}, 0}, {{"new", "rule", "--id", "a b"}, 3},
      {{"bundle", "build", "-o", out, fine, policy}, 0}, {{"bundle", "build", "-o", out, broken}, 2}, {{"bundle", "build", "-o", out, gone}, 3},
      {{"bundle", "verify", out}, 0}, {{"bundle", "verify", damaged}, 4}, {{"bundle", "verify", gone}, 3},
      {{"completion", "bash"}, 0}, {{"completion", "none"}, 3}, {{"man"}, 0}, {{"nonsense"}, 3},
      {{"serve", "--config", gone}, 2}, {{"audit", "tail", "--directory", gone}, 3},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    std::string words;
    for (const auto& a : c.arguments) words += a + ' ';
    const auto seen = run(c.arguments);
    EXPECT_EQ(static_cast<int>(seen.code), c.code) << words << '\n' << seen.out.substr(0, 500) << seen.err;
    ++ran;
  }
  EXPECT_GE(ran, 55U);
}

TEST(reveal, is_asked_for_wherever_text_could_be_shown) {
  const test::folder here;
  const auto p = here.write("p.yaml", good()).string();
  const auto x = here.write("x.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p, version: ~1.0, mode: enforce}]\n").string();
  const std::string text = "something forbidden here";
  for (const char* how : {"human", "json"}) {
    EXPECT_EQ(run({"explain", "--text", text, "-o", how, p, x}).out.find("forbidden"), std::string::npos) << how;
    EXPECT_NE(run({"explain", "--text", text, "-o", how, "--reveal", p, x}).out.find("forbidden"), std::string::npos) << how;
  }
}

// What a verb prints to a terminal of its own.
std::string on_a_terminal(const char* no_color) {
  std::fflush(nullptr);  // or the child would print what is still to be printed here
  int fd = -1;
  const pid_t child = forkpty(&fd, nullptr, nullptr, nullptr);
  if (child == 0) {
    no_color != nullptr ? setenv("NO_COLOR", no_color, 1) : unsetenv("NO_COLOR");
    paper(std::cout).write("x", tone::bad);
    std::cout.flush();
    _exit(0);
  }
  std::string out;
  std::array<char, 256> block{};
  for (ssize_t n; (n = read(fd, block.data(), block.size())) > 0;) out.append(block.data(), static_cast<std::size_t>(n));
  waitpid(child, nullptr, 0);
  close(fd);
  return out;
}

TEST(colour, is_for_terminals_unless_NO_COLOR_says_otherwise) {
  EXPECT_EQ(on_a_terminal(nullptr), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(on_a_terminal(""), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(on_a_terminal("1"), "x");
}

}  // namespace
}  // namespace stoplog::cli
