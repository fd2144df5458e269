#include "audit/content.hpp"

#include "audit/cipher.hpp"
#include "audit/seal.hpp"
#include "audit/segment.hpp"
#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <system_error>
#include <unistd.h>

namespace stoplog::audit {
namespace {

constexpr std::string_view magic = "SLC1";
constexpr std::size_t state_at = 8;
constexpr std::size_t keys_at = 9;
constexpr std::size_t crc_at = 68;
constexpr std::size_t id_bytes = 36;
constexpr std::size_t keys_max = 255;
constexpr std::size_t wrap_bytes = responder_key::id_bytes + responder_key::wrapped_bytes;
constexpr std::uint64_t body_bytes_max = 1ULL << 30;
constexpr std::string_view name_begin = "content-";
constexpr std::string_view name_end = ".sealed";
constexpr std::size_t name_digits = 20;

void append_number(std::string& to, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) to += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint64_t number_at(std::string_view from, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(from[at + i]);
  return value;
}

std::int64_t microseconds(wall_time at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}

wall_time from_microseconds(std::uint64_t count) { return wall_time{std::chrono::microseconds{static_cast<std::int64_t>(count)}}; }

// Over the head but its state, which erasing changes.
std::uint32_t checksum(std::string_view head) {
  std::string covered(head.substr(0, crc_at));
  covered[state_at] = 0;
  return crc32c(covered);
}

std::string head_of(const content_head& head, std::size_t body, std::size_t keys) {
  std::string made(magic);
  append_number(made, body, 4);
  made += '\1';
  made += static_cast<char>(keys);
  made.append(6, '\0');
  append_number(made, static_cast<std::uint64_t>(microseconds(head.at)), 8);
  append_number(made, head.expires ? static_cast<std::uint64_t>(microseconds(*head.expires)) : 0, 8);
  std::string id = head.id.substr(0, id_bytes);
  id.resize(id_bytes, '\0');
  made += id;
  append_number(made, checksum(made), 4);
  return made;
}

error cannot(const char* step, const std::filesystem::path& file, int code) {
  return fail(errc::audit_unavailable, std::string(step) + ' ' + file.filename().string() + " failed: " + std::generic_category().message(code));
}

}  // namespace

result<std::string> seal_content(const content_head& head, std::string_view text, std::span<const responder_key> to) {
  const std::size_t body = to.size() * wrap_bytes + text.size() + cipher_tag_bytes;
  if (to.empty() || to.size() > keys_max || body > body_bytes_max) return fail(errc::audit_unavailable, "content of this size or for these keys is not sealed");
  std::string data_key(responder_key::data_key_bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(data_key.data()), static_cast<int>(data_key.size())) != 1) {
    return fail(errc::audit_unavailable, "no randomness for a data key");
  }
  const std::string known = head_of(head, body, to.size());
  std::string frame = known;
  frame.reserve(known.size() + body);
  for (const responder_key& each : to) {
    const auto wrapped = each.wrap(data_key, known);
    if (!wrapped) return wrapped.error();
    frame += each.id();
    frame += *wrapped;
  }
  const auto hidden = encrypt_once(data_key, text, known);
  OPENSSL_cleanse(data_key.data(), data_key.size());
  if (!hidden) return fail(errc::audit_unavailable, "content could not be encrypted");
  return frame + *hidden;
}

std::string digest_of(std::string_view frame) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(frame.data()), frame.size(), hash.data());
  return "sha256:" + to_hex(hash);
}

std::optional<content_frame> read_content_head(std::string_view bytes) {
  if (bytes.size() < content_head_bytes || !bytes.starts_with(magic)) return {};
  if (number_at(bytes, crc_at, 4) != checksum(bytes.substr(0, content_head_bytes))) return {};
  content_frame found;
  found.bytes = content_head_bytes + number_at(bytes, 4, 4);
  found.erased = bytes[state_at] == 0;
  found.head.at = from_microseconds(number_at(bytes, 16, 8));
  if (const auto expires = number_at(bytes, 24, 8); expires != 0) found.head.expires = from_microseconds(expires);
  const std::string_view id = bytes.substr(32, id_bytes);
  found.head.id = id.substr(0, std::min(id.find('\0'), id.size()));
  return found;
}

std::optional<std::string> open_content(std::string_view frame, const responder_key& key) {
  const auto head = read_content_head(frame);
  if (!head || head->erased || head->bytes != frame.size()) return {};
  const std::string_view known = frame.substr(0, content_head_bytes);
  const std::size_t keys = static_cast<unsigned char>(frame[keys_at]);
  if (frame.size() < content_head_bytes + keys * wrap_bytes) return {};
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string_view wrap = frame.substr(content_head_bytes + i * wrap_bytes, wrap_bytes);
    if (wrap.substr(0, responder_key::id_bytes) != key.id()) continue;
    const auto data_key = key.unwrap(wrap.substr(responder_key::id_bytes), known);
    if (data_key) return decrypt_once(*data_key, frame.substr(content_head_bytes + keys * wrap_bytes), known);
  }
  return {};
}

