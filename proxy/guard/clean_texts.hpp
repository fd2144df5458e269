// Short texts in which nothing was found: identifiers, model names and labels
// come again in every event and message, and need no second look.
#pragma once

#include "base/surface.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace stoplog::guard {

class clean_texts {
 public:
  bool contain(std::string_view text, surface where) const noexcept {
    const entry& e = entries_[place(text)];
    return e.used && e.where == where && e.text == text;
  }

  void add(std::string_view text, surface where) {
    if (text.size() <= longest) entries_[place(text)] = {std::string(text), where, true};
  }

 private:
  static constexpr std::size_t longest = 128;
  static constexpr std::size_t count = 32;  // a stream keeps its own
  struct entry {
    std::string text;
    surface where{direction::request, role::none, channel::content};
    bool used = false;
  };
  static std::size_t place(std::string_view text) noexcept { return std::hash<std::string_view>{}(text) % count; }
  std::array<entry, count> entries_;
};

}  // namespace stoplog::guard
