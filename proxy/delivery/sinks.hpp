// The receivers that there are. Each is made without a word to the other side:
// connections are made, and made again, when records are delivered.
#pragma once

#include "config/sinks.hpp"
#include "delivery/sink.hpp"

#include <memory>
#include <string>

namespace stoplog::delivery {

// JSON lines as in the log. A line that could only be written in part is
// finished before anything else.
std::unique_ptr<sink> make_stdout();
std::unique_ptr<sink> make_descriptor(int handle);  // the same for any open descriptor, which it does not close
// The file is made durable before a batch counts as delivered; one that was
// moved away is made anew.
std::unique_ptr<sink> make_file(const config::file_sink& from);

// RFC 5424 messages, framed by octet counting (RFC 6587), over TCP or TLS
// (RFC 5425). The protocol has no answer: a batch counts as delivered when the
// receiver's machine has acknowledged its bytes.
std::unique_ptr<sink> make_syslog(const config::syslog_sink& from);

// One signed POST a batch, without content.
std::unique_ptr<sink> make_webhook(const config::webhook_sink& from);

// OpenTelemetry's logs over HTTP, in JSON.
std::unique_ptr<sink> make_otlp(const config::otlp_sink& from);

// One row a record; the same record is never two rows.
std::unique_ptr<sink> make_postgresql(const config::postgresql_sink& from);

// One message a record, acknowledged by all replicas.
std::unique_ptr<sink> make_kafka(const config::kafka_sink& from);

std::unique_ptr<sink> make_sink(const config::sink& from);

}  // namespace stoplog::delivery
