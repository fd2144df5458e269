// Reads what a text says in base64, in hexadecimal digits and percent-encoded,
// and judges it by the same rules; what is decoded is read so once more.
//
// Runs of 24 and more characters of base64 (both alphabets, single line breaks
// within) or of hexadecimal digits are read from each of the characters on from
// which their first byte may begin; percent-encoded runs of any length, with what
// stands before the first %XX. Only text is judged: stretches of a run, as long,
// that decode to UTF-8 without control characters.
//
// No byte of a match goes out before its verdict where the encoding begins with
// its run (the run's first character does: it makes no byte). Where other characters
// stand before it without a gap, its first 24 characters may have gone out.
//
// The text may go on as far as safe_upto() says, with masks() in it. Flow:
//   do taken = runs.feed(rest, end), rest.remove_prefix(taken)
//   while it found something or `rest` is not empty
#pragma once

#include "guard/run_decoder.hpp"
#include "guard/run_trial.hpp"
#include "match/stream.hpp"
#include "policy/compiled.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::guard {

class decoded_text;

// A stretch of the text for which a mask goes on.
struct masked_span {
  match::text_span where;
  std::string mask;
};

class encoded_runs {
 public:
  static constexpr int levels = 2;

  encoded_runs(std::shared_ptr<const policy::compiled_policy> policy, surface where, int level = levels);
  ~encoded_runs();
  encoded_runs(encoded_runs&&) noexcept;

  // Goes over the text until something was found; returns how many bytes it took.
  // `end` counts once all of the text was taken and nothing was found with the
  // last byte. Errors: evaluation_failed. Not after a block.
  result<std::size_t> feed(std::string_view text, bool end);

  // With the last byte that was taken.
  bool found_any() const noexcept { return !found_.empty() || blocked_; }
  bool blocked() const noexcept { return blocked_; }
  std::vector<policy::finding> take_found() { return std::exchange(found_, {}); }

  // How far the text may go on now, and how far it might before the last byte.
  std::uint64_t safe_upto() const;
  std::uint64_t safe_before() const noexcept { return safe_before_; }

  // In the order of their begins. Those that end at or before `passed` go.
  const std::vector<masked_span>& masks(std::uint64_t passed);

  // Bytes from a blocked match's begin up to `passed`.
  std::uint64_t leaked(std::uint64_t passed) const noexcept { return blocked_ && passed > blocked_at_ ? passed - blocked_at_ : 0; }

 private:
  struct reading {
    run_decoder decoder;
    std::unique_ptr<decoded_text> judged;
    std::uint64_t judged_from = 0;        // the decoded byte with which it begins
    std::uint64_t least = 0;              // offsets before it may have gone out when it was begun
  };
  // A run of base64 or of hexadecimal digits.
  struct run {
    explicit run(run_decoder::kind kind);
    ~run();
    run(run&&) noexcept;

    run_decoder::kind what;
    std::uint64_t begin = 0;
    std::uint64_t size = 0;               // characters; 0: there is none
    std::uint32_t breaks = 0;             // characters of a line break after it
    bool open = false;                    // long enough to be read in every way
    run_trial trial;                      // as long as it is not
    std::vector<reading> readings;        // when it is
  };

  bool pass_by(char c);
  void remember(char c);
  void begin_or_grow(run& r, char c);
  static void end_unread(run& r);
  void count_before(char c);
  result<bool> take(char c);
  result<bool> leave(run& r, char c);
  result<bool> enter(run& r, char c);
  result<bool> take_percent(char c);
  result<bool> open_all(run& r);
  result<bool> step(reading& r, char c, std::uint64_t at);
  static bool enough(const reading& r, std::string_view text, bool escapes);
  result<bool> after_step(reading& r, bool goes_on, std::uint64_t segment);
  result<bool> judge(reading& r, std::string_view text, bool end, std::uint64_t segment);
  result<bool> end_reading(reading& r);
  result<bool> end_run(run& r);
  result<bool> end_all();
  void note(reading& r);
  void add_masks(const reading& r, std::vector<masked_span>& into);
  static std::uint64_t safe_of(const reading& r);
  static std::uint64_t guarded_begin(const reading& r, std::uint64_t byte);
  bool watches() const noexcept;
  run_trial::rules trial_rules() const noexcept;

  std::shared_ptr<const policy::compiled_policy> policy_;
  surface where_;
  int level_;
  bool enforced_;
  const std::bitset<256>& held_first_;
  bool at_once_ = false;                  // the text came whole
  bool ended_ = false;
  std::uint64_t at_ = 0;                  // bytes taken
  std::uint64_t safe_before_ = 0;
  std::array<run, 2> runs_;
  std::uint64_t before_ = 0;              // characters before a % in its run
  std::string recent_;                    // the text's last ones, of runs that are not read yet
  std::unique_ptr<reading> percent_;
  std::uint64_t percent_at_ = 0;          // the first %
  std::vector<masked_span> masks_;        // of readings that are over
  std::vector<masked_span> all_masks_;
  std::vector<policy::finding> found_;
  std::uint64_t blocked_at_ = UINT64_MAX;
  bool blocked_ = false;
};

}  // namespace stoplog::guard
