#pragma once

#include "dialect/responses/codec.hpp"
#include "json/document.hpp"
#include "support/samples/sample.hpp"

namespace stoplog::support {

inline std::string responses_settings() {
  return R"("metadata":{"team":"a"},"user":"u-1","safety_identifier":"s-1","prompt_cache_key":"k-1","prompt_cache_options":{"mode":"implicit"},
    "prompt_cache_retention":"24h","reasoning":{"effort":"low","summary":"auto"},"truncation":"auto","service_tier":"auto","moderation":{"model":"mod"},
    "background":false,"store":true,"parallel_tool_calls":true,"max_output_tokens":9,"max_tool_calls":2,"temperature":0.5,"top_p":1,"top_logprobs":2,
    "tool_choice":{"type":"function","name":"f"},"text":{"format":{"type":"json_schema","name":"a","description":"d","schema":{"type":"object","properties":{"p":{"enum":["e1"]}}}},"verbosity":"low"},
    "tools":[{"type":"function","name":"f","description":"does f","parameters":{"type":"object","properties":{"x":{"type":"string","description":"the x"}}},"strict":true},
      {"type":"mcp","server_label":"m","server_url":"https://example.com/mcp","headers":{"x-a":"b"}},{"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"start: A"}}])";
}

inline std::string responses_request() {
  return R"({"model":"gpt-x","stream":true,"instructions":"be kind","include":["reasoning.encrypted_content"],"stream_options":{"include_obfuscation":false},
    "previous_response_id":"resp_0","conversation":{"id":"conv_1"},"context_management":[{"type":"compaction"}],
    "prompt":{"id":"pmpt_1","version":"2","variables":{"city":"Bern","pic":{"type":"input_image","image_url":"https://example.com/v.png"},
      "doc":{"type":"input_file","file_id":"file-2","filename":"b.txt","file_data":"data:application/pdf;base64,AAAA","score":1,"url":"https://example.com"}}},)" +
              responses_settings() + R"(,"something_new":{"deep":[["text"]]},
    "input":[
      {"role":"system","content":"system words"},{"type":"message","role":"developer","content":[{"type":"input_text","text":"brief"}],"new_member":"n"},
      {"type":"message","role":"user","phase":"p","content":[{"type":"input_text","text":"look","prompt_cache_breakpoint":{"mode":"explicit"}},
        {"type":"input_image","image_url":"https://example.com/a.png","detail":"low"},{"type":"input_image","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
        {"type":"input_image","file_id":"file-3"},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},
        {"type":"input_file","file_data":"data:application/pdf;base64,AAAA","filename":"a.pdf"},{"type":"input_file","file_url":"https://example.com/f.pdf"},
        {"type":"new_part","new_part":{"say":"hello"}},"bare"]},
      {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"calling","annotations":[{"type":"url_citation","url":"https://example.com","title":"T"}],"logprobs":[]},
        {"type":"refusal","refusal":"cannot"},{"type":"output_audio","data":"data:audio/wav;base64,AAAA","transcript":"spoken"}]},
      {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"in short","id":"x","status":"s"}],"content":[{"type":"reasoning_text","text":"at length"}],"encrypted_content":"sealed"},
      {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"x\":1}","namespace":"ns","caller":{"type":"direct"}},
      {"type":"function_call_output","call_id":"c1","output":"result","created_by":"u"},
      {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"result in parts"}]},
      {"type":"custom_tool_call","call_id":"c2","name":"c","input":"raw input"},{"type":"custom_tool_call_output","call_id":"c2","output":"raw result"},
      {"type":"computer_call","call_id":"c3","action":{"type":"type","text":"typed"},"actions":[{"type":"keypress","keys":["a"]}],"pending_safety_checks":[{"id":"p","code":"c","message":"m"}]},
      {"type":"computer_call_output","call_id":"c3","output":{"type":"computer_screenshot","image_url":"https://example.com/s.png"},"acknowledged_safety_checks":[{"id":"p"}]},
      {"type":"web_search_call","id":"ws_1","action":{"type":"search","query":"what","queries":["w"],"sources":[{"type":"url","url":"https://example.com"}]}},
      {"type":"file_search_call","id":"fs_1","queries":["where"],"results":[{"file_id":"file-1","filename":"f","text":"found text","attributes":{"k":"v"}}]},
      {"type":"code_interpreter_call","id":"ci_1","code":"print 1","container_id":"ct","outputs":[{"type":"logs","logs":"1"},{"type":"image","url":"data:image/png;base64,AAAA"}]},
      {"type":"local_shell_call","id":"ls_1","call_id":"c4","action":{"type":"exec","command":["ls","-l"],"env":{"A":"b"},"working_directory":"/w"}},{"type":"local_shell_call_output","id":"ls_1","output":"listing"},
      {"type":"shell_call","call_id":"c5","action":{"commands":["pwd"]},"environment":{"type":"local"}},
      {"type":"shell_call_output","call_id":"c5","max_output_length":9,"output":[{"stdout":"so","stderr":"se","outcome":{"type":"exit","exit_code":0},"created_by":"u"}]},
      {"type":"apply_patch_call","call_id":"c6","operation":{"type":"update_file","path":"a.txt","diff":"+line"}},{"type":"apply_patch_call_output","call_id":"c6","output":"applied"},
      {"type":"mcp_list_tools","id":"ml_1","server_label":"m","tools":[{"name":"t","description":"td","input_schema":{"type":"object"}}],"error":"e"},
      {"type":"mcp_approval_request","id":"ma_1","server_label":"m","name":"t","arguments":"{}"},{"type":"mcp_approval_response","approval_request_id":"ma_1","approve":true,"reason":"why"},
      {"type":"mcp_call","id":"mc_1","server_label":"m","name":"t","arguments":"{\"a\":\"b\"}","output":"mcp result","error":{"type":"x","message":"m"}},
      {"type":"image_generation_call","id":"ig_1","result":"data:image/png;base64,AAAA","revised_prompt":"a mill","background":"auto","output_format":"png","quality":"low","size":"s"},
      {"type":"program","id":"pr_1","call_id":"c7","code":"run 1","fingerprint":"fp"},{"type":"program_output","id":"pr_1","result":"ran"},
      {"type":"tool_search_call","arguments":{"goal":"find"},"execution":"server"},
      {"type":"item_reference","id":"msg_0"},{"type":"new_item","say":{"it":["aloud"]}}]})";
}

