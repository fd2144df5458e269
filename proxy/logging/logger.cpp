#include "logging/logger.hpp"

#include "base/clock.hpp"
#include "json/writer.hpp"

#include <unistd.h>

namespace stoplog::logging {
namespace {

std::string_view to_string(level at) noexcept {
  switch (at) {
    case level::debug: return "debug";
    case level::info: return "info";
    case level::warning: return "warning";
    case level::error: return "error";
  }
  return "unknown";
}

}  // namespace

void logger::write(level at, std::string_view event, std::initializer_list<attribute> with) {
  if (at < least_) return;
  json::writer out;
  out.begin_object();
  out.member("at", std::string_view(to_rfc3339(wall_now()))).member("level", to_string(at)).member("event", event);
  for (const attribute& each : with) {
    out.key(each.name);
    if (const auto* text = std::get_if<std::string_view>(&each.value)) out.string(*text);
    if (const auto* number = std::get_if<std::int64_t>(&each.value)) out.number(*number);
    if (const auto* flag = std::get_if<bool>(&each.value)) out.boolean(*flag);
  }
  out.end_object();
  const std::string line = out.take() + '\n';
  const std::lock_guard lock(mutex_);
  // One write a line; a log that cannot be written must not stop the proxy.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace stoplog::logging
