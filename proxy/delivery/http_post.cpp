#include "delivery/http_post.hpp"

#include "delivery/curl_handle.hpp"

#include <algorithm>

namespace stoplog::delivery {
namespace {

constexpr std::size_t answer_bytes_max = 64 * 1024;

std::size_t keep(char* bytes, std::size_t one, std::size_t count, void* body) {
  auto& to = *static_cast<std::string*>(body);
  to.append(bytes, std::min(one * count, answer_bytes_max - to.size()));
  return one * count;
}

struct header_lines {
  curl_slist* first = nullptr;
  ~header_lines() { curl_slist_free_all(first); }
  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(first, line.c_str());
    expects(longer != nullptr, "there is memory for a header");
    first = longer;
  }
};

}  // namespace

struct http_post::state {
  std::string url;
  curl_handle curl;
};

http_post::http_post(std::string url, std::filesystem::path ca, const std::atomic<bool>& stopping)
    : state_(std::make_unique<state>()) {
  state_->url = std::move(url);
  state_->curl = make_curl(state_->url, ca, stopping);
}

http_post::~http_post() = default;

result<http_answer> http_post::send(std::string_view body, const std::vector<std::string>& headers) {
  CURL* c = state_->curl.get();
  header_lines lines;
  lines.add("expect:");  // no 100-continue
  lines.add("content-type: application/json");
  for (const std::string& each : headers) lines.add(each);
  http_answer answer;
  curl_easy_setopt(c, CURLOPT_POST, 1L);
  curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, lines.first);
  curl_easy_setopt(c, CURLOPT_USERAGENT, "stoplog");
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(c);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) return curl_failed("the POST", code);
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

result<void> accepted(const result<http_answer>& answer) {
  if (!answer) return answer.error();
  if (answer->status >= 200 && answer->status < 300) return {};
  return fail(errc::audit_unavailable, "the receiver answered with status " + std::to_string(answer->status));
}

}  // namespace stoplog::delivery
