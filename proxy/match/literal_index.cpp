#include "match/literal_index.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <numeric>

namespace stoplog::match {

// A node whose children are still to be made: the sorted literals that share
// its text.
struct literal_index::layer {
  node at;
  std::uint32_t first;
  std::uint32_t last;
};

literal_index::literal_index(std::span<const literal> literals) : literal_count_(literals.size()) {
  number_columns(literals);
  grow(literals);
  link();
  states_.shrink_to_fit();
  details_.shrink_to_fit();
  rows_.shrink_to_fit();
}

void literal_index::number_columns(std::span<const literal> literals) {
  for (const literal& l : literals) {
    expects(!l.bytes.empty() && l.bytes.size() <= UINT16_MAX, "a literal of 1 to 65,535 bytes");
    for (const char byte : l.bytes) {
      std::uint16_t& column = column_[static_cast<unsigned char>(byte)];
      if (column == 0) column = static_cast<std::uint16_t>(columns_++);
    }
  }
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
  std::vector<layer> open{{root, 0, static_cast<std::uint32_t>(order.size())}};
  std::vector<layer> next;
  for (std::size_t depth = 0; !open.empty(); ++depth, open.swap(next), next.clear()) {
    for (layer l : open) {
      if (l.first < l.last && literals[order[l.first]].bytes.size() == depth) {
        details_[l.at].literal = order[l.first++];
      }
      states_[l.at].child = static_cast<std::uint32_t>(states_.size());
      std::uint32_t count = 0;
      while (l.first < l.last) {
        const auto label = static_cast<unsigned char>(literals[order[l.first]].bytes[depth]);
        layer child{static_cast<node>(states_.size()), l.first, l.first};
        std::uint8_t holds = 0;
        while (child.last < l.last && static_cast<unsigned char>(literals[order[child.last]].bytes[depth]) == label) {
          holds |= literals[order[child.last++]].holds;
        }
        states_[l.at].holds |= holds;
        state made;
        made.label = label;
        states_.push_back(made);
        details_.emplace_back();
        details_.back().depth = static_cast<std::uint16_t>(depth + 1);
        next.push_back(child);
        l.first = child.last;
        ++count;
      }
      // More than fit a byte only ever stand before they become a row.
      states_[l.at].children = static_cast<std::uint8_t>(std::min<std::uint32_t>(count, dense));
    }
  }
  states_[root].holds = 0;
}

// Failure links, rows and links to suffixes, from the root outwards.
void literal_index::link() {
  for (node at = root; at < states_.size(); ++at) {
    state& s = states_[at];
    s.hit = details_[at].literal != UINT32_MAX ? at : states_[s.fail].hit;
    if (at != root) details_[at].next_held = first_held(s.fail);
    // The children are those whose range begins at s.child and ends where the
    // next node's begins.
    const std::uint32_t first = s.child;
    const std::uint32_t count = at + 1 < states_.size() ? states_[at + 1].child - first
                                                        : static_cast<std::uint32_t>(states_.size()) - first;
    for (std::uint32_t i = first; i < first + count; ++i) {
      states_[i].fail = at == root ? root : step(states_[at].fail, states_[i].label);
    }
    if (details_[at].depth <= 1 || count > children_sparse_max) make_row(at, first, count);
  }
}

void literal_index::make_row(node at, std::uint32_t first_child, std::uint32_t count) {
  const auto begin = static_cast<std::uint32_t>(rows_.size());
  rows_.resize(rows_.size() + columns_, root);
  if (at != root) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (column_[byte] != 0) rows_[begin + column_[byte]] = step(states_[at].fail, static_cast<unsigned char>(byte));
    }
  }
  for (std::uint32_t i = first_child; i < first_child + count; ++i) rows_[begin + column_[states_[i].label]] = i;
  states_[at].child = begin;
  states_[at].children = dense;
}

std::size_t literal_index::bytes() const noexcept {
  return states_.size() * (sizeof(state) + sizeof(detail)) + rows_.size() * sizeof(node) + sizeof(*this);
}

}  // namespace stoplog::match
