// One request and its answer: judged, forwarded, relayed, recorded. Whatever
// happens, exactly one record of it is written.
#pragma once

#include "audit/record.hpp"
#include "coding/decoder.hpp"
#include "dialect/endpoint.hpp"
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"
#include "http/capture.hpp"
#include "http/client_watch.hpp"
#include "http/message_reader.hpp"
#include "http/reply.hpp"
#include "http/session.hpp"
#include "http/upstream_pool.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace stoplog::http {

class exchange {
 public:
  exchange(session& of, message_reader& request);
  ~exchange();
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  // The head of the request has been read. True: the connection may serve another.
  awaitable<bool> run();

  // Answers and records a request whose head could not be read.
  awaitable<void> refuse_unread(error why);

 private:
  template <class T>
  using waits = awaitable<T>;

  // The request's way, in this order; each answers the client itself when it
  // refuses, and then returns false.
  waits<bool> admit();    // key, endpoint, media type; nothing read yet
  waits<bool> read();     // the body, its facts, its route
  waits<bool> judge();    // the policy's verdict
  waits<bool> forward();  // to the upstream, up to its answer's head

  // The answer's way.
  waits<void> relay();
  waits<void> relay_whole();
  waits<void> relay_stream();
  waits<bool> relay_step(guard::stream_guard& guard, std::string& out);
  waits<bool> stop_stream(guard::stream_guard& guard, const guard::stream_step& step, std::string& out);
  waits<void> break_stream(guard::stream_guard& guard, errc why, std::string& out, bool head_sent);

  waits<result<void>> ask(bool fresh);           // reserve, connect, write, read the head
  waits<result<void>> send(std::string_view bytes);   // writes, reads the head
  waits<void> send_beside(std::string_view bytes, bool& sent);
  waits<void> read_beside(const bool& sent, result<void>& answered);
  waits<result<void>> read_answer_head();
  waits<result<bool>> read_answer();             // more of the body; false: it is complete
  result<std::string_view> decoded_bytes(bool end);  // of the answer, those that came, without their coding
  error upstream_failure(errc otherwise) const;  // why an operation on the upstream's side ended

  waits<void> refuse(error why);
  waits<void> refuse_by_policy(const guard::report& judged);
  waits<void> answer(int status, std::string_view content_type, std::string_view body);
  waits<bool> write_record();                    // durable; false: it could not be written
  waits<bool> make_durable(audit::record what, std::string content = {});
  waits<bool> make_durable_in(bool spool, audit::record what, std::string content);
  policy::on_write_failure on_write_failure() const noexcept;
  bool can_record() noexcept;                    // as far as is known before it is tried
  // As add_report, for the exchange's own record or a copy of it.
  void note(audit::record& to, const guard::report& from, direction of);
  // A stream is under way: a crash must leave a trace of it, and of what was
  // masked before it is released. Durable once anything was redacted.
  waits<bool> write_open(const guard::report* answer);
  void complete_record();                        // what is known only at the end
  void finish();                                 // the record of whatever was not recorded yet

  std::vector<header> stamps();                  // the x-stoplog-* headers of the reply; valid until the next call
  std::string error_json(int status, std::string_view type, std::string_view code, std::string_view message) const;
  void abort_upstream() noexcept;
  services& shared() noexcept { return session_.home().shared(); }
  bool closing() noexcept;
  // Whether a route says that this endpoint, which no dialect covers, passes unscanned.
  bool is_opaque() noexcept;
  const dialect::codec* scans() const noexcept { return endpoint_ == nullptr ? nullptr : endpoint_->scans; }

  session& session_;
  message_reader& request_;
  audit::record record_;
  std::chrono::steady_clock::time_point began_;
  const dialect::endpoint* endpoint_ = nullptr;
  const config::client* client_ = nullptr;
  const config::route* route_ = nullptr;
  policy::subject subject_;
  std::shared_ptr<const policy::compiled_policy> policy_;  // as it holds for this request, and then for its answer
  dialect::request_facts facts_;
  capture capture_;
  std::optional<guard::request_guard> guard_;
  std::string forwarded_;   // the judged body
  std::string coverage_;    // what stamps() says of it
  upstream_pool::lease upstream_;
  std::optional<message_reader> answer_;
  coding::decoder decoder_{coding::kind::identity, {.bytes = 0}};  // of a streamed answer
  std::string decoded_;     // what it made of the bytes at hand
  std::optional<client_watch> watch_;
  std::uint64_t added_us_ = 0;
  bool judged_ = false;     // the request was, or has nothing to judge
  bool client_gone_ = false;
  bool recorded_ = false;
  bool redaction_recorded_ = false;
  bool keep_ = true;
};

}  // namespace stoplog::http
