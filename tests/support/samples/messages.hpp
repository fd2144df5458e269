#pragma once

#include "dialect/anthropic/messages_codec.hpp"
#include "support/samples/sample.hpp"

namespace stoplog::support {

inline constexpr const char* messages_request = R"({"model":"claude-x","max_tokens":9,"stream":true,"temperature":1,"top_k":5,"top_p":1,"stop_sequences":["END"],"metadata":{"user_id":"u-1"},
  "tool_choice":{"type":"tool","name":"f"},"thinking":{"type":"enabled","budget_tokens":1024},"service_tier":"auto","container":"c-1","context_management":{"edits":[{"type":"clear"}]},
  "mcp_servers":[{"type":"url","url":"https://example.com/mcp","name":"m","authorization_token":"t"}],"output_config":{"effort":"low"},"output_format":{"type":"json_schema","schema":{"type":"object"}},
  "cache_control":{"type":"ephemeral"},"inference_geo":"eu","speed":"fast","thread":{"type":"continue","previous_message_id":"m-0"},"something_new":{"deep":[["text"]]},
  "system":[{"type":"text","text":"be kind","cache_control":{"type":"ephemeral"}}],
  "tools":[{"name":"f","description":"does f","input_schema":{"type":"object","properties":{"x":{"type":"string","description":"the x"}}}},{"type":"web_search_20250305","name":"web_search","allowed_domains":["example.com"]}],
  "messages":[
    {"role":"user","content":"look"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"AAAA"},
      {"type":"text","text":"calling","citations":[{"type":"char_location","cited_text":"c","document_title":"t"}]},
      {"type":"tool_use","id":"toolu_1","name":"f","input":{"x":"y","deep":[{"z":"w"}]},"caller":{"type":"direct"}},{"type":"server_tool_use","id":"s_1","name":"web_search","input":{"query":"q"}},
      {"type":"web_search_tool_result","tool_use_id":"s_1","content":[{"type":"web_search_result","title":"T","url":"https://example.com","page_age":"1d","encrypted_content":"@"}]},
      {"type":"mcp_tool_use","id":"m_1","name":"g","server_name":"m","input":{}},{"type":"mcp_tool_result","tool_use_id":"m_1","is_error":false,"content":[{"type":"text","text":"told"}]},
      {"type":"bash_code_execution_tool_result","tool_use_id":"b_1","content":{"type":"bash_code_execution_result","stdout":"o","stderr":"e","return_code":0,"encrypted_stdout":"x","content":[]}},
      {"type":"web_fetch_tool_result","tool_use_id":"w_1","content":{"type":"web_fetch_tool_result_error","error_code":"unavailable","retrieved_at":"now"}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":false,"content":[{"type":"text","text":"result"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@"}}]},
      {"type":"tool_result","tool_use_id":"toolu_2","content":"plain"},
      {"type":"document","title":"D","context":"C","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"a text"}},
      {"type":"document","source":{"type":"content","content":[{"type":"text","text":"inner"}]}},
      {"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}},{"type":"image","source":{"type":"file","file_id":"file-1"}},{"type":"container_upload","file_id":"file-2"},
      {"type":"search_result","source":"https://example.com/s","title":"S","content":[{"type":"text","text":"found"}],"citations":{"enabled":true}},
      {"type":"new_block","new_member":{"say":"hello"}}]}]})";

inline constexpr const char* messages_answer = R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-x-1","content":[
    {"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"AAAA"},{"type":"text","text":"hello","citations":[{"type":"page_location","cited_text":"c"}]},
    {"type":"tool_use","id":"toolu_1","name":"f","input":{"x":["y"]},"caller":{"type":"direct"}},
    {"type":"web_search_tool_result","tool_use_id":"s_1","content":[{"type":"web_search_result","title":"T","url":"https://example.com","page_age":"1d","encrypted_content":"@"}]},
    {"type":"bash_code_execution_tool_result","tool_use_id":"b_1","is_error":false,"server_name":"n","content":{"type":"r","stdout":"o","stderr":"e","return_code":0,"encrypted_stdout":"x","error_code":"c","retrieved_at":"now","file_id":"f-1"}},
    {"type":"document","title":"D","context":"C","cache_control":{"type":"e"},"source":{"type":"text","media_type":"text/plain","data":"a text","url":"u","file_id":"f","content":"i"}},{"type":"new_block","new_member":"n"}],
    "stop_reason":"end_turn","stop_sequence":"END","stop_details":{"type":"refusal","explanation":"e"},"usage":{"input_tokens":1,"service_tier":"standard"},"container":{"id":"c"},
    "context_management":{"applied_edits":[{"type":"t"}]},"input_tokens":5,"error":{"type":"api_error","message":"m"},"request_id":"r-1","new_root":{"k":"v"}})";

