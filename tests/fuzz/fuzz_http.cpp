// Any bytes as an HTTP message, cut anywhere: what is read is the same as for
// one piece, and what is accepted has one framing, a head without controls, and
// a body that the framing allows.
#include "http/message_reader.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace stoplog;
using http::message_reader;

namespace {

constexpr std::size_t head_max = 2000;
constexpr std::size_t body_max = 3000;

void demand(bool holds) {
  if (!holds) std::abort();
}

struct outcome {
  std::string said;    // an error's code, "complete" or "waiting"
  std::string body;
  std::size_t used = 0;
  http::message_head head;
};

outcome read(message_reader::kind what, std::string_view bytes, std::string_view cuts) {
  message_reader reader(what, head_max, body_max);
  outcome out;
  for (std::size_t at = 0, cut = 0; at < bytes.size() && !reader.complete(); ++cut) {
    const std::size_t size = cuts.empty() ? bytes.size() : static_cast<unsigned char>(cuts[cut % cuts.size()]) % 17 + 1;
    const std::string piece(bytes.substr(at, size));
    std::string_view rest = piece;
    while (!rest.empty() && !reader.complete()) {
      const auto used = reader.feed(rest);
      if (!used) {
        return {.said = std::string(to_string(used.error().code))};
      }
      demand(*used <= rest.size() && (*used > 0 || reader.head_complete()));
      rest.remove_prefix(*used);
      out.used += *used;
    }
    at += piece.size();
  }
  out.said = reader.complete() ? "complete" : "waiting";
  if (!reader.complete() && what == message_reader::kind::response && reader.end_of_input()) out.said = "ended";
  out.body = reader.body();
  out.head = reader.head();
  return out;
}

bool plain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) return false;
  }
  return true;
}

void check_accepted(message_reader::kind what, const outcome& is) {
  const http::message_head& head = is.head;
  const auto lengths = head.count("content-length");
  const auto codings = head.count("transfer-encoding");
  demand(lengths + codings <= 1 && is.body.size() <= body_max);
  if (codings == 1) demand(http::equal_ignoring_case(head.value("transfer-encoding"), "chunked"));
  if (lengths == 1 && is.said == "complete") demand(std::to_string(is.body.size()) == head.value("content-length"));
  for (const http::field& f : head.fields) demand(!f.name.empty() && plain(f.name) && plain(f.value));
  if (what == message_reader::kind::request) {
    demand(head.count("host") == 1 && head.target.front() == '/' && plain(head.target) && head.target.find(' ') == std::string::npos);
    demand(lengths + codings == 1 || is.body.empty());
  } else {
    demand(head.status >= 100 && head.status <= 599);
    if (head.status < 200 || head.status == 204) demand(is.body.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = all.substr(4);
  for (const auto what : {message_reader::kind::request, message_reader::kind::response}) {
    const outcome whole = read(what, bytes, {});
    for (const std::string_view cuts : {all.substr(0, 4), std::string_view("\0", 1)}) {
      const outcome cut = read(what, bytes, cuts);
      demand(whole.said == cut.said && whole.body == cut.body && whole.used == cut.used);
    }
    if (whole.said == "complete" || whole.said == "ended") check_accepted(what, whole);
  }
  return 0;
}
