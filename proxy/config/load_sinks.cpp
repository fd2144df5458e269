// Receivers of audit records.
#include "config/address.hpp"
#include "config/read_settings.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "config/substitute.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::config {
namespace {

using namespace std::chrono_literals;

// Of the texts here any may hold a secret by mistake, so none is told.
std::optional<std::string> secret_text(const node& n, reading& in) {
  auto text = substituted(n, in);
  if (!text) return {};
  const bool printable = std::all_of(text->begin(), text->end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!printable || text->empty()) {
    in.error(n, "E124", "a secret that is empty or has a character that is no visible ASCII");
    return {};
  }
  if (!has_substitution(n)) in.warning(n, "W322", "a secret stands in this file; use ${env:NAME} or ${file:/path}");
  return text;
}

void read_secret(const node& n, std::string& into, reading& in) {
  if (auto text = secret_text(n, in)) into = std::move(*text);
}

void read_receiver_url(const node& n, std::string& into, reading& in) {
  const auto text = substituted(n, in);
  if (!text) return;
  if (!parse_upstream_url(*text)) {
    return in.error(n, "E123", "not a receiver's URL: http:// or https://, a host, perhaps a port and a path, and nothing else");
  }
  into = *text;
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (problem != std::errc{} || end != digits.data() + digits.size() || port == 0) return {};
  return port;
}

// host:port; a host is a name or a numeric address.
bool split_receiver(std::string_view text, std::string& host, std::uint16_t& port) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, colon);
  const bool numeric = parse_listen_address(text).has_value();
  const auto found = port_of(text.substr(colon + 1));
  if (!found || !(numeric || is_host_name(before))) return false;
  host = before;
  port = *found;
  return true;
}

void read_receiver(const node& n, syslog_sink& into, reading& in) {
  const auto text = substituted(n, in);
  if (text && !split_receiver(*text, into.host, into.port)) in.error(n, "E122", "not a receiver: a host and a port, like logs.example.com:6514");
}

constexpr word<unsigned> facility_words[] = {{"auth", 4},    {"authpriv", 10}, {"audit", 13},  {"local0", 16}, {"local1", 17}, {"local2", 18},
                                             {"local3", 19}, {"local4", 20},   {"local5", 21}, {"local6", 22}, {"local7", 23}};

constexpr key<file_sink> file_keys[] = {
    {"path", need::required, "a path", "JSON lines are appended here; a file that was moved away is made anew.",
     [](const node& n, file_sink& into, reading& in) { read_path(n, into.path, in); }},
};

constexpr key<syslog_sink> syslog_keys[] = {
    {"address", need::required, "an address", "The receiver's host and port: logs.example.com:6514.", read_receiver},
    {"tls", need::optional, "true or false", "RFC 5425: TLS, the receiver verified. Default: false.",
     [](const node& n, syslog_sink& into, reading& in) { read_switch(n, into.tls, in); }},
    {"ca", need::optional, "a path", "A file or folder of trusted authorities. Default: the system's.",
     [](const node& n, syslog_sink& into, reading& in) { read_path(n, into.ca, in); }},
    {"facility", need::optional, "auth, authpriv, audit, local0, local1, local2, local3, local4, local5, local6 or local7", "Default: audit.",
     [](const node& n, syslog_sink& into, reading& in) { read_word(n, facility_words, into.facility, in); }},
};

constexpr key<webhook_sink> webhook_keys[] = {
    {"url", need::required, "a URL", "Where it is posted.", [](const node& n, webhook_sink& into, reading& in) { read_receiver_url(n, into.url, in); }},
    {"secret", need::required, "a secret", "Signs each body with HMAC-SHA256; from ${env:NAME} or ${file:/path}.",
     [](const node& n, webhook_sink& into, reading& in) { read_secret(n, into.secret, in); }},
    {"group", need::optional, "a number, 1 to 1000", "Records in one request at the most. Default: 100.",
     [](const node& n, webhook_sink& into, reading& in) { read_number(n, 1, 1000, into.group, in); }},
    {"every", need::optional, "a duration", "Between two requests at the least. Default: 1s.",
     [](const node& n, webhook_sink& into, reading& in) { read_duration(n, 0ms, 1h, into.every, in); }},
    {"ca", need::optional, "a path", "A file or folder of trusted authorities. Default: the system's.",
     [](const node& n, webhook_sink& into, reading& in) { read_path(n, into.ca, in); }},
};

