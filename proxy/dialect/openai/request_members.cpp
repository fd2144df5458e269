#include "dialect/openai/request_members.hpp"

#include <charconv>

namespace stoplog::dialect::openai {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

error wrong(std::string what) { return fail(errc::malformed_request, std::move(what)); }

node_id present(const document& d, node_id object, std::string_view key) {
  const node_id id = d.find(object, key);
  return id != no_node && d[id].kind == kind::null ? no_node : id;
}

result<bool> read_flag(const document& d, node_id object, std::string_view key) {
  const node_id id = present(d, object, key);
  if (id == no_node) return false;
  if (d[id].kind != kind::boolean) return wrong(std::string(key) + " must be true or false");
  return d[id].text == "true";
}

result<request_facts> read_common_facts(const document& d) {
  request_facts facts;
  const node_id model = d.find(document::root, "model");
  if (model == no_node || d[model].kind != kind::string || d[model].text.empty()) return wrong("model must be a string");
  facts.model = d[model].text;
  const auto streamed = read_flag(d, document::root, "stream");
  if (!streamed) return streamed.error();
  facts.streamed = *streamed;
  if (const node_id options = present(d, document::root, "stream_options"); options != no_node) {
    if (d[options].kind != kind::object) return wrong("stream_options must be an object");
    const auto usage = read_flag(d, options, "include_usage");
    if (!usage) return usage.error();
    facts.wants_usage = *usage;
  }
  return facts;
}

result<std::uint32_t> read_n(const document& d) {
  constexpr std::uint32_t n_max = 128;  // the API's own
  const node_id id = present(d, document::root, "n");
  if (id == no_node) return 1U;
  std::uint32_t n = 0;
  const std::string_view text = d[id].text;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), n);
  const bool whole = d[id].kind == kind::number && code == std::errc{} && end == text.data() + text.size();
  if (!whole || n < 1 || n > n_max) return wrong("n must be a whole number from 1 to " + std::to_string(n_max));
  return n;
}

std::string word(const document& d, std::string_view key) {
  const node_id id = d.find(document::root, key);
  return id != no_node && d[id].kind == kind::string ? std::string(d[id].text) : std::string();
}

void note_token_ids(const document& d, const std::vector<shape_id>& shapes, shape_id in, std::vector<opaque_part>& opaque) {
  for (node_id id = 0; id < d.size(); ++id) {
    if (d[id].kind != kind::array || shapes[id] != in) continue;
    node_id at = d[id].first_child;
    while (at != no_node && d[at].kind != kind::number) at = d[at].next;
    if (at != no_node) opaque.push_back({id, "token_ids"});
  }
}

std::uint64_t bytes_of(const document& d, const std::vector<text_field>& texts) {
  std::uint64_t bytes = 0;
  for (const text_field& f : texts) bytes += f.encoded ? 0 : text_of(d, f).size();
  return bytes;
}

}  // namespace stoplog::dialect::openai
