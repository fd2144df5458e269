// Parts of one message, judged once more as the one text that their reader
// makes of them: a phrase may be cut over two parts.
#pragma once

#include "guard/document_judge.hpp"

#include <vector>

namespace stoplog::guard {

// `parts` are one message's, judged one by one and none blocked. What is found
// across their borders is added to `into` and, if a rule redacts it, masked in
// the parts. True: a rule blocks. `known` may be null. Errors: evaluation_failed
// under on_error block.
result<bool> judge_joined(const json::document& in, const std::vector<judged_text*>& parts,
                          const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into);

}  // namespace stoplog::guard
