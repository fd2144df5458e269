// One loader: what `check` lets pass the server takes, whatever was done to the
// files. A thousand shipped files, each spoilt in a way that editors and tired
// people know, go through both.
#include "server/server.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <unistd.h>

namespace stoplog::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key = "0123456789abcdef";
constexpr std::size_t cases = 1000;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

class spoiler {
 public:
  explicit spoiler(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  std::string spoil(const std::string& text) {
    auto lines = lines_of(text);
    std::string& line = lines[below(lines.size())];
    switch (below(12)) {
      case 0: line.clear(); break;
      case 1: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size())), std::string(line)); break;
      case 2: std::swap(line, lines[below(lines.size())]); break;
      case 3: line.insert(0, below(2) == 0 ? " " : "\t"); break;
      case 4: if (!line.empty()) line.erase(0, 1); break;
      case 5: replace_word(line); break;
      case 6: drop_one_of(line, "'\"{}[]:,"); break;
      case 7: line.insert(below(line.size() + 1), 1, "'\"{}[]:,#&*!|>%@\\"[below(17)]); break;
      case 8: change_digit(line); break;
      case 9: return text.substr(0, below(text.size()));
      case 10: line.insert(below(line.size() + 1), below(2) == 0 ? std::string(1, '\x01') : "\xC3\x28"); break;
      default: change_letter(line); break;
    }
    return joined(lines);
  }

 private:
  void replace_word(std::string& line) {
    static constexpr const char* words[] = {"off", "shadow", "enforce", "canary", "true", "null", "~", "block", "redact", "observe", "1.0.0", "^1", "2026-12-31", "request", "response", "[]", "{}", "x", "''"};
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) line = line.substr(0, colon + 2) + words[below(std::size(words))];
  }
  void drop_one_of(std::string& line, std::string_view what) {
    const std::size_t at = line.find_first_of(what, line.empty() ? 0 : below(line.size()));
    if (at != std::string::npos) line.erase(at, 1);
  }
  void change_digit(std::string& line) {
    const std::size_t at = line.find_first_of("0123456789", line.empty() ? 0 : below(line.size()));
    if (at != std::string::npos) line[at] = static_cast<char>('0' + below(10));
  }
  void change_letter(std::string& line) {
    if (!line.empty()) line[below(line.size())] = static_cast<char>('a' + below(26));
  }

  std::mt19937 random_;
};

struct shipped {
  fs::path file;       // below the house
  std::string text;
  std::string pack;    // its name; empty of a policy
};

// What the shipped policy has no need of.
constexpr std::string_view every_key = R"(apiVersion: stoplog/v1
kind: Policy
metadata: {name: every-key, version: 1.0.0, owner: tests@example.com}
extends: baseline@^1
applies_to:
  - {routes: [all], teams: [red, blue], keys: ["k-*"], models: ["m-*"], dialects: [chat_completions]}
defaults:
  mode: enforce
  canary_by: key
  on_error: {default: block, "quality.*": allow}
  opaque: {default: refuse, image_url: allow, thinking_signature: allow}
  unknown: {request: refuse, response: scan}
  stream: {release: buffer, limit: 64KiB}
  messages: {"security.*": "Ask the security team."}
use:
  - {pack: credentials, version: ^1, mode: enforce, locked: true}
  - {pack: personal-data, version: ^1, mode: canary, percent: 20}
exceptions:
  - id: EXC-1
    rules: [PII-001]
    when: {teams: [red], direction: [request]}
    reason: A test card
    approved_by: ciso@example.com
    expires: 2027-12-31
capture: {default: hash, on_match: excerpt, context: 40}
audit: {on_write_failure: block, retention: {decisions: 395d, content: 30d}}
)";
constexpr std::string_view baseline = "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: baseline, version: 1.2.0}\ntemplate: true\nuse: [{pack: credentials, version: ^1, mode: shadow}]\n";

std::vector<shipped> shipped_files() {
  std::vector<shipped> all{{"policies/every-key.yaml", std::string(every_key), ""}};
  const fs::path root = STOPLOG_SOURCE_DIR;
  for (const char* folder : {"rules", "policies"}) {
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      const bool pack = std::string_view(folder) == "rules";
      all.push_back({fs::path(folder) / entry.path().filename(), text_of(entry.path()), pack ? entry.path().stem().string() : ""});
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return all;
}

// A pack of that name and version in which nothing takes time.
std::string stand_in(const std::string& name, const std::string& text) {
  const std::size_t at = text.find("version: ");
  std::string ids;
  for (const auto& line : lines_of(text)) {
    if (line.starts_with("  - id: ")) {
      ids += line + "\n    title: t\n    severity: low\n    category: c\n    action: observe\n    match: {any: [{regex: '\\bword\\b'}]}\n";
    }
  }
  return "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: " + name + ", " + text.substr(at, text.find('\n', at) - at) + "}\nrules:\n" + ids;
}

TEST(one_loader, what_check_lets_pass_the_server_takes) {
  const auto files = shipped_files();
  ASSERT_GE(files.size(), 7U);
  const fs::path house = fs::temp_directory_path() / ("stoplog-one-loader-" + std::to_string(::getpid()));
  spoiler random(20261126);
  std::size_t taken = 0, refused = 0, stricter = 0, slow = 0;
  for (std::size_t i = 0; i < cases; ++i) {
    const shipped* chosen = &files[random.below(files.size())];
    // Its patterns take a second to compile.
    while (chosen->pack == "malicious-services" && slow > 10) chosen = &files[random.below(files.size())];
    if (chosen->pack == "malicious-services") ++slow;
    fs::remove_all(house);
    fs::create_directories(house / "rules/lists");
    write(house / "rules/lists/hosts.txt", "evil.example\n");
    if (chosen->pack.empty()) {
      write(house / "policies/baseline.yaml", baseline);
      for (const auto& f : files) {
        if (!f.pack.empty()) write(house / f.file, stand_in(f.pack, f.text));
      }
    } else {
      write(house / "policies/p.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: p, version: 1.0.0}\nuse: [{pack: " + chosen->pack + ", version: ^1, mode: enforce}]\n");
    }
    const std::string spoilt = random.spoil(chosen->text);
    write(house / chosen->file, spoilt);

    config::settings from;
    from.policies = house / "policies";
    from.rules = house / "rules";
    problems found;
    const bool served = server::load_policies(from, key, found) != nullptr;
    const auto checked = run({"check", (house / "policies").string(), (house / "rules").string()});
    const bool passed = checked.code == exit_code::fine || checked.code == exit_code::findings;
    ASSERT_TRUE(passed || checked.code == exit_code::not_loaded) << static_cast<int>(checked.code);
    if (passed) {
      ASSERT_TRUE(served) << "case " << i << " of " << chosen->file << ": " << (found.empty() ? "" : to_string(found.back())) << "\n" << spoilt;
    } else if (served) {
      ++stricter;  // of a rule that is off or in shadow, what would be wrong on the day it is enforced
    }
    ++(served ? taken : refused);
  }
  fs::remove_all(house);
  EXPECT_EQ(taken + refused, cases);
  EXPECT_GE(taken, 150U);
  EXPECT_GE(refused, 300U);
  EXPECT_LE(stricter, cases / 50);
  RecordProperty("taken", static_cast<int>(taken));
  RecordProperty("refused", static_cast<int>(refused));
}

}  // namespace
}  // namespace stoplog::cli
