#include "audit/base64.hpp"

#include <openssl/evp.h>

namespace stoplog::audit {
namespace {

unsigned char* writable(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
const unsigned char* readable(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(writable(text), readable(bytes), static_cast<int>(bytes.size()))));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return {};
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(writable(bytes), readable(text), static_cast<int>(text.size()));
  if (size < 0) return {};
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  // OpenSSL also takes white space around the text and stray bits at its end.
  if (to_base64(bytes) != text) return {};
  return bytes;
}

}  // namespace stoplog::audit
