#include "dialect/anthropic/messages_request.hpp"

#include "dialect/anthropic/messages_shapes.hpp"
#include "dialect/anthropic/messages_texts.hpp"

#include <algorithm>

namespace stoplog::dialect::anthropic {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

error wrong(std::string what) { return fail(errc::malformed_request, std::move(what)); }

bool is_text_or_blocks(const document& d, node_id id) {
  if (id == no_node || d[id].kind == kind::string || d[id].kind == kind::null) return true;
  if (d[id].kind != kind::array) return false;
  for (node_id at = d[id].first_child; at != no_node; at = d[at].next) {
    if (d[at].kind != kind::object) return false;
  }
  return true;
}

result<role> read_role(const document& d, node_id message) {
  const std::string_view name = word(d, message, "role");
  for (const role known : {role::user, role::assistant, role::system}) {
    if (name == to_string(known)) return known;
  }
  // A role that no rule could name would carry its text past every rule.
  return wrong("a message has no role, or one that is not known");
}

// A turn: neighbouring messages of one role.
struct turn {
  role speaker;
  std::uint32_t end;   // where its last message ends
  node_id first;
};

result<std::vector<turn>> read_turns(const document& d) {
  const node_id list = d.find(document::root, "messages");
  if (list == no_node || d[list].kind != kind::array) return wrong("messages must be an array");
  if (d[list].first_child == no_node) return wrong("messages must not be empty");
  std::vector<turn> turns;
  for (node_id at = d[list].first_child; at != no_node; at = d[at].next) {
    if (d[at].kind != kind::object) return wrong("a message must be an object");
    const auto speaker = read_role(d, at);
    if (!speaker) return speaker.error();
    if (!is_text_or_blocks(d, d.find(at, "content"))) return wrong("the content of a message must be a string or an array of blocks");
    if (turns.empty() || turns.back().speaker != *speaker) turns.push_back({*speaker, d[at].end, at});
    else turns.back().end = d[at].end;
  }
  return turns;
}

result<request_facts> read_facts(const document& d) {
  request_facts facts;
  facts.model = word(d, document::root, "model");
  if (facts.model.empty()) return wrong("model must be a string");
  const node_id stream = d.find(document::root, "stream");
  if (stream != no_node && d[stream].kind != kind::null) {
    if (d[stream].kind != kind::boolean) return wrong("stream must be true or false");
    facts.streamed = d[stream].text == "true";
  }
  if (!is_text_or_blocks(d, d.find(document::root, "system"))) return wrong("system must be a string or an array of blocks");
  return facts;
}

// Whose text each value of a request is. What a tool told is the tool's.
class owners {
 public:
  owners(const document& d, const std::vector<shape_id>& shapes, const std::vector<turn>& turns)
      : d_(d), shapes_(shapes), turns_(turns), system_(d.find(document::root, "system")),
        messages_(d.find(document::root, "messages")) {}

  ownership operator()(node_id id) {
    const json::node& n = d_[id];
    if (within(id, system_)) return {role::system, n.parent == document::root ? no_lane : joined(id, system_)};
    if (!within(id, messages_) || id == messages_) return {};
    while (at_ + 1 < turns_.size() && n.begin >= turns_[at_].end) ++at_;
    if (shapes_[id] == block && word(d_, id, "type").ends_with("tool_result") && n.begin >= tool_until_) {
      tool_ = id;
      tool_until_ = n.end;
    }
    if (n.begin < tool_until_ && n.end <= tool_until_) return {role::tool, joined(id, tool_)};
    const bool whole = n.key == "content" && n.kind == kind::string && shapes_[n.parent] == message;
    return {turns_[at_].speaker, whole ? turns_[at_].first : joined(id, turns_[at_].first)};
  }

 private:
  bool within(node_id id, node_id of) const {
    return of != no_node && d_[id].begin >= d_[of].begin && d_[id].end <= d_[of].end;
  }
  lane joined(node_id id, node_id with) const { return is_block_text(d_, id) ? with : no_lane; }

  const document& d_;
  const std::vector<shape_id>& shapes_;
  const std::vector<turn>& turns_;
  node_id system_;
  node_id messages_;
  std::size_t at_ = 0;
  node_id tool_ = no_node;
  std::uint32_t tool_until_ = 0;
};

}  // namespace

result<request_view> read_messages_request(const document& body) {
  if (body[document::root].kind != kind::object) return wrong("the body must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, message_shapes(), request, true, shapes);
  if (!given) return given.error();
  auto facts = read_facts(body);
  if (!facts) return facts.error();
  const auto turns = read_turns(body);
  if (!turns) return turns.error();
  request_view view;
  view.facts = std::move(*facts);
  collect_texts(body, shapes, direction::request, owners(body, shapes, *turns), view);
  for (node_id id = 0; id < body.size(); ++id) {
    if (shapes[id] != signature || body[id].kind != kind::string || !body[id].text.starts_with(masked_mark)) continue;
    view.rewrites.push_back({id, std::string(body[id].text.substr(masked_mark.size()))});
    const node_id thinking = body.find(body[id].parent, "thinking");
    if (thinking != no_node && body[thinking].kind == kind::string) view.rewrites.push_back({thinking, {}});
  }
  for (const text_field& f : view.texts) view.facts.text_bytes += f.encoded ? 0 : text_of(body, f).size();
  return view;
}

}  // namespace stoplog::dialect::anthropic
