// The second place: durable while the log cannot be written, emptied into it
// afterwards, bounded.
#include "audit/encode.hpp"
#include "audit/spool.hpp"
#include "failing_files.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

using step = failing_files::step;

struct broken_log {
  scratch folder;
  failing_files files;
  std::unique_ptr<log> main;
  std::unique_ptr<spool> second;

  explicit broken_log(spool_options options = {}) {
    log_options main_options = without_index();
    main_options.files = &files;
    main_options.retry_delay = std::chrono::milliseconds(1);
    main = open_log(folder.log(), main_options);
    options.look_every = std::chrono::milliseconds(1);
    open(options);
  }
  void open(spool_options options) {
    std::vector<std::string> notes;
    auto opened = spool::open(folder.path() / "spool", options, *main, notes);
    if (!opened) throw std::runtime_error(opened.error().detail);
    second = std::move(*opened);
  }
  void fail(step what, int code) {
    files.fail(what, 1, code, true);
    EXPECT_FALSE(append_now(*main, allowed(900)));
    EXPECT_FALSE(main->status().healthy);
  }
  bool append(int n) {
    auto done = std::make_shared<std::promise<bool>>();
    auto told = done->get_future();
    return second->append(allowed(n), [done](bool durable) { done->set_value(durable); }) && told.get();
  }
  std::vector<std::string> ids(const std::filesystem::path& of) const {
    std::vector<std::string> found;
    for (const auto& id : walk_all(of).ids) {
      if (id.starts_with("01936f00-")) found.push_back(id);
    }
    return found;
  }
};

TEST(audit_spool, what_waits_goes_into_the_log_when_that_can_be_written) {
  std::size_t cases = 0;
  for (const auto& [what, code] : {std::pair{step::sync, EIO}, std::pair{step::write, ENOSPC}}) {
    broken_log both;
    both.fail(what, code);
    EXPECT_TRUE(both.second->takes());
    for (int n = 0; n < 300; ++n) ASSERT_TRUE(both.append(n));
    EXPECT_EQ(both.second->waiting(), 300U);
    EXPECT_EQ(both.ids(both.folder.path() / "spool").size(), 300U) << "durable, and not only told to be";
    both.files.heal();
    ASSERT_TRUE(eventually([&] { return both.second->waiting() == 0; }));
    const auto found = both.ids(both.folder.log());
    ASSERT_EQ(found.size(), 300U);
    for (int n = 0; n < 300; ++n) EXPECT_EQ(found[static_cast<std::size_t>(n)], allowed(n).id);
    EXPECT_EQ(both.second->failure(), "");
    EXPECT_TRUE(both.ids(both.folder.path() / "spool").empty());
    ++cases;
  }
  EXPECT_EQ(cases, 2U);
}

TEST(audit_spool, a_full_one_takes_nothing_and_what_it_took_is_kept) {
  broken_log both({.bytes = 3 * (encode(allowed(0), 1).size() + 1)});
  both.fail(step::sync, EIO);
  for (int n = 0; n < 3; ++n) ASSERT_TRUE(both.append(n));
  EXPECT_FALSE(both.append(3));
  EXPECT_FALSE(both.second->takes());
  both.files.heal();
  ASSERT_TRUE(eventually([&] { return both.second->waiting() == 0; }));
  EXPECT_EQ(both.ids(both.folder.log()).size(), 3U);
  EXPECT_TRUE(eventually([&] { return both.second->takes(); }));
}

TEST(audit_spool, of_a_process_that_ended_the_next_one_empties_it) {
  broken_log both;
  both.fail(step::sync, EIO);
  for (int n = 0; n < 5; ++n) ASSERT_TRUE(both.append(n));
  both.second.reset();
  both.files.heal();
  ASSERT_TRUE(eventually([&] { return both.main->status().healthy; }));
  both.open({.look_every = std::chrono::milliseconds(1)});
  ASSERT_TRUE(eventually([&] { return both.second->waiting() == 0; }));
  EXPECT_EQ(both.ids(both.folder.log()).size(), 5U);
}

TEST(audit_spool, one_that_fails_itself_says_so) {
  failing_files files;
  broken_log both({.files = &files});
  both.fail(step::sync, EIO);
  files.fail(step::write, 1, ENOSPC, true);
  EXPECT_FALSE(both.append(0));
  EXPECT_FALSE(both.second->takes());
  files.heal();
  ASSERT_TRUE(eventually([&] { return both.second->takes(); }));
  EXPECT_TRUE(both.append(1));
}

TEST(audit_spool, content_does_not_wait_there_and_the_record_says_so) {
  broken_log both;
  both.fail(step::sync, EIO);
  record r = allowed(1);
  r.content.mode = "full";
  r.content.sealed = "sha256:00";
  ASSERT_TRUE(both.second->append(std::move(r), {}));
  both.files.heal();
  ASSERT_TRUE(eventually([&] { return both.second->waiting() == 0; }));
  walk from(both.folder.log());
  decoder decode;
  std::size_t seen = 0;
  for (auto at = from.next(); !std::holds_alternative<end_of_log>(at); at = from.next()) {
    const auto* found = std::get_if<line>(&at);
    if (found == nullptr) continue;
    const auto stored = decode.decode(found->bytes)->value;
    if (stored.id != allowed(1).id) continue;
    ++seen;
    EXPECT_EQ(stored.content.sealed, "");
    EXPECT_EQ(stored.content.lost, "spooled");
  }
  EXPECT_EQ(seen, 1U);
}

}  // namespace
}  // namespace stoplog::audit
