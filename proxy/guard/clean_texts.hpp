// Short texts in which nothing was found: identifiers, model names and labels
// come again in every event and message, and need no second look.
#pragma once

#include "base/surface.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::guard {

class clean_texts {
 public:
  explicit clean_texts(std::size_t count = 32) : entries_(count) {}

  bool contain(std::string_view text, surface where) const noexcept {
    const entry& e = entries_[place(text)];
    return e.used && e.where == where && e.text == text;
  }

  void add(std::string_view text, surface where) {
    if (text.size() <= longest) entries_[place(text)] = {std::string(text), where, true};
  }

 private:
  static constexpr std::size_t longest = 128;
  struct entry {
    std::string text;
    surface where{direction::request, role::none, channel::content};
    bool used = false;
  };
  std::size_t place(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text) % entries_.size(); }
  std::vector<entry> entries_;  // of texts in one place the last one stays, so no choice of texts costs more than a look
};

// The labels that come again in every document: names, identifiers and the words of
// a protocol, but nothing that anybody said. One thread's, for each policy; policies
// of one digest judge alike.
class clean_labels {
 public:
  static bool takes(surface where) noexcept { return where.channel == channel::metadata; }

  std::shared_ptr<clean_texts> of(std::string_view policy_digest) {
    for (const auto& [digest, texts] : known_) {
      if (digest == policy_digest) return texts;
    }
    if (known_.size() == policies_max) known_.pop_front();
    return known_.emplace_back(std::string(policy_digest), std::make_shared<clean_texts>(256)).second;
  }

 private:
  static constexpr std::size_t policies_max = 16;
  std::deque<std::pair<std::string, std::shared_ptr<clean_texts>>> known_;
};

}  // namespace stoplog::guard
