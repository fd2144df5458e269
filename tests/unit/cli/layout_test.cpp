// fmt never changes what a file says.
#include "cli/layout.hpp"
#include "cli/source_comments.hpp"
#include "config/load.hpp"
#include "config/yaml_reader.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stoplog::cli {
namespace {

namespace fs = std::filesystem;

std::string formed(std::string_view yaml) {
  std::string why;
  const auto text = laid_out(yaml, why);
  return text ? *text : "refused: " + why;
}

TEST(comments, are_found_where_no_quote_and_no_block_text_holds_them) {
  const auto found = comments_of(
      "# one\n"
      "a: 'x # no' # two\n"
      "b: it's # three\n"
      "c: \"\\\" # no\"   # four\n"
      "d: |\n"
      "  # no\n"
      "\n"
      "  text # no\n"
      "e: [a, 'b # no', # five\n"
      "  c#no]\n"
      "f:\n"
      "  - g: >\n"
      "      # no\n"
      "    h: 'two\n"
      "      # no\n"
      "      lines' # six\n"
      "    # seven\n");
  std::string texts;
  for (const auto& c : found) texts += std::string(c.text) + (c.alone ? "! " : " ");
  EXPECT_EQ(texts, "# one! # two # three # four # five # six # seven! ");
}

TEST(layout, is_as_described) {
  EXPECT_EQ(formed("a:   1   # x\r\n\n\n\nb:\n- c: 1\n  d:  {e: 1,f: [2,3]}\n\n-   c: 2\n"), "a: 1   # x\n\nb:\n  - c: 1\n    d: {e: 1, f: [2, 3]}\n\n  - c: 2\n");
  EXPECT_EQ(formed("\n\na: [x,\n  y]\n\n"), "a: [x, y]\n");
  EXPECT_EQ(formed("a:\n    b:\n        c: 1\n"), "a:\n  b:\n    c: 1\n");
  EXPECT_EQ(formed("r:\n  - regex: a[bc]d\n"), "r:\n  - regex: 'a[bc]d'\n");
  EXPECT_EQ(formed("r: [{regex: it's}]\n"), "r: [{regex: 'it''s'}]\n");
  EXPECT_EQ(formed("a: \"x\\ty\"\nb: 'it''s'\n"), "a: \"x\\ty\"\nb: 'it''s'\n");
  EXPECT_EQ(formed("a: two\n  lines\n"), "a: \"two lines\"\n");
  EXPECT_EQ(formed("a: |\n      one\n        two\n\n      three\nb: 1\n"), "a: |\n  one\n    two\n\n  three\nb: 1\n");
  EXPECT_EQ(formed("a:\n- x\n-   y\n"), "a:\n  - x\n  - y\n");
}

TEST(layout, keeps_comments_where_they_belong) {
  EXPECT_EQ(formed("# top\n\na: 1 # behind\n# before b\nb:\n- c: 1\n  # before d\n  d: 2\n  # at the end of the item\n# before e\ne: 3\n# last\n"),
            "# top\n\na: 1 # behind\n# before b\nb:\n  - c: 1\n    # before d\n    d: 2\n    # at the end of the item\n# before e\ne: 3\n# last\n");
  EXPECT_EQ(formed("a: [x, # of x\n  y]\n"), "a:\n  - x # of x\n  - y\n");
  EXPECT_EQ(formed("a: # of a\n  b: 1\n"), "a: # of a\n  b: 1\n");
}

TEST(layout, refuses_what_it_does_not_know) {
  EXPECT_TRUE(formed("a: |2\n    x\n").starts_with("refused")) << formed("a: |2\n    x\n");
  EXPECT_TRUE(formed("a: [").starts_with("refused"));
  EXPECT_TRUE(formed("{a: 1}\n").starts_with("refused"));
  EXPECT_TRUE(formed("").starts_with("refused"));
}

std::vector<std::string> shipped() {
  std::vector<std::string> all;
  for (const char* folder : {"rules", "policies", "tests/e2e"}) {
    for (const auto& each : fs::recursive_directory_iterator(fs::path(STOPLOG_SOURCE_DIR) / folder)) {
      if (each.path().extension() != ".yaml" || each.path().string().find("node_modules") != std::string::npos) continue;
      std::ifstream in(each.path(), std::ios::binary);
      all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  return all;
}

bool equal(const config::node& a, const config::node& b) {
  return a.what == b.what && a.text == b.text && std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), equal) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), equal);
}

