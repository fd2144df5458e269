// Judges a streamed answer while it streams. Flow:
//   loop: step = g.on_bytes(what the upstream sent, is this the end?)
//         release: write step.bytes, then read on
//         stop:    make the record durable, then write step.bytes, close the upstream
//         done:    write step.bytes; the answer is over, nothing after it is forwarded
// Releases do not depend on how the upstream's bytes were cut. Under release:
// buffer there is one release at most, with all of the answer.
#pragma once

#include "base/limits.hpp"
#include "dialect/codec.hpp"
#include "guard/report.hpp"
#include "guard/scratch.hpp"
#include "guard/transcript.hpp"
#include "policy/compiled.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace stoplog::guard {

struct stream_step {
  enum class kind : std::uint8_t { need_more, release, stop, done };
  kind what = kind::need_more;
  std::string_view bytes;  // SSE to send; valid until the next call
  // `stop` only: events that were judged clean before the deciding one in the
  // same read stand first in `bytes`; the blocked ending begins here.
  std::size_t ending_at = 0;
};

class stream_guard {
 public:
  // `shared` outlives the guard, is made with the same limits and is used by
  // one thread; null: a guard has its own. `kept` outlives it too; null: nothing
  // is kept.
  stream_guard(const dialect::codec& codec, const dialect::request_facts& asked, const limits& limits,
               std::shared_ptr<const policy::compiled_policy> policy, scratch* shared = nullptr, transcript* kept = nullptr);
  ~stream_guard();
  stream_guard(stream_guard&&) noexcept;

  // `end`: the upstream closed its answer properly after these bytes.
  // Errors: upstream_malformed (SSE, JSON, a limit), upstream_truncated (ended
  // without its terminator; what is held is dropped), evaluation_failed.
  // After an error or a stop: no more calls. The error's ending for the client
  // is error_ending().
  result<stream_step> on_bytes(std::string_view bytes, bool end);

  // Events that tell a client that the answer broke off and why.
  std::string error_ending(errc why) const;

  const guard::report& report() const noexcept;  // with all counts: for the end, not for each event
  stoplog::verdict verdict() const noexcept;     // so far
  std::string_view model() const noexcept;
  std::string_view response_id() const noexcept;
  std::uint64_t events() const noexcept;  // events received
  std::uint64_t held() const noexcept;    // bytes of text held back now

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::guard
