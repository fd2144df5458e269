#include "audit/index.hpp"

#include "audit/index_search.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr int busy_ms = 200;
constexpr std::uint64_t no_block = std::numeric_limits<std::uint64_t>::max();

std::uint64_t micros(wall_time t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }

result<std::uint64_t> number_of(sql_database& database, const std::string& sql, std::uint64_t value, std::uint64_t without) {
  auto asked = database.prepare(sql);
  if (!asked) return asked.error();
  const auto row = asked->bind(1, value).step();
  if (!row) return row.error();
  return *row ? asked->number(0) : without;
}

// The records that can be of the times asked for: `spans` says which blocks.
result<seq_range> within_times(sql_database& database, const filter& f, seq_range range) {
  if (f.since) {
    const auto block = number_of(database, "SELECT block FROM spans WHERE greatest >= ? ORDER BY block LIMIT 1", micros(*f.since), no_block);
    if (!block) return block.error();
    if (*block == no_block) return seq_range{};
    range.first = std::max(range.first, *block * records_per_span);
  }
  if (f.until) {
    const auto block = number_of(database, "SELECT block FROM spans WHERE least < ? ORDER BY block DESC LIMIT 1", micros(*f.until), no_block);
    if (!block) return block.error();
    if (*block == no_block) return seq_range{};
    range.before = std::min(range.before, (*block + 1) * records_per_span);
  }
  return range;
}

}  // namespace

result<index_reader> index_reader::open(const std::filesystem::path& directory) {
  index_reader made;
  auto opened = sql_database::open(directory / index_name, sql_database::access::read, busy_ms);
  if (!opened) return opened.error();
  made.database_ = std::move(*opened);
  if (auto begun = made.database_.run("BEGIN"); !begun) return begun.error();
  auto progress = made.database_.prepare("SELECT segment, offset, seq FROM progress");
  if (!progress) return progress.error();
  const auto row = progress->step();
  if (!row) return row.error();
  if (!*row) return fail(errc::audit_unavailable, "index: it has no progress");
  made.next_ = {progress->number(0), progress->number(1), progress->number(2)};
  return made;
}

// Of several conditions the one that fewest records fulfil is walked, so that a
// rare value is found quickly whatever else is asked for.
result<index_search> index_reader::search_of(const filter& f, const seq_range& within) {
  const auto range = within_times(database_, f, {within.first, std::min<std::uint64_t>(within.before, INT64_MAX)});
  if (!range) return range.error();
  index_search search(f, *range);
  const auto count_of = [&](const bound_sql& counting) -> result<std::uint64_t> {
    auto asked = database_.prepare(counting.text);
    if (!asked) return asked.error();
    bind(*asked, counting);
    if (const auto row = asked->step(); !row) return row.error();
    return asked->number(0);
  };
  if (search.by_id_range()) {
    const auto count = count_of(search.counting_ids());
    if (!count) return count.error();
    if (*count >= index_search::most_counted) search.walk_all();
  }
  std::uint64_t fewest = index_search::most_counted;
  for (std::size_t i = 0; search.leads() > 1 && i < search.leads(); ++i) {
    const auto count = count_of(search.counting(i));
    if (!count) return count.error();
    if (i != 0 && *count >= fewest) continue;
    search.lead_by(i);
    fewest = *count;
  }
  return search;
}

result<std::vector<indexed_place>> index_reader::find(const filter& f, const seq_range& within, search_order order,
                                                      std::size_t limit) {
  const auto chosen = search_of(f, within);
  if (!chosen) return chosen.error();
  const bound_sql sql = chosen->text(order, limit);
  auto search = database_.prepare(sql.text);
  if (!search) return search.error();
  bind(*search, sql);
  std::vector<indexed_place> found;
  while (true) {
    const auto row = search->step();
    if (!row) return row.error();
    if (!*row) return found;
    const std::uint64_t seq = search->number(0);
    if (!found.empty() && found.back().seq == seq) continue;
    found.push_back({seq, search->number(1), search->number(2), search->number(3)});
  }
}

result<std::vector<std::string>> index_reader::plan(const filter& f, const seq_range& within, search_order order,
                                                    std::size_t limit) {
  const auto chosen = search_of(f, within);
  if (!chosen) return chosen.error();
  const bound_sql sql = chosen->text(order, limit);
  auto explained = database_.prepare("EXPLAIN QUERY PLAN " + sql.text);
  if (!explained) return explained.error();
  bind(*explained, sql);
  std::vector<std::string> steps;
  while (true) {
    const auto row = explained->step();
    if (!row) return row.error();
    if (!*row) return steps;
    steps.push_back(explained->text(3));
  }
}

result<std::vector<trouble>> index_reader::troubles(std::size_t limit) {
  auto search = database_.prepare("SELECT what, segment, offset, bytes, first, last FROM troubles "
                                  "ORDER BY segment, offset LIMIT " + std::to_string(limit));
  if (!search) return search.error();
  std::vector<trouble> found;
  while (true) {
    const auto row = search->step();
    if (!row) return row.error();
    if (!*row) return found;
    found.push_back({static_cast<trouble::kind>(search->number(0)), search->number(1), search->number(2),
                     search->number(3), search->number(4), search->number(5)});
  }
}

}  // namespace stoplog::audit
