// The files that a verb is pointed at, read.
#pragma once

#include "config/load.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stoplog::cli {

// Reads PATHs: files, folders, or `-` for stdin; without any, the folders
// `policies` and `rules` of the current folder, as far as they are there.
// Where settings are among them, their policies and rules are read as well.
// Nothing, after a sentence on stderr, if a path does not exist.
std::optional<config::documents> read_sources(const std::vector<std::string>& paths, problems& found);

}  // namespace stoplog::cli
