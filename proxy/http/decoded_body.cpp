#include "http/decoded_body.hpp"

#include "coding/decoder.hpp"

#include <utility>

namespace stoplog::http {

result<std::string> decoded_body(message_reader& of, std::size_t bytes_max) {
  const auto coding = coding::coding_of(of.head().value("content-encoding"));
  if (!coding) return coding.error();
  std::string body = std::exchange(of.body(), {});
  if (*coding == coding::kind::identity) return body;
  return coding::decode(*coding, {.bytes = bytes_max}, body);
}

}  // namespace stoplog::http
