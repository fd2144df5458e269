#pragma once

#include "dialect/openai/input_codec.hpp"
#include "support/samples/sample.hpp"

namespace stoplog::support {

inline sample embeddings_sample() {
  sample s{.codec = dialect::openai::embeddings};
  s.request = R"({"model":"emb","input":["one","two",[15496,995],{"type":"text","text":"three","image_url":{"url":"https://example.com/a.png"}}],
    "encoding_format":"float","dimensions":3,"user":"u-1","something_new":{"deep":[["text"]]}})";
  s.answer = R"({"object":"list","id":"emb-1","created":4,"data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},{"object":"embedding","index":1,"embedding":"AAAA"}],
    "model":"emb-1","usage":{"prompt_tokens":1,"note":"n"},"new_root":{"k":"v"}})";
  s.opaque_in_request = "input[3].image_url image_url\ninput[2] token_ids\n";
  s.request_fates = {9, 4, {}, {}};
  s.answer_fates = {8, 5, {}, {}};
  return s;
}

inline sample moderations_sample() {
  sample s{.codec = dialect::openai::moderations};
  s.request = R"({"model":"mod","input":["bare",{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}],"something_new":["text"]})";
  s.answer = R"({"id":"modr-1","model":"mod-1","results":[{"flagged":false,"categories":{"hate":false},"category_scores":{"hate":0.1},
    "category_applied_input_types":{"hate":["text"]}}],"new_root":{"k":"v"}})";
  s.opaque_in_request = "input[2].image_url image_url\n";
  s.request_fates = {7, 4, {}, {}};
  s.answer_fates = {4, 6, {}, {}};
  return s;
}

}  // namespace stoplog::support
