// Runs a text through a stream in given cuts and keeps what a client and an
// auditor would see of it.
#pragma once

#include "match/database.hpp"
#include "match/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::match {

inline void PrintTo(const finding& f, std::ostream* out) {
  *out << "rule " << f.rule << " [" << f.where.begin << ", " << f.where.end << ")";
}

namespace testing {

inline constexpr surface answer{direction::response, role::assistant, channel::content};

inline rule_spec regex_rule(verdict effect, std::string regex, view v = view::raw) {
  rule_spec rule;
  rule.effect = effect;
  part p;
  p.regex = std::move(regex);
  p.view = v;
  rule.match.parts.push_back(std::move(p));
  return rule;
}

inline std::shared_ptr<const database> compiled(std::vector<rule_spec> rules) {
  auto made = database::compile(std::move(rules));
  if (auto* problems = std::get_if<std::vector<compile_problem>>(&made)) {
    for (const compile_problem& p : *problems) ADD_FAILURE() << p.rule << ": " << p.code << " " << p.message;
    return nullptr;
  }
  return std::get<0>(std::move(made));
}

struct outcome {
  std::string released;
  stoplog::verdict verdict = verdict::allow;
  std::uint64_t decided_at = 0;
  std::vector<finding> findings;
  bool more = false;
  std::string failure;
  std::uint64_t released_upto = 0;
  friend bool operator==(const outcome&, const outcome&) = default;
};

inline void PrintTo(const outcome& o, std::ostream* out) {
  *out << to_string(o.verdict) << " at " << o.decided_at << ", released \"" << o.released << "\" " << o.failure;
  if (o.findings.size() > 40) *out << "; " << o.findings.size() << " findings, of these:";
  for (std::size_t i = 0; i < std::min<std::size_t>(o.findings.size(), 40); ++i) {
    const finding& f = o.findings[i];
    *out << "; ";
    PrintTo(f, out);
  }
}

// Feeds the chunks, the last with `end`; checks what every step promises.
inline outcome run(const std::shared_ptr<const database>& rules, std::span<const std::string_view> chunks,
                   surface where = answer) {
  stream s(rules, where);
  outcome seen;
  std::uint64_t fed = 0;
  std::uint64_t upto = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto step = s.feed(chunks[i], i + 1 == chunks.size());
    if (!step) {
      seen.failure = to_string(step.error().code);
      break;
    }
    fed += chunks[i].size();
    EXPECT_GE(step->release_upto, upto);
    EXPECT_LE(step->release_upto, fed);
    EXPECT_EQ(s.held(), fed - step->release_upto);
    if (step->verbatim) {
      EXPECT_EQ(step->released, chunks[i]);
    }
    upto = step->release_upto;
    seen.released_upto = upto;
    seen.released += step->released;
    seen.verdict = step->verdict;
    seen.decided_at = step->decided_at;
    if (step->verdict == verdict::block) break;
  }
  seen.findings.assign(s.findings().begin(), s.findings().end());
  seen.more = s.more_findings();
  return seen;
}

inline outcome run_whole(const std::shared_ptr<const database>& rules, std::string_view text, surface where = answer) {
  const std::string_view chunks[] = {text};
  return run(rules, chunks, where);
}

inline std::vector<std::string_view> pieces_of(std::string_view text, std::size_t bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size(); at += bytes) pieces.push_back(text.substr(at, bytes));
  return pieces;
}

// The outcome of the whole text, after every way to cut it into three was seen
// to give the same, and single bytes with an end of their own.
inline outcome run_every_cut(const std::shared_ptr<const database>& rules, std::string_view text,
                             surface where = answer) {
  const outcome whole = run_whole(rules, text, where);
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      const std::string_view chunks[] = {text.substr(0, a), text.substr(a, b - a), text.substr(b)};
      const outcome cut = run(rules, chunks, where);
      if (cut == whole) continue;
      ADD_FAILURE() << "cut at " << a << " and " << b << ": " << ::testing::PrintToString(cut)
                    << "\nbut whole: " << ::testing::PrintToString(whole) << "\nof: " << text;
      return whole;
    }
  }
  std::vector<std::string_view> bytes = pieces_of(text, 1);
  bytes.emplace_back();
  EXPECT_EQ(run(rules, bytes, where), whole) << text;
  return whole;
}

}  // namespace testing
}  // namespace stoplog::match
