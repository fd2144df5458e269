// A whole file into memory, up to a bound.
#pragma once

#include "config/yaml_reader.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace stoplog::config {

// Nothing if it is no regular file, cannot be read or is larger than `bytes_max`.
std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max = file_bytes_max);

// Where the files come from that are read beside another one: the disk, as
// read_file does it, or a bundle.
using file_reader = std::function<std::optional<std::string>(const std::filesystem::path& path, std::size_t bytes_max)>;

}  // namespace stoplog::config
