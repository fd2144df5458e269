// Verification of captured content: changed, swapped, cut off and missing texts
// are named; what was erased or expired on record is counted and is no damage.
#include "audit/acts.hpp"
#include "audit/content.hpp"
#include "audit/content_expiry.hpp"
#include "audit/verify.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;

// A log with three texts in one segment; their records are 1, 2 and 3. The last
// is kept for ever, the others for a day and an hour.
class audit_verify_content : public testing::Test {
 protected:
  audit_verify_content() : key_(*responder_key::make()), main_(open_log(folder.log())) {
    add(0, 24h);
    add(1, 1h);
    add(2, {});
  }

  void add(int n, std::optional<std::chrono::hours> kept_for) {
    record r = allowed(n);
    std::string frame = *seal_content({r.id, r.at, kept_for ? std::optional(r.at + *kept_for) : std::nullopt}, "text", std::span(&key_, 1));
    r.content.mode = "full";
    r.content.sealed = digest_of(frame);
    auto done = std::make_shared<std::promise<bool>>();
    auto told = done->get_future();
    ASSERT_TRUE(main_->append(std::move(r), durability::before, [done](bool durable) { done->set_value(durable); }, std::move(frame)));
    ASSERT_TRUE(told.get());
  }
  void close_log() { main_.reset(); }
  log& main() { return *main_; }

  std::filesystem::path file() const { return folder.log() / content_name(1); }
  std::vector<content_frame> frames() const { return *list_frames(folder.log(), 1); }
  verified look() const { return *verify_log({folder.log(), {}, {}}); }
  // Exactly one problem, about this record.
  static void expect_problem(const verified& found, int record, std::string_view what) {
    ASSERT_EQ(found.problems.size(), 1U);
    EXPECT_TRUE(found.problems[0].starts_with("the captured text of record " + std::to_string(record) + " (content-")) << found.problems[0];
    EXPECT_NE(found.problems[0].find(what), std::string::npos) << found.problems[0];
  }

  scratch folder;

 private:
  responder_key key_;
  std::unique_ptr<log> main_;
};

TEST_F(audit_verify_content, what_is_as_recorded_is_counted) {
  EXPECT_EQ(look().problems, std::vector<std::string>{});
  EXPECT_EQ(look().content, (content_verified{3, 0, 0, 0, 0}));
}

TEST_F(audit_verify_content, every_changed_byte_is_named_with_its_record) {
  close_log();
  const std::string whole = read_all(file());
  const auto all = frames();
  ASSERT_EQ(all.size(), 3U);
  std::size_t cases = 0;
  for (std::size_t i = 0; i < whole.size(); ++i, ++cases) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(~bytes[i]);
    write_all(file(), bytes);
    const auto found = look();
    EXPECT_EQ(found.content, (content_verified{2, 0, 0, 0, 1})) << "byte " << i;
    expect_problem(found, i < all[1].offset ? 1 : i < all[2].offset ? 2 : 3, "was changed");
  }
  EXPECT_EQ(cases, whole.size());
}

TEST_F(audit_verify_content, texts_that_changed_places_are_changed) {
  close_log();
  const std::string whole = read_all(file());
  const auto all = frames();
  ASSERT_EQ(all[0].bytes, all[1].bytes);
  write_all(file(), whole.substr(all[1].offset, all[1].bytes) + whole.substr(0, all[0].bytes) + whole.substr(all[2].offset));
  const auto found = look();
  EXPECT_EQ(found.content, (content_verified{1, 0, 0, 0, 2}));
  EXPECT_EQ(found.problems.size(), 2U);
}

TEST_F(audit_verify_content, of_a_file_that_was_cut_what_is_missing_is_named) {
  close_log();
  const std::string whole = read_all(file());
  const auto all = frames();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_all(file(), whole.substr(0, size));
    const auto found = look();
    const std::uint64_t left = size < all[0].bytes ? 0 : size < all[2].offset ? 1 : 2;
    EXPECT_EQ(found.content, (content_verified{left, 0, 0, 3 - left, 0})) << "cut at " << size;
    EXPECT_EQ(found.problems.size(), 3 - left);
  }
}

