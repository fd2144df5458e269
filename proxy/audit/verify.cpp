#include "audit/verify.hpp"

#include "audit/checkpointer.hpp"
#include "audit/encode.hpp"
#include "audit/walk.hpp"

#include <fcntl.h>
#include <map>
#include <sys/file.h>
#include <unistd.h>

namespace stoplog::audit {
namespace {

constexpr std::size_t problems_max = 1000;
constexpr std::size_t kind_within = 64;  // of a line; seq, v and kind come first
constexpr std::string_view sealed_member = "\"sealed\":\"";  // inside a text its quotes would be escaped

bool is_of_kind(std::string_view line, std::string_view kind) {
  return line.substr(0, kind_within).find("\"kind\":\"" + std::string(kind) + '"') != std::string_view::npos;
}

std::string span(std::uint64_t first, std::uint64_t last) {
  return first == last ? "record " + std::to_string(first) : "records " + std::to_string(first) + " to " + std::to_string(last);
}

class verification {
 public:
  explicit verification(const verify_request& asked)
      : asked_(asked), with_content_(asked.content && asked.last == UINT64_MAX), content_(asked.directory) {}

  result<verified> run() {
    found_.being_written = is_being_written(asked_.directory);
    read_held();
    walk through(asked_.directory);
    while (true) {
      const auto step = through.next(asked_.last);
      if (std::holds_alternative<end_of_log>(step)) break;
      if (const auto* at = std::get_if<line>(&step)) take(*at);
      else take(std::get<trouble>(step));
    }
    look_at_tail(through.here());
    look_at_held();
    look_at_cover();
    look_at_content();
    return std::move(found_);
  }

 private:
  void tell(std::string problem) {
    if (found_.problems.size() < problems_max) found_.problems.push_back(std::move(problem));
  }

  void read_held() {
    std::string_view rest = asked_.held;
    while (!rest.empty()) {
      // A note, an empty line, the next note.
      auto end = rest.find("\n\n", rest.find("\n\n") + 2);
      const std::string_view note = end == std::string_view::npos ? rest : rest.substr(0, end + 1);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
      const auto text = asked_.key ? asked_.key->open(note) : std::optional(note);
      const auto stated = text ? parse_checkpoint(*text) : std::nullopt;
      if (stated) held_[stated->size] = std::string(note);
      else tell("a checkpoint that was kept elsewhere is none, or not signed by this key");
    }
  }

  void take(const trouble& t) {
    if (t.is_damage()) tell(to_string(t));
    else found_.remarks.push_back(to_string(t));
  }

  void take(const line& at) {
    if (found_.first == 0) begin(at);
    tree_.pad(at.seq - 1);
    if (is_of_kind(at.bytes, "checkpoint")) take_checkpoint(at);
    if (is_of_kind(at.bytes, "admin")) take_admin(at);
    if (with_content_ && at.bytes.find(sealed_member) != std::string_view::npos) take_content(at);
    tree_.append(leaf_hash(at.bytes));
    found_.last = at.seq;
  }

  // A log whose beginning is gone says in its first record what had been there.
  void begin(const line& at) {
    found_.first = at.seq;
    if (at.seq == 1) return;
    const auto stored = decode_.decode(at.bytes);
    auto stated = stored ? stated_tree(stored->value) : std::nullopt;
    if (stated && stated->size() == at.seq - 1) tree_ = std::move(*stated);
    else tell(span(1, at.seq - 1) + " are not there, and record " + std::to_string(at.seq) + " does not say what they were");
  }

  void take_checkpoint(const line& at) {
    const auto stored = decode_.decode(at.bytes);
    const auto stated = stored ? stated_tree(stored->value) : std::nullopt;
    const std::string name = "the checkpoint in record " + std::to_string(at.seq);
    if (!stated || stated->size() != at.seq - 1) {
      tell(name + " does not fit its place");
      return;
    }
    if (stated->root() != tree_.root()) {
      tell(span(agreed_ + 1, at.seq - 1) + " are not what " + name + " says they were: changed after it was made");
      tree_ = *stated;
      agreed_ = at.seq - 1;
      const auto kept = held_.find(stated->size());
      if (kept != held_.end() && kept->second == stored->value.note) held_.erase(kept);
      return;
    }
    ++found_.checkpoints;
    agreed_ = at.seq - 1;
    check_signature(stored->value, name, *stated);
  }

