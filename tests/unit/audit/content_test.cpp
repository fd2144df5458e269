// Sealed content: only the responder reads it, every change of it is found, and
// what is erased is gone while the log still verifies.
#include "audit/acts.hpp"
#include "audit/content.hpp"
#include "audit/content_writer.hpp"
#include "audit/encode.hpp"
#include "audit/verify.hpp"
#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace stoplog::audit {
namespace {

constexpr std::string_view marker = "PLANTED-MARKER-7f3a";

responder_key new_key() { return *responder_key::make(); }

content_head head_of(int n) { return {allowed(n).id, allowed(n).at, allowed(n).at + std::chrono::hours(24)}; }

std::string text_of(int n) { return std::string(marker) + ' ' + std::to_string(n); }

std::string sealed(int n, const responder_key& to) { return *seal_content(head_of(n), text_of(n), std::span(&to, 1)); }

record with_content(int n, const std::string& frame) {
  record r = allowed(n);
  r.content.mode = "full";
  r.content.sealed = digest_of(frame);
  return r;
}

bool append_content(log& to, int n, const responder_key& key) {
  auto done = std::make_shared<std::promise<bool>>();
  auto told = done->get_future();
  std::string frame = sealed(n, key);
  record r = with_content(n, frame);
  return to.append(std::move(r), durability::before, [done](bool durable) { done->set_value(durable); }, std::move(frame)) && told.get();
}

std::vector<record> records_of(const std::filesystem::path& directory) {
  std::vector<record> all;
  walk from(directory);
  decoder decode;
  for (auto step = from.next(); !std::holds_alternative<end_of_log>(step); step = from.next()) {
    if (const auto* found = std::get_if<line>(&step)) all.push_back(decode.decode(found->bytes)->value);
  }
  return all;
}

// What a responder gets for a record; nothing where any check fails.
std::optional<std::string> reveal(const std::filesystem::path& directory, const record& of, const responder_key& key) {
  const auto frame = read_frame(directory, of.content.segment, of.content.offset);
  if (!frame || digest_of(*frame) != of.content.sealed) return {};
  return open_content(*frame, key);
}

TEST(audit_content, keys_are_standard_pem_and_come_back) {
  const auto key = new_key();
  const auto whole = responder_key::parse(key.private_pem());
  const auto half = responder_key::parse(key.public_pem());
  ASSERT_TRUE(whole && half);
  EXPECT_TRUE(whole->can_unwrap());
  EXPECT_FALSE(half->can_unwrap());
  EXPECT_EQ(whole->id(), key.id());
  EXPECT_EQ(half->id(), key.id());
  const std::string frame = sealed(1, *half);
  EXPECT_EQ(open_content(frame, *whole), text_of(1));
  EXPECT_FALSE(open_content(frame, *half));
  for (const std::string_view bad : {"", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "PRIVATE+KEY+x"}) {
    EXPECT_FALSE(responder_key::parse(bad));
  }
}

TEST(audit_content, every_responder_can_read_and_nobody_else) {
  const responder_key keys[] = {new_key(), new_key(), new_key()};
  const std::string frame = *seal_content(head_of(1), text_of(1), std::span(keys, 2));
  EXPECT_EQ(open_content(frame, keys[0]), text_of(1));
  EXPECT_EQ(open_content(frame, keys[1]), text_of(1));
  EXPECT_FALSE(open_content(frame, keys[2]));
  EXPECT_EQ(frame.find(marker), std::string::npos);
  EXPECT_NE(sealed(1, keys[0]), sealed(1, keys[0])) << "a fresh data key for each";
  EXPECT_EQ(open_content(*seal_content(head_of(2), "", std::span(keys, 1)), keys[0]), "");
  EXPECT_FALSE(seal_content(head_of(1), "x", {}));
}

TEST(audit_content, every_changed_byte_and_every_cut_is_found) {
  const auto key = new_key();
  const std::string frame = sealed(1, key);
  const std::string digest = digest_of(frame);
  std::size_t cases = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    for (const unsigned bit : {1U, 0x80U}) {
      std::string changed = frame;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ bit);
      EXPECT_NE(digest_of(changed), digest);
      EXPECT_FALSE(open_content(changed, key)) << "byte " << i;
      ++cases;
    }
    EXPECT_FALSE(open_content(frame.substr(0, i), key)) << "cut at " << i;
  }
  EXPECT_FALSE(open_content(frame + 'x', key));
  EXPECT_EQ(cases, 2 * frame.size());
}

