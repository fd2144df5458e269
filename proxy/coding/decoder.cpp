#include "coding/stage.hpp"

#include <array>

namespace stoplog::coding {
namespace {

constexpr std::size_t step_bytes = 16 * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::unique_ptr<decoder::stage> make_stage(kind which) {
  switch (which) {
    case kind::identity: return nullptr;
    case kind::gzip: return make_gzip();
    case kind::br: return make_brotli();
    case kind::zstd: return make_zstd();
  }
  return nullptr;
}

}  // namespace

result<kind> coding_of(std::string_view content_encoding) {
  const std::string name = lower(content_encoding);
  if (name.empty() || name == "identity") return kind::identity;
  if (name == "gzip" || name == "x-gzip") return kind::gzip;  // RFC 9110, 8.4.1.3
  if (name == "br") return kind::br;
  if (name == "zstd") return kind::zstd;
  return fail(errc::unsupported_coding);
}

decoder::decoder(kind which, decode_limits limits) : stage_(make_stage(which)), limits_(limits) {}
decoder::~decoder() = default;
decoder::decoder(decoder&&) noexcept = default;
decoder& decoder::operator=(decoder&&) noexcept = default;

result<void> decoder::count(std::size_t decoded) {
  decoded_ += decoded;
  if (decoded_ > limits_.bytes) return fail(errc::body_too_large, "the decoded body is over its limit");
  if (stage_ && decoded_ > limits_.small && decoded_ / limits_.ratio > coded_) {
    return fail(errc::body_too_large, "the body decodes to far more than it is");
  }
  return {};
}

result<void> decoder::feed(std::string_view bytes, std::string& out) {
  coded_ += bytes.size();
  if (!stage_) {
    if (auto counted = count(bytes.size()); !counted) return counted;
    out += bytes;
    return {};
  }
  std::array<char, step_bytes> piece;
  bool full = false;  // there may be more in the library than was asked for
  while (!bytes.empty() || full) {
    if (ended_) return fail(errc::malformed_request, "bytes behind the end of a content coding");
    const std::size_t had = bytes.size();
    std::size_t written = 0;
    const auto now = stage_->step(bytes, piece, written);
    if (now == stage::state::broken) return fail(errc::malformed_request, "bytes that are not of their content coding");
    if (auto counted = count(written); !counted) return counted;
    out.append(piece.data(), written);
    ended_ = now == stage::state::ended;
    full = !ended_ && written == piece.size();
    // A library that neither takes nor gives would be asked for ever.
    if (!ended_ && written == 0 && bytes.size() == had && had != 0) {
      return fail(errc::malformed_request, "bytes that are not of their content coding");
    }
  }
  return {};
}

result<void> decoder::finish() const {
  if (stage_ && !ended_ && coded_ != 0) return fail(errc::malformed_request, "a content coding that breaks off");
  return {};
}

result<std::string> decode(kind which, decode_limits limits, std::string_view bytes) {
  decoder d(which, limits);
  std::string out;
  if (const auto fed = d.feed(bytes, out); !fed) return fed.error();
  if (const auto ended = d.finish(); !ended) return ended.error();
  return out;
}

}  // namespace stoplog::coding
