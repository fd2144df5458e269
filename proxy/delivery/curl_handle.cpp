#include "delivery/curl_handle.hpp"

#include <system_error>

namespace stoplog::delivery {
namespace {

constexpr long connect_ms = 5'000;
constexpr long total_ms = 15'000;

// Once a second, and when bytes move: libcurl asks whether to go on.
int ask_to_stop(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

}  // namespace

curl_handle make_curl(const std::string& url, const std::filesystem::path& ca, const std::atomic<bool>& stopping) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_handle made(ready == CURLE_OK ? curl_easy_init() : nullptr);
  expects(made != nullptr, "libcurl can be set up");
  CURL* c = made.get();
  curl_easy_setopt(c, CURLOPT_URL, url.c_str());
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, total_ms);
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, ask_to_stop);
  curl_easy_setopt(c, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&stopping));
  if (!ca.empty()) {
    std::error_code ignored;
    const auto option = std::filesystem::is_directory(ca, ignored) ? CURLOPT_CAPATH : CURLOPT_CAINFO;
    curl_easy_setopt(c, option, ca.c_str());
  }
  return made;
}

// libcurl's own sentences: they hold nothing that the other side said.
error curl_failed(const char* step, CURLcode code) {
  return fail(errc::audit_unavailable, std::string(step) + " failed: " + curl_easy_strerror(code));
}

}  // namespace stoplog::delivery
