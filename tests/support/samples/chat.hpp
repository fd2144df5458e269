#pragma once

#include "dialect/openai/chat_codec.hpp"
#include "support/samples/sample.hpp"

namespace stoplog::support {

inline sample chat_sample() {
  static const dialect::openai::chat_codec codec;
  sample s{.codec = codec};
  s.asked.choices = 2;
  s.request = R"({
  "model":"gpt-x","stream":true,"n":2,"temperature":0.5,"top_p":1,"frequency_penalty":0,"presence_penalty":0,"logprobs":true,"top_logprobs":2,"seed":7,"store":false,"max_tokens":9,"max_completion_tokens":9,"parallel_tool_calls":true,"prompt_cache_retention":"24h","function_call":{"name":"old"},"user":"u-1","safety_identifier":"s-1","prompt_cache_key":"k-1",
  "service_tier":"auto","reasoning_effort":"low","verbosity":"low","stop":["END","STOP"],"metadata":{"team":"a"},
  "modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"},"stream_options":{"include_usage":true},
  "logit_bias":{"50256":-100},"tool_choice":{"type":"function","function":{"name":"f"}},
  "prediction":{"type":"content","content":[{"type":"text","text":"predicted"}]},
  "response_format":{"type":"json_schema","json_schema":{"name":"answer","description":"d","schema":{"type":"object","properties":{"p":{"enum":["e1","e2"]}}}}},
  "web_search_options":{"user_location":{"type":"approximate","approximate":{"city":"Bern"}}},
  "tools":[{"type":"function","function":{"name":"f","description":"does f","parameters":{"type":"object","properties":{"x":{"type":"string","description":"the x"}},"required":["x"]},"strict":true}},
           {"type":"custom","custom":{"name":"c","description":"does c","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"start: A"}}}}],
  "functions":[{"name":"old","description":"old one","parameters":{"type":"object"}}],
  "something_new":{"deep":[["text"]]},
  "messages":[
    {"role":"system","content":"be kind","name":"sys"},
    {"role":"developer","content":[{"type":"text","text":"be brief"}]},
    {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
      {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA","filename":"a.pdf","file_id":"file-1"}},
      {"type":"video_url","video_url":{"url":"https://example.com/v.mp4"}},{"type":"text","text":"cached","cache_control":{"type":"ephemeral"}},{"type":"new_part","new_part":{"say":"hello"}},"bare"],"new_member":"n"},
    {"role":"assistant","content":"calling","refusal":"no","reasoning_content":"thinking","audio":{"id":"audio-1"},
      "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"call_2","type":"custom","custom":{"name":"c","input":"raw input"}}],
      "function_call":{"name":"old","arguments":"{}"}},
    {"role":"assistant","content":[{"type":"refusal","refusal":"cannot"}],"reasoning_details":[{"type":"reasoning.text","text":"deep","index":0}],"thinking_blocks":[{"type":"thinking","thinking":"hm"}],"images":[{"type":"thinking","thinking":"seen"}]},
    {"role":"tool","tool_call_id":"call_1","content":"result"},
    {"role":"function","name":"old","content":"old result"}]
})";
  s.answer = R"({"id":"chatcmpl-1","object":"chat.completion","created":5,"model":"gpt-x-1","system_fingerprint":"fp","service_tier":"default",
  "choices":[{"index":0,"message":{"role":"assistant","content":"hello","refusal":"no","reasoning_content":"hm","reasoning":"hm2",
     "reasoning_details":[{"type":"reasoning.text","text":"deep","format":"f","id":"r1"}],
     "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":\"y\"}"}},{"id":"call_2","type":"custom","custom":{"name":"c","input":"in"}}],
     "function_call":{"name":"old","arguments":"{}"},
     "audio":{"id":"a1","data":"data:audio/wav;base64,AAAA","transcript":"spoken","expires_at":9},
     "annotations":[{"type":"url_citation","url_citation":{"title":"T","url":"https://example.com","start_index":0}}],"new_member":{"x":["y"]}},
   "logprobs":{"content":[{"token":"hello","logprob":-1,"bytes":[104],"top_logprobs":[{"token":"hi","logprob":-2,"bytes":null}]}],"refusal":[{"token":"no","logprob":-1,"bytes":null,"top_logprobs":[]}]},
   "finish_reason":"stop","content_filter_results":{"hate":{"severity":"safe"}},"stop_reason":"s"},
   {"index":1,"message":{"role":"assistant","content":[{"type":"text","text":"part"}]},"finish_reason":"length"}],
  "usage":{"prompt_tokens":1,"note":"n"},"citations":["https://example.com/c"],"search_results":[{"title":"found"}],"new_root":{"k":"v"}})";
  s.stream = {
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":"gpt-x-1","system_fingerprint":"fp","service_tier":"default","obfuscation":"zz","new_root":["v"],"choices":[{"index":0,"delta":{"role":"assistant","content":"hel","refusal":"n","reasoning_content":"h","reasoning":"i","reasoning_details":[{"type":"reasoning.text","text":"deep"}],"new_member":{"x":["y"]}},"logprobs":{"content":[{"token":"hel","logprob":-1,"bytes":[104],"top_logprobs":[{"token":"hi","logprob":-2}]}],"refusal":null},"finish_reason":null,"content_filter_results":{"hate":{"severity":"safe"}}}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":1,"delta":{"content":[{"type":"text","text":"part"}],"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\""}},{"index":1,"id":"call_2","type":"custom","custom":{"name":"c","input":"in"}}],"function_call":{"name":"old","arguments":"{"},"audio":{"id":"a1","data":"data:audio/wav;base64,AAAA","transcript":"spo"},"annotations":[{"type":"url_citation","url_citation":{"title":"T","url":"https://example.com"}}]}}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null},{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":"tool_calls","stop_reason":"s"}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":{"total_tokens":4,"note":"n"}})",
  };
  s.opaque_in_request =
      "messages[2].content[1].image_url image_url\nmessages[2].content[2].image_url image_url\n"
      "messages[2].content[3].input_audio input_audio\nmessages[2].content[4].file file\nmessages[2].content[5].video_url video_url\nmessages[3].audio audio\n";
  s.opaque_in_answer = "choices[0].message.audio audio\n";
  s.request_fates = {97, 63, {"messages[0].role", "messages[1].role", "messages[2].role", "messages[3].role", "messages[4].role", "messages[5].role", "messages[6].role"},
                     {"messages[2].content[2].image_url.url", "messages[2].content[4].file.file_data"}};
  s.answer_fates = {44, 25, {}, {"choices[0].message.audio.data"}};
  s.stream_fates = {46, 34, {}, {"1 choices[0].delta.audio.data"}};
  return s;
}

}  // namespace stoplog::support
