// JSON out: escaping, and edits of a document that leave every other byte as
// it came.
#pragma once

#include "json/document.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::json {

// Appends `text` (UTF-8) as a JSON string with its quotes. Escapes what RFC
// 8259 demands, and U+2028, U+2029 and U+007F, and nothing else.
void append_string(std::string& out, std::string_view text);

// Builds one JSON value member by member. Calls must nest properly; a value in
// an object follows its key.
class writer {
 public:
  writer& begin_object();
  writer& end_object();
  writer& begin_array();
  writer& end_array();
  writer& key(std::string_view name);
  writer& string(std::string_view text);
  writer& number(std::int64_t value);
  writer& number(double value);
  writer& boolean(bool value);
  writer& null();
  writer& raw(std::string_view json);  // a value that is JSON already

  // key() and a value at once.
  writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  writer& member(std::string_view name, std::int64_t value) { return key(name).number(value); }
  writer& member(std::string_view name, bool value) { return key(name).boolean(value); }

  // The text so far; the writer is empty then.
  std::string take() {
    first_ = true;
    return std::exchange(out_, {});
  }

 private:
  void separate();
  std::string out_;
  bool first_ = true;
};

// Replacements in a document. Replacing one node twice, or a node inside a
// replaced one, is a bug (expects).
class edits {
 public:
  void replace_string(node_id id, std::string_view text);
  void replace_key(node_id id, std::string_view key);
  void replace_raw(node_id id, std::string json);
  void remove_member(node_id id);   // an object's member or an array's element, with its comma
  bool empty() const noexcept { return list_.empty(); }

  // Whether the value of this node, or of one around it, is replaced or removed.
  bool covers(const document& in, node_id id) const;

  // The source with the edits done.
  std::string apply(const document& in) const;

 private:
  struct edit {
    enum class what : std::uint8_t { member, key, value };
    node_id node;
    what kind;
    std::string json;
  };
  std::vector<edit> list_;
};

}  // namespace stoplog::json
