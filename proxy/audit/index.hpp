// The index: an SQLite file beside the log that knows where each record stands
// and what filters ask for. It holds no copy of the records: the log is the
// truth, the index can be deleted at any time and is made again from it.
#pragma once

#include "audit/filter.hpp"
#include "audit/sqlite.hpp"
#include "audit/walk.hpp"
#include "base/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace stoplog::audit {

inline constexpr const char* index_name = "index.sqlite";
inline constexpr std::uint64_t records_per_span = 1024;  // whose times are kept as a least and a greatest
inline constexpr std::uint64_t records_per_block = 64;   // of which is known which values there are

// What has few values: see the layout in index_writer.cpp.
enum class block_field : std::uint8_t { status, kind, team, route, endpoint, decision, policy_digest, model };
inline constexpr std::size_t block_fields = 8;
const char* name_of(block_field field) noexcept;

struct indexed_place {
  std::uint64_t seq, segment, offset, bytes;
};

// A record that was just written, with what drop_unwritten() takes away gone.
struct fresh_record {
  indexed_place at;
  std::unique_ptr<record> value;
};

// Errors of everything here: audit_unavailable with SQLite's message.
class index_writer {
 public:
  // Creates the index, or opens it. One that is broken, of another version, or
  // of another log than the one in `directory`, is made anew.
  static result<index_writer> open(const std::filesystem::path& directory);
  index_writer(index_writer&&) noexcept;
  index_writer& operator=(index_writer&&) noexcept;
  ~index_writer();

  // Where the log has to be read on.
  position next() const noexcept { return next_; }
  std::uint64_t damaged() const noexcept { return damaged_; }

  // One batch: begin, add..., commit. After an error: roll_back.
  result<void> begin();
  result<void> add(const indexed_place& at, const record& r);
  result<void> add(const trouble& found);
  result<void> commit(position next);
  void roll_back();

  // Takes away the rows of records before `seq`: their segments were retired. A
  // transaction of its own.
  result<void> forget_before(std::uint64_t seq);
  // The number of its first record; 0: it has none.
  result<std::uint64_t> first();

  bool is_broken() const { return database_.is_broken(); }

 private:
  struct statements;
  index_writer();
  result<void> add_to_block(std::uint64_t block, const record& r);
  result<void> add_findings(std::uint64_t seq, const record& r);
  result<void> widen_span(std::uint64_t block, std::int64_t micros);
  result<void> write_span();
  // False: the file is not fit for this log and must be made anew.
  result<bool> set_up(const std::filesystem::path& directory);
  result<bool> lay_out();
  result<void> prepare();
  result<void> load();
  result<bool> belongs_to(const std::filesystem::path& directory);

  sql_database database_;
  std::unique_ptr<statements> prepared_;
  position next_;
  std::uint64_t damaged_ = 0;
  std::uint64_t damaged_in_batch_ = 0;
  // Values that are written for the block at hand already.
  std::array<std::set<std::string, std::less<>>, block_fields> of_block_;
  std::uint64_t block_ = 0;
  struct span {
    std::uint64_t block;
    std::int64_t least, greatest;
  };
  std::optional<span> span_;  // of the batch, and not written yet
};

// Removes the index; the next index_writer starts from the log's beginning.
void remove_index(const std::filesystem::path& directory);

// Records first <= seq < before.
struct seq_range {
  std::uint64_t first = 0;
  std::uint64_t before = 0;
};
enum class search_order : std::uint8_t { newest_first, oldest_first };

class index_search;

// One consistent view, from open() on.
class index_reader {
 public:
  static result<index_reader> open(const std::filesystem::path& directory);

  position next() const noexcept { return next_; }
  // Matching records in the order asked for. What the index cannot tell apart
  // is found too: the caller holds each record against the filter.
  result<std::vector<indexed_place>> find(const filter& f, const seq_range& within, search_order order, std::size_t limit);
  // How SQLite would do it: one line a step, as EXPLAIN QUERY PLAN tells it. For tests.
  result<std::vector<std::string>> plan(const filter& f, const seq_range& within, search_order order, std::size_t limit);
  result<std::vector<trouble>> troubles(std::size_t limit);

 private:
  result<index_search> search_of(const filter& f, const seq_range& within);

  sql_database database_;
  position next_;
};

// Reads up to `most` records and troubles from the walk into the index, as one
// transaction. 0: the log has no more up to record `last`.
result<std::size_t> index_batch(index_writer& index, walk& from, decoder& decode, std::uint64_t last, std::size_t most);

// The same of records that stand in the log one behind the other from index.next()
// on, without reading them again.
result<std::size_t> index_fresh(index_writer& index, std::span<const fresh_record> written);

struct rebuilt {
  position next;               // where the log ended
  std::uint64_t damaged = 0;   // places that could not be read
};

// Makes the index anew from the whole log. Refused while a server has the directory.
result<rebuilt> rebuild_index(const std::filesystem::path& directory);

}  // namespace stoplog::audit
