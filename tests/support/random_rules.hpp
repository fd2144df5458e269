// Random rules over a small vocabulary, and texts in which their matches are
// planted whole, cut, with something before and with something after. All
// words are harmless placeholders.
#pragma once

#include "match/pattern.hpp"
#include "match/rule_spec.hpp"
#include "support/random_patterns.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace stoplog::match::testing {

class random_rules : public random_patterns {
 public:
  using random_patterns::random_patterns;

  std::vector<rule_spec> rules() {
    std::vector<rule_spec> list;
    const int count = 1 + below(6);
    for (int i = 0; i < count; ++i) list.push_back(rule());
    return list;
  }

  // More rules than have windows on one literal, runs, or plans of their own.
  std::vector<rule_spec> crowd() {
    std::vector<rule_spec> list;
    const bool same_begin = one_in(2);
    for (int i = 0; i < 75; ++i) {
      rule_spec r;
      r.effect = one_in(60) ? verdict::block : one_in(2) ? verdict::allow : verdict::redact;
      std::string set;
      for (const char c : {'a', 'b', 'c', 'x', '0', '1', ' ', 'z'}) {
        if (one_in(2)) set += c;
      }
      const std::string tail = "[" + set + "k]{1," + std::to_string(1 + below(6)) + "}";
      part p;
      p.view = i % 5 == 0 ? view::raw : view::folded;
      p.regex = (same_begin ? "key" : "") + tail + (one_in(2) ? "-" : "") + (one_in(3) ? R"(\b)" : "");
      r.match.parts.push_back(p);
      // Each on surfaces of its own, all on that of the tests.
      r.surfaces.channels = static_cast<std::uint16_t>(1U << static_cast<unsigned>(channel::content) | static_cast<unsigned>(below(1024)));
      r.surfaces.roles = static_cast<std::uint8_t>(1U << static_cast<unsigned>(role::assistant) | static_cast<unsigned>(below(128)));
      list.push_back(std::move(r));
    }
    samples_ = {[this] { return pick(std::vector<std::string>{"key", "a", "b", "0", "1", " ", "x", "kk", "-", "cc", "z"}); }};
    return list;
  }

  // Of the rules made last.
  std::string text() {
    std::string out;
    // A few are long enough to be forgotten in parts, and gone over in steps.
    const int pieces = one_in(60) ? below(200) : one_in(8) ? below(60) : below(9);
    for (int i = 0; i < pieces; ++i) {
      const std::string planted = dressed(pick(samples_)());
      switch (below(9)) {
        case 0: out += planted.substr(0, cut(planted)); break;
        case 1: out += planted.substr(cut(planted)); break;
        case 2: out += filler() + planted; break;
        case 3: out += planted + filler(); break;
        case 4: out += filler(); break;
        case 5: out += " "; break;
        default: out += planted;
      }
    }
    return out;
  }

  static constexpr std::size_t opaque_depth = 250;

