// Reads a log for people, while a server writes it or when none runs; changes
// nothing. Uses the index where there is one and reads the log itself for what
// the index does not have, so the answer is the same either way.
#pragma once

#include "audit/filter.hpp"
#include "audit/index.hpp"
#include "audit/walk.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::audit {

struct found_record {
  std::uint64_t seq = 0;
  record value;
  std::string line;  // the record's bytes as they stand in the log
};

struct page {
  std::vector<found_record> records;         // in the order asked for
  std::optional<std::uint64_t> next;         // there may be more: ask again with this as `before` or `after`
  std::vector<trouble> troubles;             // what could not be read on the way; the first 100
  bool by_index = false;
};

class reader {
 public:
  static constexpr std::size_t page_max = 10'000;
  static constexpr std::size_t troubles_max = 100;

  // Errors: audit_unavailable: no such folder, no right to read it.
  static result<reader> open(std::filesystem::path directory);

  // The newest `limit` matching records below sequence number `before`; at most page_max.
  // A sequence number never changes its record, so it is a cursor that stays good.
  result<page> find(const filter& f, std::size_t limit, std::uint64_t before = no_bound);

  // The oldest `limit` matching records above sequence number `after`.
  result<page> find_oldest(const filter& f, std::size_t limit, std::uint64_t after = 0);

  // Every record from `from` on, oldest first, until `each` says false or the
  // log ends. Returns where to go on.
  position follow(position from, const std::function<bool(const found_record&)>& each,
                  const std::function<void(const trouble&)>& told);

  // Where the log ends now: follow() from here sees only what is new.
  position end();

  static constexpr std::uint64_t no_bound = std::numeric_limits<std::uint64_t>::max();

 private:
  explicit reader(std::filesystem::path directory) : directory_(std::move(directory)) {}
  struct search;
  result<page> run(search wanted);
  void by_log(search& wanted);
  bool by_index(search& wanted);
  bool read_places(search& wanted, index_reader& index, seq_range within);
  void scan(search& wanted, position from, std::uint64_t end_segment);

  std::filesystem::path directory_;
};

}  // namespace stoplog::audit
