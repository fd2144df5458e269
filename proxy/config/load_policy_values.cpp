// A policy's single values: defaults, capture, audit.
#include "config/read_policy.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "dialect/opaque_kinds.hpp"

#include <algorithm>
#include <initializer_list>

namespace stoplog::config {
namespace {

using policy::on_error;

constexpr std::uint64_t context_bytes_max = 1024;
constexpr duration retention_max = std::chrono::hours(24) * 3660;

constexpr word<policy::mode> default_mode_words[] = {
    {"off", policy::mode::off}, {"shadow", policy::mode::shadow}, {"enforce", policy::mode::enforce}};
constexpr word<on_error> on_error_words[] = {{"block", on_error::block}, {"allow", on_error::allow}};

// A category, or the begin of one and a star.
bool is_category_pattern(std::string_view text) {
  const std::size_t star = text.find('*');
  const bool good = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '*';
  });
  return good && !text.empty() && text.size() <= 100 && (star == std::string_view::npos || star + 1 == text.size());
}

// Names are patterns of categories.
template <class T, class Read>
void read_by_category(const node& n, std::vector<policy::by_category<T>>& into, reading& in, Read read) {
  if (!is_map(n, in)) return;
  for (std::size_t i = 0; i < n.keys.size(); ++i) {
    const node& name = n.keys[i];
    policy::by_category<T> one{name.text, {}};
    if (read(name, n.items[i], one.value)) continue;
    if (!is_category_pattern(name.text)) {
      in.error(name, "E115", "not a category: words joined by dots, perhaps with a * at the end, like \"quality.*\"");
    } else {
      into.push_back(std::move(one));
    }
  }
}

void read_on_error(const node& n, policy::policy& into, reading& in) {
  read_by_category(n, into.on_error_of, in, [&](const node& name, const node& value, on_error& what) {
    const bool of_all = name.text == "default";
    read_word(value, on_error_words, of_all ? into.on_error : what, in);
    return of_all;
  });
  if (n.what == node::kind::map && n.find("default") == nullptr) in.error(n, "E106", "key \"default\" is missing here");
}

void read_messages(const node& n, policy::policy& into, reading& in) {
  if (n.what == node::kind::map && n.keys.empty()) return in.error(n, "E109", "an empty group; fill it or leave its key out");
  read_by_category(n, into.messages, in, [&](const node&, const node& value, std::string& what) {
    read_text(value, what, in);
    return false;
  });
}

constexpr word<policy::part_action> opaque_words[] = {{"allow", policy::part_action::pass}, {"refuse", policy::part_action::refuse}};
constexpr word<policy::part_action> unknown_words[] = {{"scan", policy::part_action::pass}, {"refuse", policy::part_action::refuse}};

template <std::size_t N>
void read_action(const node& n, const word<policy::part_action> (&words)[N], std::initializer_list<std::string_view> names,
                 policy::part_actions::said& into, reading& in) {
  policy::part_action action{};
  const std::size_t errors = in.errors();
  read_word(n, words, action, in);
  for (const auto name : names) {
    if (in.errors() == errors) into.emplace(name, action);
  }
}

std::vector<key_reference> opaque_keys() {
  std::vector<key_reference> keys{{policy::part_actions::otherwise, false, true, "allow or refuse", "Of the kinds that are not named. Default: allow.", {}}};
  for (const auto& kind : dialect::opaque_kinds()) keys.push_back({kind.name, false, true, "allow or refuse", kind.about, {}});
  return keys;
}

// A word for all kinds, or one for each.
void read_opaque(const node& n, policy::policy& into, reading& in) {
  if (n.what == node::kind::scalar) return read_action(n, opaque_words, {policy::part_actions::otherwise}, into.parts.opaque, in);
  if (!check_keys(n, opaque_keys(), in)) return;
  for (std::size_t i = 0; i < n.keys.size(); ++i) read_action(n.items[i], opaque_words, {n.keys[i].text}, into.parts.opaque, in);
}

