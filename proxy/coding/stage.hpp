// What a library of one coding does for decoder.
#pragma once

#include "coding/decoder.hpp"

#include <span>

namespace stoplog::coding {

class decoder::stage {
 public:
  enum class state { going, ended, broken };
  virtual ~stage() = default;

  // Takes from the front of `in`, writes to the front of `out` and says how much.
  virtual state step(std::string_view& in, std::span<char> out, std::size_t& written) = 0;
};

std::unique_ptr<decoder::stage> make_gzip();
std::unique_ptr<decoder::stage> make_brotli();
std::unique_ptr<decoder::stage> make_zstd();

}  // namespace stoplog::coding
