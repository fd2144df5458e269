// links: audit
// Records a second through the log to the disk: as they come, with captured texts
// sealed beside them, and where each request waits for its record; and how long a
// reader waits on a log of a million records (STOPLOG_BENCH_RECORDS: of another
// number, 20,000 or more).
#include "audit/content.hpp"
#include "audit/encode.hpp"
#include "audit/index.hpp"
#include "audit/log.hpp"
#include "audit/query.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <thread>

namespace {

using namespace stoplog;
using namespace stoplog::audit;

// On the disk that tests use, not in memory: the syncs are what is measured.
class bench_folder {
 public:
  bench_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "stoplog-bench-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~bench_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  bench_folder(const bench_folder&) = delete;
  bench_folder& operator=(const bench_folder&) = delete;
  std::filesystem::path log() const { return path_ / "audit"; }

 private:
  std::filesystem::path path_;
};

// What most traffic is: an allowed, streamed answer; one in a hundred is cut.
record typical(std::uint64_t n) {
  record r;
  char id[40];
  std::snprintf(id, sizeof id, "01936f%02llx-%04llx-7000-8000-%012llx", static_cast<unsigned long long>(n >> 24U & 0xFFU),
                static_cast<unsigned long long>(n >> 8U & 0xFFFFU), static_cast<unsigned long long>(n));
  r.id = id;
  r.at = wall_time{std::chrono::microseconds{1'795'421'730'000'000 + static_cast<std::int64_t>(n) * 50}};
  r.key_id = "key-" + std::to_string(n % 200);
  r.team = "team-" + std::to_string(n % 20);
  r.client_address = "10.0.0.1";
  r.user_agent = "OpenAI/Python 1.50.0";
  r.route = "default";
  r.endpoint = "openai.chat";
  r.upstream = "openai";
  r.model_asked = "gpt-4o-mini";
  r.model_answered = "gpt-4o-mini-2024-07-18";
  r.response_id = "chatcmpl-0123456789abcdefghijklmno";
  r.streamed = true;
  r.policy_name = "default";
  r.policy_version = "1.0.0";
  r.policy_digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  r.decision = "allow";
  r.status = 200;
  r.duration_us = 1'500'000;
  r.first_byte_us = 300'000;
  r.events = 250;
  r.request_coverage = {1200, 1200, 1200, true, {}, 0, 0, {}};
  r.response_coverage = {4800, 4800, 4800, true, {}, 0, 0, {}};
  if (n % 100 != 0) return r;
  r.decision = "block";
  r.stage = "response";
  r.rule = "DEMO-001";
  r.category = "demo.forbidden";
  r.severity = "high";
  r.findings.push_back({r.rule, "demo", r.category, r.severity, "enforce", "block", "block", "response", "assistant", "content",
                        "choices[0].delta.content", 1200, 1220, "00112233445566778899aabbccddeeff", "", "", ""});
  return r;
}

void encode_one(benchmark::State& state) {
  const record r = typical(1);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = encode(r, 123456).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(encode_one);

void decode_one(benchmark::State& state) {
  const std::string line = encode(typical(1), 123456);
  decoder decode;
  for (auto _ : state) benchmark::DoNotOptimize(decode.decode(line));
}
BENCHMARK(decode_one);

std::unique_ptr<log> open_log(const std::filesystem::path& directory, bool index) {
  log_options options;
  options.index = index;
  std::vector<std::string> notes;
  return log::open(directory, options, notes).value();
}

std::uint64_t records_asked() {
  const char* asked = std::getenv("STOPLOG_BENCH_RECORDS");
  return asked != nullptr ? std::max<std::uint64_t>(20'000, std::strtoull(asked, nullptr, 10)) : 1'000'000;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct sustained {
  double written_s = 0;  // until every record was durable
  double indexed_s = 0;  // and in the index
  std::uint64_t lag = 0; // records that the index was behind when the last one was durable
};

// One worker that appends as fast as the queue takes it.
sustained append_all(const std::filesystem::path& directory, std::uint64_t count) {
  auto made = open_log(directory, true);
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t n = 0; n < count;) {
    if (made->append(typical(n), durability::soon)) ++n;
    else std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  while (made->status().written < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  sustained seen;
  seen.written_s = seconds_since(start);
  seen.lag = made->status().index_lag;
  while (made->status().index_lag != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  seen.indexed_s = seconds_since(start);
  return seen;
}

// The log that everything below reads, made once: making it is what is measured.
struct large_log {
  bench_folder folder;
  sustained making = append_all(folder.log(), records_asked());
};
const large_log& million() {
  static const large_log made;
  return made;
}

void sustained_with_index(benchmark::State& state) {
  const sustained seen = million().making;
  for (auto _ : state) state.SetIterationTime(seen.written_s);
  state.counters["index_lag"] = static_cast<double>(seen.lag);
  state.counters["indexed_per_s"] = static_cast<double>(records_asked()) / seen.indexed_s;
  state.SetItemsProcessed(static_cast<std::int64_t>(records_asked()));
}
BENCHMARK(sustained_with_index)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

// The same where the policy keeps the texts, of 6,000 bytes, for one responder.
void sustained_with_sealed_content(benchmark::State& state) {
  constexpr std::uint64_t under_way = 4096;  // no more than the log holds in waiting
  const std::uint64_t count = records_asked() / 20;
  const auto key = responder_key::make().value();
  const std::string text(6000, 'x');
  const bench_folder folder;
  auto made = open_log(folder.log(), true);
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t n = 0; n < count;) {
      record r = typical(n);
      std::string frame = seal_content({r.id, r.at, {}}, text, std::span(&key, 1)).value();
      r.content.mode = "full";
      r.content.sealed = digest_of(frame);
      while (n - made->status().written >= under_way) std::this_thread::sleep_for(std::chrono::microseconds(200));
      if (made->append(std::move(r), durability::soon, {}, std::move(frame))) ++n;
    }
    while (made->status().written < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    state.SetIterationTime(seconds_since(start));
  }
  if (made->status().content_lost != 0) state.SkipWithError("content was lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}
BENCHMARK(sustained_with_sealed_content)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

// `range` requests at a time, each waiting for its record before it goes on.
void append_before(benchmark::State& state) {
  const auto waiting = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t count = std::min<std::uint64_t>(50'000, waiting * 1000);  // one at a time is one sync a record
  for (auto _ : state) {
    const bench_folder folder;
    auto made = open_log(folder.log(), false);
    std::atomic<std::uint64_t> durable = 0;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t n = 0; n < count;) {
      if (n - durable >= waiting) {
        const std::uint64_t seen = durable;
        if (n - seen >= waiting) durable.wait(seen);
        continue;
      }
      if (made->append(typical(n), durability::before, [&](bool) { ++durable; durable.notify_one(); })) ++n;
    }
    while (durable < count) std::this_thread::yield();
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}
BENCHMARK(append_before)->ArgName("waiting")->Arg(1)->Arg(16)->Arg(256)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

void ask(benchmark::State& state, const filter& f, std::size_t limit, std::size_t expected) {
  const auto where = million().folder.log();
  std::size_t found = 0;
  for (auto _ : state) {
    auto reading = reader::open(where);
    found = reading->find(f, limit)->records.size();
  }
  if (found != expected) state.SkipWithError("another number of records than expected");
}

// Ids differ in their last digits, so a beginning that lacks one is of sixteen.
void query_id(benchmark::State& state) { filter f; f.id = typical(records_asked() / 3).id; ask(state, f, 10, 1); }
void query_id_prefix(benchmark::State& state) {
  filter f;
  f.id = typical(records_asked() / 3).id;
  f.id.pop_back();
  ask(state, f, 100, 16);
}
void query_key(benchmark::State& state) { filter f; f.key = "key-77"; ask(state, f, 100, 100); }
void query_rule(benchmark::State& state) { filter f; f.rule = "DEMO-001"; ask(state, f, 100, 100); }
void query_blocked_in_span(benchmark::State& state) {
  filter f;
  f.decision = "block";
  f.since = typical(10'000).at;
  f.until = typical(15'000).at;
  ask(state, f, 1000, 50);
}
void query_everything_no_match(benchmark::State& state) { filter f; f.team = "nobody"; f.mode = "enforce"; ask(state, f, 100, 0); }
void query_unindexed_column(benchmark::State& state) { filter f; f.team = "nobody"; ask(state, f, 100, 0); }
void query_key_and_rule(benchmark::State& state) { filter f; f.key = "key-100"; f.rule = "DEMO-001"; ask(state, f, 100, 100); }
BENCHMARK(query_id)->Unit(benchmark::kMillisecond);
BENCHMARK(query_id_prefix)->Unit(benchmark::kMillisecond);
BENCHMARK(query_key)->Unit(benchmark::kMillisecond);
BENCHMARK(query_rule)->Unit(benchmark::kMillisecond);
BENCHMARK(query_blocked_in_span)->Unit(benchmark::kMillisecond);
BENCHMARK(query_everything_no_match)->Unit(benchmark::kMillisecond);
BENCHMARK(query_unindexed_column)->Unit(benchmark::kMillisecond);
BENCHMARK(query_key_and_rule)->Unit(benchmark::kMillisecond);

// Without an index: the log itself is read.
void scan_everything(benchmark::State& state) {
  const auto where = million().folder.log();
  std::uint64_t seen = 0;
  for (auto _ : state) {
    walk through(where);
    decoder decode;
    while (true) {
      const auto step = through.next();
      const auto* found = std::get_if<line>(&step);
      if (found == nullptr) break;
      benchmark::DoNotOptimize(decode.decode(found->bytes));
      ++seen;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(seen));
}
BENCHMARK(scan_everything)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
