#include "policy/rule.hpp"

namespace stoplog::policy {

std::string_view to_string(action a) noexcept {
  switch (a) {
    case action::observe: return "observe";
    case action::signal: return "signal";
    case action::redact: return "redact";
    case action::block: return "block";
  }
  return "unknown";
}

std::string_view to_string(mode m) noexcept {
  switch (m) {
    case mode::off: return "off";
    case mode::shadow: return "shadow";
    case mode::canary: return "canary";
    case mode::enforce: return "enforce";
  }
  return "unknown";
}

std::string_view to_string(status s) noexcept {
  switch (s) {
    case status::experimental: return "experimental";
    case status::test: return "test";
    case status::stable: return "stable";
    case status::deprecated: return "deprecated";
  }
  return "unknown";
}

}  // namespace stoplog::policy
