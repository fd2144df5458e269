// One view of one text on its way through a policy's rules: the matcher, and
// what the record will say of what it found.
#pragma once

#include "guard/recent_text.hpp"
#include "match/stream.hpp"
#include "policy/compiled.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::guard {

class scan_stage {
 public:
  scan_stage(std::shared_ptr<const policy::compiled_policy> policy, surface where);
  // Only the rules that are not muted act.
  scan_stage(std::shared_ptr<const policy::compiled_policy> policy, surface where, std::shared_ptr<const match::muted_rules> muted);

  // As match::stream::feed.
  result<match::step> feed(std::string_view text, bool end);

  // Findings since the last call, without their paths.
  std::vector<policy::finding> take_found() { return std::exchange(found_, {}); }

  surface where() const noexcept { return where_; }
  std::span<const match::finding> all() const noexcept { return stream_.findings(); }
  bool more_findings() const noexcept { return stream_.more_findings(); }
  std::uint64_t received() const noexcept { return recent_.end(); }
  std::uint64_t released_upto() const noexcept { return last_.release_upto; }
  std::uint64_t held() const noexcept { return received() - released_upto(); }
  std::string_view text_of(match::text_span where) const noexcept { return recent_.in(where); }
  std::string_view unreleased() const noexcept { return recent_.in({released_upto(), received()}); }

  // Bytes of the released text that a mask stands for.
  std::uint64_t masked_bytes() const;

  // Bytes released beyond the start of a match that blocks.
  std::uint64_t leaked() const;

 private:
  void collect();
  policy::finding describe(const match::finding& f) const;
  std::string excerpt(match::text_span match) const;

  std::shared_ptr<const policy::compiled_policy> policy_;
  surface where_;
  match::stream stream_;
  recent_text recent_;
  match::step last_;
  std::vector<match::finding> known_;   // in the order of the stream's list
  std::vector<policy::finding> found_;
};

}  // namespace stoplog::guard
