#include "config/address.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace stoplog::config {
namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::vector<std::string_view> pieces(std::string_view text, char separator) {
  std::vector<std::string_view> all;
  for (std::size_t at = 0;; ++at) {
    const std::size_t next = std::min(text.find(separator, at), text.size());
    all.push_back(text.substr(at, next - at));
    if (next == text.size()) return all;
    at = next;
  }
}

bool is_octet(std::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return false;
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value <= 255;
}

bool is_ipv4(std::string_view text) {
  const auto octets = pieces(text, '.');
  return octets.size() == 4 && std::all_of(octets.begin(), octets.end(), is_octet);
}

bool is_hextet(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// The number of 16-bit groups in one side of a `::`; none if it is no list of groups.
std::optional<std::size_t> count_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  auto groups = pieces(text, ':');
  std::size_t count = groups.size();
  if (may_end_in_ipv4 && is_ipv4(groups.back())) {
    groups.pop_back();
    ++count;
  }
  if (!std::all_of(groups.begin(), groups.end(), is_hextet)) return std::nullopt;
  return count;
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8U;
  const auto before = count_groups(text.substr(0, gap), false);
  const auto after = count_groups(text.substr(gap + 2), true);
  return before && after && *before + *after <= 7;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc{} || end != text.data() + text.size() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  return port;
}

struct authority {
  std::string host;  // without brackets
  bool bracketed = false;
  std::string_view port;  // after the colon
  bool has_port = false;
};

std::optional<authority> split(std::string_view text) {
  authority parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    parts.host = text.substr(1, close - 1);
    parts.bracketed = true;
    rest = text.substr(close + 1);
    if (!is_ipv6(parts.host)) return std::nullopt;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (rest.empty()) return parts;
  if (!rest.starts_with(':')) return std::nullopt;
  parts.has_port = true;
  parts.port = rest.substr(1);
  return parts;
}

}  // namespace

std::optional<endpoint> parse_listen_address(std::string_view text) {
  const auto parts = split(text);
  if (!parts || !parts->has_port) return std::nullopt;
  if (!parts->bracketed && !is_ipv4(parts->host)) return std::nullopt;
  const auto port = parse_port(parts->port);
  if (!port) return std::nullopt;
  return endpoint{parts->host, *port};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_ipv4(host));
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.front() == '-') return false;
  return text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

bool is_plain_path(std::string_view text) {
  if (!text.starts_with('/') || text.find("//") != std::string_view::npos) return false;
  if (text.size() > 1 && text.ends_with('/')) return false;
  if ((std::string(text) + '/').find("/../") != std::string::npos) return false;
  if ((std::string(text) + '/').find("/./") != std::string::npos) return false;
  constexpr std::string_view also = "/-._~!$&'()*+,;=:@";
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alphanumeric(c) || also.find(c) != std::string_view::npos; });
}

std::optional<upstream_url> parse_upstream_url(std::string_view text) {
  upstream_url url;
  constexpr std::string_view plain = "http://";
  constexpr std::string_view secure = "https://";
  url.https = text.starts_with(secure);
  if (!url.https && !text.starts_with(plain)) return std::nullopt;
  text.remove_prefix(url.https ? secure.size() : plain.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto parts = split(text.substr(0, slash));
  if (!parts || (!parts->bracketed && !is_host_name(parts->host))) return std::nullopt;
  url.address = {parts->host, static_cast<std::uint16_t>(url.https ? 443 : 80)};
  if (parts->has_port) {
    const auto port = parse_port(parts->port);
    if (!port || *port == 0) return std::nullopt;
    url.address.port = *port;
  }
  url.base_path = text.substr(slash);
  if (url.base_path == "/") url.base_path.clear();
  if (!url.base_path.empty() && !is_plain_path(url.base_path)) return std::nullopt;
  return url;
}

}  // namespace stoplog::config
