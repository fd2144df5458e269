// The head of an HTTP/1.1 message as a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::http {

struct field {
  std::string name;   // as it was written
  std::string value;  // without leading and trailing white space
};

struct message_head {
  std::string method;  // requests
  std::string target;
  int status = 0;      // responses
  std::vector<field> fields;
  bool keep_alive = true;

  // The first field of that name (compared without case); empty if there is none.
  std::string_view value(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;
  // Whether a comma-separated field holds the token, without case.
  bool has_token(std::string_view name, std::string_view token) const noexcept;
};

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;  // ASCII

}  // namespace stoplog::http
