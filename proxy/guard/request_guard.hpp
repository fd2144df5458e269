// Judges a request. Flow:
//   request_guard g(codec, limits);
//   facts   = g.read(body)          who is asked for what: chooses route and policy
//   outcome = g.inspect(policy)     the verdict, and the bytes to forward
#pragma once

#include "base/limits.hpp"
#include "dialect/codec.hpp"
#include "guard/judged_texts.hpp"
#include "guard/report.hpp"
#include "guard/scratch.hpp"
#include "guard/transcript.hpp"
#include "policy/compiled.hpp"

#include <memory>
#include <string>

namespace stoplog::guard {

class request_guard {
 public:
  // `shared` is as a stream_guard's; nobody else may read with it between read() and inspect().
  request_guard(const dialect::codec& codec, const limits& limits, scratch* shared = nullptr);
  ~request_guard();
  request_guard(request_guard&&) noexcept;

  // Errors: malformed_json, invalid_utf8, too_deep, malformed_request.
  result<dialect::request_facts> read(std::string body);

  struct outcome {
    guard::report report;
    std::string body;  // what goes upstream: the judged bytes, redactions done; empty when blocked
  };
  // Once, after a successful read. Texts that `known` (may be null) has under this
  // policy need no second look; `kept` (may be null) gets all of them. Errors:
  // evaluation_failed under on_error block.
  result<outcome> inspect(const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known = nullptr,
                          transcript* kept = nullptr);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::guard
