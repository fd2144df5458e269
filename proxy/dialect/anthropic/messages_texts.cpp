#include "dialect/anthropic/messages_texts.hpp"

#include <algorithm>

namespace stoplog::dialect::anthropic {

using json::kind;
using json::no_node;

std::string_view word(const json::document& in, json::node_id object, std::string_view key) noexcept {
  const json::node_id id = in[object].kind == kind::object ? in.find(object, key) : no_node;
  return id != no_node && in[id].kind == kind::string ? in[id].text : std::string_view{};
}

std::string_view opaque_source(const json::document& in, json::node_id source) noexcept {
  const std::string_view type = word(in, source, "type");
  if (type == "text" || type == "content") return {};
  const json::node_id block = in[source].parent;
  const std::string_view of = block == no_node ? std::string_view{} : word(in, block, "type");
  if (of == "image") return "image";
  return of == "document" ? "document" : "file";
}

bool is_encoded(const json::document& in, json::node_id id, const shape& is) noexcept {
  if (!is.data) return false;
  const std::string_view text = in[id].text;
  const json::node_id around = in[id].parent;
  const std::string_view type = around == no_node ? std::string_view{} : word(in, around, "type");
  if (!is.opaque.empty() || (type != "text" && type != "base64")) return is_data(text);
  // What says that it is a text reaches the model as it stands, whatever it looks like.
  const auto coded = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
  };
  return type == "base64" && (is_data(text) || std::all_of(text.begin(), text.end(), coded));
}

std::string marked_signature(std::string_view signature) {
  return signature.empty() || signature.starts_with(masked_mark) ? std::string(signature) : std::string(masked_mark).append(signature);
}

bool is_block_text(const json::document& in, json::node_id id) noexcept {
  const json::node_id around = in[id].parent;
  if (around == no_node || in[id].key != "text") return false;
  const json::node_id list = in[around].parent;
  return list != no_node && in[list].kind == kind::array;
}

}  // namespace stoplog::dialect::anthropic
