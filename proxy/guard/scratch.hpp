// Buffers that streams use only while they judge, so that those of one thread
// can share them instead of each keeping its own.
#pragma once

#include "base/limits.hpp"
#include "json/document.hpp"

namespace stoplog::guard {

struct scratch {
  explicit scratch(const limits& limits) : reader({.depth = limits.json_depth}) {}
  json::reader reader;
};

}  // namespace stoplog::guard
