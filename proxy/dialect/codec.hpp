// What the guard needs to know of a wire format, and nothing else: where its
// texts stand, how to carry a text, how to end a blocked answer. Sans-io.
//
// A new dialect is, in a folder of its vendor: a table of shapes (shape.hpp),
// which also says what `stoplog coverage` prints; readers for requests and
// answers that walk it; an answer_stream if it streams; a codec that binds them;
// its rows in endpoint.cpp. Whatever a shape does not list is read all the same,
// as channel `unknown`. Cases in tests/unit/guard (every string, every cut).
#pragma once

#include "base/error.hpp"
#include "dialect/shape.hpp"
#include "dialect/views.hpp"
#include "json/writer.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::dialect {

// The state of one streamed answer.
class answer_stream {
 public:
  virtual ~answer_stream() = default;

  // Reads one event: its name (`event:`; empty if it has none) and its data.
  // The view is valid until the next read. Errors: upstream_malformed, also for
  // text in a lane that has ended. The guard judges the name; the stream says
  // whether it may differ from what the data says.
  virtual result<const event_view*> read(std::string_view name, const json::document& data) = 0;

  // The event that was read last, the only one since, comes once more with
  // another text in its one lane. False: read it. True: it was taken note of, and
  // neither amend() nor passed_on() will follow. Never true for a stream that
  // changes or remembers more of such events than their text.
  virtual bool again(lane /*in*/, std::string_view /*text*/) { return false; }

  // Adds what the stream itself changes in the event that was read last, when it
  // goes out behind whatever delta() wrote: numbers of events, and what says a
  // lane's text once more. The guard's own edits leave such values alone; it has
  // none where all of the event goes out `as_it_came`.
  virtual void amend(const json::document& /*data*/, bool /*as_it_came*/, json::edits& /*changes*/) const {}

  // A rule redacts in a lane: what goes out of it from here on is not what came.
  virtual void masked(lane /*in*/) {}

  // The event that was read last has gone to the client, with `data`, and before
  // it what waited (of events that wait this is not told): what they
  // said of finished choices and begun tool calls is what the client knows.
  // Unless its texts outside of lanes (identifiers, names) went out
  // `as_they_were`, what the stream writes itself does not repeat them as read.
  virtual void passed_on(std::string_view data, bool as_they_were) = 0;

  // Whether this data, which is no JSON, ends the stream (chat: [DONE]), and
  // the event that does. Streams that end with an event like any other say so
  // with event_view::last.
  virtual bool is_terminator(std::string_view /*data*/) const { return false; }
  virtual std::string terminator() const { return {}; }

  // A complete event (SSE bytes, its name included) that adds `text` to a lane,
  // and goes to the client next; empty for a lane whose name may not be repeated.
  virtual std::string delta(lane to, std::string_view text) = 0;

  // Text of a lane that went to the client: masked, in order, by an event or a delta.
  virtual void released(lane /*of*/, std::string_view /*text*/) {}

  // Complete events (SSE bytes, terminator included) that end the answer so
  // that a client sees that a policy did, and cannot carry out a tool call that
  // was cut. `blocked` is the lane that decided.
  virtual std::string ending(lane blocked, const blocked_ending& why) const = 0;

  // A complete event (SSE bytes) that a client takes for an error. No
  // terminator follows it: the answer is not whole.
  virtual std::string error_event(std::string_view code, std::string_view message) const = 0;

  // Which text a lane is a part of: lanes with one number reach their reader as
  // one text, in the order in which they come. `apart`: it is one by itself.
  static constexpr std::uint32_t apart = 0xFFFF'FFFF;
  virtual std::uint32_t text_of(lane /*of*/) const { return apart; }

  // choices[1].delta.content
  virtual std::string path(lane of) const = 0;

  virtual std::size_t lanes() const = 0;             // given out so far: 0 .. lanes() - 1
  // As the client was told; empty until then.
  virtual std::string_view model() const = 0;
  virtual std::string_view response_id() const = 0;  // the upstream's
};

// Stateless; one object a dialect, alive for the whole program.
class codec {
 public:
  virtual ~codec() = default;
  virtual std::string_view name() const = 0;  // chat_completions

  // What a request, an answer and (the same, unless told) an event look like.
  virtual shape_root request_shape() const = 0;
  virtual shape_root answer_shape() const = 0;
  virtual shape_root event_shape() const { return answer_shape(); }

  // An endpoint without a request body is never asked to read one.
  virtual result<request_view> read_request(const json::document& body) const = 0;
  virtual result<answer_view> read_answer(const json::document& body) const = 0;

  // Whether answers may stream; open_stream is asked of those that do.
  virtual bool streams() const { return true; }
  virtual std::unique_ptr<answer_stream> open_stream(const request_facts& /*asked*/) const { return nullptr; }

  // Adds the edits that end a whole answer for the policy's reason, so that
  // nothing of the nodes in `blocked` is left: only the parts that hold them
  // (chat: choices) where the format has parts, everything where a node is in none.
  virtual void end_answer(const json::document& body, const std::vector<json::node_id>& blocked,
                          const blocked_ending& why, json::edits& changes) const = 0;
};

}  // namespace stoplog::dialect