std::string content_name(std::uint64_t segment) {
  const std::string digits = std::to_string(segment);
  return std::string(name_begin) + std::string(name_digits - std::min(name_digits, digits.size()), '0') + digits + std::string(name_end);
}

result<std::vector<std::uint64_t>> list_content(const std::filesystem::path& directory) {
  std::vector<std::uint64_t> found;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(directory, failure), end; !failure && at != end; at.increment(failure)) {
    const std::string name = at->path().filename().string();
    if (name.size() != name_begin.size() + name_digits + name_end.size() || !name.starts_with(name_begin) || !name.ends_with(name_end)) continue;
    std::uint64_t number = 0;
    const char* begin = name.data() + name_begin.size();
    const auto read = std::from_chars(begin, begin + name_digits, number);
    if (read.ec == std::errc{} && read.ptr == begin + name_digits) found.push_back(number);
  }
  if (failure) return fail(errc::audit_unavailable, "listing " + directory.string() + " failed: " + failure.message());
  std::sort(found.begin(), found.end());
  return found;
}

result<std::vector<content_frame>> list_frames(const std::filesystem::path& directory, std::uint64_t segment) {
  constexpr std::size_t search_bytes = 64 * 1024;
  const auto path = directory / content_name(segment);
  const read_file file(path);
  if (!file.is_open()) return cannot("reading", path, errno);
  const std::uint64_t size = file.size();
  std::vector<content_frame> found;
  for (std::uint64_t at = 0; at + content_head_bytes <= size;) {
    std::string bytes;
    if (const int code = file.read(at, content_head_bytes, bytes)) return cannot("reading", path, code);
    if (auto frame = read_content_head(bytes)) {
      if (at + frame->bytes > size) break;  // torn
      frame->offset = at;
      at += frame->bytes;
      found.push_back(std::move(*frame));
      continue;
    }
    bytes.clear();
    if (const int code = file.read(at + 1, search_bytes, bytes)) return cannot("reading", path, code);
    const std::size_t next = bytes.find(magic);
    // A mark may be cut by the end of what was read.
    at += 1 + (next != std::string::npos ? next : bytes.size() > magic.size() ? bytes.size() - magic.size() : bytes.size());
  }
  return found;
}

result<std::string> read_frame(const std::filesystem::path& directory, std::uint64_t segment, std::uint64_t offset) {
  const auto path = directory / content_name(segment);
  const read_file file(path);
  if (!file.is_open()) return cannot("reading", path, errno);
  std::string bytes;
  int code = file.read(offset, content_head_bytes, bytes);
  const auto head = code == 0 ? read_content_head(bytes) : std::nullopt;
  if (head) code = file.read(offset + content_head_bytes, static_cast<std::size_t>(head->bytes - content_head_bytes), bytes);
  if (code != 0) return cannot("reading", path, code);
  if (!head || bytes.size() != head->bytes) return fail(errc::audit_unavailable, path.filename().string() + " has no sealed content at " + std::to_string(offset));
  return bytes;
}

result<void> erase_frame(const std::filesystem::path& directory, std::uint64_t segment, const content_frame& which) {
  constexpr std::size_t piece = 64 * 1024;
  const auto path = directory / content_name(segment);
  const int handle = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (handle < 0) return cannot("opening", path, errno);
  const std::string zeros(static_cast<std::size_t>(std::min<std::uint64_t>(piece, which.bytes)), '\0');
  int code = 0;
  const auto write = [&](std::string_view bytes, std::uint64_t at) {
    while (code == 0 && !bytes.empty()) {
      const ssize_t count = ::pwrite(handle, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) code = count < 0 ? errno : EIO;
      else bytes.remove_prefix(static_cast<std::size_t>(count)), at += static_cast<std::uint64_t>(count);
    }
  };
  // The state last: a frame that says erased is.
  const std::uint64_t end = which.offset + which.bytes;
  for (std::uint64_t at = which.offset + content_head_bytes; at < end && code == 0; at += piece) {
    write(std::string_view(zeros).substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(piece, end - at))), at);
  }
  if (code == 0 && ::fdatasync(handle) != 0) code = errno;
  write(std::string_view(zeros).substr(0, 1), which.offset + state_at);
  if (code == 0 && ::fdatasync(handle) != 0) code = errno;
  ::close(handle);
  if (code != 0) return cannot("erasing in", path, code);
  return {};
}

}  // namespace stoplog::audit
