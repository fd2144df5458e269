// What something encoded says: judged as it stands, and for what is encoded in it
// once more.
#pragma once

#include "guard/encoded_runs.hpp"
#include "guard/scan_stage.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::guard {

class decoded_text {
 public:
  // What is encoded `level` - 1 times in it is judged as well.
  decoded_text(const std::shared_ptr<const policy::compiled_policy>& policy, surface where, int level);

  // Whether it is blocked. Errors: evaluation_failed.
  result<bool> feed(std::string_view text, bool end);

  std::uint64_t fed() const noexcept { return fed_; }
  bool blocked() const noexcept { return blocked_; }
  std::vector<policy::finding> take_found() { return std::exchange(found_, {}); }

  // How far it may go on.
  std::uint64_t safe() const { return inner_ ? std::min(stage_.released_upto(), inner_->safe_upto()) : stage_.released_upto(); }

  // The stretches for which masks go on, whether or not they were released.
  std::vector<masked_span> masks();

 private:
  const policy::compiled_policy& policy_;   // the stage keeps it alive
  scan_stage stage_;
  std::optional<encoded_runs> inner_;
  std::uint64_t fed_ = 0;
  std::vector<policy::finding> found_;
  bool blocked_ = false;
};

}  // namespace stoplog::guard
