#include "audit/encode.hpp"
#include "audit/timestamp.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace stoplog::audit {
namespace {

// The members of one object. What is absent reads as empty, zero or false; what
// has another type than it should makes the whole line unreadable.
class object {
 public:
  object(const json::document& doc, json::node_id id, bool& sound) : doc_(doc), id_(id), sound_(sound) {}

  object in(std::string_view name) const { return {doc_, find(name, json::kind::object), sound_}; }

  void text(std::string_view name, std::string& to) const {
    if (const auto id = find(name, json::kind::string); id != json::no_node) to = doc_[id].text;
  }
  template <class Number>
  void number(std::string_view name, Number& to) const {
    const auto id = find(name, json::kind::number);
    if (id == json::no_node) return;
    const std::string_view digits = doc_[id].text;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), to);
    if (problem != std::errc{} || end != digits.data() + digits.size()) sound_ = false;
  }
  void flag(std::string_view name, bool& to) const {
    if (const auto id = find(name, json::kind::boolean); id != json::no_node) to = doc_[id].text == "true";
  }
  void texts(std::string_view name, std::vector<std::string>& to) const {
    const auto id = find(name, json::kind::array);
    if (id == json::no_node) return;
    for (auto child = doc_[id].first_child; child != json::no_node; child = doc_[child].next) {
      if (doc_[child].kind == json::kind::string) to.emplace_back(doc_[child].text);
      else sound_ = false;
    }
  }
  template <class Each>
  void list(std::string_view name, Each each) const {
    const auto id = find(name, json::kind::array);
    if (id == json::no_node) return;
    for (auto child = doc_[id].first_child; child != json::no_node; child = doc_[child].next) {
      if (doc_[child].kind == json::kind::object) each(object(doc_, child, sound_));
      else sound_ = false;
    }
  }

 private:
  json::node_id find(std::string_view name, json::kind kind) const {
    if (id_ == json::no_node) return id_;
    const auto found = doc_.find(id_, name);
    if (found == json::no_node || doc_[found].kind == kind) return found;
    sound_ = false;
    return json::no_node;
  }

  const json::document& doc_;
  json::node_id id_;
  bool& sound_;
};

void read_finding(const object& from, finding& f) {
  from.text("rule", f.rule);
  from.text("pack", f.pack);
  from.text("category", f.category);
  from.text("severity", f.severity);
  from.text("mode", f.mode);
  from.text("enforced", f.enforced);
  from.text("would", f.would);
  from.text("direction", f.direction);
  from.text("role", f.role);
  from.text("channel", f.channel);
  from.text("path", f.path);
  from.number("begin", f.begin);
  from.number("end", f.end);
  from.text("fingerprint", f.fingerprint);
  from.text("excerpt", f.excerpt);
  from.text("exception", f.exception);
  from.text("lapsed_exception", f.lapsed_exception);
}

void read_coverage(const object& from, coverage& c) {
  from.number("received", c.received);
  from.number("scanned", c.scanned);
  from.number("released", c.released);
  from.number("withheld", c.withheld);
  from.number("known", c.known);
  from.flag("complete", c.complete);
  from.text("not_scanned", c.not_scanned);
  from.number("opaque_dropped", c.opaque_dropped);
  from.list("opaque", [&](const object& part) {
    auto& added = c.opaque_parts.emplace_back();
    part.text("path", added.path);
    part.text("kind", added.kind);
  });
}

void read_subject(const object& line, record& r) {
  const object who = line.in("who");
  who.text("key", r.key_id);
  who.text("team", r.team);
  who.text("user", r.user);
  who.text("address", r.client_address);
  who.text("agent", r.user_agent);
  const object what = line.in("what");
  what.text("route", r.route);
  what.text("endpoint", r.endpoint);
  what.text("upstream", r.upstream);
  what.text("model", r.model_asked);
  what.text("model_answered", r.model_answered);
  what.text("response_id", r.response_id);
  what.text("trace", r.trace_id);
  what.text("span", r.span_id);
  what.text("conversation", r.conversation);
  what.flag("conversation_derived", r.conversation_derived);
  what.flag("streamed", r.streamed);
  const object policy = line.in("policy");
  policy.text("name", r.policy_name);
  policy.text("version", r.policy_version);
  policy.text("digest", r.policy_digest);
  policy.texts("packs", r.packs);
  policy.text("engine", r.engine_version);
  policy.text("bundle", r.policy_bundle);
}

