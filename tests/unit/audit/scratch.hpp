// A folder that goes away with the test, records to put into it, and waiting
// for what another thread does.
#pragma once

#include "audit/log.hpp"
#include "audit/walk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace stoplog::audit {

class scratch {
 public:
  scratch() {
    // In memory where there is such a place: thousands of rewritten files and syncs.
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = ::access(memory.c_str(), W_OK) == 0;
    std::string name = ((in_memory ? memory : std::filesystem::temp_directory_path()) / "stoplog-audit-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::filesystem::path log() const { return path_ / "audit"; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_all(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// An allowed exchange; `n` tells it from others.
inline record allowed(int n) {
  record r;
  r.id = "01936f00-0000-7000-8000-" + std::string(12 - std::to_string(n).size(), '0') + std::to_string(n);
  r.at = wall_time{std::chrono::seconds{1'795'421'730 + n}};
  r.key_id = n % 2 == 0 ? "support-bot" : "search";
  r.team = "support";
  r.route = "default";
  r.endpoint = "openai.chat";
  r.model_asked = "demo";
  r.model_answered = "demo-1";
  r.policy_digest = "sha256:abcdef";
  r.decision = "allow";
  r.status = 200;
  r.streamed = true;
  return r;
}

// One that a rule cut in mid-stream.
inline record cut(int n) {
  record r = allowed(n);
  r.decision = "block";
  r.rule = "DEMO-001";
  r.category = "demo.forbidden";
  r.severity = "high";
  r.stage = "response";
  finding f;
  f.rule = r.rule;
  f.category = r.category;
  f.severity = r.severity;
  f.mode = "enforce";
  f.enforced = "block";
  f.would = "block";
  f.path = "choices[0].delta.content";
  f.begin = 10;
  f.end = 20;
  f.fingerprint = "00112233445566778899aabbccddeeff";
  r.findings.push_back(f);
  return r;
}

inline log_options without_index() {
  log_options options;
  options.index = false;
  return options;
}

inline std::unique_ptr<log> open_log(const std::filesystem::path& directory, const log_options& options = without_index(),
                                     std::vector<std::string>* notes = nullptr) {
  std::vector<std::string> own;
  auto opened = log::open(directory, options, notes != nullptr ? *notes : own);
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::move(*opened);
}

// Appends and waits: true when it is durable.
inline bool append_now(log& to, record r) {
  auto done = std::make_shared<std::promise<bool>>();
  auto told = done->get_future();
  if (!to.append(std::move(r), durability::before, [done](bool durable) { done->set_value(durable); })) return false;
  return told.get();
}

// A log of `count` records, closed again.
inline void fill(const std::filesystem::path& directory, int count, const log_options& options = without_index()) {
  const auto made = open_log(directory, options);
  for (int i = 0; i < count; ++i) ASSERT_TRUE(append_now(*made, i % 3 == 2 ? cut(i) : allowed(i)));
}

struct walked {
  std::vector<std::uint64_t> seqs;
  std::vector<std::string> ids;
  std::vector<trouble> troubles;
  position end;
};
walked walk_all(const std::filesystem::path& directory, position from = {});

// For what another thread will do soon; the limit is only there to end a test
// that has failed.
template <class Condition>
bool eventually(Condition holds) {
  for (int i = 0; i < 6000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace stoplog::audit
