#include "audit/seal.hpp"

#include "base/error.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace stoplog::audit {
namespace {

using table = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: what byte b contributes when k bytes follow it.
constexpr table make_tables() {
  constexpr std::uint32_t polynomial = 0x82F63B78;  // Castagnoli, reflected
  table made{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0);
    made[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = made[k - 1][byte];
      made[k][byte] = (before >> 8U) ^ made[0][before & 0xFFU];
    }
  }
  return made;
}

constexpr table tables = make_tables();

std::array<char, 9> digits_of(std::uint32_t crc) noexcept {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", crc);
  return text;
}

}  // namespace

#if defined(__x86_64__)
// Its instruction takes eight bytes at a time.
__attribute__((target("sse4.2"))) static std::uint32_t crc32c_by_instruction(std::string_view bytes) noexcept {
  std::uint64_t crc = 0xFFFFFFFF;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), sizeof eight);
    crc = __builtin_ia32_crc32di(crc, eight);
  }
  auto rest = static_cast<std::uint32_t>(crc);
  for (const char c : bytes) rest = __builtin_ia32_crc32qi(rest, static_cast<unsigned char>(c));
  return ~rest;
}

std::uint32_t crc32c(std::string_view bytes) noexcept {
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  return has_instruction ? crc32c_by_instruction(bytes) : crc32c_by_table(bytes);
}
#else
std::uint32_t crc32c(std::string_view bytes) noexcept { return crc32c_by_table(bytes); }
#endif

std::uint32_t crc32c_by_table(std::string_view bytes) noexcept {
  std::uint32_t crc = 0xFFFFFFFF;
  while (bytes.size() >= 8) {
    std::array<std::uint8_t, 8> b{};
    std::memcpy(b.data(), bytes.data(), 8);
    const std::uint32_t low = crc ^ (static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8U |
                                     static_cast<std::uint32_t>(b[2]) << 16U | static_cast<std::uint32_t>(b[3]) << 24U);
    crc = tables[7][low & 0xFFU] ^ tables[6][low >> 8U & 0xFFU] ^ tables[5][low >> 16U & 0xFFU] ^ tables[4][low >> 24U] ^
          tables[3][b[4]] ^ tables[2][b[5]] ^ tables[1][b[6]] ^ tables[0][b[7]];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) crc = (crc >> 8U) ^ tables[0][(crc ^ static_cast<std::uint8_t>(c)) & 0xFFU];
  return ~crc;
}

void seal(std::string& object) {
  expects(object.starts_with(line_start) && object.ends_with('}'), "a line begins with seq and is an object");
  object.pop_back();
  const auto digits = digits_of(crc32c(object));
  object += seal_start;
  object.append(digits.data(), 8);
  object += "\"}";
}

std::optional<std::uint64_t> unseal(std::string_view line) noexcept {
  if (!line.starts_with(line_start) || line.size() < line_start.size() + seal_bytes || !line.ends_with("\"}")) return {};
  const std::string_view body = line.substr(0, line.size() - seal_bytes);
  const std::string_view end = line.substr(body.size());
  if (!end.starts_with(seal_start)) return {};
  const auto digits = digits_of(crc32c(body));
  if (end.substr(seal_start.size(), 8) != std::string_view(digits.data(), 8)) return {};

  std::uint64_t seq = 0;
  const char* first = body.data() + line_start.size();
  const char* last = body.data() + body.size();
  const auto [stopped, problem] = std::from_chars(first, last, seq);
  if (problem != std::errc{} || (stopped != last && *stopped != ',')) return {};
  return seq;
}

std::optional<sealed_prefix> unseal_prefix(std::string_view text) noexcept {
  const std::size_t at = text.find(seal_start);
  if (at == std::string_view::npos || text.size() < at + seal_bytes) return {};
  const auto seq = unseal(text.substr(0, at + seal_bytes));
  if (!seq) return {};
  return sealed_prefix{*seq, at + seal_bytes};
}

}  // namespace stoplog::audit
