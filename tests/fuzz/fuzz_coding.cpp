// Any bytes as a coded body, cut anywhere: the same comes out, limits hold, and
// what is decoded is decoded again after being coded.
#include "support/encode.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace stoplog;

namespace {

constexpr coding::decode_limits limits{.bytes = 200'000, .ratio = 50, .small = 10'000};

void demand(bool holds) {
  if (!holds) std::abort();
}

// What came out before an error, and "!" for one.
std::string decode(coding::kind which, std::string_view bytes, std::size_t piece, bool& ok) {
  coding::decoder d(which, limits);
  std::string out;
  ok = true;
  for (std::size_t at = 0; ok && at < bytes.size(); at += piece) ok = d.feed(bytes.substr(at, piece), out).has_value();
  ok = ok && d.finish().has_value();
  demand(out.size() <= limits.bytes);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto which = static_cast<coding::kind>(data[0] % 4);
  bool whole_ok = false;
  bool cut_ok = false;
  const std::string whole = decode(which, bytes, bytes.size() + 1, whole_ok);
  const std::string cut = decode(which, bytes, data[1] % 31 + 1U, cut_ok);
  // The ratio counts what came so far: only a cut may cross it first.
  demand(!cut_ok || whole_ok);
  if (cut_ok) demand(whole == cut);
  if (whole_ok && whole.size() < 5'000) {
    bool again_ok = false;
    demand(decode(which, support::encode(which, whole), 7, again_ok) == whole && again_ok);
  }
  return 0;
}
