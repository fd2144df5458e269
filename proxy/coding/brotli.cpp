#include "coding/stage.hpp"

#include <brotli/decode.h>

namespace stoplog::coding {
namespace {

struct destroy {
  void operator()(BrotliDecoderState* s) const noexcept { BrotliDecoderDestroyInstance(s); }
};

class brotli final : public decoder::stage {
 public:
  state step(std::string_view& in, std::span<char> out, std::size_t& written) override {
    if (!stream_) return state::broken;
    std::size_t in_left = in.size();
    std::size_t out_left = out.size();
    auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    auto* next_out = reinterpret_cast<std::uint8_t*>(out.data());
    const auto code = BrotliDecoderDecompressStream(stream_.get(), &in_left, &next_in, &out_left, &next_out, nullptr);
    in.remove_prefix(in.size() - in_left);
    written = out.size() - out_left;
    if (code == BROTLI_DECODER_RESULT_SUCCESS) return state::ended;
    return code == BROTLI_DECODER_RESULT_ERROR ? state::broken : state::going;
  }

 private:
  std::unique_ptr<BrotliDecoderState, destroy> stream_{BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
};

}  // namespace

std::unique_ptr<decoder::stage> make_brotli() { return std::make_unique<brotli>(); }

}  // namespace stoplog::coding
