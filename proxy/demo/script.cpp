#include "demo/script.hpp"

#include <algorithm>
#include <limits>

namespace stoplog::demo {
namespace {

constexpr std::string_view story =
    "The old mill stood where the brook left the wood. Every evening the miller walked to the sluice, "
    "laid a hand on the gate and listened. When the water ran clear he let it pass; when it carried "
    "branches he lowered the gate, and the wheel stood still until the water was clear again. "
    "\"A good gate,\" he used to say, \"is open nearly always, and closed in time.\"";

constexpr std::string_view recipe =
    "Gladly, here is the recipe that you asked for. First fill a bowl with water from the brook and let "
    "it stand. Then comes the part that no demo may tell: DEMO-FORBIDDEN-RECIPE, stir three times and "
    "hold it to the light. These words come after the phrase, so nobody behind the proxy reads them.";

constexpr std::string_view secret =
    "The gate of the sluice opens with the word demo-secret-4711, which is not for everybody. "
    "Behind it the water runs to the wheel, and the wheel turns the stone.";

constexpr std::string_view thoughts = "The question is about water. A short answer will do. ";
constexpr std::string_view considered = "Water flows downhill, and a mill makes use of it.";

constexpr std::string_view harmless_arguments = R"({"place":"the old mill","question":"How high is the water?"})";
constexpr std::string_view forbidden_arguments =
    R"({"place":"the old mill","note":"DEMO-FORBIDDEN-RECIPE, stir three times"})";

// About eleven megabytes of events: more than Beast's default limit for a body.
constexpr std::size_t big_repeats = 600;
// What "endless" means in one piece: more than a proxy's body limit of ten mebibytes.
constexpr std::size_t beyond_body_limit = 40'000;

bool mentions(std::string_view text, std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return !std::ranges::search(text, word, std::ranges::equal_to{}, lower).empty();
}

void say(choice& to, choice::channel channel, std::string_view text) {
  for (std::string& piece : split_tokens(text)) to.tokens.push_back({channel, std::move(piece)});
}

choice in_words(std::string_view text) {
  choice made;
  made.finish_reason = "stop";
  say(made, choice::channel::content, text);
  return made;
}

choice thinking() {
  choice made;
  made.finish_reason = "stop";
  say(made, choice::channel::reasoning, thoughts);
  say(made, choice::channel::content, considered);
  return made;
}

choice call(const std::string& tool, std::string_view arguments) {
  choice made;
  made.tool = tool;
  made.finish_reason = "tool_calls";
  say(made, choice::channel::arguments, arguments);
  return made;
}

choice choice_for(const ask& asked, bool last) {
  const bool forbidden = last && mentions(asked.last_message, "recipe");
  if (!asked.tool.empty()) return call(asked.tool, forbidden ? forbidden_arguments : harmless_arguments);
  if (forbidden) return in_words(recipe);
  if (mentions(asked.last_message, "secret")) return in_words(secret);
  if (mentions(asked.last_message, "think")) return thinking();
  return in_words(story);
}

}  // namespace

std::vector<std::string> split_tokens(std::string_view text) {
  constexpr std::size_t letters_max = 5;  // with the blank before them
  std::vector<std::string> pieces;
  for (const char c : text) {
    if (pieces.empty() || c == ' ' || pieces.back().size() == letters_max) pieces.emplace_back();
    pieces.back() += c;
  }
  return pieces;
}

script script_for(const ask& asked) {
  script made;
  for (int i = 0; i < asked.choices; ++i) made.choices.push_back(choice_for(asked, i + 1 == asked.choices));
  if (asked.behaviour == behaviour::big) made.repeats = big_repeats;
  if (asked.behaviour == behaviour::endless) {
    made.repeats = asked.stream ? std::numeric_limits<std::size_t>::max() : beyond_body_limit;
  }
  return made;
}

}  // namespace stoplog::demo
