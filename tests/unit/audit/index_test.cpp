#include "audit/index.hpp"

#include "audit/indexer.hpp"
#include "audit/query.hpp"
#include "random_records.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <sqlite3.h>

namespace stoplog::audit {
namespace {

log_options with_index() {
  log_options options;
  options.soon_delay = std::chrono::milliseconds{1};
  return options;
}

// Another process' connection, as an administrator's tool would have it.
class intruder {
 public:
  explicit intruder(const std::filesystem::path& directory) {
    EXPECT_EQ(sqlite3_open((directory / index_name).c_str(), &opened_), SQLITE_OK);
    sqlite3_busy_timeout(opened_, 5000);
  }
  ~intruder() { sqlite3_close(opened_); }
  intruder(const intruder&) = delete;
  intruder& operator=(const intruder&) = delete;
  void run(const char* sql) { EXPECT_EQ(sqlite3_exec(opened_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(opened_); }

 private:
  sqlite3* opened_ = nullptr;
};

std::size_t indexed(const std::filesystem::path& directory) {
  auto index = index_reader::open(directory);
  if (!index) return 0;
  const auto all = index->find({}, {0, reader::no_bound}, search_order::newest_first, reader::page_max);
  return all ? all->size() : 0;
}

TEST(audit_index, follows_the_log) {
  const scratch folder;
  const auto made = open_log(folder.log(), with_index());
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append_now(*made, i % 3 == 0 ? cut(i) : allowed(i)));
  ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
  EXPECT_EQ(indexed(folder.log()), 30U);
  auto index = index_reader::open(folder.log());
  ASSERT_TRUE(index);
  filter by_rule;
  by_rule.rule = "DEMO-001";
  const auto found = index->find(by_rule, {0, 20}, search_order::newest_first, 3);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ((*found)[0].seq, 19U);
  EXPECT_EQ((*found)[2].seq, 13U);
}

TEST(audit_index, a_clean_stop_leaves_nothing_to_index) {
  const scratch folder;
  fill(folder.log(), 25, with_index());
  EXPECT_EQ(indexed(folder.log()), 25U);
}

TEST(audit_index, catches_up_at_start) {
  const scratch folder;
  fill(folder.log(), 2500);
  ASSERT_EQ(indexed(folder.log()), 0U);
  const auto made = open_log(folder.log(), with_index());
  ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
  EXPECT_EQ(indexed(folder.log()), 2500U);
}

TEST(audit_index, a_lock_held_by_another_process_delays_no_record) {
  const scratch folder;
  const auto made = open_log(folder.log(), with_index());
  ASSERT_TRUE(append_now(*made, allowed(0)));
  ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
  intruder other(folder.log());
  other.run("BEGIN IMMEDIATE");
  for (int i = 1; i <= 50; ++i) ASSERT_TRUE(append_now(*made, allowed(i)));
  EXPECT_EQ(made->status().written, 51U);
  EXPECT_TRUE(made->status().healthy);
  EXPECT_EQ(made->status().index_lag, 50U);
  const auto found = reader::open(folder.log())->find({}, 100);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->records.size(), 51U) << "a reader does not wait for the index";
  EXPECT_TRUE(eventually([&] { return made->status().index_failure == "index: database is locked"; }));
  other.run("ROLLBACK");
  EXPECT_TRUE(eventually([&] { return made->status().index_lag == 0 && made->status().index_failure.empty(); }));
  EXPECT_EQ(indexed(folder.log()), 51U);
}

TEST(audit_index, a_broken_one_is_made_anew) {
  int tried = 0;
  for (const std::string& wreck : {std::string("no database at all, and long enough to be looked at"), std::string(8192, '\0'),
                                   std::string("SQLite format 3\0", 16) + std::string(4080, 'x')}) {
    const scratch folder;
    fill(folder.log(), 10, with_index());
    write_all(folder.log() / index_name, wreck);
    const auto made = open_log(folder.log(), with_index());
    ASSERT_TRUE(append_now(*made, allowed(10)));
    ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
    EXPECT_EQ(indexed(folder.log()), 11U);
    ++tried;
  }
  EXPECT_EQ(tried, 3);
}

TEST(audit_index, one_of_another_version_or_of_another_log_is_made_anew) {
  const scratch folder;
  const scratch other;
  fill(folder.log(), 10, with_index());
  intruder(folder.log()).run("PRAGMA user_version = 77");
  { const auto made = open_log(folder.log(), with_index()); ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; })); }
  EXPECT_EQ(indexed(folder.log()), 10U);

  log_options small = with_index();
  small.segment_bytes = 1000;
  fill(other.log(), 40, small);
  std::filesystem::copy_file(other.log() / index_name, folder.log() / index_name, std::filesystem::copy_options::overwrite_existing);
  { const auto made = open_log(folder.log(), with_index()); ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; })); }
  EXPECT_EQ(indexed(folder.log()), 10U);
}

TEST(audit_index, damage_in_the_log_is_counted_and_shown) {
  const scratch folder;
  fill(folder.log(), 10);
  std::string text = read_all(folder.log() / segment_name(1));
  text[text.find('\n') + 50] ^= 1;
  write_all(folder.log() / segment_name(1), text);
  const auto made = open_log(folder.log(), with_index());
  ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0 && made->status().damaged == 1; }));
  const auto found = reader::open(folder.log())->find({}, 100);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->by_index);
  ASSERT_EQ(found->troubles.size(), 1U);
  EXPECT_EQ(found->troubles[0].first, 2U);
}

