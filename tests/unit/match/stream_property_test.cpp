// Streams against the oracle: random rules, random texts, many cuts.
//
// STOPLOG_STREAM_CASES says how many streams (texts times cuts) to run, and
// STOPLOG_STREAM_SEED where to begin; a release build runs many more by itself.
#include "run.hpp"

#include "match/found.hpp"
#include "support/oracle.hpp"
#include "support/random_rules.hpp"

#include <cstdlib>

namespace stoplog::match::testing {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t usual = 200'000;
#else
constexpr std::uint64_t usual = 4'000;
#endif

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::vector<std::string_view>> cuts_of(std::string_view text, random_rules& random) {
  std::vector<std::vector<std::string_view>> all;
  for (const std::size_t bytes : {1U, 2U, 3U, 4U, 7U, 16U, 64U, 333U}) all.push_back(pieces_of(text, bytes));
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = std::min(text.size() - at, static_cast<std::size_t>(random.below(12)));
    pieces.push_back(text.substr(at, bytes));
    at += bytes;
  }
  all.push_back(pieces);
  all.push_back({text});
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i].empty() || random.one_in(2)) all[i].emplace_back();  // the end by itself
  }
  return all;
}

constexpr std::array view_names{" folded ", " raw ", " leet ", " squeezed "};

std::string describe(const std::vector<rule_spec>& rules, std::string_view text) {
  std::string out = "text: " + ::testing::PrintToString(std::string(text)) + "\n";
  for (const rule_spec& r : rules) {
    out += std::string(to_string(r.effect));
    if (r.match.combines()) {
      out += " " + std::to_string(r.match.needed()) + " of " + std::to_string(r.match.thing_count()) + " within " +
             std::to_string(r.match.within);
    }
    if (r.match.guards_tail) out += " tail";
    if (r.max_length) out += " max_length " + std::to_string(*r.max_length);
    const auto add = [&](const part& p, const char* name) {
      out += std::string("\n  ") + name + view_names[static_cast<std::size_t>(p.view)] + p.regex + ::testing::PrintToString(p.words);
      if (p.list) out += " list " + ::testing::PrintToString(*p.list);
      if (p.check == check::luhn) out += " luhn";
    };
    for (const part& p : r.match.parts) add(p, "part");
    for (const part& p : r.match.unless) add(p, "unless");
    out += "\n";
  }
  return out;
}

// The first 1,000 findings, and those of blocking rules; and whether there were more.
std::pair<std::vector<finding>, bool> kept_of(const oracle::answer& all, const std::vector<rule_spec>& specs) {
  std::vector<finding> kept;
  std::size_t others = 0;
  for (const finding& f : all.findings) {
    const bool deciding = specs[f.rule].effect == verdict::block;
    if (deciding || others < findings_max) kept.push_back(f);
    others += deciding ? 0U : 1U;
  }
  return {kept, others > findings_max};
}

struct tally {
  std::uint64_t streams = 0, blocked = 0, redacted = 0, recorded = 0, counted = 0, tails = 0, heads_out = 0, leet = 0, squeezed = 0, opaque = 0;
};

// True when every cut of the text gives what the oracle says.
bool agrees(const std::shared_ptr<const database>& rules, const std::vector<rule_spec>& specs,
            const oracle::rule_set_oracle& judge, std::string_view text, random_rules& random, tally& ran) {
  const oracle::answer want = judge.judge(text);
  const auto [kept, more] = kept_of(want, specs);
  std::optional<std::string> released;
  std::uint64_t released_upto = 0;
  for (const auto& pieces : cuts_of(text, random)) {
    const outcome seen = run(rules, pieces);
    ++ran.streams;
    const std::uint64_t upto = want.verdict == verdict::block ? seen.released_upto : text.size();
    if (!released) released = seen.released;
    released_upto = seen.released_upto;
    const bool fine = seen.failure.empty() && seen.verdict == want.verdict && seen.decided_at == want.decided_at &&
                      seen.findings == kept && seen.more == more && seen.released == *released &&
                      seen.released == want.render(specs, text, upto) && seen.released_upto <= want.release_max &&
                      !::testing::Test::HasFailure();
    if (fine) continue;
    outcome wanted{want.render(specs, text, upto), want.verdict, want.decided_at, kept, more, "", upto};
    ADD_FAILURE() << describe(specs, text) << "in pieces of " << pieces.front().size() << ": "
                  << ::testing::PrintToString(seen) << "\noracle: " << ::testing::PrintToString(wanted)
                  << "\nreleased first: " << *released << ", at most " << want.release_max;
    return false;
  }
  const auto found_by = [&](auto wanted) {
    return std::any_of(want.findings.begin(), want.findings.end(), [&](const finding& f) { return wanted(specs[f.rule].match); }) ? 1U : 0U;
  };
  ran.counted += found_by([](const expression& e) { return e.how == expression::combine::at_least; });
  ran.tails += found_by([](const expression& e) { return e.guards_tail && e.combines(); });
  ran.heads_out += want.verdict == verdict::block && released_upto > want.match_begin ? 1U : 0U;
  const auto in_view = [&](view v) {
    return found_by([v](const expression& e) {
      return !e.combines() && std::all_of(e.parts.begin(), e.parts.end(), [v](const part& p) { return p.view == v; });
    });
  };
  ran.leet += in_view(view::leet);
  ran.squeezed += in_view(view::squeezed);
  ran.opaque += found_by([](const expression& e) {
    return std::all_of(e.parts.begin(), e.parts.end(), [](const part& p) { return p.regex.starts_with("((("); });
  });
  ran.blocked += want.verdict == verdict::block ? 1U : 0U;
  ran.redacted += want.verdict == verdict::redact ? 1U : 0U;
  ran.recorded += want.verdict == verdict::allow && !want.findings.empty() ? 1U : 0U;
  return true;
}

