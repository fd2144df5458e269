#include "match/held_text.hpp"

#include "match/code_points.hpp"
#include "text/leet.hpp"

#include <algorithm>

namespace stoplog::match {

bool held_text::append(std::string_view piece) {
  raw_.append(piece);
  const std::size_t before = folded_.size();
  const bool valid = folder_.feed(piece, folded_, map_);
  if (rare_) rare_->append(std::string_view(folded_).substr(before));
  return valid;
}

void held_text::rare_views::append(std::string_view folded) {
  if (used.leet) {
    const std::size_t before = leet.size();
    leet += folded;
    const auto added = leet.begin() + static_cast<std::ptrdiff_t>(before);
    std::transform(added, leet.end(), added, text::leet);
  }
  if (used.squeezed) squeezer.feed(folded, squeezed, squeezed_map);
}

std::uint64_t held_text::folded_offset(std::uint64_t at) const noexcept {
  return at == map_.original_end() ? map_.folded_end() : map_.folded_before(at);
}

std::uint64_t held_text::begin_of(view v, std::uint64_t at, std::uint64_t upto) const {
  if (v == view::raw) return std::min(upto, at);
  if (v == view::squeezed) {
    if (at == rare_->squeezed_map.folded_end()) return std::min(upto, map_.original_end());
    at = rare_->squeezed_map.begin_of(at);
  }
  return at == map_.folded_end() ? std::min(upto, map_.original_end()) : std::min(upto, map_.begin_of(at));
}

text_span held_text::original(view v, std::uint64_t begin, std::uint64_t end) const {
  if (v == view::raw) return {begin, end};
  if (v == view::squeezed) return {map_.begin_of(rare_->squeezed_map.begin_of(begin)), map_.end_of(rare_->squeezed_map.end_of(end - 1) - 1)};
  return {map_.begin_of(begin), map_.end_of(end - 1)};
}

std::uint64_t held_text::view_offset(view v, std::uint64_t at) const noexcept {
  if (v == view::raw) {
    while (at >= raw_base_ && at < fed() && continues_code_point(raw_[at - raw_base_])) ++at;
    return at;
  }
  const std::uint64_t folded = folded_offset(at);
  if (v != view::squeezed) return folded;
  return folded == rare_->squeezed_map.original_end() ? rare_->squeezed_map.folded_end() : rare_->squeezed_map.folded_before(folded);
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
  if (rare_ && rare_->used.squeezed) {
    const std::uint64_t squeezed_at = view_offset(view::squeezed, at);
    const std::size_t cut = backward(rare_->squeezed, squeezed_at - rare_->squeezed_base, 1);
    if (rare_->squeezed_base + cut < rare_->squeezed_map.folded_end()) at = std::min(at, begin_of(view::squeezed, rare_->squeezed_base + cut, at));
    rare_->squeezed.erase(0, cut);
    rare_->squeezed_base += cut;
  }
  const std::uint64_t folded_at = view_offset(view::folded, at);
  const std::size_t raw_cut = backward(raw_, at - raw_base_, 1);
  raw_.erase(0, raw_cut);
  raw_base_ += raw_cut;
  const std::size_t folded_cut = backward(folded_, folded_at - folded_base_, 1);
  folded_.erase(0, folded_cut);
  if (rare_ && rare_->used.leet) rare_->leet.erase(0, folded_cut);
  folded_base_ += folded_cut;
  map_.forget_before(folded_base_);
  if (rare_ && rare_->used.squeezed) rare_->squeezed_map.forget_before(rare_->squeezed_base);
}

}  // namespace stoplog::match
