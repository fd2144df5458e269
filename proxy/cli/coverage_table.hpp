// What `stoplog coverage` prints, from the endpoint table and the shapes that
// the dialects read by: there is no second list that could differ from them.
#pragma once

#include <string>

namespace stoplog::cli {

std::string coverage_text();
std::string coverage_json();
std::string coverage_markdown();  // docs/coverage.md, as it stands there

}  // namespace stoplog::cli
