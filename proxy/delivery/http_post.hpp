// POST by libcurl: one connection that is kept, verified TLS, no redirects, no
// proxy of the environment, an answer of bounded size.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::delivery {

struct http_answer {
  long status = 0;
  std::string body;  // its beginning, 64 KiB at the most
};

class http_post {
 public:
  // `ca`: a file or a folder of trusted authorities; empty: the system's.
  http_post(std::string url, std::filesystem::path ca, const std::atomic<bool>& stopping);
  ~http_post();
  http_post(const http_post&) = delete;
  http_post& operator=(const http_post&) = delete;

  // `headers`: whole lines, "name: value". Errors: audit_unavailable: no
  // answer, within 15 s.
  result<http_answer> send(std::string_view body, const std::vector<std::string>& headers);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// An error for every status but 2xx.
result<void> accepted(const result<http_answer>& answer);

}  // namespace stoplog::delivery
