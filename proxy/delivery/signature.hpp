// The signature of a webhook's body: t=<seconds since 1970>,v1=<64 digits>, the
// digits being HMAC-SHA256 over "<t>.<body>". With the time in it an old body
// cannot be sent again later unnoticed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stoplog::delivery {

std::string signature(std::string_view secret, std::int64_t seconds, std::string_view body);

// SHA-256 of a zero byte and the line, in hexadecimal: the record's leaf in an
// RFC 6962 tree.
std::string leaf_hash(std::string_view line);

}  // namespace stoplog::delivery