constexpr key<policy::policy> unknown_keys[] = {
    {"request", need::optional, "scan or refuse", "Members of requests. Default: scan.",
     [](const node& n, policy::policy& into, reading& in) { read_action(n, unknown_words, {"request"}, into.parts.unknown, in); }},
    {"response", need::optional, "scan or refuse", "Members and events of answers. Default: scan.",
     [](const node& n, policy::policy& into, reading& in) { read_action(n, unknown_words, {"response"}, into.parts.unknown, in); }},
};

void read_unknown(const node& n, policy::policy& into, reading& in) {
  if (n.what == node::kind::scalar) return read_action(n, unknown_words, {"request", "response"}, into.parts.unknown, in);
  read_object(n, into, unknown_keys, in);
}

constexpr std::size_t buffer_bytes_least = 1024;
constexpr std::size_t buffer_bytes_most = 64 * 1024 * 1024;

constexpr word<policy::stream_release> release_words[] = {{"exact", policy::stream_release::exact},
                                                          {"buffer", policy::stream_release::buffer}};

constexpr key<policy::policy> stream_keys[] = {
    {"release", need::required, "exact or buffer", "How a streamed answer is passed on: exact holds back only what a rule may still need, buffer all of it until it was judged.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, release_words, into.stream_release, in); }},
    {"limit", need::optional, "a size", "With buffer: the longest answer that is held, 1KiB to 64MiB of its events; of a longer one on_error decides. Default: 1MiB.",
     [](const node& n, policy::policy& into, reading& in) {
       std::size_t bytes = into.buffer_bytes;
       read_size(n, buffer_bytes_least, buffer_bytes_most, bytes, in);
       into.buffer_bytes = bytes;
     }},
};

void read_stream(const node& n, policy::policy& into, reading& in) {
  if (!read_object(n, into, stream_keys, in)) return;
  const node* limit = n.find("limit");
  if (limit != nullptr && into.stream_release == policy::stream_release::exact) {
    in.error(*limit, "E117", "`limit` belongs to release: buffer; leave it out");
  }
}

constexpr word<std::uint32_t> status_words[] = {{"403", 403}, {"400", 400}};
constexpr word<policy::canary_unit> canary_words[] = {{"conversation", policy::canary_unit::conversation},
                                                      {"key", policy::canary_unit::key}};

constexpr key<policy::policy> defaults_keys[] = {
    {"mode", need::optional, "off, shadow or enforce", "The mode of packs whose `use` has none. Default: shadow.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, default_mode_words, into.default_mode, in); }},
    {"on_error", need::optional, "block or allow by category", "What happens to a text that could not be judged: `default`, and what differs by category, like \"quality.*\". Where rules of several categories act on a text, one block is enough. Default: block.", read_on_error},
    {"opaque", need::optional, "allow or refuse, or by kind: default, image_url, ...", "What happens to parts that cannot be read as text: allow, and the record says opaque; or refuse. One word for all, or one for each kind.", read_opaque, "opaque parts"},
    {"unknown", need::optional, "scan or refuse, or keys: request, response", "What happens to members and events that this version does not know: scan them as channel unknown, or refuse.", read_unknown, "unknown parts"},
    {"stream", need::optional, "keys: release, limit", "How streamed answers are passed on.", read_stream, "stream"},
    {"message", need::optional, "text", "What the client reads on a block whose rule has no message.",
     [](const node& n, policy::policy& into, reading& in) { read_text(n, into.message, in); }},
    {"messages", need::optional, "texts by category", "The same by category, like \"privacy.*\"; the longest name that fits is taken.", read_messages},
    {"blocked_request_status", need::optional, "403 or 400", "The HTTP status of a blocked request. Default: 403.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, status_words, into.blocked_request_status, in); }},
    {"canary_by", need::optional, "conversation or key", "What is among the percent of a canary as a whole: a conversation (as records tell it: by the name that requests give it, else by its key and how it begins), or a key. Default: conversation.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, canary_words, into.canary_by, in); }},
};

constexpr word<policy::capture> otherwise_words[] = {{"none", policy::capture::none},
                                                     {"hash", policy::capture::hash},
                                                     {"redacted", policy::capture::redacted},
                                                     {"full", policy::capture::full}};
constexpr word<policy::capture> on_match_words[] = {{"none", policy::capture::none},
                                                    {"hash", policy::capture::hash},
                                                    {"excerpt", policy::capture::excerpt},
                                                    {"redacted", policy::capture::redacted},
                                                    {"full", policy::capture::full}};

constexpr key<policy::policy> capture_keys[] = {
    {"default", need::optional, "none, hash, redacted or full", "What the record keeps of the texts of an exchange in which nothing was found. Default: none.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, otherwise_words, into.capture.otherwise, in); }},
    {"on_match", need::optional, "none, hash, excerpt, redacted or full", "What it keeps where something was found: excerpt is the match and its surroundings. Default: none.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, on_match_words, into.capture.on_match, in); }},
    {"context", need::optional, "a number, 0 to 1024", "With excerpt: bytes before and after the match. Default: 0.",
     [](const node& n, policy::policy& into, reading& in) { read_number(n, 0, context_bytes_max, into.capture.context, in); }},
};

void read_retention_of(const node& n, std::optional<duration>& into, reading& in) {
  duration kept{};
  const std::size_t errors = in.errors();
  read_duration(n, std::chrono::hours(24), retention_max, kept, in);
  if (in.errors() == errors) into = kept;
}

constexpr key<policy::policy> retention_keys[] = {
    {"decisions", need::optional, "a duration, 1d to 3660d", "How long records are kept at least. Default: as the settings say.",
     [](const node& n, policy::policy& into, reading& in) { read_retention_of(n, into.audit.keep_decisions, in); }},
    {"content", need::optional, "a duration, 1d to 3660d", "How long captured texts are kept at most. Default: as the settings say.",
     [](const node& n, policy::policy& into, reading& in) { read_retention_of(n, into.audit.keep_content, in); }},
};

constexpr word<policy::on_write_failure> on_write_failure_words[] = {{"block", policy::on_write_failure::block},
                                                                     {"spool", policy::on_write_failure::spool},
                                                                     {"allow", policy::on_write_failure::allow}};

constexpr key<policy::policy> audit_keys[] = {
    {"on_write_failure", need::optional, "block, spool or allow", "What happens to requests while records cannot be written. spool: their records wait in `audit.spool` of the settings, and block when that is full. Default: block.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, on_write_failure_words, into.audit.on_write_failure, in); }},
    {"retention", need::optional, "keys: decisions, content", "How long things are kept.",
     [](const node& n, policy::policy& into, reading& in) { read_object(n, into, retention_keys, in); }, "retention"},
};

}  // namespace

void read_defaults(const node& n, policy::policy& into, reading& in) { read_object(n, into, defaults_keys, in); }

void read_capture(const node& n, policy::policy& into, reading& in) {
  if (!read_object(n, into, capture_keys, in)) return;
  const node* context = n.find("context");
  if (context != nullptr && into.capture.on_match != policy::capture::excerpt && n.find("on_match") != nullptr) {
    in.error(*context, "E117", "`context` belongs to on_match: excerpt; leave it out");
  }
}

void read_audit(const node& n, policy::policy& into, reading& in) { read_object(n, into, audit_keys, in); }

std::vector<object_reference> values_reference() {
  return {{"defaults", reference_of(defaults_keys)},
          {"opaque parts", opaque_keys()},
          {"unknown parts", reference_of(unknown_keys)},
          {"stream", reference_of(stream_keys)},
          {"capture", reference_of(capture_keys)},
          {"audit", reference_of(audit_keys)},
          {"retention", reference_of(retention_keys)}};
}

}  // namespace stoplog::config
