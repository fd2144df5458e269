// Finds every occurrence of many literals in one pass: an Aho-Corasick automaton
// in flat arrays. One step a byte, whatever the number of literals.
//
//   at = index.step(at, byte);          from index.root() on
//   if (index.hits(at))
//     for (auto hit = index.first_hit(at); hit != index.none; hit = index.next_hit(hit))
//       literal index.literal_of(hit) ends after this byte
//
// Nodes with few children keep them side by side and fall back along failure
// links; those nearest to the root, as many as a cache may keep, and those with
// many children have a row of the complete automaton. Beyond that memory follows
// the bytes of the literals, about 32 a node.
#pragma once

#include "match/lead.hpp"

#include <boost/align/aligned_allocator.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stoplog::match {

class literal_index {
 public:
  // A place in the automaton, with what is asked of it at every byte in its
  // highest bits; equal places are equal values.
  using node = std::uint32_t;
  static constexpr node none = UINT32_MAX;

  struct literal {
    std::string bytes;           // not empty, at most 65,535
    std::uint8_t holds = 0;      // leads under which its beginnings are held back; 0: it holds nothing
    bool inside = true;          // it may come in a match that something else begins
    std::uint8_t heads = 0;      // leads under which it begins a match of which the tail is held back
    bool tail = false, tail_whole = false;  // its beginnings (all of it) are held back where a head is
  };
  // Cells of rows for the nodes nearest to the root: 2 MiB, part of a core's cache.
  static constexpr std::uint32_t near_cells_usual = 1U << 19;

  // Literals are distinct; literal_of() is the index into this list.
  explicit literal_index(std::span<const literal> literals = {}, std::uint32_t near_cells = near_cells_usual);

  node root() const noexcept { return root_; }

  [[gnu::always_inline]] node step(node at, unsigned char byte) const noexcept {
    while (true) {
      if ((at & has_row) != 0) return rows_.data()[(at & number) + column_[byte]];
      const state* states = states_.data();
      const state& s = states[at & number];
      for (std::uint32_t i = 0; i < s.children; ++i) {
        if (states[s.child + i].label == byte) return states[s.child + i].self;
      }
      at = s.fail;
    }
  }

  // Whether a literal ends here; then the places of all that do, longest first.
  static bool hits(node at) noexcept { return (at & has_hit) != 0; }
  node first_hit(node at) const noexcept { return detail_of(at).hit; }
  node next_hit(node hit) const noexcept { return detail_of(state_of(hit).fail).hit; }
  std::uint32_t literal_of(node hit) const noexcept { return detail_of(hit).literal; }

  // Whether there are any of those below.
  static bool holds(node at) noexcept { return (at & has_held) != 0; }

  // The beginnings of held literals, heads and tails that the text ends with, longest
  // first: so many bytes, if one of the leads is in front of them; after the last, none.
  struct held {
    std::uint32_t next;
    std::uint16_t depth;
    std::uint8_t leads;
    bool inside = false;         // what stands here begins such a literal, or is one
    std::uint8_t heads = 0;
    bool tail = false;
    bool any() const noexcept { return leads != 0 || heads != 0 || tail; }
  };
  held first_held(node at) const noexcept {
    const detail& d = detail_of(at);
    return d.held.any() ? d.held : next_held(d.held);
  }
  held next_held(const held& h) const noexcept {
    return h.next == UINT32_MAX ? held{UINT32_MAX, 0, 0} : details_.data()[h.next].held;
  }

  // The longest of the text's last `bytes` bytes that begin a literal which comes
  // inside of matches.
  std::uint32_t begun_within(node at, std::uint64_t bytes) const noexcept {
    while (true) {
      const held& begun = detail_of(at).held;
      if (begun.depth == 0 || (begun.inside && begun.depth <= bytes)) return begun.depth;
      at = state_of(at).fail;
    }
  }

  std::size_t nodes() const noexcept { return states_.size(); }
  std::size_t bytes() const noexcept;  // of memory

 private:
  static constexpr node has_row = 1U << 31;
  static constexpr node has_hit = 1U << 30;
  static constexpr node has_held = 1U << 29;
  static constexpr node number = has_held - 1;  // of a row's first cell, or of a state

  struct state {
    node self = 0;
    node fail = 0;
    std::uint32_t child = 0;       // the first one's number
    std::uint8_t children = 0;
    unsigned char label = 0;       // the byte that leads here
  };
  struct detail {                  // what is not needed at every byte
    node hit = none;               // the longest suffix (itself included) that is a literal
    std::uint32_t literal = UINT32_MAX;
    match::literal_index::held held{UINT32_MAX, 0, 0};  // of itself; `next`: a state's number
  };
  static constexpr std::uint32_t children_sparse_max = 3;
  static constexpr std::uint32_t number_column = 1;
  // A cell of a row tells the state that it belongs to.
  std::uint32_t number_of(node at) const noexcept {
    return (at & has_row) != 0 ? rows_.data()[(at & number) + number_column] : at & number;
  }
  const state& state_of(node at) const noexcept { return states_.data()[number_of(at)]; }
  const detail& detail_of(node at) const noexcept { return details_.data()[number_of(at)]; }

  struct layer;
  void grow(std::span<const literal> literals);
  void number_columns(std::span<const literal> literals);
  void link(std::uint32_t near_cells);
  void fill_row(std::uint32_t at);
  std::uint32_t children_of(std::uint32_t at) const noexcept;
  std::uint32_t go(std::uint32_t at, unsigned char byte) const noexcept;

  std::vector<state> states_;      // by depth; siblings side by side
  std::vector<detail> details_;    // of the same
  // A row begins where a cache line does, with the bytes that are met most.
  static constexpr std::size_t line_bytes = 64;
  static constexpr std::uint32_t line_cells = line_bytes / sizeof(node);
  std::vector<node, boost::alignment::aligned_allocator<node, line_bytes>> rows_;
  std::array<std::uint16_t, 256> column_{};
  std::uint32_t columns_ = 2;      // column 0: bytes of no literal; 1: number_column
  std::uint32_t row_cells_ = 0;
  node root_ = 0;
};

}  // namespace stoplog::match
