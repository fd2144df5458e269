#include "dialect/subject.hpp"

namespace stoplog::dialect {
namespace {

std::string_view text_at(const json::document& in, json::node_id object, std::string_view name) {
  const auto id = object == json::no_node ? object : in.find(object, name);
  return id == json::no_node || in[id].kind != json::kind::string ? std::string_view() : in[id].text;
}

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

std::string opening(const json::document& in, const request_view& view) {
  std::string said;
  for (const text_field& f : view.texts) {
    const role by = f.where.role;
    if (by == role::assistant || by == role::tool || by == role::function) break;
    if (by == role::none || f.where.channel != channel::content || f.encoded) continue;
    said += to_string(by);
    said += '\0';
    said += text_of(in, f);
    said += '\0';
  }
  return said;
}

}  // namespace

void read_subject(const json::document& body, const request_view& view, request_facts& facts) {
  constexpr auto root = json::document::root;
  const auto metadata = body.find(root, "metadata");
  const auto conversation = body.find(root, "conversation");
  facts.user = first_of({text_at(body, root, "safety_identifier"), text_at(body, root, "user"), text_at(body, metadata, "user_id")});
  facts.conversation = first_of({text_at(body, root, "conversation"), text_at(body, conversation, "id"),
                                 text_at(body, metadata, "conversation_id")});
  if (facts.conversation.empty()) facts.opening = opening(body, view);
}

}  // namespace stoplog::dialect
