// Records for people: in full, or one a line. No byte of a field reaches the
// terminal as a control character.
#pragma once

#include "audit/query.hpp"

#include <string>
#include <string_view>

namespace stoplog::cli {

// The sentence, then the fields in reading order.
std::string full_view(const audit::found_record& found);

// One line with its newline; columns have a fixed width, the id is never cut.
std::string row_view(const audit::found_record& found);
std::string row_heading();

}  // namespace stoplog::cli
