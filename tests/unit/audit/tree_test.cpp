// The tree against the definition of RFC 6962, and proofs for every leaf of
// every small tree, with every beginning of it retired.
#include "audit/tree.hpp"

#include <gtest/gtest.h>

#include <openssl/sha.h>

namespace stoplog::audit {
namespace {

std::string bytes_of(const tree_hash& h) { return {reinterpret_cast<const char*>(h.data()), h.size()}; }

tree_hash sha256(const std::string& bytes) {
  tree_hash made;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), made.data());
  return made;
}

// RFC 6962, 2.1, as it is written there.
tree_hash defined_root(const std::vector<std::string>& leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return sha256(std::string(1, '\0') + leaves[0]);
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const auto middle = leaves.begin() + static_cast<std::ptrdiff_t>(k);
  return sha256("\x01" + bytes_of(defined_root({leaves.begin(), middle})) + bytes_of(defined_root({middle, leaves.end()})));
}

std::vector<std::string> some(std::size_t count) {
  std::vector<std::string> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back("leaf " + std::to_string(i));
  return leaves;
}

tree grown(const std::vector<std::string>& leaves, std::size_t count) {
  tree made;
  for (std::size_t i = 0; i < count; ++i) made.append(leaf_hash(leaves[i]));
  return made;
}

TEST(tree, has_the_root_that_the_standard_defines) {
  for (std::size_t size = 0; size <= 70; ++size) {
    const auto leaves = some(size);
    const tree made = grown(leaves, size);
    ASSERT_EQ(made.size(), size);
    ASSERT_EQ(to_text(made.root()), to_text(defined_root(leaves))) << size;
    const auto again = tree::from(size, made.frontier());
    ASSERT_TRUE(again);
    ASSERT_EQ(again->root(), made.root());
    if (size % 2 == 0) ASSERT_FALSE(tree::from(size + 1, made.frontier())) << "it has one more hash";
  }
  EXPECT_EQ(to_text(tree().root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(tree, every_leaf_is_proven_whatever_was_retired_before_it) {
  constexpr std::size_t most = 20;
  int proofs = 0;
  const auto leaves = some(most);
  for (std::size_t size = 1; size <= most; ++size) {
    const tree_hash root = grown(leaves, size).root();
    for (std::size_t retired = 0; retired < size; ++retired) {
      std::vector<tree_hash> live;
      for (std::size_t i = retired; i < size; ++i) live.push_back(leaf_hash(leaves[i]));
      for (std::size_t index = retired; index < size; ++index) {
        const auto path = inclusion_path(grown(leaves, retired), live, index, size);
        ASSERT_TRUE(is_included(leaf_hash(leaves[index]), index, size, path, root)) << size << ' ' << retired << ' ' << index;
        ASSERT_FALSE(is_included(leaf_hash("another"), index, size, path, root));
        if (index + 1 < size) ASSERT_FALSE(is_included(leaf_hash(leaves[index]), index + 1, size, path, root));
        for (std::size_t i = 0; i < path.size(); ++i) {
          auto changed = path;
          changed[i][i] ^= 1;
          ASSERT_FALSE(is_included(leaf_hash(leaves[index]), index, size, changed, root));
        }
        if (!path.empty()) {
          ASSERT_FALSE(is_included(leaf_hash(leaves[index]), index, size, std::span(path).first(path.size() - 1), root));
        }
        ++proofs;
      }
    }
  }
  EXPECT_EQ(proofs, 1540);
}

TEST(tree, lost_records_keep_their_places) {
  tree made;
  made.append(leaf_hash("a"));
  made.pad(3);
  EXPECT_EQ(made.root(), defined_root({"a", "", ""}));
}

TEST(tree, hashes_are_read_in_one_form_only) {
  const tree_hash h = leaf_hash("x");
  EXPECT_EQ(tree_hash_from(to_text(h)), h);
  std::string upper = to_text(h);
  upper[0] = 'A';
  EXPECT_FALSE(tree_hash_from(upper));
  EXPECT_FALSE(tree_hash_from(to_text(h) + "0"));
  EXPECT_FALSE(tree_hash_from(""));
}

}  // namespace
}  // namespace stoplog::audit
