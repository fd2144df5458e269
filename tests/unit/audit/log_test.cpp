#include "audit/log.hpp"

#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <sys/stat.h>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;

unsigned mode_of(const std::filesystem::path& path) {
  struct stat about {};
  EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
  return about.st_mode & 0777U;
}

TEST(audit_log, a_waited_for_record_is_in_the_file_when_done_is_called) {
  const scratch folder;
  const auto made = open_log(folder.log());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(append_now(*made, allowed(i)));
    ASSERT_EQ(walk_all(folder.log()).ids.back(), allowed(i).id);
  }
  EXPECT_EQ(made->status().written, 20U);
  EXPECT_EQ(made->status().queued, 0U);
  EXPECT_TRUE(made->status().healthy);
}

TEST(audit_log, only_the_owner_can_read_it) {
  const scratch folder;
  fill(folder.log(), 1, {});
  EXPECT_EQ(mode_of(folder.log()), 0700U);
  EXPECT_EQ(mode_of(folder.log() / segment_name(1)), 0600U);
  EXPECT_EQ(mode_of(folder.log() / "lock"), 0600U);
  EXPECT_EQ(mode_of(folder.log() / "index.sqlite"), 0600U);
}

TEST(audit_log, a_folder_that_others_can_read_is_noted) {
  const scratch folder;
  std::filesystem::create_directory(folder.log());
  std::filesystem::permissions(folder.log(), std::filesystem::perms(0755));
  std::vector<std::string> notes;
  open_log(folder.log(), without_index(), &notes);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("0700"), std::string::npos);
}

TEST(audit_log, two_logs_cannot_share_a_folder) {
  const scratch folder;
  std::vector<std::string> notes;
  {
    const auto first = open_log(folder.log());
    const auto second = log::open(folder.log(), without_index(), notes);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, errc::audit_unavailable);
    EXPECT_NE(second.error().detail.find("another process writes"), std::string::npos);
  }
  EXPECT_TRUE(log::open(folder.log(), without_index(), notes));
}

TEST(audit_log, soon_records_wait_for_company_and_the_destructor_writes_the_rest) {
  const scratch folder;
  log_options options = without_index();
  options.soon_delay = 1h;
  options.soon_records = 10;
  {
    const auto made = open_log(folder.log(), options);
    for (int i = 0; i < 9; ++i) ASSERT_TRUE(made->append(allowed(i), durability::soon));
    EXPECT_EQ(made->status().queued, 9U);
    EXPECT_TRUE(walk_all(folder.log()).seqs.empty());
    ASSERT_TRUE(made->append(allowed(9), durability::soon));
    ASSERT_TRUE(eventually([&] { return made->status().written == 10; }));

    ASSERT_TRUE(made->append(allowed(10), durability::soon));
    ASSERT_TRUE(append_now(*made, allowed(11)));  // takes the one before along
    EXPECT_EQ(made->status().written, 12U);
    ASSERT_TRUE(made->append(allowed(12), durability::soon));
  }
  EXPECT_EQ(walk_all(folder.log()).seqs.size(), 13U);
}

TEST(audit_log, soon_records_are_written_without_company_after_the_delay) {
  const scratch folder;
  log_options options = without_index();
  options.soon_delay = 1ms;
  const auto made = open_log(folder.log(), options);
  ASSERT_TRUE(made->append(allowed(0), durability::soon));
  EXPECT_TRUE(eventually([&] { return made->status().written == 1; }));
}

TEST(audit_log, everything_that_is_queued_during_a_sync_goes_into_one_group) {
  const scratch folder;
  failing_files files;
  log_options options = without_index();
  options.files = &files;
  const auto made = open_log(folder.log(), options);
  files.hold_syncs();
  std::atomic<int> done = 0;
  const auto count = [&](bool durable) { done += durable ? 1 : 1000; };
  ASSERT_TRUE(made->append(allowed(0), durability::before, count));
  ASSERT_TRUE(eventually([&] { return files.somebody_is_held(); }));
  for (int i = 1; i <= 50; ++i) ASSERT_TRUE(made->append(allowed(i), durability::before, count));
  EXPECT_EQ(done, 0) << "nothing is durable before its sync";
  const int before = files.calls();
  files.let_go();
  ASSERT_TRUE(eventually([&] { return done == 51; }));
  EXPECT_EQ(files.calls() - before, 3) << "the first sync; then one write and one sync for all fifty";
}

