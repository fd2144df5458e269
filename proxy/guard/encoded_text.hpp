// Text that stands in base64, alone or as a data URL: files and images are sent
// so, and a text file sent so is text all the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stoplog::guard {

struct encoded_text {
  std::string_view head;  // data:text/plain;base64, or nothing
  std::string text;       // decoded

  // As it stood, with another text in it.
  std::string with(std::string_view other) const;
};

// Nothing where the bytes are no base64 or no text: not UTF-8, or with control
// characters that no text has.
std::optional<encoded_text> read_encoded(std::string_view value);

}  // namespace stoplog::guard
