#include "base/version.hpp"

namespace stoplog {

std::string_view engine_version() noexcept { return STOPLOG_VERSION; }

}  // namespace stoplog
