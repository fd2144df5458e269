// The Merkle tree over the records (RFC 6962, 2.1; RFC 9162, 2.1): record `seq`
// is leaf seq - 1, and a leaf is the bytes of its line without the newline. A
// record that is lost or damaged keeps its place with the leaf of no bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::audit {

using tree_hash = std::array<std::uint8_t, 32>;  // SHA-256

tree_hash leaf_hash(std::string_view line);
inline tree_hash lost_leaf() { return leaf_hash({}); }

// Grows leaf by leaf; remembers only its full subtrees.
class tree {
 public:
  tree() = default;
  // As frontier() was; nothing where the number of hashes does not fit the size.
  static std::optional<tree> from(std::uint64_t size, std::vector<tree_hash> frontier);

  void append(const tree_hash& leaf);
  // Adds lost leaves until the tree has `size`.
  void pad(std::uint64_t size);

  std::uint64_t size() const noexcept { return size_; }
  tree_hash root() const;  // of an empty tree: the hash of no bytes
  const std::vector<tree_hash>& frontier() const noexcept { return frontier_; }  // the largest first

 private:
  std::uint64_t size_ = 0;
  std::vector<tree_hash> frontier_;
};

// The hashes by which leaf `index` leads to the root of the tree of `size`
// leaves (RFC 9162, 2.1.3.1). `before` holds the leaves that are not in
// `leaves`; before.size() <= index < size <= before.size() + leaves.size().
std::vector<tree_hash> inclusion_path(const tree& before, std::span<const tree_hash> leaves, std::uint64_t index,
                                      std::uint64_t size);

// RFC 9162, 2.1.3.2.
bool is_included(const tree_hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const tree_hash> path,
                 const tree_hash& root);

std::string to_text(const tree_hash& h);                              // hexadecimal
std::optional<tree_hash> tree_hash_from(std::string_view text) noexcept;  // 64 lower-case digits

}  // namespace stoplog::audit
