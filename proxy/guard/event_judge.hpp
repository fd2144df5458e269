// Judges the events of a streamed answer one by one and writes what goes out.
#pragma once

#include "dialect/sse.hpp"
#include "guard/document_judge.hpp"
#include "guard/event_frame.hpp"
#include "guard/lanes.hpp"
#include "guard/scratch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace stoplog::guard {

class event_judge {
 public:
  event_judge(const dialect::codec& codec, const dialect::request_facts& asked, const limits& limits,
              std::shared_ptr<const policy::compiled_policy> policy, scratch* shared, transcript* kept);

  enum class next { go_on, stopped, done };

  // Appends to `out` what goes out for the event. After `stopped`, `ending_at`
  // is where the blocked ending begins in it.
  result<next> judge(const dialect::sse_event& event, std::string& out, std::size_t& ending_at);

  // Nothing that is written may go out before the answer is over.
  bool buffers() const noexcept { return buffers_; }
  // What was written goes out after all.
  void stop_buffering() noexcept { buffers_ = false; }

  // What was seen so far, with all counts.
  guard::report report() const;
  stoplog::verdict verdict() const noexcept { return report_.decision.verdict; }

  const dialect::answer_stream& stream() const noexcept { return *stream_; }
  std::uint64_t held() const noexcept { return lanes_.held(); }

 private:
  // Text of a lane that the event at hand released.
  struct piece {
    dialect::lane lane;
    std::string text;
  };
  result<next> judge_data(const dialect::sse_event& event, const json::document& data, std::string& out,
                          std::size_t& ending_at);
  result<next> judge_again(const dialect::sse_event& event, std::string_view text, std::string& out, std::size_t& ending_at);
  void remember(const dialect::sse_event& event, const json::document& data, const dialect::event_view& view);
  result<bool> judge_name(std::string_view name);
  result<bool> judge_texts(const json::document& data, const dialect::event_view& view);
  result<bool> judge_whole(const json::document& data, const dialect::text_field& field);
  void add_found(guard::report found);
  void note_label(const judged_text& judged, const guard::report& found);
  result<bool> feed_lane(dialect::lane to, surface where, std::string_view text, bool end, bool& verbatim);
  void send(piece p, std::string& out);
  bool waits(dialect::lane of) const;
  void end_waiting(std::string& out);
  result<bool> flush(const std::vector<dialect::lane>& ended, const dialect::event_view& view, std::string& out);
  std::vector<dialect::lane> all_lanes() const;
  result<next> finish(std::string& out, std::size_t& ending_at);
  void pass(const dialect::sse_event& event, const json::document& data, const dialect::event_view& view, std::string& out);
  void tell(std::string_view data, dialect::passing how);
  next stop(std::string& out, std::size_t& ending_at);

  std::shared_ptr<const policy::compiled_policy> policy_;
  const dialect::codec& codec_;
  dialect::request_facts asked_;
  std::unique_ptr<dialect::answer_stream> stream_;
  std::unique_ptr<scratch> own_;  // null: shared
  json::reader& reader_;
  document_judge whole_;
  lanes lanes_;
  transcript* kept_;                     // may be null
  std::vector<std::size_t> kept_lanes_;  // their numbers in it
  bool enforced_;
  std::size_t waiting_bytes_max_;
  bool buffers_;
  guard::report report_;

  // Events that wait, as they will go out, and what stands in them. A lane that
  // has text here waits, too: the rest of it comes behind.
  std::string waiting_;
  std::vector<piece> waiting_pieces_;
  std::uint64_t waiting_whole_ = 0;  // bytes of whole texts

  // Of the event at hand:
  std::vector<judged_text> judged_;
  std::vector<piece> pieces_;
  coverage counts_;              // of its whole texts
  coverage counts_to_lane_;      // of those before its last lane's text
  bool name_changed_ = false;
  bool labels_clean_ = true;     // nothing was found in its whole texts
  dialect::lane deciding_ = dialect::no_lane;

  // Of the event before it, if another one may come in its frame:
  event_frame frame_;
  dialect::text_field framed_;
  coverage framed_counts_;
  coverage framed_counts_to_lane_;

  std::uint64_t withheld_ = 0;   // text that a lane released and that did not go out
};

}  // namespace stoplog::guard
