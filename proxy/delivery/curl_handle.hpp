// What every use of libcurl here has in common. Included by sources only.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include <curl/curl.h>

namespace stoplog::delivery {

struct curl_deleter {
  void operator()(CURL* made) const { curl_easy_cleanup(made); }
};
using curl_handle = std::unique_ptr<CURL, curl_deleter>;

// A handle with time-outs, verified TLS and an eye on `stopping`, which outlives it.
curl_handle make_curl(const std::string& url, const std::filesystem::path& ca, const std::atomic<bool>& stopping);

error curl_failed(const char* step, CURLcode code);

}  // namespace stoplog::delivery
