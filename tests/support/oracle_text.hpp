// A whole text in both views, by code points, made without the code that streams
// are made of.
#pragma once

#include "match/rule_spec.hpp"
#include "match/stream.hpp"
#include "text/fold.hpp"
#include "text/leet.hpp"
#include "text/squeezer.hpp"
#include "text/utf8.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match::oracle {

// A moment in a text of n code points: 2 * k when k of them were seen, 2 * n + 1
// when its end was.
using moment = std::uint64_t;

// A text in one view, by code points.
struct viewed {
  std::string bytes;
  std::vector<std::size_t> at;      // where each code point begins, and the end
  std::vector<std::size_t> source;  // the code point of the text that it came from

  std::size_t size() const { return source.size(); }
  std::string_view slice(std::size_t from, std::size_t to) const {
    return std::string_view(bytes).substr(at[from], at[to] - at[from]);
  }
};

struct text_views {
  explicit text_views(std::string_view text) {
    for (std::size_t here = 0; here < text.size();) {
      const auto decoded = text::decode_front(text.substr(here));
      if (!decoded) throw std::invalid_argument("not UTF-8");
      const std::size_t source = offsets.size();
      offsets.push_back(here);
      add(raw, text.substr(here, decoded->length), source);
      std::string folded_one;
      text::append_folded(folded_one, decoded->code_point);
      add(folded, folded_one, source);
      for (char& c : folded_one) c = text::leet(c);
      add(leet, folded_one, source);
      add_squeezed(text.substr(here, decoded->length), source);
      here += decoded->length;
    }
    offsets.push_back(text.size());
    raw.at.push_back(raw.bytes.size());
    folded.at.push_back(folded.bytes.size());
    leet.at.push_back(leet.bytes.size());
    squeezed.at.push_back(squeezed.bytes.size());
  }

  const viewed& in(view v) const {
    switch (v) {
      case view::raw: return raw;
      case view::leet: return leet;
      case view::squeezed: return squeezed;
      case view::folded: break;
    }
    return folded;
  }
  std::size_t code_points() const { return offsets.size() - 1; }
  moment end() const { return 2 * code_points() + 1; }
  // How many bytes were seen at a moment.
  std::uint64_t offset(moment when) const { return offsets[std::min<std::size_t>(when / 2, code_points())]; }
  // When the first `count` code points of the view are known.
  moment known(const viewed& v, std::size_t count) const { return count == 0 ? 0 : 2 * (v.source[count - 1] + 1); }
  text_span original(const viewed& v, std::size_t from, std::size_t to) const {
    return {offsets[v.source[from]], offsets[v.source[to - 1] + 1]};
  }

  viewed raw, folded, leet, squeezed;
  std::vector<std::uint64_t> offsets;  // where each code point begins, and the end

 private:
  // Of every eight characters in a row that are no letters the last is a line feed.
  void add_squeezed(std::string_view original, std::size_t source) {
    std::string folded_one;
    text::append_folded(folded_one, text::decode_front(original)->code_point);
    for (std::string_view rest = folded_one; !rest.empty();) {
      const auto one = text::decode_front(rest);
      if (text::is_letter(one->code_point)) {
        add(squeezed, rest.substr(0, one->length), source);
        others_ = 0;
      } else if (++others_ == 8) {
        add(squeezed, "\n", source);
        others_ = 0;
      }
      rest.remove_prefix(one->length);
    }
  }
  std::size_t others_ = 0;

  static void add(viewed& to, std::string_view bytes, std::size_t source) {
    for (std::size_t here = 0; here < bytes.size(); here += text::decode_front(bytes.substr(here))->length) {
      to.at.push_back(to.bytes.size() + here);
      to.source.push_back(source);
    }
    to.bytes += bytes;
  }
};

}  // namespace stoplog::match::oracle
