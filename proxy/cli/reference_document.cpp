#include "cli/reference_document.hpp"

#include "cli/schema_document.hpp"

namespace stoplog::cli {
namespace {

// A bar would end a cell, and a brace or a star would be taken for markup in
// some readers only; they stay.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

// As GitHub makes the anchor of a heading.
std::string anchor(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    if (c == ' ') out += '-';
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') out += c;
    else if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Names of groups stand in the pages of several kinds, so each says of which.
std::string heading_of(std::string_view object, std::string_view kind) {
  return std::string(object) + " in a " + std::string(kind);
}

std::string title_of(std::string_view kind) {
  if (kind == "pack") return "A rule pack";
  return kind == "policy" ? "A policy" : "Settings";
}

}  // namespace

std::string reference_document(std::string_view kind) {
  const auto objects = objects_of(kind);
  std::string out = "# " + title_of(kind) + "\n\nMade from the loader's own tables by `stoplog schema " + std::string(kind) + " --format markdown`.\n";
  for (const auto& object : objects) {
    if (&object != &objects.front()) out += "\n## " + heading_of(object.name, kind) + "\n";
    out += "\n| key | needed | what it takes | what it is for |\n|---|---|---|---|\n";
    for (const auto& k : object.keys) {
      if (!k.supported) continue;
      const std::string type = k.holds.empty() ? cell(k.type) : "[" + cell(k.type) + "](#" + anchor(heading_of(k.holds, kind)) + ")";
      out += "| `" + std::string(k.name) + "` | " + (k.required ? "yes" : "") + " | " + type + " | " + cell(k.about) + " |\n";
    }
  }
  return out;
}

}  // namespace stoplog::cli