TEST(audit_content, stands_beside_the_log_and_is_found_from_its_record) {
  const scratch folder;
  const auto key = new_key();
  log_options options = without_index();
  options.segment_bytes = 1500;
  {
    const auto to = open_log(folder.log(), options);
    for (int n = 0; n < 30; ++n) ASSERT_TRUE(n % 3 == 0 ? append_now(*to, allowed(n)) : append_content(*to, n, key));
    EXPECT_EQ(to->status().content_lost, 0U);
  }
  EXPECT_GE(list_content(folder.log())->size(), 3U);
  int read = 0;
  for (const record& each : records_of(folder.log())) {
    if (each.content.sealed.empty()) continue;
    const auto text = reveal(folder.log(), each, key);
    ASSERT_TRUE(text);
    EXPECT_TRUE(text->starts_with(marker));
    ++read;
  }
  EXPECT_EQ(read, 20);
  for (const auto& file : std::filesystem::directory_iterator(folder.log())) {
    EXPECT_EQ(read_all(file.path()).find(marker), std::string::npos) << file.path();
  }
}

TEST(audit_content, of_a_segment_every_changed_byte_is_found_by_some_record) {
  const scratch folder;
  const auto key = new_key();
  {
    const auto to = open_log(folder.log());
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(append_content(*to, n, key));
  }
  const auto records = records_of(folder.log());
  const auto file = folder.log() / content_name(1);
  const std::string whole = read_all(file);
  const auto readable = [&] {
    std::size_t count = 0;
    for (const record& each : records) count += each.content.sealed.empty() || reveal(folder.log(), each, key) ? 1 : 0;
    return count;
  };
  ASSERT_EQ(readable(), records.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(~changed[i]);
    write_all(file, changed);
    EXPECT_EQ(readable(), records.size() - 1) << "byte " << i;
  }
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    write_all(file, whole.substr(0, i));
    EXPECT_LT(readable(), records.size()) << "cut at " << i;
  }
}

TEST(audit_content, erased_content_is_gone_and_the_log_verifies) {
  const scratch folder;
  const auto key = new_key();
  log_options options = without_index();
  options.proof.emplace();
  {
    const auto to = open_log(folder.log(), options);
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(append_content(*to, n, key));
  }
  const auto frames = list_frames(folder.log(), 1);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 3U);
  EXPECT_EQ((*frames)[1].head, head_of(1));
  ASSERT_TRUE(leave_act(folder.log(), {"content_erased", head_of(1).id, "by a person: a test"}));
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_TRUE(erase_frame(folder.log(), 1, (*frames)[1]));
    const auto left = list_frames(folder.log(), 1);
    ASSERT_EQ(left->size(), 3U);
    EXPECT_FALSE((*left)[0].erased);
    EXPECT_TRUE((*left)[1].erased);
    EXPECT_EQ((*left)[1].head, head_of(1));
    EXPECT_FALSE((*left)[2].erased);
  }
  const std::string bytes = read_all(folder.log() / content_name(1));
  const auto body = bytes.substr((*frames)[1].offset + content_head_bytes, (*frames)[1].bytes - content_head_bytes);
  EXPECT_EQ(body, std::string(body.size(), '\0'));
  EXPECT_EQ(verify_log({folder.log(), {}, {}})->problems, std::vector<std::string>{});
  const auto records = records_of(folder.log());
  EXPECT_TRUE(reveal(folder.log(), records[0], key));
  EXPECT_FALSE(reveal(folder.log(), records[1], key));
  EXPECT_TRUE(reveal(folder.log(), records[2], key));
}

TEST(audit_content, damage_of_a_head_hides_no_other_frame) {
  const scratch folder;
  const auto key = new_key();
  {
    const auto to = open_log(folder.log());
    for (int n = 0; n < 4; ++n) ASSERT_TRUE(append_content(*to, n, key));
  }
  const auto file = folder.log() / content_name(1);
  std::string bytes = read_all(file);
  const auto second = (*list_frames(folder.log(), 1))[1].offset;
  bytes[second + 20] = static_cast<char>(~bytes[second + 20]);
  write_all(file, bytes);
  const auto left = list_frames(folder.log(), 1);
  ASSERT_EQ(left->size(), 3U);
  EXPECT_EQ((*left)[1].head, head_of(2));
}

