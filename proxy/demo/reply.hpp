// A script as bytes: one JSON answer, or server-sent events one by one.
#pragma once

#include "demo/script.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::demo {

// Every answer has this id and age: the demo's answers are the same each time.
inline constexpr std::string_view answer_id = "chatcmpl-demo";
inline constexpr std::int64_t answer_created = 1'767'225'600;

// The body of an answer that is not streamed.
std::string whole_answer(const ask& asked, const script& played);

// The events of a streamed answer in their order.
class event_feed {
 public:
  virtual ~event_feed() = default;

  // The next event with the empty line that ends it; none after the last.
  virtual std::optional<std::string> next() = 0;

  // Tokens sent, and all that there are (of all choices).
  virtual std::size_t sent() const noexcept = 0;
  virtual std::size_t total() const noexcept = 0;
};

std::unique_ptr<event_feed> events_of(ask asked, script played);

// Of chat completions and completions. The choices take turns.
class event_source final : public event_feed {
 public:
  event_source(ask asked, script played);

  std::optional<std::string> next() override;
  std::size_t sent() const noexcept override { return sent_; }
  std::size_t total() const noexcept override;

 private:
  enum class stage : std::uint8_t { openings, tokens, endings, usage, done, over };

  std::optional<std::string> next_token();
  std::string usage_event();

  ask asked_;
  script played_;
  stage stage_ = stage::openings;
  std::size_t turn_ = 0;      // the choice that is next
  std::size_t position_ = 0;  // its token, counted over all repeats
  std::size_t sent_ = 0;
};

// OpenAI's list of the demo models, and its error object.
std::string models_list();
std::string error_object(std::string_view message, std::string_view type, std::string_view code);

}  // namespace stoplog::demo
