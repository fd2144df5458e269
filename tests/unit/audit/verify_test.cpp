// A log under checkpoints: every change of it is seen, and said exactly.
#include "audit/prove.hpp"
#include "audit/seal.hpp"
#include "audit/verify.hpp"
#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stoplog::audit {
namespace {

using namespace std::chrono_literals;

class proven_log {
 public:
  explicit proven_log(int records, std::size_t segment_bytes = 1'000'000, std::size_t every_records = 4)
      : signer_(std::make_shared<note_signer>(*note_signer::make("stoplog.test/audit"))) {
    options_.index = false;
    options_.segment_bytes = segment_bytes;
    options_.proof = proof_options{signer_, 1h, every_records, folder_.path() / "checkpoints"};
    write(records);
  }
  void write(int records) {
    const auto made = open_log(directory(), options_);
    for (int i = 0; i < records; ++i, ++written_) {
      if (!append_now(*made, written_ % 3 == 2 ? cut(written_) : allowed(written_))) throw std::runtime_error("not durable");
    }
  }
  std::filesystem::path directory() const { return folder_.log(); }
  std::filesystem::path segment(std::size_t i = 0) const { return directory() / segment_name((*list_segments(directory()))[i]); }
  note_verifier key() const { return *note_verifier::parse(signer_->public_text()); }
  std::string held() const { return read_all(folder_.path() / "checkpoints"); }
  verified check(bool with_held = true) const { return *verify_log({directory(), key(), with_held ? held() : std::string()}); }
  // Without the signatures, which have their own tests and take most of the time.
  bool is_sound() const { return verify_log({directory(), {}, held()})->problems.empty(); }
  log_options& options() { return options_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  scratch folder_;
  std::shared_ptr<const note_signer> signer_;
  log_options options_;
  int written_ = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& each : lines) text += each;
  return text;
}

TEST(audit_verify, a_log_that_nobody_touched_is_sound_and_covered) {
  proven_log log(10);
  auto found = log.check();
  EXPECT_EQ(found.problems, std::vector<std::string>{});
  EXPECT_EQ(found.first, 1U);
  EXPECT_EQ(found.last, 13U);        // 10 records, and checkpoints behind 4, 8 and 10
  EXPECT_EQ(found.checkpoints, 3U);
  EXPECT_EQ(found.held, 3U);
  EXPECT_EQ(found.covered, 12U);     // all but the last checkpoint itself
  log.write(3);                      // a new process goes on with the same tree
  found = log.check();
  EXPECT_EQ(found.problems, std::vector<std::string>{});
  EXPECT_EQ(found.checkpoints, found.held);
  EXPECT_GE(found.covered, 16U);
}

TEST(audit_verify, segments_follow_each_other_in_one_tree) {
  proven_log log(40, 6000);
  const auto found = log.check();
  EXPECT_GE(list_segments(log.directory())->size(), 4U);
  EXPECT_EQ(found.problems, std::vector<std::string>{});
  EXPECT_EQ(found.covered + 1, found.last);
}

// Every byte, changed in every bit and to a few others.
TEST(audit_verify, every_changed_byte_is_seen) {
  const proven_log log(3, 1'000'000, 2);
  const std::string whole = read_all(log.segment());
  int tried = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128}) {
      if (flip != 1 && i % 31 != 0) continue;  // one bit of each byte, all bits of some
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      write_all(log.segment(), changed);
      ASSERT_FALSE(log.is_sound()) << i << ' ' << flip;
      ++tried;
    }
  }
  EXPECT_GT(tried, 3000);
  write_all(log.segment(), whole);
  EXPECT_TRUE(log.check().problems.empty());
}

// One who can write the file can also make the checksum fit.
TEST(audit_verify, a_changed_record_with_a_fitting_checksum_is_seen) {
  const proven_log log(10);
  const auto lines = lines_of(read_all(log.segment()));
  int tried = 0;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto changed = lines;
    std::string object = lines[i].substr(0, lines[i].size() - 1 - seal_bytes) + ",\"forged\":1}";
    seal(object);
    changed[i] = object + '\n';
    write_all(log.segment(), joined(changed));
    const auto found = log.check();
    ASSERT_FALSE(found.problems.empty()) << i;
    ++tried;
  }
  EXPECT_EQ(tried, 12);
}

