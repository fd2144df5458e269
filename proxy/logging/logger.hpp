// The process's own log: one JSON object a line on stderr. For operators;
// never holds content, secrets or matched text (the audit log is elsewhere).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

namespace stoplog::logging {

enum class level : std::uint8_t { debug, info, warning, error };

struct attribute {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  attribute(std::string_view n, std::string_view v) : name(n), value(v) {}
  attribute(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  attribute(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  attribute(std::string_view n, std::int64_t v) : name(n), value(v) {}
  attribute(std::string_view n, bool v) : name(n), value(v) {}
};

// Safe from any thread. `event` is a fixed sentence of ours; what varies goes
// into attributes.
class logger {
 public:
  explicit logger(level least) noexcept : least_(least) {}

  void write(level at, std::string_view event, std::initializer_list<attribute> with = {});
  void info(std::string_view event, std::initializer_list<attribute> with = {}) { write(level::info, event, with); }
  void warning(std::string_view event, std::initializer_list<attribute> with = {}) { write(level::warning, event, with); }
  void error(std::string_view event, std::initializer_list<attribute> with = {}) { write(level::error, event, with); }
  void debug(std::string_view event, std::initializer_list<attribute> with = {}) { write(level::debug, event, with); }

 private:
  level least_;
  std::mutex mutex_;
};

}  // namespace stoplog::logging
