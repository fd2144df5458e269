// Random patterns, each with a way to make texts that it probably matches; RE2
// has the last word on both.
#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match::testing {

struct pattern_kind {
  bool ascii_only = false;
  bool assertions = true;
  bool negated_classes = true;  // and dots and named classes
  bool case_flags = true;       // (?-i) may stand inside
};

struct made_pattern {
  std::string regex;
  std::function<std::string(std::mt19937&)> sample;
};

class pattern_maker {
 public:
  pattern_maker(std::uint32_t seed, pattern_kind kind) : random_(seed), kind_(kind) {}

  made_pattern make() { return alternation(3); }

  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::mt19937& random() { return random_; }

  std::string text(std::size_t points) {
    std::string out;
    for (std::size_t i = 0; i < points; ++i) out += letters()[pick(letters().size())];
    return out;
  }

 private:
  struct piece {
    std::string regex;
    std::vector<std::string> texts;
  };

  const std::vector<std::string>& letters() const {
    static const std::vector<std::string> ascii = {"a", "b", "K", "s", "S", "0", "_", " ", "-", "\n", ".", "\""};
    static const std::vector<std::string> all = {"a", "b", "K", "s", "S", "0", "_", " ", "-", "\n", ".", "\"", "é", "ß", "Ж", "\u017F", "\u212A", "漢", "😀", "ﬁ"};
    return kind_.ascii_only ? ascii : all;
  }

  piece letter() {
    const std::string& c = letters()[pick(letters().size())];
    const bool escape = c == "." || c == "-" || c == "\"";
    return {c == "\n" ? "\\n" : (escape ? "\\" : "") + c, {c}};
  }

  piece char_class() {
    static const std::vector<piece> ascii = {
        {"[ab]", {"a", "b"}}, {"[a-c0]", {"a", "c", "0"}}, {"\\d", {"0", "7"}}, {"\\w", {"a", "Z", "_"}}, {"\\s", {" ", "\n", "\t"}}, {"[[:alpha:]]", {"q", "Q"}},
        {"[]x]", {"]", "x"}}, {"[-K]", {"-", "K"}}, {"[\\x41\\x{62}]", {"A", "b"}}};
    static const std::vector<piece> wide = {{"[éß]", {"é", "ß"}}, {"[à-ö]", {"é", "ö"}}, {"[Жk]", {"Ж", "k"}}, {"[一-龥]", {"漢"}}, {"\\x{1F600}", {"😀"}}};
    static const std::vector<piece> open = {{".", {"x", "."}}, {"(?s:.)", {"\n"}}, {"[^a]", {"b", "\n"}}, {"[^\"\\n]", {"x"}}, {"\\W", {"-", " "}}, {"\\S", {"x"}}, {"[^\\W_]", {"a"}}};
    static const std::vector<piece> named = {{"\\pL", {"a", "Ж"}}, {"\\PN", {"a", "-"}}, {"[\\p{Greek}0]", {"0", "λ"}}, {"[^\\pL]", {"1"}}};
    std::vector<const std::vector<piece>*> sets = {&ascii};
    if (!kind_.ascii_only) sets.push_back(&wide);
    if (kind_.negated_classes) sets.push_back(&open);
    if (kind_.negated_classes && !kind_.ascii_only) sets.push_back(&named);
    const std::vector<piece>& set = *sets[pick(sets.size())];
    return set[pick(set.size())];
  }

  static made_pattern fixed(piece p) {
    return {p.regex, [texts = p.texts](std::mt19937& r) { return texts[r() % texts.size()]; }};
  }

  made_pattern atom(int depth) {
    const std::size_t what = pick(12);
    if (what < 5) return fixed(letter());
    if (what < 8) return fixed(char_class());
    if (what == 8 && kind_.assertions) {
      static const std::vector<std::string> all = {"\\b", "\\b", "\\B", "^", "$", "\\A", "\\z", "(?m:^)", "(?m:$)"};
      return fixed({all[pick(all.size())], {""}});
    }
    if (what == 9) {
      const std::vector<piece> odd = {{"\\Qa.b\\E", {"a.b"}}, {"\\Q\\E", {""}}, {"(?i)", {""}}, {kind_.case_flags ? "(?s-i)" : "(?s)", {""}}, {"(?m)", {""}}, {"{,2}", {"{,2}"}}, {"x{01}", {"x{01}"}}};
      return fixed(odd[pick(odd.size())]);
    }
    if (depth == 0) return fixed({"key", {"key"}});
    made_pattern inside = alternation(depth - 1);
    static const std::vector<std::string> groups = {"(", "(?:", "(?P<n>", "(?i:", "(?s:", "(?m:", "(?U:"};
    // A name may stand once in a pattern.
    const std::string& group = groups[named_ ? 1 : pick(groups.size())];
    named_ = named_ || group == "(?P<n>";
    inside.regex = group + inside.regex + ")";
    return inside;
  }

  made_pattern repeated(int depth) {
    made_pattern one = atom(depth);
    if (pick(3) != 0) return one;
    struct times { const char* regex; std::size_t min, max; };
    static const std::vector<times> all = {{"?", 0, 1}, {"*", 0, 3}, {"+", 1, 3}, {"??", 0, 1}, {"*?", 0, 3}, {"{2}", 2, 2}, {"{0,2}", 0, 2}, {"{1,}", 1, 3}, {"{2,3}?", 2, 3}, {"{0}", 0, 0}};
    const times t = all[pick(all.size())];
    one.regex += t.regex;
    one.sample = [sample = one.sample, t](std::mt19937& r) {
      std::string out;
      for (std::size_t n = t.min + r() % (t.max - t.min + 1); n > 0; --n) out += sample(r);
      return out;
    };
    return one;
  }

  made_pattern row(int depth) {
    made_pattern all{"", [](std::mt19937&) { return std::string(); }};
    for (std::size_t n = pick(5); n > 0; --n) {
      made_pattern part = repeated(depth);
      all.regex += part.regex;
      all.sample = [before = all.sample, after = part.sample](std::mt19937& r) { return before(r) + after(r); };
    }
    return all;
  }

  made_pattern alternation(int depth) {
    std::vector<std::function<std::string(std::mt19937&)>> samples;
    std::string regex;
    for (std::size_t n = pick(4) == 0 ? 2 + pick(2) : 1; n > 0; --n) {
      made_pattern part = row(depth);
      regex += (samples.empty() ? "" : "|") + part.regex;
      samples.push_back(part.sample);
    }
    return {regex, [samples](std::mt19937& r) { return samples[r() % samples.size()](r); }};
  }

  std::mt19937 random_;
  pattern_kind kind_;
  bool named_ = false;
};

}  // namespace stoplog::match::testing
