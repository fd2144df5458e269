#include "audit/sqlite.hpp"

#include <sqlite3.h>

namespace stoplog::audit {
namespace {

error failed(sqlite3* database, int& last_failure) {
  last_failure = sqlite3_errcode(database);
  return fail(errc::audit_unavailable, std::string("index: ") + sqlite3_errmsg(database));
}

}  // namespace

void sql_statement::finalize::operator()(sqlite3_stmt* made) const { sqlite3_finalize(made); }
void sql_database::close::operator()(sqlite3* opened) const { sqlite3_close_v2(opened); }

// SQLite's integers are signed: sequence numbers stay below 2^63, and times before
// 1970 survive the way through unsigned.
sql_statement& sql_statement::bind(int at, std::uint64_t value) {
  expects(sqlite3_bind_int64(made_.get(), at, static_cast<sqlite3_int64>(value)) == SQLITE_OK, "a bound parameter exists");
  return *this;
}

sql_statement& sql_statement::bind(int at, std::string_view text) {
  const char* from = text.data() == nullptr ? "" : text.data();
  const int code = sqlite3_bind_text64(made_.get(), at, from, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  expects(code == SQLITE_OK, "a bound parameter exists");
  return *this;
}

sql_statement& sql_statement::bind_if(int at, std::string_view text) {
  if (!text.empty()) return bind(at, text);
  expects(sqlite3_bind_null(made_.get(), at) == SQLITE_OK, "a bound parameter exists");
  return *this;
}

result<bool> sql_statement::step() {
  switch (sqlite3_step(made_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: return failed(sqlite3_db_handle(made_.get()), *last_failure_);
  }
}

result<void> sql_statement::run() {
  const auto stepped = step();
  sqlite3_reset(made_.get());
  if (!stepped) return stepped.error();
  return {};
}

void sql_statement::reset() { sqlite3_reset(made_.get()); }

std::uint64_t sql_statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(made_.get(), column));
}

std::string sql_statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(made_.get(), column));
  return bytes == nullptr ? std::string{}
                          : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(made_.get(), column)));
}

result<sql_database> sql_database::open(const std::filesystem::path& file, access how, int busy_ms) {
  const int flags = how == access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  // Every connection belongs to one thread.
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  sql_database made;
  made.opened_.reset(opened);
  if (code != SQLITE_OK) {
    return fail(errc::audit_unavailable, std::string("index: ") + (opened ? sqlite3_errmsg(opened) : "out of memory"));
  }
  sqlite3_busy_timeout(opened, busy_ms);
  return made;
}

result<void> sql_database::run(const char* sql) {
  if (sqlite3_exec(opened_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failed(opened_.get(), *last_failure_);
  return {};
}

result<sql_statement> sql_database::prepare(std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v2(opened_.get(), sql.data(), static_cast<int>(sql.size()), &made, nullptr);
  if (code != SQLITE_OK) return failed(opened_.get(), *last_failure_);
  return sql_statement(made, last_failure_.get());
}

bool sql_database::is_broken() const { return *last_failure_ == SQLITE_CORRUPT || *last_failure_ == SQLITE_NOTADB; }

}  // namespace stoplog::audit
