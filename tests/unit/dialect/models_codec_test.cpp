#include "dialect/openai/models_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stoplog::dialect::openai {
namespace {

constexpr std::string_view list_of_models =
    R"({"object":"list","data":[{"id":"m-1","object":"model","owned_by":"o","created":1,"new":{"k":"v"}},{"id":"m-2"}]})";

TEST(ModelsCodec, EveryStringAndEveryNameThatIsNotListedIsAText) {
  json::reader reader;
  const auto read = reader.read(list_of_models);
  ASSERT_TRUE(read.has_value());
  const auto view = models_codec().read_answer(**read);
  ASSERT_TRUE(view.has_value());
  std::string texts;
  for (const text_field& f : view->texts) {
    texts += std::string(text_of(**read, f)) + ":" + std::string(to_string(f.where.channel)) + " ";
  }
  EXPECT_EQ(texts, "list:metadata m-1:metadata model:metadata o:metadata new:unknown k:unknown v:unknown m-2:metadata ");
}

TEST(ModelsCodec, ABlockedListIsEmpty) {
  json::reader reader;
  const auto read = reader.read(list_of_models);
  ASSERT_TRUE(read.has_value());
  json::edits changes;
  models_codec().end_answer(**read, {3}, {"no", "c"}, changes);
  EXPECT_EQ(changes.apply(**read), R"({"object":"list","data":[]})");
  EXPECT_FALSE(models_codec().streams());
  EXPECT_EQ(models_codec().read_request(**read).error().code, errc::malformed_request);
}

}  // namespace
}  // namespace stoplog::dialect::openai