constexpr key<otlp_sink> otlp_keys[] = {
    {"url", need::required, "a URL", "The collector, without /v1/logs.", [](const node& n, otlp_sink& into, reading& in) { read_receiver_url(n, into.url, in); }},
    {"bearer", need::optional, "a secret", "Sent as Authorization; from ${env:NAME} or ${file:/path}.",
     [](const node& n, otlp_sink& into, reading& in) { read_secret(n, into.bearer, in); }},
    {"ca", need::optional, "a path", "A file or folder of trusted authorities. Default: the system's.",
     [](const node& n, otlp_sink& into, reading& in) { read_path(n, into.ca, in); }},
};

void read_table(const node& n, postgresql_sink& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  const bool plain = std::all_of(text->begin(), text->end(), word) && std::count(text->begin(), text->end(), '.') <= 1 && text->size() <= 120;
  const auto starts = [&](std::size_t at) { return at < text->size() && (*text)[at] != '.' && ((*text)[at] < '0' || (*text)[at] > '9'); };
  const auto dot = text->find('.');
  if (!plain || !starts(0) || (dot != std::string::npos && !starts(dot + 1))) {
    return in.error(n, "E122", "not a table's name: lower-case letters, digits and _, perhaps with a schema before it, like audit.records");
  }
  into.table = *text;
}

constexpr key<postgresql_sink> postgresql_keys[] = {
    {"connection", need::required, "a secret", "libpq's connection string or URI; from ${env:NAME} or ${file:/path}.",
     [](const node& n, postgresql_sink& into, reading& in) { read_secret(n, into.connection, in); }},
    {"table", need::optional, "one line", "Made if it is not there. Default: stoplog_records.", read_table},
    {"instance", need::optional, "a name", "Tells the rows of several proxies apart. Default: stoplog.",
     [](const node& n, postgresql_sink& into, reading& in) { read_name(n, into.instance, in); }},
};

void read_brokers(const node& n, kafka_sink& into, reading& in) {
  std::vector<std::string> list;
  read_list<std::string>(n, list, in, [](const node& item, std::string& to, reading& r) {
    const auto text = substituted(item, r);
    std::string host;
    std::uint16_t port = 0;
    if (!text) return;
    if (!split_receiver(*text, host, port)) return r.error(item, "E122", "not a broker: a host and a port, like kafka.example.com:9093");
    to = *text;
  });
  for (const auto& each : list) into.brokers += (into.brokers.empty() ? "" : ",") + each;
}

constexpr word<const char*> mechanism_words[] = {
    {"plain", "PLAIN"}, {"scram_sha_256", "SCRAM-SHA-256"}, {"scram_sha_512", "SCRAM-SHA-512"}};

constexpr key<kafka_sink> kafka_keys[] = {
    {"brokers", need::required, "a list of lines", "Hosts with ports.", read_brokers},
    {"topic", need::required, "a name", "Where the records go.", [](const node& n, kafka_sink& into, reading& in) { read_name(n, into.topic, in); }},
    {"tls", need::optional, "true or false", "TLS, the brokers verified. Default: false.",
     [](const node& n, kafka_sink& into, reading& in) { read_switch(n, into.tls, in); }},
    {"ca", need::optional, "a path", "A file or folder of trusted authorities. Default: the system's.",
     [](const node& n, kafka_sink& into, reading& in) { read_path(n, into.ca, in); }},
    {"user", need::optional, "one line", "For SASL. Absent: none.", [](const node& n, kafka_sink& into, reading& in) { read_line(n, into.user, in); }},
    {"password", need::optional, "a secret", "From ${env:NAME} or ${file:/path}.",
     [](const node& n, kafka_sink& into, reading& in) { read_secret(n, into.password, in); }},
    {"mechanism", need::optional, "plain, scram_sha_256 or scram_sha_512", "For SASL. Default: scram_sha_512.",
     [](const node& n, kafka_sink& into, reading& in) {
       const char* chosen = nullptr;
       read_word(n, mechanism_words, chosen, in);
       if (chosen != nullptr) into.mechanism = chosen;
     }},
};

// A sink as it is read: which receivers it names is counted, since it must be one.
struct sink_draft {
  sink value;
  int receivers = 0;
};

// What no key shows alone.
void check(const node& n, const syslog_sink& value, reading& in) {
  if (const node* ca = n.find("ca"); ca != nullptr && !value.tls) in.error(*ca, "E117", "`ca` belongs to `tls: true`; leave it out");
}
void check(const node& n, const kafka_sink& value, reading& in) {
  if (value.user.empty() != value.password.empty()) in.error(n, "E117", "`user` and `password` belong together");
  if (const node* ca = n.find("ca"); ca != nullptr && !value.tls) in.error(*ca, "E117", "`ca` belongs to `tls: true`; leave it out");
}
void check(const node& n, const otlp_sink& value, reading& in) {
  const auto url = parse_upstream_url(value.url);
  if (url && !url->https && !value.bearer.empty() && !is_loopback(url->address.host)) {
    in.warning(*n.find("url"), "W324", "the collector's key would cross the network in clear; use https");
  }
}
template <class Receiver>
void check(const node&, const Receiver&, reading&) {}

