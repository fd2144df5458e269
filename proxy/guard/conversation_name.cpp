#include "guard/conversation_name.hpp"

namespace stoplog::guard {

conversation conversation_of(const dialect::request_facts& from, const policy::subject& who, const policy::policy_set& by) {
  if (!from.conversation.empty()) return {by.conversation_pseudonym(from.conversation), false};
  if (from.opening.empty()) return {};
  const std::string how_it_begins = who.team + '\0' + who.key_id + '\0' + from.user + '\0' + from.opening;
  return {by.conversation_pseudonym(how_it_begins), true};
}

}  // namespace stoplog::guard
