// What people do with the log beside the server: reading captured content, erasing
// it, holding, exporting. Such an act leaves a file in the log's folder, durably,
// before it is done; the server makes an admin record of it at once, or when it
// starts.
#pragma once

#include "audit/log.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stoplog::audit {

inline constexpr const char* acts_folder = "pending";

struct act {
  std::string event;  // content_revealed, content_erased, exported, hold_placed, hold_lifted
  std::string id;     // the decision that it is about; may be empty
  std::string note;   // by whom and why
};

// The file that now lies there. Errors: audit_unavailable.
result<std::filesystem::path> leave_act(const std::filesystem::path& directory, const act& what);

enum class act_state : std::uint8_t {
  recorded,   // an admin record is durable
  waiting,    // no server writes this log; the next one records it
  stuck,      // a server writes this log and did not take it in time
};
act_state wait_for(const std::filesystem::path& directory, const std::filesystem::path& left, std::chrono::milliseconds at_most);

// What no server has recorded yet, the oldest first, as far as it can be read.
std::vector<act> waiting_acts(const std::filesystem::path& directory);

// Records what lies there and takes it away. How many. Errors: audit_unavailable;
// what is no act is told and passed over.
result<std::size_t> record_acts(const std::filesystem::path& directory, log& to);

// Does that all the time.
class act_recorder {
 public:
  // `to` outlives this.
  act_recorder(std::filesystem::path directory, log& to);
  ~act_recorder();
  act_recorder(const act_recorder&) = delete;
  act_recorder& operator=(const act_recorder&) = delete;

  std::string failure() const;  // why the last look failed; empty: it did not

 private:
  void run();

  const std::filesystem::path directory_;
  log& log_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace stoplog::audit
