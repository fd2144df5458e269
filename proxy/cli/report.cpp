#include "cli/report.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <unistd.h>
#include <vector>

namespace stoplog::cli {
namespace {

constexpr std::size_t shown_bytes_max = 160;

bool is_terminal(const std::ostream& out) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  return (&out == &std::cout && isatty(STDOUT_FILENO) == 1) || (&out == &std::cerr && isatty(STDERR_FILENO) == 1);
}

std::string_view code_of(tone how) {
  switch (how) {
    case tone::plain: return "";
    case tone::good: return "\x1b[32m";
    case tone::bad: return "\x1b[31m";
    case tone::warning: return "\x1b[33m";
    case tone::quiet: return "\x1b[2m";
  }
  return "";
}

// Lines of the texts, cut when one of a text is asked for.
class line_finder {
 public:
  explicit line_finder(const config::source_texts& texts) : texts_(texts) {}

  // Nothing if there is no such line.
  std::optional<std::string_view> line(const place& p) {
    const auto [known, is_new] = lines_.try_emplace(p.file);
    if (is_new) known->second = lines_of(p.file);
    if (p.line == 0 || p.line > known->second.size()) return std::nullopt;
    return known->second[p.line - 1];
  }

 private:
  std::vector<std::string_view> lines_of(const std::string& file) const {
    std::vector<std::string_view> all;
    const auto text = texts_.find(file);
    for (std::string_view rest = text == texts_.end() ? std::string_view{} : text->second; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      all.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
  }

  const config::source_texts& texts_;
  std::map<std::string, std::vector<std::string_view>> lines_;
};

// Tabs and control characters, which a terminal would obey, become spaces.
std::string shown(std::string_view line) {
  std::string text(line.substr(0, shown_bytes_max));
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

// Columns count bytes; the caret stands under a character.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void print_line(paper& to, const place& at, line_finder& lines) {
  const auto line = lines.line(at);
  if (!line || at.column == 0) return;
  const std::size_t column = std::min<std::size_t>(at.column - 1, line->size());
  if (column >= shown_bytes_max) return;
  to.write("    " + shown(*line) + "\n", tone::quiet);
  to.write("    " + std::string(characters(line->substr(0, column)), ' ') + "^\n", tone::quiet);
}

std::string_view level_of(const problem& p) { return p.severity == problem::level::error ? "error" : "warning"; }

void add_sarif_location(json::writer& to, const problem& p, line_finder& lines) {
  to.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
  to.key("artifactLocation").begin_object().member("uri", p.place.file).end_object();
  if (p.place.line != 0) {
    const auto line = lines.line(p.place);
    const std::size_t bytes = p.place.column == 0 ? 0 : p.place.column - 1;
    const std::size_t before = line ? characters(line->substr(0, std::min(bytes, line->size()))) : bytes;
    to.key("region").begin_object().member("startLine", std::int64_t{p.place.line});
    to.member("startColumn", static_cast<std::int64_t>(before + 1)).end_object();
  }
  to.end_object().end_object().end_array();
}

}  // namespace

paper::paper(std::ostream& out) : out_(out), coloured_(is_terminal(out)) {}

paper& paper::write(std::string_view text, tone how) {
  if (!coloured_ || how == tone::plain) {
    out_ << text;
  } else {
    out_ << code_of(how) << text << "\x1b[0m";
  }
  return *this;
}

void print_problems(paper& to, const problems& found, const config::source_texts& texts) {
  line_finder lines(texts);
  for (const problem& p : found) {
    to.write(to_string(p) + "\n", p.severity == problem::level::error ? tone::bad : tone::warning);
    print_line(to, p.place, lines);
  }
}

std::string count_of(const problems& found) {
  const auto errors = static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [](const problem& p) { return p.severity == problem::level::error; }));
  return counted(errors, "error", "errors") + " and " + counted(found.size() - errors, "warning", "warnings");
}

std::string counted(std::size_t n, std::string_view one, std::string_view more) {
  return std::to_string(n) + ' ' + std::string(n == 1 ? one : more);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

void add_problems(json::writer& to, const problems& found) {
  to.begin_array();
  for (const problem& p : found) {
    to.begin_object()
        .member("file", p.place.file)
        .member("line", std::int64_t{p.place.line})
        .member("column", std::int64_t{p.place.column})
        .member("severity", level_of(p))
        .member("code", p.code)
        .member("message", p.message)
        .end_object();
  }
  to.end_array();
}

// https://docs.oasis-open.org/sarif/sarif/v2.1.0/
std::string sarif_of(const problems& found, const config::source_texts& texts) {
  line_finder lines(texts);
  std::set<std::string_view> codes;
  for (const problem& p : found) codes.insert(p.code);
  json::writer out;
  out.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
  out.key("runs").begin_array().begin_object().key("tool").begin_object().key("driver").begin_object();
  out.member("name", "stoplog").member("informationUri", "https://stoplog.dev").key("rules").begin_array();
  for (const auto code : codes) out.begin_object().member("id", code).end_object();
  out.end_array().end_object().end_object();
  out.member("columnKind", "unicodeCodePoints").key("results").begin_array();
  for (const problem& p : found) {
    out.begin_object().member("ruleId", p.code);
    out.member("ruleIndex", static_cast<std::int64_t>(std::distance(codes.begin(), codes.find(p.code))));
    out.member("level", level_of(p)).key("message").begin_object().member("text", p.message).end_object();
    add_sarif_location(out, p, lines);
    out.end_object();
  }
  out.end_array().end_object().end_array().end_object();
  return out.take();
}

}  // namespace stoplog::cli
