#include "policy/parts.hpp"

namespace stoplog::policy {
namespace {

bool refuses(const part_actions::said& said, std::string_view name, std::string_view otherwise) {
  auto at = said.find(name);
  if (at == said.end()) at = said.find(otherwise);
  return at != said.end() && at->second == part_action::refuse;
}

}  // namespace

bool part_actions::refuses_opaque(std::string_view kind) const { return refuses(opaque, kind, otherwise); }

bool part_actions::refuses_unknown(direction d) const { return refuses(unknown, to_string(d), {}); }

}  // namespace stoplog::policy