inline std::string responses_answer() {
  return R"({"id":"resp_1","object":"response","created_at":5,"completed_at":6,"status":"completed","model":"gpt-x-1","error":null,"incomplete_details":null,
    "instructions":[{"role":"developer","content":"be kind"}],"previous_response_id":"resp_0","conversation":{"id":"conv_1"},"prompt":{"id":"pmpt_1","variables":{"city":"Bern"}},
    "usage":{"total_tokens":3,"note":"n"},"billing":{"payer":"p"},"frequency_penalty":0,"presence_penalty":0,"output_text":"hello",)" +
             responses_settings() + R"(,"new_root":{"k":"v"},
    "output":[
      {"type":"reasoning","id":"rs_1","status":"completed","summary":[{"type":"summary_text","text":"in short","id":"x","status":"s"}],"content":[{"type":"reasoning_text","text":"at length"}],"encrypted_content":"sealed"},
      {"type":"message","id":"msg_1","role":"assistant","status":"completed","phase":"final_answer","content":[{"type":"output_text","text":"hello","annotations":[{"type":"url_citation","url":"https://example.com","title":"T"}],
         "logprobs":[{"token":"hello","logprob":-1,"bytes":[104],"top_logprobs":[{"token":"hi","logprob":-2,"bytes":[]}]}]},{"type":"refusal","refusal":"cannot"},{"type":"output_audio","data":"data:audio/wav;base64,AAAA","transcript":"spoken"}]},
      {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"x\":\"y\"}","status":"completed"},{"type":"custom_tool_call","id":"ct_1","call_id":"c2","name":"c","input":"in"},
      {"type":"mcp_call","id":"mc_1","server_label":"m","name":"t","arguments":"{}","output":"mcp result"},{"type":"code_interpreter_call","id":"ci_1","code":"print 1","container_id":"ct","outputs":[{"type":"logs","logs":"1"},{"type":"image","url":"data:image/png;base64,AAAA"}]},
      {"type":"file_search_call","id":"fs_1","queries":["where"],"results":[{"file_id":"file-1","filename":"f","text":"found text"}]},{"type":"image_generation_call","id":"ig_1","result":"data:image/png;base64,AAAA"},
      {"type":"shell_call","id":"sh_1","call_id":"c5","action":{"commands":["pwd"]}},{"type":"new_item","say":{"it":["aloud"]}}]})";
}

