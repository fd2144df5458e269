// Any bytes as a request or a whole answer of any dialect: what is forbidden in a
// string or a key is found wherever it stands, what goes on is JSON, and it
// stands in it no more.
#include "dialect/endpoint.hpp"
#include "dialect/shape.hpp"
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"
#include "support/policies.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace stoplog;

namespace {

constexpr std::string_view forbidden = "zxq";

using compiled = std::shared_ptr<const policy::compiled_policy>;

void demand(bool holds) {
  if (!holds) std::abort();
}

bool holds_forbidden(const json::document& d) {
  for (json::node_id id = 0; id < d.size(); ++id) {
    const bool text = d[id].kind == json::kind::string && !dialect::is_data(d[id].text) && d[id].text.find(forbidden) != std::string_view::npos;
    if (text || d[id].key.find(forbidden) != std::string_view::npos) return true;
  }
  return false;
}

void check(const guard::report& seen, bool held, verdict wanted, const std::string& body) {
  demand(seen.coverage.scanned == seen.coverage.received && seen.coverage.released <= seen.coverage.received);
  demand(!held || seen.decision.verdict == wanted);
  if (body.empty()) return demand(seen.decision.verdict == verdict::block);
  json::reader reader;
  const auto read = reader.read(body);
  demand(read.has_value() && !holds_forbidden(**read));
}

void judge_request(const dialect::codec& codec, const std::string& body, bool held, const compiled& policy, verdict wanted) {
  guard::request_guard guard(codec, {});
  if (!guard.read(body)) return;
  const auto done = guard.inspect(policy);
  demand(done.has_value());
  check(done->report, held, wanted, done->body);
}

void judge_answer(const dialect::codec& codec, const std::string& body, bool held, const compiled& policy, verdict wanted) {
  const auto done = guard::inspect_answer(codec, {}, policy, body);
  if (done) check(done->report, held, wanted, done->body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using policy::action;
  static const compiled blocks = support::compile({{.id = "B", .regex = "zxq"}});
  static const compiled redacts = support::compile({{.id = "R", .regex = "zxq", .action = action::redact}});
  const std::string body(reinterpret_cast<const char*>(data), size);
  json::reader reader;
  const auto read = reader.read(body);
  if (!read) return 0;
  const bool held = holds_forbidden(**read);
  for (const dialect::endpoint& e : dialect::endpoints()) {
    if (e.scans == nullptr) continue;
    if (e.method == "POST") judge_request(*e.scans, body, held, blocks, verdict::block);
    if (e.method == "POST") judge_request(*e.scans, body, held, redacts, verdict::redact);
    judge_answer(*e.scans, body, held, blocks, verdict::block);
    judge_answer(*e.scans, body, held, redacts, verdict::redact);
  }
  return 0;
}
