#include "http/exchange.hpp"

#include "base/version.hpp"
#include "guard/conversation_name.hpp"
#include "guard/ending.hpp"
#include "http/decoded_body.hpp"
#include "http/exchange_record.hpp"
#include "http/forwarding.hpp"
#include "http/trace_parent.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <charconv>

namespace stoplog::http {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

namespace {

// application/json, with no charset or UTF-8.
bool is_json(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  std::string_view type = content_type.substr(0, semicolon);
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (!equal_ignoring_case(type, "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  std::string_view parameter = content_type.substr(semicolon + 1);
  while (!parameter.empty() && parameter.front() == ' ') parameter.remove_prefix(1);
  return equal_ignoring_case(parameter, "charset=utf-8") || equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

// A body that will be refused is not asked for.
bool declares_more_than(const message_head& head, std::size_t bytes_max) {
  const std::string_view length = head.value("content-length");  // digits, no more than 18: strict_rules.hpp
  std::size_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  return bytes > bytes_max;
}

}  // namespace

exchange::exchange(session& of, message_reader& request) : session_(of), request_(request), began_(steady::now()), capture_(shared().responders) {
  record_.id = session_.home().new_id().to_string();
  record_.at = wall_now();
  record_.monotonic_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(began_.time_since_epoch()).count());
  record_.client_address = session_.client_address();
  record_.decision = "allow";
  session_.on_upstream_deadline([this] { abort_upstream(); });
}

exchange::~exchange() {
  watch_.reset();
  session_.on_upstream_deadline(nullptr);
  session_.clock().disarm(deadline::total);
}

awaitable<bool> exchange::run() {
  record_.user_agent = request_.head().value("user-agent");
  if (auto parent = read_trace_parent(request_.head())) {
    record_.trace_id = std::move(parent->trace_id);
    record_.span_id = std::move(parent->span_id);
  }
  keep_ = request_.head().keep_alive;
  if (co_await admit() && co_await read() && co_await judge() && co_await forward()) co_await relay();
  finish();
  co_return keep_ && !closing();
}

awaitable<void> exchange::refuse_unread(error why) {
  keep_ = false;
  co_await refuse(std::move(why));
  finish();
}

bool exchange::closing() noexcept { return shared().draining.load() || !session_.client().open(); }

awaitable<bool> exchange::admit() {
  const message_head& head = request_.head();
  const std::string_view target = head.target;
  const std::size_t question = target.find('?');
  bool known = false;
  // Before anything else: it says in which words this client is refused.
  const auto path = shared().routes.endpoint_path(target.substr(0, question));
  if (path) endpoint_ = dialect::find_endpoint(head.method, *path, known);
  const auto who = shared().routes.authenticate(head);
  if (!who) {
    co_await refuse(who.error());
    co_return false;
  }
  client_ = *who;
  if (client_ != nullptr) {
    record_.key_id = client_->key_id;
    record_.team = client_->team;
  }
  error why = fail(errc::endpoint_not_covered);
  const bool covered = endpoint_ != nullptr;
  if (covered) record_.endpoint = endpoint_->name;
  if (covered || (!known && is_opaque())) {
    const bool query = question != std::string_view::npos;
    if (query && !(covered && dialect::takes_query(*endpoint_, target.substr(question + 1)))) {
      why = fail(errc::malformed_request, "this query string is not forwarded");
    } else if (covered ? !coding::coding_of(head.value("content-encoding")) : head.count("content-encoding") != 0) {
      why = fail(errc::unsupported_coding);
    } else if (declares_more_than(head, shared().settings.limits.body_bytes)) {
      why = fail(errc::body_too_large);
    } else if (covered && head.method == "POST" && !is_json(head.value("content-type"))) {
      why = fail(errc::unsupported_media_type);
    } else if (head.method == "GET" && !request_.complete()) {
      why = fail(errc::malformed_request, "a GET with a body");
    } else {
      co_return true;
    }
  } else if (known) {
    why = fail(errc::endpoint_not_covered, "this path is served under another method");
  }
  co_await refuse(std::move(why));
  co_return false;
}

bool exchange::is_opaque() noexcept {
  const message_head& head = request_.head();
  route_ = shared().routes.select_opaque(head.method, std::string_view(head.target).substr(0, head.target.find('?')), client_);
  if (route_ == nullptr) return false;
  constexpr std::string_view kind = "endpoint";
  record_.endpoint = "opaque";
  record_.request_coverage.opaque_parts.push_back({"body", std::string(kind)});
  record_.response_coverage.opaque_parts.push_back({"body", std::string(kind)});
  record_.decision = "opaque";
  return true;
}

awaitable<bool> exchange::read() {
  const message_head& head = request_.head();
  if (!request_.complete()) {
    if (head.has_token("expect", "100-continue") && !co_await session_.write("HTTP/1.1 100 Continue\r\n\r\n")) {
      co_return false;
    }
    const auto whole = co_await session_.read_body(request_);
    if (!whole) {
      co_await refuse(whole.error());
      co_return false;
    }
  }
  auto body = decoded_body(request_, shared().settings.limits.body_bytes);
  if (!body) {
    co_await refuse(body.error());
    co_return false;
  }
  if (endpoint_ == nullptr) {
    forwarded_ = std::move(*body);
  } else if (scans() != nullptr && head.method == "POST") {
    guard_.emplace(*endpoint_->scans, shared().settings.limits, &session_.home().judging());
    auto facts = guard_->read(std::move(*body));
    if (!facts) {
      co_await refuse(facts.error());
      co_return false;
    }
    facts_ = std::move(*facts);
    record_.model_asked = facts_.model;
    record_.streamed = facts_.streamed;
  }
  const auto route = endpoint_ == nullptr ? result<const config::route*>(route_) : shared().routes.select(std::string_view(head.target).substr(0, head.target.find('?')), facts_.model, client_);
  if (!route) {
    co_await refuse(route.error());
    co_return false;
  }
  route_ = *route;
  record_.route = route_->name;
  record_.upstream = route_->upstream;
  co_return true;
}

awaitable<bool> exchange::judge() {
  if (!guard_) judged_ = true;  // the request has no text
  if (scans() == nullptr) {     // nothing to scan here
    if (can_record()) co_return true;
    co_await refuse(fail(errc::audit_unavailable));
    co_return false;
  }
  subject_.route = route_->name;
  subject_.model = facts_.model;
  subject_.key_id = record_.key_id;
  subject_.team = record_.team;
  subject_.dialect = scans()->name();
  const auto talk = guard::conversation_of(facts_, subject_, session_.home().policies());
  record_.conversation = subject_.conversation = talk.pseudonym;
  record_.conversation_derived = talk.derived;
  // Of those who are no one else's the address is all that is known.
  if (subject_.key_id.empty() && subject_.conversation.empty()) subject_.conversation = record_.client_address;
  if (subject_.model.empty() && session_.home().policies().needs_model(subject_)) {
    co_await refuse(fail(errc::no_route, "the policies here go by the model, and this request names none"));
    co_return false;
  }
  policy_ = policy::applied(session_.home().policies().select(subject_), subject_, wall_now());
  if (!policy_) {
    co_await refuse(fail(errc::no_route, "no policy applies to this request"));
    co_return false;
  }
  add_subject(record_, facts_, *policy_);
  for (std::string* text : {&facts_.user, &facts_.conversation, &facts_.opening}) std::string().swap(*text);  // nobody asks for them any more
  if (!can_record()) {
    co_await refuse(fail(errc::audit_unavailable));
    co_return false;
  }
  capture_.begin(policy_, shared().settings.audit.content);
  if (!guard_) {  // only the answer has text
    record_.request_coverage.complete = true;
    co_return true;
  }
  const auto judging = steady::now();
  auto outcome = guard_->inspect(policy_, &session_.home().judged(), capture_.of(direction::request));
  added_us_ += microseconds_since(judging);
  if (!outcome) {
    co_await refuse(outcome.error());
    co_return false;
  }
  judged_ = true;
  note(record_, outcome->report, direction::request);
  if (outcome->report.decision.verdict == verdict::block) {
    co_await refuse_by_policy(outcome->report);
    co_return false;
  }
  forwarded_ = std::move(outcome->body);
  guard_.reset();
  co_return true;
}

awaitable<void> exchange::refuse(error why) {
  // 5xx: not the request's fault.
  record_.decision = status_of(why.code) < 500 ? "refuse" : "error";
  record_.reason = to_string(why.code);
  // Nobody judged what the request says, or what the answer said.
  if (!judged_) record_.request_coverage.not_scanned = record_.reason;
  else if (leaves_text_unjudged(why.code)) record_.response_coverage.not_scanned = record_.reason;
  if (why.code == errc::client_gone) {
    record_.client_gone = true;
    keep_ = false;
    co_return;
  }
  // What was not read to its end cannot be told from the next request.
  if (!request_.complete()) keep_ = false;
  std::string message(sentence_for(why.code));
  if (!why.detail.empty()) message += ": " + why.detail;
  co_await answer(status_of(why.code), "application/json", error_json(status_of(why.code), error_type_of(why.code), record_.reason, message));
}

awaitable<void> exchange::refuse_by_policy(const guard::report& judged) {
  record_.status = static_cast<int>(policy_->source().blocked_request_status);
  if (!co_await write_record()) {
    co_await refuse(fail(errc::audit_unavailable));
    co_return;
  }
  const auto why = guard::ending_of(judged, *policy_);
  co_await answer(record_.status, "application/json", error_json(record_.status, "policy_violation", why.category, why.message));
}

awaitable<void> exchange::answer(int status, std::string_view content_type, std::string_view body) {
  record_.status = status;
  const std::string reply = make_reply(status, content_type, body, stamps(), !keep_ || closing());
  if (!co_await session_.write(reply)) {
    record_.client_gone = true;
    keep_ = false;
  }
}

std::vector<header> exchange::stamps() {
  coverage_ = coverage_header(record_);
  return {{"x-stoplog-decision-id", record_.id},
          {"x-stoplog-decision", record_.decision},
          {"x-stoplog-coverage", coverage_}};
}

std::string exchange::error_json(int status, std::string_view type, std::string_view code, std::string_view message) const {
  const bool to_anthropic = request_.head_complete() && request_.head().count(dialect::anthropic_header) != 0;
  return dialect::to_json({status, type, code, message, record_.id}, endpoint_, to_anthropic);
}

void exchange::abort_upstream() noexcept { upstream_.abort(); }

awaitable<bool> exchange::write_record() {
  recorded_ = true;
  complete_record();
  shared().counts.finished(record_);
  std::string content = capture_.finish(record_);
  co_return co_await make_durable(record_, std::move(content));
}

void exchange::note(audit::record& to, const guard::report& from, direction of) {
  add_report(to, from, *policy_, of);
  if (&to == &record_) capture_.take_excerpts(to);
  else capture_.drop_excerpts(to);
}

policy::on_write_failure exchange::on_write_failure() const noexcept {
  return policy_ ? policy_->source().audit.on_write_failure : policy::on_write_failure::block;
}

bool exchange::can_record() noexcept {
  if (shared().log.status().healthy) return true;
  switch (on_write_failure()) {
    case policy::on_write_failure::block: return false;
    case policy::on_write_failure::spool: return shared().spool != nullptr && shared().spool->takes();
    case policy::on_write_failure::allow: return true;
  }
  return false;
}

awaitable<bool> exchange::write_open(const guard::report* answer) {
  audit::record now = record_;
  now.kind = audit::record_kind::open;
  now.duration_us = microseconds_since(began_);
  if (answer != nullptr) note(now, *answer, direction::response);
  redaction_recorded_ = now.decision == "redact";
  if (redaction_recorded_) co_return co_await make_durable(std::move(now));
  // Without a place to wait nobody is turned away for a trace.
  co_return shared().log.append(std::move(now), audit::durability::soon) || on_write_failure() != policy::on_write_failure::block;
}

// In the log; where that cannot be written, as the policy says: in the second
// place, or among what the log writes when it can again.
awaitable<bool> exchange::make_durable(audit::record what, std::string content) {
  const auto otherwise = on_write_failure();
  if (otherwise == policy::on_write_failure::block) co_return co_await make_durable_in(false, std::move(what), std::move(content));
  const bool healthy = shared().log.status().healthy;
  if (healthy && co_await make_durable_in(false, what, content)) co_return true;
  if (otherwise == policy::on_write_failure::spool) {
    co_return shared().spool != nullptr && co_await make_durable_in(true, std::move(what), {});
  }
  shared().log.append(std::move(what), audit::durability::soon, {}, std::move(content));
  co_return true;
}

awaitable<bool> exchange::make_durable_in(bool spool, audit::record what, std::string content) {
  auto start = [this, spool, &what, &content](auto handler) {
    // Tracked: the worker does not end while the log owes an answer.
    auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
    auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
    const auto resume = [waiting, executor](bool durable) {
      asio::post(executor, [waiting, durable] { std::move (*waiting)(durable); });
    };
    const bool taken = spool ? shared().spool->append(std::move(what), resume)
                             : shared().log.append(std::move(what), audit::durability::before, resume, std::move(content));
    if (!taken) resume(false);
  };
  const auto waiting = steady::now();
  const bool durable = co_await asio::async_initiate<decltype(suspended), void(bool)>(start, suspended);
  added_us_ += microseconds_since(waiting);
  co_return durable;
}

void exchange::complete_record() {
  record_.duration_us = microseconds_since(began_);
  record_.added_us = added_us_;
  record_.engine_version = engine_version();
}

void exchange::finish() {
  if (recorded_) return;
  recorded_ = true;
  record_.client_gone = record_.client_gone || client_gone_;
  complete_record();
  shared().counts.finished(record_);
  std::string content = capture_.finish(record_);
  // A log that is down keeps what comes until its queue is full; the second place keeps it for good.
  if (on_write_failure() == policy::on_write_failure::spool && !shared().log.status().healthy && shared().spool != nullptr &&
      shared().spool->append(record_, {})) {
    return;
  }
  shared().log.append(std::move(record_), audit::durability::soon, {}, std::move(content));
}

}  // namespace stoplog::http