template <class Receiver, std::size_t N>
void read_one(const node& n, sink_draft& into, const key<Receiver> (&keys)[N], reading& in) {
  ++into.receivers;
  Receiver made;
  if (read_object(n, made, keys, in)) check(n, made, in);
  into.value.to = std::move(made);
}

void read_stdout(const node& n, sink_draft& into, reading& in) {
  bool on = true;
  read_switch(n, on, in);
  if (!on) return in.error(n, "E117", "leave the sink out instead");
  ++into.receivers;
  into.value.to = stdout_sink{};
}

constexpr word<const char*> only_words[] = {{"allow", "allow"}, {"opaque", "opaque"}, {"redact", "redact"}, {"block", "block"},       {"refuse", "refuse"},
                                            {"error", "error"}, {"open", "open"},     {"admin", "admin"}, {"checkpoint", "checkpoint"}};
constexpr word<bool> from_words[] = {{"oldest", false}, {"newest", true}};

void read_only(const node& n, sink_draft& into, reading& in) {
  read_list<std::string>(n, into.value.only, in, [](const node& item, std::string& to, reading& r) {
    const char* chosen = "";
    read_word(item, only_words, chosen, r);
    to = chosen;
  });
}

constexpr key<sink_draft> sink_keys[] = {
    {"name", need::required, "a name", "What metrics and records call it; its cursor is kept under this name.",
     [](const node& n, sink_draft& into, reading& in) { read_name(n, into.value.name, in); }},
    {"only", need::optional, "a list: allow, opaque, redact, block, refuse, error, open, admin, checkpoint", "Decisions of exchanges, and kinds of other records. Default: all.", read_only},
    {"from", need::optional, "oldest or newest", "Where it begins when it has no cursor yet. Default: oldest.",
     [](const node& n, sink_draft& into, reading& in) { read_word(n, from_words, into.value.from_newest, in); }},
    {"stdout", need::optional, "true or false", "JSON lines on standard output.", read_stdout},
    {"file", need::optional, "keys: path", "JSON lines in a file.",
     [](const node& n, sink_draft& into, reading& in) { read_one(n, into, file_keys, in); }, "file sink"},
    {"syslog", need::optional, "keys: address, tls, ca, facility", "RFC 5424 over TCP or TLS.",
     [](const node& n, sink_draft& into, reading& in) { read_one(n, into, syslog_keys, in); }, "syslog sink"},
    {"webhook", need::optional, "keys: url, secret, group, every, ca", "Signed, grouped, without content.",
     [](const node& n, sink_draft& into, reading& in) { read_one(n, into, webhook_keys, in); }, "webhook sink"},
    {"otlp", need::optional, "keys: url, bearer, ca", "OpenTelemetry logs, OTLP/HTTP in JSON.",
     [](const node& n, sink_draft& into, reading& in) { read_one(n, into, otlp_keys, in); }, "otlp sink"},
    {"postgresql", need::optional, "keys: connection, table, instance", "One row a record.",
     [](const node& n, sink_draft& into, reading& in) { read_one(n, into, postgresql_keys, in); }, "postgresql sink"},
    {"kafka", need::optional, "keys: brokers, topic, tls, ca, user, password, mechanism", "One message a record.",
     [](const node& n, sink_draft& into, reading& in) { read_one(n, into, kafka_keys, in); }, "kafka sink"},
};

void read_sink(const node& n, sink& into, reading& in) {
  sink_draft draft;
  if (!read_object(n, draft, sink_keys, in)) return;
  if (draft.receivers != 1) {
    in.error(n, "E117", "a sink has one receiver: stdout, file, syslog, webhook, otlp, postgresql or kafka");
  }
  into = std::move(draft.value);
}

}  // namespace

void read_sinks(const node& n, std::vector<sink>& into, reading& in) { read_list(n, into, in, read_sink); }

std::vector<object_reference> sink_reference() {
  return {{"sinks", reference_of(sink_keys)},           {"file sink", reference_of(file_keys)},
          {"syslog sink", reference_of(syslog_keys)},   {"webhook sink", reference_of(webhook_keys)},
          {"otlp sink", reference_of(otlp_keys)},       {"postgresql sink", reference_of(postgresql_keys)},
          {"kafka sink", reference_of(kafka_keys)}};
}

}  // namespace stoplog::config
