// The seal of a line: a CRC-32C of the record's bytes as its last member.
//
//   {"seq":42,"v":1, ... ,"crc":"1a2b3c4d"}
//
// The checksum covers every byte before `,"crc":"`. It finds accidents (a torn
// write, a bad block); it is no proof against a person, which is a matter of
// hashes over the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::audit {

// Every line begins so. Inside a JSON string the quotes would be escaped and no
// nested object begins with seq: where these bytes stand, a record begins.
inline constexpr std::string_view line_start = "{\"seq\":";
inline constexpr std::string_view seal_start = ",\"crc\":\"";
inline constexpr std::size_t seal_bytes = 18;

// CRC-32C (Castagnoli), as in RFC 3720, appendix B.4.
std::uint32_t crc32c(std::string_view bytes) noexcept;
std::uint32_t crc32c_by_table(std::string_view bytes) noexcept;  // the same where the processor has no instruction for it

// Puts the seal into a JSON object that begins with line_start and ends in `}`.
void seal(std::string& object);

// The sequence number of a whole line without its newline; nothing when the
// line is not exactly one sealed record.
std::optional<std::uint64_t> unseal(std::string_view line) noexcept;

// The same for a line that may go on after the record: also says where it ends.
struct sealed_prefix {
  std::uint64_t seq;
  std::size_t bytes;
};
std::optional<sealed_prefix> unseal_prefix(std::string_view text) noexcept;

}  // namespace stoplog::audit
