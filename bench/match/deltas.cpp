// What a stream costs and holds on text that was not seen before, in deltas of
// the size of a token and in one block.
// links: match
#include "bench/match/rules.hpp"
#include "match/compiled.hpp"
#include "match/stream.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>

namespace stoplog::bench {
namespace {

class histogram {
 public:
  void add(std::uint64_t bytes) {
    ++counts_[std::min<std::size_t>(bytes, counts_.size() - 1)];
    sum_ += bytes;
    ++total_;
  }
  double mean() const { return static_cast<double>(sum_) / static_cast<double>(total_); }
  double percentile(double part) const {
    std::uint64_t seen = 0;
    std::size_t at = 0;
    while (at < counts_.size() && static_cast<double>(seen += counts_[at]) < part * static_cast<double>(total_)) ++at;
    return static_cast<double>(at);
  }

 private:
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(8192);
  std::uint64_t sum_ = 0, total_ = 0;
};

void measure(benchmark::State& state, const std::shared_ptr<const match::database>& rules, const std::shared_ptr<const match::muted_rules>& muted,
             std::size_t bytes) {
  histogram held;
  std::uint64_t seed = 1000;
  std::string text;
  std::size_t at = 0;
  std::unique_ptr<match::stream> s;
  for (auto _ : state) {
    if (at + bytes > text.size()) {
      state.PauseTiming();
      text = source().make(65536, ++seed);
      at = 0;
      s = std::make_unique<match::stream>(rules, where, muted);
      state.ResumeTiming();
    }
    const auto step = s->feed(std::string_view(text).substr(at, bytes), false);
    at += bytes;
    benchmark::DoNotOptimize(step->released.data());
    held.add(s->held());
  }
  state.counters["held_mean"] = held.mean();
  state.counters["held_p50"] = held.percentile(0.5);
  state.counters["held_p99"] = held.percentile(0.99);
}

void deltas(benchmark::State& state) {
  measure(state, database_of(static_cast<std::size_t>(state.range(0))).rules, nullptr, static_cast<std::size_t>(state.range(1)));
}
BENCHMARK(deltas)->ArgNames({"rules", "bytes"})->ArgsProduct({{10, 100, 1000, 10000}, {4, 64}});

// The rules of a verb, a gap and a thing alone, which guard all of a match or its
// tail. They would block; muted they are held for all the same.
void verbs(benchmark::State& state) {
  std::vector<match::rule_spec> rules;
  for (match::rule_spec& rule : synthetic_rules(static_cast<std::size_t>(state.range(0)))) {
    if (rule.match.parts[0].regex.find(".{0,40}") == std::string::npos) continue;
    rule.effect = verdict::block;
    rule.match.guards_tail = state.range(1) != 0;
    rules.push_back(std::move(rule));
  }
  const auto muted = std::make_shared<match::muted_rules>(rules.size(), true);
  state.counters["verbs"] = static_cast<double>(rules.size());
  measure(state, build(std::move(rules)).rules, muted, 4);
}
BENCHMARK(verbs)->ArgNames({"rules", "tail"})->ArgsProduct({{10, 100, 1000, 10000}, {0, 1}});

void one_block(benchmark::State& state) {
  constexpr std::size_t bytes = 32768;
  const built& db = database_of(static_cast<std::size_t>(state.range(0)));
  std::uint64_t seed = 500'000;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string text = source().make(bytes, ++seed);
    state.ResumeTiming();
    match::stream s(db.rules, where);
    benchmark::DoNotOptimize(s.feed(text, true)->released.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}
BENCHMARK(one_block)->ArgName("rules")->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);

// The automaton of the folded view alone, for comparing machines.
void automaton(benchmark::State& state) {
  const built& db = database_of(static_cast<std::size_t>(state.range(0)));
  const match::literal_index& index = db.rules->internals().plan_for(where).of(match::view::folded).index;
  const std::string text = source().make(1 << 20, 77);
  std::size_t at = 0;
  auto node = index.root();
  for (auto _ : state) {
    for (std::size_t i = 0; i < 4; ++i) node = index.step(node, static_cast<unsigned char>(text[at + i]));
    at = at + 8 > text.size() ? 0 : at + 4;
    benchmark::DoNotOptimize(node);
  }
  state.counters["nodes"] = static_cast<double>(index.nodes());
  state.counters["MB"] = static_cast<double>(index.bytes()) / 1e6;
}
BENCHMARK(automaton)->ArgName("rules")->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);

void build_time(benchmark::State& state) {
  const auto specs = synthetic_rules(static_cast<std::size_t>(state.range(0)));
  built last;
  for (auto _ : state) last = build(specs);
  state.counters["MB"] = last.bytes / 1e6;
}
BENCHMARK(build_time)->ArgName("rules")->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

// What a stream keeps in memory after 16 KB in deltas of four bytes.
void stream_memory(benchmark::State& state) {
  constexpr std::size_t count = 1000;
  const built& db = database_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const std::string text = source().make(16384, 3);
    const auto feed = [&text](match::stream& s) {
      for (std::size_t at = 0; at < text.size(); at += 4) benchmark::DoNotOptimize(s.feed(std::string_view(text).substr(at, 4), false)->released.data());
    };
    match::stream first(db.rules, where);
    feed(first);   // what the expressions learn by it is not the streams'
    std::vector<match::stream> all;
    all.reserve(count);
    const double before = heap_bytes();
    for (std::size_t i = 0; i < count; ++i) all.emplace_back(db.rules, where);
    const double fresh = heap_bytes();
    for (match::stream& s : all) feed(s);
    state.counters["new_bytes"] = (fresh - before) / count;
    state.counters["used_bytes"] = (heap_bytes() - before) / count;
  }
}
BENCHMARK(stream_memory)->ArgName("rules")->Arg(10)->Arg(10000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stoplog::bench
