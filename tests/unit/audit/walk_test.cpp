#include "audit/walk.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace stoplog::audit {
namespace {

using seqs = std::vector<std::uint64_t>;

// A log of five records and its one segment's text, to be damaged.
class audit_walk : public ::testing::Test {
 protected:
  void SetUp() override {
    fill(where(), 5);
    text_ = read_all(segment());
    for (std::size_t at = 0; at < text_.size(); at = text_.find('\n', at) + 1) starts_.push_back(at);
    ASSERT_EQ(starts_.size(), 5U);
  }
  std::filesystem::path where() const { return scratch_.log(); }
  std::filesystem::path segment(std::uint64_t first = 1) const { return where() / segment_name(first); }
  std::string line(std::size_t n) const {  // 1..5, with its newline
    const std::size_t end = n == 5 ? text_.size() : starts_[n];
    return text_.substr(starts_[n - 1], end - starts_[n - 1]);
  }
  walked with(const std::string& text) const {
    write_all(segment(), text);
    return walk_all(where());
  }

  scratch scratch_;
  std::string text_;
  std::vector<std::size_t> starts_;
};

std::vector<trouble::kind> kinds(const walked& found) {
  std::vector<trouble::kind> list;
  for (const auto& t : found.troubles) list.push_back(t.what);
  return list;
}
using k = std::vector<trouble::kind>;

TEST_F(audit_walk, reads_a_sound_log) {
  const auto found = walk_all(where());
  EXPECT_EQ(found.seqs, (seqs{1, 2, 3, 4, 5}));
  EXPECT_TRUE(found.troubles.empty());
  EXPECT_EQ(found.end, (position{1, text_.size(), 6}));
}

TEST_F(audit_walk, every_damaged_byte_costs_one_record_and_is_told) {
  int tried = 0;
  for (std::size_t at = 0; at < text_.size(); ++at) {
    std::string changed = text_;
    changed[at] = changed[at] == '\x01' ? '\x02' : '\x01';
    const auto found = with(changed);
    const auto hit = static_cast<std::uint64_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
    if (text_[at] == '\n' && hit == 5) {  // an unfinished last line is not told: it may be a write under way
      ASSERT_EQ(found.seqs, (seqs{1, 2, 3, 4}));
      continue;
    }
    ASSERT_EQ(kinds(found), k{trouble::kind::damaged}) << at;
    ASSERT_EQ(found.seqs.size(), text_[at] == '\n' ? 5U : 4U) << at;
    ASSERT_EQ(found.end.seq, 6U) << at;
    if (text_[at] != '\n') {
      ASSERT_EQ(found.troubles[0].first, hit);
      ASSERT_EQ(std::count(found.seqs.begin(), found.seqs.end(), hit), 0) << at;
    }
    ++tried;
  }
  EXPECT_EQ(tried, static_cast<int>(text_.size()) - 1);
}

TEST_F(audit_walk, sound_records_are_found_behind_lost_newlines_and_garbage) {
  const std::string bare2 = line(2).substr(0, line(2).size() - 1);
  auto found = with(line(1) + bare2 + line(3) + line(4) + line(5));
  EXPECT_EQ(found.seqs, (seqs{1, 2, 3, 4, 5}));
  EXPECT_TRUE(found.troubles.empty());  // no byte of a record is lost

  found = with("garbage" + line(1) + bare2 + "garbage" + line(3) + line(4) + line(5));
  EXPECT_EQ(found.seqs, (seqs{1, 2, 3, 4, 5}));
  EXPECT_EQ(kinds(found), (k{trouble::kind::damaged, trouble::kind::damaged}));

  found = with(line(1) + line(2).substr(0, 40) + line(3) + line(4) + line(5));
  EXPECT_EQ(found.seqs, (seqs{1, 3, 4, 5}));
  EXPECT_EQ(kinds(found), k{trouble::kind::damaged});

  found = with(line(1) + std::string(9000, '\0') + line(3) + "\n\n" + line(4) + line(5));
  EXPECT_EQ(found.seqs, (seqs{1, 3, 4, 5}));
  EXPECT_EQ(found.troubles.size(), 3U);
}

TEST_F(audit_walk, a_line_without_end_is_damage_and_what_follows_is_read) {
  const auto found = with(line(1) + std::string(line_bytes_max + 100, 'x') + "\n" + line(3) + line(4) + line(5));
  EXPECT_EQ(found.seqs, (seqs{1, 3, 4, 5}));
  ASSERT_FALSE(found.troubles.empty());
  EXPECT_TRUE(std::all_of(found.troubles.begin(), found.troubles.end(),
                          [](const trouble& t) { return t.what == trouble::kind::damaged; }));
}

TEST_F(audit_walk, missing_repeated_and_moved_records_are_told) {
  auto found = with(line(1) + line(4) + line(5));
  EXPECT_EQ(found.seqs, (seqs{1, 4, 5}));
  ASSERT_EQ(kinds(found), k{trouble::kind::missing});
  EXPECT_EQ(found.troubles[0].first, 2U);
  EXPECT_EQ(found.troubles[0].last, 3U);

  found = with(line(2) + line(3));
  EXPECT_EQ(kinds(found), k{trouble::kind::missing}) << "the segment's name says which record comes first";

  found = with(line(1) + line(2) + line(2) + line(3));
  EXPECT_EQ(found.seqs, (seqs{1, 2, 3}));
  EXPECT_EQ(kinds(found), k{trouble::kind::out_of_order});

  found = with(line(1) + line(3) + line(2) + line(4));
  EXPECT_EQ(found.seqs, (seqs{1, 3, 4}));
  EXPECT_EQ(kinds(found), (k{trouble::kind::missing, trouble::kind::out_of_order}));
}

TEST_F(audit_walk, goes_on_where_another_one_stopped) {
  int tried = 0;
  for (std::uint64_t stop = 0; stop <= 5; ++stop) {
    walk first(where());
    while (std::holds_alternative<struct line>(first.next(stop))) {}
    const auto rest = walk_all(where(), first.here());
    EXPECT_EQ(rest.seqs.size(), 5 - stop);
    EXPECT_TRUE(rest.troubles.empty());
    ++tried;
  }
  EXPECT_EQ(tried, 6);
}

TEST_F(audit_walk, follows_a_log_that_grows_into_new_segments) {
  write_all(segment(), line(1) + line(2).substr(0, 30));
  walk through(where());
  EXPECT_TRUE(std::holds_alternative<struct line>(through.next()));
  EXPECT_TRUE(std::holds_alternative<end_of_log>(through.next()));
  EXPECT_TRUE(std::holds_alternative<end_of_log>(through.next()));
  write_all(segment(), line(1) + line(2));
  write_all(segment(3), "");
  EXPECT_EQ(std::get<struct line>(through.next()).seq, 2U);
  EXPECT_TRUE(std::holds_alternative<end_of_log>(through.next()));
  write_all(segment(3), line(3));
  EXPECT_EQ(std::get<struct line>(through.next()).seq, 3U);
  EXPECT_TRUE(std::holds_alternative<end_of_log>(through.next()));
}

TEST_F(audit_walk, a_segment_ends_where_the_next_one_begins) {
  // Record 3 was written, not synced, and written again; its first copy stayed.
  write_all(segment(), line(1) + line(2) + line(3) + line(4).substr(0, 20));
  write_all(segment(3), line(3) + line(4) + line(5));
  const auto found = walk_all(where());
  EXPECT_EQ(found.seqs, (seqs{1, 2, 3, 4, 5}));
  EXPECT_EQ(kinds(found), (k{trouble::kind::left_over, trouble::kind::left_over}));
  EXPECT_FALSE(found.troubles[0].is_damage());
}

TEST_F(audit_walk, tells_gaps_between_segments) {
  write_all(segment(), line(1));
  write_all(segment(4), line(4) + line(5));
  auto found = walk_all(where());
  EXPECT_EQ(found.seqs, (seqs{1, 4, 5}));
  ASSERT_EQ(kinds(found), k{trouble::kind::missing});
  EXPECT_EQ(found.troubles[0].first, 2U);
  EXPECT_EQ(found.troubles[0].last, 3U);

  write_all(segment(), line(1) + line(2) + line(3).substr(0, 50));
  found = walk_all(where());
  EXPECT_EQ(found.seqs, (seqs{1, 2, 4, 5}));
  EXPECT_EQ(kinds(found), k{trouble::kind::unfinished});
}

TEST_F(audit_walk, an_unreadable_segment_is_told_and_the_next_one_read) {
  write_all(segment(4), line(4) + line(5));
  std::filesystem::remove(segment());
  std::filesystem::create_directory(segment());  // cannot be read, even by root
  auto found = walk_all(where());
  EXPECT_EQ(found.seqs, (seqs{4, 5}));
  ASSERT_EQ(kinds(found), k{trouble::kind::unreadable});
  EXPECT_EQ(found.troubles[0].last, 3U);

  std::filesystem::remove(segment(4));
  found = walk_all(where());
  EXPECT_TRUE(found.seqs.empty());
  EXPECT_EQ(kinds(found), k{trouble::kind::unreadable});
}

TEST_F(audit_walk, an_empty_or_absent_folder_has_no_records) {
  EXPECT_EQ(kinds(walk_all(scratch_.path() / "absent")), k{trouble::kind::unreadable});
  std::filesystem::create_directory(scratch_.path() / "empty");
  EXPECT_EQ(walk_all(scratch_.path() / "empty").end, position{});
}

TEST_F(audit_walk, every_trouble_has_a_sentence) {
  int tried = 0;
  for (const auto what : {trouble::kind::damaged, trouble::kind::missing, trouble::kind::out_of_order,
                          trouble::kind::unfinished, trouble::kind::unreadable, trouble::kind::left_over}) {
    EXPECT_NE(to_string({what, 1, 2, 3, 4, 5}), "unknown trouble");
    ++tried;
  }
  EXPECT_EQ(tried, 6);
  EXPECT_EQ(to_string({trouble::kind::missing, 1, 90, 0, 4, 5}),
            "records 4 to 5 missing before log-00000000000000000001.jsonl at byte 90 (0 bytes)");
}

TEST(audit_segment, names_sort_by_sequence_and_read_back) {
  EXPECT_EQ(segment_name(42), "log-00000000000000000042.jsonl");
  EXPECT_EQ(parse_segment_name(segment_name(UINT64_MAX)), UINT64_MAX);
  int refused = 0;
  for (const char* name : {"", "log-.jsonl", "log-42.jsonl", "log-0000000000000000004x.jsonl", "log-99999999999999999999.jsonl",
                           "log-00000000000000000042.jsonl.gz", "index.sqlite", "log--0000000000000000042.jsonl"}) {
    EXPECT_FALSE(parse_segment_name(name)) << name;
    ++refused;
  }
  EXPECT_EQ(refused, 8);
}

}  // namespace
}  // namespace stoplog::audit
