// What the shipped packs hold of an answer, all of them enforced.
// links: match policy config
#include "bench/match/rules.hpp"
#include "config/load.hpp"
#include "match/stream.hpp"
#include "policy/compiled.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>

namespace stoplog::bench {
namespace {

std::shared_ptr<const match::database> shipped_rules() {
  problems found;
  const std::filesystem::path packs[] = {std::filesystem::path(STOPLOG_SOURCE_DIR) / "rules"};
  config::documents read = config::load(packs, found);
  policy::policy all{.name = "all", .version = "1.0.0"};
  all.default_mode = policy::mode::enforce;
  for (const auto& pack : read.packs) all.use.push_back({.pack = pack.name, .version = pack.version, .strictness = 4});
  const auto set = policy::policy_set::compile(std::move(read.packs), {all}, "a key of sixteen bytes", found);
  if (set == nullptr) {
    for (const auto& p : found) std::fprintf(stderr, "%s\n", to_string(p).c_str());
    std::abort();
  }
  return set->policies()[0]->database();
}

void shipped(benchmark::State& state) {
  const auto rules = shipped_rules();
  std::vector<std::uint64_t> held;
  std::uint64_t seed = 1000;
  std::string text;
  std::size_t at = 0;
  std::unique_ptr<match::stream> s;
  for (auto _ : state) {
    if (at + 4 > text.size()) {
      state.PauseTiming();
      text = source().make(65536, ++seed);
      at = 0;
      s = std::make_unique<match::stream>(rules, where);
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(s->feed(std::string_view(text).substr(at, 4), false)->released.data());
    at += 4;
    held.push_back(s->held());
  }
  double sum = 0;
  for (const std::uint64_t h : held) sum += static_cast<double>(h);
  std::sort(held.begin(), held.end());
  state.counters["held_mean"] = sum / static_cast<double>(held.size());
  state.counters["held_p50"] = static_cast<double>(held[held.size() / 2]);
  state.counters["held_p99"] = static_cast<double>(held[held.size() * 99 / 100]);
}
BENCHMARK(shipped)->Iterations(50'000);

}  // namespace
}  // namespace stoplog::bench
