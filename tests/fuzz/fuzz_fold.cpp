// The folded and the squeezed view of any bytes in any cut: the same text, the
// same map.
#include "text/fold.hpp"
#include "text/squeezer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace stoplog::text;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

struct view {
  std::string folded;
  offset_map map;
  bool valid = true;
};

view fold_in_pieces(std::string_view text, std::size_t step) {
  view v;
  folder f;
  for (std::size_t at = 0; at < text.size() && v.valid; at += step) v.valid = f.feed(text.substr(at, step), v.folded, v.map);
  return v;
}

// Of a folded text, whole characters at a time.
view squeeze_in_pieces(std::string_view folded, std::size_t step) {
  view v;
  squeezer s;
  for (std::size_t at = 0; at < folded.size();) {
    std::size_t to = std::min(at + step, folded.size());
    while (to < folded.size() && (static_cast<unsigned char>(folded[to]) & 0xC0U) == 0x80) ++to;
    s.feed(folded.substr(at, to - at), v.folded, v.map);
    at = to;
  }
  return v;
}

void check_same(const view& cut, const view& whole) {
  check(cut.valid == whole.valid && cut.folded == whole.folded && cut.map.original_end() == whole.map.original_end());
  for (std::uint64_t at = 0; at < cut.map.folded_end(); ++at) {
    check(cut.map.begin_of(at) == whole.map.begin_of(at) && cut.map.end_of(at) == whole.map.end_of(at));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const view whole = fold_in_pieces(text, size + 1);
  if (whole.valid) check(fold(whole.folded) == whole.folded);
  std::uint64_t last = 0;
  for (std::uint64_t at = 0; at < whole.map.folded_end(); ++at) {
    check(whole.map.begin_of(at) >= last && whole.map.end_of(at) > whole.map.begin_of(at));
    check(whole.map.folded_before(whole.map.begin_of(at)) <= at);
    last = whole.map.begin_of(at);
  }
  check(whole.map.original_end() <= size && whole.map.begin_of(whole.map.folded_end()) == whole.map.original_end());
  const view squeezed = squeeze_in_pieces(whole.folded, whole.folded.size() + 1);
  check(squeezed.map.original_end() == whole.folded.size());
  for (std::uint64_t at = 0; at < squeezed.map.folded_end(); ++at) {
    check(squeezed.map.end_of(at) > squeezed.map.begin_of(at) && squeezed.map.end_of(at) <= whole.folded.size());
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}}) {
    check_same(fold_in_pieces(text, step), whole);
    check_same(squeeze_in_pieces(whole.folded, step), squeezed);
  }
  return 0;
}
