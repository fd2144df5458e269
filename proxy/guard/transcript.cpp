#include "guard/transcript.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::guard {
namespace {

constexpr std::size_t texts_max = 4096;  // their paths take memory too

// The longest beginning of at most `bytes` bytes that ends with a whole character.
std::string_view whole_characters(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes != 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

std::size_t transcript::open(surface where, std::string path) {
  if (texts_.size() >= texts_max) {
    clipped_ = true;
    return texts_max;
  }
  texts_.push_back({where, std::move(path), {}, {}});
  return texts_.size() - 1;
}

void transcript::append(std::size_t number, std::string_view received, std::string_view released) {
  bytes_ += received.size();
  if (number >= texts_.size()) return;
  if (wants_received_) add(texts_[number].received, received, received_);
  if (wants_released_) add(texts_[number].released, released, released_);
}

void transcript::replace_released(std::size_t number, std::string_view released) {
  if (!wants_released_ || number >= texts_.size()) return;
  std::string& text = texts_[number].released;
  released_ -= text.size();
  text.clear();
  add(text, released, released_);
}

void transcript::add(std::string& to, std::string_view more, std::size_t& kept) {
  const std::string_view fits = clipped_ ? std::string_view{} : whole_characters(more, bytes_max_ - kept);
  clipped_ = clipped_ || fits.size() != more.size();
  to += fits;
  kept += fits.size();
}

}  // namespace stoplog::guard
