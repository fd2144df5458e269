#include "delivery/cursor.hpp"

#include "audit/seal.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace stoplog::delivery {
namespace {

constexpr std::size_t cursor_bytes_max = 200;

std::string text_of(const audit::position& at) {
  char text[cursor_bytes_max];
  std::snprintf(text, sizeof text, "stoplog-cursor 1 %" PRIu64 " %" PRIu64 " %" PRIu64, at.segment, at.offset, at.seq);
  std::string line = text;
  std::snprintf(text, sizeof text, " %08x\n", audit::crc32c(line));
  return line + text;
}

error cannot(const char* step, const std::filesystem::path& file) {
  return fail(errc::audit_unavailable,
              std::string(step) + ' ' + file.string() + " failed: " + std::generic_category().message(errno));
}

// A file open for writing; closes itself.
struct open_file {
  int handle;
  ~open_file() {
    if (handle >= 0) ::close(handle);
  }
};

bool sync_folder(const std::filesystem::path& folder) {
  const open_file opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return opened.handle >= 0 && ::fsync(opened.handle) == 0;
}

}  // namespace

cursor::cursor(const std::filesystem::path& audit_directory, const std::string& name)
    : file_(audit_directory / "sinks" / (name + ".cursor")) {}

cursor::found cursor::load(audit::position& to) const {
  const audit::read_file opened(file_);
  if (!opened.is_open()) return errno == ENOENT ? found::absent : found::damaged;
  std::string text;
  if (opened.read(0, cursor_bytes_max, text) != 0) return found::damaged;
  audit::position at;
  if (std::sscanf(text.c_str(), "stoplog-cursor 1 %" SCNu64 " %" SCNu64 " %" SCNu64, &at.segment, &at.offset, &at.seq) != 3) {
    return found::damaged;
  }
  if (text != text_of(at)) return found::damaged;
  to = at;
  return found::good;
}

result<void> cursor::save(const audit::position& at) const {
  const auto folder = file_.parent_path();
  if (::mkdir(folder.c_str(), S_IRWXU) == 0) {
    if (!sync_folder(folder.parent_path())) return cannot("making", folder);
  } else if (errno != EEXIST) {
    return cannot("making", folder);
  }
  const std::filesystem::path fresh = file_.string() + ".new";
  const std::string text = text_of(at);
  {
    const open_file opened{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (opened.handle < 0) return cannot("creating", fresh);
    errno = ENOSPC;  // what a short write means
    if (::write(opened.handle, text.data(), text.size()) != static_cast<ssize_t>(text.size())) return cannot("writing", fresh);
    if (::fsync(opened.handle) != 0) return cannot("syncing", fresh);
  }
  if (::rename(fresh.c_str(), file_.c_str()) != 0) return cannot("replacing", file_);
  if (!sync_folder(folder)) return cannot("syncing", folder);
  return {};
}

}  // namespace stoplog::delivery
