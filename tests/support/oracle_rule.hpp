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

class rule_oracle {
 public:
  explicit rule_oracle(const rule_spec& spec) : spec_(&spec) {
    std::uint32_t cap = spec.max_length.value_or(spec.effect == verdict::allow && !combines() ? 1024 : UINT32_MAX / 2);
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
    if (combines()) {
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
  bool combines() const { return spec_->match.how == expression::combine::all; }

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
    for (const part_oracle& p : parts_) when = std::max(when, p.looked_beyond(text, end));
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

}  // namespace stoplog::match::oracle
