#include "audit/query.hpp"

#include "audit/seal.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

namespace stoplog::audit {

struct reader::search {
  const filter& asked;
  std::size_t limit;
  seq_range within;
  search_order order;
  page result{};
  decoder decode{};

  bool newest_first() const noexcept { return order == search_order::newest_first; }
  bool full() const noexcept { return result.records.size() >= limit; }
  std::size_t lacking() const noexcept { return limit - result.records.size(); }
  void tell(const trouble& t) {
    if (result.troubles.size() < troubles_max) result.troubles.push_back(t);
  }
  std::optional<found_record> fits(std::uint64_t seq, std::string_view bytes) {
    if (seq < within.first || seq >= within.before) return {};
    auto stored = decode.decode(bytes);
    if (!stored || !matches(asked, stored->value)) return {};
    return found_record{seq, std::move(stored->value), std::string(bytes)};
  }
};

result<reader> reader::open(std::filesystem::path directory) {
  const auto segments = list_segments(directory);
  if (!segments) return segments.error();
  return reader(std::move(directory));
}

result<page> reader::find(const filter& f, std::size_t limit, std::uint64_t before) {
  return run({f, std::clamp<std::size_t>(limit, 1, page_max), {0, before}, search_order::newest_first});
}

result<page> reader::find_oldest(const filter& f, std::size_t limit, std::uint64_t after) {
  return run({f, std::clamp<std::size_t>(limit, 1, page_max), {after + 1, no_bound}, search_order::oldest_first});
}

result<page> reader::run(search wanted) {
  if (!by_index(wanted)) {
    wanted.result = {};
    by_log(wanted);
  }
  if (wanted.full()) wanted.result.next = wanted.result.records.back().seq;
  return std::move(wanted.result);
}

// Reads on from `from` up to, not into, `end_segment` and adds the matches
// that come first in the order asked for, never holding more than are lacking.
void reader::scan(search& wanted, position from, std::uint64_t end_segment) {
  std::deque<found_record> kept;
  walk through(directory_, from);
  while (true) {
    const auto step = through.next(end_segment - 1);
    if (const auto* found = std::get_if<line>(&step)) {
      if (found->segment >= end_segment || found->seq >= wanted.within.before) break;
      if (auto fitting = wanted.fits(found->seq, found->bytes)) kept.push_back(std::move(*fitting));
      if (kept.size() <= wanted.lacking()) continue;
      if (!wanted.newest_first()) break;
      kept.pop_front();
    } else if (const auto* problem = std::get_if<trouble>(&step)) {
      if (problem->segment >= end_segment) break;
      wanted.tell(*problem);
    } else {
      break;
    }
  }
  if (wanted.newest_first()) std::reverse(kept.begin(), kept.end());
  kept.resize(std::min(kept.size(), wanted.lacking()));
  std::move(kept.begin(), kept.end(), std::back_inserter(wanted.result.records));
}

// Segment by segment from where the search begins, so that one for the latest
// records reads little.
void reader::by_log(search& wanted) {
  const auto segments = list_segments(directory_);
  if (!segments) return wanted.tell({.what = trouble::kind::unreadable});
  const auto end_of = [&](std::size_t i) { return i + 1 < segments->size() ? (*segments)[i + 1] : no_bound; };
  for (std::size_t step = 0; step < segments->size() && !wanted.full(); ++step) {
    const std::size_t i = wanted.newest_first() ? segments->size() - 1 - step : step;
    const std::uint64_t first = (*segments)[i];
    if (first < wanted.within.before && end_of(i) > wanted.within.first) scan(wanted, {first, 0, first}, end_of(i));
  }
}

bool reader::by_index(search& wanted) {
  auto index = index_reader::open(directory_);
  if (!index) return false;
  wanted.result.by_index = true;
  auto known = index->troubles(troubles_max);
  if (!known) return false;
  for (const trouble& t : *known) {
    if (t.is_damage()) wanted.tell(t);
  }
  // What came after the index's last record is the newest.
  const position next = index->next();
  // The index may still know records whose segments were retired: they are gone, not damaged.
  const auto segments = list_segments(directory_);
  const std::uint64_t oldest = segments && !segments->empty() ? segments->front() : 0;
  const auto read_rest = [&] {
    if (!wanted.full() && next.seq < wanted.within.before) scan(wanted, next, no_bound);
  };
  if (wanted.newest_first()) read_rest();
  if (!read_places(wanted, *index, {std::max(wanted.within.first, oldest), std::min(wanted.within.before, next.seq)})) return false;
  if (!wanted.newest_first()) read_rest();
  return true;
}

bool reader::read_places(search& wanted, index_reader& index, seq_range within) {
  while (!wanted.full()) {
    const auto places = index.find(wanted.asked, within, wanted.order, wanted.lacking());
    if (!places) return false;
    if (places->empty()) return true;
    if (wanted.newest_first()) within.before = places->back().seq;
    else within.first = places->back().seq + 1;
    read_file segment;
    std::uint64_t open_segment = 0;
    for (const indexed_place& at : *places) {
      if (at.segment != open_segment) segment = read_file(directory_ / segment_name(at.segment));
      open_segment = at.segment;
      std::string bytes;
      const bool whole = segment.is_open() && segment.read(at.offset, at.bytes, bytes) == 0 && unseal(bytes) == at.seq;
      if (!whole) wanted.tell({trouble::kind::damaged, at.segment, at.offset, at.bytes, at.seq, at.seq});
      else if (auto fitting = wanted.fits(at.seq, bytes)) wanted.result.records.push_back(std::move(*fitting));
    }
  }
  return true;
}

position reader::follow(position from, const std::function<bool(const found_record&)>& each,
                        const std::function<void(const trouble&)>& told) {
  walk through(directory_, from);
  decoder decode;
  while (true) {
    const auto step = through.next();
    if (const auto* problem = std::get_if<trouble>(&step)) {
      told(*problem);
    } else if (const auto* found = std::get_if<line>(&step)) {
      auto stored = decode.decode(found->bytes);
      if (stored && !each({found->seq, std::move(stored->value), std::string(found->bytes)})) return through.here();
    } else {
      return through.here();
    }
  }
}

position reader::end() {
  const auto segments = list_segments(directory_);
  if (!segments || segments->empty()) return {};
  walk through(directory_, {segments->back(), 0, segments->back()});
  while (!std::holds_alternative<end_of_log>(through.next())) {}
  return through.here();
}

}  // namespace stoplog::audit
