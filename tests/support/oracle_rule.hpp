// The matches of one rule in a whole text, and when each is decided.
#pragma once

#include "support/oracle_part.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace stoplog::match::oracle {

// A match of a rule, and when it is one.
struct dated_match {
  text_span where;
  moment when;        // decided: it counts from then on
};

// A match as it is told of: of one whose tail alone is guarded, the tail.
struct told_match {
  text_span where;
  std::uint64_t begin;   // of the match
};

class rule_oracle {
 public:
  explicit rule_oracle(const rule_spec& spec) : spec_(&spec) {
    const bool is_kept = (spec.effect == verdict::allow || spec.match.guards_tail) && !combines();
    std::uint32_t cap = spec.max_length.value_or(is_kept ? 1024 : UINT32_MAX / 2);
    if (combines()) cap = std::min(cap, spec.match.within);
    for (const part& p : spec.match.parts) parts_.emplace_back(p, cap);
    for (const part& p : spec.match.unless) unless_.emplace_back(p, UINT32_MAX / 2);
  }

  const rule_spec& spec() const { return *spec_; }

  // When the rule has a match for certain; none: never.
  std::optional<moment> fires(std::string_view bytes, const text_views& text) const {
    std::optional<moment> first;
    const auto take = [&](moment when) { first = std::min(first.value_or(when), when); };
    if (combines()) {
      for (const dated_match& m : combinations(bytes, text)) take(m.when);
    } else {
      for (const part_oracle& p : parts_) {
        if (!excusable(p)) {
          for (const span& s : p.spans(text)) take(s.certain);
        } else {
          for (const dated_match& m : settled_matches(p, bytes, text)) take(m.when);
        }
      }
    }
    return first;
  }

  // The matches as they stand at a moment.
  std::vector<told_match> matches(std::string_view bytes, const text_views& text, moment at) const {
    std::vector<told_match> all;
    const auto add_decided = [&](const std::vector<dated_match>& list) {
      for (const dated_match& m : list) {
        if (m.when <= at) all.push_back({m.where, m.where.begin});
      }
    };
    if (combines()) {
      add_decided(combinations(bytes, text));
      return all;
    }
    for (const part_oracle& p : parts_) {
      if (excusable(p)) {
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
        const viewed& v = text.in(p.view());
        const std::size_t guarded = spec_->match.guards_tail ? p.tail_from(v, from, to) : from;
        all.push_back({text.original(v, guarded, to), text.original(v, from, to).begin});
      }
    }
    return all;
  }

 private:
  bool combines() const { return spec_->match.combines(); }

  bool excusable(const part_oracle& p) const { return !unless_.empty() || p.view() == view::squeezed; }

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
      if (p.counts(bytes.substr(where.begin, where.end - where.begin)) && !excused(bytes, where)) {
        all.push_back({where, p.settled(text, from)});
      }
    }
    return all;
  }

  // When nothing that ends at `end` of the text or before can be missing.
  moment complete(const text_views& text, std::uint64_t end) const {
    moment when = 0;
    for (std::size_t i = 0; i <= text.code_points() && text.offsets[i] <= end; ++i) when = 2 * i;
    for (const part_oracle& p : parts_) when = std::max(when, p.looked_beyond(text, end));
    return when;
  }

  struct part_match {
    std::uint32_t thing;
    text_span where;
    std::uint64_t known;   // bytes of the text that had to be seen
  };

  // Of each part, for each begin the shortest.
  std::vector<part_match> part_matches(std::string_view bytes, const text_views& text) const {
    std::vector<part_match> all;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      std::size_t last = SIZE_MAX;
      for (const span& s : parts_[i].spans(text)) {
        if (s.from == last) continue;
        last = s.from;
        const text_span where = text.original(text.in(parts_[i].view()), s.from, s.to);
        if (!parts_[i].counts(bytes.substr(where.begin, where.end - where.begin))) continue;
        all.push_back({spec_->match.thing_of(i), where, text.offset(s.certain)});
      }
    }
    return all;
  }

  // What is left to guard when `last` comes last: from where, for any choice of the
  // others, enough of them were known.
  std::optional<std::uint64_t> guarded_from(const part_match& last, const std::vector<part_match>& near) const {
    std::map<std::uint32_t, std::uint64_t> first_known;
    for (const part_match& m : near) {
      if (m.thing == last.thing) continue;
      const auto [place, added] = first_known.emplace(m.thing, m.known);
      if (!added) place->second = std::min(place->second, m.known);
    }
    std::vector<std::uint64_t> times;
    for (const auto& [thing, when] : first_known) times.push_back(when);
    std::sort(times.begin(), times.end());
    const std::size_t others = spec_->match.needed() - 1;
    if (times.size() < others) return std::nullopt;
    return std::max(last.where.begin, times[others - 1]);
  }

  std::vector<dated_match> combinations(std::string_view bytes, const text_views& text) const {
    const std::vector<part_match> found = part_matches(bytes, text);
    std::set<std::uint64_t> ends;
    for (const part_match& m : found) ends.insert(m.where.end);
    std::vector<dated_match> all;
    for (const std::uint64_t end : ends) {
      const std::uint64_t earliest = end - std::min<std::uint64_t>(end, spec_->match.within);
      std::vector<part_match> near;
      std::set<std::uint32_t> things;
      bool completed = false;
      text_span where{end, end};
      for (const part_match& m : found) {
        if (m.where.begin < earliest || m.where.end > end) continue;
        near.push_back(m);
        things.insert(m.thing);
        completed = completed || m.where.end == end;
        where.begin = std::min(where.begin, m.where.begin);
      }
      if (!completed || things.size() < spec_->match.needed() || excused(bytes, where)) continue;
      if (spec_->match.guards_tail) {
        std::optional<std::uint64_t> from;
        for (const part_match& m : near) {
          if (m.where.end != end) continue;
          if (const auto here = guarded_from(m, near)) from = std::min(from.value_or(*here), *here);
        }
        where = {from.value(), std::max(*from, end)};
      }
      all.push_back({where, complete(text, end)});
    }
    return all;
  }

  const rule_spec* spec_;
  std::vector<part_oracle> parts_;
  std::vector<part_oracle> unless_;
};

}  // namespace stoplog::match::oracle
