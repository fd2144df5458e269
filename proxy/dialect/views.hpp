// What a dialect finds in a document: values that the guard reads, node by node.
#pragma once

#include "base/surface.hpp"
#include "json/document.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::dialect {

// A streamed channel of one answer (a choice's content, one tool call's
// arguments, ...): a small number that the answer_stream gives out.
using lane = std::uint32_t;
inline constexpr lane no_lane = 0xFFFF'FFFF;  // a text that stands whole in this event or body

// A string of a document that carries text.
struct text_field {
  json::node_id node = json::no_node;
  surface where{direction::request, role::none, channel::content};
  dialect::lane lane = no_lane;  // of a whole body: parts with one number reach their reader as one text
  bool is_key = false;           // the text is the member's key, not its value
  bool encoded = false;          // of a request: base64, or a data URL, that may hold a text
};

inline std::string_view text_of(const json::document& in, const text_field& f) noexcept {
  return f.is_key ? in[f.node].key : in[f.node].text;
}

// A part that cannot be read as text (an image, token ids, ...).
struct opaque_part {
  json::node_id node = json::no_node;
  std::string_view kind;  // image_url, input_audio, file, token_ids: static text
};

// A value that says the text of another node once more (chat: logprobs), or says
// where something stands in it. It may go out only where that text goes out
// untouched; with no_node: never, unless nothing is enforced.
struct repeat {
  json::node_id node = json::no_node;
  json::node_id of = json::no_node;
  std::string instead = "null";  // JSON, where it may not go out
};

// What goes upstream in place of a string of a request.
struct rewrite {
  json::node_id node = json::no_node;
  std::string text;
};

struct request_facts {
  std::string model;
  bool streamed = false;
  bool wants_usage = false;     // chat: stream_options.include_usage
  std::uint32_t choices = 1;    // answers asked for (chat: n)
  std::uint64_t text_bytes = 0; // of all texts; for estimates
  // Filled by read_subject (subject.hpp), for every dialect alike:
  std::string user;             // the end user whom the request names
  std::string conversation;     // what the request calls its conversation
  std::string opening;          // how it begins, where it has no name
};

struct request_view {
  request_facts facts;
  std::vector<text_field> texts;    // every string of the document that is scanned, in document order
  std::vector<opaque_part> opaque;
  std::vector<json::node_id> unknown;  // members that no shape lists; what is in them is in `texts`
  std::vector<rewrite> rewrites;
};

struct answer_view {
  std::string model;
  std::string id;
  std::vector<text_field> texts;
  std::vector<opaque_part> opaque;
  std::vector<json::node_id> unknown;
  std::vector<repeat> repeats;
};

// What an answer ends with when a policy ended it.
struct blocked_ending {
  std::string_view message;   // the policy's; may be empty
  std::string_view category;
};

// When an event goes out.
enum class passing : std::uint8_t {
  now,    // and before it what waits
  waits,  // together with the next event that goes now; never, if the answer is ended or breaks off before
  ahead,  // at once, and what waits goes on waiting
};

struct event_view {
  std::vector<text_field> texts;
  std::vector<opaque_part> opaque;
  std::vector<json::node_id> unknown;  // the root, where the event itself is not known
  std::vector<repeat> repeats;
  std::vector<lane> ended;    // lanes that no later event will add to
  bool last = false;          // the answer is over with this event: every lane ends, nothing after it goes out
  passing goes = passing::now;
};

}  // namespace stoplog::dialect
