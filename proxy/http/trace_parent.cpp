#include "http/trace_parent.hpp"

#include <algorithm>

namespace stoplog::http {
namespace {

constexpr std::size_t known_size = 55;  // 00-<32>-<16>-<2>

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::optional<trace_parent> read_trace_parent(const message_head& of) {
  if (of.count("traceparent") != 1) return {};
  const std::string_view text = of.value("traceparent");
  if (text.size() < known_size || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace = text.substr(3, 32);
  const std::string_view span = text.substr(36, 16);
  if (!is_hex(version) || !is_hex(trace) || !is_hex(span) || !is_hex(text.substr(53, 2))) return {};
  if (version == "ff" || is_zero(trace) || is_zero(span)) return {};
  if (text.size() > known_size && (version == "00" || text[known_size] != '-')) return {};
  return trace_parent{std::string(trace), std::string(span)};
}

}  // namespace stoplog::http
