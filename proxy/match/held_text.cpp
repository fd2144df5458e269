#include "match/held_text.hpp"

#include "match/code_points.hpp"

#include <algorithm>

namespace stoplog::match {

bool held_text::append(std::string_view piece) {
  raw_.append(piece);
  return folder_.feed(piece, folded_, map_);
}

held_text::piece held_text::in(view v, std::uint64_t upto) const noexcept {
  if (v == view::raw) {
    return {std::string_view(raw_).substr(0, upto - raw_base_), raw_base_};
  }
  const std::uint64_t end = upto == map_.original_end() ? map_.folded_end() : map_.folded_before(upto);
  return {std::string_view(folded_).substr(0, end - folded_base_), folded_base_};
}

std::uint64_t held_text::begin_of(view v, std::uint64_t at, std::uint64_t upto) const {
  if (v == view::raw) return std::min(upto, at);
  return at == map_.folded_end() ? std::min(upto, map_.original_end()) : std::min(upto, map_.begin_of(at));
}

text_span held_text::original(view v, std::uint64_t begin, std::uint64_t end) const {
  if (v == view::raw) return {begin, end};
  return {map_.begin_of(begin), map_.end_of(end - 1)};
}

std::uint64_t held_text::view_offset(view v, std::uint64_t at) const noexcept {
  if (v == view::raw) return at;
  return at == map_.original_end() ? map_.folded_end() : map_.folded_before(at);
}

std::string_view held_text::raw(text_span where) const noexcept {
  if (where.begin < raw_base_ || where.end > fed() || where.begin > where.end) return {};
  return std::string_view(raw_).substr(where.begin - raw_base_, where.end - where.begin);
}

std::uint64_t held_text::border_before(std::uint64_t at) const noexcept {
  while (at > raw_base_ && at < fed() && continues_code_point(raw_[at - raw_base_])) --at;
  return at;
}

void held_text::forget_before(std::uint64_t at) {
  const std::uint64_t folded_at = view_offset(view::folded, at);
  const std::size_t raw_cut = backward(raw_, at - raw_base_, 1);
  raw_.erase(0, raw_cut);
  raw_base_ += raw_cut;
  const std::size_t folded_cut = backward(folded_, folded_at - folded_base_, 1);
  folded_.erase(0, folded_cut);
  folded_base_ += folded_cut;
  map_.forget_before(folded_base_);
}

}  // namespace stoplog::match
