// A process that is killed while it writes: what it had acknowledged is there.
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace stoplog::audit {
namespace {

constexpr int rounds = 25;

// Appends until it is killed; writes the number of every record that became
// durable to `acknowledge`.
[[noreturn]] void child(const std::filesystem::path& directory, int round, int acknowledge) {
  log_options options;
  options.segment_bytes = 20'000;
  const auto made = open_log(directory, options);
  for (int n = round * 100'000;; ++n) {
    const auto done = [acknowledge, n](bool durable) {
      if (durable && ::write(acknowledge, &n, sizeof n) != sizeof n) ::_exit(1);
    };
    while (!made->append(allowed(n), n % 3 == 0 ? durability::before : durability::soon, done)) ::usleep(100);
  }
}

// Reads until `enough` numbers came, or to the end when that is 0.
void read_numbers(int from, std::size_t enough, std::set<std::string>& ids) {
  int n = 0;
  for (std::size_t count = 0; (enough == 0 || count < enough) && ::read(from, &n, sizeof n) == sizeof n; ++count) {
    ids.insert(allowed(n).id);
  }
}

TEST(audit_kill, no_acknowledged_record_is_lost_however_often_it_is_killed) {
  const scratch folder;
  std::set<std::string> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) child(folder.log(), round, ends[1]);
    ::close(ends[1]);
    read_numbers(ends[0], 1 + static_cast<std::size_t>(round * 37 % 200), acknowledged);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it was to be killed, not to fail";
    read_numbers(ends[0], 0, acknowledged);
    ::close(ends[0]);
  }
  { const auto last = open_log(folder.log(), {}); }
  const auto found = walk_all(folder.log());
  EXPECT_TRUE(found.troubles.empty());
  const std::set<std::string> ids(found.ids.begin(), found.ids.end());
  EXPECT_EQ(ids.size(), found.ids.size()) << "a record stands there twice";
  EXPECT_GE(acknowledged.size(), static_cast<std::size_t>(rounds));
  for (const auto& id : acknowledged) ASSERT_EQ(ids.count(id), 1U) << id;
}

}  // namespace
}  // namespace stoplog::audit