TEST(audit_verify, every_deletion_reordering_and_duplication_is_seen) {
  const proven_log log(8);
  const auto lines = lines_of(read_all(log.segment()));
  int tried = 0;
  const auto broken = [&](const std::vector<std::string>& changed) {
    write_all(log.segment(), joined(changed));
    ++tried;
    return !log.check().problems.empty();
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto changed = lines;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_TRUE(broken(changed)) << "without " << i;
    for (std::size_t to = 0; to <= lines.size(); ++to) {
      changed = lines;
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(to), lines[i]);
      ASSERT_TRUE(broken(changed)) << i << " twice, at " << to;
    }
    for (std::size_t other = i + 1; other < lines.size(); ++other) {
      changed = lines;
      std::swap(changed[i], changed[other]);
      ASSERT_TRUE(broken(changed)) << i << " and " << other << " swapped";
    }
  }
  EXPECT_EQ(tried, 10 + 10 * 11 + 45);
}

TEST(audit_verify, every_truncation_is_seen_by_what_was_kept_elsewhere) {
  const proven_log log(3, 1'000'000, 2);
  const std::string whole = read_all(log.segment());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_all(log.segment(), whole.substr(0, size));
    ASSERT_FALSE(log.is_sound()) << size;
  }
  std::filesystem::remove(log.segment());
  EXPECT_FALSE(log.is_sound());
}

TEST(audit_verify, what_is_wrong_is_named) {
  const proven_log log(8);  // records 1-4, checkpoint 5, records 6-9, checkpoint 10
  const auto lines = lines_of(read_all(log.segment()));
  auto changed = lines;
  changed.erase(changed.begin() + 6);
  write_all(log.segment(), joined(changed));
  auto problems = log.check().problems;
  ASSERT_EQ(problems.size(), 2U) << joined(problems);
  EXPECT_EQ(problems[0].substr(0, 26), "record 7 missing before lo") << problems[0];
  EXPECT_EQ(problems[1], "records 5 to 9 are not what the checkpoint in record 10 says they were: changed after it was made");

  changed = lines;
  changed.resize(7);
  write_all(log.segment(), joined(changed));
  problems = log.check().problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0], "records 8 to 10 are missing at the end: a checkpoint over 9 records was kept elsewhere");
  // Without that, nobody could know.
  EXPECT_TRUE(log.check(false).problems.empty());
}

TEST(audit_verify, random_damage_to_a_large_log_is_seen) {
  const proven_log log(3000, 200'000, 250);
  const auto segments = *list_segments(log.directory());
  ASSERT_GT(segments.size(), 4U);
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const auto file = log.segment(random() % segments.size());
    const std::string whole = read_all(file);
    std::string changed = whole;
    const std::size_t at = random() % whole.size();
    switch (round % 4) {
      case 0: changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8)); break;
      case 1: changed.erase(at, 1 + random() % 3000); break;
      case 2: changed.insert(at, changed.substr(at / 2, 1 + random() % 3000)); break;
      default: changed.resize(at); break;
    }
    if (changed == whole) continue;
    write_all(file, changed);
    ASSERT_FALSE(log.check().problems.empty()) << round << ' ' << at;
    write_all(file, whole);
  }
  EXPECT_TRUE(log.check().problems.empty());
}

TEST(audit_verify, another_key_and_no_key) {
  const proven_log log(5);
  const auto other = note_verifier::parse(note_signer::make("stoplog.test/audit")->public_text());
  EXPECT_FALSE(verify_log({log.directory(), *other, {}})->problems.empty());
  EXPECT_TRUE(verify_log({log.directory(), {}, {}})->problems.empty());
}

