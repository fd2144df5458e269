#include "dialect/usage.hpp"

#include <charconv>

namespace stoplog::dialect {
namespace {

bool read_count(const json::document& in, json::node_id usage, std::string_view name, std::uint64_t& into) {
  const auto id = in.find(usage, name);
  if (id == json::no_node || in[id].kind != json::kind::number) return false;
  const std::string_view digits = in[id].text;
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return false;
  into = value;
  return true;
}

}  // namespace

void read_usage(const json::document& in, token_usage& into) {
  auto usage = in.find(json::document::root, "usage");
  for (const std::string_view holder : {"message", "response"}) {
    if (usage != json::no_node) break;
    const auto around = in.find(json::document::root, holder);
    if (around != json::no_node) usage = in.find(around, "usage");
  }
  if (usage == json::no_node) return;
  for (const std::string_view name : {"prompt_tokens", "input_tokens"}) into.counted |= read_count(in, usage, name, into.input);
  for (const std::string_view name : {"completion_tokens", "output_tokens"}) {
    into.counted |= read_count(in, usage, name, into.output);
  }
}

}  // namespace stoplog::dialect
