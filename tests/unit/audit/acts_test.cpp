// What people do with the log goes on record: at once where a server writes it,
// otherwise when one starts; never twice, never silently lost.
#include "audit/acts.hpp"
#include "audit/encode.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

std::vector<record> admin_records(const std::filesystem::path& directory) {
  std::vector<record> all;
  walk from(directory);
  decoder decode;
  for (auto step = from.next(); !std::holds_alternative<end_of_log>(step); step = from.next()) {
    if (const auto* found = std::get_if<line>(&step)) all.push_back(decode.decode(found->bytes)->value);
  }
  std::erase_if(all, [](const record& r) { return r.kind != record_kind::admin; });
  return all;
}

TEST(audit_acts, a_server_records_them_at_once) {
  const scratch folder;
  const auto to = open_log(folder.log());
  const act_recorder recorder(folder.log(), *to);
  const auto left = leave_act(folder.log(), {"content_revealed", "01936f00-0000-7000-8000-000000000007", "by \x1B[2J alice: case 7"});
  ASSERT_TRUE(left);
  ASSERT_EQ(wait_for(folder.log(), *left, std::chrono::seconds(30)), act_state::recorded);
  const auto found = admin_records(folder.log());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].event, "content_revealed");
  EXPECT_EQ(found[0].id, "01936f00-0000-7000-8000-000000000007");
  EXPECT_EQ(found[0].note, "by \x1B[2J alice: case 7");
  EXPECT_EQ(recorder.failure(), "");
}

TEST(audit_acts, without_a_server_they_wait_for_the_next_one_in_their_order) {
  const scratch folder;
  { const auto made = open_log(folder.log()); }
  for (const char* event : {"hold_placed", "exported", "hold_lifted"}) {
    const auto left = leave_act(folder.log(), {event, {}, "by bob"});
    ASSERT_TRUE(left);
    EXPECT_EQ(wait_for(folder.log(), *left, std::chrono::seconds(30)), act_state::waiting);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // ids are in the order of milliseconds
  }
  const auto to = open_log(folder.log());
  EXPECT_EQ(*record_acts(folder.log(), *to), 3U);
  EXPECT_EQ(*record_acts(folder.log(), *to), 0U);
  const auto found = admin_records(folder.log());
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].event, "hold_placed");
  EXPECT_EQ(found[2].event, "hold_lifted");
}

TEST(audit_acts, one_that_cannot_be_read_is_told_and_stops_no_other) {
  const scratch folder;
  const auto to = open_log(folder.log());
  ASSERT_TRUE(leave_act(folder.log(), {"exported", {}, "by bob"}));
  std::size_t cases = 0;
  for (const std::string_view bad : {"", "{", "[]", "{\"event\":7}", "{\"event\":\"\"}"}) {
    write_all(folder.log() / acts_folder / ("0000" + std::to_string(cases++) + ".json"), bad);
  }
  write_all(folder.log() / acts_folder / "half.new", "{");
  const auto done = record_acts(folder.log(), *to);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().detail.find("cannot be read"), std::string::npos);
  EXPECT_EQ(admin_records(folder.log()).size(), 1U);
  EXPECT_EQ(cases, 5U);
}

TEST(audit_acts, a_server_that_does_not_record_them_is_told_apart) {
  const scratch folder;
  const auto to = open_log(folder.log());
  const auto left = leave_act(folder.log(), {"exported", {}, "by bob"});
  ASSERT_TRUE(left);
  EXPECT_EQ(wait_for(folder.log(), *left, std::chrono::milliseconds(60)), act_state::stuck);
}

TEST(audit_acts, where_nothing_can_be_left_that_is_an_error) {
  const scratch folder;
  write_all(folder.path() / "audit", "a file, no folder");
  EXPECT_FALSE(leave_act(folder.log(), {"exported", {}, "by bob"}));
}

}  // namespace
}  // namespace stoplog::audit
