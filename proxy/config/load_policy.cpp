#include "config/load_file.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "policy/digest.hpp"

#include <algorithm>

namespace stoplog::config {
namespace {

constexpr std::uint64_t context_bytes_max = 1024;

constexpr word<policy::mode> mode_words[] = {
    {"off", policy::mode::off}, {"shadow", policy::mode::shadow}, {"enforce", policy::mode::enforce}};
constexpr std::string_view later_modes[] = {"canary"};

void read_mode(const node& n, policy::mode& into, reading& in) { read_word(n, mode_words, into, in, later_modes); }

constexpr key<policy::policy> metadata_keys[] = {
    {"name", need::required, "a name", "What records call this policy.",
     [](const node& n, policy::policy& into, reading& in) { read_name(n, into.name, in); }},
    {"version", need::required, "a version, like 2026.11.2", "Raise it with every change.",
     [](const node& n, policy::policy& into, reading& in) { read_version(n, into.version, in); }},
    {"owner", need::optional, "one line", "Who answers for it.",
     [](const node& n, policy::policy& into, reading& in) { read_line(n, into.owner, in); }},
    {"description", need::optional, "text", "What it is for.",
     [](const node& n, policy::policy& into, reading& in) { read_text(n, into.description, in); }},
};

constexpr key<policy::selector> selector_keys[] = {
    {"routes", need::optional, "a list of patterns", "Names of routes; * takes any run of characters.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.routes, in, read_line); }},
    {"teams", need::optional, "a list of patterns", "Teams of the clients.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.teams, in, read_line); }},
    {"keys", need::optional, "a list of patterns", "Key ids of the clients.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.keys, in, read_line); }},
    {"models", need::optional, "a list of patterns", "Models asked for.",
     [](const node& n, policy::selector& into, reading& in) { read_list(n, into.models, in, read_line); }},
};

void read_selector(const node& n, policy::selector& into, reading& in) {
  if (read_object(n, into, selector_keys, in) && n.keys.empty()) {
    in.error(n, "E109", "an empty entry; say routes, teams, keys or models, or leave applies_to out to make this the fallback");
  }
}

constexpr word<policy::on_error> on_error_words[] = {{"block", policy::on_error::block}, {"allow", policy::on_error::allow}};

constexpr key<policy::policy> on_error_keys[] = {
    {"default", need::required, "block or allow", "What happens to a text that could not be judged. Default: block.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, on_error_words, into.on_error, in); }},
};

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

constexpr key<policy::policy> defaults_keys[] = {
    {"mode", need::optional, "off, shadow or enforce", "The mode of packs whose `use` has none. Default: shadow.",
     [](const node& n, policy::policy& into, reading& in) { read_mode(n, into.default_mode, in); }},
    {"on_error", need::optional, "keys: default", "What happens when a rule cannot be evaluated.",
     [](const node& n, policy::policy& into, reading& in) { read_object(n, into, on_error_keys, in); }, "on_error"},
    {"stream", need::optional, "keys: release, limit", "How streamed answers are passed on.", read_stream, "stream"},
    {"message", need::optional, "text", "What the client reads on a block whose rule has no message.",
     [](const node& n, policy::policy& into, reading& in) { read_text(n, into.message, in); }},
    {"blocked_request_status", need::optional, "403 or 400", "The HTTP status of a blocked request. Default: 403.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, status_words, into.blocked_request_status, in); }},
};

constexpr key<policy::pack_use> use_keys[] = {
    {"pack", need::required, "a name", "The pack.",
     [](const node& n, policy::pack_use& into, reading& in) { read_name(n, into.pack, in); }},
    {"version", need::optional, "1.4.0, ~1.4 or ^1", "Which versions will do; the latest of them is taken. Needed to enforce.",
     [](const node& n, policy::pack_use& into, reading& in) { read_constraint(n, into.version, in); }},
    {"mode", need::optional, "off, shadow or enforce", "What the pack's rules may do. Default: defaults.mode.",
     [](const node& n, policy::pack_use& into, reading& in) {
       policy::mode mode{};
       const std::size_t errors = in.errors();
       read_mode(n, mode, in);
       if (in.errors() == errors) into.mode = mode;
     }},
    {"strictness", need::optional, "a number, 1 to 4", "Rules of a higher strictness do not run. Default: 1.",
     [](const node& n, policy::pack_use& into, reading& in) { read_number(n, 1, 4, into.strictness, in); }},
};

constexpr key<policy::rule_override> override_keys[] = {
    {"rule", need::required, "a rule's id", "The rule.",
     [](const node& n, policy::rule_override& into, reading& in) { read_name(n, into.rule, in); }},
    {"mode", need::required, "off, shadow or enforce", "Its mode, whatever its pack's is.",
     [](const node& n, policy::rule_override& into, reading& in) { read_mode(n, into.mode, in); }},
    {"reason", need::required, "text", "Why; the next reader asks.",
     [](const node& n, policy::rule_override& into, reading& in) { read_text(n, into.reason, in); }},
    not_yet<policy::rule_override>("percent"),
};

constexpr word<policy::capture> capture_words[] = {{"none", policy::capture::none}, {"excerpt", policy::capture::excerpt}};

constexpr key<policy::policy> capture_keys[] = {
    {"on_match", need::required, "none or excerpt", "What the record keeps of a match's text: nothing, or the match and its surroundings. Default: none.",
     [](const node& n, policy::policy& into, reading& in) { read_word(n, capture_words, into.capture, in); }},
    {"context", need::optional, "a number, 0 to 1024", "With excerpt: bytes before and after the match. Default: 0.",
     [](const node& n, policy::policy& into, reading& in) { read_number(n, 0, context_bytes_max, into.capture_context, in); }},
    not_yet<policy::policy>("default"),
};

void read_capture(const node& n, policy::policy& into, reading& in) {
  if (!read_object(n, into, capture_keys, in)) return;
  const node* context = n.find("context");
  if (context != nullptr && into.capture == policy::capture::none) {
    in.error(*context, "E117", "`context` belongs to on_match: excerpt; leave it out");
  }
}

// Each entry keeps its place, for the problems that only compiling finds.
template <class T, std::size_t N>
void read_placed(const node& n, std::vector<T>& into, const key<T> (&keys)[N], reading& in) {
  if (!is_list(n, in)) return;
  for (const node& item : n.items) {
    T entry;
    entry.place = in.place(item);
    const std::size_t errors = in.errors();
    read_object(item, entry, keys, in);
    if (in.errors() == errors) into.push_back(std::move(entry));
  }
}

constexpr key<policy::policy> policy_keys[] = {
    {"apiVersion", need::required, "stoplog/v1", "The language of the file.", [](const node&, policy::policy&, reading&) {}},
    {"kind", need::required, "Policy", "What the file is.", [](const node&, policy::policy&, reading&) {}},
    {"metadata", need::required, "keys: name, version, owner, description", "What the policy is called.",
     [](const node& n, policy::policy& into, reading& in) { read_object(n, into, metadata_keys, in); }, "Policy metadata"},
    {"applies_to", need::optional, "a list of groups: routes, teams, keys, models", "Whom it is for: any entry of which all keys fit. Without it the policy is the fallback, for everything that no other takes.",
     [](const node& n, policy::policy& into, reading& in) { read_list(n, into.applies_to, in, read_selector); }, "applies_to"},
    {"defaults", need::optional, "keys: mode, on_error, stream, message, blocked_request_status", "What holds where nothing else is said.",
     [](const node& n, policy::policy& into, reading& in) { read_object(n, into, defaults_keys, in); }, "defaults"},
    {"use", need::required, "a list of groups: pack, version, mode, strictness", "The packs.",
     [](const node& n, policy::policy& into, reading& in) { read_placed(n, into.use, use_keys, in); }, "use"},
    {"overrides", need::optional, "a list of groups: rule, mode, reason", "Single rules that get another mode than their pack.",
     [](const node& n, policy::policy& into, reading& in) { read_placed(n, into.overrides, override_keys, in); }, "overrides"},
    {"capture", need::optional, "keys: on_match, context", "What the record keeps of what was found.", read_capture, "capture"},
    not_yet<policy::policy>("extends"),
    not_yet<policy::policy>("exceptions"),
    not_yet<policy::policy>("audit"),
};

}  // namespace

void load_policy(const node& root, std::string_view bytes, documents& into, reading& in) {
  policy::policy value;
  value.place = in.place(root);
  read_object(root, value, policy_keys, in);
  if (value.name.empty()) return;
  value.digest = policy::sha256_digest(bytes);
  into.policies.push_back(std::move(value));
}

std::vector<object_reference> policy_reference() {
  return {{"Policy", reference_of(policy_keys)},
          {"Policy metadata", reference_of(metadata_keys)},
          {"applies_to", reference_of(selector_keys)},
          {"defaults", reference_of(defaults_keys)},
          {"on_error", reference_of(on_error_keys)},
          {"stream", reference_of(stream_keys)},
          {"use", reference_of(use_keys)},
          {"overrides", reference_of(override_keys)},
          {"capture", reference_of(capture_keys)}};
}

}  // namespace stoplog::config
