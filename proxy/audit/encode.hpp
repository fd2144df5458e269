// A record and the line that it becomes. docs/audit-record.md names every member.
#pragma once

#include "audit/record.hpp"
#include "base/error.hpp"
#include "json/document.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stoplog::audit {

// Bounds of one record, so that nothing which a client sends makes a record
// unwritable. What is beyond is cut or counted, and `clipped` says so.
inline constexpr std::size_t text_bytes_max = 4096;   // one text
inline constexpr std::size_t findings_max = 256;      // then findings_dropped
inline constexpr std::size_t opaque_max = 256;        // then opaque_dropped
inline constexpr std::size_t packs_max = 64;
inline constexpr std::size_t frontier_max = 64;         // one hash for each bit of a size
inline constexpr std::size_t record_bytes_max = 4 * 1024 * 1024;  // then findings and opaque parts are only counted

struct stored_record {
  std::uint64_t seq = 0;
  record value;
};

// One sealed line without its newline. Members stand in a fixed order; texts
// that are empty and numbers that do not apply are left out.
std::string encode(const record& r, std::uint64_t seq);
// `whole`: nothing was cut, so that decode() gives the record back, but for what
// drop_unwritten() takes away.
std::string encode(const record& r, std::uint64_t seq, bool& whole);
void drop_unwritten(record& r);

// Reads lines; keep one and reuse it.
class decoder {
 public:
  // `line` was unsealed already. Unknown members are passed over. Errors:
  // malformed_json: not such a record, or of a newer schema version.
  result<stored_record> decode(std::string_view line);

 private:
  json::reader reader_;
};

std::string_view to_string(record_kind kind) noexcept;

}  // namespace stoplog::audit
