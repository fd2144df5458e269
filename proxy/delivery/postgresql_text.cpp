#include "delivery/postgresql_text.hpp"

#include <algorithm>

namespace stoplog::delivery {

std::string array_literal(const std::vector<std::string>& values) {
  std::string out = "{";
  for (const std::string& value : values) {
    out += out.size() == 1 ? "\"" : ",\"";
    for (const char c : value) {
      if (c == '\0') {
        out += "\xEF\xBF\xBD";
        continue;
      }
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out += '}';
}

std::string without_nul_escapes(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\\' || i + 1 == json.size()) {
      out += json[i];
    } else if (json.substr(i, 6) == "\\u0000") {
      out += "\\ufffd";
      i += 5;
    } else {
      out += json.substr(i, 2);  // whatever is escaped begins no other escape
      ++i;
    }
  }
  return out;
}

bool is_table_name(std::string_view name) {
  const auto word = [](std::string_view text) {
    return !text.empty() && text.size() <= 63 && (text[0] < '0' || text[0] > '9') &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  };
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return word(name);
  return word(name.substr(0, dot)) && word(name.substr(dot + 1));
}

}  // namespace stoplog::delivery
