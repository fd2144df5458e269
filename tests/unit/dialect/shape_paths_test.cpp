#include "dialect/shape_paths.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stoplog::dialect {
namespace {

enum id : shape_id { unknown_tree, words, root, list, item, picture, parts, part };
constexpr member_shape root_members[] = {{"name", words}, {"items", list}, {"extra", unknown_tree}, {"more", list}, {"parts", parts}};
constexpr member_shape part_members[] = {{"said", words}};
constexpr member_shape item_members[] = {{"text", item}, {"within", list}, {"picture", picture}};
constexpr shape table[] = {
    {},
    {.text = channel::metadata, .other = words, .elements = words},
    {.members = root_members},
    {.elements = item},
    {.text = channel::content, .members = item_members},
    {.text = channel::metadata, .other = words, .opaque = "picture"},
    {.text = channel::content, .members = part_members, .elements = part},
    {.text = channel::content, .members = part_members},
};

TEST(ShapePaths, EveryListedPlaceOnceAndNoShapeWithinItself) {
  struct expected {
    std::string path;
    channel text;
    std::string opaque;
    std::string same_as;
  };
  const std::vector<expected> all{{"name", channel::metadata, "", ""},
                                  {"items[]", channel::content, "", ""},
                                  {"items[].picture", channel::metadata, "picture", ""},
                                  {"more[]", channel::content, "", "items[]"},
                                  {"parts", channel::content, "", ""},
                                  {"parts[].said", channel::metadata, "", ""}};
  const auto paths = list_paths({table, root});
  ASSERT_EQ(paths.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(paths[i].path, all[i].path);
    EXPECT_EQ(paths[i].text, all[i].text) << all[i].path;
    EXPECT_EQ(paths[i].opaque, all[i].opaque);
    EXPECT_EQ(paths[i].same_as, all[i].same_as) << all[i].path;
  }
}

}  // namespace
}  // namespace stoplog::dialect
