// PostgreSQL by libpq, without ever blocking in it: every step waits on the
// socket with a deadline. Values are parameters, never part of a statement.
#include "audit/encode.hpp"
#include "delivery/postgresql_text.hpp"
#include "delivery/signature.hpp"
#include "delivery/sinks.hpp"

#include <array>
#include <chrono>
#include <libpq-fe.h>
#include <poll.h>

namespace stoplog::delivery {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(15);
constexpr int look_every_ms = 100;

struct close_connection {
  void operator()(PGconn* opened) const { PQfinish(opened); }
};
struct clear_result {
  void operator()(PGresult* got) const { PQclear(got); }
};
using connection = std::unique_ptr<PGconn, close_connection>;
using answer = std::unique_ptr<PGresult, clear_result>;

// The server's own sentence may quote a value; its code does not.
error refused(const char* step, const PGresult* got) {
  const char* state = got == nullptr ? nullptr : PQresultErrorField(got, PG_DIAG_SQLSTATE);
  return fail(errc::audit_unavailable, std::string(step) + " failed: SQLSTATE " + (state == nullptr ? "unknown" : state));
}

// One column of a batch, as the text of an array.
template <class Value>
std::string column(std::span<const outgoing> records, Value value) {
  std::vector<std::string> values;
  values.reserve(records.size());
  for (const outgoing& each : records) values.push_back(value(each));
  return array_literal(values);
}

class postgresql final : public sink {
 public:
  explicit postgresql(const config::postgresql_sink& from) : connection_string_(from.connection), table_(from.table), instance_(from.instance) {
    expects(is_table_name(table_), "a table's name is plain words");
  }

  result<void> deliver(std::span<const outgoing> records) override {
    late_ = clock::now() + patience;
    auto done = ready();
    if (done) done = insert(records);
    if (!done) opened_.reset();
    return done;
  }

 private:
  result<void> ready() {
    if (opened_ && PQstatus(opened_.get()) == CONNECTION_OK) return {};
    if (auto connected = connect(); !connected) return connected;
    return make_table();
  }

  result<void> connect() {
    opened_.reset(PQconnectStart(connection_string_.c_str()));
    if (!opened_ || PQstatus(opened_.get()) == CONNECTION_BAD) return fail(errc::audit_unavailable, "connecting failed");
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(opened_.get())) {
      if (state == PGRES_POLLING_FAILED) return fail(errc::audit_unavailable, "connecting failed: the server is not there, or refuses the user");
      if (auto waited = wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT); !waited) return waited;
    }
    if (PQsetnonblocking(opened_.get(), 1) != 0) return fail(errc::audit_unavailable, "connecting failed");
    PQsetNoticeProcessor(opened_.get(), [](void*, const char*) {}, nullptr);
    return {};
  }

  // Somebody else may have made it, with rights that this user has not.
  result<void> make_table() {
    const auto asked = run("looking for the table", "SELECT to_regclass($1) IS NOT NULL", {table_});
    if (!asked) return asked.error();
    if (std::string_view(PQgetvalue(asked->get(), 0, 0)) == "t") return {};
    const auto made = run("making the table",
                          "CREATE TABLE IF NOT EXISTS " + table_ +
                              " (instance text NOT NULL, seq bigint NOT NULL, leaf text NOT NULL, at timestamptz NOT NULL,"
                              " kind text NOT NULL, id text NOT NULL, key text NOT NULL, team text NOT NULL, route text NOT NULL,"
                              " model text NOT NULL, decision text NOT NULL, rule text NOT NULL, category text NOT NULL,"
                              " severity text NOT NULL, record jsonb NOT NULL, PRIMARY KEY (instance, seq, leaf))", {});
    if (!made) return made.error();
    return {};
  }

  result<void> insert(std::span<const outgoing> records) {
    const auto text = [&](std::string audit::record::*member) {
      return column(records, [member](const outgoing& r) { return r.value.*member; });
    };
    const auto done = run(
        "inserting",
        "INSERT INTO " + table_ +
            " (instance, seq, leaf, at, kind, id, key, team, route, model, decision, rule, category, severity, record)"
            " SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],"
            " $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[])"
            " ON CONFLICT (instance, seq, leaf) DO NOTHING",
        {instance_, column(records, [](const outgoing& r) { return std::to_string(r.seq); }),
         column(records, [](const outgoing& r) { return leaf_hash(r.line); }),
         column(records, [](const outgoing& r) { return to_rfc3339(r.value.at); }),
         column(records, [](const outgoing& r) { return std::string(audit::to_string(r.value.kind)); }),
         text(&audit::record::id), text(&audit::record::key_id), text(&audit::record::team), text(&audit::record::route),
         text(&audit::record::model_asked), text(&audit::record::decision), text(&audit::record::rule),
         text(&audit::record::category), text(&audit::record::severity),
         column(records, [](const outgoing& r) { return without_nul_escapes(r.line); })});
    if (!done) return done.error();
    return {};
  }

  result<answer> run(const char* step, const std::string& sql, const std::vector<std::string>& values) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    PGconn* c = opened_.get();
    if (PQsendQueryParams(c, sql.c_str(), static_cast<int>(values.size()), nullptr, pointers.data(), nullptr, nullptr, 0) != 1) {
      return fail(errc::audit_unavailable, std::string(step) + " failed: the connection is gone");
    }
    for (int left = PQflush(c); left != 0; left = PQflush(c)) {
      if (left < 0 || PQconsumeInput(c) != 1) return fail(errc::audit_unavailable, std::string(step) + " failed: the connection is gone");
      if (auto waited = wait(POLLIN | POLLOUT); !waited) return waited.error();
    }
    answer last;
    while (true) {
      while (PQisBusy(c) == 1) {
        if (auto waited = wait(POLLIN); !waited) return waited.error();
        if (PQconsumeInput(c) != 1) return fail(errc::audit_unavailable, std::string(step) + " failed: the connection is gone");
      }
      answer next(PQgetResult(c));
      if (!next) break;
      last = std::move(next);
    }
    const auto status = PQresultStatus(last.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return refused(step, last.get());
    return last;
  }

  result<void> wait(int what) {
    while (true) {
      pollfd ready{PQsocket(opened_.get()), static_cast<short>(what), 0};
      if (::poll(&ready, 1, look_every_ms) > 0) return {};
      if (stopping()) return fail(errc::audit_unavailable, "stopped");
      if (clock::now() > late_) return fail(errc::audit_unavailable, "the server does not answer");
    }
  }

  const std::string connection_string_, table_, instance_;
  connection opened_;
  clock::time_point late_{};
};

}  // namespace

std::unique_ptr<sink> make_postgresql(const config::postgresql_sink& from) { return std::make_unique<postgresql>(from); }

}  // namespace stoplog::delivery
