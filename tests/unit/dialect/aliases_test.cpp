// A reader that ignores case would take "Messages" for "messages": on every
// level of every endpoint's requests, each known name under another case is refused.
#include "dialect/endpoint.hpp"
#include "support/request_bodies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace stoplog::dialect {
namespace {

// The spellings that some reader folds to `name`; none for one without letters.
std::vector<std::string> aliases_of(std::string_view name) {
  std::vector<std::string> list;
  const auto replaced = [&](char letter, std::string_view by) {
    const auto at = name.find(letter);
    if (at != std::string_view::npos) list.push_back(std::string(name.substr(0, at)) + std::string(by) + std::string(name.substr(at + 1)));
  };
  replaced('s', "\xC5\xBF");      // U+017F
  replaced('k', "\xE2\x84\xAA");  // U+212A
  for (const std::size_t letters : {std::size_t{1}, name.size()}) {
    std::string upper(name);
    std::transform(upper.begin(), upper.begin() + static_cast<std::ptrdiff_t>(letters), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (upper != name) list.push_back(upper);
  }
  return list;
}

result<request_view> read(const codec& by, const std::string& body) {
  static json::reader reader;
  const auto document = reader.read(body);
  if (!document) return document.error();
  return by.read_request(**document);
}

std::string with_member(const std::string& body, const json::node& object, const std::string& key) {
  const bool empty = object.first_child == json::no_node;
  return body.substr(0, object.begin + 1) + '"' + key + "\":null" + (empty ? "" : ",") + body.substr(object.begin + 1);
}

TEST(Aliases, OfEveryKnownNameOnEveryLevelAreRefused) {
  std::size_t endpoints_read = 0;
  std::size_t cases = 0;
  for (const endpoint& e : endpoints()) {
    if (e.method != "POST" || e.scans == nullptr) continue;
    const std::string body = support::request_body(e.path, "hello");
    ASSERT_FALSE(body.empty()) << "tests/support/request_bodies.hpp has no body of " << e.path;
    ASSERT_TRUE(read(*e.scans, body).has_value()) << body;
    const shape_root root = e.scans->request_shape();
    json::reader reader;
    const auto document = reader.read(body);
    std::vector<shape_id> shapes;
    ASSERT_TRUE(give_shapes(**document, root.table, root.root, true, shapes).has_value());
    for (json::node_id id = 0; id < (*document)->size(); ++id) {
      const json::node& object = (**document)[id];
      if (object.kind != json::kind::object) continue;
      for (const member_shape& m : root.table[shapes[id]].members) {
        for (const std::string& alias : aliases_of(m.key)) {
          const auto said = read(*e.scans, with_member(body, object, alias));
          ASSERT_FALSE(said.has_value()) << e.path << " takes " << alias << " in " << (*document)->path(id);
          EXPECT_EQ(said.error().code, errc::malformed_request);
          ++cases;
        }
      }
      // A name that is known nowhere is only unknown.
      EXPECT_TRUE(read(*e.scans, with_member(body, object, "something_new")).has_value()) << e.path << " " << (*document)->path(id);
      // Twice is refused before anybody asks what it means.
      if (object.first_child == json::no_node) continue;
      const std::string twice(object.first_child == json::no_node ? "" : (**document)[object.first_child].key);
      EXPECT_EQ(read(*e.scans, with_member(body, object, twice)).error().code, errc::malformed_json) << twice;
    }
    ++endpoints_read;
  }
  EXPECT_GE(endpoints_read, 1U);
  EXPECT_GT(cases, 200 * endpoints_read / 10);
}

}  // namespace
}  // namespace stoplog::dialect
