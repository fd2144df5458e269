// A record in short: who, what and how it ended, and nothing that a client or a
// model said. For receivers that must not get content, and where room is scarce.
#pragma once

#include "delivery/sink.hpp"

#include <span>
#include <string>
#include <string_view>

namespace stoplog::delivery {

// One JSON object.
std::string brief(const outgoing& from);

// {"records":[...]}, in order.
std::string brief_list(std::span<const outgoing> from);

}  // namespace stoplog::delivery
