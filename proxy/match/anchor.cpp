#include "match/anchor.hpp"

#include "match/code_points.hpp"

#include <algorithm>

namespace stoplog::match {
namespace {

// About how often a byte is met in prose and code.
double frequency(char byte) noexcept {
  if (byte == ' ') return 0.15;
  if (byte >= 'a' && byte <= 'z') return 0.04;
  if (byte >= '0' && byte <= '9') return 0.01;
  if (static_cast<unsigned char>(byte) >= 0x80) return 0.02;
  return 0.006;
}

double frequency(const std::string& literal) noexcept {
  double product = 1;
  for (std::size_t i = 0; i < literal.size() && i < 8; ++i) product *= frequency(literal[i]);
  return product;
}

double cost_of(const std::vector<std::string>& literals, const literal_counts& counts) {
  double sum = 0;
  for (const std::string& literal : literals) {
    const auto found = counts.find(literal);
    sum += frequency(literal) * (8 + (found == counts.end() ? 0 : found->second));
  }
  return sum / 8;
}

// Of literals that are more frequent than this nothing is gained.
constexpr double sign_cost_max = 0.02;
constexpr double second_sign_cost_max = 0.001;
constexpr double prefix_frequency_max = 0.003;
constexpr std::uint32_t apart_min = 4;
constexpr std::size_t narrow_bytes_max = 96;

std::uint32_t code_points_min(const std::vector<std::string>& literals) {
  std::uint64_t shortest = UINT32_MAX;
  for (const std::string& literal : literals) shortest = std::min(shortest, count_code_points(literal));
  return static_cast<std::uint32_t>(shortest);
}

lead lead_of(const pattern_facts& facts) noexcept {
  if (facts.leading_every.text_begin) return lead::text;
  if (facts.leading_every.line_begin) return lead::line;
  if (facts.leading_every.word_boundary) return lead::word;
  return lead::anywhere;
}

// Whether the literals say better than the bytes where a match may begin.
bool prefixes_lead(const pattern_facts& facts) {
  if (facts.prefixes.empty()) return false;
  double sum = 0;
  for (const std::string& literal : facts.prefixes) sum += frequency(literal);
  return sum <= prefix_frequency_max || facts.bytes.count() > narrow_bytes_max;
}

// A sign inside is told from the literal that began the match, so it must not be
// over before that is.
bool comes_after_prefix(const pattern_facts& facts) {
  std::uint64_t longest = 0;
  for (const std::string& literal : facts.prefixes) longest = std::max(longest, count_code_points(literal));
  return facts.required.before_min + code_points_min(facts.required.any_of) >= longest;
}

// Signs rarer than this are as good as each other; then the one that comes
// sooner is better, for less is held until it must have come.
constexpr double rare_enough = 1e-7;

void use_sign(anchor& a, anchor::sign what, const std::vector<std::string>& literals, std::uint32_t before_min,
              std::uint32_t before_max, const literal_counts& counts) {
  if (literals.empty()) return;
  const double cost = cost_of(literals, counts);
  if (cost >= a.sign_cost) {
    const bool sooner = a.what == anchor::sign::suffix && before_max < a.before_max && cost < rare_enough;
    if (!sooner) return;
  } else if (a.what == anchor::sign::suffix && a.sign_cost < rare_enough && before_max >= a.before_max) {
    return;
  }
  a.sign_cost = cost;
  a.what = what;
  a.signs = literals;
  a.before_min = before_min;
  a.before_max = before_max;
}

}  // namespace

void count_literals(const part_matcher& part, literal_counts& counts) {
  const pattern_facts& facts = part.facts();
  std::vector<std::string> all = facts.prefixes;
  all.insert(all.end(), facts.suffixes.begin(), facts.suffixes.end());
  all.insert(all.end(), facts.required.any_of.begin(), facts.required.any_of.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const std::string& literal : all) ++counts[literal];
}

anchor choose_anchor(const part_matcher& part, const literal_counts& counts) {
  const pattern_facts& facts = part.facts();
  anchor a;
  a.inside = byte_set(facts.bytes);
  a.first = byte_set(facts.first_bytes);
  if (const auto phrases = part.phrases(); !phrases.empty()) {
    a.begins = lead::phrase;
    a.prefixes.assign(phrases.begin(), phrases.end());
    a.what = anchor::sign::prefix;
    a.signs = a.prefixes;
    a.sign_cost = cost_of(a.signs, counts);
    return a;
  }
  a.begins = part.is_phrases() ? lead::phrase : lead_of(facts);
  const bool by_literals = prefixes_lead(facts);
  a.sign_cost = by_literals ? second_sign_cost_max : sign_cost_max;
  const std::uint32_t longest = *part.code_points_max();
  const std::uint32_t shortest_suffix = std::min(longest, code_points_min(facts.suffixes));
  use_sign(a, anchor::sign::suffix, facts.suffixes, 0, longest - shortest_suffix, counts);
  if (comes_after_prefix(facts)) {
    use_sign(a, anchor::sign::inside, facts.required.any_of, facts.required.before_min,
             std::min(longest, facts.required.before_max.value_or(longest)), counts);
  }
  if (!by_literals) return a;
  a.prefixes = facts.prefixes;
  // A sign that comes after the beginning counts only together with it, so it
  // is the better one, unless it is the beginning over again.
  if (a.what == anchor::sign::length || a.before_max < apart_min) {
    a.sign_cost = 1e9;
    a.what = anchor::sign::length;
    use_sign(a, anchor::sign::prefix, facts.prefixes, 0, 0, counts);
  }
  return a;
}

bool leads_at_length(std::uint8_t leads, std::string_view text, std::size_t at, bool text_begins) noexcept {
  const auto has = [leads](lead l) { return (leads & static_cast<std::uint8_t>(l)) != 0; };
  if (has(lead::anywhere)) return true;
  if (at == 0 && !text_begins) return true;  // what stands before is not known
  const char before = at == 0 ? '\0' : text[at - 1];
  if (has(lead::text) && at == 0) return true;
  if (has(lead::line) && (at == 0 || before == '\n')) return true;
  if (has(lead::word)) {
    const auto is_word = [](char c) { return word_bytes[static_cast<unsigned char>(c)]; };
    if ((at != 0 && is_word(before)) != (at < text.size() && is_word(text[at]))) return true;
  }
  return has(lead::phrase) && breaks_word(text, at);
}

}  // namespace stoplog::match
