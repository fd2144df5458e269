#include "demo/numbers.hpp"

#include "json/document.hpp"
#include "json/writer.hpp"

#include <openssl/evp.h>

#include <bit>
#include <cstdint>
#include <vector>

namespace stoplog::demo {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

constexpr std::size_t dimensions = 128;

std::string_view text_of(const document& doc, std::string_view key) {
  const node_id member = doc.find(document::root, key);
  return member != no_node && doc[member].kind == kind::string ? doc[member].text : std::string_view{};
}

// A list of strings or of lists is several inputs; anything else is one.
result<std::size_t> inputs(const document& doc) {
  const node_id input = doc.find(document::root, "input");
  if (input == no_node || doc[input].kind == kind::null) return fail(errc::malformed_request, "input must be there");
  if (doc[input].kind != kind::array) return std::size_t{1};
  std::size_t count = 0;
  for (node_id at = doc[input].first_child; at != no_node; at = doc[at].next) {
    if (doc[at].kind == kind::number || doc[at].kind == kind::object) return std::size_t{1};
    ++count;
  }
  return count;
}

std::vector<float> vector_for(std::size_t index) {
  std::vector<float> made(dimensions);
  for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<float>((i * 7 + index) % 13) / 16.0F;
  return made;
}

std::string in_base64(const std::vector<float>& numbers) {
  static_assert(std::endian::native == std::endian::little, "the API's floats are little-endian");
  const std::size_t bytes = numbers.size() * sizeof(float);
  std::string text(4 * ((bytes + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(numbers.data()),
                                   static_cast<int>(bytes));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

result<std::string> embeddings_for(std::string_view body) {
  json::reader reader;
  const auto read = reader.read(body);
  if (!read) return read.error();
  const auto count = inputs(**read);
  if (!count) return count.error();
  json::writer w;
  w.begin_object().member("object", "list").key("data").begin_array();
  for (std::size_t i = 0; i < *count; ++i) {
    w.begin_object().member("object", "embedding").member("index", static_cast<std::int64_t>(i)).key("embedding");
    if (text_of(**read, "encoding_format") == "base64") {
      w.string(in_base64(vector_for(i)));
    } else {
      w.begin_array();
      for (const float number : vector_for(i)) w.number(static_cast<double>(number));
      w.end_array();
    }
    w.end_object();
  }
  w.end_array().member("model", text_of(**read, "model")).key("usage").begin_object();
  w.member("prompt_tokens", static_cast<std::int64_t>(*count)).member("total_tokens", static_cast<std::int64_t>(*count));
  return w.end_object().end_object().take();
}

result<std::string> moderations_for(std::string_view body) {
  json::reader reader;
  const auto read = reader.read(body);
  if (!read) return read.error();
  const auto count = inputs(**read);
  if (!count) return count.error();
  const std::string_view model = text_of(**read, "model");
  json::writer w;
  w.begin_object().member("id", "modr-demo").member("model", model.empty() ? "demo" : model).key("results").begin_array();
  for (std::size_t i = 0; i < *count; ++i) {
    w.begin_object().member("flagged", false).key("categories").begin_object().member("violence", false).end_object();
    w.key("category_scores").begin_object().key("violence").number(0.25).end_object().end_object();
  }
  return w.end_array().end_object().take();
}

}  // namespace stoplog::demo
