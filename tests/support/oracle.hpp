// What a stream of match/ must say of a text, computed the plain way: the whole
// text at once, every rule, every span that RE2 accepts. Slow and obvious.
//
// The facts that define when something is decided (whether a pattern looks a
// code point ahead, which bytes its matches are made of) are taken from
// pattern.hpp; that they hold is checked here too.
#pragma once

#include "match/checks.hpp"
#include "match/lexicon.hpp"
#include "match/pattern.hpp"
#include "match/rule_spec.hpp"
#include "match/stream.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace stoplog::match::oracle {

// A moment in a text of n code points: 2 * k when k of them were seen, 2 * n + 1
// when its end was.
using moment = std::uint64_t;

// A text in one view, by code points.
struct viewed {
  std::string bytes;
  std::vector<std::size_t> at;      // where each code point begins, and the end
  std::vector<std::size_t> source;  // the code point of the text that it came from

  std::size_t size() const { return source.size(); }
  std::string_view slice(std::size_t from, std::size_t to) const {
    return std::string_view(bytes).substr(at[from], at[to] - at[from]);
  }
};

struct text_views {
  explicit text_views(std::string_view text) {
    for (std::size_t here = 0; here < text.size();) {
      const auto decoded = text::decode_front(text.substr(here));
      if (!decoded) throw std::invalid_argument("not UTF-8");
      const std::size_t source = offsets.size();
      offsets.push_back(here);
      add(raw, text.substr(here, decoded->length), source);
      std::string folded_one;
      text::append_folded(folded_one, decoded->code_point);
      add(folded, folded_one, source);
      here += decoded->length;
    }
    offsets.push_back(text.size());
    raw.at.push_back(raw.bytes.size());
    folded.at.push_back(folded.bytes.size());
  }

  const viewed& in(view v) const { return v == view::raw ? raw : folded; }
  std::size_t code_points() const { return offsets.size() - 1; }
  moment end() const { return 2 * code_points() + 1; }
  // When the first `count` code points of the view are known.
  moment known(const viewed& v, std::size_t count) const { return count == 0 ? 0 : 2 * (v.source[count - 1] + 1); }
  text_span original(const viewed& v, std::size_t from, std::size_t to) const {
    return {offsets[v.source[from]], offsets[v.source[to - 1] + 1]};
  }

  viewed raw, folded;
  std::vector<std::uint64_t> offsets;  // where each code point begins, and the end

 private:
  static void add(viewed& to, std::string_view bytes, std::size_t source) {
    for (std::size_t here = 0; here < bytes.size(); here += text::decode_front(bytes.substr(here))->length) {
      to.at.push_back(to.bytes.size() + here);
      to.source.push_back(source);
    }
    to.bytes += bytes;
  }
};

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
      const std::string seen = view_ == view::folded ? text::fold(phrase) : phrase;
      if (seen.empty()) continue;
      phrases_.push_back(seen);
      for (const char byte : seen) facts_.bytes.set(static_cast<unsigned char>(byte));
      cap_phrases_ = std::max(cap_phrases_, static_cast<std::uint32_t>(text_views(seen).code_points()));
    }
    if (!phrases.empty()) {
      facts_.trailing_some.word_boundary = true;
      cap_ = std::min(cap_, cap_phrases_);
      return;
    }
    const std::string regex = view_ == view::folded ? fold_pattern(source.regex).regex : source.regex;
    facts_ = analyse(regex);
    if (facts_.opaque) facts_.bytes.set();
    if (facts_.longest) cap_ = std::min(cap_, *facts_.longest);
    re2::RE2::Options options;
    options.set_log_errors(false);
    regex_ = std::make_unique<re2::RE2>(regex, options);
    if (!regex_->ok()) throw std::invalid_argument("not a pattern: " + regex);
  }

  stoplog::match::view view() const { return view_; }
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

// A match of a rule, and when it is one.
struct dated_match {
  text_span where;
  moment when;        // decided: it counts from then on
};

