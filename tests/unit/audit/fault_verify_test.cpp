// After every fault the log verifies or names exactly what is missing, no
// acknowledged record is lost, and status() told the truth meanwhile.
#include "audit/retention.hpp"
#include "audit/verify.hpp"
#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;
using step = failing_files::step;

class signed_log {
 public:
  signed_log() {
    options.index = false;
    options.segment_bytes = 4000;
    options.retry_delay = 1ms;
    options.proof = proof_options{signer_, 1h, 3, folder_.path() / "checkpoints"};
  }
  std::filesystem::path directory() const { return folder_.log(); }
  verified check() const {
    return *verify_log({directory(), *note_verifier::parse(signer_->public_text()), read_all(folder_.path() / "checkpoints")});
  }
  std::multiset<std::string> ids() const {
    const auto found = walk_all(directory());
    return {found.ids.begin(), found.ids.end()};
  }
  log_options options;

 private:
  scratch folder_;
  std::shared_ptr<const note_signer> signer_ = std::make_shared<note_signer>(*note_signer::make("stoplog.test/audit"));
};

// Disk full, short writes and failed syncs, at every call that writing makes.
TEST(audit_fault_verify, each_call_fails_in_turn_and_the_log_verifies) {
  int tried = 0;
  for (int nth = 1;; ++nth) {
    signed_log log;
    failing_files files;
    files.most_per_write = nth % 3 == 0 ? 100 : SIZE_MAX;
    files.fail_call(nth, nth % 2 == 0 ? ENOSPC : EIO);
    log.options.files = &files;
    std::set<int> acknowledged;
    std::vector<std::string> notes;
    {
      auto made = log::open(log.directory(), log.options, notes);
      if (made) {
        for (int i = 0; i < 9; ++i) {
          if (append_now(**made, allowed(i))) acknowledged.insert(i);
        }
        ASSERT_TRUE(eventually([&] { return (*made)->status().healthy; })) << nth;
      }
    }
    if (files.hits() == 0) break;  // the fault lies beyond the last call
    files.heal();
    log.options.files = nullptr;
    { const auto again = open_log(log.directory(), log.options); }
    ASSERT_EQ(log.check().problems, std::vector<std::string>{}) << nth;
    const auto ids = log.ids();
    for (const int i : acknowledged) ASSERT_EQ(ids.count(allowed(i).id), 1U) << nth << ' ' << i;
    ++tried;
  }
  EXPECT_GE(tried, 25);
}

TEST(audit_fault_verify, a_full_queue_refuses_and_what_was_taken_is_there) {
  signed_log log;
  failing_files files;
  log.options.files = &files;
  log.options.queue_records = 5;
  std::set<int> taken;
  {
    const auto made = open_log(log.directory(), log.options);
    files.hold_syncs();
    for (int i = 0; i < 20; ++i) {
      if (made->append(allowed(i), durability::before)) taken.insert(i);
    }
    EXPECT_EQ(made->status().refused, 20 - taken.size());
    EXPECT_LT(taken.size(), 20U);
    files.let_go();
  }
  EXPECT_EQ(log.check().problems, std::vector<std::string>{});
  for (const int i : taken) EXPECT_EQ(log.ids().count(allowed(i).id), 1U);
}

// A folder in its place: no rights keep a superuser, who runs tests, from reading a file.
TEST(audit_fault_verify, an_unreadable_segment_is_named_and_the_rest_is_read) {
  signed_log log;
  fill(log.directory(), 30, log.options);
  const auto segments = *list_segments(log.directory());
  ASSERT_GE(segments.size(), 4U);
  std::filesystem::remove(log.directory() / segment_name(segments[1]));
  std::filesystem::create_directory(log.directory() / segment_name(segments[1]));
  const auto found = log.check();
  ASSERT_FALSE(found.problems.empty());
  EXPECT_EQ(found.problems[0], segment_name(segments[1]) + " cannot be read");
  EXPECT_EQ(found.covered + 1, found.last) << "what follows stands under its own checkpoints";
}

TEST(audit_fault_verify, an_index_that_another_process_holds_costs_no_record) {
  signed_log log;
  log.options.index = true;
  const auto made = open_log(log.directory(), log.options);
  ASSERT_TRUE(append_now(*made, allowed(0)));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(log.directory() / "index.sqlite"); }));
  std::filesystem::remove(log.directory() / "index.sqlite");
  std::filesystem::create_directory(log.directory() / "index.sqlite");
  for (int i = 1; i < 10; ++i) ASSERT_TRUE(append_now(*made, allowed(i)));
  EXPECT_TRUE(made->status().healthy);
  EXPECT_EQ(log.check().problems, std::vector<std::string>{});
}

// Records carry the clock's time as it was; nothing is decided by it but age.
TEST(audit_fault_verify, a_clock_that_jumps_changes_no_order_and_retires_nothing_early) {
  signed_log log;
  {
    const auto made = open_log(log.directory(), log.options);
    for (int i = 0; i < 30; ++i) {
      record r = allowed(i);
      r.at += std::chrono::hours(i % 3 == 0 ? 100'000 : -100'000);
      ASSERT_TRUE(append_now(*made, std::move(r)));
    }
  }
  const auto found = log.check();
  EXPECT_EQ(found.problems, std::vector<std::string>{});
  // The clock went back ten years: every segment looks as if it came from the future.
  EXPECT_EQ(retirable(log.directory(), {.keep_for = 24h}, wall_now() - std::chrono::hours(87'600))->size(), 0U);
}

}  // namespace
}  // namespace stoplog::audit