inline sample messages_sample() {
  static const dialect::anthropic::messages_codec codec;
  static const std::string coded(300, 'A');  // long enough to be data
  sample s{.codec = codec};
  s.named = true;
  s.request = messages_request;
  s.answer = messages_answer;
  s.stream = {
      R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x-1","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"container":null,"context_management":null,"input_tokens":1,"error":null,"request_id":"r","usage":{"input_tokens":1,"service_tier":"standard"}}})",
      R"({"type":"ping"})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}})",
      R"({"type":"content_block_stop","index":0})", R"({"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"AAAA"}})",
      R"({"type":"content_block_stop","index":1})", R"({"type":"content_block_start","index":2,"content_block":{"type":"text","text":"","citations":null}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"hello"}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"c"}}})",
      R"({"type":"content_block_stop","index":2})", R"({"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{},"caller":{"type":"direct"}}})",
      R"({"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"x\":"}})",
      R"({"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"y\"}"}})",
      R"({"type":"content_block_stop","index":3})", R"({"type":"content_block_start","index":4,"content_block":{"type":"web_search_tool_result","tool_use_id":"s_1","is_error":false,"server_name":"n","cache_control":{"type":"e"},"content":[{"type":"web_search_result","title":"T","context":"c","url":"https://example.com","page_age":"1d","encrypted_content":"@","file_id":"f","stdout":"o","stderr":"e","encrypted_stdout":"x","return_code":0,"error_code":"c","retrieved_at":"now","source":{"type":"text","media_type":"m","data":"a text","url":"u","file_id":"f","content":"i"}}]}})",
      R"({"type":"content_block_stop","index":4})",
      R"({"type":"content_block_start","index":5,"content_block":{"type":"compaction","content":null}})",
      R"({"type":"content_block_delta","index":5,"delta":{"type":"compaction_delta","content":"short"}})",
      R"({"type":"content_block_delta","index":5,"delta":{"type":"new_delta","new_member":"n","deep":["d"]}})",
      R"({"type":"content_block_stop","index":5})",
      R"({"type":"new_event","new_member":["v"]})",
      R"({"type":"error","error":{"type":"overloaded_error","message":"m"},"request_id":"r"})",
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null,"stop_details":{"type":"refusal"},"container":{"id":"c"}},"usage":{"output_tokens":4,"note":"n"},"context_management":{"applied_edits":[{"type":"t"}]}})",
      R"({"type":"message_stop"})",
  };
  s.opaque_in_request = "thread.previous_message_id previous_message\n"
                        "messages[1].content[5].content[0].encrypted_content encrypted\nmessages[2].content[0].content[1].source image\n"
                        "messages[2].content[4].source document\nmessages[2].content[5].source image\nmessages[2].content[6] file\n";
  s.opaque_in_answer = "content[4].content[0].encrypted_content encrypted\n";
  s.request_fates = {116, 64, {"messages[0].role", "messages[1].role", "messages[2].role"}, {}};
  s.answer_fates = {58, 23, {}, {}};
  s.stream_fates = {58, 55, {}, {}};
  for (std::size_t i = 0; i < s.stream.size(); ++i) {  // an event's name is its type, and a delta's members fit its type
    const auto refused = [&](const std::string& path) { s.stream_fates.refused.push_back(std::to_string(i) + " " + path); };
    refused("type");
    if (i == 2) refused("content_block.thinking");
    if (i == 8) refused("content_block.text");
    if (i == 3 || i == 4 || i == 9 || i == 10 || i == 13 || i == 14 || i == 19) refused("delta.type");
  }
  for (std::string* text : {&s.request, &s.answer, &s.stream[16]}) {
    for (std::size_t at = text->find('@'); at != std::string::npos; at = text->find('@', at)) text->replace(at, 1, coded);
  }
  return s;
}

inline sample count_tokens_sample() {
  static const dialect::anthropic::count_tokens_codec codec;
  sample s = messages_sample();
  sample made{.codec = codec};
  made.request = s.request;
  made.request_fates = s.request_fates;
  made.opaque_in_request = s.opaque_in_request;
  made.answer = s.answer;
  made.answer_fates = s.answer_fates;
  made.opaque_in_answer = s.opaque_in_answer;
  return made;
}

}  // namespace stoplog::support
