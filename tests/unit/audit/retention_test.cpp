// What is retired goes whole segments at a time, is told by the log itself, and
// leaves a log that verifies.
#include "audit/query.hpp"
#include "audit/retention.hpp"
#include "audit/verify.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;

class old_log {
 public:
  old_log() {
    options_.index = false;
    options_.segment_bytes = 4000;
    options_.proof = proof_options{std::make_shared<note_signer>(*note_signer::make("stoplog.test/audit")), 1h, 3, {}};
    log_ = open_log(folder_.log(), options_);
    for (int i = 0; i < 40; ++i) EXPECT_TRUE(append_now(*log_, allowed(i)));
  }
  std::vector<std::uint64_t> segments() const { return *list_segments(folder_.log()); }
  std::filesystem::path directory() const { return folder_.log(); }
  log& to() { return *log_; }
  void reopen() {
    log_.reset();
    log_ = open_log(folder_.log(), options_);
  }
  verified check() const { return *verify_log({directory(), *note_verifier::parse(options_.proof->signer->public_text()), {}}); }

 private:
  scratch folder_;
  log_options options_;
  std::unique_ptr<log> log_;
};

TEST(audit_retention, nothing_goes_that_is_young_small_or_held) {
  old_log log;
  EXPECT_GE(log.segments().size(), 6U);
  EXPECT_EQ(retirable(log.directory(), {}, wall_now())->size(), 0U);
  EXPECT_EQ(retirable(log.directory(), {.keep_for = 24h}, wall_now())->size(), 0U);
  EXPECT_EQ(retirable(log.directory(), {.keep_bytes = 1'000'000}, wall_now())->size(), 0U);
  write_all(log.directory() / hold_name, "case 7");
  EXPECT_EQ(retirable(log.directory(), {.keep_for = 1ms}, wall_now() + 24h)->size(), 0U);
}

TEST(audit_retention, by_age_all_but_the_last_segment_may_go) {
  old_log log;
  const auto before = log.segments();
  const auto gone = retire(log.directory(), {.keep_for = 1h}, log.to(), wall_now() + 2h);
  ASSERT_TRUE(gone);
  EXPECT_EQ(*gone, before.size() - 1);
  log.reopen();
  const auto found = log.check();
  EXPECT_EQ(found.problems, std::vector<std::string>{});
  EXPECT_EQ(found.first, before.back());
  EXPECT_EQ(found.retired, before.back() - 1);
  EXPECT_EQ(found.covered + 1, found.last);
}

TEST(audit_retention, by_size_the_oldest_go_until_it_fits) {
  old_log log;
  const auto before = log.segments();
  const auto gone = retire(log.directory(), {.keep_bytes = 10'000}, log.to(), wall_now());
  ASSERT_TRUE(gone);
  EXPECT_GE(*gone, 2U);
  EXPECT_LT(*gone, before.size() - 1);
  EXPECT_EQ(log.segments().front(), before[*gone]);
  EXPECT_EQ(log.check().problems, std::vector<std::string>{});
}

TEST(audit_retention, what_somebody_else_took_away_is_not_retired) {
  old_log log;
  ASSERT_TRUE(retire(log.directory(), {.keep_bytes = 20'000}, log.to(), wall_now()));
  const auto left = log.segments();
  std::filesystem::remove(log.directory() / segment_name(left.front()));
  const auto problems = log.check().problems;
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems.back(), "records 1 to " + std::to_string(left[1] - 1) + " are missing: nothing says that they were retired");
}

TEST(audit_retention, it_looks_by_itself) {
  old_log log;
  const auto before = log.segments();
  const retention keeps(log.directory(), {.keep_bytes = 10'000, .look_every = 1ms}, log.to());
  EXPECT_TRUE(eventually([&] { return log.segments().front() != before.front(); }));
  EXPECT_EQ(keeps.failure(), "");
}

// The index forgets what is no longer there, and finds what is.
TEST(audit_retention, readers_go_on_with_what_is_left) {
  const scratch folder;
  log_options options;
  options.segment_bytes = 4000;
  const auto made = open_log(folder.log(), options);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(append_now(*made, allowed(i)));
  ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
  ASSERT_TRUE(retire(folder.log(), {.keep_bytes = 10'000}, *made, wall_now()));
  auto reading = reader::open(folder.log());
  ASSERT_TRUE(reading);
  const auto newest = reading->find({}, 5);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->records.size(), 5U);
  filter old;
  old.id = allowed(0).id;
  const auto gone = reading->find(old, 5);
  EXPECT_TRUE(!gone || gone->records.empty());
}

}  // namespace
}  // namespace stoplog::audit
