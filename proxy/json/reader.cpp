// The reader walks simdjson's on-demand iterators without recursion. simdjson
// checks UTF-8, control characters and structure; but on-demand it validates
// only what is visited and only as far as it is asked, so every token is
// visited here and every scalar is held against RFC 8259 by our own code.
#include "json/document.hpp"
#include "json/duplicates.hpp"
#include "json/number.hpp"
#include "json/unescape.hpp"

#define SIMDJSON_DEVELOPMENT_CHECKS 0
#include <simdjson.h>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

namespace stoplog::json {
namespace {

namespace ondemand = simdjson::ondemand;

// A reader that lives long keeps no more room than this for what is read next.
constexpr std::size_t kept_bytes = 256 * 1024;
constexpr std::size_t kept_nodes = 32 * 1024;
constexpr std::size_t source_max = 0xFFFF'0000;  // offsets are 32 bits wide

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// An array or object that is being read.
struct frame {
  node_id id = no_node;
  node_id last_child = no_node;
  std::uint32_t count = 0;
  bool started = false;  // the iterator stands on a value that was read
  ondemand::array_iterator element;
  ondemand::object_iterator field;
};

}  // namespace

struct reader::state {
  read_limits limits;
  ondemand::parser parser;
  std::vector<char> padded;   // the source and simdjson's padding
  std::vector<char> decoded;  // strings that had escapes
  std::vector<node> nodes;
  std::vector<frame> open;
  std::vector<std::string_view> keys;
  json::document document;

  // Room for `size` bytes, in steps so that slowly growing sources do not
  // allocate each time.
  simdjson::error_code reserve(std::size_t size) {
    if (size < kept_bytes && (padded.size() > 4 * kept_bytes || nodes.capacity() > kept_nodes)) let_go();
    if (parser.capacity() >= size && padded.size() >= size + simdjson::SIMDJSON_PADDING) return simdjson::SUCCESS;
    const std::size_t capacity = std::bit_ceil(std::max<std::size_t>(size, 1024));
    padded.resize(capacity + simdjson::SIMDJSON_PADDING);
    decoded.resize(capacity);
    return parser.allocate(capacity, 1);  // depth is counted here: on demand simdjson needs no memory for it
  }

  // One large text must not keep its room for all the small ones behind it.
  void let_go() {
    parser = ondemand::parser();
    padded = {};
    decoded = {};
    nodes = {};
  }
};

// One call of read().
struct read_run {
  reader::state& s;
  std::string_view source;
  char* decoded_end;

