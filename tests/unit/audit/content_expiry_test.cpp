// Captured content goes when its time is over, each text at its own; a hold keeps
// it; what goes is told first.
#include "audit/content.hpp"
#include "audit/content_expiry.hpp"
#include "audit/encode.hpp"
#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;

class kept {
 public:
  kept() : key_(*responder_key::make()) {
    options_ = without_index();
    options_.files = &files;
    options_.segment_bytes = 1000;
    options_.retry_delay = 1ms;
    main = open_log(folder.log(), options_);
  }
  // Kept until `end`, or for ever.
  void add(int n, std::optional<wall_time> end) {
    const record about = allowed(n);
    std::string frame = *seal_content({about.id, about.at, end}, "text", std::span(&key_, 1));
    record r = about;
    r.content.mode = "full";
    r.content.sealed = digest_of(frame);
    ASSERT_TRUE(main->append(std::move(r), durability::soon, {}, std::move(frame)));
    ASSERT_TRUE(append_now(*main, allowed(1000 + n)));
  }
  std::vector<std::string> left() const {
    std::vector<std::string> ids;
    for (const std::uint64_t segment : *list_content(folder.log())) {
      for (const auto& each : *list_frames(folder.log(), segment)) {
        if (!each.erased) ids.push_back(each.head.id);
      }
    }
    return ids;
  }
  std::size_t told() const {
    std::size_t count = 0;
    walk from(folder.log());
    decoder decode;
    for (auto at = from.next(); !std::holds_alternative<end_of_log>(at); at = from.next()) {
      if (const auto* found = std::get_if<line>(&at)) count += decode.decode(found->bytes)->value.event == "content_expired" ? 1 : 0;
    }
    return count;
  }
  scratch folder;
  failing_files files;
  std::unique_ptr<log> main;

 private:
  responder_key key_;
  log_options options_;
};

TEST(audit_content_expiry, each_text_goes_at_its_own_time) {
  kept all;
  const wall_time now = wall_now();
  for (int n = 0; n < 12; ++n) all.add(n, n % 4 == 3 ? std::nullopt : std::optional(now + std::chrono::hours(1 + n % 4)));
  ASSERT_GE(list_content(all.folder.log())->size(), 2U);
  content_expiry expiry;
  const auto sweep = [&](wall_time at) { return *expiry.sweep(all.folder.log(), 0ms, *all.main, at); };
  EXPECT_EQ(sweep(now), 0U);
  EXPECT_EQ(sweep(now + 61min), 3U);
  EXPECT_EQ(all.left().size(), 9U);
  EXPECT_EQ(sweep(now + 61min), 0U);
  EXPECT_EQ(sweep(now + 24h), 6U);
  EXPECT_EQ(all.left(), (std::vector<std::string>{allowed(3).id, allowed(7).id, allowed(11).id}));
  EXPECT_EQ(all.told(), 2U);
}

TEST(audit_content_expiry, content_does_not_outlive_its_record_and_empty_segments_go) {
  kept all;
  for (int n = 0; n < 12; ++n) all.add(n, std::nullopt);
  const auto before = *list_content(all.folder.log());
  content_expiry expiry;
  EXPECT_EQ(*expiry.sweep(all.folder.log(), 1h, *all.main, allowed(11).at + 2h), 12U);
  EXPECT_TRUE(all.left().empty());
  EXPECT_EQ(*list_content(all.folder.log()), std::vector<std::uint64_t>{before.back()}) << "its number must not come again";
}

TEST(audit_content_expiry, a_hold_keeps_it) {
  kept all;
  all.add(1, allowed(1).at);
  write_all(all.folder.log() / hold_name, "case 7");
  content_expiry expiry;
  EXPECT_EQ(*expiry.sweep(all.folder.log(), 1h, *all.main, wall_now() + 24h), 0U);
  EXPECT_EQ(all.left().size(), 1U);
  std::filesystem::remove(all.folder.log() / hold_name);
  EXPECT_EQ(*expiry.sweep(all.folder.log(), 1h, *all.main, wall_now() + 24h), 1U);
}

TEST(audit_content_expiry, what_cannot_be_told_does_not_go) {
  kept all;
  all.add(1, allowed(1).at);
  all.files.fail(failing_files::step::sync, 1, EIO, true);
  content_expiry expiry;
  EXPECT_FALSE(expiry.sweep(all.folder.log(), 0ms, *all.main, wall_now()));
  EXPECT_EQ(all.left().size(), 1U);
  all.files.heal();
  ASSERT_TRUE(eventually([&] { return all.main->status().healthy; }));
  EXPECT_EQ(*expiry.sweep(all.folder.log(), 0ms, *all.main, wall_now()), 1U);
  EXPECT_TRUE(all.left().empty());
}

}  // namespace
}  // namespace stoplog::audit