TEST_F(audit_verify_content, a_file_that_is_gone_is_missing_unless_the_log_was_copied_without_it) {
  close_log();
  std::filesystem::remove(file());
  EXPECT_EQ(look().content, (content_verified{0, 0, 0, 3, 0}));
  EXPECT_EQ(look().problems.size(), 3U);
  verify_request records_only{folder.log(), {}, {}};
  records_only.content = false;
  EXPECT_EQ(verify_log(records_only)->problems, std::vector<std::string>{});
}

TEST_F(audit_verify_content, an_erasure_is_no_damage_from_the_moment_it_is_left_to_be_recorded) {
  ASSERT_TRUE(leave_act(folder.log(), {"content_erased", allowed(2).id, "by a person: a test"}));
  ASSERT_TRUE(erase_frame(folder.log(), 1, frames()[2]));
  EXPECT_EQ(look().content, (content_verified{2, 1, 0, 0, 0}));
  ASSERT_TRUE(record_acts(folder.log(), main()));
  EXPECT_EQ(look().content, (content_verified{2, 1, 0, 0, 0}));
  EXPECT_EQ(look().problems, std::vector<std::string>{});
}

TEST_F(audit_verify_content, an_erasure_that_nothing_tells_of_is_named) {
  ASSERT_TRUE(leave_act(folder.log(), {"content_erased", allowed(2).id, "by a person: another one"}));
  ASSERT_TRUE(erase_frame(folder.log(), 1, frames()[0]));
  EXPECT_EQ(look().content, (content_verified{2, 0, 0, 1, 0}));
  expect_problem(look(), 1, "no record says");
}

TEST_F(audit_verify_content, one_that_a_crash_interrupted_is_an_erasure_and_one_that_left_the_keys_is_not) {
  ASSERT_TRUE(leave_act(folder.log(), {"content_erased", allowed(0).id, "by a person: a test"}));
  close_log();
  const std::string whole = read_all(file());
  std::string bytes = whole;
  bytes.replace(content_head_bytes, responder_key::id_bytes + responder_key::wrapped_bytes, responder_key::id_bytes + responder_key::wrapped_bytes, '\0');
  write_all(file(), bytes);
  EXPECT_EQ(look().content, (content_verified{2, 1, 0, 0, 0}));
  bytes = whole;
  bytes[8] = '\0';  // it says erased, and everything is there
  write_all(file(), bytes);
  EXPECT_EQ(look().content, (content_verified{2, 0, 0, 0, 1}));
}

TEST_F(audit_verify_content, what_expired_is_counted_and_no_more_than_the_log_tells) {
  content_expiry expiry;
  ASSERT_EQ(*expiry.sweep(folder.log(), 0ms, main(), allowed(0).at + 2h), 1U);
  EXPECT_EQ(look().content, (content_verified{2, 0, 1, 0, 0}));
  EXPECT_EQ(look().problems, std::vector<std::string>{});
  // Another one goes without a word: one of the two is told.
  ASSERT_TRUE(erase_frame(folder.log(), 1, frames()[0]));
  EXPECT_EQ(look().content, (content_verified{1, 0, 1, 1, 0}));
  EXPECT_EQ(look().problems.size(), 1U);
}

TEST_F(audit_verify_content, what_came_after_an_expiry_did_not_expire_by_it) {
  content_expiry expiry;
  ASSERT_EQ(*expiry.sweep(folder.log(), 0ms, main(), allowed(0).at + 48h), 2U);
  add(3, {});  // record 5
  ASSERT_TRUE(erase_frame(folder.log(), 1, frames()[3]));
  EXPECT_EQ(look().content, (content_verified{1, 0, 2, 1, 0}));
  expect_problem(look(), 5, "no record says");
}

}  // namespace
}  // namespace stoplog::audit
