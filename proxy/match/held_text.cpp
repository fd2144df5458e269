#include "match/held_text.hpp"

#include "match/code_points.hpp"
#include "text/leet.hpp"

#include <algorithm>

namespace stoplog::match {

bool held_text::append(std::string_view piece) {
  raw_.append(piece);
  const std::size_t before = folded_.size();
  const bool valid = folder_.feed(piece, folded_, map_);
  const std::string_view added = std::string_view(folded_).substr(before);
  if (used_.leet) {
    leet_ += added;
    std::transform(leet_.begin() + static_cast<std::ptrdiff_t>(before), leet_.end(), leet_.begin() + static_cast<std::ptrdiff_t>(before), text::leet);
  }
  if (used_.squeezed) squeezer_.feed(added, squeezed_, squeezed_map_);
  return valid;
}

std::uint64_t held_text::folded_offset(std::uint64_t at) const noexcept {
  return at == map_.original_end() ? map_.folded_end() : map_.folded_before(at);
}

held_text::piece held_text::in(view v, std::uint64_t upto) const noexcept {
  const std::uint64_t end = view_offset(v, upto);
  switch (v) {
    case view::raw: return {std::string_view(raw_).substr(0, end - raw_base_), raw_base_};
    case view::leet: return {std::string_view(leet_).substr(0, end - folded_base_), folded_base_};
    case view::squeezed: return {std::string_view(squeezed_).substr(0, end - squeezed_base_), squeezed_base_};
    case view::folded: break;
  }
  return {std::string_view(folded_).substr(0, end - folded_base_), folded_base_};
}

std::uint64_t held_text::begin_of(view v, std::uint64_t at, std::uint64_t upto) const {
  if (v == view::raw) return std::min(upto, at);
  if (v == view::squeezed) {
    if (at == squeezed_map_.folded_end()) return std::min(upto, map_.original_end());
    at = squeezed_map_.begin_of(at);
  }
  return at == map_.folded_end() ? std::min(upto, map_.original_end()) : std::min(upto, map_.begin_of(at));
}

text_span held_text::original(view v, std::uint64_t begin, std::uint64_t end) const {
  if (v == view::raw) return {begin, end};
  if (v == view::squeezed) return {map_.begin_of(squeezed_map_.begin_of(begin)), map_.end_of(squeezed_map_.end_of(end - 1) - 1)};
  return {map_.begin_of(begin), map_.end_of(end - 1)};
}

std::uint64_t held_text::view_offset(view v, std::uint64_t at) const noexcept {
  if (v == view::raw) return at;
  const std::uint64_t folded = folded_offset(at);
  if (v != view::squeezed) return folded;
  return folded == squeezed_map_.original_end() ? squeezed_map_.folded_end() : squeezed_map_.folded_before(folded);
}

std::string_view held_text::raw(text_span where) const noexcept {
  if (where.begin < raw_base_ || where.end > fed() || where.begin > where.end) return {};
  return std::string_view(raw_).substr(where.begin - raw_base_, where.end - where.begin);
}

std::uint64_t held_text::border_before(std::uint64_t at) const noexcept {
  while (at > raw_base_ && at < fed() && continues_code_point(raw_[at - raw_base_])) --at;
  return at;
}

// The code point of context of the squeezed view may stand further back.
void held_text::forget_before(std::uint64_t at) {
  if (used_.squeezed) {
    const std::uint64_t squeezed_at = view_offset(view::squeezed, at);
    const std::size_t cut = backward(squeezed_, squeezed_at - squeezed_base_, 1);
    if (squeezed_base_ + cut < squeezed_map_.folded_end()) at = std::min(at, begin_of(view::squeezed, squeezed_base_ + cut, at));
    squeezed_.erase(0, cut);
    squeezed_base_ += cut;
  }
  const std::uint64_t folded_at = view_offset(view::folded, at);
  const std::size_t raw_cut = backward(raw_, at - raw_base_, 1);
  raw_.erase(0, raw_cut);
  raw_base_ += raw_cut;
  const std::size_t folded_cut = backward(folded_, folded_at - folded_base_, 1);
  folded_.erase(0, folded_cut);
  if (used_.leet) leet_.erase(0, folded_cut);
  folded_base_ += folded_cut;
  map_.forget_before(folded_base_);
  if (used_.squeezed) squeezed_map_.forget_before(squeezed_base_);
}

}  // namespace stoplog::match