TEST(audit_log, a_full_queue_refuses_and_says_so) {
  const scratch folder;
  failing_files files;
  log_options options = without_index();
  options.files = &files;
  options.queue_records = 5;
  std::atomic<int> done = 0;
  {
    const auto made = open_log(folder.log(), options);
    files.hold_syncs();
    ASSERT_TRUE(made->append(allowed(0), durability::before, [&](bool) { ++done; }));
    ASSERT_TRUE(eventually([&] { return files.somebody_is_held(); }));
    for (int i = 1; i < 5; ++i) ASSERT_TRUE(made->append(allowed(i), durability::soon, [&](bool) { ++done; }));
    EXPECT_FALSE(made->append(allowed(5), durability::before, [&](bool) { done += 1000; }));
    EXPECT_EQ(made->status().refused, 1U);
    EXPECT_EQ(made->status().queued, 5U) << "records being written count too";
    files.let_go();
  }
  EXPECT_EQ(done, 5);
  EXPECT_EQ(walk_all(folder.log()).seqs.size(), 5U);
}

TEST(audit_log, a_write_that_hangs_makes_it_unhealthy_while_it_hangs) {
  const scratch folder;
  failing_files files;
  log_options options = without_index();
  options.files = &files;
  options.stall = 10ms;
  const auto made = open_log(folder.log(), options);
  files.hold_syncs();
  ASSERT_TRUE(made->append(allowed(0), durability::before));
  EXPECT_TRUE(eventually([&] { return !made->status().healthy; }));
  files.let_go();
  EXPECT_TRUE(eventually([&] { return made->status().healthy && made->status().written == 1; }));
}

TEST(audit_log, rotates_by_size_and_every_segment_begins_with_its_name) {
  const scratch folder;
  log_options options = without_index();
  options.segment_bytes = 2000;
  {
    const auto made = open_log(folder.log(), options);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(made->append(allowed(i), durability::soon));
  }
  const auto segments = list_segments(folder.log());
  ASSERT_TRUE(segments);
  EXPECT_GT(segments->size(), 5U);
  for (const auto first : *segments) {
    const std::string text = read_all(folder.log() / segment_name(first));
    EXPECT_LE(text.size(), 2000U);
    EXPECT_TRUE(text.starts_with("{\"seq\":" + std::to_string(first) + ","));
  }
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs.size(), 40U);
  EXPECT_TRUE(found.troubles.empty());
}

TEST(audit_log, a_record_larger_than_a_segment_gets_one_of_its_own) {
  const scratch folder;
  log_options options = without_index();
  options.segment_bytes = 100;
  fill(folder.log(), 3, options);
  EXPECT_EQ(list_segments(folder.log())->size(), 3U);
  EXPECT_EQ(walk_all(folder.log()).seqs.size(), 3U);
}

TEST(audit_log, many_threads_append_and_every_record_is_there_once) {
  const scratch folder;
  log_options options;
  options.segment_bytes = 100'000;
  constexpr int threads = 4;
  constexpr int each = 500;
  std::atomic<int> durable = 0;
  std::atomic<int> appended = 0;
  {
    const auto made = open_log(folder.log(), options);
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          const auto when = i % 5 == 0 ? durability::before : durability::soon;
          if (made->append(allowed(t * each + i), when, [&](bool ok) { durable += ok ? 1 : 0; })) ++appended;
          if (i % 100 == 0) (void)made->status();
        }
      });
    }
    for (auto& worker : workers) worker.join();
  }
  EXPECT_EQ(appended, threads * each);
  EXPECT_EQ(durable, threads * each);
  const auto found = walk_all(folder.log());
  EXPECT_TRUE(found.troubles.empty());
  EXPECT_EQ(std::set<std::string>(found.ids.begin(), found.ids.end()).size(), static_cast<std::size_t>(threads * each));
}

}  // namespace
}  // namespace stoplog::audit