inline std::vector<std::string> responses_events() {
  const std::string response = R"({"id":"resp_1","object":"response","created_at":5,"status":"in_progress","model":"gpt-x-1","error":null,"incomplete_details":null,"instructions":"be kind","output":[],"new_root":["v"]})";
  const auto at = [](int number, const std::string& type, const std::string& rest) {
    return "{\"type\":\"" + type + "\",\"sequence_number\":" + std::to_string(number) + "," + rest + "}";
  };
  const std::string text = R"("item_id":"msg_1","output_index":1,"content_index":0,)";
  return {
      at(0, "response.created", "\"response\":" + response),
      at(1, "response.output_item.added", R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]})"),
      at(2, "response.reasoning_summary_part.added", R"("item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"in"})"),
      at(3, "response.reasoning_summary_text.delta", R"("item_id":"rs_1","output_index":0,"summary_index":0,"delta":" short","obfuscation":"zz")"),
      at(4, "response.reasoning_summary_text.done", R"("item_id":"rs_1","output_index":0,"summary_index":0,"text":"in short")"),
      at(5, "response.reasoning_summary_part.done", R"("item_id":"rs_1","output_index":0,"summary_index":0,"status":"s","part":{"type":"summary_text","text":"in short"})"),
      at(6, "response.reasoning_text.delta", R"("item_id":"rs_1","output_index":0,"content_index":0,"delta":"at length")"),
      at(7, "response.output_item.done", R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"in short"}],"content":[{"type":"reasoning_text","text":"at length"}],"encrypted_content":"sealed"})"),
      at(8, "response.output_item.added", R"("output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]})"),
      at(9, "response.content_part.added", text + R"("part":{"type":"output_text","text":"he","annotations":[],"logprobs":[]})"),
      at(10, "response.output_text.delta", text + R"("delta":"llo","logprobs":[{"token":"llo","logprob":-1,"bytes":[1],"top_logprobs":[{"token":"hi","logprob":-2}]}],"new_member":{"x":["y"]})"),
      at(11, "response.output_text.annotation.added", text + R"("annotation_index":0,"annotation":{"type":"url_citation","title":"T","url":"https://example.com"})"),
      at(12, "response.output_text.done", text + R"("text":"hello","logprobs":[{"token":"hello","logprob":-1}])"),
      at(13, "response.content_part.done", text + R"("part":{"type":"output_text","text":"hello","annotations":[{"title":"T"}],"logprobs":[{"token":"hello","logprob":-1}]})"),
      at(14, "response.refusal.delta", R"("item_id":"msg_1","output_index":1,"content_index":1,"delta":"cannot")"),
      at(15, "response.refusal.done", R"("item_id":"msg_1","output_index":1,"content_index":1,"refusal":"cannot")"),
      at(16, "response.output_item.done", R"("output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hello","annotations":[]},{"type":"refusal","refusal":"cannot"}]})"),
      at(17, "response.output_item.added", R"("output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":""})"),
      at(18, "response.function_call_arguments.delta", R"("item_id":"fc_1","output_index":2,"delta":"{\"x\":\"y\"}")"),
      at(19, "response.function_call_arguments.done", R"("item_id":"fc_1","output_index":2,"name":"f","arguments":"{\"x\":\"y\"}")"),
      at(20, "response.output_item.added", R"("output_index":3,"item":{"type":"custom_tool_call","id":"ct_1","call_id":"c2","name":"c","input":""})"),
      at(21, "response.custom_tool_call_input.delta", R"("item_id":"ct_1","output_index":3,"delta":"in")"),
      at(22, "response.custom_tool_call_input.done", R"("item_id":"ct_1","output_index":3,"input":"in")"),
      at(23, "response.mcp_call_arguments.delta", R"("item_id":"mc_1","output_index":4,"delta":"{}")"),
      at(24, "response.code_interpreter_call_code.delta", R"("item_id":"ci_1","output_index":5,"delta":"print 1")"),
      at(25, "response.code_interpreter_call_code.done", R"("item_id":"ci_1","output_index":5,"code":"print 1")"),
      at(26, "response.image_generation_call.partial_image", R"("item_id":"ig_1","output_index":6,"partial_image_index":0,"partial_image_b64":"data:image/png;base64,AAAA")"),
      at(27, "response.audio.delta", R"("delta":"data:audio/wav;base64,AAAA")"),
      at(28, "response.audio.transcript.delta", R"("delta":"spoken")"),
      at(29, "response.audio.transcript.done", R"("transcript":"spoken")"),
      at(30, "response.new_thing.delta", R"("item_id":"x","output_index":7,"delta":{"say":["hel"]},"other":"o")"),
      at(31, "response.new_thing", R"("what":["is","it"])"),
      at(32, "error", R"("code":"c","message":"m","param":"p")"),
      at(33, "response.completed", R"("response":{"id":"resp_1","object":"response","status":"completed","model":"gpt-x-1","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"hello"}]}]})"),
  };
}

