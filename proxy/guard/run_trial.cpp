#include "guard/run_trial.hpp"

#include "guard/decoded_text.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

using kind = run_decoder::kind;

// Whether a text may hold something encoded that makes a byte.
bool may_be_encoded(std::string_view text) noexcept {
  const auto encodes = [](char c) { return run_decoder::takes(kind::base64, c); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' || (i != 0 && encodes(text[i - 1]) && encodes(text[i]))) return true;
  }
  return false;
}

// Bytes with which something encoded goes on or begins.
const std::bitset<256>& encoded_first() {
  static const std::bitset<256> bytes = [] {
    std::bitset<256> all;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      all[byte] = c == '%' || run_decoder::takes(kind::base64, c);
    }
    return all;
  }();
  return bytes;
}

}  // namespace

run_trial::run_trial(kind what) : decoder_(what, 0) {}
run_trial::~run_trial() = default;
run_trial::run_trial(run_trial&&) noexcept = default;

void run_trial::let_go() {
  live_ = false;
  judged_.reset();
}

void run_trial::begin(char c, std::uint64_t at, bool live) {
  live_ = live;
  if (!live) return;
  first_ = c;
  decodes_ = false;
  decoder_.restart(at);
}

result<void> run_trial::take(char c, std::uint64_t at, const rules& by) {
  if (!decodes_) {
    decodes_ = run_decoder::may_begin_text(decoder_.what(), first_, c);
    if (!decodes_) {
      live_ = false;
      return {};
    }
    decoder_.take(first_, decoder_.begin());
  }
  if (!decoder_.take(c, at)) {
    end();
    return {};
  }
  const std::string_view text = decoder_.ready();
  if (judged_ == nullptr) {
    const auto begins = [&by](char byte) { return by.held_first[static_cast<unsigned char>(byte)]; };
    if (std::none_of(text.begin(), text.end(), begins) && (by.level == 1 || !may_be_encoded(text))) return {};
    judged_ = std::make_unique<decoded_text>(by.policy, by.where, by.level);
  }
  if (text.empty() || judged_->blocked()) return {};
  const auto blocked = judged_->feed(text, false);
  decoder_.drain();
  if (!blocked) return blocked.error();
  return {};
}

// A run's first character makes no byte, and nothing is held for it.
std::uint64_t run_trial::safe_upto(std::uint64_t upto, const rules& by) const {
  if (!live_ || !decodes_) return upto;
  if (judged_ != nullptr) {
    std::uint64_t safe = judged_->safe();
    for (const masked_span& m : judged_->masks()) safe = std::min(safe, m.where.begin);
    if (safe < judged_->fed()) upto = std::min(upto, decoder_.guarded_begin(safe));
  }
  if (const std::string_view begun = decoder_.begun(); !begun.empty()) {
    const bool held = by.held_first[static_cast<unsigned char>(begun.front())] && decoder_.next_may_go_on();
    return held ? std::min(upto, decoder_.guarded_begin(decoder_.produced() - begun.size())) : upto;
  }
  const bool may_begin = decoder_.next_may_be(by.held_first) || (by.level > 1 && decoder_.next_may_be(encoded_first()));
  return may_begin ? std::min(upto, decoder_.guarded_begin(decoder_.produced())) : upto;
}

}  // namespace stoplog::guard