void read_outcome(const object& line, record& r) {
  const object outcome = line.in("outcome");
  outcome.text("decision", r.decision);
  outcome.text("stage", r.stage);
  outcome.text("rule", r.rule);
  outcome.text("category", r.category);
  outcome.text("severity", r.severity);
  outcome.text("reason", r.reason);
  outcome.text("path", r.path);
  outcome.number("status", r.status);
  outcome.number("leaked", r.leaked);
  outcome.number("duration_us", r.duration_us);
  outcome.number("first_byte_us", r.first_byte_us);
  outcome.number("added_us", r.added_us);
  outcome.number("events", r.events);
  outcome.flag("upstream_truncated", r.upstream_truncated);
  outcome.flag("client_gone", r.client_gone);
  line.list("findings", [&](const object& f) { read_finding(f, r.findings.emplace_back()); });
  line.number("findings_dropped", r.findings_dropped);
  const object covered = line.in("coverage");
  read_coverage(covered.in("request"), r.request_coverage);
  read_coverage(covered.in("response"), r.response_coverage);
  const object tokens = line.in("tokens");
  tokens.number("input", r.input_tokens);
  tokens.number("output", r.output_tokens);
  tokens.flag("estimated", r.tokens_estimated);
}

void read_captured(const object& from, captured& c) {
  const auto direction = [](const object& text, captured_text& to) {
    text.number("bytes", to.bytes);
    text.text("digest", to.digest);
    text.flag("clipped", to.clipped);
  };
  from.text("mode", c.mode);
  direction(from.in("request"), c.request);
  direction(from.in("response"), c.response);
  from.text("sealed", c.sealed);
  from.number("segment", c.segment);
  from.number("offset", c.offset);
  from.text("lost", c.lost);
}

void read_tree(const object& from, tree_note& t) {
  from.number("size", t.size);
  from.text("root", t.root);
  from.texts("frontier", t.frontier);
}

std::optional<record_kind> kind_from(std::string_view name) {
  for (const auto kind : {record_kind::exchange, record_kind::open, record_kind::admin, record_kind::checkpoint}) {
    if (name == to_string(kind)) return kind;
  }
  return {};
}

}  // namespace

result<stored_record> decoder::decode(std::string_view line) {
  const auto read = reader_.read(line);
  if (!read) return read.error();
  const json::document& doc = **read;
  bool sound = doc[json::document::root].kind == json::kind::object;
  const object top(doc, json::document::root, sound);

  int version = 0;
  top.number("v", version);
  if (version > schema_version) {
    return fail(errc::malformed_json, "schema version " + std::to_string(version) + " is newer than this program");
  }
  stored_record found;
  record& r = found.value;
  top.number("seq", found.seq);
  std::string kind;
  top.text("kind", kind);
  const auto known = kind_from(kind);
  std::string at;
  top.text("at", at);
  const auto time = parse_rfc3339(at);
  if (version < 1 || !known || !time) return fail(errc::malformed_json, "a record without version, kind or time");

  r.kind = *known;
  r.at = *time;
  top.text("id", r.id);
  top.number("mono_ms", r.monotonic_ms);
  read_subject(top, r);
  read_outcome(top, r);
  read_captured(top.in("content"), r.content);
  read_tree(top.in("tree"), r.tree);
  top.text("event", r.event);
  top.text("note", r.note);
  top.flag("clipped", r.clipped);
  if (!sound) return fail(errc::malformed_json, "a member of another type than the format says");
  return found;
}

}  // namespace stoplog::audit
