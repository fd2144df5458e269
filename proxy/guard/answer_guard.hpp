// Judges an answer that came whole.
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

struct answer_outcome {
  guard::report report;
  std::string body;         // what the client gets: judged, redacted or ended by the policy
  std::string model;        // as answered
  std::string response_id;  // the upstream's
};

// Errors: upstream_malformed (not JSON, or not an answer of this dialect),
// evaluation_failed under on_error block. `kept` and `shared` may be null, as a stream_guard's.
result<answer_outcome> inspect_answer(const dialect::codec& codec, const limits& limits,
                                      const std::shared_ptr<const policy::compiled_policy>& policy, std::string body,
                                      transcript* kept = nullptr, scratch* shared = nullptr);

}  // namespace stoplog::guard
