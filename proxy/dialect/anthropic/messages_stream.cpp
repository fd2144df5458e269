#include "dialect/anthropic/messages_stream.hpp"

#include "dialect/anthropic/messages_shapes.hpp"
#include "dialect/anthropic/messages_texts.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace stoplog::dialect::anthropic {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

error malformed(std::string what) { return fail(errc::upstream_malformed, std::move(what)); }

std::optional<std::uint32_t> index_of(const document& d) {
  const node_id id = d.find(document::root, "index");
  if (id == no_node || d[id].kind != kind::number) return std::nullopt;
  std::uint32_t index = 0;
  const std::string_view text = d[id].text;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return index;
}

node_id object_at(const document& d, std::string_view key) {
  const node_id id = d.find(document::root, key);
  return id != no_node && d[id].kind == kind::object ? id : no_node;
}

// The member that a delta of a known type brings.
struct known_delta {
  std::string_view type;
  std::string_view key;
};
constexpr known_delta known_deltas[] = {
    {"text_delta", "text"},           {"thinking_delta", "thinking"}, {"input_json_delta", "partial_json"},
    {"signature_delta", "signature"}, {"citations_delta", "citation"}, {"compaction_delta", "content"},
};

const known_delta* find_delta(std::string_view type) noexcept {
  const auto* const at = std::find_if(std::begin(known_deltas), std::end(known_deltas), [type](const known_delta& k) { return k.type == type; });
  return at == std::end(known_deltas) ? nullptr : at;
}

// Whether a client that looks at members and one that looks at types read the same.
bool fits_its_type(const document& d, node_id delta, std::string_view type) {
  return std::all_of(std::begin(known_deltas), std::end(known_deltas), [&](const known_delta& k) {
    return k.type == type || d.find(delta, k.key) == no_node;
  });
}

bool says_nothing(const document& d, node_id object, std::string_view key) {
  const node_id id = d.find(object, key);
  if (id == no_node || d[id].kind == kind::null) return true;
  return d[id].kind == kind::string ? d[id].text.empty() : d[id].kind == kind::array && d[id].first_child == no_node;
}

}  // namespace

messages_stream::block_kind messages_stream::kind_of(std::string_view type) noexcept {
  if (type == "text") return block_kind::text;
  if (type == "thinking") return block_kind::thinking;
  // Carried out by the API itself, which tells the client.
  if (type == "server_tool_use" || type == "mcp_tool_use") return block_kind::server_tool;
  if (type == "redacted_thinking" || type == "compaction" || type.ends_with("_tool_result")) return block_kind::told;
  return block_kind::carried_out;
}

result<const event_view*> messages_stream::read(std::string_view name, const document& data) {
  view_.texts.clear();
  view_.opaque.clear();
  view_.unknown.clear();
  view_.ended.clear();
  view_.last = false;
  view_.goes = passing::now;
  if (data[document::root].kind != kind::object) return malformed("an event's data must be an object");
  const std::string_view type = word(data, document::root, "type");
  if (type.empty() || type != name) return malformed("an event whose name is not its type");
  const auto given = give_shapes(data, message_shapes(), event, false, shapes_);
  if (!given) return given.error();
  const auto stepped = step(type, data);
  if (!stepped) return stepped.error();
  const auto collected = collect(type, data);
  if (!collected) return collected.error();
  return &view_;
}

result<void> messages_stream::step(std::string_view type, const document& d) {
  if (type == "message_start") return start_message(d);
  if (type == "content_block_start") return start_block(d);
  if (type == "content_block_delta") return take_delta(d);
  if (type == "content_block_stop") return stop_block(d);
  if (type == "message_delta" || type == "message_stop") {
    if (!read_.started || read_.open) return malformed("a message that ends where it cannot");
    end_lanes(true);
    read_.over = true;
    view_.last = type == "message_stop";
    return {};
  }
  // A ping, an error, or what this version does not know: it says nothing of what waits.
  view_.goes = passing::ahead;
  if (type != "ping" && type != "error") view_.unknown.push_back(document::root);
  return {};
}

result<void> messages_stream::start_message(const document& d) {
  const node_id message = object_at(d, "message");
  if (read_.started || message == no_node) return malformed("a message that begins where it cannot");
  if (!says_nothing(d, message, "content")) return malformed("a message that begins with content");
  read_.started = true;
  read_id_ = word(d, message, "id");
  read_model_ = word(d, message, "model");
  return {};
}

result<void> messages_stream::start_block(const document& d) {
  const node_id block = object_at(d, "content_block");
  const auto index = index_of(d);
  const bool fits = read_.started && !read_.over && !read_.open && block != no_node && index && *index == read_.blocks;
  if (!fits) return malformed("a block that begins where it cannot");
  // Some clients add to what a block begins with, some forget it.
  if (!says_nothing(d, block, "text") || !says_nothing(d, block, "thinking")) return malformed("a block that begins with text");
  const block_kind kind = kind_of(word(d, block, "type"));
  if (kind != block_kind::text) end_lanes(true);
  ++read_.blocks;
  read_.open = true;
  read_.last = kind;
  read_.is_signed = false;
  if (kind == block_kind::carried_out) view_.goes = passing::waits;
  return {};
}

