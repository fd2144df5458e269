#include "coding/stage.hpp"

#define ZLIB_CONST
#include <zlib.h>

namespace stoplog::coding {
namespace {

constexpr int gzip_only = 15 + 16;  // the largest window, and a gzip wrapper (zlib.h, inflateInit2)

class gzip final : public decoder::stage {
 public:
  gzip() { ready_ = inflateInit2(&stream_, gzip_only) == Z_OK; }
  ~gzip() override { inflateEnd(&stream_); }
  gzip(const gzip&) = delete;
  gzip& operator=(const gzip&) = delete;

  state step(std::string_view& in, std::span<char> out, std::size_t& written) override {
    if (!ready_) return state::broken;
    const std::string_view now = in.substr(0, 1U << 30U);  // zlib counts in 32 bits
    stream_.next_in = reinterpret_cast<const Bytef*>(now.data());
    stream_.avail_in = static_cast<uInt>(now.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(now.size() - stream_.avail_in);
    written = out.size() - stream_.avail_out;
    if (code == Z_STREAM_END) return state::ended;
    return code == Z_OK || code == Z_BUF_ERROR ? state::going : state::broken;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<decoder::stage> make_gzip() { return std::make_unique<gzip>(); }

}  // namespace stoplog::coding
