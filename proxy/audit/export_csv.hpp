// Records as a table for spreadsheets: RFC 4180, one row a record, findings
// joined. No cell is ever taken for a formula: one that a spreadsheet could
// compute gets an apostrophe before it. Control and bidirectional characters
// are escaped as on a terminal.
#pragma once

#include "audit/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace stoplog::audit {

// Both with their line end.
std::string csv_heading();
std::string csv_row(std::uint64_t seq, const record& r);

// One cell, quoted.
std::string csv_cell(std::string_view text);

}  // namespace stoplog::audit
