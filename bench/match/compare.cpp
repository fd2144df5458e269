// The same rules and text the ways that others take, and the least that any way
// must hold.
// links: match text
#include "bench/match/rules.hpp"
#include "bench/match/synthetic_regex.hpp"
#include "match/literal_index.hpp"
#include "match/stream.hpp"
#include "text/fold.hpp"

#include <benchmark/benchmark.h>
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>

namespace stoplog::bench {
namespace {

re2::RE2::Options quiet(bool longest = false) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_longest_match(longest);
  return options;
}

// After every delta the window that a match may span is scanned again, as
// FilteredRE2 offers it: literals first, then the expressions they call for.
// The literals are found by our own automaton.
class window_rescan {
 public:
  explicit window_rescan(const std::vector<match::rule_spec>& specs) {
    for (const auto& spec : specs) {
      int id = 0;
      const std::string regex = regex_of(spec.match.parts[0]);
      if (filter_.Add(regex, quiet(), &id) != re2::RE2::NoError) std::abort();
      window_ = std::max<std::size_t>(window_, match::analyse(regex).longest.value_or(512));
    }
    std::vector<std::string> atoms;
    filter_.Compile(&atoms);
    std::vector<match::literal_index::literal> literals;
    for (const std::string& atom : atoms) literals.push_back({atom, 0});
    index_ = match::literal_index(literals);
  }

  std::size_t on_delta(std::string_view folded_so_far) {
    const std::string_view window = folded_so_far.substr(folded_so_far.size() - std::min(folded_so_far.size(), window_));
    atoms_.clear();
    auto at = index_.root();
    for (const char byte : window) {
      at = index_.step(at, static_cast<unsigned char>(byte));
      if (!match::literal_index::hits(at)) continue;
      for (auto hit = index_.first_hit(at); hit != match::literal_index::none; hit = index_.next_hit(hit)) {
        atoms_.push_back(static_cast<int>(index_.literal_of(hit)));
      }
    }
    std::sort(atoms_.begin(), atoms_.end());
    atoms_.erase(std::unique(atoms_.begin(), atoms_.end()), atoms_.end());
    filter_.AllMatches(re2::StringPiece(window.data(), window.size()), atoms_, &matches_);
    return matches_.size();
  }

  std::size_t window() const { return window_; }

 private:
  re2::FilteredRE2 filter_{3};
  match::literal_index index_;
  std::size_t window_ = 0;
  std::vector<int> atoms_, matches_;
};

void others_window_rescan(benchmark::State& state) {
  window_rescan scan(synthetic_rules(static_cast<std::size_t>(state.range(0))));
  std::uint64_t seed = 1000;
  std::string text;
  std::size_t at = 0;
  for (auto _ : state) {
    if (at + 4 > text.size()) {
      state.PauseTiming();
      text = text::fold(source().make(16384, ++seed));
      at = 0;
      state.ResumeTiming();
    }
    at += 4;
    benchmark::DoNotOptimize(scan.on_delta(std::string_view(text).substr(0, at)));
  }
  state.counters["held_mean"] = static_cast<double>(scan.window());
}
BENCHMARK(others_window_rescan)->ArgNames({"rules"})->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);

// After every delta all text so far, rule by rule: measured in the middle of an
// answer of 8 KB, for a few deltas only, for it takes that long.
void others_rescan_everything(benchmark::State& state) {
  std::vector<std::unique_ptr<re2::RE2>> rules;
  for (const auto& spec : synthetic_rules(static_cast<std::size_t>(state.range(0)))) {
    rules.push_back(std::make_unique<re2::RE2>(regex_of(spec.match.parts[0]), quiet()));
  }
  const std::string text = text::fold(source().make(8192, 5));
  std::size_t at = 4096;
  for (auto _ : state) {
    at += 4;
    std::size_t found = 0;
    for (const auto& rule : rules) found += re2::RE2::PartialMatch(re2::StringPiece(text.data(), at), *rule) ? 1U : 0U;
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(others_rescan_everything)->ArgName("rules")->Arg(10)->Arg(100)->Arg(1000)->Iterations(20);
BENCHMARK(others_rescan_everything)->ArgName("rules")->Arg(10000)->Iterations(3);

// The least to be held, by asking of every rule whether some beginning of a
// match of it stands at the end of the text.
void least_held(benchmark::State& state) {
  constexpr std::size_t look_back = 400;
  const auto specs = synthetic_rules(static_cast<std::size_t>(state.range(0)));
  const built& db = database_of(static_cast<std::size_t>(state.range(0)));
  std::vector<std::unique_ptr<re2::RE2>> begun;
  for (const auto& spec : specs) {
    begun.push_back(std::make_unique<re2::RE2>("(?:" + match::analyse(regex_of(spec.match.parts[0])).closure + ")\\z", quiet(true)));
  }
  double held = 0, least = 0;
  std::size_t leaks = 0, asked = 0;
  for (auto _ : state) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const std::string text = source().make(4096, 900'000 + seed);
      const std::string folded = text::fold(text);
      match::stream s(db.rules, where);
      for (std::size_t at = 4; at <= text.size(); at += 4) {
        (void)s.feed(std::string_view(text).substr(at - 4, 4), false);
        if (at % 28 != 0) continue;
        std::size_t live = at;
        for (std::size_t i = 0; i < begun.size(); ++i) {
          const std::string& in = specs[i].match.parts[0].view == match::view::raw ? text : folded;
          re2::StringPiece found;
          if (begun[i]->Match(re2::StringPiece(in.data(), at), at - std::min(at, look_back), at, re2::RE2::UNANCHORED, &found, 1)) {
            live = std::min(live, static_cast<std::size_t>(found.data() - in.data()));
          }
        }
        held += static_cast<double>(s.held());
        least += static_cast<double>(at - live);
        leaks += s.held() < at - live ? 1U : 0U;
        ++asked;
      }
    }
  }
  state.counters["held_mean"] = held / static_cast<double>(asked);
  state.counters["least_mean"] = least / static_cast<double>(asked);
  state.counters["ratio"] = held / least;
  state.counters["leaks"] = static_cast<double>(leaks);
}
BENCHMARK(least_held)->ArgName("rules")->Arg(10)->Arg(100)->Arg(1000)->Arg(10000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stoplog::bench
