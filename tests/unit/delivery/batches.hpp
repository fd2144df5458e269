// Batches of records to deliver, and what a receiver of syslog makes of them.
#pragma once

#include "audit/encode.hpp"
#include "delivery/sink.hpp"
#include "unit/audit/scratch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::delivery {

// Records `from` + 1 and on.
inline std::vector<outgoing> records(int count, int from = 0) {
  std::vector<outgoing> all;
  for (int i = from; i < from + count; ++i) {
    audit::record r = i % 3 == 2 ? audit::cut(i) : audit::allowed(i);
    const auto seq = static_cast<std::uint64_t>(i) + 1;
    std::string line = audit::encode(r, seq);
    all.push_back({seq, std::move(r), std::move(line)});
  }
  return all;
}

// The messages of a stream in octet counting.
inline std::vector<std::string> frames(std::string_view stream) {
  std::vector<std::string> all;
  while (!stream.empty()) {
    const auto space = stream.find(' ');
    if (space == std::string_view::npos) break;
    const std::size_t length = std::stoul(std::string(stream.substr(0, space)));
    if (stream.size() < space + 1 + length) break;
    all.emplace_back(stream.substr(space + 1, length));
    stream.remove_prefix(space + 1 + length);
  }
  return all;
}

}  // namespace stoplog::delivery
