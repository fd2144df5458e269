#include "audit/encode.hpp"

#include "audit/escape.hpp"
#include "audit/seal.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::audit {
namespace {

// Members of one line: what is empty is left out, what is too long is cut.
class line_writer {
 public:
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    const std::string_view kept = audit::clipped(value, text_bytes_max);
    if (kept.size() != value.size()) clipped_ = true;
    scratch_.clear();
    append_json_text(scratch_, kept);
    out_.key(name).raw(scratch_);
  }
  void number(std::string_view name, std::uint64_t value) {
    char digits[20];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value);
    out_.key(name).raw(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
  void number_if(std::string_view name, std::uint64_t value) {
    if (value != 0) number(name, value);
  }
  void flag_if(std::string_view name, bool value) {
    if (value) flag(name, true);
  }
  void flag(std::string_view name, bool value) { out_.key(name).boolean(value); }
  // A member that is an object and is left out when it has no members.
  template <class Members>
  void group(std::string_view name, bool present, Members members) {
    if (!present) return;
    out_.key(name).begin_object();
    members();
    out_.end_object();
  }
  void texts(std::string_view name, const std::vector<std::string>& values, std::size_t most) {
    if (values.empty()) return;
    if (values.size() > most) clipped_ = true;
    out_.key(name).begin_array();
    for (std::size_t i = 0; i < std::min(values.size(), most); ++i) {
      const std::string_view kept = audit::clipped(values[i], text_bytes_max);
      if (kept.size() != values[i].size()) clipped_ = true;
      scratch_.clear();
      append_json_text(scratch_, kept);
      out_.raw(scratch_);
    }
    out_.end_array();
  }
  json::writer& raw() noexcept { return out_; }
  void mark_clipped() noexcept { clipped_ = true; }
  bool clipped() const noexcept { return clipped_; }
  std::string take() { return out_.take(); }

 private:
  json::writer out_;
  std::string scratch_;
  bool clipped_ = false;
};

struct kept_counts {
  std::size_t findings = findings_max;
  std::size_t opaque_parts = opaque_max;
};

void write_finding(line_writer& out, const finding& f) {
  out.raw().begin_object();
  out.text("rule", f.rule);
  out.text("pack", f.pack);
  out.text("category", f.category);
  out.text("severity", f.severity);
  out.text("mode", f.mode);
  out.text("enforced", f.enforced);
  out.text("would", f.would);
  out.text("direction", f.direction);
  out.text("role", f.role);
  out.text("channel", f.channel);
  out.text("path", f.path);
  out.number("begin", f.begin);
  out.number("end", f.end);
  out.text("fingerprint", f.fingerprint);
  out.text("excerpt", f.excerpt);
  out.text("exception", f.exception);
  out.text("lapsed_exception", f.lapsed_exception);
  out.raw().end_object();
}

void write_findings(line_writer& out, const record& r, std::size_t most) {
  const std::size_t kept = std::min(r.findings.size(), most);
  if (kept != 0) {
    out.raw().key("findings").begin_array();
    for (std::size_t i = 0; i < kept; ++i) write_finding(out, r.findings[i]);
    out.raw().end_array();
  }
  if (kept != r.findings.size()) out.mark_clipped();
  out.number_if("findings_dropped", r.findings_dropped + (r.findings.size() - kept));
}

void write_coverage(line_writer& out, std::string_view name, const coverage& c, std::size_t most) {
  out.group(name, true, [&] {
    out.number("received", c.received);
    out.number("scanned", c.scanned);
    out.number("released", c.released);
    out.number("withheld", c.withheld);
    out.number_if("known", c.known);
    out.flag("complete", c.complete);
    out.text("not_scanned", c.not_scanned);
    const std::size_t kept = std::min(c.opaque_parts.size(), most);
    if (kept != 0) {
      out.raw().key("opaque").begin_array();
      for (std::size_t i = 0; i < kept; ++i) {
        out.raw().begin_object();
        out.text("path", c.opaque_parts[i].path);
        out.text("kind", c.opaque_parts[i].kind);
        out.raw().end_object();
      }
      out.raw().end_array();
    }
    if (kept != c.opaque_parts.size()) out.mark_clipped();
    out.number_if("opaque_dropped", c.opaque_dropped + (c.opaque_parts.size() - kept));
  });
}

// What the log says of itself mostly concerns no request.
bool has_what(const record& r) noexcept {
  const bool of_the_log = r.kind == record_kind::admin || r.kind == record_kind::checkpoint;
  return !of_the_log || !r.route.empty() || !r.endpoint.empty();
}

void write_subject(line_writer& out, const record& r) {
  const bool known_who =
      !(r.key_id.empty() && r.team.empty() && r.user.empty() && r.client_address.empty() && r.user_agent.empty());
  out.group("who", known_who, [&] {
    out.text("key", r.key_id);
    out.text("team", r.team);
    out.text("user", r.user);
    out.text("address", r.client_address);
    out.text("agent", r.user_agent);
  });
  out.group("what", has_what(r), [&] {
    out.text("route", r.route);
    out.text("endpoint", r.endpoint);
    out.text("upstream", r.upstream);
    out.text("model", r.model_asked);
    out.text("model_answered", r.model_answered);
    out.text("response_id", r.response_id);
    out.text("trace", r.trace_id);
    out.text("span", r.span_id);
    out.text("conversation", r.conversation);
    out.flag_if("conversation_derived", r.conversation_derived);
    out.flag("streamed", r.streamed);
  });
  const bool known_policy = !(r.policy_name.empty() && r.policy_version.empty() && r.policy_digest.empty() &&
                              r.engine_version.empty() && r.packs.empty() && r.policy_bundle.empty());
  out.group("policy", known_policy, [&] {
    out.text("name", r.policy_name);
    out.text("version", r.policy_version);
    out.text("digest", r.policy_digest);
    out.texts("packs", r.packs, packs_max);
    out.text("engine", r.engine_version);
    out.text("bundle", r.policy_bundle);
  });
}

void write_outcome(line_writer& out, const record& r, kept_counts keep) {
  out.group("outcome", true, [&] {
    out.text("decision", r.decision);
    out.text("stage", r.stage);
    out.text("rule", r.rule);
    out.text("category", r.category);
    out.text("severity", r.severity);
    out.text("reason", r.reason);
    out.text("path", r.path);
    out.number("status", static_cast<std::uint64_t>(std::max(r.status, 0)));
    out.number("leaked", r.leaked);
    out.number("duration_us", r.duration_us);
    out.number("first_byte_us", r.first_byte_us);
    out.number("added_us", r.added_us);
    out.number("events", r.events);
    out.flag_if("upstream_truncated", r.upstream_truncated);
    out.flag_if("client_gone", r.client_gone);
  });
  write_findings(out, r, keep.findings);
  out.group("coverage", true, [&] {
    write_coverage(out, "request", r.request_coverage, keep.opaque_parts);
    write_coverage(out, "response", r.response_coverage, keep.opaque_parts);
  });
  out.group("tokens", r.input_tokens != 0 || r.output_tokens != 0, [&] {
    out.number("input", r.input_tokens);
    out.number("output", r.output_tokens);
    out.flag("estimated", r.tokens_estimated);
  });
}

void write_captured(line_writer& out, const captured& c) {
  const auto direction = [&](std::string_view name, const captured_text& of) {
    out.group(name, of != captured_text{}, [&] {
      out.number("bytes", of.bytes);
      out.text("digest", of.digest);
      out.flag_if("clipped", of.clipped);
    });
  };
  out.group("content", c != captured{}, [&] {
    out.text("mode", c.mode);
    direction("request", c.request);
    direction("response", c.response);
    out.text("sealed", c.sealed);
    if (!c.sealed.empty()) {
      out.number("segment", c.segment);
      out.number("offset", c.offset);
    }
    out.text("lost", c.lost);
  });
}

void write_tree(line_writer& out, const tree_note& t) {
  out.group("tree", t != tree_note{}, [&] {
    out.number("size", t.size);
    out.text("root", t.root);
    out.texts("frontier", t.frontier, frontier_max);
  });
}

// A stream that has only begun has no outcome yet, and most admin records have none.
bool has_outcome(const record& r) noexcept { return r.kind == record_kind::exchange || !r.decision.empty(); }

std::string write_line(const record& r, std::uint64_t seq, kept_counts keep, bool& whole) {
  line_writer out;
  out.raw().begin_object();
  out.number("seq", seq);
  out.number("v", schema_version);
  out.text("kind", to_string(r.kind));
  out.text("id", r.id);
  out.text("at", to_rfc3339(r.at));
  out.number_if("mono_ms", r.monotonic_ms);
  write_subject(out, r);
  if (has_outcome(r)) write_outcome(out, r, keep);
  write_captured(out, r.content);
  write_tree(out, r.tree);
  out.text("event", r.event);
  out.text("note", r.note);
  out.flag_if("clipped", r.clipped || out.clipped());
  whole = !out.clipped();
  out.raw().end_object();
  std::string line = out.take();
  seal(line);
  return line;
}

}  // namespace

std::string_view to_string(record_kind kind) noexcept {
  switch (kind) {
    case record_kind::exchange: return "exchange";
    case record_kind::open: return "open";
    case record_kind::admin: return "admin";
    case record_kind::checkpoint: return "checkpoint";
  }
  return "unknown";
}

std::string encode(const record& r, std::uint64_t seq) {
  bool whole = true;
  return encode(r, seq, whole);
}

std::string encode(const record& r, std::uint64_t seq, bool& whole) {
  std::string line = write_line(r, seq, {}, whole);
  if (line.size() > record_bytes_max) line = write_line(r, seq, {0, 0}, whole);
  return line;
}

void drop_unwritten(record& r) {
  r.status = std::max(r.status, 0);
  if (!has_what(r)) {
    r.model_asked.clear();
    r.model_answered.clear();
    r.conversation.clear();
  }
  if (has_outcome(r)) return;
  r.status = 0;
  r.rule.clear();
  r.category.clear();
  r.severity.clear();
  r.findings.clear();
}

}  // namespace stoplog::audit