// Whatever step fails: the record is written and says that its content is lost,
// or its content is there.
TEST(audit_content, a_failing_step_loses_content_by_its_name_or_not_at_all) {
  const auto key = new_key();
  int failures = 0;
  for (int nth = 1; nth <= 24; ++nth) {
    const scratch folder;
    failing_files files;
    log_options options = without_index();
    options.files = &files;
    options.retry_delay = std::chrono::milliseconds(1);
    std::set<std::string> durable;
    {
      const auto to = open_log(folder.log(), options);
      files.fail_call(nth, ENOSPC);
      for (int n = 0; n < 4; ++n) {
        if (append_content(*to, n, key)) durable.insert(allowed(n).id);
      }
      failures += files.hits();
    }
    std::size_t seen = 0;
    for (const record& each : records_of(folder.log())) {
      if (each.kind != record_kind::exchange) continue;
      seen += durable.contains(each.id) ? 1 : 0;
      if (each.content.lost.empty()) {
        EXPECT_TRUE(reveal(folder.log(), each, key)) << nth << ' ' << each.id;
      } else {
        EXPECT_EQ(each.content.lost, "not_written");
        EXPECT_EQ(each.content.sealed, "");
      }
    }
    EXPECT_EQ(seen, durable.size()) << "an acknowledged record is lost";
  }
  EXPECT_GE(failures, 15);
}

TEST(audit_content, more_than_may_wait_is_lost_and_its_record_is_not) {
  const scratch folder;
  const auto key = new_key();
  failing_files files;
  log_options options = without_index();
  options.files = &files;
  options.content_bytes = sealed(1, key).size() + 1;
  options.soon_delay = std::chrono::hours(1);
  const auto to = open_log(folder.log(), options);
  for (int n = 0; n < 3; ++n) {
    std::string frame = sealed(n, key);
    record r = with_content(n, frame);
    ASSERT_TRUE(to->append(std::move(r), durability::soon, {}, std::move(frame)));
  }
  ASSERT_TRUE(append_now(*to, allowed(9)));
  EXPECT_EQ(to->status().content_lost, 2U);
  const auto records = records_of(folder.log());
  ASSERT_EQ(records.size(), 4U);
  EXPECT_TRUE(reveal(folder.log(), records[0], key));
  EXPECT_EQ(records[1].content.lost, "queue_full");
  EXPECT_EQ(records[2].content.lost, "queue_full");
}

// A process killed at any point: each acknowledged record is there, and the
// content that it names too.
TEST(audit_content, a_killed_process_loses_no_content_that_a_record_names) {
  constexpr int rounds = 40;
  const scratch folder;
  const auto key = new_key();
  std::set<std::string> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      log_options options = without_index();
      options.segment_bytes = 20'000;
      const auto to = open_log(folder.log(), options);
      for (int n = round * 1000;; ++n) {
        if (!append_content(*to, n, key) || ::write(ends[1], &n, sizeof n) != sizeof n) ::_exit(1);
      }
    }
    ::close(ends[1]);
    int n = 0;
    for (int count = round % 7; count >= 0 && ::read(ends[0], &n, sizeof n) == sizeof n; --count) acknowledged.insert(allowed(n).id);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
    while (::read(ends[0], &n, sizeof n) == sizeof n) acknowledged.insert(allowed(n).id);
    ::close(ends[0]);
  }
  { const auto repaired = open_log(folder.log()); }
  std::size_t read = 0;
  for (const record& each : records_of(folder.log())) {
    if (each.kind != record_kind::exchange) continue;
    ASSERT_TRUE(reveal(folder.log(), each, key)) << each.id;
    acknowledged.erase(each.id);
    ++read;
  }
  EXPECT_EQ(acknowledged.size(), 0U);
  EXPECT_GE(read, static_cast<std::size_t>(rounds));
}

}  // namespace
}  // namespace stoplog::audit
