// Combinations of which one message says one part and the next another: `all` and
// `at_least` are judged over the messages of each role as well, which are read as
// the lines of one text.
#pragma once

#include "guard/document_judge.hpp"

#include <vector>

namespace stoplog::guard {

// Whether anything is to be judged over the messages of this surface.
bool combines_messages(const policy::compiled_policy& policy, surface where);

// `judged`: all messages' texts of such surfaces, among others; judged one by one
// and none blocked. What combinations across their borders find is added to `into`
// and, if the rule redacts it, masked in them. A beginning of the conversation in
// which nothing was found is `known` (may be null) by a chain of marks, and of it
// only its last bytes are looked at again. True: a rule blocks. Errors:
// evaluation_failed under on_error block.
result<bool> judge_conversation(const json::document& in, std::vector<judged_text>& judged,
                                const std::shared_ptr<const policy::compiled_policy>& policy, judged_texts* known, report& into);

}  // namespace stoplog::guard
