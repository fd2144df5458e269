// Every step of writing fails in turn. What must hold after each: a record that
// was acknowledged is in the log, once; an owner that was told false has no
// record; status() tells the truth; the log goes on when the fault is over.
#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;
using step = failing_files::step;

log_options with(failing_files& files) {
  log_options options = without_index();
  options.files = &files;
  options.retry_delay = 1ms;
  options.segment_bytes = 1500;
  return options;
}

TEST(audit_fault, each_call_fails_in_turn_and_no_acknowledged_record_is_lost) {
  int tried = 0;
  int refused_to_open = 0;
  for (int nth = 1;; ++nth) {
    const scratch folder;
    failing_files files;
    files.fail_call(nth, nth % 2 == 0 ? ENOSPC : EIO);
    std::vector<std::string> notes;
    std::map<int, bool> told;
    {
      auto made = log::open(folder.log(), with(files), notes);
      if (!made) {
        ASSERT_EQ(made.error().code, errc::audit_unavailable);
        ASSERT_FALSE(made.error().detail.empty());
        ++refused_to_open;
        ++tried;
        continue;
      }
      for (int i = 0; i < 8; ++i) told[i] = append_now(**made, allowed(i));
      ASSERT_TRUE(eventually([&] { return (*made)->status().healthy; })) << nth;
    }
    if (files.hits() == 0) break;  // the fault lies beyond the last call
    const auto found = walk_all(folder.log());
    const std::multiset<std::string> ids(found.ids.begin(), found.ids.end());
    for (const auto& [i, durable] : told) ASSERT_EQ(ids.count(allowed(i).id), durable ? 1U : 0U) << nth << ' ' << i;
    for (const auto& t : found.troubles) ASSERT_FALSE(t.is_damage()) << nth << ' ' << to_string(t);
    ++tried;
  }
  EXPECT_GE(tried, 25);
  EXPECT_EQ(refused_to_open, 4);  // making the folder, locking, creating, syncing the folder
}

TEST(audit_fault, a_failed_sync_tells_every_waiter_and_ends_the_segment) {
  const scratch folder;
  failing_files files;
  const auto made = open_log(folder.log(), with(files));
  ASSERT_TRUE(append_now(*made, allowed(0)));
  files.fail(step::sync, 1, EIO);
  ASSERT_FALSE(append_now(*made, allowed(1)));
  // It finds out by itself that it can write again, and says what happened.
  ASSERT_TRUE(eventually([&] { return made->status().healthy && made->status().written == 2; }));
  EXPECT_EQ(made->status().failed, 1U);
  EXPECT_EQ(made->status().failure, "");
  ASSERT_TRUE(append_now(*made, allowed(2)));

  EXPECT_EQ(*list_segments(folder.log()), (std::vector<std::uint64_t>{1, 2})) << "what follows a failed sync is a new file";
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(found.troubles.empty());
  EXPECT_EQ(std::count(found.ids.begin(), found.ids.end(), allowed(1).id), 0);
  const std::string second = read_all(folder.log() / segment_name(2));
  EXPECT_NE(second.find(R"("event":"write_failure","note":"1 records could not be written and 0 were refused since )"),
            std::string::npos) << second;
  EXPECT_NE(second.find("sync of log-00000000000000000001.jsonl failed: Input/output error"), std::string::npos);
}