class rule_oracle {
 public:
  explicit rule_oracle(const rule_spec& spec) : spec_(&spec) {
    const bool all = spec.match.how == expression::combine::all;
    std::uint32_t cap = spec.max_length.value_or(spec.effect == verdict::allow && !all ? 1024 : UINT32_MAX / 2);
    if (all) cap = std::min(cap, spec.match.within);
    for (const part& p : spec.match.parts) parts_.emplace_back(p, cap);
    for (const part& p : spec.match.unless) unless_.emplace_back(p, UINT32_MAX / 2);
  }

  const rule_spec& spec() const { return *spec_; }

  // When the rule has a match for certain; none: never.
  std::optional<moment> fires(std::string_view bytes, const text_views& text) const {
    std::optional<moment> first;
    const auto take = [&](moment when) { first = std::min(first.value_or(when), when); };
    if (spec_->match.how == expression::combine::all) {
      for (const dated_match& m : combinations(bytes, text)) take(m.when);
    } else {
      for (const part_oracle& p : parts_) {
        if (unless_.empty()) {
          for (const span& s : p.spans(text)) take(s.certain);
        } else {
          for (const dated_match& m : settled_matches(p, bytes, text)) take(m.when);
        }
      }
    }
    return first;
  }

  // The matches as they stand at a moment.
  std::vector<text_span> matches(std::string_view bytes, const text_views& text, moment at) const {
    std::vector<text_span> all;
    const auto add_decided = [&](const std::vector<dated_match>& list) {
      for (const dated_match& m : list) {
        if (m.when <= at) all.push_back(m.where);
      }
    };
    if (spec_->match.how == expression::combine::all) {
      add_decided(combinations(bytes, text));
      return all;
    }
    for (const part_oracle& p : parts_) {
      if (!unless_.empty()) {
        add_decided(settled_matches(p, bytes, text));
        continue;
      }
      std::map<std::size_t, std::size_t> longest;
      for (const span& s : p.spans(text)) {
        if (s.certain <= at) longest[s.from] = std::max(longest[s.from], s.to);
      }
      std::size_t covered = 0;
      for (const auto& [from, to] : longest) {
        if (to <= covered) continue;
        covered = to;
        all.push_back(text.original(text.in(p.view()), from, to));
      }
    }
    return all;
  }

 private:
  bool excused(std::string_view bytes, text_span where) const {
    const std::string_view own = bytes.substr(where.begin, where.end - where.begin);
    return std::any_of(unless_.begin(), unless_.end(), [&](const part_oracle& p) { return p.found_in(own); });
  }

  std::vector<dated_match> settled_matches(const part_oracle& p, std::string_view bytes, const text_views& text) const {
    std::map<std::size_t, std::size_t> longest;
    for (const span& s : p.spans(text)) {
      if (s.certain > p.settled(text, s.from)) throw std::logic_error("a match outlives what its pattern's facts say");
      longest[s.from] = std::max(longest[s.from], s.to);
    }
    std::vector<dated_match> all;
    std::size_t covered = 0;
    for (const auto& [from, to] : longest) {
      if (to <= covered) continue;
      covered = to;
      const text_span where = text.original(text.in(p.view()), from, to);
      if (!excused(bytes, where)) all.push_back({where, p.settled(text, from)});
    }
    return all;
  }

  // When nothing that ends at `end` of the text or before can be missing.
  moment complete(const text_views& text, std::uint64_t end) const {
    moment when = 0;
    for (std::size_t i = 0; i <= text.code_points() && text.offsets[i] <= end; ++i) when = 2 * i;
    for (const part_oracle& p : parts_) {
      if (!p.looks_ahead()) continue;
      const viewed& v = text.in(p.view());
      moment looked = text.end();
      for (std::size_t i = v.size(); i-- > 0;) {
        if (text.offsets[v.source[i]] >= end) looked = text.known(v, i + 1);
      }
      when = std::max(when, looked);
    }
    return when;
  }

