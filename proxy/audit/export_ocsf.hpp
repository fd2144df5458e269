// Records as events of the Open Cybersecurity Schema Framework, 1.8.0: class
// API Activity (6003) with the profiles ai_operation (where a model is known)
// and security_control. What the schema has no place for stands in `unmapped`.
#pragma once

#include "audit/record.hpp"

#include <cstdint>
#include <string>

namespace stoplog::audit {

// One JSON object without a newline.
std::string ocsf_event(std::uint64_t seq, const record& r);

}  // namespace stoplog::audit
