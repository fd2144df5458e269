// A script as OpenAI's Responses: one JSON response, or typed events one by one.
#pragma once

#include "demo/reply.hpp"

#include <deque>
#include <string>
#include <vector>

namespace stoplog::demo {

inline constexpr std::string_view response_id = "resp_demo";

// The body of a response that is not streamed. Of the choices the last is told.
std::string whole_response(const ask& asked, const script& played);

class typed_events final : public event_feed {
 public:
  typed_events(ask asked, script played);

  std::optional<std::string> next() override;
  std::size_t sent() const noexcept override { return sent_; }
  std::size_t total() const noexcept override;

 private:
  void open();
  void say();
  void close();
  template <class Fill>
  void add(std::string_view type, const Fill& fill);

  ask asked_;
  script played_;
  std::vector<choice> items_;       // each of one channel
  std::size_t item_ = 0;
  std::size_t position_ = 0;        // in the item's tokens, over all repeats
  bool opened_ = false;
  bool over_ = false;
  std::string said_;                // of the item
  std::vector<std::string> done_;   // items, JSON
  std::deque<std::string> ready_;
  std::size_t sent_ = 0;
  std::int64_t number_ = 0;
};

}  // namespace stoplog::demo
