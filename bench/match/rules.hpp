// Synthetic rules for benchmarks of the matcher: the vocabulary is that of this
// repository's own prose and code, the rules are about nothing.
#pragma once

#include "bench/match/text.hpp"
#include "match/database.hpp"
#include "match/rule_spec.hpp"

#include <malloc.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::bench {

inline constexpr surface where{direction::response, role::assistant, channel::content};

// Rules as rule packs have them: phrases, a verb and a thing with a gap between,
// keys with a prefix, word lists, addresses; and three without any literal.
class rule_maker {
 public:
  rule_maker(std::vector<std::string> words, std::uint64_t seed) : words_(std::move(words)), random_(seed) {}

  std::vector<match::rule_spec> make(std::size_t count) {
    std::vector<match::rule_spec> rules;
    if (count >= 4) {
      rules.push_back(regex(R"(\b(?:[0-9][ -]?){12,18}[0-9]\b)", match::view::folded));
      rules.back().match.parts[0].check = match::check::luhn;
      rules.push_back(regex(R"(\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,40}\.[a-z]{2,12}\b)", match::view::folded));
      rules.push_back(regex(R"(\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,6}\b)", match::view::raw));
    }
    while (rules.size() < count) rules.push_back(one());
    return rules;
  }

  std::string rare() { return words_[words_.size() / 4 + random_() % (words_.size() * 3 / 4)]; }
  std::string_view verb() {
    static constexpr std::string_view verbs[] = {"write", "create", "build",  "make",  "give me", "show me", "how to", "explain", "tell me", "list",
                                                 "find",  "get",    "send",   "copy",  "open",    "read",    "run",    "use",     "print",   "return"};
    return verbs[random_() % std::size(verbs)];
  }

 private:
  static match::rule_spec regex(std::string pattern, match::view v) {
    match::rule_spec rule;
    rule.effect = verdict::redact;
    rule.match.parts.push_back({.regex = std::move(pattern), .view = v});
    return rule;
  }

  match::rule_spec one() {
    using match::view;
    switch (random_() % 20) {
      case 0: case 1: case 2: case 3: case 4: case 5:
        return regex("\\b" + rare() + " " + rare() + "\\b", view::folded);
      case 6: case 7: case 8: case 9: case 10:
        return regex("\\b(?:" + std::string(verb()) + "|" + std::string(verb()) + ") (?:a |an |the |some )?.{0,40}\\b" + rare() + " ?" + rare() + "\\b",
                     view::folded);
      case 11: case 12: case 13:
        return regex("\\b" + key_prefix() + "[A-Za-z0-9]{20,40}\\b", view::raw);
      case 14: case 15: {
        match::rule_spec rule = regex("", view::folded);
        for (std::uint64_t n = 3 + random_() % 8; n > 0; --n) rule.match.parts[0].words.push_back(rare() + " " + rare());
        return rule;
      }
      case 16: return regex("https?://" + rare() + "[.]" + rare() + R"([.]example/[^\s]{1,60})", view::folded);
      case 17: return regex("\\b" + rare() + "[ _-]{0,3}" + rare() + "[ _-]{0,3}" + rare() + "\\b", view::folded);
      case 18: return regex("(?i)\\b" + rare() + "(?:s|es|ed|ing)? (?:of|for|to|with) (?:the |a )?" + rare() + "\\b", view::folded);
      default: return regex("\\b" + rare() + R"(\s{1,3}(?:\w{1,12}\s{1,3}){0,3})" + rare() + "\\b", view::folded);
    }
  }

  std::string key_prefix() {
    std::string out;
    for (int i = 0; i < 4; ++i) out += static_cast<char>((i % 2 == 0 ? 'A' : 'a') + static_cast<char>(random_() % 26));
    return out + "_";
  }

  std::vector<std::string> words_;
  std::mt19937_64 random_;
};

inline std::vector<match::rule_spec> synthetic_rules(std::size_t count) {
  return rule_maker(source().vocabulary(), 7).make(count);
}

inline double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

inline double heap_bytes() {
  const auto now = mallinfo2();
  return static_cast<double>(now.uordblks + now.hblkhd);
}

struct built {
  std::shared_ptr<const match::database> rules;
  double cpu_seconds = 0;
  double bytes = 0;
};

inline built build(std::vector<match::rule_spec> specs) {
  const double heap = heap_bytes();
  const double started = cpu_seconds();
  auto made = match::database::compile(std::move(specs));
  const double took = cpu_seconds() - started;
  if (made.index() != 0) {
    for (const auto& p : std::get<1>(made)) std::fprintf(stderr, "rule %zu: %s %s\n", p.rule, p.code.c_str(), p.message.c_str());
    std::abort();
  }
  return {std::get<0>(std::move(made)), took, heap_bytes() - heap};
}

// Of so many synthetic rules; made once.
inline const built& database_of(std::size_t count) {
  static std::map<std::size_t, built> known;
  const auto found = known.find(count);
  return found != known.end() ? found->second : known.emplace(count, build(synthetic_rules(count))).first->second;
}

}  // namespace stoplog::bench