// Nothing if it is refused; otherwise the values, and a second time, are compared.
bool keeps_everything(const std::string& text) {
  std::string why;
  const auto once = laid_out(text, why);
  if (!once) return false;
  problems found;
  const auto before = config::read_yaml(text, "f", found), after = config::read_yaml(*once, "f", found);
  EXPECT_TRUE(found.empty()) << text;
  EXPECT_TRUE(before && after && equal(*before, *after)) << text << "\nbecame\n" << *once;
  EXPECT_EQ(comments_of(text).size(), comments_of(*once).size()) << text << "\nbecame\n" << *once;
  const auto twice = laid_out(*once, why);
  EXPECT_TRUE(twice) << why;
  if (twice) {
    EXPECT_EQ(*twice, *once);
  }
  return true;
}

TEST(layout, of_every_shipped_file_keeps_its_values) {
  const auto all = shipped();
  EXPECT_GE(all.size(), 6U);
  for (const auto& text : all) EXPECT_TRUE(keeps_everything(text));
}

// Shipped files with lines moved, repeated, indented, cut and commented: many are
// YAML still, few look as anybody would write them.
TEST(layout, of_mutated_files_keeps_their_values) {
  std::mt19937 random(11);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto all = shipped();
  constexpr const char* put_in[] = {" # a note", "\n# alone\n", "  ", "\n", "\n\n\n", "'", "# x", "- ", ": ", "[", "{}", "|\n      text\n", "\""};
  std::size_t laid = 0, tried = 0;
  for (; tried < 3000; ++tried) {
    std::string text = all[below(all.size())];
    // A part of it is enough, and quick.
    const std::size_t keep = std::min<std::size_t>(text.size(), 1500);
    text.resize(std::min(text.find('\n', keep - 1), text.size() - 1) + 1);
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0: text.insert(at, put_in[below(std::size(put_in))]); break;
        case 1: text.erase(at, 1 + below(3)); break;
        default: {
          const std::size_t end = text.find('\n', at);
          if (end != std::string::npos) text.insert(end, put_in[below(std::size(put_in))]);
        }
      }
    }
    problems found;
    const auto root = config::read_yaml(text, "f", found);
    if (!root || !found.empty()) continue;
    laid += keeps_everything(text) ? 1 : 0;
  }
  EXPECT_GE(laid, tried / 4);
}

TEST(fmt, changes_files_and_tells_which) {
  const test::folder here;
  const std::string untidy = "apiVersion: stoplog/v1\nkind: Policy\nmetadata:   {name: x, version: 1.0.0}\nuse: [{pack: p}]\n\n\n";
  const auto file = here.write("x.yaml", untidy);
  here.write("stoplog.yaml", "kind:   Settings\n");
  EXPECT_EQ(run({"fmt", "--check", here.path().string()}).code, exit_code::findings);
  const auto seen = run({"fmt", here.path().string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_EQ(seen.out, file.string() + "\n");
  EXPECT_EQ(run({"fmt", "--check", here.path().string()}).code, exit_code::fine);
  EXPECT_EQ(run({"fmt", "-"}, untidy).out, "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p}]\n");
  EXPECT_EQ(run({"fmt", "--check", "-"}, untidy).code, exit_code::findings);
  EXPECT_EQ(run({"fmt", "-"}, "a: [").code, exit_code::not_loaded);
  EXPECT_EQ(run({"fmt", "/no/such/file.yaml"}).code, exit_code::usage);
}

}  // namespace
}  // namespace stoplog::cli
