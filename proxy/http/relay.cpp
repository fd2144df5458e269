// The second half of an exchange: to the upstream and back.
#include "guard/answer_guard.hpp"
#include "http/decoded_body.hpp"
#include "http/exchange.hpp"
#include "http/exchange_record.hpp"
#include "http/forwarding.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

namespace stoplog::http {

namespace asio = boost::asio;

namespace {

constexpr std::string_view event_stream = "text/event-stream";
constexpr int interim_answers_max = 8;
constexpr std::size_t sent_first_bytes_max = 64 * 1024;  // Linux takes as much at once
constexpr auto drain_answer_for = std::chrono::seconds(1);

bool has_type(std::string_view content_type, std::string_view type) {
  return equal_ignoring_case(content_type.substr(0, std::min(content_type.find(';'), content_type.size())), type);
}

}  // namespace

awaitable<bool> exchange::forward() {
  const auto& to = session_.home().pool(route_->upstream).settings();
  session_.clock().arm(deadline::total, to.deadlines.total);
  // From here on the session waits for the upstream: somebody must look after the client.
  watch_.emplace(session_.client(), [this] {
    client_gone_ = true;
    abort_upstream();
  });
  auto asked = co_await ask(false);
  // A kept connection may have been closed just as we wrote: nothing came back,
  // so asking once more on a fresh one asks nobody twice (RFC 9110, 9.2.2).
  if (!asked && upstream_.reused() && !answer_->started() && !client_gone_ && asked.error().code != errc::upstream_timeout) {
    asked = co_await ask(true);
  }
  if (asked) {
    std::string().swap(forwarded_);  // nobody is asked again, and an answer may take long
    co_return true;
  }
  watch_.reset();
  upstream_ = {};
  co_await refuse(asked.error());
  co_return false;
}

awaitable<result<void>> exchange::ask(bool fresh) {
  upstream_pool& pool = session_.home().pool(route_->upstream);
  upstream_ = {};
  answer_.emplace(message_reader::kind::response, shared().settings.limits.header_bytes,
                  shared().settings.limits.stream_bytes);
  auto reserved = pool.reserve(fresh);
  if (!reserved) co_return reserved.error();
  upstream_ = std::move(*reserved);
  (upstream_.reused() ? shared().counts.upstream_reuses : shared().counts.upstream_connects).add();
  {
    const armed limit(session_.clock(), deadline::connect, pool.settings().deadlines.connect);
    const auto connected = co_await pool.connect(upstream_);
    if (!connected) co_return upstream_failure(connected.error().code);
  }
  const std::string bytes = upstream_request(request_.head(), pool.settings(), forwarded_, client_ == nullptr);
  const armed limit(session_.clock(), deadline::first_byte, pool.settings().deadlines.first_byte);
  const auto answered = co_await send(bytes);
  if (!answered) co_return answered.error();
  record_.first_byte_us = microseconds_since(began_);
  co_return result<void>{};
}

// An upstream may answer before it has read everything, and then read no more.
// What fits the socket's buffer is sent first; anything larger beside the
// reading, so that neither waits for the other.
awaitable<result<void>> exchange::send(std::string_view bytes) {
  bool sent = false;
  result<void> answered;
  if (bytes.size() <= sent_first_bytes_max) {
    sent = (co_await upstream_.line().write(bytes)).has_value();
    answered = co_await read_answer_head();
  } else {
    const auto here = co_await asio::this_coro::executor;
    auto both = asio::experimental::make_parallel_group(asio::co_spawn(here, send_beside(bytes, sent), asio::deferred),
                                                        asio::co_spawn(here, read_beside(sent, answered), asio::deferred));
    const auto [order, writing, reading] = co_await both.async_wait(asio::experimental::wait_for_all(), suspended);
    if (writing) std::rethrow_exception(writing);
    if (reading) std::rethrow_exception(reading);
  }
  if (!answered && !sent && !answer_->started()) co_return upstream_failure(errc::upstream_unreachable);
  co_return answered;
}

awaitable<void> exchange::send_beside(std::string_view bytes, bool& sent) {
  sent = (co_await upstream_.line().write(bytes)).has_value();
}

awaitable<void> exchange::read_beside(const bool& sent, result<void>& answered) {
  answered = co_await read_answer_head();
  if (sent) co_return;
  // The rest of the request would be the beginning of the next one.
  upstream_.spoil();
  upstream_.line().cancel();
}

awaitable<result<void>> exchange::read_answer_head() {
  for (int interim = 0;;) {
    const auto bytes = co_await upstream_.line().read();
    if (!bytes) co_return upstream_failure(errc::upstream_truncated);
    std::string_view rest = *bytes;
    while (!rest.empty()) {
      const auto used = answer_->feed(rest);
      if (!used) co_return fail(errc::upstream_malformed, used.error().detail);
      rest.remove_prefix(*used);
      if (!answer_->head_complete()) continue;
      const int status = answer_->head().status;
      if (status >= 200) {
        // What came with the head belongs to the body.
        while (!rest.empty() && !answer_->complete()) {
          const auto more = answer_->feed(rest);
          if (!more) co_return fail(errc::upstream_malformed, more.error().detail);
          rest.remove_prefix(*more);
        }
        if (!rest.empty()) co_return fail(errc::upstream_malformed, "bytes behind the answer");
        co_return result<void>{};
      }
      if (status == 101) co_return fail(errc::upstream_malformed, "a switch of protocols");
      // 1xx: an answer of its own, and then the next (RFC 9110, 15.2).
      if (++interim > interim_answers_max) co_return fail(errc::upstream_malformed, "interim answers without end");
      answer_.emplace(message_reader::kind::response, shared().settings.limits.header_bytes,
                      shared().settings.limits.stream_bytes);
    }
  }
}

awaitable<result<bool>> exchange::read_answer() {
  if (answer_->complete()) co_return false;
  const armed limit(session_.clock(), deadline::stream_idle,
                    session_.home().pool(route_->upstream).settings().deadlines.stream_idle);
  const auto bytes = co_await upstream_.line().read();
  if (!bytes) {
    if (bytes.error() != asio::error::eof) co_return upstream_failure(errc::upstream_truncated);
    const auto ended = answer_->end_of_input();
    if (!ended) co_return upstream_failure(errc::upstream_truncated);
    co_return true;
  }
  const auto used = answer_->feed(*bytes);
  if (!used) co_return fail(errc::upstream_malformed, used.error().detail);
  if (*used != bytes->size()) co_return fail(errc::upstream_malformed, "bytes behind the answer");
  co_return true;
}

error exchange::upstream_failure(errc otherwise) const {
  if (client_gone_ || !session_.client().open()) return fail(errc::client_gone);
  for (const deadline each : {deadline::connect, deadline::first_byte, deadline::stream_idle, deadline::total}) {
    if (session_.clock().passed(each)) return fail(errc::upstream_timeout, std::string(to_string(each)));
  }
  return fail(otherwise);
}

awaitable<void> exchange::relay() {
  // An exception may have expired since the request was judged.
  policy_ = policy::applied(policy_, subject_, wall_now());
  const message_head& head = answer_->head();
  const auto coded = coding::coding_of(head.value("content-encoding"));
  if (!coded) {
    watch_.reset();
    upstream_ = {};
    co_await refuse(fail(errc::upstream_malformed, "a content coding that is not decoded"));
    co_return;
  }
  decoder_ = coding::decoder(*coded, {.bytes = shared().settings.limits.stream_bytes});
  const bool streamed = has_type(head.value("content-type"), event_stream);
  if (head.status == 200 && streamed && scans() != nullptr && scans()->streams()) {
    co_await relay_stream();
  } else {
    co_await relay_whole();
  }
}

result<std::string_view> exchange::decoded_bytes(bool end) {
  if (decoder_.identity()) return std::string_view(answer_->body());
  decoded_.clear();
  const auto fed = decoder_.feed(answer_->body(), decoded_);
  if (!fed) return fail(errc::upstream_malformed, fed.error().detail);
  if (end && !decoder_.finish()) return fail(errc::upstream_truncated);
  return std::string_view(decoded_);
}

awaitable<void> exchange::relay_whole() {
  for (;;) {
    const auto more = co_await read_answer();
    if (!more || answer_->body().size() > shared().settings.limits.body_bytes) {
      watch_.reset();
      upstream_ = {};
      co_await refuse(more ? fail(errc::upstream_malformed, "an answer over limits.body_bytes") : more.error());
      co_return;
    }
    if (!*more) break;
  }
  watch_.reset();
  if (answer_->head().keep_alive) upstream_.give_back();
  upstream_ = {};
  const int status = answer_->head().status;
  auto decoded = decoded_body(*answer_, shared().settings.limits.body_bytes);
  if (!decoded) {
    co_await refuse(fail(errc::upstream_malformed, decoded.error().detail));
    co_return;
  }
  std::string body = std::move(*decoded);
  if (scans() != nullptr) {
    const auto judging = std::chrono::steady_clock::now();
    auto judged = guard::inspect_answer(*scans(), shared().settings.limits, policy_, std::move(body), capture_.of(direction::response), &session_.home().judging());
    added_us_ += microseconds_since(judging);
    if (!judged) {
      co_await refuse(judged.error());
      co_return;
    }
    note(record_, judged->report, direction::response);
    record_.model_answered = judged->model;
    record_.response_id = judged->response_id;
    body = std::move(judged->body);
  }
  record_.status = status;
  const bool changed = record_.decision == "redact" || record_.decision == "block";
  if (changed && !co_await write_record()) {
    co_await refuse(fail(errc::audit_unavailable));
    co_return;
  }
  std::vector<header> headers = stamps();
  for (const header& each : answer_headers(answer_->head())) headers.push_back(each);
  // What was not read is no JSON because we say so.
  const std::string_view own_type = answer_->head().value("content-type");
  const std::string_view type = endpoint_ != nullptr || own_type.empty() ? std::string_view("application/json") : own_type;
  const std::string reply = make_reply(status, type, body, headers, !keep_ || closing());
  if (!co_await session_.write(reply)) client_gone_ = true;
}

awaitable<void> exchange::relay_stream() {
  if (!co_await write_open(nullptr)) {
    watch_.reset();
    upstream_ = {};
    co_await refuse(fail(errc::audit_unavailable));
    co_return;
  }
  shared().counts.streams.add(1);
  guard::stream_guard guard(*endpoint_->scans, facts_, shared().settings.limits, policy_, &session_.home().judging(), capture_.of(direction::response));
  record_.status = 200;
  record_.streamed = true;
  std::vector<header> headers = stamps();
  for (const header& each : answer_headers(answer_->head())) headers.push_back(each);
  std::string out = make_chunked_head(200, "text/event-stream", headers, !keep_ || closing());
  while (co_await relay_step(guard, out)) {
  }
  shared().counts.streams.add(-1);
  record_.model_answered = guard.model();
  record_.response_id = guard.response_id();
  record_.events = guard.events();
  watch_.reset();
  if (!recorded_) note(record_, guard.report(), direction::response);
  upstream_ = {};
}

// One read, one judgement, one write. `out` holds what is to be written before
// anything else (the head, at first). False: the answer is over.
awaitable<bool> exchange::relay_step(guard::stream_guard& guard, std::string& out) {
  const bool head_sent = out.empty();
  const bool end = answer_->complete();
  const auto bytes = decoded_bytes(end);
  if (!bytes) {
    co_await break_stream(guard, bytes.error().code, out, head_sent);
    co_return false;
  }
  const auto judging = std::chrono::steady_clock::now();
  const auto step = guard.on_bytes(*bytes, end);
  added_us_ += microseconds_since(judging);
  answer_->body().clear();
  if (!step) {
    co_await break_stream(guard, step.error().code, out, head_sent);
    co_return false;
  }
  if (step->what == guard::stream_step::kind::stop) co_return co_await stop_stream(guard, *step, out);
  // A mask that goes out now must be on record before it does.
  if (!redaction_recorded_ && guard.verdict() == verdict::redact && !co_await write_open(&guard.report())) {
    co_await break_stream(guard, errc::audit_unavailable, out, head_sent);
    co_return false;
  }
  const bool done = step->what == guard::stream_step::kind::done;
  append_chunk(out, step->bytes);
  if (done) out += last_chunk;
  std::string_view left = out;
  if (!out.empty() && (!session_.client().write_now(left) || (!left.empty() && !co_await session_.write(left)))) {
    client_gone_ = true;
    keep_ = false;
    co_return false;
  }
  if (head_sent) out.clear();
  else std::string().swap(out);  // a head is longer than most of what follows
  if (done || end) {
    expects(done, "a stream that ended is done or an error");
    const armed limit(session_.clock(), deadline::stream_idle, drain_answer_for);
    // The end of the framing may still be on its way; then the connection is good for another.
    auto more = co_await read_answer();
    if (more && answer_->complete() && answer_->body().empty() && answer_->head().keep_alive) upstream_.give_back();
    co_return false;
  }
  const auto more = co_await read_answer();
  if (more) co_return true;
  co_await break_stream(guard, more.error().code, out, true);
  co_return false;
}

awaitable<bool> exchange::stop_stream(guard::stream_guard& guard, const guard::stream_step& step,
                                            std::string& out) {
  // No more tokens are paid for.
  upstream_.abort();
  append_chunk(out, step.bytes.substr(0, step.ending_at));
  const std::string ending(step.bytes.substr(step.ending_at));
  if (!out.empty() && !co_await session_.write(out)) client_gone_ = true;
  out.clear();
  record_.model_answered = guard.model();
  record_.response_id = guard.response_id();
  record_.events = guard.events();
  record_.client_gone = client_gone_;
  note(record_, guard.report(), direction::response);
  // The record of a block is durable before the client sees the block.
  const bool durable = co_await write_record();
  append_chunk(out, durable ? ending : guard.error_ending(errc::audit_unavailable));
  out += last_chunk;
  if (!client_gone_ && !co_await session_.write(out)) keep_ = false;
  co_return false;
}

awaitable<void> exchange::break_stream(guard::stream_guard& guard, errc why, std::string& out, bool head_sent) {
  record_.reason = to_string(why);
  record_.decision = "error";
  if (leaves_text_unjudged(why)) record_.response_coverage.not_scanned = record_.reason;
  record_.upstream_truncated = why == errc::upstream_truncated;
  upstream_.abort();
  if (client_gone_ || why == errc::client_gone) {
    client_gone_ = true;
    keep_ = false;
    co_return;
  }
  if (!head_sent) {
    watch_.reset();
    co_await refuse(fail(why));
    co_return;
  }
  append_chunk(out, guard.error_ending(why));
  out += last_chunk;
  if (!co_await session_.write(out)) keep_ = false;
}

}  // namespace stoplog::http
