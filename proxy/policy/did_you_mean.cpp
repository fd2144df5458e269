#include "policy/did_you_mean.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace stoplog::policy {
namespace {

constexpr std::size_t word_bytes_max = 64;  // longer ones are not slips of a pen

// What people of other systems write for our words.
struct synonym {
  std::string_view word, ours;
};
constexpr synonym synonyms[] = {
    {"mask", "redact"},      {"replace", "redact"},   {"deny", "block"},        {"reject", "block"},    {"refuse", "block"},
    {"drop", "block"},       {"log", "observe"},      {"alert", "observe"},     {"monitor", "observe"}, {"warn", "observe"},
    {"block", "enforce"},    {"on", "enforce"},       {"active", "enforce"},    {"enabled", "enforce"}, {"live", "enforce"},
    {"no", "off"},           {"false", "off"},        {"disabled", "off"},      {"none", "off"},        {"log", "shadow"},
    {"dry-run", "shadow"},   {"report", "shadow"},    {"monitor", "shadow"},    {"observe", "shadow"},  {"ignore", "allow"},
    {"answer", "response"},  {"answers", "response"}, {"output", "response"},   {"outputs", "response"},
    {"prompt", "request"},   {"input", "request"},    {"inputs", "request"},    {"true", "match"},      {"false", "no_match"},
    {"pattern", "regex"},    {"re", "regex"},         {"keywords", "words"},    {"phrases", "words"},   {"list", "in_list"},
    {"except", "unless"},    {"not", "unless"},       {"name", "id"},          {"labels", "frameworks"},
    {"error", "high"},       {"warning", "medium"},   {"major", "high"},        {"minor", "low"},       {"blocker", "critical"},
};

bool is_number(std::string_view word) { return word.find_first_not_of("0123456789.") == std::string_view::npos; }

std::string_view synonym_of(std::string_view word, std::span<const std::string_view> known) {
  for (const auto& s : synonyms) {
    if (s.word == word && std::find(known.begin(), known.end(), s.ours) != known.end()) return s.ours;
  }
  return {};
}

// Insertions, deletions, substitutions, and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > word_bytes_max || is_number(word)) return {};
  std::string_view nearest = synonym_of(word, known);
  std::size_t least = nearest.empty() ? 4 : 0;
  for (const std::string_view candidate : known) {
    if (candidate.size() > word_bytes_max) continue;
    const std::size_t distance = edit_distance(word, candidate);
    const std::size_t allowed = std::min<std::size_t>((candidate.size() + 1) / 3, 3);
    if (distance <= allowed && distance < least && distance < candidate.size()) {
      least = distance;
      nearest = candidate;
    }
  }
  if (nearest.empty()) return {};
  return "; did you mean \"" + std::string(nearest) + "\"?";
}

}  // namespace stoplog::policy
