#include "cli/layout.hpp"

#include "cli/source_comments.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace stoplog::cli {
namespace {

using config::node;

constexpr std::size_t joined_bytes_max = 120;
constexpr std::uint32_t no_line = std::numeric_limits<std::uint32_t>::max();

struct cannot_lay_out : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '"' || c == '\\') (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20) throw cannot_lay_out("a control character in a text of several lines");
    else out += c;
  }
  return out + "\"";
}

// Writes the tree line by line and puts the comments back where they stood:
// each before, or behind, what it stood before or behind.
class printer {
 public:
  printer(std::string_view source, const node& root) : lines_(lines_of(source)), comments_(comments_of(source)), root_(root) {}

  std::string run() {
    if (root_.what != node::kind::map || is_flow(root_)) throw cannot_lay_out("the file is not a group of keys in lines");
    print_map(root_, 0, no_line, false);
    print_comments(no_line, 0, 0);
    return std::move(out_);
  }

 private:
  char first_char(const node& n) const {
    if (n.at.line == 0 || n.at.line > lines_.size()) return '\0';
    const auto line = lines_[n.at.line - 1];
    return n.at.column == 0 || n.at.column > line.size() ? '\0' : line[n.at.column - 1];
  }
  bool is_collection(const node& n) const { return n.what == node::kind::map || n.what == node::kind::list; }
  bool is_flow(const node& n) const { return is_collection(n) && (first_char(n) == '[' || first_char(n) == '{'); }
  bool is_block_text(const node& n) const { return n.what == node::kind::scalar && (first_char(n) == '|' || first_char(n) == '>') && n.quoted; }

  bool blank_before(std::uint32_t line) const { return line >= 2 && line - 2 < lines_.size() && indentation_of(lines_[line - 2]) == lines_[line - 2].size(); }

  void begin_line(std::uint32_t source_line, std::size_t indent) {
    if (!out_.empty() && blank_before(source_line)) out_ += '\n';
    out_.append(indent, ' ');
  }

  // Comments of their own lines before `line` that stand at `column` or right of it.
  void print_comments(std::uint32_t line, std::size_t indent, std::uint32_t column) {
    for (; next_ < comments_.size() && comments_[next_].line < line && comments_[next_].column > column; ++next_) {
      begin_line(comments_[next_].alone ? comments_[next_].line : 0, indent);
      out_ += std::string(comments_[next_].text) + '\n';
    }
  }

  // The comment behind what stands in `line`, and the end of the line.
  void end_line(std::uint32_t line) {
    if (next_ < comments_.size() && comments_[next_].line == line && !comments_[next_].alone) {
      out_.append(std::max<std::size_t>(1, comments_[next_].gap), ' ');
      out_ += comments_[next_++].text;
    }
    out_ += '\n';
  }

  // The last line of the source that `n` stands in; for flow collections and
  // quoted texts that may be another than the first.
  std::uint32_t last_line(const node& n) const {
    std::uint32_t line = n.at.line;
    for (const node& inner : n.items) line = std::max(line, last_line(inner));
    if (!is_flow(n)) return line;
    // Behind the last item only its own end, blanks and closing brackets follow.
    for (std::uint32_t later = line; later < lines_.size(); ++later) {
      const auto text = lines_[later].substr(indentation_of(lines_[later]));
      if (!text.starts_with(']') && !text.starts_with('}') && !text.starts_with('#') && !text.empty()) break;
      if (text.starts_with(']') || text.starts_with('}')) line = later + 1;
    }
    return line;
  }

  bool has_comment_inside(const node& n) const {
    const std::uint32_t last = last_line(n);
    return std::any_of(comments_.begin(), comments_.end(), [&](const comment& c) { return c.line >= n.at.line && c.line < last; });
  }

  bool stays_in_line(const node& n) const {
    if (!is_flow(n)) return false;
    if (last_line(n) == n.at.line || n.items.empty()) return true;
    return !has_comment_inside(n) && flow_text(n).size() <= joined_bytes_max;
  }

  static bool is_one_line(std::string_view text) { return text.find('\n') == std::string_view::npos; }

  // A scalar as it was written, where it stands in one line.
  std::string scalar_text(const node& n, bool is_pattern) const {
    const char first = first_char(n);
    if (!n.quoted) {
      if (is_pattern) return single_quoted(n.text);
      const auto line = lines_[n.at.line - 1].substr(n.at.column - 1);
      return line.starts_with(n.text) ? n.text : double_quoted(n.text);
    }
    if (first == '\'' && is_one_line(n.text)) return single_quoted(n.text);
    if (first == '"') {
      const auto line = lines_[n.at.line - 1].substr(n.at.column - 1);
      for (std::size_t at = 1; at < line.size(); ++at) {
        if (line[at] == '\\') ++at;
        else if (line[at] == '"') return std::string(line.substr(0, at + 1));
      }
    }
    return double_quoted(n.text);
  }

  std::string flow_text(const node& n, bool is_pattern = false) const {
    if (n.what == node::kind::null) return "~";
    if (n.what == node::kind::scalar) return scalar_text(n, is_pattern);
    const bool is_map = n.what == node::kind::map;
    std::string text(1, is_map ? '{' : '[');
    for (std::size_t i = 0; i < n.items.size(); ++i) {
      if (i > 0) text += ", ";
      if (is_map) text += scalar_text(n.keys[i], false) + ": ";
      text += flow_text(n.items[i], is_map && n.keys[i].text == "regex");
    }
    return text + (is_map ? '}' : ']');
  }

