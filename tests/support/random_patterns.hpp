// Random patterns over a small vocabulary of harmless placeholders, each with a
// way to make texts that it matches.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::match::testing {

class random_patterns {
 public:
  explicit random_patterns(std::uint64_t seed) : random_(seed) {}

  using sampler = std::function<std::string()>;
  struct pattern {
    std::string regex;
    sampler sample;
    bool bounded = true;
  };

  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[random_() % list.size()];
  }

  std::string filler() {
    static const std::vector<std::string> words{"a",    "b",   "ab",   "key",  " ",     "  ",          "\n",   "-",
                                                "4242", "00",  "1",    "x",    "Key",   "\xC3\xA9",    "log",  "logger",
                                                "_",    "abc", ".",    "ok",   "a b",   "\xE2\x80\x8B", "\xEF\xAC\x81", "\xF0\x9D\x95\xA9"};
    return pick(words);
  }

  pattern edged() {
    pattern p = sequence(0);
    static const std::vector<std::string> fronts{"", "", "", "", R"(\b)", R"(\b)", "(?m)^", "^", R"(\B)", "(?i)"};
    static const std::vector<std::string> backs{"", "", "", "", R"(\b)", R"(\b)", "$", R"(\B)", R"((?:\b|x))"};
    const std::string front = pick(fronts);
    p.regex = front + p.regex + pick(backs);
    if (one_in(12)) {
      p.regex += "[a-c]*";
      p.bounded = false;
    }
    return p;
  }

 private:
  pattern atom() {
    static const std::vector<std::string> literals{"a", "b", "ab", "key", "logger", "secret", "abc", "write", " ", "4242"};
    switch (below(8)) {
      case 0: return {"[0-9]", [this] { return std::string(1, static_cast<char>('0' + below(10))); }};
      case 1: return {"[a-c]", [this] { return std::string(1, static_cast<char>('a' + below(3))); }};
      case 2: return {".", [this] { return one_in(2) ? std::string("x") : std::string("a"); }};
      case 3: return {R"(\w)", [this] { return one_in(2) ? std::string("b") : std::string("1"); }};
      case 4: return {"[^ ]", [this] { return one_in(3) ? std::string("\xC3\xA9") : std::string("k"); }};
      default: {
        const std::string literal = pick(literals);
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

  std::mt19937_64 random_;
};

}  // namespace stoplog::match::testing
