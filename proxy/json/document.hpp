// A JSON text as a flat tree that keeps everything: members in their order,
// numbers as they were written, and where each value stands in the source.
//
// Views point into the source or into the reader; both must outlive the
// document, and the next read() ends it.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace stoplog::json {

enum class kind : std::uint8_t { null, boolean, number, string, array, object };

using node_id = std::uint32_t;
inline constexpr node_id no_node = 0xFFFF'FFFF;

struct node {
  json::kind kind;
  std::string_view key;      // decoded; of members
  std::string_view text;     // strings: decoded; numbers and booleans: as written
  std::uint32_t begin;       // the value's bytes in the source, quotes included
  std::uint32_t end;
  std::uint32_t key_begin = 0;  // the key's bytes, quotes included; of members
  std::uint32_t key_end = 0;
  node_id parent = no_node;
  node_id first_child = no_node;
  node_id next = no_node;    // next sibling
  std::uint32_t index = 0;   // position among its siblings
};

class document {
 public:
  static constexpr node_id root = 0;

  const node& operator[](node_id id) const noexcept { return nodes_[id]; }
  std::size_t size() const noexcept { return nodes_.size(); }
  std::string_view source() const noexcept { return source_; }

  // The member of an object; no_node if it has none or is no object.
  node_id find(node_id object, std::string_view key) const noexcept;

  // messages[2].content[0].text. A key that is no plain word is written as its
  // place among its siblings: tools[0].{3}. The root's path is empty.
  std::string path(node_id id) const;

 private:
  friend struct read_run;
  std::span<const node> nodes_;
  std::string_view source_;
};

struct read_limits {
  std::size_t depth = 64;
  std::size_t nodes = 1'000'000;
};

// Reads strict JSON (RFC 8259) and refuses what two readers could understand
// differently: duplicate members (after unescaping), invalid UTF-8, lone
// surrogates, a byte order mark, NaN and infinities, bytes after the value.
// Reuse one reader: after warm-up it does not allocate.
class reader {
 public:
  explicit reader(read_limits limits = {});
  ~reader();
  reader(reader&&) noexcept;
  reader& operator=(reader&&) noexcept;

  // Errors: malformed_json, invalid_utf8, too_deep. `source` must outlive the document.
  result<const document*> read(std::string_view source);

  struct state;

 private:
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::json
