// Random records, with hostile text in every field.
#pragma once

#include "audit/record.hpp"

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace stoplog::audit {

class record_maker {
 public:
  explicit record_maker(unsigned seed) : random_(seed) {}

  std::string text() {
    static constexpr std::array<std::string_view, 16> pieces = {
        "word", "\"", "\\", "\n", "\x1B[2J", "\u202E", "\u009B", "\U000E0041", "\u4F60", "\U0001F600", "{\"seq\":7,\"v\":1}",
        "\",\"crc\":\"00000000\"}", " ", "\x7F", "\u2028", "="};
    std::string made;
    for (auto count = below(6); count > 0; --count) made += pieces[below(pieces.size())];
    return made;
  }
  std::uint64_t number() { return random_() >> below(64); }
  bool flag() { return below(2) == 0; }
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

  finding make_finding() {
    return {text(), text(), text(), text(), text(), text(), text(), text(),
            text(), text(), text(), number(), number(), text(), text(), text(), text()};
  }
  coverage make_coverage() {
    coverage c{number(), number(), number(), flag(), {}, number(), number(), text(), number()};
    for (auto count = below(4); count > 0; --count) c.opaque_parts.push_back({text(), text()});
    return c;
  }
  record make() {
    record r;
    r.kind = static_cast<record_kind>(below(4));
    r.at = wall_time{std::chrono::microseconds{static_cast<std::int64_t>(random_() % 200'000'000'000'000'000ULL)}};
    for (std::string* field : {&r.id, &r.key_id, &r.team, &r.client_address, &r.user_agent, &r.policy_name, &r.policy_version,
                               &r.policy_digest, &r.policy_bundle, &r.event, &r.note, &r.user, &r.engine_version}) {
      *field = text();
    }
    r.monotonic_ms = number();
    for (auto count = below(3); count > 0; --count) r.packs.push_back(text());
    if (r.kind == record_kind::checkpoint) r.tree = {number(), text(), {text(), text()}};
    r.clipped = flag();
    if (r.kind == record_kind::admin || r.kind == record_kind::checkpoint) return r;
    for (std::string* field : {&r.route, &r.endpoint, &r.upstream, &r.model_asked, &r.model_answered, &r.response_id,
                               &r.trace_id, &r.span_id, &r.conversation}) {
      *field = text();
    }
    r.conversation_derived = flag();
    r.streamed = flag();
    if (r.kind == record_kind::open) return r;
    for (std::string* field : {&r.decision, &r.rule, &r.category, &r.severity, &r.stage, &r.reason, &r.path}) *field = text();
    r.status = static_cast<int>(below(1000));
    for (std::uint64_t* field : {&r.duration_us, &r.first_byte_us, &r.events, &r.findings_dropped, &r.leaked,
                                 &r.added_us}) {
      *field = number();
    }
    r.output_tokens = number();
    if (r.output_tokens != 0) r.tokens_estimated = flag();
    r.content = {text(), {number(), text(), flag()}, {number(), text(), flag()}, text(), text()};
    if (!r.content.sealed.empty()) r.content.segment = number(), r.content.offset = number();
    for (auto count = below(5); count > 0; --count) r.findings.push_back(make_finding());
    r.request_coverage = make_coverage();
    r.response_coverage = make_coverage();
    r.upstream_truncated = flag();
    r.client_gone = flag();
    return r;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace stoplog::audit
