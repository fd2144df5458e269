// Reads the log from a place onwards, record by record, across segments, while
// a server may be writing. What cannot be read is told, never skipped in
// silence, and never hides a sound record that follows it.
#pragma once

#include "audit/segment.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stoplog::audit {

// Where a record begins, and which one is expected there. All zero: the start
// of the log, wherever that is.
struct position {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t seq = 0;
  friend bool operator==(const position&, const position&) = default;
};

// A sound record; the view lives until the next call of next().
struct line {
  std::uint64_t seq = 0;
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::string_view bytes;  // without the newline
};

struct trouble {
  enum class kind : std::uint8_t {
    damaged,       // bytes that are no sealed record
    missing,       // records first..last are not there
    out_of_order,  // a sound record that stands where another one belongs
    unfinished,    // a segment ends inside a record although another one follows
    unreadable,    // the segment, or the folder, could not be read
    left_over,     // bytes of a write that failed and was done again in the next segment; no loss
  } what = kind::damaged;
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first = 0;  // the records concerned, as far as that is known
  std::uint64_t last = 0;

  bool is_damage() const noexcept { return what != kind::left_over; }
};

// One sentence without a full stop.
std::string to_string(const trouble& t);

struct end_of_log {};

class walk {
 public:
  explicit walk(std::filesystem::path directory, position from = {});

  // `end_of_log` means "no more now": call again later, and it goes on. A
  // record beyond `last` is left for later too. A torn last line is not told:
  // it may be a write under way.
  std::variant<end_of_log, line, trouble> next(std::uint64_t last = std::numeric_limits<std::uint64_t>::max());

  // Where the next record will be looked for. Continue there, in this process
  // or in another one.
  position here() const noexcept { return {at_.segment, at_.offset, at_.seq + damaged_}; }

 private:
  using step = std::variant<end_of_log, line, trouble>;
  enum class fetched : std::uint8_t { whole_line, too_long, file_end, failed };

  bool enter(std::optional<trouble>& problem);
  void go_to(std::uint64_t segment, std::optional<trouble>& problem);
  std::uint64_t following() const noexcept;
  fetched fetch(std::string_view& bytes);
  std::optional<step> judge(std::string_view bytes, std::uint64_t last);
  std::optional<step> judge_sound(std::uint64_t seq, std::string_view bytes, std::size_t with_newline,
                                  std::uint64_t last);
  std::optional<step> at_file_end(std::string_view rest);
  step stop();
  step unreadable();
  trouble tell(trouble::kind what, std::size_t bytes, std::uint64_t first, std::uint64_t last) const;
  void consume(std::size_t bytes) noexcept;

  std::filesystem::path directory_;
  position at_;                          // at_.seq: the next record, damaged ones not counted
  std::uint64_t damaged_ = 0;            // damaged lines since the last sound record
  std::vector<std::uint64_t> segments_;
  read_file file_;
  std::string buffer_;
  std::size_t used_ = 0;                 // of the buffer
  bool stuck_ = false;                   // something could not be read and nothing follows it
};

}  // namespace stoplog::audit
