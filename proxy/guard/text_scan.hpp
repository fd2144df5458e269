// One text through one policy: text goes in, what may go out comes out.
//
// A text is judged in several views, one behind the other: first for what is
// encoded in it (encoded_runs.hpp), then, tool call arguments, as their reader
// will see them (unescaped_view.hpp), then as it came.
#pragma once

#include "guard/encoded_runs.hpp"
#include "guard/report.hpp"
#include "guard/scan_stage.hpp"
#include "guard/unescaped_view.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace stoplog::guard {

class text_scan {
 public:
  text_scan(const std::shared_ptr<const policy::compiled_policy>& policy, surface where);

  struct step {
    std::string_view released;   // valid until the next feed
    bool verbatim = true;        // `released` is what was just fed
    bool blocked = false;        // nothing after this may be released
  };
  // Errors: evaluation_failed, unless the policy says that such a text is
  // allowed: then it passes unscanned.
  result<step> feed(std::string_view text, bool end);

  // Stops scanning: what is held goes out, and what comes later passes.
  std::string give_up();

  // Findings since the last call, without their paths.
  std::vector<policy::finding> take_found();

  std::uint64_t held() const noexcept;      // bytes fed and not released
  std::uint64_t leaked() const;

  // Adds the text's byte counts, once it is over.
  void count(coverage& into) const;
  bool findings_dropped() const noexcept;

 private:
  result<match::step> feed_encoded(std::string_view text, bool end);
  result<match::step> pass_encoded(std::uint64_t upto, bool end);
  result<match::step> feed_views(std::string_view text, bool end) { return unescaped_ ? feed_unescaped(text, end) : plain_.feed(text, end); }
  result<match::step> feed_unescaped(std::string_view text, bool end);
  void pass_unescaped(std::uint64_t view_upto);
  void append_mask(std::string& out, std::string_view mask) const;

  std::shared_ptr<const policy::compiled_policy> policy_;
  scan_stage plain_;
  // Before all others:
  struct encoded {
    encoded_runs runs;
    std::string waiting;                 // the text from `passed_upto` on
    std::uint64_t passed_upto = 0;       // of the text, given to the other views
    std::string passed;                  // to them, masks in place
    std::string released;                // by them
    std::uint64_t masked = 0;            // bytes of the text that masks stand for
    std::uint64_t masked_upto = 0;       // where the last of them ends
    std::vector<policy::finding> found;
  };
  std::optional<encoded> encoded_;
  // Before `plain_`, for arguments:
  struct unescaped {
    scan_stage stage;
    unescaped_view view;
    std::string decoded;                 // of the text just fed
    std::string waiting;                 // the text from `passed_upto` on
    std::uint64_t passed_upto = 0;       // of the text, given to the plain stage
    std::uint64_t view_upto = 0;         // of the view
    std::string passed;                  // to the plain stage, masks in place
    std::uint64_t masked = 0;            // bytes of the text that masks stand for
    std::set<std::pair<std::uint32_t, std::string>> seen;  // rule and fingerprint
  };
  std::optional<unescaped> unescaped_;
  std::uint64_t received_ = 0;
  std::uint64_t unscanned_ = 0;
  bool given_up_ = false;
  std::string unjudged_;                 // what went out when scanning stopped
};

}  // namespace stoplog::guard
