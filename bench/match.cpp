// links: match
#include "bench/match_rules.hpp"
#include "match/database.hpp"
#include "match/stream.hpp"

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <map>
#include <memory>

namespace {

using namespace stoplog;

constexpr surface where{direction::response, role::assistant, channel::content};

const bench::text_source& source() {
  static const bench::text_source all{STOPLOG_SOURCE_DIR};
  return all;
}

struct built {
  std::shared_ptr<const match::database> rules;
  double seconds;
  double bytes;
};

const built& database_of(std::size_t count) {
  static std::map<std::size_t, built> known;
  const auto found = known.find(count);
  if (found != known.end()) return found->second;
  auto specs = bench::rule_maker(source().vocabulary(), 7).make(count);
  const auto before = mallinfo2();
  const auto started = std::chrono::steady_clock::now();
  auto made = match::database::compile(std::move(specs));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const auto after = mallinfo2();
  if (made.index() != 0) {
    for (auto& p : std::get<1>(made)) std::fprintf(stderr, "%zu %s %s\n", p.rule, p.code.c_str(), p.message.c_str());
    std::abort();
  }
  return known.emplace(count, built{std::get<0>(std::move(made)), seconds, double(after.uordblks + after.hblkhd) - double(before.uordblks + before.hblkhd)}).first->second;
}

void deltas(benchmark::State& state) {
  const built& db = database_of(static_cast<std::size_t>(state.range(0)));
  const auto bytes = static_cast<std::size_t>(state.range(1));
  std::uint64_t seed = 1000;
  std::vector<std::uint64_t> held(4096);
  std::uint64_t sum = 0, steps = 0;
  std::string text;
  std::size_t at = 0;
  std::unique_ptr<match::stream> s;
  for (auto _ : state) {
    if (at + bytes > text.size()) {
      state.PauseTiming();
      text = source().make(16384, ++seed);
      at = 0;
      s = std::make_unique<match::stream>(db.rules, where);
      state.ResumeTiming();
    }
    const auto step = s->feed(std::string_view(text).substr(at, bytes), false);
    at += bytes;
    benchmark::DoNotOptimize(step->released.data());
    const std::uint64_t now = s->held();
    ++held[std::min<std::uint64_t>(now, 4095)];
    sum += now;
    ++steps;
  }
  const auto percentile = [&](double p) {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < held.size(); ++i) if (double(seen += held[i]) >= p * double(steps)) return double(i);
    return double(held.size());
  };
  state.counters["held_mean"] = double(sum) / double(steps);
  state.counters["held_p50"] = percentile(0.5);
  state.counters["held_p99"] = percentile(0.99);
  state.counters["build_s"] = db.seconds;
  state.counters["db_MB"] = db.bytes / 1e6;
}
BENCHMARK(deltas)->ArgsProduct({{10, 100, 1000, 10000}, {4, 64}});

void block(benchmark::State& state) {
  const built& db = database_of(static_cast<std::size_t>(state.range(0)));
  std::uint64_t seed = 5000;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string text = source().make(32768, ++seed);
    state.ResumeTiming();
    match::stream s(db.rules, where);
    benchmark::DoNotOptimize(s.feed(text, true)->released.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * 32768);
}
BENCHMARK(block)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);

}  // namespace
