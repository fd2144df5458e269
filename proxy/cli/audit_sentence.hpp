// What a record says, as one plain sentence.
#pragma once

#include "audit/record.hpp"

#include <string>

namespace stoplog::cli {

// Ends in a full stop. Fields of strangers are made safe for a terminal.
std::string sentence(const audit::record& r);

// 2026-11-23 08:15:30 UTC
std::string second_of(wall_time at);

// 1 byte, 12 bytes
std::string counted(std::uint64_t n, const std::string& one);

}  // namespace stoplog::cli
