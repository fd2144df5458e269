// tests/cases/errors: bad files, and word for word what people are told of
// them. A case is
//
//   === its name
//   --- policies/x.yaml
//   a file, up to the next line that begins like this; perhaps more files
//   --- told
//   the problems as `stoplog check` prints them; with errors only the errors
//
// STOPLOG_REWRITE_CASES=1 writes what is told now into the files: read the
// difference before you keep it.
#include "cli/examination.hpp"
#include "cli/report.hpp"
#include "support/folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

namespace stoplog::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t cases_min = 111;

struct bad_case {
  std::string name;
  std::vector<std::pair<std::string, std::string>> files;
  std::string told;
};

std::vector<bad_case> cases_of(const fs::path& file) {
  std::vector<bad_case> all;
  std::string* into = nullptr;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      all.push_back({line.substr(4), {}, {}});
      into = nullptr;
    } else if (line == "--- told") {
      into = &all.back().told;
    } else if (line.starts_with("--- ")) {
      into = &all.back().files.emplace_back(line.substr(4), "").second;
    } else if (into != nullptr) {
      *into += line + '\n';
    } else {
      EXPECT_TRUE(line.empty() || line.starts_with("#")) << file << ": " << line;
    }
  }
  return all;
}

std::string told_of(const bad_case& c) {
  const test::folder here;
  for (const auto& [name, text] : c.files) here.write(name, text);
  const fs::path paths[] = {here.path()};
  problems found;
  auto read = config::load(paths, found);
  problems all = examine(read, wall_time{}, std::move(found), false).found;
  if (has_errors(all)) std::erase_if(all, [](const problem& p) { return p.severity != problem::level::error; });
  std::ostringstream out;
  paper to(out, false);
  print_problems(to, all, read.texts);
  std::string text = out.str();
  const std::string folder = here.path().string() + '/';
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) text.erase(at, folder.size());
  return text;
}

void rewrite(const fs::path& file, const std::vector<bad_case>& all) {
  std::ofstream out(file);
  for (const auto& c : all) {
    out << "=== " << c.name << '\n';
    for (const auto& [name, text] : c.files) out << "--- " << name << '\n' << text;
    out << "--- told\n" << told_of(c);
  }
}

std::vector<fs::path> case_files() {
  std::vector<fs::path> files;
  for (const auto& each : fs::directory_iterator(fs::path(STOPLOG_SOURCE_DIR) / "tests/cases/errors")) files.push_back(each.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(error_cases, are_told_word_for_word) {
  std::size_t ran = 0;
  for (const auto& file : case_files()) {
    const auto all = cases_of(file);
    if (std::getenv("STOPLOG_REWRITE_CASES") != nullptr) rewrite(file, all);
    std::set<std::string> names;
    for (const auto& c : cases_of(file)) {
      EXPECT_TRUE(names.insert(c.name).second) << c.name << " stands twice";
      EXPECT_FALSE(c.told.empty()) << c.name;
      EXPECT_EQ(told_of(c), c.told) << file.filename() << ": " << c.name;
      ++ran;
    }
  }
  EXPECT_GE(ran, cases_min);
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Codes as the sources have them ("E104") and as the page lists them (| E104 |).
std::set<std::string> codes_in(const std::string& text, std::string_view before, std::string_view behind) {
  std::set<std::string> codes;
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
    const std::string code = text.substr(at + before.size(), 4);
    const bool is_code = code.size() == 4 && (code[0] == 'E' || code[0] == 'W') && code.find_first_not_of("0123456789", 1) == std::string::npos;
    if (is_code && std::string_view(text).substr(at + before.size() + 4).starts_with(behind)) codes.insert(code);
  }
  return codes;
}

TEST(error_codes, are_those_that_the_documentation_lists) {
  std::set<std::string> told;
  for (const auto& each : fs::recursive_directory_iterator(fs::path(STOPLOG_SOURCE_DIR) / "proxy")) {
    if (each.path().extension() == ".cpp") told.merge(codes_in(text_of(each.path()), "\"", "\""));
  }
  const auto listed = codes_in(text_of(fs::path(STOPLOG_SOURCE_DIR) / "docs/errors.md"), "\n| ", " |");
  EXPECT_GE(told.size(), 65U);
  EXPECT_EQ(told, listed);
}

// Every error points at a character of a file that is there to be shown.
TEST(error_cases, point_at_a_place) {
  std::size_t carets = 0;
  for (const auto& file : case_files()) {
    for (const auto& c : cases_of(file)) {
      std::istringstream lines(c.told);
      std::string line;
      while (std::getline(lines, line)) carets += line.find_first_not_of(' ') == line.size() - 1 && line.ends_with('^') ? 1 : 0;
    }
  }
  EXPECT_GE(carets, cases_min);
}

}  // namespace
}  // namespace stoplog::cli
