#include "config/address.hpp"
#include "config/load_file.hpp"
#include "config/read_settings.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"

namespace stoplog::config {
namespace {

using namespace std::chrono_literals;

constexpr word<bool> index_words[] = {{"sqlite", true}};
constexpr word<bool> format_words[] = {{"json", true}};
constexpr word<log_level> level_words[] = {
    {"debug", log_level::debug}, {"info", log_level::info}, {"warning", log_level::warning}, {"error", log_level::error}};

constexpr key<listener_tls> listener_tls_keys[] = {
    {"certificate", need::required, "a path", "The certificate chain, PEM.",
     [](const node& n, listener_tls& into, reading& in) { read_path(n, into.certificate, in); }},
    {"key", need::required, "a path", "Its private key, PEM.",
     [](const node& n, listener_tls& into, reading& in) { read_path(n, into.key, in); }},
    {"client_ca", need::optional, "a path", "Clients must have a certificate of this authority. Default: they need none.",
     [](const node& n, listener_tls& into, reading& in) { read_path(n, into.client_ca, in); }},
};

constexpr key<listener> listener_keys[] = {
    {"address", need::required, "an address", "A numeric address and a port: 127.0.0.1:8080 or [::1]:8080.",
     [](const node& n, listener& into, reading& in) { read_listen_address(n, into.address, in); }},
    {"tls", need::optional, "keys: certificate, key, client_ca", "Absent: plain HTTP.",
     [](const node& n, listener& into, reading& in) {
       into.tls.emplace();
       read_object(n, *into.tls, listener_tls_keys, in);
     }, "listener tls"},
};

struct admin_draft {
  endpoint address;
  bool remote = false;
};

constexpr key<admin_draft> admin_keys[] = {
    {"address", need::required, "an address", "Health, metrics, reload. Default: 127.0.0.1:9090.",
     [](const node& n, admin_draft& into, reading& in) { read_listen_address(n, into.address, in); }},
    {"remote", need::optional, "true or false", "true: it is meant to be reachable from other machines. Default: false, with a warning if it is.",
     [](const node& n, admin_draft& into, reading& in) { read_switch(n, into.remote, in); }},
};

void read_admin(const node& n, settings& into, reading& in) {
  admin_draft admin;
  if (!read_object(n, admin, admin_keys, in) || admin.address.host.empty()) return;
  if (!is_loopback(admin.address.host) && !admin.remote) {
    in.warning(*n.find("address"), "W321", "the admin listener can be reached from other machines; use 127.0.0.1, or say remote: true");
  }
  into.admin = admin.address;
}

void read_workers(const node& n, settings& into, reading& in) {
  if (n.what == node::kind::scalar && n.text == "auto") {
    into.workers = 0;
  } else {
    read_number(n, 1, 1024, into.workers, in);
  }
}

constexpr key<bundle_settings> bundle_keys[] = {
    {"file", need::required, "a path", "The bundle, as `stoplog bundle build` writes it.",
     [](const node& n, bundle_settings& into, reading& in) { read_path(n, into.file, in); }},
    {"public_keys", need::optional, "a list of paths", "Ed25519 keys, PEM. The bundle must be signed by one of them. Absent: no signature is asked for.",
     [](const node& n, bundle_settings& into, reading& in) { read_list(n, into.public_keys, in, read_path); }},
};

void read_bundle_settings(const node& n, settings& into, reading& in) {
  into.bundle.emplace();
  if (!read_object(n, *into.bundle, bundle_keys, in)) into.bundle.reset();
}

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;
constexpr std::size_t GiB = 1024 * MiB;

constexpr key<limits> limits_keys[] = {
    {"header_bytes", need::optional, "a size", "The head of a request or an answer. Default: 16KiB.",
     [](const node& n, limits& into, reading& in) { read_size(n, KiB, MiB, into.header_bytes, in); }},
    {"body_bytes", need::optional, "a size", "A request's body, or an answer that is not streamed. Default: 10MiB.",
     [](const node& n, limits& into, reading& in) { read_size(n, KiB, GiB, into.body_bytes, in); }},
    {"json_depth", need::optional, "a number, 8 to 512", "How deep JSON may be nested. Default: 64.",
     [](const node& n, limits& into, reading& in) { read_number(n, 8, 512, into.json_depth, in); }},
    {"event_bytes", need::optional, "a size", "One event of a stream. Default: 1MiB.",
     [](const node& n, limits& into, reading& in) { read_size(n, KiB, 64 * MiB, into.event_bytes, in); }},
    {"stream_bytes", need::optional, "a size", "A whole streamed answer. Default: 64MiB.",
     [](const node& n, limits& into, reading& in) { read_size(n, KiB, 16 * GiB, into.stream_bytes, in); }},
    {"held_bytes", need::optional, "a size", "Text held back in one stream. Default: 256KiB.",
     [](const node& n, limits& into, reading& in) { read_size(n, KiB, 64 * MiB, into.held_bytes, in); }},
    {"channels", need::optional, "a number, 1 to 65536", "Choices, tool calls and other texts of one stream. Default: 256.",
     [](const node& n, limits& into, reading& in) { read_number(n, 1, 65'536, into.channels, in); }},
    {"connections", need::optional, "a number, 1 to 1000000", "Open client connections. Default: 10000.",
     [](const node& n, limits& into, reading& in) { read_number(n, 1, 1'000'000, into.connections, in); }},
};

constexpr key<deadlines> deadlines_keys[] = {
    {"header", need::optional, "a duration", "From the first byte of a head to its end. Default: 10s.",
     [](const node& n, deadlines& into, reading& in) { read_duration(n, 1ms, 1h, into.header, in); }},
    {"body", need::optional, "a duration", "From the head's end to the body's end. Default: 30s.",
     [](const node& n, deadlines& into, reading& in) { read_duration(n, 1ms, 1h, into.body, in); }},
    {"client_write", need::optional, "a duration", "One write to a client. Default: 30s.",
     [](const node& n, deadlines& into, reading& in) { read_duration(n, 1ms, 1h, into.client_write, in); }},
    {"keep_alive", need::optional, "a duration", "An idle connection. Default: 75s.",
     [](const node& n, deadlines& into, reading& in) { read_duration(n, 1ms, 24h, into.keep_alive, in); }},
    {"drain", need::optional, "a duration", "Open requests after a stop is asked for. Default: 30s.",
     [](const node& n, deadlines& into, reading& in) { read_duration(n, 1ms, 24h, into.drain, in); }},
};

constexpr auto decade = std::chrono::hours(24 * 3660);

constexpr key<audit_settings> retention_keys[] = {
    {"age", need::optional, "a duration", "Records older than this are retired, a segment at a time. Default: never.",
     [](const node& n, audit_settings& into, reading& in) { read_duration(n, 1h, decade, into.keep_for, in); }},
    {"size", need::optional, "a size", "The oldest segments are retired while the log is larger. Default: never.",
     [](const node& n, audit_settings& into, reading& in) { read_size(n, MiB, 1024 * GiB * 1024, into.keep_bytes, in); }},
};

constexpr key<content_settings> content_keys[] = {
    {"responders", need::required, "a list of paths", "Public keys of `stoplog audit keygen --responder`; each of them can read what is kept.",
     [](const node& n, content_settings& into, reading& in) { read_list(n, into.responders, in, read_path); }},
    {"size", need::optional, "a size", "How much of each direction of an exchange is kept. Default: 256KiB.",
     [](const node& n, content_settings& into, reading& in) { read_size(n, KiB, 16 * MiB, into.text_bytes, in); }},
    {"retention", need::optional, "a duration", "How long at most; a policy may say so for its own. Default: for ever.",
     [](const node& n, content_settings& into, reading& in) { read_duration(n, 1h, decade, into.keep_for, in); }},
};

constexpr key<spool_settings> spool_keys[] = {
    {"directory", need::required, "a path", "A folder, best on another disk.",
     [](const node& n, spool_settings& into, reading& in) { read_path(n, into.directory, in); }},
    {"size", need::optional, "a size", "How much may wait there. Default: 256MiB.",
     [](const node& n, spool_settings& into, reading& in) { read_size(n, 64 * KiB, 64 * GiB, into.bytes, in); }},
};

constexpr key<audit_settings> audit_keys[] = {
    {"signing_key", need::optional, "a path", "A key of `stoplog audit keygen` that signs checkpoints. Default: they are not signed.",
     [](const node& n, audit_settings& into, reading& in) { read_path(n, into.signing_key, in); }},
    {"checkpoint_every", need::optional, "a duration", "A checkpoint follows a record within this time. Default: 10s.",
     [](const node& n, audit_settings& into, reading& in) { read_duration(n, 100ms, 1h, into.checkpoint_every, in); }},
    {"checkpoint_records", need::optional, "a number, 1 to 1000000", "Or after so many records. Default: 1000.",
     [](const node& n, audit_settings& into, reading& in) { read_number(n, 1, 1'000'000, into.checkpoint_records, in); }},
    {"checkpoint_file", need::optional, "a path", "Signed checkpoints are appended here too; best on another machine's disk. Default: nowhere.",
     [](const node& n, audit_settings& into, reading& in) { read_path(n, into.checkpoint_file, in); }},
    {"segment_size", need::optional, "a size", "A new segment is begun when this one is as large. Default: 64MiB.",
     [](const node& n, audit_settings& into, reading& in) { read_size(n, 64 * KiB, GiB, into.segment_bytes, in); }},
    {"segment_age", need::optional, "a duration", "Or as old. Default: 24h.",
     [](const node& n, audit_settings& into, reading& in) { read_duration(n, 1min, decade, into.segment_age, in); }},
    {"retention", need::optional, "keys: age, size", "What is not kept for ever.",
     [](const node& n, audit_settings& into, reading& in) { read_object(n, into, retention_keys, in); }, "audit retention"},
    {"content", need::optional, "keys: responders, size, retention", "Captured texts, sealed to those who may read them.",
     [](const node& n, audit_settings& into, reading& in) { read_object(n, into.content, content_keys, in); }, "audit content"},
    {"spool", need::optional, "keys: directory, size", "Where records wait while the log cannot be written, for policies with `on_write_failure: spool`.",
     [](const node& n, audit_settings& into, reading& in) { read_object(n, into.spool, spool_keys, in); }, "audit spool"},
    {"directory", need::optional, "a path", "Where the audit log lies. Default: var/audit.",
     [](const node& n, audit_settings& into, reading& in) { read_path(n, into.directory, in); }},
    {"index", need::optional, "sqlite", "How it is indexed. Default: sqlite.",
     [](const node& n, audit_settings&, reading& in) {
       bool only_choice = true;
       read_word(n, index_words, only_choice, in);
     }},
    {"sinks", need::optional, "a list of groups", "Where the records are delivered as well.",
     [](const node& n, audit_settings& into, reading& in) { read_sinks(n, into.sinks, in); }, "sinks"},
};

constexpr key<log_settings> log_keys[] = {
    {"level", need::optional, "debug, info, warning or error", "The least that is logged. Default: info.",
     [](const node& n, log_settings& into, reading& in) { read_word(n, level_words, into.level, in); }},
    {"format", need::optional, "json", "How. Default: json.",
     [](const node& n, log_settings&, reading& in) {
       bool only_choice = true;
       read_word(n, format_words, only_choice, in);
     }},
};

constexpr key<settings> settings_keys[] = {
    {"apiVersion", need::required, "stoplog/v1", "The language of the file.", [](const node&, settings&, reading&) {}},
    {"kind", need::required, "Settings", "What the file is.", [](const node&, settings&, reading&) {}},
    {"listeners", need::required, "a list of groups: address, tls", "Where clients connect.",
     [](const node& n, settings& into, reading& in) {
       read_list<listener>(n, into.listeners, in, [](const node& item, listener& l, reading& r) { read_object(item, l, listener_keys, r); });
     }, "listeners"},
    {"admin", need::optional, "keys: address, remote", "The listener for operators.", read_admin, "admin"},
    {"workers", need::optional, "auto or a number, 1 to 1024", "Threads that serve. Default: auto, one a core.", read_workers},
    {"upstreams", need::required, "a list of groups", "The model endpoints.", read_upstreams, "upstreams"},
    {"routes", need::required, "a list of groups", "Which request goes where; the first that fits.", read_routes, "routes"},
    {"clients", need::optional, "a list of groups", "Who may connect. Absent: the proxy does not authenticate.", read_clients, "clients"},
    {"policies", need::optional, "a path", "The folder of policies. Default: policies.",
     [](const node& n, settings& into, reading& in) { read_path(n, into.policies, in); }},
    {"rules", need::optional, "a path", "The folder of rule packs. Default: rules.",
     [](const node& n, settings& into, reading& in) { read_path(n, into.rules, in); }},
    {"bundle", need::optional, "keys: file, public_keys", "One file instead of the two folders.", read_bundle_settings, "bundle"},
    {"limits", need::optional, "keys, see below", "What is refused because it is too large.",
     [](const node& n, settings& into, reading& in) { read_object(n, into.limits, limits_keys, in); }, "limits"},
    {"deadlines", need::optional, "keys, see below", "What is given up because it takes too long.",
     [](const node& n, settings& into, reading& in) { read_object(n, into.deadlines, deadlines_keys, in); }, "deadlines"},
    {"audit", need::optional, "keys, see below", "The audit log.",
     [](const node& n, settings& into, reading& in) { read_object(n, into.audit, audit_keys, in); }, "audit"},
    {"log", need::optional, "keys: level, format", "The program's own messages, on stderr.",
     [](const node& n, settings& into, reading& in) { read_object(n, into.log, log_keys, in); }, "log"},
};

// The defaults are relative to the file as well.
void place_defaults(settings& s, const std::filesystem::path& folder) {
  for (auto* path : {&s.policies, &s.rules, &s.audit.directory}) *path = folder / *path;
}

}  // namespace

void read_path(const node& n, std::filesystem::path& into, reading& in) {
  if (const auto* text = scalar_text(n, in)) into = (in.folder() / *text).lexically_normal();
}

void load_settings_document(const node& root, documents& into, reading& in) {
  settings value;
  value.file = in.file();
  place_defaults(value, in.folder());
  if (read_object(root, value, settings_keys, in)) check_settings(value, root, in);
  for (const char* folder : {"policies", "rules"}) {
    const node* said = root.find("bundle") != nullptr ? root.find(folder) : nullptr;
    if (said != nullptr) in.error(*said, "E117", "`bundle` stands for policies and rules; leave this out");
  }
  into.settings_files.push_back(std::move(value));
}

std::vector<object_reference> settings_reference() {
  std::vector<object_reference> all{{"Settings", reference_of(settings_keys)},
                                    {"listeners", reference_of(listener_keys)},
                                    {"listener tls", reference_of(listener_tls_keys)},
                                    {"admin", reference_of(admin_keys)},
                                    {"bundle", reference_of(bundle_keys)},
                                    {"limits", reference_of(limits_keys)},
                                    {"deadlines", reference_of(deadlines_keys)},
                                    {"audit", reference_of(audit_keys)},
                                    {"audit retention", reference_of(retention_keys)},
                                    {"audit content", reference_of(content_keys)},
                                    {"audit spool", reference_of(spool_keys)},
                                    {"log", reference_of(log_keys)}};
  for (auto& object : upstream_reference()) all.push_back(std::move(object));
  for (auto& object : sink_reference()) all.push_back(std::move(object));
  return all;
}

}  // namespace stoplog::config
