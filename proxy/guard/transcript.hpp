// What was said in one direction of an exchange, kept while it is judged, so that
// a record can capture it: bounded, and only what the policy may ask for.
#pragma once

#include "base/surface.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::guard {

class transcript {
 public:
  struct text {
    surface where;
    std::string path;
    std::string received;  // as it came
    std::string released;  // as it was passed on: masks in it, what was held back or blocked not
  };

  // Keeps up to `bytes_max` bytes of what was received and as much of what was
  // released; of that only what is wanted.
  transcript(std::size_t bytes_max, bool received, bool released)
      : bytes_max_(bytes_max), wants_received_(received), wants_released_(released) {}

  // A text that may grow. Returns its number.
  std::size_t open(surface where, std::string path);
  void append(std::size_t number, std::string_view received, std::string_view released);
  // What parts of a message together made of it.
  void replace_released(std::size_t number, std::string_view released);

  const std::vector<text>& texts() const noexcept { return texts_; }
  std::uint64_t bytes() const noexcept { return bytes_; }  // that came, kept or not
  bool clipped() const noexcept { return clipped_; }

 private:
  void add(std::string& to, std::string_view more, std::size_t& kept);

  std::size_t bytes_max_;
  bool wants_received_, wants_released_;
  std::vector<text> texts_;
  std::uint64_t bytes_ = 0;
  std::size_t received_ = 0, released_ = 0;  // bytes kept
  bool clipped_ = false;
};

}  // namespace stoplog::guard
