// What the guard alone costs: a streamed event (parsed, scanned, released) and a
// request, with synthetic rules that redact. The texts are not seen before.
// links: guard
#include "bench/match/rules.hpp"
#include "bench/match/text.hpp"
#include "dialect/openai/chat_codec.hpp"
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "policy/compiled.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace stoplog::bench {
namespace {

const dialect::openai::chat_codec codec;

using compiled = std::shared_ptr<const policy::compiled_policy>;

compiled make_policy(std::size_t count) {
  policy::pack pack{.name = "synthetic", .version = "1.0.0", .digest = "sha256:0"};
  for (const match::rule_spec& spec : synthetic_rules(count)) {
    policy::rule rule;
    rule.id = "S-" + std::to_string(pack.rules.size());
    rule.title = rule.id;
    rule.category = "bench";
    rule.action = policy::action::redact;
    rule.match = spec.match;
    rule.part_places.resize(spec.match.parts.size() + spec.match.unless.size());
    pack.rules.push_back(std::move(rule));
  }
  policy::policy policy{.name = "bench", .version = "1", .digest = "sha256:1"};
  policy.use.push_back({.pack = "synthetic", .version = "1.0.0", .mode = policy::mode::enforce});
  problems found;
  const auto set = policy::policy_set::compile({pack}, {policy}, "sixteen bytes at least", found);
  if (!set) {
    std::fprintf(stderr, "%s\n", to_string(found.front()).c_str());
    std::abort();
  }
  return set->policies().front();
}

const compiled& policy_of(std::size_t count) {
  static std::map<std::size_t, compiled> known;
  const auto at = known.find(count);
  return at != known.end() ? at->second : known.emplace(count, make_policy(count)).first->second;
}

// As OpenAI's API writes them.
std::string chunk(std::string_view text) {
  std::string said;
  json::append_string(said, text);
  return "data: {\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,"
         "\"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_fc9f1d7035\",\"choices\":[{\"index\":0,"
         "\"delta\":{\"content\":" + said + "},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<signed char>(c) < 0x20) c = ' ';
  }
  return text;
}

// One event a read, as they come from a model.
void events(benchmark::State& state) {
  const compiled& policy = policy_of(static_cast<std::size_t>(state.range(0)));
  const auto bytes = static_cast<std::size_t>(state.range(1));
  std::unique_ptr<guard::stream_guard> guard;
  std::vector<std::string> chunks;
  std::size_t at = 0;
  std::uint64_t seed = 5000;
  for (auto _ : state) {
    if (at == chunks.size()) {
      state.PauseTiming();
      const std::string text = one_line(source().make(1000 * bytes, ++seed));
      chunks.clear();
      for (std::size_t i = 0; i < 1000; ++i) chunks.push_back(chunk(std::string_view(text).substr(i * bytes, bytes)));
      at = 0;
      guard = std::make_unique<guard::stream_guard>(codec, dialect::request_facts{}, limits{}, policy);
      state.ResumeTiming();
    }
    const auto step = guard->on_bytes(chunks[at++], false);
    if (!step) state.SkipWithError("the stream was refused");
    else benchmark::DoNotOptimize(step->bytes.data());
  }
}
BENCHMARK(events)->ArgNames({"rules", "bytes"})->ArgsProduct({{0, 10, 100, 1000}, {4, 64}});

void requests(benchmark::State& state) {
  const compiled& policy = policy_of(static_cast<std::size_t>(state.range(0)));
  const auto bytes = static_cast<std::size_t>(state.range(1));
  std::uint64_t seed = 9000;
  for (auto _ : state) {
    state.PauseTiming();
    std::string said;
    json::append_string(said, one_line(source().make(bytes, ++seed)));
    std::string body = "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"system\",\"content\":\"Be kind.\"},{\"role\":\"user\",\"content\":" + said + "}]}";
    state.ResumeTiming();
    guard::request_guard guard(codec, limits{});
    const auto facts = guard.read(std::move(body));
    auto done = guard.inspect(policy);
    if (!facts || !done) state.SkipWithError("the request was refused");
    else benchmark::DoNotOptimize(done->body.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(requests)->ArgNames({"rules", "bytes"})->ArgsProduct({{0, 10, 1000}, {1000, 100'000}});

void opening(benchmark::State& state) {
  const compiled& policy = policy_of(10);
  const std::string first = chunk("Hello");
  double bytes = 0;
  for (auto _ : state) {
    const double before = heap_bytes();
    guard::stream_guard guard(codec, dialect::request_facts{}, limits{}, policy);
    const auto step = guard.on_bytes(first, false);
    benchmark::DoNotOptimize(step.has_value());
    bytes = heap_bytes() - before;
  }
  state.counters["heap_bytes"] = bytes;
}
BENCHMARK(opening);

}  // namespace
}  // namespace stoplog::bench
