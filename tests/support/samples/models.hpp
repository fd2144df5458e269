#pragma once

#include "dialect/openai/models_codec.hpp"
#include "support/samples/sample.hpp"

namespace stoplog::support {

// Only the answer has a body.
inline sample models_sample() {
  static const dialect::openai::models_codec codec;
  return {.codec = codec,
          .asked = {},
          .request = {},
          .answer = R"({"object":"list","type":"t","id":"x","created":1,"created_at":"2026-01-01","owned_by":"o","display_name":"d",
            "data":[{"id":"m-1","object":"model","new":{"k":"v"}}],"first_id":"f","last_id":"l","has_more":false})",
          .stream = {},
          .opaque_in_request = {},
          .opaque_in_answer = {},
          .request_fates = {},
          .answer_fates = {.found = 11, .keys_found = 3, .refused = {}, .missed = {}},
          .stream_fates = {}};
}

}  // namespace stoplog::support
