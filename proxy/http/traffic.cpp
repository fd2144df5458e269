#include "http/traffic.hpp"

namespace stoplog::http {
namespace {

const std::vector<double> seconds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

}  // namespace

traffic::traffic(metrics::registry& in)
    : connections(in.make_gauge("stoplog_connections", "Open client connections.")),
      streams(in.make_gauge("stoplog_streams", "Answers that are being streamed.")),
      connections_shed(in.make_counter("stoplog_connections_shed_total", "Connections refused over limits.connections.")),
      accept_errors(in.make_counter("stoplog_accept_errors_total", "Errors while accepting connections.")),
      sessions_failed(in.make_counter("stoplog_sessions_failed_total", "Sessions ended by an internal error.")),
      upstream_connects(in.make_counter("stoplog_upstream_connects_total", "Connections opened to upstreams.")),
      upstream_reuses(in.make_counter("stoplog_upstream_reuses_total", "Requests sent on a kept connection.")),
      stream_events(in.make_counter("stoplog_stream_events_total", "Streamed events received from upstreams.")),
      registry_(in),
      duration_(in.make_histogram("stoplog_exchange_duration_seconds", "From a request's head to its answer's end.", seconds)),
      first_byte_(in.make_histogram("stoplog_upstream_first_byte_seconds", "Until an upstream's first byte.", seconds)) {}

void traffic::finished(const audit::record& of) {
  const std::string endpoint = of.endpoint.empty() ? "none" : of.endpoint;
  registry_.make_counter("stoplog_exchanges_total", "Exchanges by their outcome.",
                         {{"decision", of.decision}, {"endpoint", endpoint}, {"status", std::to_string(of.status)}})
      .add();
  if (!of.reason.empty()) {
    registry_.make_counter("stoplog_failures_total", "Exchanges that the proxy refused or that failed, by reason.",
                           {{"reason", of.reason}})
        .add();
  }
  for (const audit::finding& each : of.findings) {
    registry_.make_counter("stoplog_findings_total", "Matches of rules, by what they did.",
                           {{"rule", each.rule}, {"mode", each.mode}, {"enforced", each.enforced}})
        .add();
  }
  stream_events.add(of.events);
  duration_.observe(static_cast<double>(of.duration_us) / 1e6);
  if (of.first_byte_us != 0) first_byte_.observe(static_cast<double>(of.first_byte_us) / 1e6);
}

}  // namespace stoplog::http
