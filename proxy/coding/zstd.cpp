#include "coding/stage.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <zstd.h>

namespace stoplog::coding {
namespace {

constexpr int window_log_max = 23;      // 8 MiB: RFC 9659, 3
constexpr std::size_t head_bytes = 18;  // the longest head of a frame, with its magic number: RFC 8878, 3.1.1

struct destroy {
  void operator()(ZSTD_DCtx* s) const noexcept { ZSTD_freeDCtx(s); }
};

class zstd final : public decoder::stage {
 public:
  zstd() {
    ready_ = stream_ && !ZSTD_isError(ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, window_log_max));
  }

  state step(std::string_view& in, std::span<char> out, std::size_t& written) override {
    if (!ready_) return state::broken;
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(stream_.get(), &to, &from);
    if (head_.size() < head_bytes) head_ += in.substr(0, std::min(from.pos, head_bytes - head_.size()));
    in.remove_prefix(from.pos);
    written = to.pos;
    decoded_ += to.pos;
    if (ZSTD_isError(code)) return state::broken;
    if (code != 0) return state::going;
    return is_as_long_as_told() ? state::ended : state::broken;
  }

 private:
  // The library looks at the length in the frame's head only if it gets the whole frame at once.
  bool is_as_long_as_told() const {
    const auto told = ZSTD_getFrameContentSize(head_.data(), head_.size());
    return told == ZSTD_CONTENTSIZE_UNKNOWN || told == decoded_;
  }

  std::string head_;
  std::uint64_t decoded_ = 0;
  std::unique_ptr<ZSTD_DCtx, destroy> stream_{ZSTD_createDCtx()};
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<decoder::stage> make_zstd() { return std::make_unique<zstd>(); }

}  // namespace stoplog::coding