result<void> messages_stream::take_delta(const document& d) {
  const auto index = index_of(d);
  const node_id delta = object_at(d, "delta");
  if (!read_.open || delta == no_node || !index || *index + 1 != read_.blocks) return malformed("a delta of no open block");
  const std::string_view type = word(d, delta, "type");
  if (!fits_its_type(d, delta, type)) return malformed("a delta whose members do not fit its type");
  const bool of_text = type == "text_delta" || type == "citations_delta";
  const bool of_thinking = type == "thinking_delta" || type == "signature_delta";
  const bool of_tool = type == "input_json_delta";
  const bool fits = (!of_text || read_.last == block_kind::text) && (!of_thinking || read_.last == block_kind::thinking) &&
                    (!of_tool || read_.last == block_kind::carried_out || read_.last == block_kind::server_tool);
  if (!fits) return malformed("a delta that does not fit its block");
  if (read_.last == block_kind::carried_out) view_.goes = passing::waits;
  if (type != "signature_delta") return {};
  // Clients keep the last one only.
  if (read_.is_signed) return malformed("a signature in pieces");
  read_.is_signed = true;
  for (lane at = 0; at < lanes_.size(); ++at) {  // the thinking is over
    if (lanes_[at].block != *index || lanes_[at].ended || lanes_[at].type != "thinking_delta") continue;
    lanes_[at].ended = true;
    view_.ended.push_back(at);
  }
  return {};
}

result<void> messages_stream::stop_block(const document& d) {
  const auto index = index_of(d);
  if (!read_.open || !index || *index + 1 != read_.blocks) return malformed("a block ends that is not open");
  end_lanes(false);
  read_.open = false;
  // Whether its text is over is known when the next block begins.
  if (read_.last == block_kind::text) view_.goes = passing::waits;
  return {};
}

void messages_stream::end_lanes(bool text_too) {
  for (lane at = 0; at < lanes_.size(); ++at) {
    if (lanes_[at].ended || (at == text_lane_ && !text_too)) continue;
    lanes_[at].ended = true;
    view_.ended.push_back(at);
  }
  if (text_too) text_lane_ = no_lane;
}

result<void> messages_stream::collect(std::string_view type, const document& d) {
  const bool speaks = type != "error" && type != "ping";
  const auto owner = [&](node_id id) -> ownership { return {speaks && id != document::root ? role::assistant : role::none, no_lane}; };
  collect_texts(d, shapes_, direction::response, owner, view_);
  const node_id delta = type == "content_block_delta" ? object_at(d, "delta") : no_node;
  if (delta == no_node) return {};
  const std::string_view delta_type = word(d, delta, "type");
  for (text_field& f : view_.texts) {
    const bool grows = !f.is_key && d[f.node].parent == delta && d[f.node].key != "type" && delta_type != "signature_delta";
    if (!grows) continue;
    const auto to = lane_of(d, f.node, delta_type);
    if (!to) return to.error();
    f.lane = *to;
  }
  return {};
}

result<lane> messages_stream::lane_of(const document& d, node_id text, std::string_view type) {
  const std::uint32_t block = read_.blocks - 1;
  const std::string_view key = d[text].key;
  if (type == "text_delta" && text_lane_ != no_lane) return text_lane_;
  for (lane at = 0; at < lanes_.size(); ++at) {
    const lane_state& known = lanes_[at];
    if (known.block != block || known.type != type || known.key != key) continue;
    if (known.ended) return malformed("a text that goes on after its end");
    return at;
  }
  const bool is_known = find_delta(type) != nullptr;
  const std::string place = "content[" + std::to_string(block) + "].";
  const std::string member = key == "partial_json" ? "input" : is_known ? std::string(key) : "{" + std::to_string(d[text].index) + "}";
  lanes_.push_back({std::string(type), std::string(key), block, place + member, !is_known, false});
  const auto made = static_cast<lane>(lanes_.size() - 1);
  if (type == "text_delta") text_lane_ = made;
  return made;
}

// The signature of a thinking that went out with masks says so.
void messages_stream::amend(const document& data, bool as_it_came, json::edits& changes) const {
  const node_id delta = object_at(data, "delta");
  const node_id signature = delta == no_node ? no_node : data.find(delta, "signature");
  if (signature == no_node || data[signature].kind != kind::string || !as_it_came) return;
  const auto of_it = [&](const lane_state& l) { return l.block + 1 == read_.blocks && l.masked; };
  if (std::any_of(lanes_.begin(), lanes_.end(), of_it)) changes.replace_string(signature, marked_signature(data[signature].text));
}

void messages_stream::passed_on(std::string_view /*data*/, bool as_they_were) {
  // What is not known may be repeated where it went out as it came.
  for (; as_they_were && told_lanes_ < lanes_.size(); ++told_lanes_) lanes_[told_lanes_].nameless = false;
  told_lanes_ = lanes_.size();
  if (view_.goes == passing::ahead) return;
  const bool begins = read_.started && !told_.started;
  told_ = read_;
  if (!begins || !as_they_were) return;
  id_ = read_id_;
  model_ = read_model_;
}

void messages_stream::released(lane /*of*/, std::string_view text) { text_bytes_ += text.size(); }

}  // namespace stoplog::dialect::anthropic