// Everything that an index holds, as text.
std::string dump(const std::filesystem::path& directory) {
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open((directory / index_name).c_str(), &opened), SQLITE_OK);
  std::string all;
  const auto row = [](void* to, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i) *static_cast<std::string*>(to) += std::string(values[i] == nullptr ? "-" : values[i]) + '|';
    *static_cast<std::string*>(to) += '\n';
    return 0;
  };
  for (const char* table : {"records", "blocks", "findings", "spans", "progress"}) {
    const std::string sql = std::string("SELECT * FROM ") + table + (std::string_view(table) == "findings" ? " ORDER BY seq, rowid" : "");
    EXPECT_EQ(sqlite3_exec(opened, sql.c_str(), row, &all, nullptr), SQLITE_OK) << sqlite3_errmsg(opened);
  }
  sqlite3_close(opened);
  return all;
}

TEST(audit_index, is_the_same_from_records_handed_over_and_from_the_log) {
  int tried = 0;
  for (const bool proof : {true, false}) {
    const scratch folder;
    log_options options = with_index();
    options.segment_bytes = 200'000;
    if (proof) options.proof = proof_options{nullptr, std::chrono::hours(1), 100, {}};
    record_maker maker(7);
    {
      const auto made = open_log(folder.log(), options);
      for (int i = 0; i < 600; ++i) {
        record r = maker.make();
        r.status = i % 50 == 0 ? -1 : r.status;
        if (i % 40 == 0) r.model_asked = std::string(text_bytes_max + 5, 'm');  // is cut, and not handed over
        ASSERT_TRUE(append_now(*made, r));
        ++tried;
        // An index that has nothing yet begins with the log; from here on it is handed what comes.
        if (i == 0) ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
      }
      ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
    }
    const std::string followed = dump(folder.log());
    EXPECT_GT(followed.size(), 100'000U);
    const auto done = rebuild_index(folder.log());
    ASSERT_TRUE(done);
    EXPECT_EQ(done->damaged, 0U);
    EXPECT_EQ(followed, dump(folder.log()));
  }
  EXPECT_EQ(tried, 1200);
}

TEST(audit_index, what_is_handed_over_but_does_not_follow_is_read_from_the_log) {
  const scratch folder;
  fill(folder.log(), 30);
  std::vector<indexed_place> places;
  walk through(folder.log());
  while (true) {
    const auto step = through.next();
    const auto* found = std::get_if<line>(&step);
    if (found == nullptr) break;
    places.push_back({found->seq, found->segment, found->offset, found->bytes.size()});
  }
  ASSERT_EQ(places.size(), 30U);
  const auto hand = [&](indexer& to, std::vector<std::size_t> which, std::uint64_t off = 0) {
    std::vector<fresh_record> some;
    for (const std::size_t i : which) {
      record r = allowed(static_cast<int>(i));
      r.team = "handed";
      indexed_place at = places[i];
      at.offset += off;
      some.push_back({at, std::make_unique<record>(r)});
    }
    to.hand_over(std::move(some));
  };
  const auto handed = [&] {
    auto index = index_reader::open(folder.log());
    filter f;
    f.team = "handed";
    std::vector<std::uint64_t> seqs;
    for (const auto& each : *index->find(f, {0, reader::no_bound}, search_order::oldest_first, 100)) seqs.push_back(each.seq);
    return seqs;
  };
  std::atomic<std::uint64_t> durable = 10;
  {
    indexer follows(folder.log(), durable);
    ASSERT_TRUE(eventually([&] { return follows.indexed() == 10; }));
    EXPECT_TRUE(handed().empty());
    hand(follows, {3, 9, 10, 11, 13, 14});  // two that are old, and one missing
    durable = 16;
    follows.nudge();
    ASSERT_TRUE(eventually([&] { return follows.indexed() == 16; }));
    EXPECT_EQ(handed(), (std::vector<std::uint64_t>{11, 12, 14, 15}));
    hand(follows, {16, 17}, 1);  // not where the log goes on
    hand(follows, {29});
    durable = 25;
    follows.nudge();
    ASSERT_TRUE(eventually([&] { return follows.indexed() == 25; }));
    durable = 30;
    follows.nudge();
    ASSERT_TRUE(eventually([&] { return follows.indexed() == 30; }));
    EXPECT_EQ(follows.failure(), "");
  }
  EXPECT_EQ(indexed(folder.log()), 30U);
  EXPECT_EQ(handed(), (std::vector<std::uint64_t>{11, 12, 14, 15, 30}));
}

TEST(audit_index, can_be_rebuilt_when_no_server_runs) {
  const scratch folder;
  fill(folder.log(), 20, with_index());
  remove_index(folder.log());
  ASSERT_EQ(indexed(folder.log()), 0U);
  const auto done = rebuild_index(folder.log());
  ASSERT_TRUE(done);
  EXPECT_EQ(done->next.seq, 21U);
  EXPECT_EQ(done->damaged, 0U);
  EXPECT_EQ(indexed(folder.log()), 20U);

  const auto server = open_log(folder.log(), with_index());
  EXPECT_FALSE(rebuild_index(folder.log()));
}

}  // namespace
}  // namespace stoplog::audit
