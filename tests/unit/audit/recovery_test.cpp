// What a crash leaves behind, and that opening the log again loses nothing.
#include "audit/recovery.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

TEST(audit_recovery, a_file_cut_at_any_byte_keeps_every_whole_record) {
  const scratch folder;
  fill(folder.log(), 6);
  const auto segment = folder.log() / segment_name(1);
  const std::string text = read_all(segment);
  const auto all = walk_all(folder.log());
  ASSERT_EQ(all.ids.size(), 6U);
  int tried = 0;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    write_all(segment, std::string_view(text).substr(0, length));
    // Whole are those whose last brace is there, newline or not.
    const std::size_t lines = static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
    const bool only_newline_lost = length < text.size() && length > 0 && text[length] == '\n';
    const std::size_t whole = lines + (only_newline_lost ? 1 : 0);
    const bool torn = !only_newline_lost && length != 0 && text[length - 1] != '\n';

    std::vector<std::string> notes;
    {
      const auto opened = open_log(folder.log(), without_index(), &notes);
      ASSERT_TRUE(append_now(*opened, allowed(100)));
    }
    ASSERT_EQ(notes.size(), torn || only_newline_lost ? 1U : 0U) << length;
    if (torn) ASSERT_NE(notes[0].find("was cut off"), std::string::npos);

    const auto found = walk_all(folder.log());
    ASSERT_TRUE(found.troubles.empty()) << length << to_string(found.troubles[0]);
    ASSERT_EQ(found.ids.size(), whole + notes.size() + 1) << length;
    ASSERT_TRUE(std::equal(all.ids.begin(), all.ids.begin() + static_cast<std::ptrdiff_t>(whole), found.ids.begin())) << length;
    ASSERT_EQ(std::count(found.ids.begin(), found.ids.end(), allowed(100).id), 1);
    ASSERT_EQ(found.seqs.back(), found.seqs.size());
    ++tried;
  }
  EXPECT_EQ(tried, static_cast<int>(text.size()) + 1);
}

TEST(audit_recovery, damage_inside_is_told_and_later_records_stay) {
  const scratch folder;
  fill(folder.log(), 5);
  const auto segment = folder.log() / segment_name(1);
  std::string text = read_all(segment);
  text[text.find('\n') + 60] = '\0';
  write_all(segment, text);
  std::vector<std::string> notes;
  {
    const auto opened = open_log(folder.log(), without_index(), &notes);
    ASSERT_TRUE(append_now(*opened, allowed(100)));
  }
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_TRUE(notes[0].starts_with("record 2 damaged: log-00000000000000000001.jsonl at byte ")) << notes[0];
  EXPECT_EQ(read_all(segment).substr(0, text.size()), text) << "damage is evidence: it is left as it is";
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs, (std::vector<std::uint64_t>{1, 3, 4, 5, 6, 7}));
  EXPECT_EQ(found.troubles.size(), 1U);
}

TEST(audit_recovery, a_damaged_last_line_is_kept_and_its_number_not_given_again) {
  const scratch folder;
  fill(folder.log(), 3);
  const auto segment = folder.log() / segment_name(1);
  std::string text = read_all(segment);
  text[text.size() - 30] ^= 1;
  write_all(segment, text);
  {
    const auto opened = open_log(folder.log());
    ASSERT_TRUE(append_now(*opened, allowed(100)));
  }
  EXPECT_TRUE(read_all(segment).starts_with(text));
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs, (std::vector<std::uint64_t>{1, 2, 4, 5}));
  EXPECT_EQ(found.troubles.size(), 1U);
}

// After a crash some pages of an unacknowledged group may be on the disk and
// others, before them, not.
TEST(audit_recovery, a_hole_of_zeros_before_sound_records_loses_none_of_them) {
  const scratch folder;
  fill(folder.log(), 5);
  const auto segment = folder.log() / segment_name(1);
  std::string text = read_all(segment);
  const std::size_t second = text.find('\n') + 1;
  const std::size_t fourth = text.find('\n', text.find('\n', second) + 1) + 1;
  for (std::size_t at = second; at < fourth; ++at) text[at] = '\0';
  write_all(segment, text + std::string(4096, '\0'));
  std::vector<std::string> notes;
  { const auto opened = open_log(folder.log(), without_index(), &notes); }
  EXPECT_EQ(notes.size(), 3U);  // the hole; record 3 missing; the tail
  const auto found = walk_all(folder.log());
  EXPECT_EQ(std::vector<std::uint64_t>(found.seqs.begin(), found.seqs.begin() + 3), (std::vector<std::uint64_t>{1, 4, 5}));
}

TEST(audit_recovery, an_empty_last_segment_is_used) {
  const scratch folder;
  fill(folder.log(), 3);
  write_all(folder.log() / segment_name(4), "");
  {
    const auto opened = open_log(folder.log());
    ASSERT_TRUE(append_now(*opened, allowed(100)));
  }
  const auto found = walk_all(folder.log());
  EXPECT_EQ(found.seqs, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_TRUE(found.troubles.empty());
  EXPECT_EQ(list_segments(folder.log())->size(), 2U);
}

TEST(audit_recovery, what_was_repaired_stands_in_the_log) {
  const scratch folder;
  fill(folder.log(), 2);
  const auto segment = folder.log() / segment_name(1);
  const std::string text = read_all(segment);
  write_all(segment, text.substr(0, text.size() - 5));
  { const auto opened = open_log(folder.log()); }
  EXPECT_NE(read_all(segment).find(R"("event":"log_repaired","note":"an unfinished record of )"), std::string::npos);
}

TEST(audit_recovery, an_unreadable_last_segment_refuses_to_open) {
  const scratch folder;
  std::filesystem::create_directories(folder.log() / segment_name(1));
  std::vector<std::string> notes;
  const auto opened = log::open(folder.log(), without_index(), notes);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::audit_unavailable);
  EXPECT_NE(opened.error().detail.find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::audit
