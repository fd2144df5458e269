#include "match/found.hpp"

#include <algorithm>
#include <tuple>

namespace stoplog::match {
namespace {

bool before(const finding& a, const finding& b) noexcept {
  return std::tie(a.where.end, a.rule, a.where.begin) < std::tie(b.where.end, b.rule, b.where.begin);
}

bool starts_before(const finding& a, const finding& b) noexcept {
  return std::tie(a.where.begin, a.rule, b.where.end) < std::tie(b.where.begin, b.rule, a.where.end);
}

}  // namespace

void finding_list::add(const finding& f, std::size_t most) {
  const auto place = std::lower_bound(list_.begin(), list_.end(), f, before);
  if (place != list_.end() && *place == f) return;
  if (list_.size() >= most) {
    more_ = true;
    if (place == list_.end()) return;
    std::move_backward(place, list_.end() - 1, list_.end());
    *place = f;
    return;
  }
  list_.insert(place, f);
}

bool redactor::none_begins_before(std::uint64_t end) const noexcept {
  return std::none_of(pending_.begin(), pending_.end(), [end](const finding& f) { return f.where.begin < end; });
}

bool redactor::append(std::string& out, std::string_view text, std::uint64_t begin, std::uint64_t end, const database& rules) {
  if (untouched(begin, end)) {
    out.append(text.substr(0, end - begin));
    return false;
  }
  std::sort(pending_.begin(), pending_.end(), starts_before);
  std::uint64_t at = begin;
  const auto copy_upto = [&](std::uint64_t to) {
    if (to > at) out.append(text.substr(at - begin, to - at));
    at = std::max(at, to);
  };
  if (masked_any_) at = std::min(end, std::max(at, masked_upto_));
  auto next = pending_.begin();
  for (; next != pending_.end() && next->where.begin < end; ++next) {
    const bool continues = masked_any_ && next->where.begin <= masked_upto_;
    if (!continues) {
      copy_upto(next->where.begin);
      rules.rule(next->rule).append_mask(out, text.substr(next->where.begin - begin, next->where.end - next->where.begin));
    }
    masked_upto_ = masked_any_ ? std::max(masked_upto_, next->where.end) : next->where.end;
    masked_any_ = true;
    at = std::min(end, std::max(at, masked_upto_));
  }
  pending_.erase(pending_.begin(), next);
  copy_upto(end);
  return true;
}

}  // namespace stoplog::match
