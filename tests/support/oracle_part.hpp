// Every span that one part of a rule matches in a text: RE2 is asked for each.
#pragma once

#include "match/checks.hpp"
#include "match/lexicon.hpp"
#include "match/pattern.hpp"
#include "support/oracle_text.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match::oracle {

struct span {
  std::size_t from, to;  // code points of the view
  moment certain;
};

class part_oracle {
 public:
  part_oracle(const part& source, std::uint32_t cap) : cap_(cap), view_(source.view), check_(source.check) {
    std::vector<std::string> phrases = source.words;
    if (source.list) phrases.insert(phrases.end(), source.list->begin(), source.list->end());
    for (const std::string& phrase : phrases) {
      const std::string seen = text_views(phrase).in(view_).bytes;
      if (seen.empty()) continue;
      phrases_.push_back(seen);
      for (const char byte : seen) facts_.bytes.set(static_cast<unsigned char>(byte));
      cap_phrases_ = std::max(cap_phrases_, static_cast<std::uint32_t>(text_views(seen).code_points()));
    }
    if (!phrases.empty() && view_ != view::squeezed) {
      facts_.trailing_some.word_boundary = true;
      cap_ = std::min(cap_, cap_phrases_);
      return;
    }
    std::string wanted = source.regex;
    for (const std::string& phrase : phrases) wanted += (wanted.empty() ? "" : "|") + quote(phrase);
    const std::string regex = view_ == view::raw ? wanted : fold_pattern(wanted, view_).regex;
    facts_ = analyse(regex);
    if (facts_.opaque) facts_.bytes.set();
    if (facts_.longest) cap_ = std::min(cap_, *facts_.longest);
    re2::RE2::Options options;
    options.set_log_errors(false);
    regex_ = std::make_unique<re2::RE2>(regex, options);
    if (!regex_->ok()) throw std::invalid_argument("not a pattern: " + regex);
  }

  stoplog::match::view view() const { return view_; }

  // In the squeezed view most letters of a match must stand apart. Not asked of
  // what excuses a match.
  bool counts(std::string_view matched) const {
    return view_ != view::squeezed || text::is_spelled_apart(text_views(matched).folded.bytes);
  }
  bool looks_ahead() const { return facts_.trailing_some.any(); }

  // Every span, by begin, then end.
  std::vector<span> spans(const text_views& text) const {
    const viewed& v = text.in(view_);
    std::vector<span> all;
    for (std::size_t from = 0; from < v.size(); ++from) {
      const std::size_t last = std::min(v.size(), from + cap_);
      if (regex_ && !regex_->Match(v.bytes, v.at[from], v.at[last], re2::RE2::ANCHOR_START, nullptr, 0)) continue;
      for (std::size_t to = from + 1; to <= last; ++to) {
        if (matches(v, from, to) && passes(check_, v.slice(from, to))) all.push_back({from, to, certain(text, v, to)});
      }
    }
    return all;
  }

  // From when on no further match can begin at `from`: the longest has passed,
  // or a byte that is in no match.
  moment settled(const text_views& text, std::size_t from) const {
    const viewed& v = text.in(view_);
    moment when = text.end();
    const std::size_t reach = cap_ + (looks_ahead() ? 1 : 0);
    if (from + reach <= v.size()) when = std::min(when, text.known(v, from + reach));
    for (std::size_t i = from; i < v.size(); ++i) {
      const std::string_view one = v.slice(i, i + 1);
      if (std::all_of(one.begin(), one.end(), [&](char b) { return facts_.bytes[static_cast<unsigned char>(b)]; })) continue;
      when = std::min(when, text.known(v, i + 1));
      break;
    }
    return when;
  }

  // When nothing of the view that ends at `end` of the text or before can be
  // undecided for want of a code point of lookahead.
  moment looked_beyond(const text_views& text, std::uint64_t end) const {
    if (!looks_ahead()) return 0;
    const viewed& v = text.in(view_);
    if (v.size() == 0 || text.offsets[v.source[0]] >= end) return 0;  // the view has nothing there
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (text.offsets[v.source[i]] >= end) return text.known(v, i + 1);
    }
    return text.end();
  }

  // Where the tail of a span begins: of the texts that pattern.hpp says all matches
  // end with, the one that this does, tried for each begin. A match that ends with
  // none of them, or with two, would give the lie to what is guarded.
  std::size_t tail_from(const viewed& v, std::size_t from, std::size_t to) const {
    std::vector<std::size_t> begins;
    for (std::size_t begin = from; begin < to; ++begin) {
      if (std::count(facts_.suffixes.begin(), facts_.suffixes.end(), v.slice(begin, to)) != 0) begins.push_back(begin);
    }
    if (begins.size() != 1) throw std::logic_error("a match has not one tail");
    return begins.front();
  }

  bool found_in(std::string_view text) const {
    const text_views views(text);
    return !spans(views).empty();
  }

 private:
  bool matches(const viewed& v, std::size_t from, std::size_t to) const {
    if (regex_) return regex_->Match(v.bytes, v.at[from], v.at[to], re2::RE2::ANCHOR_BOTH, nullptr, 0);
    const std::string_view text = v.slice(from, to);
    return breaks_word(v.bytes, v.at[from]) && breaks_word(v.bytes, v.at[to]) &&
           std::find(phrases_.begin(), phrases_.end(), text) != phrases_.end();
  }
  moment certain(const text_views& text, const viewed& v, std::size_t to) const {
    if (!looks_ahead()) return text.known(v, to);
    return to < v.size() ? text.known(v, to + 1) : text.end();
  }

  std::uint32_t cap_;
  std::uint32_t cap_phrases_ = 0;
  stoplog::match::view view_;
  stoplog::match::check check_;
  pattern_facts facts_;
  std::unique_ptr<re2::RE2> regex_;
  std::vector<std::string> phrases_;
};

}  // namespace stoplog::match::oracle
