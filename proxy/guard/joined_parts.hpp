// Parts of one message, judged once more as the one text that their reader
// makes of them: a phrase may be cut over two parts.
#pragma once

#include "guard/document_judge.hpp"

#include <vector>

namespace stoplog::guard {

// Every message of which `judged` holds several parts: texts with one lane, of one
// surface. They are put in the order of lanes. A message of which a part is blocked
// already is left; of one that a rule blocks now, every part is marked as blocked.
// True: there is one. Errors: as judge_joined.
result<bool> judge_messages(const json::document& in, std::vector<judged_text>& judged,
                            const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into);

// `parts` are one message's, of one surface, judged one by one and none blocked.
// What is found across their borders is added to `into` and, if a rule redacts it,
// masked in the parts. True: a rule blocks. `known` may be null. Errors: evaluation_failed
// under on_error block.
result<bool> judge_joined(const json::document& in, const std::vector<judged_text*>& parts,
                          const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into);

}  // namespace stoplog::guard
