// The comments of a YAML text, which no parser keeps.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace stoplog::cli {

struct comment {
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // of the #, from 1
  bool alone = false;        // nothing else stands in its line
  std::uint32_t gap = 0;     // blanks before it, otherwise
  std::string_view text;     // with its #, without blanks at its end
};

// In their order. The text must be YAML as config::read_yaml takes it.
std::vector<comment> comments_of(std::string_view yaml);

std::vector<std::string_view> lines_of(std::string_view text);

// The characters before the first that is no blank; the whole length of a blank line.
std::size_t indentation_of(std::string_view line) noexcept;

}  // namespace stoplog::cli
