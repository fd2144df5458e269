#include "demo/ask.hpp"

#include "json/document.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::demo {
namespace {

using json::document;
using json::no_node;
using json::node_id;

std::string_view text_of(const document& doc, node_id object, std::string_view key) {
  const node_id member = doc.find(object, key);
  return member != no_node && doc[member].kind == json::kind::string ? doc[member].text : std::string_view{};
}

bool is_true(const document& doc, node_id object, std::string_view key) {
  const node_id member = object == no_node ? no_node : doc.find(object, key);
  return member != no_node && doc[member].kind == json::kind::boolean && doc[member].text == "true";
}

// A message's text: a string, or its parts that have one, one after the other.
std::string message_text(const document& doc, node_id message) {
  const node_id content = doc.find(message, "content");
  if (content == no_node) return {};
  if (doc[content].kind == json::kind::string) return std::string(doc[content].text);
  std::string text;
  for (node_id part = doc[content].first_child; part != no_node; part = doc[part].next) text += text_of(doc, part, "text");
  return text;
}

// What a tool told, as each API says it.
bool is_tool_result(const document& doc, node_id message) {
  if (text_of(doc, message, "role") == "tool" || text_of(doc, message, "type") == "function_call_output") return true;
  const node_id content = doc.find(message, "content");
  const node_id first = content == no_node ? no_node : doc[content].first_child;
  return first != no_node && text_of(doc, first, "type") == "tool_result";
}

bool ends_with_tool_result(const document& doc, std::string_view key) {
  const node_id list = doc.find(document::root, key);
  node_id last = list == no_node || doc[list].kind != json::kind::array ? no_node : doc[list].first_child;
  while (last != no_node && doc[last].next != no_node) last = doc[last].next;
  return last != no_node && is_tool_result(doc, last);
}

std::string last_user_text(const document& doc, node_id messages) {
  std::string text;
  for (node_id m = doc[messages].first_child; m != no_node; m = doc[m].next) {
    if (text_of(doc, m, "role") == "user" && !is_tool_result(doc, m)) text = message_text(doc, m);
  }
  return text;
}

std::string first_tool(const document& doc) {
  const node_id tools = doc.find(document::root, "tools");
  if (tools == no_node || doc[tools].first_child == no_node) return {};
  const node_id tool = doc[tools].first_child;
  const node_id function = doc.find(tool, "function");
  return std::string(text_of(doc, function == no_node ? tool : function, "name"));
}

int choices(const document& doc) {
  const node_id n = doc.find(document::root, "n");
  if (n == no_node) return 1;
  int count = 1;
  const std::string_view digits = doc[n].text;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return std::clamp(count, 1, 8);
}

behaviour behaviour_of(std::string_view name) {
  const auto* found = std::ranges::find(models, name, &model::name);
  return found == std::end(models) ? behaviour::answer : found->behaviour;
}

std::string_view said_in(api spoken) {
  switch (spoken) {
    case api::chat:
    case api::messages: return "messages";
    case api::completions: return "prompt";
    case api::responses: return "input";
  }
  return {};
}

// What is asked, wherever the API puts it.
result<std::string> last_text(api spoken, const document& doc) {
  const std::string_view key = said_in(spoken);
  const node_id said = doc.find(document::root, key);
  if (said != no_node && doc[said].kind == json::kind::string && key != "messages") return std::string(doc[said].text);
  if (said == no_node || doc[said].kind != json::kind::array) return fail(errc::malformed_request, std::string(key) + " must be a list");
  if (spoken != api::completions) return last_user_text(doc, said);
  const node_id first = doc[said].first_child;
  return first != no_node && doc[first].kind == json::kind::string ? std::string(doc[first].text) : std::string();
}

}  // namespace

result<ask> read_ask(api spoken, std::string_view body) {
  json::reader reader;
  const auto read = reader.read(body);
  if (!read) return read.error();
  const document& doc = **read;
  auto text = last_text(spoken, doc);
  if (!text) return text.error();
  ask asked;
  asked.api = spoken;
  asked.model = text_of(doc, document::root, "model");
  asked.behaviour = behaviour_of(asked.model);
  asked.stream = is_true(doc, document::root, "stream");
  asked.include_usage = is_true(doc, doc.find(document::root, "stream_options"), "include_usage");
  asked.choices = choices(doc);
  asked.last_message = std::move(*text);
  if (spoken != api::completions && !ends_with_tool_result(doc, said_in(spoken))) asked.tool = first_tool(doc);
  return asked;
}

}  // namespace stoplog::demo
