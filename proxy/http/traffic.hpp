// What the proxy counts of its traffic; the names of docs/operations.md.
#pragma once

#include "audit/record.hpp"
#include "metrics/registry.hpp"

namespace stoplog::http {

class traffic {
 public:
  explicit traffic(metrics::registry& in);

  // Counts one finished exchange.
  void finished(const audit::record& of);

  metrics::gauge& connections;
  metrics::gauge& streams;
  metrics::counter& connections_shed;
  metrics::counter& accept_errors;
  metrics::counter& sessions_failed;  // ended by a bug of ours
  metrics::counter& upstream_connects;
  metrics::counter& upstream_reuses;
  metrics::counter& stream_events;

 private:
  metrics::registry& registry_;
  metrics::histogram& duration_;
  metrics::histogram& first_byte_;
};

}  // namespace stoplog::http
