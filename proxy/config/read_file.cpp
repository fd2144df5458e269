#include "config/read_file.hpp"

#include <fstream>

namespace stoplog::config {

std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char block[16 * 1024];
  while (in) {
    in.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max) return std::nullopt;
  }
  if (!in.eof()) return std::nullopt;
  return text;
}

}  // namespace stoplog::config
