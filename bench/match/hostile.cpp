// Text made to cost much: signs and beginnings of the rules themselves, packed,
// and what keeps patterns without literals busy. Every pass is over text that
// the regular expressions have not seen; `cold` is the first one of all.
// links: match
#include "bench/match/rules.hpp"
#include "match/compiled.hpp"
#include "match/stream.hpp"

#include <benchmark/benchmark.h>

#include <functional>

namespace stoplog::bench {
namespace {

class attacker {
 public:
  explicit attacker(const match::database& rules, std::uint64_t seed) : random_(seed) {
    for (const match::compiled_rule& rule : rules.internals().rules) {
      const match::anchor a = match::choose_anchor(rule.parts[0], {});
      if (a.prefixes.empty() || a.signs.empty()) continue;
      prefixes_.push_back(a.prefixes);
      signs_.push_back(a.signs);
    }
  }

  std::string text(int kind, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += piece(kind);
    return out;
  }

  static constexpr const char* names[] = {"prefixes", "signs", "prefix_and_sign", "own_sign_but_one_letter", "verbs", "digits", "at_signs", "one_word"};

 private:
  const std::string& any(const std::vector<std::vector<std::string>>& lists, std::size_t rule) {
    return lists[rule][random_() % lists[rule].size()];
  }
  std::string piece(int kind) {
    const std::size_t rule = random_() % signs_.size();
    switch (kind) {
      case 0: return any(prefixes_, rule) + " ";
      case 1: return any(signs_, rule) + " ";
      case 2: return any(prefixes_, rule) + any(signs_, random_() % signs_.size()) + "x ";
      case 3: return any(prefixes_, rule) + " " + any(signs_, rule) + "x ";
      case 4: return std::string(verbs[random_() % std::size(verbs)]) + " ";
      case 5: return std::string(1, static_cast<char>('0' + random_() % 10)) + (random_() % 4 == 0 ? " " : "");
      case 6: return "ab@cd.";
      default: return "a";
    }
  }

  static constexpr const char* verbs[] = {"write a", "create the", "build", "make", "use", "get", "return"};
  std::vector<std::vector<std::string>> prefixes_, signs_;
  std::mt19937_64 random_;
};

const built& blocking_database() {
  static const built made = [] {
    auto specs = synthetic_rules(10'000);
    for (std::size_t i = 0; i < specs.size(); i += 2) specs[i].effect = verdict::block;
    return build(std::move(specs));
  }();
  return made;
}

void hostile(benchmark::State& state) {
  const built& db = blocking_database();
  const int kind = static_cast<int>(state.range(0));
  state.SetLabel(attacker::names[kind]);
  std::uint64_t seed = 1;
  std::string text;
  std::size_t at = 0;
  std::unique_ptr<match::stream> s;
  for (auto _ : state) {
    if (at + 4 > text.size()) {
      state.PauseTiming();
      text = attacker(*db.rules, ++seed).text(kind, 16384);
      at = 0;
      s = std::make_unique<match::stream>(db.rules, where);
      state.ResumeTiming();
    }
    const auto step = s->feed(std::string_view(text).substr(at, 4), false);
    at += 4;
    if (step->verdict == verdict::block) s = std::make_unique<match::stream>(db.rules, where);
  }
}
BENCHMARK(hostile)->ArgName("kind")->DenseRange(0, 7);

// The same when no expression has been warmed by any text.
void hostile_cold(benchmark::State& state) {
  auto specs = synthetic_rules(10'000);
  for (std::size_t i = 0; i < specs.size(); i += 2) specs[i].effect = verdict::block;
  const built db = build(std::move(specs));
  const int kind = static_cast<int>(state.range(0));
  state.SetLabel(attacker::names[kind]);
  const std::string text = attacker(*db.rules, 99).text(kind, 65536);
  std::size_t at = 0;
  auto s = std::make_unique<match::stream>(db.rules, where);
  for (auto _ : state) {
    const auto step = s->feed(std::string_view(text).substr(at, 4), false);
    at += 4;
    if (step->verdict == verdict::block) s = std::make_unique<match::stream>(db.rules, where);
  }
}
BENCHMARK(hostile_cold)->ArgName("kind")->Arg(1)->Arg(3)->Iterations(16000);

}  // namespace
}  // namespace stoplog::bench
