// Any bytes as a streamed answer, cut anywhere: what goes out and how it ends is
// the same as for one piece, is well formed, and never says the forbidden word,
// in one event or over several.
#include "dialect/openai/chat_codec.hpp"
#include "dialect/shape.hpp"
#include "dialect/sse.hpp"
#include "guard/stream_guard.hpp"
#include "support/policies.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

using namespace stoplog;

namespace {

constexpr std::string_view forbidden = "zxq";

void demand(bool holds) {
  if (!holds) std::abort();
}

struct outcome {
  std::string bytes;
  std::string ending = "open";
  std::string seen;
};

using compiled = std::shared_ptr<const policy::compiled_policy>;

outcome run(const compiled& policy, std::string_view bytes, std::string_view cuts) {
  static const dialect::openai::chat_codec codec;
  limits small;
  small.event_bytes = 2000;
  small.stream_bytes = 6000;
  small.channels = 12;
  guard::stream_guard guard(codec, {.wants_usage = true, .choices = 2}, small, policy);
  outcome out;
  for (std::size_t at = 0, cut = 0; out.ending == "open"; ++cut) {
    const std::size_t piece = cuts.empty() ? bytes.size() : static_cast<unsigned char>(cuts[cut % cuts.size()]) % 61 + 1;
    const std::string copy(bytes.substr(at, piece));
    at += copy.size();
    const auto step = guard.on_bytes(copy, at == bytes.size());
    if (!step) {
      out.bytes += guard.error_ending(step.error().code);
      out.ending = step.error().detail;
      break;
    }
    out.bytes += step->bytes;
    if (step->what == guard::stream_step::kind::stop) out.ending = "stop";
    if (step->what == guard::stream_step::kind::done) out.ending = "done";
  }
  const guard::report& r = guard.report();
  // What is encoded in the middle of a run may have begun to go out.
  const auto encoded = [](const policy::finding& f) { return f.path.ends_with(" in base64") || f.path.ends_with(" in hexadecimal digits"); };
  demand(r.leaked == 0 || std::any_of(r.decision.findings.begin(), r.decision.findings.end(), encoded));
  demand(r.coverage.scanned == r.coverage.received && r.coverage.released <= r.coverage.received);
  out.seen = std::to_string(static_cast<int>(r.decision.verdict)) + " " + std::to_string(r.coverage.received) + " " + std::to_string(r.coverage.released);
  for (const auto& f : r.decision.findings) out.seen += " " + f.path + ":" + std::to_string(f.span.begin) + "-" + std::to_string(f.span.end);
  return out;
}

bool is_grown(std::string_view key) { return key == "content" || key == "reasoning_content" || key == "refusal"; }

// What the delta of a choice adds, by choice and member.
void add_texts(const json::document& d, json::node_id choice, std::map<std::string, std::string>& grown) {
  const auto delta = d.find(choice, "delta");
  if (delta == json::no_node) return;
  const auto index = d.find(choice, "index");
  const std::string of = index == json::no_node ? std::to_string(d[choice].index) : std::string(d[index].text);
  for (auto at = d[delta].first_child; at != json::no_node; at = d[at].next) {
    if (d[at].kind == json::kind::string && is_grown(d[at].key)) grown[of + std::string(d[at].key)] += d[at].text;
  }
}

void check_output(std::string_view bytes) {
  dialect::sse_decoder decoder(100'000);
  decoder.feed(bytes);
  json::reader reader;
  std::map<std::string, std::string> grown;
  bool over = false;
  for (auto event = decoder.next(); event && *event != nullptr; event = decoder.next()) {
    demand((*event)->name.find(forbidden) == std::string_view::npos);
    if (!(*event)->has_data) continue;
    demand(!over);
    over = (*event)->data == "[DONE]";
    if (over) continue;
    const auto read = reader.read((*event)->data);
    demand(read.has_value());
    const json::document& d = **read;
    for (json::node_id id = 0; id < d.size(); ++id) {
      demand(d[id].key.find(forbidden) == std::string_view::npos);
      if (d[id].kind == json::kind::string && !dialect::is_data(d[id].text)) demand(d[id].text.find(forbidden) == std::string_view::npos);
    }
    const auto choices = d.find(0, "choices");
    if (choices == json::no_node) continue;
    for (auto at = d[choices].first_child; at != json::no_node; at = d[at].next) add_texts(d, at, grown);
  }
  demand(!decoder.pending());
  for (const auto& [of, text] : grown) demand(text.find(forbidden) == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using policy::action;
  static const compiled policies[] = {support::compile({{.id = "B", .regex = "zxq"}, {.id = "R", .regex = "z[a-y]{1,9}", .action = action::redact}}),
                                      support::compile({{.id = "R", .regex = "zxq", .action = action::redact}, {.id = "S", .regex = "\\bz{1,5}\\b", .action = action::redact}})};
  if (size < 4) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = all.substr(4);
  for (const compiled& policy : policies) {
    const outcome whole = run(policy, bytes, {});
    const outcome cut = run(policy, bytes, all.substr(0, 4));
    demand(whole.bytes == cut.bytes && whole.ending == cut.ending && whole.seen == cut.seen);
    check_output(whole.bytes);
  }
  return 0;
}
