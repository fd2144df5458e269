// Whom a policy is for, and whom it excuses.
#include "config/read_policy.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"

namespace stoplog::config {
namespace {

constexpr key<policy::selector> selector_keys[] = {
    {"routes", need::optional, "a list of patterns", "Names of routes; * takes any run of characters.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.routes, in, read_line); }},
    {"teams", need::optional, "a list of patterns", "Teams of the clients.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.teams, in, read_line); }},
    {"keys", need::optional, "a list of patterns", "Key ids of the clients.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.keys, in, read_line); }},
    {"models", need::optional, "a list of patterns", "Models asked for.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.models, in, read_line); }},
    {"dialects", need::optional, "a list of patterns", "Kinds of request, as records name their endpoint: chat_completions and the like.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.dialects, in, read_line); }},
};

void read_selector(const node& n, policy::selector& into, reading& in) {
  if (read_object(n, into, selector_keys, in) && n.keys.empty()) {
    in.error(n, "E109", "an empty entry; say routes, teams, keys, models or dialects, or leave applies_to out to make this the fallback");
  }
}

template <std::vector<std::string> policy::selector::* Member>
void read_when(const node& n, policy::exception& into, reading& in) { read_list(n, into.when.*Member, in, read_line); }

constexpr word<direction> direction_words[] = {{"request", direction::request}, {"response", direction::response}};

void read_directions(const node& n, policy::exception& into, reading& in) {
  if (!is_list(n, in)) return;
  unsigned bits = 0;
  for (const node& item : n.items) {
    direction one{};
    const std::size_t errors = in.errors();
    read_word(item, direction_words, one, in);
    if (in.errors() == errors) bits |= 1U << static_cast<unsigned>(one);
  }
  into.directions = static_cast<std::uint8_t>(bits);
}

constexpr key<policy::exception> when_keys[] = {
    {"routes", need::optional, "a list of patterns", "Names of routes.", read_when<&policy::selector::routes>},
    {"teams", need::optional, "a list of patterns", "Teams of the clients.", read_when<&policy::selector::teams>},
    {"keys", need::optional, "a list of patterns", "Key ids of the clients.", read_when<&policy::selector::keys>},
    {"models", need::optional, "a list of patterns", "Models asked for.", read_when<&policy::selector::models>},
    {"dialects", need::optional, "a list of patterns", "Kinds of request.", read_when<&policy::selector::dialects>},
    {"direction", need::optional, "a list: request, response", "Which way the text travels. Default: both.", read_directions},
};

constexpr key<policy::exception> exception_keys[] = {
    {"id", need::required, "a name", "What records call it; unique in the policy and all that it extends.",
     [](const node& n, policy::exception& into, reading& in) { read_name(n, into.id, in); }},
    {"rules", need::required, "a list of rules' ids", "Whose matches only get recorded.",
     [](const node& n, policy::exception& into, reading& in) { read_list(n, into.rules, in, read_name); }},
    {"when", need::optional, "keys: routes, teams, keys, models, dialects, direction", "For whom: all that is said must fit. Without it: for all whom the policy is for, and `check` warns.",
     [](const node& n, policy::exception& into, reading& in) {
       if (read_object(n, into, when_keys, in) && n.keys.empty()) in.error(n, "E109", "an empty group; say for whom the exception is");
     }, "when"},
    {"reason", need::required, "text", "Why; the auditor asks.",
     [](const node& n, policy::exception& into, reading& in) { read_text(n, into.reason, in); }},
    {"approved_by", need::required, "one line", "Who answers for it.",
     [](const node& n, policy::exception& into, reading& in) { read_line(n, into.approved_by, in); }},
    {"expires", need::required, "a date, like 2026-12-31, or 2026-12-31T18:00:00Z", "Until when it holds: to the end of that day in UTC, or to that second. From then on it excuses nothing, without any reload.",
     [](const node& n, policy::exception& into, reading& in) { read_expiry(n, into.expires, in); }},
};

}  // namespace

void read_selector_list(const node& n, policy::policy& into, reading& in) { read_list(n, into.applies_to, in, read_selector); }

void read_exceptions(const node& n, policy::policy& into, reading& in) { read_placed(n, into.exceptions, exception_keys, in); }

std::vector<object_reference> exception_reference() {
  return {{"applies_to", reference_of(selector_keys)}, {"exceptions", reference_of(exception_keys)}, {"when", reference_of(when_keys)}};
}

}  // namespace stoplog::config
