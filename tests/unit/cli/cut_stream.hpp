// The record that tests of what is shown begin with: a streamed answer that a rule cut.
#pragma once

#include "audit/record.hpp"

namespace stoplog::cli {

inline audit::record cut_stream() {
  audit::record r;
  r.id = "01936f00-0000-7000-8000-000000000001";
  r.at = wall_time{std::chrono::seconds{1'795'421'730}};
  r.key_id = "support-bot";
  r.route = "default";
  r.model_asked = "demo";
  r.streamed = true;
  r.decision = "block";
  r.stage = "response";
  r.rule = "DEMO-001";
  r.category = "demo.forbidden";
  r.severity = "high";
  r.status = 200;
  r.response_coverage = {90, 90, 60, true, {}, 0, 30, {}};
  return r;
}

}  // namespace stoplog::cli
