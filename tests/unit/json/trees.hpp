// A JSON value as one line that does not depend on the order of members or the
// spelling of numbers; and what our reader and two other C++ libraries make of a
// text. trees.py and trees.mjs write the same line.
#pragma once

#include "json/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::json::trees {

inline constexpr const char* refused = "refused";

std::string hex(std::string_view bytes);

std::string ours(std::string_view text);
std::string last_wins(std::string_view text);   // nlohmann::json
std::string first_wins(std::string_view text);  // RapidJSON's look-up

// The output, line by line, of a program of tests/unit/json that gets a line for
// each text; empty if it cannot be run.
std::vector<std::string> of_program(const std::string& command, const std::vector<std::string>& texts);

}  // namespace stoplog::json::trees
