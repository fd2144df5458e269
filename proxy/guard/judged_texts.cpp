#include "guard/judged_texts.hpp"

#include <algorithm>
#include <string>

namespace stoplog::guard {

judged_texts::judged_texts(std::size_t entries) : marks_(std::max<std::size_t>(1, entries / ways) * ways) {}

judged_texts::mark judged_texts::mark_of(std::string_view text, surface where, form as, std::string_view policy_digest) const {
  std::string context{static_cast<char>(where.direction), static_cast<char>(where.role), static_cast<char>(where.channel),
                      static_cast<char>(as)};
  context += policy_digest;
  return hash_.of(context, text);
}

std::span<judged_texts::mark> judged_texts::bucket(const mark& m) noexcept {
  const std::size_t number = (m[0] >> 1U) % (marks_.size() / ways);
  return std::span(marks_).subspan(number * ways, ways);
}

bool judged_texts::contain(const mark& m) noexcept {
  const auto places = bucket(m);
  const auto found = std::find(places.begin(), places.end(), m);
  if (found == places.end()) return false;
  std::rotate(places.begin(), found, found + 1);
  return true;
}

void judged_texts::add(const mark& m) noexcept {
  const auto places = bucket(m);
  std::rotate(places.begin(), places.end() - 1, places.end());
  places.front() = m;
}

}  // namespace stoplog::guard
