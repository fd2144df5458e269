#include "audit/acts.hpp"

#include "audit/file_system.hpp"
#include "audit/group_writer.hpp"
#include "json/document.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace stoplog::audit {
namespace {

constexpr auto look_every = std::chrono::milliseconds(200);
constexpr std::string_view ending = ".json";
constexpr std::size_t act_bytes_max = 64 * 1024;

error cannot(const std::filesystem::path& what, int code) {
  return fail(errc::audit_unavailable, "writing " + what.string() + " failed: " + std::generic_category().message(code));
}

// Of a person with more rights than the server: what it leaves is the server's.
void give_to_owner_of(const std::filesystem::path& directory, const std::filesystem::path& what) {
  struct stat owner{};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &owner) != 0) return;
  if (::lchown(what.c_str(), owner.st_uid, owner.st_gid) != 0) return;  // then the server says that it cannot read it
}

int write_file(file_system& files, const std::filesystem::path& file, std::string_view bytes) {
  int handle = -1;
  int code = files.create(file, handle);
  while (code == 0 && !bytes.empty()) {
    std::size_t count = 0;
    code = files.write(handle, bytes, count);
    if (code == EINTR) code = 0;
    bytes.remove_prefix(count);
  }
  if (code == 0) code = files.sync(handle);
  if (handle >= 0) files.close(handle);
  return code;
}

std::string text_of(const json::document& in, std::string_view name) {
  const auto id = in.find(json::document::root, name);
  return id == json::no_node || in[id].kind != json::kind::string ? std::string{} : std::string(in[id].text);
}

std::optional<act> read_act(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(act_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  json::reader reader;
  const auto read = reader.read(text);
  if (!read || (**read)[json::document::root].kind != json::kind::object) return {};
  act found{text_of(**read, "event"), text_of(**read, "id"), text_of(**read, "note")};
  return found.event.empty() ? std::nullopt : std::optional(found);
}

// For a moment: a server that starts just then tries again.
bool somebody_writes(const std::filesystem::path& directory) {
  posix_file_system files;
  int handle = -1;
  const int code = files.lock(directory / "lock", handle);
  if (code == 0) files.close(handle);
  return code == EWOULDBLOCK;
}

// The oldest first: their names begin with their times.
result<std::vector<std::filesystem::path>> files_left(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> left;
  std::error_code failure;
  const auto folder = directory / acts_folder;
  if (!std::filesystem::exists(folder, failure)) return left;
  for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    if (at->path().extension() == ending) left.push_back(at->path());
  }
  if (failure) return fail(errc::audit_unavailable, "reading " + folder.string() + " failed: " + failure.message());
  std::sort(left.begin(), left.end());
  return left;
}

}  // namespace

result<std::filesystem::path> leave_act(const std::filesystem::path& directory, const act& what) {
  posix_file_system files;
  const auto folder = directory / acts_folder;
  if (const int code = files.make_directory(folder)) return cannot(folder, code);
  give_to_owner_of(directory, folder);
  json::writer out;
  out.begin_object().member("event", what.event).member("id", what.id).member("note", what.note).end_object();
  const auto name = folder / (own_record("", "").id + std::string(ending));
  const auto unfinished = std::filesystem::path(name).replace_extension(".new");
  if (const int code = write_file(files, unfinished, out.take() + '\n')) return cannot(unfinished, code);
  give_to_owner_of(directory, unfinished);
  if (::rename(unfinished.c_str(), name.c_str()) != 0) return cannot(name, errno);
  if (const int code = files.sync_directory(folder)) return cannot(folder, code);
  return name;
}

act_state wait_for(const std::filesystem::path& directory, const std::filesystem::path& left, std::chrono::milliseconds at_most) {
  std::error_code failure;
  if (!somebody_writes(directory)) return std::filesystem::exists(left, failure) ? act_state::waiting : act_state::recorded;
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (std::filesystem::exists(left, failure)) {
    if (std::chrono::steady_clock::now() > until) return act_state::stuck;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return failure ? act_state::stuck : act_state::recorded;
}

std::vector<act> waiting_acts(const std::filesystem::path& directory) {
  std::vector<act> found;
  const auto left = files_left(directory);
  if (!left) return found;
  for (const auto& each : *left) {
    if (auto what = read_act(each)) found.push_back(std::move(*what));
  }
  return found;
}

result<std::size_t> record_acts(const std::filesystem::path& directory, log& to) {
  const auto left = files_left(directory);
  if (!left) return left.error();
  std::size_t count = 0;
  std::string unread;
  posix_file_system files;
  for (const auto& each : *left) {
    const auto what = read_act(each);
    if (!what) {
      unread = each.filename().string() + " cannot be read; it was not recorded";
      continue;
    }
    record r = own_record(what->event, what->note);
    if (!what->id.empty()) r.id = what->id;
    if (!to.append_and_wait(std::move(r))) return fail(errc::audit_unavailable, "acts are not recorded: the log cannot be written");
    files.remove(each);
    ++count;
  }
  if (count != 0) files.sync_directory(directory / acts_folder);
  if (!unread.empty()) return fail(errc::audit_unavailable, unread);
  return count;
}

act_recorder::act_recorder(std::filesystem::path directory, log& to)
    : directory_(std::move(directory)), log_(to), thread_([this] { run(); }) {}

act_recorder::~act_recorder() {
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::string act_recorder::failure() const {
  const std::lock_guard held(mutex_);
  return failure_;
}

void act_recorder::run() {
  std::unique_lock held(mutex_);
  while (!stopping_) {
    held.unlock();
    const auto done = record_acts(directory_, log_);
    held.lock();
    failure_ = done ? std::string{} : done.error().detail;
    wake_.wait_for(held, look_every, [&] { return stopping_; });
  }
}

}  // namespace stoplog::audit
