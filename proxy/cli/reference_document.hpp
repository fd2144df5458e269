// The reference pages of the kinds of file, from the tables that the loader
// reads by.
#pragma once

#include <string>
#include <string_view>

namespace stoplog::cli {

// Markdown of a kind of file ("pack", "policy" or "settings"): a table of keys
// for the file and for every group of keys in it.
std::string reference_document(std::string_view kind);

}  // namespace stoplog::cli
