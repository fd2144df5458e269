// The few calls of SQLite that the index makes, with owners and errors.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace stoplog::audit {

// A statement that was prepared once. Texts are bound without a copy: they must
// live until the statement is reset.
class sql_statement {
 public:
  sql_statement() = default;
  sql_statement(sqlite3_stmt* made, int* last_failure) : made_(made), last_failure_(last_failure) {}

  sql_statement& bind(int at, std::uint64_t value);
  sql_statement& bind(int at, std::string_view text);
  sql_statement& bind_if(int at, std::string_view text);  // NULL if it is empty

  // True: a row stands ready. Errors: audit_unavailable.
  result<bool> step();
  // One step that gives no row, then reset.
  result<void> run();
  void reset();

  std::uint64_t number(int column) const;
  std::string text(int column) const;

 private:
  struct finalize {
    void operator()(sqlite3_stmt* made) const;
  };
  std::unique_ptr<sqlite3_stmt, finalize> made_;
  int* last_failure_ = nullptr;  // the database's
};

class sql_database {
 public:
  enum class access : std::uint8_t { read, write };

  // Errors here and below: audit_unavailable with SQLite's message.
  static result<sql_database> open(const std::filesystem::path& file, access how, int busy_ms);

  result<void> run(const char* sql);  // several statements
  result<sql_statement> prepare(std::string_view sql);
  // The last error says that the file is no sound database: it can only be made anew.
  bool is_broken() const;

 private:
  struct close {
    void operator()(sqlite3* opened) const;
  };
  std::unique_ptr<sqlite3, close> opened_;
  std::unique_ptr<int> last_failure_ = std::make_unique<int>(0);  // a place that statements can point to
};

}  // namespace stoplog::audit
