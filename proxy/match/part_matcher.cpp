#include "match/part_matcher.hpp"

#include "match/checks.hpp"
#include "match/code_points.hpp"
#include "match/compiled.hpp"
#include "match/host_list.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace stoplog::match {
namespace {

// Of so many phrases each may be a literal of the index; of more, words are
// looked up as they come.
constexpr std::size_t literals_max = 4096;

// In the squeezed view they are one pattern.
constexpr std::size_t squeezed_phrases_max = 1000;

std::size_t phrase_count(const part& source) { return source.words.size() + (source.list ? source.list->size() : 0); }

// Without boundaries, of which the squeezed view has none.
std::string any_of(const part& source) {
  std::string any;
  const auto add = [&any](std::string_view phrase) { any += (any.empty() ? "" : "|") + quote(phrase); };
  for (const std::string& phrase : source.words) add(phrase);
  if (source.list) {
    for (const std::string& phrase : *source.list) add(phrase);
  }
  return any;
}

std::optional<std::uint32_t> smaller(std::optional<std::uint32_t> a, std::optional<std::uint32_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

part_matcher::part_matcher(const part& source, std::optional<std::uint32_t> max_length,
                           std::optional<problem>& found)
    : view_(source.view), check_(source.check), entropy_min_(source.entropy_min), facts_(std::make_shared<pattern_facts>()) {
  const int kinds = (source.regex.empty() ? 0 : 1) + (source.words.empty() ? 0 : 1) + (source.list ? 1 : 0) + (source.hosts ? 1 : 0);
  if (kinds != 1) {
    found = {"E234", "a part needs exactly one of regex, words and in_list, and it must not be empty"};
  } else if (source.check != check::none && (view_ == view::leet || view_ == view::squeezed)) {
    found = {"E233", "this view has no digits to check; use view: folded"};
  } else if (view_ == view::squeezed && phrase_count(source) > squeezed_phrases_max) {
    found = {"E233", "the squeezed view takes up to " + std::to_string(squeezed_phrases_max) + " words a part"};
  } else if (source.hosts) {
    use_hosts(source);
  } else if (source.regex.empty() && view_ != view::squeezed) {
    use_phrases(source);
  } else {
    use_regex(source.regex.empty() ? any_of(source) : source.regex, source.ready, found);
  }
  code_points_max_ = smaller(facts_->longest, max_length);
}

part_matcher::~part_matcher() = default;
part_matcher::part_matcher(part_matcher&&) noexcept = default;

void part_matcher::use_regex(const std::string& source, std::shared_ptr<const program> ready, std::optional<problem>& found) {
  program_ = ready != nullptr ? std::move(ready) : make_program(source, view_);
  facts_ = {program_, &program_->facts};
  if (!program_->error.empty()) {
    found = {"E230", program_->error};
  } else if (!program_->refusal.empty()) {
    found = {"E233", program_->refusal};
  }
}

void part_matcher::use_phrases(const part& source) {
  phrases_ = std::make_unique<lexicon>();
  auto made = std::make_shared<pattern_facts>();
  pattern_facts& facts = *made;
  facts.longest = 0;
  facts.shortest = UINT32_MAX;
  facts.can_be_empty = false;
  facts.trailing_some.word_boundary = true;
  const auto take = [&](std::string_view phrase) {
    const std::string seen = seen_in(view_, phrase);
    if (seen.empty()) return;
    phrases_->add(seen);
    for (const char byte : seen) facts.bytes.set(static_cast<unsigned char>(byte));
    facts.first_bytes.set(static_cast<unsigned char>(seen[0]));
    const auto length = static_cast<std::uint32_t>(count_code_points(seen));
    facts.longest = std::max(*facts.longest, length);
    facts.shortest = std::min(facts.shortest, length);
  };
  for (const std::string& phrase : source.words) take(phrase);
  if (source.list) {
    for (const std::string& phrase : *source.list) take(phrase);
  }
  facts_ = std::move(made);
}

// What begins a host stands on a word's border, so that its run is one of those
// that phrases have; what ends it may be told by the next code point only.
void part_matcher::use_hosts(const part& source) {
  hosts_ = source.hosts;
  auto made = std::make_shared<pattern_facts>();
  pattern_facts& facts = *made;
  facts.longest = hosts_->code_points_max() + 1;  // a dot at the end
  facts.shortest = hosts_->code_points_min();
  facts.can_be_empty = false;
  facts.trailing_some.word_boundary = true;
  facts.bytes = hosts_->bytes();
  facts.bytes.set(static_cast<unsigned char>('.'));
  facts.first_bytes = hosts_->first_bytes();
  facts_ = std::move(made);
}

std::vector<std::string_view> part_matcher::phrases() const {
  std::vector<std::string_view> list;
  if (phrases_ && phrases_->size() <= literals_max) phrases_->each([&](std::string_view phrase) { list.push_back(phrase); });
  std::sort(list.begin(), list.end());
  return list;
}

// A closure that is too large for RE2 only costs delay.
void part_matcher::prepare_begun() {
  constexpr std::size_t phrases_max = 64;
  std::string closure = facts_->closure;
  if (const auto list = phrases(); !list.empty() && list.size() <= phrases_max) {
    std::string any;
    for (const std::string_view phrase : list) any += (any.empty() ? "" : "|") + quote(phrase);
    closure = analyse(any).closure;
  }
  if (closure.empty()) return;
  begun_ = compile_regex("(?:" + closure + ")\\z");
  if (!begun_->ok()) begun_.reset();
}

std::size_t part_matcher::begun(std::string_view text) const {
  const std::size_t from = backward(text, text.size(), *code_points_max_);
  if (!begun_) return from;
  re2::StringPiece found;
  const bool some = begun_->Match(text, from, text.size(), re2::RE2::UNANCHORED, &found, 1);
  return some ? static_cast<std::size_t>(found.data() - text.data()) : text.size();
}

// None of the suffixes ends with another, so there is no choice.
std::size_t part_matcher::tail_bytes(std::string_view matched) const {
  for (const std::string& suffix : facts_->suffixes) {
    if (matched.ends_with(suffix)) return suffix.size();
  }
  return matched.size();
}

std::uint32_t part_matcher::tail_code_points() const noexcept {
  std::uint64_t longest = 0;
  for (const std::string& suffix : facts_->suffixes) longest = std::max(longest, count_code_points(suffix));
  return static_cast<std::uint32_t>(longest);
}

std::string_view part_matcher::tail_refusal() const noexcept {
  if (view_ == view::squeezed) return "in the squeezed view only the whole match tells whether it counts; use another view";
  if (is_phrases()) return "words, lists and hosts are guarded as a whole; use a regex for each part";
  const auto too_short = [](const std::string& suffix) { return count_code_points(suffix) < tail_code_points_min; };
  if (facts_->suffixes.empty() || std::any_of(facts_->suffixes.begin(), facts_->suffixes.end(), too_short)) {
    return "every match must end with one of a few texts of three or more characters, like a word, or (?:this|that)";
  }
  return {};
}

std::optional<match_span> part_matcher::next(std::string_view text, std::size_t from, std::size_t limit, std::size_t after) const {
  return program_ ? first_of_regex(text, from, limit, after) : first_of_phrases(text, from, limit, after);
}

std::optional<match_span> part_matcher::next_shortest(std::string_view text, std::size_t from,
                                                      std::size_t limit) const {
  const auto longest = next(text, from, limit);
  if (!longest) return std::nullopt;
  const auto end = shortest_at(text, longest->begin, longest->end);
  return match_span{longest->begin, end.value_or(longest->end)};
}

std::optional<match_span> part_matcher::first_of_regex(std::string_view text, std::size_t from,
                                                       std::size_t limit, std::size_t after) const {
  while (from < limit && after < limit) {
    re2::StringPiece matched;
    if (!program_->regex->Match(text, from, limit, re2::RE2::UNANCHORED, &matched, 1)) return std::nullopt;
    const auto begin = static_cast<std::size_t>(matched.data() - text.data());
    if (begin >= limit) return std::nullopt;
    const std::size_t longest = begin + matched.size();
    if (!matched.empty() && longest > after) {
      // That is the longest there already, unless it is too long to count.
      const bool fits = code_points_max_ == facts_->longest;
      if (fits && passes({matched.data(), matched.size()})) return match_span{begin, longest};
      if (const auto end = longest_at(text, begin, fits ? longest - 1 : longest, after)) return match_span{begin, *end};
    }
    from = after_code_point(text, begin);
  }
  return std::nullopt;
}

std::optional<match_span> part_matcher::first_of_phrases(std::string_view text, std::size_t from,
                                                         std::size_t limit, std::size_t after) const {
  for (; from < limit; from = after_code_point(text, from)) {
    if (const auto end = longest_at(text, from, limit); end && *end > after) return match_span{from, *end};
  }
  return std::nullopt;
}

std::optional<std::size_t> part_matcher::longest_at(std::string_view text, std::size_t begin,
                                                    std::size_t limit, std::size_t after) const {
  if (code_points_max_) limit = std::min(limit, forward(text, begin, *code_points_max_));
  if (hosts_) {
    const auto end = hosts_->end_at(text, begin, limit);
    return end && passes(text.substr(begin, *end - begin)) ? end : std::nullopt;
  }
  std::size_t end = begin;
  if (phrases_) {
    phrases_->at(text, begin, limit, [&](std::size_t length) {
      if (!passes(text.substr(begin, length))) return false;
      end = begin + length;
      return true;
    });
    return end > begin ? std::optional(end) : std::nullopt;
  }
  while (limit > std::max(begin, after)) {
    re2::StringPiece matched;
    if (!program_->regex->Match(text, begin, limit, re2::RE2::ANCHOR_START, &matched, 1) || matched.empty()) break;
    if (passes({matched.data(), matched.size()})) return begin + matched.size();
    limit = begin + matched.size() - 1;
  }
  return std::nullopt;
}

std::optional<std::size_t> part_matcher::shortest_at(std::string_view text, std::size_t begin,
                                                     std::size_t limit) const {
  if (hosts_) return longest_at(text, begin, limit);
  if (phrases_) {
    std::size_t shortest = 0;
    phrases_->at(text, begin, limit, [&](std::size_t length) {
      if (passes(text.substr(begin, length))) shortest = length;
      return false;
    });
    return shortest != 0 ? std::optional(begin + shortest) : std::nullopt;
  }
  if (facts_->can_be_empty || check_ != check::none) {
    for (std::size_t end = begin; end < limit;) {
      end = after_code_point(text, end);
      if (spans(text, begin, end)) return end;
    }
    return std::nullopt;
  }
  // That some match ends at or before `end` is monotone in `end`.
  std::size_t low = begin;
  while (low + 1 < limit) {
    const std::size_t middle = low + (limit - low) / 2;
    const bool found = program_->regex->Match(text, begin, middle, re2::RE2::ANCHOR_START, nullptr, 0);
    (found ? limit : low) = middle;
  }
  return limit;
}

bool part_matcher::spans(std::string_view text, std::size_t begin, std::size_t end) const {
  return program_->regex->Match(text, begin, end, re2::RE2::ANCHOR_BOTH, nullptr, 0) && passes(text.substr(begin, end - begin));
}

bool part_matcher::passes(std::string_view matched) const {
  return match::passes(check_, matched, entropy_min_);
}

}  // namespace stoplog::match
