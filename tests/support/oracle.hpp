// What a stream of match/ must say of a text, computed the plain way: the whole
// text at once, every rule, every span that RE2 accepts. Slow and obvious.
//
// The facts that define when something is decided (whether a pattern looks a
// code point ahead, which bytes its matches are made of) are taken from
// pattern.hpp; that they hold is checked here too.
#pragma once

#include "support/oracle_rule.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace stoplog::match::oracle {

struct answer {
  stoplog::verdict verdict = stoplog::verdict::allow;
  std::uint64_t decided_at = 0;
  std::vector<finding> findings;    // by (end, rule, begin)
  std::uint64_t release_max = 0;    // of a blocked text: where what is guarded of its first blocked match begins
  std::uint64_t match_begin = 0;    // of a blocked text: where the first blocked match begins

  // What goes out of the first `upto` bytes.
  std::string render(const std::vector<rule_spec>& rules, std::string_view text, std::uint64_t upto) const {
    std::vector<finding> redacting;
    for (const finding& f : findings) {
      if (rules[f.rule].effect == stoplog::verdict::redact && f.where.begin < upto) redacting.push_back(f);
    }
    std::sort(redacting.begin(), redacting.end(), [](const finding& a, const finding& b) {
      return std::tie(a.where.begin, a.rule, b.where.end) < std::tie(b.where.begin, b.rule, a.where.end);
    });
    std::string out;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < redacting.size();) {
      const std::uint64_t begin = redacting[i].where.begin;
      out += text.substr(at, begin - at);
      std::uint64_t end = redacting[i].where.end;
      rules[redacting[i].rule].append_mask(out, text.substr(begin, end - begin));
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
    a.release_max = a.match_begin = bytes.size();
    for (const auto& [index, rule] : rules_) {
      for (const told_match& m : rule.matches(bytes, text, at)) {
        const finding f{index, m.where};
        if (std::find(a.findings.begin(), a.findings.end(), f) == a.findings.end()) a.findings.push_back(f);
        a.verdict = std::max(a.verdict, rule.spec().effect);
        if (rule.spec().effect != stoplog::verdict::block) continue;
        a.release_max = std::min(a.release_max, m.where.begin);
        a.match_begin = std::min(a.match_begin, m.begin);
      }
    }
    std::sort(a.findings.begin(), a.findings.end(), [](const finding& x, const finding& y) {
      return std::tie(x.where.end, x.rule, x.where.begin) < std::tie(y.where.end, y.rule, y.where.begin);
    });
    if (block) a.decided_at = text.offset(at);
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
