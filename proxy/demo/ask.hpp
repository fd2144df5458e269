// What a request asks of the demo model: the little of it that a script needs.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace stoplog::demo {

// What a model does besides answering; chosen by its name, for tests of the
// proxy's own conduct.
enum class behaviour : std::uint8_t {
  answer,    // demo
  crumbs,    // demo-crumbs: the stream's bytes in pieces of seven
  slow,      // demo-slow: a second between two tokens
  truncate,  // demo-truncate: the connection closes half-way
  error,     // demo-error: 500 with an error object
  busy,      // demo-busy: 429 with Retry-After
  garbage,   // demo-garbage: events that are no JSON
  hang,      // demo-hang: a head and one token, then silence
  silent,    // demo-silent: not even a head
  big,       // demo-big: about eleven megabytes of events
  endless,   // demo-endless: until the client goes; not streamed: about fourteen megabytes
};

struct model {
  std::string_view name;
  demo::behaviour behaviour;
};
inline constexpr model models[] = {
    {"demo", behaviour::answer},         {"demo-crumbs", behaviour::crumbs},   {"demo-slow", behaviour::slow},
    {"demo-truncate", behaviour::truncate}, {"demo-error", behaviour::error},  {"demo-busy", behaviour::busy},
    {"demo-garbage", behaviour::garbage}, {"demo-hang", behaviour::hang},      {"demo-silent", behaviour::silent},
    {"demo-big", behaviour::big},        {"demo-endless", behaviour::endless},
};

// Which of the APIs that generate text is spoken.
enum class api : std::uint8_t { chat, completions, responses, messages };

struct ask {
  demo::api api = demo::api::chat;
  std::string model;
  demo::behaviour behaviour = behaviour::answer;  // of names that are not in the table too
  bool stream = false;
  bool include_usage = false;
  int choices = 1;           // 1 to 8
  std::string last_message;  // text of the last message whose role is user; the prompt
  std::string tool;          // the first function offered; empty: none, or its result stands last
};

// Reads the body of POST /v1/chat/completions, /v1/completions,
// /v1/responses or /v1/messages.
// Errors: those of json::reader; malformed_request without messages, a prompt or input.
result<ask> read_ask(api spoken, std::string_view body);

}  // namespace stoplog::demo