  std::vector<dated_match> combinations(std::string_view bytes, const text_views& text) const {
    std::vector<std::vector<text_span>> shortest;  // of each part, for each begin
    std::set<std::uint64_t> ends;
    for (const part_oracle& p : parts_) {
      std::vector<text_span> list;
      std::size_t last = SIZE_MAX;
      for (const span& s : p.spans(text)) {
        if (s.from == last) continue;
        last = s.from;
        list.push_back(text.original(text.in(p.view()), s.from, s.to));
        ends.insert(list.back().end);
      }
      shortest.push_back(std::move(list));
    }
    std::vector<dated_match> all;
    for (const std::uint64_t end : ends) {
      const std::uint64_t earliest = end - std::min<std::uint64_t>(end, spec_->match.within);
      text_span where{end, end};
      bool complete_set = true;
      for (const auto& list : shortest) {
        const auto inside = [&](const text_span& s) { return s.begin >= earliest && s.end <= end; };
        const auto first = std::find_if(list.begin(), list.end(), inside);
        if (first == list.end()) {
          complete_set = false;
        } else {
          where.begin = std::min(where.begin, first->begin);
        }
      }
      if (complete_set && !excused(bytes, where)) all.push_back({where, complete(text, end)});
    }
    return all;
  }

  const rule_spec* spec_;
  std::vector<part_oracle> parts_;
  std::vector<part_oracle> unless_;
};

struct answer {
  stoplog::verdict verdict = stoplog::verdict::allow;
  std::uint64_t decided_at = 0;
  std::vector<finding> findings;    // by (end, rule, begin)
  std::uint64_t release_max = 0;    // of a blocked text: where its first blocked match begins

  // What goes out of the first `upto` bytes.
  std::string render(const std::vector<rule_spec>& rules, std::string_view text, std::uint64_t upto) const {
    std::vector<finding> redacting;
    for (const finding& f : findings) {
      if (rules[f.rule].effect == stoplog::verdict::redact && f.where.begin < upto) redacting.push_back(f);
    }
    std::sort(redacting.begin(), redacting.end(), [](const finding& a, const finding& b) {
      return std::tie(a.where.begin, a.rule) < std::tie(b.where.begin, b.rule);
    });
    std::string out;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < redacting.size();) {
      const std::uint64_t begin = redacting[i].where.begin;
      out += text.substr(at, begin - at);
      out += rules[redacting[i].rule].mask;
      std::uint64_t end = redacting[i].where.end;
      for (; i < redacting.size() && redacting[i].where.begin <= end; ++i) end = std::max(end, redacting[i].where.end);
      at = std::min(end, upto);
    }
    return out += text.substr(at, upto - at);
  }
};

class rule_set_oracle {
 public:
  rule_set_oracle(const std::vector<rule_spec>& rules, surface where) {
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      if (rules[i].surfaces.contains(where)) rules_.push_back({i, rule_oracle(rules[i])});
    }
  }

  answer judge(std::string_view bytes) const {
    const text_views text(bytes);
    std::optional<moment> block;
    for (const auto& [index, rule] : rules_) {
      if (rule.spec().effect != stoplog::verdict::block) continue;
      if (const auto when = rule.fires(bytes, text)) block = std::min(block.value_or(*when), *when);
    }
    const moment at = block.value_or(text.end());
    answer a;
    a.release_max = bytes.size();
    for (const auto& [index, rule] : rules_) {
      for (const text_span where : rule.matches(bytes, text, at)) {
        const finding f{index, where};
        if (std::find(a.findings.begin(), a.findings.end(), f) == a.findings.end()) a.findings.push_back(f);
        a.verdict = std::max(a.verdict, rule.spec().effect);
        if (rule.spec().effect == stoplog::verdict::block) a.release_max = std::min(a.release_max, where.begin);
      }
    }
    std::sort(a.findings.begin(), a.findings.end(), [](const finding& x, const finding& y) {
      return std::tie(x.where.end, x.rule, x.where.begin) < std::tie(y.where.end, y.rule, y.where.begin);
    });
    if (block) a.decided_at = at > 2 * text.code_points() ? bytes.size() : text.offsets[at / 2];
    return a;
  }

 private:
  struct entry {
    std::uint32_t index;
    rule_oracle rule;
  };
  std::vector<entry> rules_;
};

}  // namespace stoplog::match::oracle
