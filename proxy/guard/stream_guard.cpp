#include "guard/stream_guard.hpp"

#include "dialect/sse.hpp"
#include "guard/event_judge.hpp"
#include "policy/by_category.hpp"

namespace stoplog::guard {
namespace {

// For people; the code beside it is for programs.
std::string_view sentence_of(errc why) noexcept {
  switch (why) {
    case errc::upstream_truncated: return "The answer broke off before its end.";
    case errc::upstream_timeout: return "The model did not go on in time.";
    case errc::upstream_malformed: return "The model sent an answer that could not be read.";
    case errc::evaluation_failed: return "The answer could not be judged.";
    case errc::audit_unavailable: return "The answer could not be recorded.";
    case errc::draining: return "The service is shutting down.";
    default: return "The answer could not be completed.";
  }
}

// Whether an answer that is longer than is waited for may go on: if that is said
// for the category of every rule that acts on answers.
bool passes_unjudged(const policy::compiled_policy& by) {
  const policy::policy& source = by.source();
  bool any = false;
  for (std::uint32_t i = 0; i < by.rules().size(); ++i) {
    const auto directions = by.database()->rule(i).surfaces.directions;
    const bool of_answers = (directions >> static_cast<unsigned>(direction::response) & 1U) != 0;
    if (!of_answers || by.effect(i, direction::response) == verdict::allow) continue;
    any = true;
    const auto* said = policy::for_category(source.on_error_of, by.rules()[i].category);
    if ((said != nullptr ? *said : source.on_error) == policy::on_error::block) return false;
  }
  return any || source.on_error == policy::on_error::allow;
}

}  // namespace

struct stream_guard::state {
  std::uint64_t bytes_max;
  std::uint64_t buffer_bytes;
  bool allows_errors;
  event_judge judge;
  dialect::sse_decoder decoder;
  std::string out;
  bool failed = false;      // `out` was not given to the caller
  bool over = false;
  std::uint64_t received = 0;
  std::uint64_t events = 0;
  guard::report full;

  result<stream_step> run();
  result<stream_step> give(stream_step::kind what, std::size_t ending_at = 0) {
    if (what == stream_step::kind::release && judge.buffers()) {
      if (out.size() <= buffer_bytes) return stream_step{};
      if (!allows_errors) return fail(errc::evaluation_failed, "the answer is longer than the policy's stream.limit");
      judge.stop_buffering();
    }
    over = what == stream_step::kind::stop || what == stream_step::kind::done;
    return stream_step{what, out, ending_at};
  }
};

// Judges the events that are there.
result<stream_step> stream_guard::state::run() {
  for (;;) {
    const auto event = decoder.next();
    if (!event) return event.error();
    if (*event == nullptr) return give(out.empty() ? stream_step::kind::need_more : stream_step::kind::release);
    events += (*event)->has_data ? 1 : 0;
    std::size_t ending_at = 0;
    const auto next = judge.judge(**event, out, ending_at);
    if (!next) return next.error();
    if (*next == event_judge::next::stopped) return give(stream_step::kind::stop, ending_at);
    if (*next == event_judge::next::done) return give(stream_step::kind::done);
  }
}

stream_guard::stream_guard(const dialect::codec& codec, const dialect::request_facts& asked, const limits& limits,
                           std::shared_ptr<const policy::compiled_policy> policy, scratch* shared, transcript* kept)
    : state_(new state{.bytes_max = limits.stream_bytes,
                       .buffer_bytes = policy->source().buffer_bytes,
                       .allows_errors = passes_unjudged(*policy),
                       .judge = event_judge(codec, asked, limits, std::move(policy), shared, kept),
                       .decoder = dialect::sse_decoder(limits.event_bytes)}) {}
stream_guard::~stream_guard() = default;
stream_guard::stream_guard(stream_guard&&) noexcept = default;

result<stream_step> stream_guard::on_bytes(std::string_view bytes, bool end) {
  state& s = *state_;
  expects(!s.over && !s.failed, "a stream that is over gets more bytes");
  if (!s.judge.buffers()) s.out.clear();
  // What stands before the limit is judged, wherever the bytes are cut.
  const auto room = static_cast<std::size_t>(s.bytes_max - s.received);
  const bool too_long = bytes.size() > room;
  s.decoder.feed(bytes.substr(0, room));
  s.received += std::min(bytes.size(), room);
  auto step = s.run();
  if (step && !s.over && too_long) step = fail(errc::upstream_malformed, "the answer is longer than limits.stream_bytes");
  if (step && !s.over && end) {
    s.decoder.finish();
    step = s.run();
    if (step && !s.over) step = fail(errc::upstream_truncated, "the answer ended without its terminator");
  }
  s.failed = step.has_error();
  return step;
}

// What was judged clean before the error in the same read goes out before it.
std::string stream_guard::error_ending(errc why) const {
  const std::string before = state_->failed && !state_->judge.buffers() ? state_->out : std::string();
  return before + state_->judge.stream().error_event(to_string(why), sentence_of(why));
}

const report& stream_guard::report() const noexcept {
  state_->full = state_->judge.report();
  return state_->full;
}

verdict stream_guard::verdict() const noexcept { return state_->judge.verdict(); }

std::string_view stream_guard::model() const noexcept { return state_->judge.stream().model(); }
std::string_view stream_guard::response_id() const noexcept { return state_->judge.stream().response_id(); }
std::uint64_t stream_guard::events() const noexcept { return state_->events; }
std::uint64_t stream_guard::held() const noexcept { return state_->judge.held(); }

}  // namespace stoplog::guard