  // Lines of a | or > text, with the new indentation.
  void print_block_text(const node& n, std::size_t indent) {
    const auto header_line = lines_[n.at.line - 1].substr(n.at.column - 1);
    const auto header = header_line.substr(0, header_line.find_first_of(" \t"));
    if (header.find_first_of("+0123456789") != std::string_view::npos) throw cannot_lay_out("a block text with an indentation or an end of its own");
    out_ += header;
    end_line(n.at.line);
    std::size_t at = n.at.line, end = at;
    const auto first = std::find_if(lines_.begin() + static_cast<std::ptrdiff_t>(at), lines_.end(), [](auto l) { return indentation_of(l) != l.size(); });
    if (first == lines_.end()) throw cannot_lay_out("a block text without a line");
    const std::size_t least = indentation_of(*first);
    for (std::size_t i = at; i < lines_.size(); ++i) {
      if (indentation_of(lines_[i]) == lines_[i].size()) continue;
      if (indentation_of(lines_[i]) < least) break;
      end = i + 1;
    }
    for (; at < end; ++at) {
      const auto line = lines_[at];
      if (indentation_of(line) != line.size()) out_.append(indent, ' ') += line.substr(least);
      out_ += '\n';
    }
  }

  // Behind "key:" or "-". `after` is the line where what follows begins.
  void print_value(const node& n, const node& owner, std::size_t indent, std::uint32_t after, bool is_pattern) {
    if (n.what == node::kind::null) {
      end_line(owner.at.line);
    } else if (is_block_text(n)) {
      out_ += ' ';
      print_block_text(n, indent);
    } else if (n.what == node::kind::scalar) {
      out_ += ' ' + scalar_text(n, is_pattern);
      end_line(after == no_line ? last_comment_line(n) : std::min(after - 1, last_comment_line(n)));
    } else if (stays_in_line(n)) {
      out_ += ' ' + flow_text(n);
      end_line(last_line(n));
    } else {
      // What stands behind the first of several in a bracket is that one's.
      const bool first_is_here = is_flow(n) && n.items.front().at.line == owner.at.line;
      first_is_here ? void(out_ += '\n') : end_line(owner.at.line);
      n.what == node::kind::map ? print_map(n, indent, after, false) : print_list(n, indent, after);
    }
  }

  // A scalar may end lines below; the comment behind it is the next one.
  std::uint32_t last_comment_line(const node& n) const {
    const bool next_is_behind = next_ < comments_.size() && !comments_[next_].alone && comments_[next_].line >= n.at.line;
    return next_is_behind && is_one_text(n, comments_[next_].line) ? comments_[next_].line : n.at.line;
  }
  bool is_one_text(const node& n, std::uint32_t upto) const {
    if (upto == n.at.line) return true;
    return !is_one_line(n.text) || n.text.size() > lines_[n.at.line - 1].size();
  }

  // With `begun`, the first key goes on behind "- ".
  void print_map(const node& n, std::size_t indent, std::uint32_t after, bool begun) {
    const std::uint32_t column = n.keys.empty() ? 0 : n.keys.front().at.column - 1;
    for (std::size_t i = 0; i < n.keys.size(); ++i) {
      const node& key = n.keys[i];
      const std::uint32_t next = i + 1 < n.keys.size() ? n.keys[i + 1].at.line : after;
      if (!begun || i > 0) {
        print_comments(key.at.line, indent, 0);
        begin_line(key.at.line, indent);
      }
      out_ += scalar_text(key, false) + ':';
      print_value(n.items[i], key, indent + 2, next, key.text == "regex");
    }
    print_comments(after, indent, column);
  }

  void print_list(const node& n, std::size_t indent, std::uint32_t after) {
    std::uint32_t column = no_line;
    for (std::size_t i = 0; i < n.items.size(); ++i) {
      const node& item = n.items[i];
      const std::uint32_t next = i + 1 < n.items.size() ? n.items[i + 1].at.line : after;
      print_comments(item.at.line, indent, 0);
      begin_line(item.at.line, indent);
      out_ += '-';
      // Behind dashes at the margin a comment belongs to what follows the list.
      if (item.at.column > 3) column = std::min(column, item.at.column - 3);
      if (item.what == node::kind::map && !stays_in_line(item) && !item.keys.empty()) {
        out_ += ' ';
        print_map(item, indent + 2, next, true);
      } else if (item.what == node::kind::list && !stays_in_line(item)) {
        throw cannot_lay_out("a list right in a list");
      } else {
        print_value(item, item, indent + 2, next, false);
      }
    }
    if (column != no_line) print_comments(after, indent, column);
  }

  std::vector<std::string_view> lines_;
  std::vector<comment> comments_;
  const node& root_;
  std::size_t next_ = 0;  // of the comments
  std::string out_;
};

bool equal(const node& a, const node& b) {
  return a.what == b.what && a.text == b.text && std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), equal) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), equal);
}

bool same_comments(std::string_view a, std::string_view b) {
  const auto of_a = comments_of(a), of_b = comments_of(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), [](const comment& x, const comment& y) { return x.text == y.text; });
}

}  // namespace

std::optional<std::string> laid_out(std::string_view yaml, std::string& why) {
  problems found;
  const auto root = config::read_yaml(yaml, "it", found);
  if (!root || has_errors(found)) {
    why = found.empty() ? "it cannot be read" : to_string(found.front());
    return std::nullopt;
  }
  if (yaml.starts_with("\xEF\xBB\xBF")) yaml.remove_prefix(3);
  try {
    std::string text = printer(yaml, *root).run();
    // Whatever this did not foresee must never change a policy.
    const auto again = config::read_yaml(text, "it", found);
    if (again && !has_errors(found) && equal(*root, *again) && same_comments(yaml, text)) return text;
    why = "it would read otherwise than it does now";
  } catch (const cannot_lay_out& what) {
    why = std::string("it has ") + what.what();
  }
  return std::nullopt;
}

}  // namespace stoplog::cli
