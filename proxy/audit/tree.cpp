#include "audit/tree.hpp"

#include "base/error.hpp"
#include "base/hex.hpp"

#include <bit>
#include <memory>
#include <openssl/evp.h>

namespace stoplog::audit {
namespace {

constexpr std::uint8_t leaf_mark = 0;
constexpr std::uint8_t node_mark = 1;

// The algorithm is looked up once: that costs as much as the hash of a line.
const EVP_MD* sha256() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> found(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free);
  return found.get();
}

tree_hash hash_of(std::uint8_t mark, std::span<const std::uint8_t> first, std::span<const std::uint8_t> second = {}) {
  // The one-shot function knows no pieces; the others cost more than the hash of one line.
  thread_local std::vector<std::uint8_t> bytes;
  bytes.clear();
  bytes.push_back(mark);
  bytes.insert(bytes.end(), first.begin(), first.end());
  bytes.insert(bytes.end(), second.begin(), second.end());
  tree_hash made;
  expects(EVP_Digest(bytes.data(), bytes.size(), made.data(), nullptr, sha256(), nullptr) == 1, "SHA-256 failed");
  return made;
}

tree_hash node_hash(const tree_hash& left, const tree_hash& right) { return hash_of(node_mark, left, right); }

// Subtrees of one tree, some of whose first leaves are known only as `before`.
struct forest {
  const tree& before;
  std::span<const tree_hash> leaves;

  // A full subtree that lies before the leaves and is the larger part of none that does.
  tree_hash full_before(std::uint64_t begin) const {
    std::uint64_t at = 0;
    for (const tree_hash& each : before.frontier()) {
      if (at == begin) return each;
      at += std::bit_floor(before.size() - at);
    }
    throw contract_violation("a subtree that the frontier does not hold");
  }

  tree_hash root(std::uint64_t begin, std::uint64_t end) const {
    if (end <= before.size()) return full_before(begin);
    if (end - begin == 1) return leaves[static_cast<std::size_t>(begin - before.size())];
    const std::uint64_t half = std::bit_ceil(end - begin) / 2;
    return node_hash(root(begin, begin + half), root(begin + half, end));
  }
};

}  // namespace

tree_hash leaf_hash(std::string_view line) {
  return hash_of(leaf_mark, {reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
}

std::optional<tree> tree::from(std::uint64_t size, std::vector<tree_hash> frontier) {
  if (static_cast<std::size_t>(std::popcount(size)) != frontier.size()) return {};
  tree made;
  made.size_ = size;
  made.frontier_ = std::move(frontier);
  return made;
}

void tree::append(const tree_hash& leaf) {
  frontier_.push_back(leaf);
  // As many full subtrees as the size has trailing ones become one.
  for (int i = std::countr_one(size_); i > 0; --i) {
    const tree_hash right = frontier_.back();
    frontier_.pop_back();
    frontier_.back() = node_hash(frontier_.back(), right);
  }
  ++size_;
}

void tree::pad(std::uint64_t size) {
  while (size_ < size) append(lost_leaf());
}

tree_hash tree::root() const {
  if (frontier_.empty()) {
    tree_hash none;
    expects(EVP_Digest("", 0, none.data(), nullptr, sha256(), nullptr) == 1, "SHA-256 failed");
    return none;
  }
  tree_hash made = frontier_.back();
  for (std::size_t i = frontier_.size() - 1; i > 0; --i) made = node_hash(frontier_[i - 1], made);
  return made;
}

std::vector<tree_hash> inclusion_path(const tree& before, std::span<const tree_hash> leaves, std::uint64_t index,
                                      std::uint64_t size) {
  expects(before.size() <= index && index < size && size <= before.size() + leaves.size(), "a path outside of the tree");
  const forest of{before, leaves};
  std::vector<tree_hash> path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + std::bit_ceil(end - begin) / 2;
    const bool left = index < middle;
    path.push_back(left ? of.root(middle, end) : of.root(begin, middle));
    (left ? end : begin) = middle;
  }
  return {path.rbegin(), path.rend()};
}

bool is_included(const tree_hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const tree_hash> path,
                 const tree_hash& root) {
  if (index >= size) return false;
  std::uint64_t at = index;
  std::uint64_t last = size - 1;
  tree_hash made = leaf;
  for (const tree_hash& each : path) {
    if (last == 0) return false;
    if ((at & 1U) != 0 || at == last) {
      made = node_hash(each, made);
      while ((at & 1U) == 0 && at != 0) {
        at >>= 1U;
        last >>= 1U;
      }
    } else {
      made = node_hash(made, each);
    }
    at >>= 1U;
    last >>= 1U;
  }
  return last == 0 && made == root;
}

std::string to_text(const tree_hash& h) { return to_hex(h); }

std::optional<tree_hash> tree_hash_from(std::string_view text) noexcept {
  tree_hash made{};
  if (text.size() != 2 * made.size()) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return {};
    made[i / 2] = static_cast<std::uint8_t>(made[i / 2] * 16 + (digit ? c - '0' : c - 'a' + 10));
  }
  return made;
}

}  // namespace stoplog::audit
