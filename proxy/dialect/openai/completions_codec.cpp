#include "dialect/openai/completions_codec.hpp"

#include "dialect/collect.hpp"
#include "dialect/openai/chat_answer.hpp"
#include "dialect/openai/chat_stream.hpp"
#include "dialect/openai/request_members.hpp"

namespace stoplog::dialect::openai {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

namespace {

// A list of strings, or of lists of token ids, is one prompt each.
std::uint32_t prompts(const document& d) {
  const node_id prompt = present(d, document::root, "prompt");
  if (prompt == no_node || d[prompt].kind != kind::array) return 1;
  std::uint32_t count = 0;
  for (node_id at = d[prompt].first_child; at != no_node; at = d[at].next) count += d[at].kind == kind::number ? 0 : 1;
  return count == 0 ? 1 : count;
}

}  // namespace

result<request_view> completions_codec::read_request(const document& body) const {
  constexpr std::uint32_t choices_max = 1024;  // as many as a stream can number
  if (body[document::root].kind != kind::object) return wrong("the body must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, chat_shapes(), completion_request, true, shapes);
  if (!given) return given.error();
  auto facts = read_common_facts(body);
  if (!facts) return facts.error();
  const auto n = read_n(body);
  if (!n) return n.error();
  if (prompts(body) > choices_max / *n) return wrong("n times the number of prompts must be at most " + std::to_string(choices_max));
  facts->choices = *n * prompts(body);
  request_view view;
  view.facts = std::move(*facts);
  const auto speaker = [&](node_id id) { return shapes[id] == texts ? role::user : role::none; };
  collect_texts(body, chat_shapes(), shapes, direction::request, speaker, view);
  note_token_ids(body, shapes, texts, view.opaque);
  view.facts.text_bytes = bytes_of(body, view.texts);
  return view;
}

result<answer_view> completions_codec::read_answer(const document& body) const { return read_chat_answer(body, completions_format); }

std::unique_ptr<answer_stream> completions_codec::open_stream(const request_facts& asked) const {
  return std::make_unique<chat_stream>(asked, completions_format);
}

void completions_codec::end_answer(const document& body, const std::vector<node_id>& blocked, const blocked_ending& why,
                                   json::edits& changes) const {
  end_chat_answer(body, blocked, why, completions_format, changes);
}

}  // namespace stoplog::dialect::openai
