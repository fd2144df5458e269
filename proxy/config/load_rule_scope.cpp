// A rule's scope and its tests.
#include "config/pack_draft.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"

#include <algorithm>
#include <array>

namespace stoplog::config {
namespace {

// The words of a surface's enum, from the enum's own names.
template <class E, std::size_t N>
std::array<std::string_view, N> names_of() {
  std::array<std::string_view, N> names;
  for (std::size_t i = 0; i < N; ++i) names[i] = to_string(static_cast<E>(i));
  return names;
}

const auto directions = names_of<direction, direction_count>();
const auto roles = names_of<role, role_count>();
const auto channels = names_of<channel, channel_count>();

template <class E>
void read_surface_word(const node& n, std::span<const std::string_view> words, E& into, reading& in) {
  const std::size_t at = read_choice(n, words, {}, in);
  if (at < words.size()) into = static_cast<E>(at);
}

template <class Bits>
void read_set(const node& n, std::span<const std::string_view> words, Bits& into, reading& in) {
  if (!is_list(n, in)) return;
  unsigned bits = 0;
  for (const node& item : n.items) {
    const std::size_t at = read_choice(item, words, {}, in);
    if (at >= words.size()) continue;
    if ((bits >> at & 1U) != 0) in.error(item, "E118", "\"" + item.text + "\" is named twice");
    bits |= 1U << at;
  }
  into = static_cast<Bits>(bits);
}

constexpr key<rule_draft> scope_keys[] = {
    {"direction", need::optional, "a list: request, response", "Which way the text travels. Default: both.",
     [](const node& n, rule_draft& into, reading& in) { read_set(n, directions, into.value.surfaces.directions, in); }},
    {"roles", need::optional, "a list: none, system, developer, user, assistant, tool, function", "Who speaks, in requests; none is text that no speaker owns. Only where direction is [request]. Default: all.",
     [](const node& n, rule_draft& into, reading& in) { read_set(n, roles, into.value.surfaces.roles, in); }},
    {"channels", need::optional, "a list: content, reasoning, refusal, tool_name, tool_arguments, transcript, code, annotation, metadata, unknown", "Which part of a message. Default: all.",
     [](const node& n, rule_draft& into, reading& in) { read_set(n, channels, into.value.surfaces.channels, in); }},
};

struct test_draft {
  policy::rule_test value;
};

constexpr word<bool> expect_words[] = {{"match", true}, {"no_match", false}};

constexpr key<test_draft> test_keys[] = {
    {"name", need::required, "one line", "What the test shows.",
     [](const node& n, test_draft& into, reading& in) { read_line(n, into.value.name, in); }},
    {"direction", need::optional, "request or response", "Where the text stands. May be left out where the rule's scope has one direction.",
     [](const node& n, test_draft& into, reading& in) { read_surface_word(n, directions, into.value.direction, in); }},
    {"role", need::optional, "none, system, developer, user, assistant, tool or function", "Who speaks, in a request. Default: user.",
     [](const node& n, test_draft& into, reading& in) { read_surface_word(n, roles, into.value.role, in); }},
    {"channel", need::optional, "content, reasoning, refusal, tool_name, tool_arguments, transcript, code, annotation, metadata or unknown", "Which part of a message. Default: content.",
     [](const node& n, test_draft& into, reading& in) { read_surface_word(n, channels, into.value.channel, in); }},
    {"text", need::optional, "text", "The text.",
     [](const node& n, test_draft& into, reading& in) {
       std::string text;
       read_text(n, text, in);
       into.value.chunks.push_back(std::move(text));
     }},
    {"chunks", need::optional, "a list of texts", "Instead of text: the same in pieces, as a stream brings it.",
     [](const node& n, test_draft& into, reading& in) { read_list(n, into.value.chunks, in, read_text); }},
    {"expect", need::required, "match or no_match", "What the rule must say.",
     [](const node& n, test_draft& into, reading& in) { read_word(n, expect_words, into.value.expect_match, in); }},
};

bool has(const surface_set& s, direction d) { return (s.directions >> static_cast<unsigned>(d) & 1U) != 0; }

void read_test(const node& n, policy::rule& rule, reading& in) {
  test_draft test;
  test.value.place = in.place(n);
  if (!read_object(n, test, test_keys, in)) return;
  if ((n.find("text") != nullptr) == (n.find("chunks") != nullptr)) {
    return in.error(n, "E117", "a test has exactly one of text and chunks");
  }
  const bool requests = has(rule.surfaces, direction::request);
  const bool responses = has(rule.surfaces, direction::response);
  if (n.find("direction") == nullptr) {
    if (requests && responses) return in.error(n, "E106", "key \"direction\" is missing here: the rule looks at both");
    test.value.direction = requests ? direction::request : direction::response;
  }
  if (test.value.direction == direction::response) {
    if (const node* role_key = n.find("role")) return in.error(*role_key, "E117", "`role` belongs to requests; leave it out");
    test.value.role = role::assistant;
  }
  const auto same_name = [&](const policy::rule_test& other) { return other.name == test.value.name; };
  if (std::any_of(rule.tests.begin(), rule.tests.end(), same_name)) {
    return in.error(n, "E118", "two tests of this rule are named \"" + test.value.name + "\"");
  }
  rule.tests.push_back(std::move(test.value));
}

}  // namespace

void read_scope(const node& n, rule_draft& into, reading& in) {
  if (!read_object(n, into, scope_keys, in)) return;
  const node* by_role = n.find("roles");
  if (by_role != nullptr && has(into.value.surfaces, direction::response)) {
    in.error(*by_role, "E117", "`roles` belongs to requests; say direction: [request], or make two rules");
  }
}

void read_rule_tests(const node& n, rule_draft& into, reading& in) {
  if (!is_list(n, in)) return;
  for (const node& item : n.items) read_test(item, into.value, in);
}

std::vector<object_reference> scope_reference() {
  return {{"scope", reference_of(scope_keys)}, {"a test", reference_of(test_keys)}};
}

}  // namespace stoplog::config
