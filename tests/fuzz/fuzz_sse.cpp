// The decoder of server-sent events gives the same for every cut, and its
// events' bytes are the stream's.
#include "dialect/sse.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace stoplog;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

struct decoded {
  std::string events;
  std::string raw;
  bool failed = false;
};

// `cuts`: bytes whose values are the sizes of the pieces; none: one piece.
decoded decode(std::string_view bytes, std::string_view cuts) {
  dialect::sse_decoder decoder(200);
  decoded out;
  const auto drain = [&] {
    for (;;) {
      const auto event = decoder.next();
      if (!event) return static_cast<void>(out.failed = true);
      if (*event == nullptr) return;
      const dialect::sse_event& e = **event;
      out.events += '[' + std::string(e.name) + '|' + std::string(e.data) + '|' + (e.has_data ? 'd' : '-') + (e.plain ? 'p' : '-') + (e.has_comment ? 'c' : '-') + ']';
      out.raw += e.raw;
      std::string again;
      dialect::append_event(again, e.name, e.data);
      dialect::sse_decoder check(again.size());
      check.feed(again);
      const auto same = check.next();
      demand(same && *same != nullptr && (*same)->data == e.data && (*same)->name == e.name);
    }
  };
  for (std::size_t at = 0, cut = 0; at < bytes.size() && !out.failed; ++cut) {
    const std::size_t piece = cuts.empty() ? bytes.size() : static_cast<unsigned char>(cuts[cut % cuts.size()]) % 23 + 1;
    const std::string copy(bytes.substr(at, piece));
    decoder.feed(copy);
    drain();
    at += copy.size();
  }
  decoder.finish();
  if (!out.failed) drain();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = all.substr(4);
  const decoded whole = decode(bytes, {});
  const decoded cut = decode(bytes, all.substr(0, 4));
  demand(whole.events == cut.events && whole.raw == cut.raw && whole.failed == cut.failed);
  const std::string_view after_mark = bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes;
  demand(after_mark.starts_with(whole.raw));
  return 0;
}
