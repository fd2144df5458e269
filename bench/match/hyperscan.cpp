// Hyperscan on the same rules and text, as a stream. It says that something
// matched, not what must be held: for comparing the cost alone. Only built where
// libhyperscan-dev is installed.
// links: match text
#include "bench/match/rules.hpp"
#include "bench/match/synthetic_regex.hpp"
#include "text/fold.hpp"

#include <benchmark/benchmark.h>
#include <hs/hs.h>

namespace stoplog::bench {
namespace {

struct compiled_database {
  hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;
  double seconds = 0;
  std::size_t bytes = 0;
  std::size_t stream_bytes = 0;
};

void demand(hs_error_t code, const char* what) {
  if (code == HS_SUCCESS) return;
  std::fprintf(stderr, "hyperscan: %s: %d\n", what, code);
  std::abort();
}

compiled_database compile(std::size_t count) {
  std::vector<std::string> regexes;
  for (const auto& spec : synthetic_rules(count)) regexes.push_back(regex_of(spec.match.parts[0]));
  std::vector<const char*> texts;
  std::vector<unsigned> flags, ids;
  for (const std::string& regex : regexes) {
    texts.push_back(regex.c_str());
    flags.push_back(HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH);
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  compiled_database made;
  hs_compile_error_t* error = nullptr;
  const double started = cpu_seconds();
  const hs_error_t code = hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()), HS_MODE_STREAM, nullptr, &made.database, &error);
  if (code != HS_SUCCESS) std::fprintf(stderr, "hyperscan: rule %d: %s\n", error->expression, error->message);
  demand(code, "compile");
  made.seconds = cpu_seconds() - started;
  demand(hs_alloc_scratch(made.database, &made.scratch), "scratch");
  demand(hs_database_size(made.database, &made.bytes), "size");
  demand(hs_stream_size(made.database, &made.stream_bytes), "stream size");
  return made;
}

int count_match(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  ++*static_cast<std::size_t*>(context);
  return 0;
}

void others_hyperscan(benchmark::State& state) {
  const compiled_database made = compile(static_cast<std::size_t>(state.range(0)));
  std::uint64_t seed = 1000;
  std::string text;
  std::size_t at = 0, found = 0;
  hs_stream_t* stream = nullptr;
  for (auto _ : state) {
    if (at + 4 > text.size()) {
      state.PauseTiming();
      if (stream != nullptr) hs_close_stream(stream, made.scratch, count_match, &found);
      text = text::fold(source().make(65536, ++seed));
      at = 0;
      demand(hs_open_stream(made.database, 0, &stream), "open");
      state.ResumeTiming();
    }
    hs_scan_stream(stream, text.data() + at, 4, 0, made.scratch, count_match, &found);
    at += 4;
  }
  benchmark::DoNotOptimize(found);
  if (stream != nullptr) hs_close_stream(stream, made.scratch, count_match, &found);
  state.counters["MB"] = static_cast<double>(made.bytes) / 1e6;
  state.counters["build_s"] = made.seconds;
  state.counters["stream_bytes"] = static_cast<double>(made.stream_bytes);
  hs_free_scratch(made.scratch);
  hs_free_database(made.database);
}
BENCHMARK(others_hyperscan)->ArgName("rules")->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);

}  // namespace
}  // namespace stoplog::bench
