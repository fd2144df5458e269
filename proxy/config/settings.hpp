// stoplog.yaml as a value: the platform team's file. Defaults are those of
// docs/settings.md.
#pragma once

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/place.hpp"
#include "config/sinks.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::config {

using namespace std::chrono_literals;

struct endpoint {
  std::string host;         // a numeric address for listeners; a name or an address for upstreams
  std::uint16_t port = 0;   // 0 on a listener: the system chooses (tests)
};

struct listener_tls {
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path client_ca;  // empty: clients need no certificate
};

struct listener {
  endpoint address;
  std::optional<listener_tls> tls;
};

struct upstream_deadlines {
  duration connect = 2s;       // resolve, connect and TLS handshake
  duration first_byte = 60s;   // from the request's last byte to the answer's first
  duration stream_idle = 60s;  // between two reads of an answer
  duration total = 10min;      // the whole exchange
};

struct upstream_tls {
  std::filesystem::path ca;    // a file or a folder; empty: the system's
  std::string server_name;     // empty: the URL's host
};

struct upstream {
  std::string name;
  bool https = false;
  endpoint address;
  std::string base_path;       // "" or "/prefix", put before the request's path
  std::string bearer;          // a secret, sent as Authorization; empty, like api_key: the client's own is forwarded
  std::string api_key;         // a secret, sent as X-Api-Key; never both
  upstream_tls tls;
  upstream_deadlines deadlines;
  std::size_t connections = 256;  // open at once, all workers together
};

// An endpoint that is forwarded unscanned, by exactly this method and path.
struct opaque_endpoint {
  std::string method;                // GET, POST
  std::string path;                  // whole: /v1/audio/transcriptions
  std::string reason;                // why nobody needs to scan it
};

// Policies and packs in one file, instead of the two folders.
struct bundle_settings {
  std::filesystem::path file;
  std::vector<std::filesystem::path> public_keys;  // empty: no signature is asked for
};

struct route {
  std::string name;
  std::string path = "/v1";          // a prefix of whole segments
  std::vector<std::string> models;   // patterns with `*`; empty: any
  std::string upstream;
  std::vector<opaque_endpoint> opaque{};
  stoplog::place place{};
};

struct client {
  std::string key_id;
  std::string key_sha256;            // 64 hexadecimal digits, of the key's bytes
  std::string team;
  std::vector<std::string> routes;   // empty: any
};

struct deadlines {
  duration header = 10s;        // from the first byte of a head to its end
  duration body = 30s;          // from the head's end to the body's end
  duration client_write = 30s;  // one write to a client
  duration keep_alive = 75s;    // an idle connection
  duration drain = 30s;         // open requests after SIGTERM
};

// Captured texts, which policies ask for.
struct content_settings {
  std::vector<std::filesystem::path> responders;  // public keys that they are sealed to
  std::size_t text_bytes = 256 * 1024;            // kept of each direction of an exchange
  duration keep_for = duration::zero();           // zero: for ever
};

// Where records wait while the log cannot be written.
struct spool_settings {
  std::filesystem::path directory;          // empty: there is none
  std::size_t bytes = 256 * 1024 * 1024;
};

struct audit_settings {
  std::filesystem::path directory = "var/audit";
  std::filesystem::path signing_key;        // of checkpoints; empty: they are not signed
  duration checkpoint_every = 10s;
  std::size_t checkpoint_records = 1000;
  std::filesystem::path checkpoint_file;    // the second place; empty: none
  std::size_t segment_bytes = 64 * 1024 * 1024;
  duration segment_age = 24h;               // then a new segment, so that retention has something to take
  duration keep_for = duration::zero();     // zero: for ever
  std::size_t keep_bytes = 0;               // zero: without a limit
  content_settings content;
  spool_settings spool;
  std::vector<sink> sinks;
};

enum class log_level : std::uint8_t { debug, info, warning, error };

struct log_settings {
  log_level level = log_level::info;
};

struct settings {
  std::vector<listener> listeners;
  endpoint admin{"127.0.0.1", 9090};
  std::size_t workers = 0;             // 0: one a core
  std::vector<upstream> upstreams;
  std::vector<route> routes;           // first match by path prefix and model
  std::vector<client> clients;         // empty: the proxy does not authenticate
  std::filesystem::path policies = "policies";
  std::filesystem::path rules = "rules";
  std::optional<bundle_settings> bundle;  // then the two above are not read
  stoplog::limits limits;
  stoplog::config::deadlines deadlines;
  audit_settings audit;
  log_settings log;
  std::filesystem::path file;          // where all this stood
};

}  // namespace stoplog::config
