#include "audit/content_text.hpp"

#include "json/document.hpp"
#include "json/writer.hpp"

namespace stoplog::audit {
namespace {

std::string text_in(const json::document& in, json::node_id of, std::string_view name) {
  const auto id = in.find(of, name);
  return id == json::no_node || in[id].kind != json::kind::string ? std::string{} : std::string(in[id].text);
}

}  // namespace

std::string write_texts(std::string_view id, std::string_view mode, std::span<const content_text> texts) {
  json::writer out;
  out.begin_object().member("v", std::int64_t{1}).member("id", id).member("mode", mode).key("texts").begin_array();
  for (const content_text& each : texts) {
    out.begin_object().member("direction", to_string(each.where.direction)).member("role", to_string(each.where.role));
    out.member("channel", to_string(each.where.channel)).member("path", each.path);
    if (!each.rule.empty()) out.member("rule", each.rule);
    out.member("text", each.text).end_object();
  }
  return out.end_array().end_object().take();
}

std::optional<std::vector<content_text>> read_texts(std::string_view content) {
  json::reader reader;
  const auto read = reader.read(content);
  if (!read) return {};
  const json::document& in = **read;
  const auto list = in.find(json::document::root, "texts");
  if (list == json::no_node || in[list].kind != json::kind::array) return {};
  std::vector<content_text> found;
  for (auto each = in[list].first_child; each != json::no_node; each = in[each].next) {
    const auto way = direction_from(text_in(in, each, "direction"));
    const auto speaker = role_from(text_in(in, each, "role"));
    const auto part = channel_from(text_in(in, each, "channel"));
    if (!way || !speaker || !part) return {};
    found.push_back({{*way, *speaker, *part}, text_in(in, each, "path"), text_in(in, each, "rule"), text_in(in, each, "text")});
  }
  return found;
}

}  // namespace stoplog::audit
