// The SQL of one search in the index. It begins at one of the conditions, the
// lead, whose index gives the records in order; the others are checked on the way.
#pragma once

#include "audit/filter.hpp"
#include "audit/index.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace stoplog::audit {

using sql_value = std::variant<std::string, std::uint64_t>;

// A statement and the values of its question marks; it outlives what it is bound to.
struct bound_sql {
  std::string text;
  std::vector<sql_value> values;
};
void bind(sql_statement& to, const bound_sql& from);

class index_search {
 public:
  // Times are not looked at but record by record; `within` has to narrow them.
  index_search(const filter& f, const seq_range& within);

  // Conditions that could lead; 0: the records are walked one by one.
  std::size_t leads() const noexcept { return leads_.size(); }
  void lead_by(std::size_t chosen) noexcept { lead_ = chosen; }
  // Counts the records that are walked for one of them, to most_counted at the most.
  bound_sql counting(std::size_t lead) const;

  // The beginning of an id, if nothing else could lead. It stands for a range of
  // ids, whose records have to be sorted; where there are many of them, all
  // records are walked instead, and enough are found soon.
  bool by_id_range() const noexcept { return leads_.empty() && !asked_.id.empty(); }
  bound_sql counting_ids() const;
  void walk_all() noexcept { walks_all_ = true; }

  // Rows of seq, segment, offset, bytes in order; a row may come again right after itself.
  bound_sql text(search_order order, std::size_t limit) const;

  static constexpr std::uint64_t most_counted = 4096;

 private:
  enum class table : std::uint8_t { records, blocks, findings };
  struct condition {
    table of;
    const char* column;  // of a block: its field
    sql_value value;
  };
  void ask(table of, const char* column, const std::string& value);
  void ask(block_field field, const std::string& value) { ask(table::blocks, name_of(field), value); }
  std::string range(const char* seq, bound_sql& to) const;
  std::string block_range(const condition& of, bound_sql& to) const;
  std::string begin_at_lead(bound_sql& to) const;
  void check_record(const condition& c, bound_sql& to) const;
  void check_others(bound_sql& to) const;

  const filter& asked_;
  seq_range within_;
  std::vector<condition> leads_;
  std::size_t lead_ = 0;
  bool walks_all_ = false;
};

}  // namespace stoplog::audit
