#include "http/message_reader.hpp"

#include "http/chunked.hpp"
#include "http/strict_rules.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <charconv>

namespace stoplog::http {
namespace {

namespace beast = boost::beast;
using error_code = beast::error_code;

// Reads a head that is there as a whole.
template <bool IsRequest>
class head_parser : public beast::http::basic_parser<IsRequest> {
 public:
  explicit head_parser(message_head& into) : into_(into) {
    this->skip(true);  // the body is ours to read
    this->header_limit(0x7FFF'FFFF);
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int,
                       error_code&) override {
    into_.method = method;
    into_.target = target;
  }
  void on_response_impl(int status, beast::string_view, int, error_code&) override { into_.status = status; }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    into_.fields.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view bytes, error_code&) override { return bytes.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code&) override { return bytes.size(); }
  void on_finish_impl(error_code&) override {}

  message_head& into_;
};

template <bool IsRequest>
bool parse_head(std::string_view bytes, message_head& into) {
  head_parser<IsRequest> parser(into);
  error_code ec;
  const std::size_t used = parser.put({bytes.data(), bytes.size()}, ec);
  return !ec && used == bytes.size() && parser.is_header_done();
}

enum class framing { none, length, chunks, until_end };

// RFC 9112, 6.3, of a head that strict_rules.hpp has let through.
framing framing_of(const message_head& head, bool request) noexcept {
  if (!request && (head.status < 200 || head.status == 204 || head.status == 304)) return framing::none;
  if (head.count("transfer-encoding") != 0) return framing::chunks;
  if (head.count("content-length") != 0) return framing::length;
  return request ? framing::none : framing::until_end;
}

}  // namespace

class message_reader::parser {
 public:
  parser(kind what, std::size_t head_max, std::size_t body_max)
      : kind_(what), head_bytes_max_(head_max), body_bytes_max_(body_max) {}

  result<std::size_t> feed(std::string_view bytes) {
    if (complete_) return std::size_t{0};
    return head_complete_ ? feed_body(bytes) : feed_head(bytes);
  }

  result<void> end_of_input() {
    if (!head_complete_) return fail(errc::upstream_truncated, "closed before a whole head");
    if (framing_ == framing::until_end) complete_ = true;
    if (!complete_) return fail(errc::upstream_truncated, "closed before the end of the body");
    return {};
  }

  bool started() const noexcept { return head_complete_ || !carry_.empty(); }
  bool head_complete() const noexcept { return head_complete_; }
  bool complete() const noexcept { return complete_; }
  const message_head& head() const noexcept { return head_; }
  std::string& body() noexcept { return body_; }

 private:
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
    if (auto read = read_head(); !read) return read.error();
    const std::size_t taken = carry_.size() - had;
    std::string().swap(carry_);  // the body may take long, and needs no room for a head
    return taken;
  }

  bool has_bare_line_feed(std::size_t from) const noexcept {
    for (auto at = carry_.find('\n', from); at != std::string::npos; at = carry_.find('\n', at + 1)) {
      if (at == 0 || carry_[at - 1] != '\r') return true;
    }
    return false;
  }

  result<void> read_head() {
    const bool request = kind_ == kind::request;
    if (auto checked = check_head_bytes(carry_, request); !checked) return checked;
    const bool parsed = request ? parse_head<true>(carry_, head_) : parse_head<false>(carry_, head_);
    if (!parsed) return fail(errc::malformed_http, "not well-formed HTTP/1.1");
    if (auto checked = request ? check_request(head_) : check_response(head_); !checked) return checked;
    head_.keep_alive = !head_.has_token("connection", "close");
    head_complete_ = true;
    framing_ = framing_of(head_, request);
    if (framing_ == framing::length) {
      const std::string_view digits = head_.value("content-length");
      std::from_chars(digits.data(), digits.data() + digits.size(), length_left_);
    }
    complete_ = framing_ == framing::none || (framing_ == framing::length && length_left_ == 0);
    return {};
  }

  result<std::size_t> feed_body(std::string_view bytes) {
    std::string_view rest = bytes;
    if (framing_ == framing::chunks) {
      while (!rest.empty() && !complete_) {
        const auto data = chunks_.next(rest);
        if (!data) return data.error();
        if (auto taken = take(*data); !taken) return taken.error();
        complete_ = chunks_.complete();
      }
      return bytes.size() - rest.size();
    }
    if (framing_ == framing::length) {
      rest = rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(length_left_, rest.size())));
      length_left_ -= rest.size();
      complete_ = length_left_ == 0;
    }
    if (auto taken = take(rest); !taken) return taken.error();
    return rest.size();
  }

  // The limit is counted over everything that came.
  result<void> take(std::string_view data) {
    body_bytes_ += data.size();
    if (body_bytes_ > body_bytes_max_) return fail(errc::body_too_large, "a body over the limit");
    body_ += data;
    return {};
  }

  kind kind_;
  std::size_t head_bytes_max_;
  std::size_t body_bytes_max_;
  message_head head_;
  std::string body_;
  std::string carry_;  // the head so far
  framing framing_ = framing::none;
  chunk_reader chunks_;
  std::uint64_t length_left_ = 0;
  std::size_t body_bytes_ = 0;
  bool head_complete_ = false;
  bool complete_ = false;
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
const message_head& message_reader::head() const noexcept { return parser_->head(); }
std::string& message_reader::body() noexcept { return parser_->body(); }

}  // namespace stoplog::http
