// Host names as people write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::config {

// The spellings of a host by IDNA (UTS 46): in ASCII, and in the letters that it
// stands for where that is another; in lower case, without a dot at the end.
// Nothing if it is no host name of two labels or more.
std::vector<std::string> spellings_of_host(std::string_view written);

}  // namespace stoplog::config
