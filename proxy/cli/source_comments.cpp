#include "cli/source_comments.hpp"

#include <algorithm>
#include <optional>

namespace stoplog::cli {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Goes through the text line by line and remembers what a line leaves open: a
// quoted text, or the indentation above which a block text (| or >) goes on.
class scanner {
 public:
  std::vector<comment> run(std::string_view yaml) {
    for (const std::string_view line : lines_of(yaml)) {
      ++number_;
      if (!goes_on_in_block(line)) scan(line);
    }
    return std::move(found_);
  }

 private:
  bool goes_on_in_block(std::string_view line) {
    if (!block_above_) return false;
    const std::size_t indentation = indentation_of(line);
    if (indentation == line.size() || indentation > *block_above_) return true;
    block_above_.reset();
    return false;
  }

  void scan(std::string_view line) {
    char before = '\n';  // the last character that is no blank
    for (std::size_t at = 0; at < line.size(); ++at) {
      const char c = line[at];
      if (quote_ != '\0') {
        if (quote_ == '"' && c == '\\') ++at;
        else if (c == quote_ && quote_ == '\'' && at + 1 < line.size() && line[at + 1] == '\'') ++at;
        else if (c == quote_) quote_ = '\0';
        before = c;
        continue;
      }
      const bool token_begins = at == 0 || is_blank(line[at - 1]) || line[at - 1] == '[' || line[at - 1] == '{' || line[at - 1] == ',';
      if (c == '#' && (at == 0 || is_blank(line[at - 1]))) return add(line, at);
      if ((c == '\'' || c == '"') && token_begins && std::string_view(":,[{-?\n").find(before) != std::string_view::npos) quote_ = c;
      if ((c == '|' || c == '>') && token_begins && (before == ':' || before == '-') && is_block_header(line.substr(at))) block_above_ = key_column(line);
      if (!is_blank(c)) before = c;
    }
  }

  static bool is_block_header(std::string_view rest) {
    const std::size_t end = rest.find_first_not_of("|>+-0123456789");
    return end == std::string_view::npos || is_blank(rest[end]);
  }

  // Where the key stands that the block text belongs to, behind any "- ".
  static std::size_t key_column(std::string_view line) {
    std::size_t at = indentation_of(line);
    while (line.substr(at).starts_with("- ") && line.find_first_not_of(" -|>+0123456789", at) != std::string_view::npos) {
      at = line.find_first_not_of(' ', at + 1);
    }
    return at;
  }

  void add(std::string_view line, std::size_t at) {
    std::size_t before = at;
    while (before > 0 && is_blank(line[before - 1])) --before;
    std::string_view text = line.substr(at);
    while (is_blank(text.back())) text.remove_suffix(1);
    found_.push_back({number_, static_cast<std::uint32_t>(at + 1), before == 0, static_cast<std::uint32_t>(at - before), text});
  }

  std::uint32_t number_ = 0;
  char quote_ = '\0';
  std::optional<std::size_t> block_above_;
  std::vector<comment> found_;
};

}  // namespace

std::vector<comment> comments_of(std::string_view yaml) { return scanner().run(yaml); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    all.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

std::size_t indentation_of(std::string_view line) noexcept { return std::min(line.find_first_not_of(" \t"), line.size()); }

}  // namespace stoplog::cli