TEST(audit_fault, while_the_fault_lasts_it_is_unhealthy_and_keeps_what_nobody_waits_for) {
  const scratch folder;
  failing_files files;
  log_options options = with(files);
  options.soon_delay = 1ms;
  options.segment_bytes = 1;  // every record needs a new segment, and so every step
  const auto made = open_log(folder.log(), options);
  ASSERT_TRUE(append_now(*made, allowed(900)));
  int tried = 0;
  for (const auto what : {step::write, step::sync, step::create, step::sync_directory}) {
    const auto before = made->status();
    files.fail(what, 1, ENOSPC, true);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(made->append(allowed(10 * tried + i), durability::soon));
    ASSERT_FALSE(append_now(*made, cut(10 * tried + 5)));
    ASSERT_FALSE(append_now(*made, cut(10 * tried + 6)));
    ASSERT_TRUE(eventually([&] { return !made->status().failure.empty(); }));
    EXPECT_FALSE(made->status().healthy);
    EXPECT_NE(made->status().failure.find("No space left on device"), std::string::npos) << made->status().failure;
    EXPECT_TRUE(eventually([&] { return made->status().queued == 3; }));
    files.heal();
    ASSERT_TRUE(eventually([&] { return made->status().queued == 0; }));
    ASSERT_TRUE(made->status().healthy);
    EXPECT_GE(made->status().failed, before.failed + 2);
    const auto found = walk_all(folder.log());
    const std::multiset<std::string> ids(found.ids.begin(), found.ids.end());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ids.count(allowed(10 * tried + i).id), 1U);
    EXPECT_EQ(ids.count(cut(10 * tried + 5).id), 0U);
    EXPECT_TRUE(std::none_of(found.troubles.begin(), found.troubles.end(), [](const auto& t) { return t.is_damage(); }));
    ++tried;
  }
  EXPECT_EQ(tried, 4);
}

TEST(audit_fault, a_cut_that_fails_too_leaves_bytes_that_readers_know_to_pass_over) {
  const scratch folder;
  failing_files files;
  log_options options = with(files);
  {
    const auto made = open_log(folder.log(), options);
    ASSERT_TRUE(append_now(*made, allowed(0)));
    files.fail(step::truncate, 1, EIO, true);
    int calls = files.calls();
    files.fail_call(2, EIO);  // the sync of the next group
    ASSERT_FALSE(append_now(*made, allowed(1)));
    EXPECT_GE(files.calls(), 3);
    EXPECT_GT(calls, 0);
    ASSERT_TRUE(eventually([&] { return made->status().healthy; }));
    ASSERT_TRUE(append_now(*made, allowed(2)));
  }
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs, (std::vector<std::uint64_t>{1, 2, 3}));
  ASSERT_EQ(found.troubles.size(), 1U);
  EXPECT_EQ(found.troubles[0].what, trouble::kind::left_over);
  EXPECT_EQ(found.ids.back(), allowed(2).id);
  EXPECT_EQ(std::count(found.ids.begin(), found.ids.end(), allowed(1).id), 0);
}

TEST(audit_fault, short_writes_are_continued) {
  const scratch folder;
  failing_files files;
  files.most_per_write = 7;
  log_options options = without_index();
  options.files = &files;
  {
    const auto made = open_log(folder.log(), options);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(append_now(*made, allowed(i)));
  }
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs.size(), 5U);
  EXPECT_TRUE(found.troubles.empty());
  EXPECT_EQ(list_segments(folder.log())->size(), 1U);
}

TEST(audit_fault, a_write_without_progress_is_an_error_not_a_loop) {
  const scratch folder;
  failing_files files;
  const auto made = open_log(folder.log(), with(files));
  files.most_per_write = 0;
  EXPECT_FALSE(append_now(*made, allowed(0)));
  EXPECT_FALSE(made->status().healthy);
}

TEST(audit_fault, closing_while_nothing_can_be_written_ends_and_counts_what_is_lost) {
  const scratch folder;
  failing_files files;
  log_options options = with(files);
  options.soon_delay = 1h;
  std::atomic<int> told_false = 0;
  {
    const auto made = open_log(folder.log(), options);
    files.fail(step::write, 1, ENOSPC, true);
    ASSERT_TRUE(made->append(allowed(0), durability::soon));
    ASSERT_TRUE(made->append(allowed(1), durability::soon, [&](bool durable) { told_false += durable ? 0 : 1; }));
  }
  EXPECT_EQ(told_false, 1);
  files.heal();
  EXPECT_TRUE(walk_all(folder.log()).ids.empty());
  const auto again = open_log(folder.log(), options);
  EXPECT_TRUE(append_now(*again, allowed(2)));
}

}  // namespace
}  // namespace stoplog::audit
