// What a sealed frame holds: the texts of one exchange, as a JSON object with `v`,
// `id`, `mode` and `texts`.
#pragma once

#include "base/surface.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::audit {

struct content_text {
  surface where;
  std::string path;
  std::string rule;  // of an excerpt: whose match it is
  std::string text;
};

std::string write_texts(std::string_view id, std::string_view mode, std::span<const content_text> texts);
// Nothing if it is something else.
std::optional<std::vector<content_text>> read_texts(std::string_view content);

}  // namespace stoplog::audit
