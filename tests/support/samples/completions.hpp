#pragma once

#include "dialect/openai/completions_codec.hpp"
#include "support/samples/sample.hpp"

namespace stoplog::support {

inline sample completions_sample() {
  static const dialect::openai::completions_codec codec;
  sample s{.codec = codec};
  s.asked.choices = 2;
  s.request = R"({"model":"gpt-i","prompt":["Once","upon",[15496,995]],"suffix":"the end","stop":["END","STOP"],"user":"u-1",
    "stream":true,"stream_options":{"include_usage":true},"logit_bias":{"50256":-100},"n":1,"best_of":1,"echo":false,"logprobs":2,
    "max_tokens":9,"temperature":0.5,"top_p":1,"frequency_penalty":0,"presence_penalty":0,"seed":7,"something_new":{"deep":[["text"]]}})";
  s.answer = R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"gpt-i-1","system_fingerprint":"fp","service_tier":"default",
    "choices":[{"index":0,"text":"a time","reasoning":"hm","logprobs":{"tokens":["a"," time"],"token_logprobs":[-1,-2],"top_logprobs":[{"a":-1,"the":-2},null],"text_offset":[0,1]},
      "finish_reason":"stop","stop_reason":"s"},
     {"index":1,"text":"b","logprobs":null,"finish_reason":"length","new_member":{"x":["y"]}}],
    "usage":{"prompt_tokens":1,"note":"n"},"new_root":{"k":"v"}})";
  s.stream = {
      R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"gpt-i-1","system_fingerprint":"fp","service_tier":"default","obfuscation":"zz","new_root":["v"],"choices":[{"index":0,"text":"a ti","reasoning":"h","logprobs":{"tokens":["a"," ti"],"token_logprobs":[-1,-2],"top_logprobs":[{"a":-1}],"text_offset":[0,1]},"finish_reason":null}]})",
      R"({"id":"cmpl-1","choices":[{"index":1,"text":"b","logprobs":null,"finish_reason":null,"new_member":{"x":["y"]}}]})",
      R"({"id":"cmpl-1","choices":[{"index":0,"text":"me","finish_reason":"stop","stop_reason":"s"}]})",
      R"({"id":"cmpl-1","choices":[{"index":1,"text":"","finish_reason":"length"}]})",
      R"({"id":"cmpl-1","object":"text_completion","choices":[],"usage":{"total_tokens":4,"note":"n"}})",
  };
  s.opaque_in_request = "prompt[2] token_ids\n";
  s.request_fates = {8, 4, {}, {}};
  s.answer_fates = {16, 8, {}, {}};
  s.stream_fates = {24, 13, {}, {}};
  return s;
}

}  // namespace stoplog::support