  void check_signature(const record& r, const std::string& name, const tree& stated) {
    if (r.note.empty()) {
      if (!asked_.key) found_.covered = stated.size();
      return;
    }
    if (asked_.key) {
      const auto text = asked_.key->open(r.note);
      const auto said = text ? parse_checkpoint(*text) : std::nullopt;
      if (!said || said->size != stated.size() || said->root != stated.root()) {
        tell(name + " is not signed by the key " + asked_.key->name());
        return;
      }
    }
    found_.covered = stated.size();
    const auto kept = held_.find(stated.size());
    if (kept == held_.end()) return;
    if (kept->second == r.note) ++found_.held;
    else tell(name + " is not the one that was kept elsewhere");
    held_.erase(kept);
  }

  void take_admin(const line& at) {
    const auto stored = decode_.decode(at.bytes);
    if (!stored) return;
    content_.take_admin(at.seq, stored->value);
    // The note begins with the last record that was retired.
    if (stored->value.event != "log_retired") return;
    found_.retired = std::max(found_.retired, static_cast<std::uint64_t>(std::strtoull(stored->value.note.c_str(), nullptr, 10)));
  }

  void take_content(const line& at) {
    const auto stored = decode_.decode(at.bytes);
    if (!stored || stored->value.content.sealed.empty()) return;
    if (auto problem = content_.take(at.seq, stored->value); !problem.empty()) tell(std::move(problem));
  }

  void look_at_content() {
    if (!with_content_) return;
    for (std::string& each : content_.finish()) tell(std::move(each));
    found_.content = content_.found();
  }

  void look_at_tail(const position& end) {
    if (end.segment == 0 || asked_.last != UINT64_MAX) return;
    const auto size = read_file(asked_.directory / segment_name(end.segment)).size();
    if (size <= end.offset) return;
    const std::string what = std::to_string(size - end.offset) + " bytes after the last whole record of " + segment_name(end.segment);
    if (found_.being_written) found_.remarks.push_back(what + ": being written");
    else tell(what + ": a record that was never finished, or was changed");
  }

  void look_at_held() {
    for (const auto& [size, note] : held_) {
      const std::uint64_t seq = size + 1;
      if (seq < found_.first) continue;  // retired
      if (seq > found_.last && asked_.last != UINT64_MAX) continue;
      tell(seq > found_.last ? span(found_.last + 1, seq) + " are missing at the end: a checkpoint over " + std::to_string(size) +
                                   " records was kept elsewhere"
                             : "record " + std::to_string(seq) + " is not the checkpoint that was kept elsewhere");
    }
  }

  void look_at_cover() {
    if (found_.first > 1) {
      if (found_.retired >= found_.first - 1) found_.remarks.push_back(span(1, found_.first - 1) + " were retired");
      else tell(span(1, found_.first - 1) + " are missing: nothing says that they were retired");
    }
    if (asked_.key && found_.covered == 0 && found_.last > 1) tell("no checkpoint is signed by the key " + asked_.key->name());
  }

  const verify_request& asked_;
  const bool with_content_;
  content_verification content_;
  verified found_;
  tree tree_;
  std::uint64_t agreed_ = 0;  // the last record that the last checkpoint covers
  decoder decode_;
  std::map<std::uint64_t, std::string> held_;
};

}  // namespace

result<verified> verify_log(const verify_request& asked) {
  const auto segments = list_segments(asked.directory);
  if (!segments) return segments.error();
  return verification(asked).run();
}

bool is_being_written(const std::filesystem::path& directory) {
  const int handle = ::open((directory / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return false;
  const bool held = ::flock(handle, LOCK_SH | LOCK_NB) != 0;
  ::close(handle);
  return held;
}

}  // namespace stoplog::audit
