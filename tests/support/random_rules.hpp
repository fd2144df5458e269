// Random rules over a small vocabulary, and texts in which their matches are
// planted whole, cut, with something before and with something after. All
// words are harmless placeholders.
#pragma once

#include "match/rule_spec.hpp"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::match::testing {

class random_rules {
 public:
  explicit random_rules(std::uint64_t seed) : random_(seed) {}

  std::vector<rule_spec> rules() {
    std::vector<rule_spec> list;
    const int count = 1 + below(6);
    for (int i = 0; i < count; ++i) list.push_back(rule());
    return list;
  }

  // Of the rules made last.
  std::string text() {
    std::string out;
    // A few are long enough to be forgotten in parts, and gone over in steps.
    const int pieces = one_in(60) ? below(200) : one_in(8) ? below(60) : below(9);
    for (int i = 0; i < pieces; ++i) {
      const std::string planted = samples_[pick(samples_)]();
      switch (below(9)) {
        case 0: out += planted.substr(0, cut(planted)); break;
        case 1: out += planted.substr(cut(planted)); break;
        case 2: out += filler() + planted; break;
        case 3: out += planted + filler(); break;
        case 4: out += filler(); break;
        case 5: out += " "; break;
        default: out += planted;
      }
    }
    return out;
  }

  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  void forget() { samples_ = {[this] { return filler(); }}; }

 private:
  using sampler = std::function<std::string()>;
  struct pattern {
    std::string regex;
    sampler sample;
    bool bounded = true;
  };

  template <class T>
  std::size_t pick(const std::vector<T>& list) { return random_() % list.size(); }

  std::string filler() {
    static const std::vector<std::string> words{"a",    "b",   "ab",   "key",  " ",     "  ",          "\n",   "-",
                                                "4242", "00",  "1",    "x",    "Key",   "\xC3\xA9",    "log",  "logger",
                                                "_",    "abc", ".",    "ok",   "a b",   "\xE2\x80\x8B", "\xEF\xAC\x81", "\xF0\x9D\x95\xA9"};
    return words[pick(words)];
  }

  // A cut between code points.
  std::size_t cut(const std::string& text) {
    std::size_t at = text.empty() ? 0 : random_() % text.size();
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) ++at;
    return at;
  }

  pattern atom() {
    static const std::vector<std::string> literals{"a", "b", "ab", "key", "logger", "secret", "abc", "write", " ", "4242"};
    switch (below(8)) {
      case 0: return {"[0-9]", [this] { return std::string(1, static_cast<char>('0' + below(10))); }};
      case 1: return {"[a-c]", [this] { return std::string(1, static_cast<char>('a' + below(3))); }};
      case 2: return {".", [this] { return one_in(2) ? std::string("x") : std::string("a"); }};
      case 3: return {R"(\w)", [this] { return one_in(2) ? std::string("b") : std::string("1"); }};
      case 4: return {"[^ ]", [this] { return one_in(3) ? std::string("\xC3\xA9") : std::string("k"); }};
      default: {
        const std::string literal = literals[pick(literals)];
        return {literal, [literal] { return literal; }};
      }
    }
  }

  pattern counted(pattern p) {
    const int low = below(3);
    const int high = low + below(4) + (low == 0 ? 1 : 0);
    auto body = p.sample;
    return {"(?:" + p.regex + "){" + std::to_string(low) + "," + std::to_string(high) + "}", [this, body, low, high] {
              std::string out;
              for (int n = low + below(high - low + 1); n > 0; --n) out += body();
              return out;
            }};
  }

  pattern piece(int depth) {
    switch (depth > 2 ? 0 : below(7)) {
      case 1: return counted(piece(depth + 1));
      case 2: {
        const pattern a = sequence(depth + 1);
        const pattern b = sequence(depth + 1);
        return {"(?:" + a.regex + "|" + b.regex + ")", [this, a, b] { return one_in(2) ? a.sample() : b.sample(); }};
      }
      case 3: {
        const int most = 1 + below(5);
        return {".{0," + std::to_string(most) + "}", [this, most] { return std::string(static_cast<std::size_t>(below(most + 1)), 'z'); }};
      }
      default: return atom();
    }
  }

  pattern sequence(int depth) {
    pattern all{"", [] { return std::string(); }};
    const int parts = 1 + below(depth == 0 ? 4 : 2);
    for (int i = 0; i < parts; ++i) {
      const pattern next = piece(depth);
      const sampler before = all.sample;
      all = {all.regex + next.regex, [before, next] { return before() + next.sample(); }};
    }
    return all;
  }

  pattern edged() {
    pattern p = sequence(0);
    static const std::vector<std::string> fronts{"", "", "", "", R"(\b)", R"(\b)", "(?m)^", "^", R"(\B)"};
    static const std::vector<std::string> backs{"", "", "", "", R"(\b)", R"(\b)", "$", R"(\B)", R"((?:\b|x))"};
    const std::string front = fronts[pick(fronts)];
    p.regex = front + p.regex + backs[pick(backs)];
    if (one_in(12)) {
      p.regex += "[a-c]*";
      p.bounded = false;
    }
    return p;
  }

  part make_part(bool& bounded) {
    part p;
    p.view = one_in(2) ? view::raw : view::folded;
    if (one_in(5)) {
      static const std::vector<std::string> phrases{"key", "key logger", "a", "ab", "secret word", "c++", "x-1", "\xC3\xA9t\xC3\xA9"};
      for (int n = 1 + below(3); n > 0; --n) p.words.push_back(phrases[pick(phrases)]);
      const std::vector<std::string> words = p.words;
      samples_.push_back([this, words] { return words[pick(words)]; });
      return p;
    }
    if (one_in(14)) {
      p.regex = R"(\b[0-9](?:[ -]?[0-9]){3,18}\b)";
      p.check = check::luhn;
      samples_.push_back([] { return std::string("4242 4242-4242 4242"); });
      return p;
    }
    const pattern made = edged();
    p.regex = made.regex;
    bounded = bounded && made.bounded;
    samples_.push_back(made.sample);
    return p;
  }

  rule_spec rule() {
    rule_spec r;
    static const std::vector<verdict> effects{verdict::redact, verdict::redact, verdict::redact, verdict::block, verdict::allow};
    r.effect = effects[pick(effects)];
    r.mask = "<" + std::to_string(samples_.size()) + ">";
    bool bounded = true;
    if (one_in(5)) {
      r.match.how = expression::combine::all;
      r.match.within = static_cast<std::uint32_t>(1 + below(40));
    }
    for (int n = 1 + below(3); n > 0; --n) r.match.parts.push_back(make_part(bounded));
    if (one_in(4)) {
      bool ignored = true;
      r.match.unless.push_back(make_part(ignored));
    }
    if (!bounded || one_in(10)) r.max_length = static_cast<std::uint32_t>(1 + below(12));
    return r;
  }

  std::mt19937_64 random_;
  std::vector<sampler> samples_{[this] { return filler(); }};
};

}  // namespace stoplog::match::testing
