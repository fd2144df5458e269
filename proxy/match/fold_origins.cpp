#include "match/fold_origins.hpp"

#include "text/fold.hpp"
#include "text/utf8.hpp"

#include <array>
#include <string>

namespace stoplog::match {

const std::bitset<256>& fold_origins(unsigned char first) {
  static const std::array<std::bitset<256>, 256> origins = [] {
    std::array<std::bitset<256>, 256> all;
    std::string original, folded;
    for (char32_t c = 0; c <= text::largest_code_point; ++c) {
      if (c == 0xD800) c = 0xE000;
      original.clear();
      folded.clear();
      text::append_utf8(original, c);
      text::append_folded(folded, c);
      if (!folded.empty()) all[static_cast<unsigned char>(folded[0])].set(static_cast<unsigned char>(original[0]));
    }
    return all;
  }();
  return origins[first];
}

}  // namespace stoplog::match
