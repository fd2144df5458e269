#include "http/message_reader.hpp"

#include "http/strict_rules.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <variant>

namespace stoplog::http {
namespace {

namespace beast = boost::beast;
using error_code = beast::error_code;

// Bytes of a chunk header that may wait for their end: a size and its CRLF.
constexpr std::size_t chunk_header_bytes_max = 64;

// What both kinds of message collect while Beast parses.
struct collected {
  message_head head;
  std::string body;
  std::size_t body_bytes = 0;
  std::size_t body_bytes_max = 0;
  bool in_body = false;
  errc failed = errc::malformed_http;
  const char* why = "not well-formed HTTP/1.1";

  // Stops Beast with an error of ours.
  void refuse(error_code& ec, const char* reason, errc code = errc::malformed_http) {
    failed = code;
    why = reason;
    ec = beast::http::error::bad_value;
  }
};

template <bool IsRequest>
class beast_parser : public beast::http::basic_parser<IsRequest> {
 public:
  explicit beast_parser(collected& into) : into_(into) {
    this->eager(true);
    this->body_limit(boost::none);  // counted here, over everything that came
    this->header_limit(0x7FFF'FFFF);
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int,
                       error_code&) override {
    into_.head.method = method;
    into_.head.target = target;
  }
  void on_response_impl(int status, beast::string_view, int, error_code&) override { into_.head.status = status; }

  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code& ec) override {
    if (into_.in_body) return into_.refuse(ec, "trailers");  // RFC 9112, 7.1.2: could be merged into the head
    into_.head.fields.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override { into_.in_body = true; }

  std::size_t on_body_impl(beast::string_view bytes, error_code& ec) override { return take(bytes, ec); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view extensions, error_code& ec) override {
    if (!extensions.empty()) into_.refuse(ec, "chunk extensions");
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& ec) override {
    return take(bytes, ec);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(beast::string_view bytes, error_code& ec) {
    into_.body_bytes += bytes.size();
    if (into_.body_bytes > into_.body_bytes_max) {
      into_.refuse(ec, "a body over the limit", errc::body_too_large);
      return 0;
    }
    into_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  collected& into_;
};

}  // namespace

class message_reader::parser {
  // Calls f with the parser that there is.
  template <class F>
  decltype(auto) visit(F&& f) {
    return kind_ == kind::request ? f(std::get<1>(beast_)) : f(std::get<2>(beast_));
  }
  template <class F>
  decltype(auto) visit(F&& f) const {
    return kind_ == kind::request ? f(std::get<1>(beast_)) : f(std::get<2>(beast_));
  }

 public:
  parser(kind what, std::size_t head_max, std::size_t body_max) : kind_(what), head_bytes_max_(head_max) {
    into_.body_bytes_max = body_max;
    if (what == kind::request) {
      beast_.emplace<beast_parser<true>>(into_);
    } else {
      beast_.emplace<beast_parser<false>>(into_);
    }
  }

  result<std::size_t> feed(std::string_view bytes) {
    if (complete()) return std::size_t{0};
    return head_complete_ ? feed_body(bytes) : feed_head(bytes);
  }

  result<void> end_of_input() {
    error_code ec;
    if (!head_complete_) return fail(errc::upstream_truncated, "closed before a whole head");
    visit([&](auto& p) { p.put_eof(ec); });
    if (ec) return fail(errc::upstream_truncated, "closed before the end of the body");
    return {};
  }

  bool started() const noexcept { return head_complete_ || !carry_.empty(); }
  bool head_complete() const noexcept { return head_complete_; }
  bool complete() const noexcept {
    return head_complete_ && visit([](const auto& p) { return p.is_done(); });
  }
  collected& into() noexcept { return into_; }

 private:
  error failure() const { return fail(into_.failed, into_.why); }

  // The head is collected whole before anything parses it: the byte rules need
  // to see it as it came.
  result<std::size_t> feed_head(std::string_view bytes) {
    const std::size_t had = carry_.size();
    carry_.append(bytes.substr(0, head_bytes_max_ + 1 - std::min(had, head_bytes_max_ + 1)));
    const auto end = carry_.find("\r\n\r\n", had < 3 ? 0 : had - 3);
    if (end == std::string::npos) {
      if (carry_.size() > head_bytes_max_) return fail(errc::head_too_large, "the head is over limits.header_bytes");
      // A head that went wrong never becomes right: do not wait for its end.
      if (has_bare_line_feed(had)) return fail(errc::malformed_http, "a line that does not end in CRLF");
      return bytes.size();
    }
    carry_.resize(end + 4);
    if (carry_.size() > head_bytes_max_) return fail(errc::head_too_large, "the head is over limits.header_bytes");
    if (auto checked = check_head_bytes(carry_, kind_ == kind::request); !checked) return checked.error();
    return parse_head(had);
  }

  bool has_bare_line_feed(std::size_t from) const noexcept {
    for (auto at = carry_.find('\n', from); at != std::string::npos; at = carry_.find('\n', at + 1)) {
      if (at == 0 || carry_[at - 1] != '\r') return true;
    }
    return false;
  }

  result<std::size_t> parse_head(std::size_t had) {
    error_code ec;
    // Beast goes on into the body when it may; give it the head alone.
    const std::size_t used = visit([&](auto& p) { return p.put({carry_.data(), carry_.size()}, ec); });
    if (ec == beast::http::error::need_more && used == carry_.size()) ec = {};
    if (ec || used != carry_.size()) return failure();
    head_complete_ = true;
    into_.head.keep_alive = !into_.head.has_token("connection", "close");
    const auto checked = kind_ == kind::request ? check_request(into_.head) : check_framing(into_.head);
    if (!checked) return checked.error();
    const std::size_t taken = carry_.size() - had;
    carry_.clear();
    return taken;
  }

  result<std::size_t> feed_body(std::string_view bytes) {
    error_code ec;
    if (carry_.empty()) {
      const std::size_t used = put(bytes, ec);
      if (ec == beast::http::error::need_more) return keep(bytes, used);
      if (ec) return failure();
      return used;
    }
    // A chunk header was cut: present it again with what came.
    const std::size_t had = carry_.size();
    carry_.append(bytes);
    const std::size_t used = put(carry_, ec);
    if (ec == beast::http::error::need_more) {
      carry_.erase(0, used);
      if (carry_.size() > chunk_header_bytes_max) return fail(errc::malformed_http, "a chunk header without an end");
      return bytes.size();
    }
    if (ec) return failure();
    carry_.clear();
    return used - had;
  }

  // Beast returns after each piece that needs a decision; go on until it is
  // done, needs more, or fails.
  std::size_t put(std::string_view bytes, error_code& ec) {
    std::size_t used = 0;
    while (used < bytes.size() && !complete()) {
      const std::size_t n = visit([&](auto& p) { return p.put({bytes.data() + used, bytes.size() - used}, ec); });
      used += n;
      if (ec || n == 0) break;
    }
    return used;
  }

  result<std::size_t> keep(std::string_view bytes, std::size_t used) {
    carry_.assign(bytes.substr(used));
    if (carry_.size() > chunk_header_bytes_max) return fail(errc::malformed_http, "a chunk header without an end");
    return bytes.size();
  }

  kind kind_;
  std::size_t head_bytes_max_;
  collected into_;
  std::variant<std::monostate, beast_parser<true>, beast_parser<false>> beast_;
  std::string carry_;  // a head so far, or a cut chunk header
  bool head_complete_ = false;
};

message_reader::message_reader(kind what, std::size_t head_bytes_max, std::size_t body_bytes_max)
    : parser_(std::make_unique<parser>(what, head_bytes_max, body_bytes_max)) {}
message_reader::~message_reader() = default;
message_reader::message_reader(message_reader&&) noexcept = default;
message_reader& message_reader::operator=(message_reader&&) noexcept = default;

result<std::size_t> message_reader::feed(std::string_view bytes) { return parser_->feed(bytes); }
result<void> message_reader::end_of_input() { return parser_->end_of_input(); }
bool message_reader::started() const noexcept { return parser_->started(); }
bool message_reader::head_complete() const noexcept { return parser_->head_complete(); }
bool message_reader::complete() const noexcept { return parser_->complete(); }
const message_head& message_reader::head() const noexcept { return parser_->into().head; }
std::string& message_reader::body() noexcept { return parser_->into().body; }

}  // namespace stoplog::http
