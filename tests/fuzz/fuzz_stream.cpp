// Rules by a seed, text and cuts by the fuzzer: a cut stream must say what the
// whole text says, and both what the oracle says.
//
// Input: 2 bytes of seed, 1 byte of what the cuts are made of, then the text.
#include "match/database.hpp"
#include "match/found.hpp"
#include "match/stream.hpp"
#include "support/oracle.hpp"
#include "support/random_rules.hpp"
#include "text/utf8.hpp"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace stoplog;
using namespace stoplog::match;

constexpr surface answer{direction::response, role::assistant, channel::content};
constexpr std::size_t text_max = 300;  // the oracle tries every span

struct prepared {
  std::vector<rule_spec> specs;
  std::shared_ptr<const database> rules;
  std::unique_ptr<oracle::rule_set_oracle> judge;
};

// Null when the rules do not compile.
const prepared* rules_of(std::uint64_t seed) {
  static std::map<std::uint64_t, std::unique_ptr<prepared>> known;
  const auto [place, added] = known.try_emplace(seed);
  if (added) {
    auto made = std::make_unique<prepared>();
    made->specs = match::testing::random_rules(seed).rules();
    auto compiled = database::compile(made->specs);
    if (compiled.index() == 0) {
      made->rules = std::get<0>(std::move(compiled));
      made->judge = std::make_unique<oracle::rule_set_oracle>(made->specs, answer);
      place->second = std::move(made);
    }
  }
  return place->second.get();
}

struct outcome {
  std::string released;
  std::uint64_t upto = 0;
  stoplog::verdict verdict = verdict::allow;
  std::uint64_t decided_at = 0;
  std::vector<finding> findings;
  bool failed = false;
  friend bool operator==(const outcome&, const outcome&) = default;
};

// Cuts by the bits of `cuts`, over and over; all bits clear: no cuts.
outcome run(const prepared& with, std::string_view text, std::uint8_t cuts) {
  stream s(with.rules, answer);
  outcome seen;
  std::size_t at = 0;
  unsigned bit = 0;
  while (true) {
    std::size_t to = at;
    do to = std::min(to + 1, text.size());
    while (to < text.size() && (cuts >> (bit++ % 8) & 1U) == 0);
    const auto step = s.feed(text.substr(at, to - at), to == text.size());
    if (!step) {
      seen.failed = true;
      return seen;
    }
    seen.released += step->released;
    seen.upto = step->release_upto;
    seen.verdict = step->verdict;
    seen.decided_at = step->decided_at;
    at = to;
    if (at == text.size() || step->verdict == verdict::block) break;
  }
  seen.findings.assign(s.findings().begin(), s.findings().end());
  return seen;
}

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > text_max) return 0;
  const prepared* with = rules_of(data[0] + 256U * data[1]);
  if (with == nullptr) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);
  const outcome whole = run(*with, text, 0);
  const outcome cut = run(*with, text, data[2]);
  const outcome bytes = run(*with, text, 0xFF);
  if (!text::is_utf8(text)) {
    // What was released before the fault depends on the cuts; that there is one does not.
    demand(whole.failed == cut.failed && whole.failed == bytes.failed);
    return 0;
  }
  demand(whole == cut && whole == bytes && !whole.failed);
  const oracle::answer want = with->judge->judge(text);
  demand(whole.verdict == want.verdict && whole.decided_at == want.decided_at);
  demand(want.findings.size() > findings_max || whole.findings == want.findings);
  const std::uint64_t upto = want.verdict == verdict::block ? whole.upto : text.size();
  demand(upto <= want.release_max && whole.released == want.render(with->specs, text, upto));
  return 0;
}
