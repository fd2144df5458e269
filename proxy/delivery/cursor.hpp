// How far a receiver has got, on disk: one small file that is replaced whole,
// so that a crash leaves the old state or the new one.
#pragma once

#include "audit/walk.hpp"
#include "base/error.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace stoplog::delivery {

class cursor {
 public:
  // <directory>/sinks/<name>.cursor
  cursor(const std::filesystem::path& audit_directory, const std::string& name);

  enum class found : std::uint8_t { good, absent, damaged };
  // `to` is set only when it is good.
  found load(audit::position& to) const;

  // Durable when it returns. Errors: audit_unavailable.
  result<void> save(const audit::position& at) const;

  const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;
};

}  // namespace stoplog::delivery
