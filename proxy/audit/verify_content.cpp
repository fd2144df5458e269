#include "audit/verify_content.hpp"

#include "audit/acts.hpp"
#include "audit/content.hpp"
#include "audit/file_system.hpp"
#include "audit/segment.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

namespace stoplog::audit {
namespace {

enum class state : std::uint8_t { intact, gone, cut_off, unreadable, changed };

bool is_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }

// Erasing begins with the wrapped keys: once they are zero the text is gone, also
// where a crash left the rest.
state judge_altered(std::string_view frame, const content_frame& head, std::string_view id) {
  if (head.head.id != id) return state::changed;
  constexpr std::size_t wrap = responder_key::id_bytes + responder_key::wrapped_bytes;
  const std::string_view body = frame.substr(content_head_bytes);
  return is_zero(head.erased ? body : body.substr(0, wrap)) ? state::gone : state::changed;
}

state look(const std::filesystem::path& file, const record& of) {
  const read_file in(file);
  if (!in.is_open()) return errno == ENOENT ? state::gone : state::unreadable;
  const std::uint64_t size = in.size();
  const std::uint64_t at = of.content.offset;
  if (at > size || size - at < content_head_bytes) return state::cut_off;
  std::string bytes;
  if (in.read(at, content_head_bytes, bytes) != 0) return state::unreadable;
  const auto head = read_content_head(bytes);
  if (!head) return state::changed;
  if (head->bytes > size - at) return state::cut_off;
  if (in.read(at + content_head_bytes, static_cast<std::size_t>(head->bytes - content_head_bytes), bytes) != 0) return state::unreadable;
  if (bytes.size() != head->bytes) return state::cut_off;
  return digest_of(bytes) == of.content.sealed ? state::intact : judge_altered(bytes, *head, of.id);
}

std::string place(std::uint64_t seq, const record& of) {
  return "the captured text of record " + std::to_string(seq) + " (" + content_name(of.content.segment) + ", byte " +
         std::to_string(of.content.offset) + ')';
}

}  // namespace

std::string content_verification::take(std::uint64_t seq, const record& of) {
  switch (look(directory_ / content_name(of.content.segment), of)) {
    case state::intact: ++found_.intact; return {};
    case state::gone: gone_.push_back({seq, of.id, place(seq, of)}); return {};
    case state::cut_off: ++found_.missing; return place(seq, of) + " is missing: the file ends before it or within it";
    case state::unreadable: ++found_.missing; return place(seq, of) + " could not be read";
    case state::changed: break;
  }
  ++found_.changed;
  return place(seq, of) + " was changed: it is not what the record says";
}

void content_verification::take_admin(std::uint64_t seq, const record& of) {
  if (of.event == "content_erased") erased_.insert(of.id);
  // The note begins with how many.
  if (of.event == "content_expired") told_[seq] = std::strtoull(of.note.c_str(), nullptr, 10);
}

std::vector<std::string> content_verification::finish() {
  for (const act& each : waiting_acts(directory_)) {
    if (each.event == "content_erased") erased_.insert(each.id);
  }
  // The newest first: fewer records can account for it.
  std::vector<std::string> problems;
  std::uint64_t expired = 0;
  auto next = told_.rbegin();
  for (auto text = gone_.rbegin(); text != gone_.rend(); ++text) {
    for (; next != told_.rend() && next->first > text->seq; ++next) expired += next->second;
    if (erased_.contains(text->id)) {
      ++found_.erased;
    } else if (expired > 0) {
      --expired;
      ++found_.expired;
    } else {
      ++found_.missing;
      problems.push_back(text->where + " is gone, and no record says that it was erased or that its time was over");
    }
  }
  std::reverse(problems.begin(), problems.end());
  return problems;
}

}  // namespace stoplog::audit
