// What a policy refuses for what it is: parts that cannot be read as text, and
// members and events that nobody knows.
#pragma once

#include "dialect/views.hpp"
#include "guard/report.hpp"
#include "policy/compiled.hpp"

#include <span>
#include <vector>

namespace stoplog::guard {

// Blocks for the first part that `by` refuses. All that it refuses are returned; the
// root stands for an event that is not known. The report has what was found in their
// names: such a name is not told again as the place of what was refused.
std::vector<json::node_id> refuse_parts(const json::document& in, std::span<const dialect::opaque_part> opaque,
                                        std::span<const json::node_id> unknown, direction way,
                                        const policy::compiled_policy& by, report& into);

}  // namespace stoplog::guard
