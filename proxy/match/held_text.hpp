// The end of a text that comes in pieces, in those views that are used, as far back as
// somebody may still ask for it. Offsets are absolute: from the text's start.
#pragma once

#include "match/rule_spec.hpp"
#include "match/stream.hpp"
#include "text/fold.hpp"
#include "text/offset_map.hpp"
#include "text/squeezer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace stoplog::match {

class held_text {
 public:
  // Of leet and squeezed text, whether there is any.
  struct uses {
    bool leet = false;
    bool squeezed = false;
  };
  held_text() = default;
  explicit held_text(uses used) {
    if (used.leet || used.squeezed) rare_ = std::make_unique<rare_views>(used);
  }

  // False when the text is not UTF-8; what precedes the invalid byte is in.
  bool append(std::string_view piece);

  // Where what is held begins; bytes that came in, and of those the ones in
  // whole code points.
  std::uint64_t begin() const noexcept { return raw_base_; }
  std::uint64_t fed() const noexcept { return raw_base_ + raw_.size(); }
  std::uint64_t whole() const noexcept { return map_.original_end(); }
  bool inside_sequence() const noexcept { return folder_.pending() != 0; }

  // What a view holds of the first `upto` bytes of the text; upto is a border
  // between code points. `base` is the offset of the piece in its view.
  struct piece {
    std::string_view text;
    std::uint64_t base;
    std::uint64_t end() const noexcept { return base + text.size(); }
  };
  piece in(view v, std::uint64_t upto) const noexcept {
    piece p = all_of(v);
    if (v == view::raw) p.text = {p.text.data(), static_cast<std::size_t>(upto - p.base)};
    else if (upto != whole()) p.text = {p.text.data(), static_cast<std::size_t>(view_offset(v, upto) - p.base)};
    return p;
  }

  // Offsets of a view as offsets of the text. For release positions: where the
  // code point at `at` of the view begins; never beyond `upto`.
  std::uint64_t begin_of(view v, std::uint64_t at, std::uint64_t upto) const;
  text_span original(view v, std::uint64_t begin, std::uint64_t end) const;
  // The offset in a view of the first code point that begins at or after `at`.
  std::uint64_t view_offset(view v, std::uint64_t at) const noexcept;

  // Bytes of the text; empty when they are not all held.
  std::string_view raw(text_span where) const noexcept;

  // The border between code points at `at` of the text, or the last before it.
  std::uint64_t border_before(std::uint64_t at) const noexcept;

  // Nothing before `at` of the text will be asked for again, except one code
  // point of context in each view.
  void forget_before(std::uint64_t at);

 private:
  // What few policies need, and then few of their texts.
  struct rare_views {
    explicit rare_views(uses u) : used(u) {}
    void append(std::string_view folded);

    uses used;
    std::string leet;               // begins and ends where folded_ does
    std::string squeezed;
    text::squeezer squeezer;
    text::offset_map squeezed_map;  // from squeezed to folded_
    std::uint64_t squeezed_base = 0;
  };

  piece all_of(view v) const noexcept {
    if (v == view::folded) return {folded_, folded_base_};
    if (v == view::raw) return {raw_, raw_base_};
    if (v == view::leet) return {rare_->leet, folded_base_};
    return {rare_->squeezed, rare_->squeezed_base};
  }
  std::uint64_t folded_offset(std::uint64_t at) const noexcept;

  std::string raw_;
  std::string folded_;
  std::unique_ptr<rare_views> rare_;
  text::offset_map map_;
  text::folder folder_;
  std::uint64_t raw_base_ = 0;
  std::uint64_t folded_base_ = 0;
};

}  // namespace stoplog::match
