#include "match/host_list.hpp"

#include "match/code_points.hpp"
#include "match/lexicon.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <functional>

namespace stoplog::match {
namespace {

constexpr std::size_t slots_min = 64;

// Whether what stands at `at` is of a word or label: ASCII letters, digits, - and
// _, and letters of scripts that are written with spaces.
bool joins_at(std::string_view text, std::size_t at) noexcept {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) return joins_words(c) || c == '-';
  const auto decoded = text::decode_front(text.substr(at));
  return !decoded || joins_words(decoded->code_point);
}

bool joins_before(std::string_view text, std::size_t at) noexcept {
  std::size_t before = at - 1;
  while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0U) == 0x80) --before;
  return joins_at(text, before);
}

// Where the label at `at` ends. One that begins in Han or its like, which stand
// side by side with whatever is before them, may go on in them.
std::size_t label_end(std::string_view text, std::size_t at, std::size_t far, bool wide) noexcept {
  while (at < far && (joins_at(text, at) || (wide && static_cast<unsigned char>(text[at]) >= 0x80))) ++at;
  return at;
}

}  // namespace

bool host_list::add(std::string_view host) {
  std::string folded = text::fold(host);
  while (folded.ends_with('.')) folded.pop_back();
  if (folded.empty() || folded.size() > host_bytes_max) return true;
  if ((places_.size() + 1) * 2 > slots_.size()) grow();
  const std::size_t slot = slot_of(folded);
  if (slots_[slot] != 0) return false;
  const auto size = static_cast<std::uint32_t>(folded.size());
  places_.push_back({static_cast<std::uint32_t>(bytes_.size()), size});
  bytes_ += folded;
  slots_[slot] = static_cast<std::uint32_t>(places_.size());
  const auto code_points = static_cast<std::uint32_t>(count_code_points(folded));
  bytes_max_ = std::max<std::size_t>(bytes_max_, size);
  code_points_max_ = std::max(code_points_max_, code_points);
  code_points_min_ = std::min(code_points_min_, code_points);
  for (const char c : folded) used_.set(static_cast<unsigned char>(c));
  first_.set(static_cast<unsigned char>(folded[0]));
  return true;
}

bool host_list::contains(std::string_view folded) const noexcept {
  return !slots_.empty() && slots_[slot_of(folded)] != 0;
}

std::size_t host_list::slot_of(std::string_view host) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(host) & mask;
  while (slots_[slot] != 0 && text_of(places_[slots_[slot] - 1]) != host) slot = (slot + 1) & mask;
  return slot;
}

void host_list::grow() {
  slots_.assign(slots_.empty() ? slots_min : slots_.size() * 2, 0);
  for (std::size_t i = 0; i < places_.size(); ++i) slots_[slot_of(text_of(places_[i]))] = static_cast<std::uint32_t>(i + 1);
}

std::optional<std::size_t> host_list::end_at(std::string_view text, std::size_t at, std::size_t limit) const noexcept {
  if (at >= text.size() || slots_.empty() || !first_[static_cast<unsigned char>(text[at])]) return std::nullopt;
  const bool wide = !joins_at(text, at);
  if (!wide && at > 0 && joins_before(text, at)) return std::nullopt;
  // What goes on beyond this is longer than any that is listed.
  const std::size_t far = std::min(text.size(), at + bytes_max_ + 2);
  std::size_t end = label_end(text, at, far, wide);
  while (end < far && text[end] == '.') {
    const std::size_t next = label_end(text, end + 1, far, wide);
    if (next == end + 1) break;
    end = next;
  }
  const std::string_view host = text.substr(at, end - at);
  if (end < far && text[end] == '.') ++end;
  if (end > limit || !contains(host)) return std::nullopt;
  return end;
}

}  // namespace stoplog::match
