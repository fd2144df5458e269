// A run that may yet be long enough to be read: whether something in it would have
// to be held. What is found counts only when it is long enough.
//
// Most words of a text are such runs, and nearly none gets beyond its second
// character: as base64 or hexadecimal digits they are no text.
#pragma once

#include "base/error.hpp"
#include "base/surface.hpp"
#include "guard/run_decoder.hpp"
#include "policy/compiled.hpp"

#include <bitset>
#include <cstdint>
#include <memory>

namespace stoplog::guard {

class decoded_text;

class run_trial {
 public:
  struct rules {
    const std::shared_ptr<const policy::compiled_policy>& policy;
    surface where;
    int level;
    const std::bitset<256>& held_first;   // match::held_first()
  };

  explicit run_trial(run_decoder::kind what);
  ~run_trial();
  run_trial(run_trial&&) noexcept;

  // With the run's first character, and whether there is something to find out.
  void begin(char c, std::uint64_t at, bool live);
  // Whether the next characters matter.
  bool live() const noexcept { return live_; }

  // The next one. Only while live. Errors: evaluation_failed.
  result<void> take(char c, std::uint64_t at, const rules& by);

  // How far the text may go on, which is known up to `upto`.
  std::uint64_t safe_upto(std::uint64_t upto, const rules& by) const;

  void end() {
    if (live_) let_go();
  }

 private:
  void let_go();

  run_decoder decoder_;
  std::unique_ptr<decoded_text> judged_;
  char first_ = 0;
  bool live_ = false;
  bool decodes_ = false;   // beyond the first character
};

}  // namespace stoplog::guard
