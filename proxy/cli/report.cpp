#include "cli/report.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
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

using lines = std::vector<std::string>;

// The lines of a pack or policy; none of any other file.
lines lines_of(const std::string& file) {
  std::ifstream in(file);
  lines all;
  bool showable = false;
  for (std::string line; std::getline(in, line);) {
    showable = showable || line.starts_with("kind: RulePack") || line.starts_with("kind: Policy");
    all.push_back(std::move(line));
  }
  return showable ? all : lines{};
}

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

void print_line(paper& to, const problem& p, std::map<std::string, lines>& files) {
  if (p.place.line == 0 || p.place.column == 0) return;
  const auto [file, is_new] = files.try_emplace(p.place.file);
  if (is_new) file->second = lines_of(p.place.file);
  if (p.place.line > file->second.size()) return;
  const std::string& line = file->second[p.place.line - 1];
  const std::size_t column = std::min<std::size_t>(p.place.column - 1, line.size());
  if (column >= shown_bytes_max) return;
  to.write("    " + shown(line) + "\n", tone::quiet);
  to.write("    " + std::string(characters(std::string_view(line).substr(0, column)), ' ') + "^\n", tone::quiet);
}

std::string counted(std::size_t n, const char* what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); }

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

void print_problems(paper& to, const problems& found) {
  std::map<std::string, lines> files;
  for (const problem& p : found) {
    to.write(to_string(p) + "\n", p.severity == problem::level::error ? tone::bad : tone::warning);
    print_line(to, p, files);
  }
}

std::string count_of(const problems& found) {
  const auto errors = static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [](const problem& p) { return p.severity == problem::level::error; }));
  return counted(errors, "error") + " and " + counted(found.size() - errors, "warning");
}

void add_problems(json::writer& to, const problems& found) {
  to.begin_array();
  for (const problem& p : found) {
    to.begin_object()
        .member("file", p.place.file)
        .member("line", std::int64_t{p.place.line})
        .member("column", std::int64_t{p.place.column})
        .member("severity", p.severity == problem::level::error ? "error" : "warning")
        .member("code", p.code)
        .member("message", p.message)
        .end_object();
  }
  to.end_array();
}

}  // namespace stoplog::cli
