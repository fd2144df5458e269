// The reader against another parser (simdjson's DOM), and against itself: what
// is accepted must be JSON, values must stand where they are said to, and edits
// must leave everything else.
#include "json/writer.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace stoplog;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// Accepted by one and refused by the other for reasons that are ours.
bool stricter_by_intent(const error& e) {
  for (const char* reason : {"surrogate", "twice", "byte order mark", "no memory"}) {
    if (e.detail.find(reason) != std::string::npos) return true;
  }
  return e.code == errc::too_deep;
}

bool wider_by_intent(simdjson::error_code code) {
  return code == simdjson::NUMBER_ERROR;  // numbers are kept as text
}

void print(const json::document& d, json::node_id id, std::string& out) {
  const json::node& n = d[id];
  out += static_cast<char>('0' + static_cast<int>(n.kind));
  json::append_string(out, n.key);
  json::append_string(out, n.text);
  out += '(';
  for (json::node_id at = n.first_child; at != json::no_node; at = d[at].next) print(d, at, out);
  out += ')';
}

void check_places(const json::document& d) {
  json::reader part;
  for (json::node_id id = 0; id < d.size() && id < 50; ++id) {
    demand(d[id].begin < d[id].end && d[id].end <= d.source().size());
    const auto again = part.read(d.source().substr(d[id].begin, d[id].end - d[id].begin));
    demand(again.has_value() && (**again)[0].kind == d[id].kind && (**again)[0].text == d[id].text);
    demand(d.path(id).size() < 60 * 70);
  }
}

void check_edits(const json::document& d) {
  json::edits same;
  for (json::node_id id = 0; id < d.size(); ++id) {
    if (d[id].kind == json::kind::string) same.replace_string(id, d[id].text);
    if (d[id].key_end != 0) same.replace_key(id, d[id].key);
  }
  const std::string edited = same.apply(d);
  json::reader reader;
  const auto again = reader.read(edited);
  demand(again.has_value());
  std::string before, after;
  print(d, 0, before);
  print(**again, 0, after);
  demand(before == after);
  json::edits fewer;
  for (json::node_id at = d[0].first_child; at != json::no_node; at = d[at].next) {
    if (d[at].begin % 3 != 0) fewer.remove_member(at);
  }
  demand(reader.read(fewer.apply(d)).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static json::reader reader({.depth = 64});
  static simdjson::dom::parser other;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto ours = reader.read(text);
  const auto theirs = other.parse(text).error();
  if (!ours) {
    demand(theirs != simdjson::SUCCESS || stricter_by_intent(ours.error()));
    return 0;
  }
  demand(theirs == simdjson::SUCCESS || wider_by_intent(theirs));
  check_places(**ours);
  check_edits(**ours);
  return 0;
}
