// Records as an OTLP/HTTP JSON body (ExportLogsServiceRequest).
#pragma once

#include "base/clock.hpp"
#include "delivery/sink.hpp"

#include <span>
#include <string>

namespace stoplog::delivery {

std::string otlp_body(std::span<const outgoing> records, wall_time observed);

// How many records the answer says were turned away for good; 0 when it says nothing.
std::uint64_t otlp_rejected(const std::string& answer);

}  // namespace stoplog::delivery
