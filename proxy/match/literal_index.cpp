#include "match/literal_index.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace stoplog::match {

// A node whose children are still to be made: the sorted literals that share
// its text.
struct literal_index::layer {
  std::uint32_t at;
  std::uint32_t first;
  std::uint32_t last;
};

literal_index::literal_index(std::span<const literal> literals, std::uint32_t near_cells) {
  number_columns(literals);
  grow(literals);
  link(near_cells);
  states_.shrink_to_fit();
  details_.shrink_to_fit();
  rows_.shrink_to_fit();
}

// What is frequent in literals is so in texts; the space between words is the most
// frequent of all.
void literal_index::number_columns(std::span<const literal> literals) {
  std::array<std::uint64_t, 256> met{};
  for (const literal& l : literals) {
    expects(!l.bytes.empty() && l.bytes.size() <= UINT16_MAX, "a literal of 1 to 65,535 bytes");
    for (const char byte : l.bytes) ++met[static_cast<unsigned char>(byte)];
  }
  if (met[' '] != 0) met[' '] = UINT64_MAX;
  std::array<std::uint8_t, 256> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  std::stable_sort(bytes.begin(), bytes.end(), [&](std::uint8_t a, std::uint8_t b) { return met[a] > met[b]; });
  for (const std::uint8_t byte : bytes) {
    if (met[byte] != 0) column_[byte] = static_cast<std::uint16_t>(columns_++);
  }
  row_cells_ = (columns_ + line_cells - 1) / line_cells * line_cells;
}

// Makes the trie level by level, so that siblings are neighbours and a node's
// failure link leads to a smaller number.
void literal_index::grow(std::span<const literal> literals) {
  std::vector<std::uint32_t> order(literals.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return literals[a].bytes < literals[b].bytes; });
  states_.emplace_back();
  details_.emplace_back();
  std::vector<layer> open{{0, 0, static_cast<std::uint32_t>(order.size())}};
  std::vector<layer> next;
  for (std::size_t depth = 0; !open.empty(); ++depth, open.swap(next), next.clear()) {
    for (layer l : open) {
      if (l.first < l.last && literals[order[l.first]].bytes.size() == depth) {
        details_[l.at].held.tail |= literals[order[l.first]].tail_whole;
        details_[l.at].literal = order[l.first++];
      }
      states_[l.at].child = static_cast<std::uint32_t>(states_.size());
      std::uint32_t count = 0;
      while (l.first < l.last) {
        const auto label = static_cast<unsigned char>(literals[order[l.first]].bytes[depth]);
        layer child{static_cast<std::uint32_t>(states_.size()), l.first, l.first};
        held& here = details_[l.at].held;
        bool inside = false;
        while (child.last < l.last && static_cast<unsigned char>(literals[order[child.last]].bytes[depth]) == label) {
          const literal& longer = literals[order[child.last++]];
          here.leads |= longer.holds;
          here.heads |= longer.heads;
          here.tail |= longer.tail;
          inside = inside || longer.inside;
        }
        state made;
        made.label = label;
        states_.push_back(made);
        details_.emplace_back();
        details_.back().held.depth = static_cast<std::uint16_t>(depth + 1);
        details_.back().held.inside = inside;
        next.push_back(child);
        l.first = child.last;
        ++count;
      }
      // Where there are more, a row takes their place.
      states_[l.at].children = static_cast<std::uint8_t>(std::min<std::uint32_t>(count, UINT8_MAX));
    }
  }
  expects(states_.size() <= number, "fewer nodes than a number has bits");
  held& root = details_[0].held;
  root.leads = root.heads = 0;
  root.tail = false;
}

std::uint32_t literal_index::children_of(std::uint32_t at) const noexcept {
  const auto nodes = static_cast<std::uint32_t>(states_.size());
  return (at + 1 < nodes ? states_[at + 1].child : nodes) - states_[at].child;
}

// The state that `byte` leads to when only numbers are known yet.
std::uint32_t literal_index::go(std::uint32_t at, unsigned char byte) const noexcept {
  while (true) {
    const auto first = states_.begin() + states_[at].child;
    const auto last = first + children_of(at);
    const auto found = std::lower_bound(first, last, byte, [](const state& s, unsigned char b) { return s.label < b; });
    if (found != last && found->label == byte) return static_cast<std::uint32_t>(found - states_.begin());
    if (at == 0) return 0;
    at = states_[at].fail;
  }
}

// Links to suffixes, first as numbers, from the root outwards; then, with the
// places of rows known, as what step() gives.
void literal_index::link(std::uint32_t near_cells) {
  const auto nodes = static_cast<std::uint32_t>(states_.size());
  std::vector<std::uint32_t> hit(nodes, UINT32_MAX);
  std::uint32_t rows_end = 0;
  for (std::uint32_t at = 0; at < nodes; ++at) {
    const std::uint32_t fail = states_[at].fail;
    hit[at] = details_[at].literal != UINT32_MAX ? at : at == 0 ? UINT32_MAX : hit[fail];
    if (at != 0) details_[at].held.next = details_[fail].held.any() ? fail : details_[fail].held.next;
    const std::uint32_t first = states_[at].child;
    const std::uint32_t count = children_of(at);
    for (std::uint32_t i = first; i < first + count; ++i) states_[i].fail = at == 0 ? 0 : go(fail, states_[i].label);
    states_[at].self = at;
    if (rows_end < near_cells || details_[at].held.depth <= 1 || count > children_sparse_max) {
      states_[at].self = has_row | rows_end;
      rows_end += row_cells_;
    }
    if (hit[at] != UINT32_MAX) states_[at].self |= has_hit;
    if (details_[at].held.any() || details_[at].held.next != UINT32_MAX) states_[at].self |= has_held;
  }
  expects(rows_end <= number, "an automaton whose rows can be numbered");
  rows_.resize(rows_end);
  root_ = states_[0].self;
  for (std::uint32_t at = 0; at < nodes; ++at) {
    details_[at].hit = hit[at] == UINT32_MAX ? none : states_[hit[at]].self;
    states_[at].fail = states_[states_[at].fail].self;
    if ((states_[at].self & has_row) != 0) fill_row(at);
  }
}

// The row of the longest proper suffix, with the node's own children over it.
void literal_index::fill_row(std::uint32_t at) {
  const std::uint32_t begin = states_[at].self & number;
  for (std::uint32_t column = 0; column < columns_; ++column) rows_[begin + column] = root_;
  rows_[begin + number_column] = at;
  if (at != 0) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (column_[byte] != 0) rows_[begin + column_[byte]] = step(states_[at].fail, static_cast<unsigned char>(byte));
    }
  }
  const std::uint32_t first = states_[at].child;
  for (std::uint32_t i = first; i < first + children_of(at); ++i) {
    rows_[begin + column_[states_[i].label]] = states_[i].self;
  }
}

std::size_t literal_index::bytes() const noexcept {
  return states_.size() * (sizeof(state) + sizeof(detail)) + rows_.size() * sizeof(node) + sizeof(*this);
}

}  // namespace stoplog::match
