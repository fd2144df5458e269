#include "coding/stage.hpp"

#include <zstd.h>

namespace stoplog::coding {
namespace {

constexpr int window_log_max = 23;  // 8 MiB: RFC 9659, 3

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
    in.remove_prefix(from.pos);
    written = to.pos;
    if (ZSTD_isError(code)) return state::broken;
    return code == 0 ? state::ended : state::going;
  }

 private:
  std::unique_ptr<ZSTD_DCtx, destroy> stream_{ZSTD_createDCtx()};
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<decoder::stage> make_zstd() { return std::make_unique<zstd>(); }

}  // namespace stoplog::coding
