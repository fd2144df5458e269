// Finds every occurrence of many literals in one pass: an Aho-Corasick automaton
// in flat arrays. One step a byte, whatever the number of literals.
//
//   at = index.step(at, byte);
//   for (auto hit = index.first_hit(at); hit != none; hit = index.next_hit(hit))
//     literal index.literal_of(hit) ends after this byte
//
// Nodes with few children keep them side by side and fall back along failure
// links; the root, its children and nodes with many children have a row of the
// complete automaton. Memory follows the bytes of the literals, about 28 a node.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stoplog::match {

// What must stand before a literal for it to begin a match; a bit set. No bit
// besides `anywhere` matters when that one is set.
enum class lead : std::uint8_t {
  anywhere = 1,
  word = 2,   // \b, by RE2's word characters
  line = 4,   // ^ under (?m)
  text = 8,   // \A
  phrase = 16,  // no letter that joins it, in any script
};

class literal_index {
 public:
  using node = std::uint32_t;
  static constexpr node root = 0;
  static constexpr node none = 0;  // the root ends no literal

  struct literal {
    std::string bytes;           // not empty, at most 65,535
    std::uint8_t holds = 0;      // leads under which its beginnings are held back; 0: it holds nothing
  };
  // Literals are distinct; literal_of() is the index into this list.
  explicit literal_index(std::span<const literal> literals = {});

  bool empty() const noexcept { return literal_count_ == 0; }

  [[gnu::always_inline]] node step(node at, unsigned char byte) const noexcept {
    const state* states = states_.data();
    while (true) {
      const state& s = states[at];
      if (s.children == dense) return rows_[s.child + column_[byte]];
      for (std::uint32_t i = 0; i < s.children; ++i) {
        if (states[s.child + i].label == byte) return s.child + i;
      }
      at = s.fail;
    }
  }

  bool hits(node at) const noexcept { return states_[at].hit != none; }
  node first_hit(node at) const noexcept { return states_[at].hit; }
  node next_hit(node hit) const noexcept { return states_[states_[hit].fail].hit; }
  std::uint32_t literal_of(node hit) const noexcept { return details_[hit].literal; }

  // The beginnings of held literals that the text ends with, longest first:
  // nodes whose depth is the bytes to hold, if one of their leads is there.
  node first_held(node at) const noexcept { return states_[at].holds != 0 ? at : details_[at].next_held; }
  node next_held(node at) const noexcept { return details_[at].next_held; }
  std::uint32_t depth(node at) const noexcept { return details_[at].depth; }
  std::uint8_t leads(node at) const noexcept { return states_[at].holds; }

  std::size_t nodes() const noexcept { return states_.size(); }
  std::size_t bytes() const noexcept;  // of memory

 private:
  struct state {
    node fail = root;
    std::uint32_t child = 0;       // the first child, or the begin of the row
    node hit = none;               // the longest suffix (itself included) that is a literal
    std::uint8_t children = 0;     // how many, or `dense`
    unsigned char label = 0;       // the byte that leads here
    std::uint8_t holds = 0;        // leads of the held literals that go on from here
  };
  // What is not needed at every byte.
  struct detail {
    node next_held = root;         // the longest proper suffix that begins a held literal
    std::uint32_t literal = UINT32_MAX;
    std::uint16_t depth = 0;
  };
  static constexpr std::uint8_t dense = 255;
  static constexpr std::uint32_t children_sparse_max = 3;

  struct layer;
  void grow(std::span<const literal> literals);
  void number_columns(std::span<const literal> literals);
  void link();
  void make_row(node at, std::uint32_t first_child, std::uint32_t count);

  std::vector<state> states_;      // by depth; siblings side by side
  std::vector<detail> details_;    // of the same nodes
  std::vector<node> rows_;
  std::array<std::uint16_t, 256> column_{};
  std::uint32_t columns_ = 1;      // column 0: bytes of no literal
  std::size_t literal_count_ = 0;
};

}  // namespace stoplog::match
