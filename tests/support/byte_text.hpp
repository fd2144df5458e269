// How the files of tests/cases write bytes: each character is one, @N*text@ is
// text N times, @@ an at sign, and @name@ a piece that the file defines.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

namespace stoplog::support {

inline std::string one_byte_each(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x80) out += utf8[i];
    else out += static_cast<char>((c & 0x03U) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3FU));
  }
  return out;
}

using byte_pieces = std::map<std::string, std::string, std::less<>>;

inline std::string expand(std::string_view text, const byte_pieces& pieces) {
  std::string out;
  while (!text.empty()) {
    const auto at = text.find('@');
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    const auto end = text.find('@', at + 1);
    EXPECT_NE(end, std::string_view::npos) << text;
    const std::string_view inner = text.substr(at + 1, end - at - 1);
    const auto star = inner.find('*');
    if (inner.empty()) {
      out += '@';
    } else if (star != std::string_view::npos) {
      for (int n = std::stoi(std::string(inner.substr(0, star))); n > 0; --n) out += inner.substr(star + 1);
    } else {
      const auto known = pieces.find(inner);
      EXPECT_NE(known, pieces.end()) << inner;
      if (known != pieces.end()) out += known->second;
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

// A file of tests/cases.
inline std::string read_cases(const std::string& name) {
  std::ifstream in(std::string(STOPLOG_SOURCE_DIR) + "/tests/cases/" + name, std::ios::binary);
  EXPECT_TRUE(in.good()) << name;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace stoplog::support
