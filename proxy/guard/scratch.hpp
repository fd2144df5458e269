// What the guards of one thread share instead of each having its own: buffers that
// they use only while they judge, and the labels that they need not judge again.
#pragma once

#include "base/limits.hpp"
#include "guard/clean_texts.hpp"
#include "json/document.hpp"

namespace stoplog::guard {

struct scratch {
  explicit scratch(const limits& limits) : reader({.depth = limits.json_depth}) {}
  json::reader reader;
  clean_labels labels{};
};

}  // namespace stoplog::guard
