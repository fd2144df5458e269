// Receivers of audit records; docs/settings.md says what each does.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace stoplog::config {

struct stdout_sink {};
struct file_sink {
  std::filesystem::path path;
};
struct syslog_sink {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  std::filesystem::path ca;       // empty: the system's; of all below, too
  unsigned facility = 13;         // log audit
};
struct webhook_sink {
  std::string url;
  std::string secret;             // signs each body
  std::size_t group = 100;        // records in one request at the most
  duration every{1000};           // between two requests at the least
  std::filesystem::path ca;
};
struct otlp_sink {
  std::string url;                // without /v1/logs
  std::string bearer;             // a secret; empty: none
  std::filesystem::path ca;
};
struct postgresql_sink {
  std::string connection;         // a secret: a connection string of libpq
  std::string table = "stoplog_records";
  std::string instance = "stoplog";
};
struct kafka_sink {
  std::string brokers;            // host:port, joined by commas
  std::string topic;
  bool tls = false;
  std::filesystem::path ca;
  std::string user, password;     // the password is a secret; no user: no SASL
  std::string mechanism = "SCRAM-SHA-512";
};

struct sink {
  std::string name;
  std::vector<std::string> only;  // decisions and kinds of record; empty: all
  bool from_newest = false;
  std::variant<stdout_sink, file_sink, syslog_sink, webhook_sink, otlp_sink, postgresql_sink, kafka_sink> to;
};

}  // namespace stoplog::config
