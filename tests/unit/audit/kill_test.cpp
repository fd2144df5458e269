// A process that is killed while it writes: what it had acknowledged is there,
// and the log verifies, against the checkpoints that were kept elsewhere too.
#include "audit/verify.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace stoplog::audit {
namespace {

constexpr int rounds = 200;
constexpr int verify_every = 20;  // rounds

log_options options_of(const scratch& folder, const std::shared_ptr<const note_signer>& signer) {
  log_options options = without_index();
  options.segment_bytes = 20'000;
  options.proof = proof_options{signer, std::chrono::hours(1), 25, folder.path() / "checkpoints"};
  return options;
}

// Appends until it is killed; writes the number of every record that became
// durable to `acknowledge`.
[[noreturn]] void child(const std::filesystem::path& directory, const log_options& options, int round, int acknowledge) {
  const auto made = open_log(directory, options);
  for (int n = round * 100'000;; ++n) {
    const auto done = [acknowledge, n](bool durable) {
      if (durable && ::write(acknowledge, &n, sizeof n) != sizeof n) ::_exit(1);
    };
    ::usleep(200);  // so that 200 rounds stay small
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
  const auto signer = std::make_shared<note_signer>(*note_signer::make("stoplog.test/audit"));
  const log_options options = options_of(folder, signer);
  const auto problems = [&] {
    const auto held = read_all(folder.path() / "checkpoints");
    return verify_log({folder.log(), *note_verifier::parse(signer->public_text()), held})->problems;
  };
  std::set<std::string> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) child(folder.log(), options, round, ends[1]);
    ::close(ends[1]);
    read_numbers(ends[0], 1 + static_cast<std::size_t>(round * 37 % 50), acknowledged);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it was to be killed, not to fail";
    read_numbers(ends[0], 0, acknowledged);
    ::close(ends[0]);
    if (round % verify_every != verify_every - 1) continue;
    { const auto repaired = open_log(folder.log(), options); }
    ASSERT_EQ(problems(), std::vector<std::string>{}) << "after round " << round;
  }
  const auto found = walk_all(folder.log());
  EXPECT_TRUE(found.troubles.empty());
  std::set<std::string> ids;
  for (const auto& id : found.ids) {
    if (id.starts_with("01936f00-")) ASSERT_TRUE(ids.insert(id).second) << "a record stands there twice";
  }
  EXPECT_GE(acknowledged.size(), static_cast<std::size_t>(rounds));
  for (const auto& id : acknowledged) ASSERT_EQ(ids.count(id), 1U) << id;
}

}  // namespace
}  // namespace stoplog::audit
