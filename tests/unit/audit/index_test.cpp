#include "audit/index.hpp"

#include "audit/query.hpp"
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
