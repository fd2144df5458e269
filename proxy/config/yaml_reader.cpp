#include "config/yaml_reader.hpp"

#include "config/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace stoplog::config {
namespace {

struct too_deep {
  position at;
};

position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

void tell(problems& found, const std::string& file, position at, const char* code, std::string message) {
  found.push_back({problem::level::error, code, std::move(message), {file, at.line, at.column}});
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// yaml-cpp 0.7 takes the end of the file for the end of a quoted text. `mark`
// is where the text begins; block texts (| and >) have no quote to close.
bool is_closed(std::string_view source, const YAML::Mark& mark) {
  if (source.starts_with(byte_order_mark)) source.remove_prefix(byte_order_mark.size());
  source.remove_prefix(std::min(static_cast<std::size_t>(mark.pos), source.size()));
  const char quote = source.empty() ? '\0' : source[0];
  if (quote != '\'' && quote != '"') return true;
  bool open = true;
  std::size_t at = 1;
  for (; open && at < source.size(); ++at) {
    if (quote == '"' && source[at] == '\\') {
      ++at;
    } else if (source[at] == quote) {
      open = quote == '\'' && at + 1 < source.size() && source[at + 1] == quote;
      if (open) ++at;
    }
  }
  return !open;
}

// Builds the tree from the parser's events. The ready-made YAML::Node cannot
// be used: it drops duplicate keys and follows aliases without a word.
class builder final : public YAML::EventHandler {
 public:
  builder(std::string_view source, const std::string& file, problems& found)
      : source_(source), file_(file), found_(found) {}

  std::optional<node> take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(make(node::kind::null, mark, {}, anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(position_of(mark), "an alias (*name) is not allowed; write the value out");
    add(make(node::kind::broken, mark, {}, YAML::NullAnchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    node scalar = make(node::kind::scalar, mark, tag, anchor);
    scalar.quoted = tag == "!";
    if (scalar.quoted && !is_closed(source_, mark)) {
      tell(found_, file_, scalar.at, "E101", "not YAML: this quote is not closed");
      scalar.what = node::kind::broken;
    }
    scalar.text = value;
    add(std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(node::kind::list, mark, tag, anchor));
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(node::kind::map, mark, tag, anchor));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct frame {
    node container;
    std::optional<node> key;                     // of a map: seen, its value is still to come
    std::map<std::string, std::uint32_t> lines;  // of a map's keys
  };

  void refuse(position at, std::string message) { tell(found_, file_, at, "E102", std::move(message)); }

  node make(node::kind what, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    node made;
    made.what = what;
    made.at = position_of(mark);
    if (anchor != YAML::NullAnchor) refuse(made.at, "an anchor (&name) is not allowed; write the value out where it is used");
    // yaml-cpp says "?" of plain nodes and "!" of quoted ones.
    if (!tag.empty() && tag != "?" && tag != "!") refuse(made.at, "a tag (!name) is not allowed; leave it out");
    return made;
  }

  void open(node container) {
    if (stack_.size() == yaml_depth_max) throw too_deep{container.at};
    stack_.push_back({std::move(container), std::nullopt, {}});
  }

  void close() {
    node done = std::move(stack_.back().container);
    stack_.pop_back();
    add(std::move(done));
  }

  void add(node value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return;
    }
    frame& top = stack_.back();
    if (top.container.what == node::kind::list) {
      top.container.items.push_back(std::move(value));
    } else if (!top.key) {
      top.key = std::move(value);
    } else {
      add_member(top, *std::exchange(top.key, std::nullopt), std::move(value));
    }
  }

  void add_member(frame& top, node key, node value) {
    if (key.what != node::kind::scalar) return refuse(key.at, "a key must be a word");
    if (key.text == "<<") return refuse(key.at, "a merge key (<<) is not allowed; write the keys out");
    const auto [first, is_new] = top.lines.emplace(key.text, key.at.line);
    if (!is_new) {
      return tell(found_, file_, key.at, "E105",
                  "key \"" + key.text + "\" stands twice; the first is in line " + std::to_string(first->second));
    }
    if (value.what == node::kind::null) value.at = key.at;
    top.container.keys.push_back(std::move(key));
    top.container.items.push_back(std::move(value));
  }

  std::string_view source_;
  const std::string& file_;
  problems& found_;
  std::optional<node> root_;
  std::vector<frame> stack_;
};

std::string_view indentation_of(std::string_view source, std::uint32_t line) {
  for (std::uint32_t i = 1; i < line; ++i) source.remove_prefix(std::min(source.find('\n'), source.size() - 1) + 1);
  return source.substr(0, std::min(source.find_first_not_of(" \t"), source.size()));
}

// What the parser's own words leave open.
std::string hint_for(std::string_view message, std::string_view source, position at) {
  const std::string_view indentation = indentation_of(source, at.line);
  if (indentation.find('\t') != std::string_view::npos) return "; indent with spaces, not with tabs";
  const auto says = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
  if (says("end of sequence not found") && indentation.size() + 1 == at.column) {
    return "; this line is indented less than what it belongs to";
  }
  if (says("flow end") || says("end of map flow") || says("end of sequence flow")) {
    return "; look for a { or [ without its } or ], or for a text with brackets or commas in it that needs single quotes";
  }
  if (says("unknown token")) return "; a text that begins with one of % @ ` needs quotes";
  if (says("anchor is not defined")) return "; aliases are not allowed, and a text that begins with * needs quotes";
  if (message.find("illegal map value") != std::string_view::npos ||
      message.find("end of map not found") != std::string_view::npos) {
    return "; look for a wrong indentation, or for a text with \": \" in it that needs quotes";
  }
  if (message.find("unknown escape character") != std::string_view::npos) {
    return "; a text with a backslash belongs in single quotes";
  }
  return {};
}

position position_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<std::uint32_t>(offset - line_start) + 1};
}

}  // namespace

const node* node::find(std::string_view key) const noexcept {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

std::optional<node> read_yaml(std::string_view text, const std::string& file, problems& found) {
  const auto fail = [&](position at, const char* code, std::string message) {
    tell(found, file, at, code, std::move(message));
    return std::nullopt;
  };
  if (text.size() > file_bytes_max) return fail({}, "E126", "the file is larger than 8 MiB");
  if (const auto bad = first_byte_not_text(text)) {
    return fail(position_at(text, *bad), "E101", "not a text in UTF-8, or a control character");
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    builder tree(text, file, found);
    if (!parser.HandleNextDocument(tree)) return fail({}, "E103", "the file is empty");
    problems ignored;
    builder second(text, file, ignored);
    if (parser.HandleNextDocument(second)) {
      const auto extra = second.take();
      return fail(extra ? extra->at : position{}, "E103", "a second document (---) in one file; put it into a file of its own");
    }
    return tree.take();
  } catch (const YAML::Exception& broken) {
    return fail(position_of(broken.mark), "E101", "not YAML: " + broken.msg + hint_for(broken.msg, text, position_of(broken.mark)));
  } catch (const too_deep& where) {
    return fail(where.at, "E126", "nested deeper than " + std::to_string(yaml_depth_max) + " levels");
  }
}

}  // namespace stoplog::config
