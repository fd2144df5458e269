#include "dialect/shape_paths.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stoplog::dialect {
namespace {

enum id : shape_id { unknown_tree, words, root, list, item, picture };
constexpr member_shape root_members[] = {{"name", words}, {"items", list}, {"extra", unknown_tree}};
constexpr member_shape item_members[] = {{"text", item}, {"within", list}, {"picture", picture}};
constexpr shape table[] = {
    {},
    {.text = channel::metadata, .other = words, .elements = words},
    {.members = root_members},
    {.elements = item},
    {.text = channel::content, .members = item_members},
    {.text = channel::metadata, .other = words, .opaque = "picture"},
};

TEST(ShapePaths, EveryListedPlaceOnceAndNoShapeWithinItself) {
  struct expected {
    std::string path;
    channel text;
    std::string opaque;
  };
  const std::vector<expected> all{{"name", channel::metadata, ""},
                                  {"items[]", channel::content, ""},
                                  {"items[].picture", channel::metadata, "picture"}};
  const auto paths = list_paths({table, root});
  ASSERT_EQ(paths.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(paths[i].path, all[i].path);
    EXPECT_EQ(paths[i].text, all[i].text) << all[i].path;
    EXPECT_EQ(paths[i].opaque, all[i].opaque);
  }
}

}  // namespace
}  // namespace stoplog::dialect
