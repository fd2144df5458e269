// A script as Anthropic's messages: one JSON message, or events one by one.
#pragma once

#include "base/error.hpp"
#include "demo/reply.hpp"

#include <deque>
#include <string>

namespace stoplog::demo {

inline constexpr std::string_view message_id = "msg_demo";

// The body of a message that is not streamed. Of the choices the last is told.
std::string whole_message(const ask& asked, const script& played);

// The answer to the body of POST /v1/messages/count_tokens. Errors: read_ask's.
result<std::string> message_tokens_for(std::string_view body);

class message_events final : public event_feed {
 public:
  message_events(ask asked, script played);

  std::optional<std::string> next() override;
  std::size_t sent() const noexcept override { return position_; }
  std::size_t total() const noexcept override;

 private:
  template <class Fill>
  void add(std::string_view type, const Fill& fill);
  void open_message();
  void say_token();
  void open_block(choice::channel of);
  void close_block();
  void close_message();

  ask asked_;
  choice said_;
  std::size_t repeats_;
  std::size_t position_ = 0;            // in the tokens, over all repeats
  std::int64_t block_ = -1;             // the one that is open, or was last
  bool open_ = false;
  choice::channel channel_ = choice::channel::content;
  bool began_ = false;
  bool over_ = false;
  std::deque<std::string> ready_;
};

}  // namespace stoplog::demo