inline sample responses_sample() {
  static const dialect::responses::responses_codec codec;
  sample s{.codec = codec};
  s.request = responses_request();
  s.answer = responses_answer();
  s.stream = responses_events();
  s.opaque_in_request =
      "previous_response_id previous_response\nconversation conversation\nprompt prompt_template\nprompt.variables.pic.image_url image_url\n"
      "prompt.variables.doc.file_data file\ninput[2].content[1].image_url image_url\ninput[2].content[2].image_url image_url\n"
      "input[2].content[2].image_url.url data\ninput[2].content[3].file_id file\ninput[2].content[4].input_audio input_audio\n"
      "input[2].content[5].file_data file\ninput[2].content[6].file_url file\ninput[3].content[2].data audio\n"
      "input[11].output.image_url image_url\ninput[14].outputs[1].url data\ninput[25].result image\ninput[29] item_reference\n";
  s.opaque_in_answer = "output[1].content[2].data audio\noutput[5].outputs[1].url data\noutput[7].result image\n";
  s.request_fates = {229, 102, {"input[0].role", "input[1].role", "input[2].role", "input[3].role"},
                     {"prompt.variables.doc.file_data", "input[2].content[2].image_url.url", "input[2].content[5].file_data",
                      "input[3].content[2].data", "input[14].outputs[1].url", "input[25].result"}};
  s.answer_fates = {112, 49, {}, {"output[1].content[2].data", "output[5].outputs[1].url", "output[7].result"}};
  s.stream_fates = {144, 60, {}, {"26 partial_image_b64", "27 delta"}};
  s.event_root = [](std::string_view data) {
    json::reader reader;
    const auto read = reader.read(data);
    return dialect::responses::event_root((**read)[(**read).find(0, "type")].text);
  };
  return s;
}

}  // namespace stoplog::support
