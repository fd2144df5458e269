#include "config/substitute.hpp"

#include "config/read_file.hpp"
#include "config/scalars.hpp"

#include <algorithm>
#include <cstdlib>

namespace stoplog::config {
namespace {

constexpr std::size_t secret_bytes_max = 64 * 1024;

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::optional<std::string> from_environment(const node& n, const std::string& name, reading& in) {
  if (!is_variable_name(name)) {
    in.error(n, "E120", "${env:NAME} takes letters, digits and _ as NAME");
    return std::nullopt;
  }
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    in.error(n, "E121", "environment variable " + name + " is not set, or is empty");
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> from_file(const node& n, const std::string& path, reading& in) {
  if (!path.starts_with('/')) {
    in.error(n, "E120", "${file:/path} takes a path from the root");
    return std::nullopt;
  }
  auto text = read_file(path, secret_bytes_max);
  if (!text) {
    in.error(n, "E121", "file " + path + " cannot be read, or is larger than 64 KiB");
    return std::nullopt;
  }
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return text;
}

std::optional<std::string> look_up(const node& n, const std::string& name, reading& in) {
  if (name.starts_with("env:")) return from_environment(n, name.substr(4), in);
  if (name.starts_with("file:")) return from_file(n, name.substr(5), in);
  in.error(n, "E120", "only ${env:NAME} and ${file:/path} are replaced");
  return std::nullopt;
}

bool is_clean(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

}  // namespace

bool has_substitution(const node& n) noexcept { return n.text.find("${") != std::string::npos; }

std::optional<std::string> substituted(const node& n, reading& in) {
  if (!has_substitution(n)) {
    const auto* text = scalar_text(n, in);
    return text == nullptr ? std::nullopt : std::optional(*text);
  }
  std::string result;
  std::size_t at = 0;
  for (std::size_t open = n.text.find("${"); open != std::string::npos; open = n.text.find("${", at)) {
    const std::size_t close = n.text.find('}', open);
    if (close == std::string::npos) {
      in.error(n, "E120", "${ without }");
      return std::nullopt;
    }
    const auto value = look_up(n, n.text.substr(open + 2, close - open - 2), in);
    if (!value) return std::nullopt;
    result += n.text.substr(at, open - at) + *value;
    at = close + 1;
  }
  result += n.text.substr(at);
  if (!is_clean(result)) {
    in.error(n, "E121", "what ${...} stands for is empty or has a line break or another control character in it");
    return std::nullopt;
  }
  return result;
}

}  // namespace stoplog::config