TEST(audit_verify, a_log_that_was_damaged_goes_on_and_says_so) {
  proven_log log(6);
  auto lines = lines_of(read_all(log.segment()));
  lines[1][30] ^= 1;
  write_all(log.segment(), joined(lines));
  log.write(3);
  const auto found = log.check();
  ASSERT_FALSE(found.problems.empty());
  EXPECT_NE(found.problems[0].find("record 2"), std::string::npos) << found.problems[0];
  EXPECT_EQ(found.covered + 1, found.last) << "what was written later stands under signed checkpoints";
}

TEST(audit_verify, a_write_that_failed_leaves_a_sound_tree) {
  proven_log log(0);
  failing_files files;
  log.options().files = &files;
  log.options().retry_delay = 1ms;
  {
    const auto made = open_log(log.directory(), log.options());
    for (int i = 0; i < 12; ++i) {
      if (i % 4 == 1) files.fail(failing_files::step::sync, 1, EIO);
      if (i % 4 == 3) files.fail(failing_files::step::write, 1, ENOSPC);
      append_now(*made, allowed(i));
      ASSERT_TRUE(eventually([&] { return made->status().healthy; }));
    }
    EXPECT_GE(made->status().failed, 6U);
  }
  const auto found = log.check();
  EXPECT_EQ(found.problems, std::vector<std::string>{});
  EXPECT_EQ(found.checkpoints, found.held);
  EXPECT_EQ(found.covered + 1, found.last);
}

TEST(audit_verify, a_checkpoint_follows_without_traffic) {
  proven_log log(0);
  log.options().proof->every = 1ms;
  log.options().proof->records = 1000;
  const auto made = open_log(log.directory(), log.options());
  ASSERT_TRUE(append_now(*made, allowed(0)));
  ASSERT_TRUE(eventually([&] { return made->status().written == 2; }));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(made->status().written, 2U) << "a checkpoint asks for no checkpoint";
}

TEST(audit_verify, a_second_place_that_cannot_be_written_is_told_and_stops_nothing) {
  proven_log log(0);
  log.options().proof->second_place = log.path() / "nowhere" / "checkpoints";
  log.options().proof->records = 1;
  const auto made = open_log(log.directory(), log.options());
  ASSERT_TRUE(append_now(*made, allowed(0)));
  ASSERT_TRUE(eventually([&] { return !made->status().checkpoint_failure.empty(); }));
  EXPECT_TRUE(made->status().healthy);
  std::filesystem::create_directory(log.path() / "nowhere");
  ASSERT_TRUE(append_now(*made, allowed(1)));
  ASSERT_TRUE(eventually([&] { return made->status().checkpoint_failure.empty(); }));
  EXPECT_GE(lines_of(read_all(log.path() / "nowhere" / "checkpoints")).size(), 12U) << "the one that failed came too";
}

TEST(audit_prove, every_record_is_proven_without_the_log) {
  const proven_log log(11, 3000);
  const auto last = log.check().covered;
  int proven_records = 0;
  for (std::uint64_t seq = 1; seq <= last; ++seq) {
    const auto file = prove(log.directory(), seq);
    ASSERT_TRUE(file) << file.error().detail;
    const auto found = check_proof(*file, log.key());
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->seq, seq);
    EXPECT_GE(found->checkpoint.size, seq);
    ++proven_records;
  }
  EXPECT_GE(proven_records, 13);
  EXPECT_FALSE(prove(log.directory(), last + 1)) << "nothing covers the last checkpoint";
  EXPECT_FALSE(prove(log.directory(), last + 100));
}

TEST(audit_prove, every_change_of_a_proof_is_seen) {
  const proven_log log(7);
  const std::string file = *prove(log.directory(), 3);
  ASSERT_TRUE(check_proof(file, log.key()));
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_FALSE(check_proof(changed, log.key())) << i;
    ASSERT_FALSE(check_proof(file.substr(0, i), log.key())) << i;
  }
}

}  // namespace
}  // namespace stoplog::audit
