// The folded view of any bytes in any cut: the same text, the same map.
#include "text/fold.hpp"

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
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}}) {
    const view cut = fold_in_pieces(text, step);
    check(cut.valid == whole.valid && cut.folded == whole.folded && cut.map.original_end() == whole.map.original_end());
    for (std::uint64_t at = 0; at < cut.map.folded_end(); ++at) {
      check(cut.map.begin_of(at) == whole.map.begin_of(at) && cut.map.end_of(at) == whole.map.end_of(at));
    }
  }
  return 0;
}
