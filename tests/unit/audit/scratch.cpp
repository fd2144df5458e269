#include "scratch.hpp"

#include "audit/encode.hpp"

namespace stoplog::audit {

walked walk_all(const std::filesystem::path& directory, position from) {
  walked found;
  walk through(directory, from);
  decoder decode;
  while (true) {
    const auto step = through.next();
    if (std::holds_alternative<end_of_log>(step)) break;
    if (const auto* problem = std::get_if<trouble>(&step)) {
      found.troubles.push_back(*problem);
      continue;
    }
    const auto& at = std::get<line>(step);
    found.seqs.push_back(at.seq);
    const auto stored = decode.decode(at.bytes);
    EXPECT_TRUE(stored.has_value()) << at.bytes;
    if (stored) found.ids.push_back(stored->value.id);
  }
  found.end = through.here();
  return found;
}

}  // namespace stoplog::audit
