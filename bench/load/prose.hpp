// Harmless text that does not repeat itself: sentences about a mill, made from
// a seed. end_to_end.py makes its rules from some of the same words, so that
// signs are seen and no rule ever matches.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace stoplog::bench {

inline std::string prose(std::size_t bytes, std::uint64_t seed) {
  static constexpr std::string_view words[] = {
      "miller", "brook",  "meadow", "sluice", "wheel",  "flour",  "barley", "garden", "window", "harvest", "bridge", "willow",
      "basket", "lantern", "kettle", "ladder", "orchard", "pebble", "ribbon", "saddle", "timber", "valley", "wagon",  "autumn",
      "branch", "candle", "dapple", "evening", "feather", "gravel", "hollow", "island", "jacket", "kernel", "linen",  "market",
      "needle", "oven",   "paddle", "quarry", "river",  "shelter", "thimble", "upland", "village", "water",  "yellow", "zephyr"};
  static constexpr std::string_view small[] = {"the",  "a",    "and",  "of",   "to",   "in",   "was",  "it",
                                               "that", "when", "with", "near", "over", "then", "from", "its"};
  std::mt19937_64 random(seed);
  std::string text;
  while (text.size() < bytes) {
    const std::uint64_t roll = random();
    text += (roll & 1) != 0 ? small[(roll >> 8) % std::size(small)] : words[(roll >> 8) % std::size(words)];
    text += (roll >> 40) % 11 == 0 ? ". " : " ";
  }
  text.resize(bytes);
  return text;
}

}  // namespace stoplog::bench