  const char* base() const { return s.padded.data(); }
  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - base()); }

  // The view of the same bytes in the caller's source.
  std::string_view in_source(const char* begin, std::size_t size) const {
    return source.substr(static_cast<std::size_t>(begin - base()), size);
  }

  error refuse(std::string what, const char* at) const {
    return fail(errc::malformed_json, what + " at byte " + std::to_string(offset(at)));
  }

  error explain(simdjson::error_code code) const {
    switch (code) {
      case simdjson::UTF8_ERROR: return fail(errc::invalid_utf8, "the JSON is not UTF-8");
      case simdjson::EMPTY: return fail(errc::malformed_json, "no JSON value");
      case simdjson::UNCLOSED_STRING: return fail(errc::malformed_json, "a string has no end");
      case simdjson::UNESCAPED_CHARS: return fail(errc::malformed_json, "a control character in a string");
      case simdjson::CAPACITY:
      case simdjson::MEMALLOC: return fail(errc::malformed_json, "no memory for a JSON text of this size");
      default: return fail(errc::malformed_json, "brackets, commas or colons are not those of JSON");
    }
  }

  // `at` stands behind the opening quote. Gives the decoded text and moves `at`
  // behind the closing quote.
  result<std::string_view> read_string(const char*& at) {
    const char* const begin = at;
    const char* const limit = base() + source.size();
    const auto* quote = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(limit - at)));
    if (quote == nullptr) return refuse("a string has no end", begin);
    const auto* slash = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(quote - at)));
    const bool escaped = slash != nullptr;
    if (escaped) {
      for (quote = slash; quote < limit && *quote != '"';) quote += *quote == '\\' ? 2 : 1;
      if (quote >= limit) return refuse("a string has no end", begin);
    }
    at = quote + 1;
    const auto size = static_cast<std::size_t>(at - 1 - begin);
    if (!escaped) return in_source(begin, size);
    char* const text = decoded_end;
    if (const char* wrong = unescape({begin, size}, decoded_end)) return refuse(wrong, begin);
    return std::string_view(text, static_cast<std::size_t>(decoded_end - text));
  }

  // Adds a node as the last child of the innermost open container.
  result<node_id> add(node n) {
    if (s.nodes.size() >= s.limits.nodes) return fail(errc::malformed_json, "more values than the limit of JSON values");
    const auto id = static_cast<node_id>(s.nodes.size());
    if (!s.open.empty()) {
      frame& parent = s.open.back();
      n.parent = parent.id;
      n.index = parent.count++;
      if (parent.last_child == no_node) s.nodes[parent.id].first_child = id;
      else s.nodes[parent.last_child].next = id;
      parent.last_child = id;
    }
    s.nodes.push_back(n);
    return id;
  }

  // A number, true, false or null that begins `token`; white space may follow it.
  result<void> add_word(std::string_view token, node n) {
    while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
    if (token == "null") n.kind = kind::null;
    else if (token == "true" || token == "false") n.kind = kind::boolean;
    else if (is_number(token)) n.kind = kind::number;
    else return refuse("no JSON value", token.data());
    if (n.kind != kind::null) n.text = in_source(token.data(), token.size());
    n.begin = offset(token.data());
    n.end = static_cast<std::uint32_t>(n.begin + token.size());
    const auto id = add(n);
    if (!id) return id.error();
    return {};
  }

  result<void> add_string(const char* quote, node n) {
    const char* at = quote + 1;
    const auto text = read_string(at);
    if (!text) return text.error();
    n.kind = kind::string;
    n.text = *text;
    n.begin = offset(quote);
    n.end = offset(at);
    const auto id = add(n);
    if (!id) return id.error();
    return {};
  }

  // `Value` is an ondemand::value, or the document for the root.
  template <class Value>
  result<void> open_container(Value& value, const char* bracket, node n) {
    if (s.open.size() >= s.limits.depth) return fail(errc::too_deep, "nested deeper than limits.json_depth");
    n.kind = *bracket == '[' ? kind::array : kind::object;
    n.begin = offset(bracket);
    n.end = n.begin;
    const auto id = add(n);
    if (!id) return id.error();
    frame f;
    f.id = *id;
    if (n.kind == kind::array) {
      ondemand::array array;
      if (const auto code = value.get_array().get(array)) return explain(code);
      if (const auto code = array.begin().get(f.element)) return explain(code);
    } else {
      ondemand::object object;
      if (const auto code = value.get_object().get(object)) return explain(code);
      if (const auto code = object.begin().get(f.field)) return explain(code);
    }
    s.open.push_back(f);
    return {};
  }

  result<void> visit(ondemand::value value, const node& n) {
    const std::string_view token = value.raw_json_token();
    if (token.empty()) return explain(simdjson::TAPE_ERROR);
    switch (token.front()) {
      case '[':
      case '{': return open_container(value, token.data(), n);
      case '"': {
        ondemand::raw_json_string taken;  // moves simdjson past the string
        if (const auto code = value.get_raw_json_string().get(taken)) return explain(code);
        return add_string(token.data(), n);
      }
      default: return add_word(token, n);
    }
  }

  result<void> visit_member(ondemand::object_iterator& at) {
    ondemand::field field;
    if (const auto code = (*at).get(field)) return explain(code);
    node n{kind::null, {}, {}, 0, 0};
    const char* key = field.key().raw();
    n.key_begin = offset(key) - 1;
    const auto text = read_string(key);
    if (!text) return text.error();
    n.key = *text;
    n.key_end = offset(key);
    return visit(field.value(), n);
  }

  // The innermost container is over; `location` is what simdjson would read next.
  result<void> close(simdjson::simdjson_result<const char*> location) {
    const frame done = s.open.back();
    const char* end = base() + source.size();
    if (location.error() == simdjson::SUCCESS) end = location.value_unsafe();
    while (is_space(end[-1])) --end;
    s.nodes[done.id].end = offset(end);
    s.open.pop_back();
    if (s.nodes[done.id].kind == kind::array) return {};
    s.keys.clear();
    for (node_id at = s.nodes[done.id].first_child; at != no_node; at = s.nodes[at].next) s.keys.push_back(s.nodes[at].key);
    if (has_duplicate(s.keys)) return refuse("an object with a member twice", base() + s.nodes[done.id].begin);
    return {};
  }

  result<void> walk(ondemand::document& root) {
    while (!s.open.empty()) {
      frame& top = s.open.back();
      const bool is_array = s.nodes[top.id].kind == kind::array;
      if (std::exchange(top.started, true)) {
        if (is_array) ++top.element;
        else ++top.field;
      }
      const bool more = is_array ? top.element != top.element : top.field != top.field;
      result<void> done;
      if (!more) {
        done = close(root.current_location());
      } else if (is_array) {
        ondemand::value value;
        if (const auto code = (*top.element).get(value)) return explain(code);
        done = visit(value, node{kind::null, {}, {}, 0, 0});
      } else {
        done = visit_member(top.field);
      }
      if (!done) return done.error();
    }
    if (root.current_location().error() != simdjson::OUT_OF_BOUNDS) return fail(errc::malformed_json, "bytes after the JSON value");
    return {};
  }

  result<void> read_root(ondemand::document& root) {
    std::string_view token;
    if (const auto code = root.raw_json_token().get(token)) return explain(code);
    const node n{kind::null, {}, {}, 0, 0};
    if (token.front() == '[' || token.front() == '{') {
      const auto opened = open_container(root, token.data(), n);
      return opened ? walk(root) : opened;
    }
    // A scalar alone: its token reaches to the next one, or to the end.
    if (token.data() + token.size() != base() + source.size()) return fail(errc::malformed_json, "bytes after the JSON value");
    return token.front() == '"' ? add_string(token.data(), n) : add_word(token, n);
  }

  void end_last() {
    s.document.nodes_ = {};
    s.document.source_ = {};
  }
  void publish() {
    s.document.nodes_ = s.nodes;
    s.document.source_ = source;
  }
};

reader::reader(read_limits limits) : state_(std::make_unique<state>()) { state_->limits = limits; }
reader::~reader() = default;
reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;

result<const document*> reader::read(std::string_view source) {
  state& s = *state_;
  read_run run{s, source, nullptr};
  run.end_last();
  s.nodes.clear();
  s.open.clear();
  if (source.starts_with("\xEF\xBB\xBF")) return fail(errc::malformed_json, "a byte order mark before the JSON value");
  if (source.size() > source_max) return fail(errc::malformed_json, "a JSON text of more than 4 GiB");
  if (const auto code = s.reserve(source.size())) return run.explain(code);
  if (!source.empty()) std::memcpy(s.padded.data(), source.data(), source.size());
  std::memset(s.padded.data() + source.size(), ' ', simdjson::SIMDJSON_PADDING);
  run.decoded_end = s.decoded.data();
  ondemand::document root;
  if (const auto code = s.parser.iterate(s.padded.data(), source.size(), s.padded.size()).get(root)) return run.explain(code);
  const auto done = run.read_root(root);
  if (!done) return done.error();
  run.publish();
  return &s.document;
}

}  // namespace stoplog::json