 private:
  // A cut between code points.
  std::size_t cut(const std::string& text) {
    std::size_t at = text.empty() ? 0 : static_cast<std::size_t>(below(static_cast<int>(text.size())));
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) ++at;
    return at;
  }

  // Some with digits for letters, some spelled apart.
  std::string dressed(std::string text) {
    const int way = below(6);
    if (way == 0) {
      for (char& c : text) c = c == 'e' ? '3' : c == 'o' ? '0' : c == 's' ? '$' : c == 'a' && one_in(2) ? '4' : c;
    }
    return way == 1 ? spelled_apart(text) : text;
  }

  std::string spelled_apart(const std::string& text) {
    // A cut character is none.
    if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz 0123456789") != std::string::npos) return text;
    std::string apart;
    const std::string between = pick(std::vector<std::string>{" ", ".", "- ", "\xC2\xB7", "12345", "........."});
    for (const char c : text) apart += one_in(6) ? std::string(1, c) : between + c;
    return apart;
  }

  part make_part(bool& bounded) {
    part p;
    static const std::vector<view> usual{view::raw, view::raw, view::raw, view::folded, view::folded, view::folded, view::leet, view::squeezed};
    p.view = pick(usual);
    if (one_in(5)) {
      static const std::vector<std::string> phrases{"key", "key logger", "a", "ab", "secret word", "c++", "x-1", "\xC3\xA9t\xC3\xA9"};
      for (int n = 1 + below(3); n > 0; --n) p.words.push_back(pick(phrases));
      if (p.view == view::squeezed) p.words = {"key", "secret word"};
      const std::vector<std::string> words = p.words;
      if (one_in(3)) {
        p.list = std::make_shared<std::unordered_set<std::string>>(words.begin(), words.end());
        p.words.clear();
      }
      samples_.push_back([this, words] { return pick(words); });
      return p;
    }
    if (one_in(14)) {
      p.regex = R"(\b[0-9](?:[ -]?[0-9]){3,18}\b)";
      p.check = check::luhn;
      samples_.push_back([] { return std::string("4242 4242-4242 4242"); });
      return p;
    }
    const pattern made = edged();
    p.regex = made.regex;
    // Nested more deeply than our parser looks: RE2 alone knows what it means.
    if (p.view == view::raw && one_in(12)) {
      p.regex = std::string(opaque_depth, '(') + p.regex + std::string(opaque_depth, ')');
      bounded = false;
    }
    // Not every pattern means something in every view.
    if (p.view != view::raw && !fold_pattern(p.regex, p.view).refusal.empty()) p.view = one_in(2) ? view::folded : view::raw;
    bounded = bounded && made.bounded;
    samples_.push_back(made.sample);
    if (p.view == view::squeezed) samples_.push_back([this, sample = made.sample] { return spelled_apart(sample()); });
    return p;
  }

  rule_spec rule() {
    rule_spec r;
    static const std::vector<verdict> effects{verdict::redact, verdict::redact, verdict::redact, verdict::block, verdict::allow};
    r.effect = pick(effects);
    r.mask = "<" + std::to_string(samples_.size()) + ">";
    if (one_in(3)) {
      r.mask_of = [mask = r.mask](std::string& out, std::string_view matched) { out.append(mask).append(matched.rbegin(), matched.rend()); };
    }
    bool bounded = true;
    if (one_in(7)) {
      guard_tails(r);
      return r;
    }
    for (int n = 1 + below(3); n > 0; --n) r.match.parts.push_back(make_part(bounded));
    if (one_in(4)) combine(r, bounded);
    if (one_in(4)) {
      bool ignored = true;
      r.match.unless.push_back(make_part(ignored));
    }
    if (!bounded || one_in(10)) r.max_length = static_cast<std::uint32_t>(1 + below(12));
    return r;
  }

  // A head, a gap that may have no end, and a thing that it is about.
  part make_part_with_tail() {
    static const std::vector<std::string> gaps{"", " ", ".{0,6}", ".{0,6}?", "[^x]{0,12}", "[a-z ]*", ".*", R"(\b.{1,4}\b)", R"((?s:.{0,9}))"};
    static const std::vector<std::string> things{"key", "logger", "key ?logger", "(?:key|a b|abc)", "(?:key )?log(?:ger)?", "secrets?", "aba",
                                                 "\xC3\xA9t\xC3\xA9", "4242", "(?i)Key", "k[ei]y", "a b{2}", "flag"};
    static const std::vector<std::string> backs{"", "", "", R"(\b)", R"(\b)", "$", R"(\B)", R"((?:\b|x))"};
    static const std::vector<view> usual{view::raw, view::raw, view::folded, view::folded, view::leet};
    part p;
    p.view = pick(usual);
    const pattern head = edged();
    const std::string gap = pick(gaps), thing = pick(things);
    p.regex = "(?:" + head.regex + ")" + gap + thing + pick(backs);
    if (one_in(5)) p.regex = "(?:" + thing + "|" + p.regex + ")";
    if (p.view != view::raw && !fold_pattern(p.regex, p.view).refusal.empty()) p.view = view::raw;
    samples_.push_back([this, sample = head.sample] {
      static const std::vector<std::string> between{"", " ", "a", " b ", "key", "zzz", "\n"};
      static const std::vector<std::string> ends{"key", "Key", "logger", "key logger", "keylogger", "abc", "a b", "log", "secret", "secrets", "aba",
                                                 "\xC3\xA9t\xC3\xA9", "4242", "kiy", "a bb", "\xEF\xAC\x82" "ag", "k\xC3\xA9y", "abaBA"};
      return sample() + pick(between) + pick(ends);
    });
    return p;
  }

  void guard_tails(rule_spec& r) {
    r.match.guards_tail = true;
    r.effect = one_in(5) ? verdict::allow : verdict::block;
    for (int n = 1 + below(2); n > 0; --n) r.match.parts.push_back(make_part_with_tail());
    if (one_in(8)) r.max_length = static_cast<std::uint32_t>(3 + below(20));
  }

  void combine(rule_spec& r, bool& bounded) {
    r.match.within = static_cast<std::uint32_t>(1 + below(40));
    r.match.how = expression::combine::all;
    if (one_in(2)) {
      r.match.how = expression::combine::at_least;
      const auto things = static_cast<std::uint32_t>(2 + below(2));
      while (r.match.parts.size() < things || one_in(3)) r.match.parts.push_back(make_part(bounded));
      for (std::uint32_t i = 0; i < r.match.parts.size(); ++i) r.match.things.push_back(i % things);
      r.match.count = 2 + static_cast<std::uint32_t>(below(static_cast<int>(things) - 1));
    }
    if (r.match.needed() > 1 && one_in(2)) {
      r.match.guards_tail = true;
      r.effect = one_in(4) ? verdict::allow : verdict::block;
    }
  }

  std::vector<sampler> samples_{[this] { return filler(); }};
};

}  // namespace stoplog::match::testing