TEST(StreamProperty, AgreesWithTheOracleHoweverTheTextIsCut) {
  const std::uint64_t wanted = setting("STOPLOG_STREAM_CASES", usual);
  std::uint64_t seed = setting("STOPLOG_STREAM_SEED", 1);
  ASSERT_TRUE(analyse(std::string(random_rules::opaque_depth, '(') + "a" + std::string(random_rules::opaque_depth, ')')).opaque);
  tally ran;
  std::uint64_t refused = 0;
  for (; ran.streams < wanted; ++seed) {
    random_rules random(seed);
    const std::vector<rule_spec> specs = random.rules();
    auto made = database::compile(specs);
    if (made.index() != 0) {
      ++refused;
      continue;
    }
    const auto rules = std::get<0>(std::move(made));
    const oracle::rule_set_oracle judge(specs, answer);
    for (int i = 0; i < 8; ++i) {
      const std::string text = random.text();
      ASSERT_TRUE(agrees(rules, specs, judge, text, random, ran)) << "seed " << seed;
    }
  }
  EXPECT_GE(ran.streams, wanted);
  EXPECT_LT(refused * 80, wanted) << "most rule sets must compile";
  // Each kind of ending must be common, or the cases prove little.
  EXPECT_GT(ran.blocked * 200, ran.streams);
  EXPECT_GT(ran.redacted * 100, ran.streams);
  EXPECT_GT(ran.recorded * 1000, ran.streams);
  EXPECT_GT(ran.counted * 1000, ran.streams);
  if (ran.streams >= 50'000) {  // rare ones; sanitizers run fewer streams
    EXPECT_GT(ran.tails * 1000, ran.streams);
    EXPECT_GT(ran.heads_out * 1000, ran.streams) << "the head of a match was out when its tail was blocked";
    EXPECT_GT(ran.leet * 1000, ran.streams);
    EXPECT_GT(ran.squeezed * 4000, ran.streams);
    EXPECT_GT(ran.opaque * 3000, ran.streams);
  }
  std::printf("%llu streams: texts blocked %llu, redacted %llu, only recorded %llu, counted %llu, by the tail of several parts %llu, of one part with its head out %llu, in leet %llu, squeezed %llu, opaque %llu; %llu rule sets refused\n",
              static_cast<unsigned long long>(ran.streams), static_cast<unsigned long long>(ran.blocked),
              static_cast<unsigned long long>(ran.redacted), static_cast<unsigned long long>(ran.recorded),
              static_cast<unsigned long long>(ran.counted), static_cast<unsigned long long>(ran.tails), static_cast<unsigned long long>(ran.heads_out),
              static_cast<unsigned long long>(ran.leet), static_cast<unsigned long long>(ran.squeezed), static_cast<unsigned long long>(ran.opaque),
              static_cast<unsigned long long>(refused));
}

TEST(StreamProperty, CrowdsOfRulesAgreeWithTheOracle) {
  const std::uint64_t seeds = setting("STOPLOG_STREAM_CASES", usual) / 2000 + 10;
  tally ran;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    random_rules random(seed);
    const std::vector<rule_spec> specs = random.crowd();
    const auto rules = compiled(specs);
    const oracle::rule_set_oracle judge(specs, answer);
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(agrees(rules, specs, judge, random.text(), random, ran)) << "seed " << seed;
  }
  EXPECT_EQ(ran.streams, seeds * 12 * 10);
  EXPECT_GT(ran.blocked * 2, seeds);
  EXPECT_GT(ran.redacted * 2, seeds);
}

}  // namespace
}  // namespace stoplog::match::testing
