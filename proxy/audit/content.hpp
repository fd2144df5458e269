// Captured content beside the log: frames in segments of their own,
// content-<number>.sealed. A frame, all numbers big-endian:
//
//    0  "SLC1"
//    4  4 bytes   bytes of the body
//    8  1 byte    1: sealed; 0: erased, and every byte of the body is zero
//    9  1 byte    keys in the body; 6 zero bytes follow
//   16  8 bytes   when the request came, microseconds since 1970
//   24  8 bytes   until when it is kept, the same; 0: for ever
//   32  36 bytes  the decision id
//   68  4 bytes   CRC-32C of all that but the state
//   72  body      for each responder: key id (8), wrapped data key (80); then the
//                 content under the data key, AES-256-GCM with its tag; the head
//                 is authenticated with both
//
// The record holds the SHA-256 of the whole frame as it was written. A fresh data
// key a frame: whoever destroys its wraps has destroyed the content, and nothing
// that the log proves changes by that.
#pragma once

#include "audit/responder_key.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::audit {

struct content_head {
  std::string id;          // the decision id
  wall_time at{};
  std::optional<wall_time> expires;
  friend bool operator==(const content_head&, const content_head&) = default;
};

inline constexpr std::size_t content_head_bytes = 72;

// Errors: audit_unavailable.
result<std::string> seal_content(const content_head& head, std::string_view text, std::span<const responder_key> to);

// What a record says of a frame: sha256:<hex>.
std::string digest_of(std::string_view frame);

struct content_frame {
  content_head head;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // of the whole frame
  bool erased = false;
};

// The head at the beginning of `bytes`, which may be cut behind it; nothing if
// there is none.
std::optional<content_frame> read_content_head(std::string_view bytes);

// The text of a whole frame. Nothing if it was sealed to other keys, changed or erased.
std::optional<std::string> open_content(std::string_view frame, const responder_key& key);

std::string content_name(std::uint64_t segment);
// Ascending. Errors: audit_unavailable.
result<std::vector<std::uint64_t>> list_content(const std::filesystem::path& directory);

// The frames of a segment, by their heads alone. What is damaged is searched
// through for the next frame; a torn frame at the end is none.
result<std::vector<content_frame>> list_frames(const std::filesystem::path& directory, std::uint64_t segment);

// The whole frame at a place that a record names. Errors: audit_unavailable,
// where there is no such file or no frame.
result<std::string> read_frame(const std::filesystem::path& directory, std::uint64_t segment, std::uint64_t offset);

// Overwrites key and content with zeros, durably; doing it twice does no harm.
// Errors: audit_unavailable.
result<void> erase_frame(const std::filesystem::path& directory, std::uint64_t segment, const content_frame& which);

}  // namespace stoplog::audit
