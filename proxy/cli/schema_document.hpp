// The JSON Schemas of the three kinds of file, from the tables that the loader
// reads by.
#pragma once

#include "config/reference.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::cli {

// The objects of a kind of file ("pack", "policy" or "settings"), the file
// itself first.
std::vector<config::object_reference> objects_of(std::string_view kind);

// Draft 2020-12, indented, with a line feed at its end. Whatever the loader
// takes the schema takes; it refuses the keys, words and ranges that the loader
// refuses, and leaves to `check` what only the whole file shows.
std::string schema_document(std::string_view kind);

}  // namespace stoplog::cli
