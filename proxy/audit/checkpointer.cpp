#include "audit/checkpointer.hpp"

#include "audit/encode.hpp"
#include "audit/group_writer.hpp"
#include "audit/walk.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace stoplog::audit {
namespace {

constexpr std::size_t unprinted_max = 1024 * 1024;

// 0 or an errno.
int append_durably(const std::filesystem::path& file, std::string_view text) {
  const int handle = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (handle < 0) return errno;
  int code = 0;
  while (!text.empty() && code == 0) {
    const ssize_t count = ::write(handle, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) code = count < 0 ? errno : EIO;
    else text.remove_prefix(static_cast<std::size_t>(count));
  }
  // A pipe or a terminal, which a second place may be, cannot be synced.
  if (code == 0 && ::fdatasync(handle) != 0 && errno != EINVAL && errno != EROFS) code = errno;
  ::close(handle);
  return code;
}

// Where to begin reading: the last segment if it says what came before it,
// otherwise the beginning of the log.
position start_of(const std::filesystem::path& directory, std::uint64_t last, decoder& decode) {
  const position begin{last, 0, last};
  walk first(directory, begin);
  const auto step = first.next();
  const auto* found = std::get_if<line>(&step);
  if (last == 1 || found == nullptr) return last == 1 ? begin : position{};
  const auto stored = decode.decode(found->bytes);
  return stored && stated_tree(stored->value) ? begin : position{};
}

}  // namespace

std::optional<tree> stated_tree(const record& r) {
  if (r.kind != record_kind::checkpoint) return {};
  std::vector<tree_hash> frontier;
  for (const std::string& text : r.tree.frontier) {
    const auto read = tree_hash_from(text);
    if (!read) return {};
    frontier.push_back(*read);
  }
  auto made = tree::from(r.tree.size, std::move(frontier));
  if (!made || to_text(made->root()) != r.tree.root) return {};
  return made;
}

result<void> checkpointer::restore(const std::filesystem::path& directory, std::uint64_t next_seq) {
  const auto segments = list_segments(directory);
  if (!segments) return segments.error();
  durable_ = {};
  if (!segments->empty()) {
    decoder decode;
    const position begin = start_of(directory, segments->back(), decode);
    walk through(directory, begin);
    while (true) {
      const auto step = through.next(next_seq - 1);
      if (std::holds_alternative<end_of_log>(step)) break;
      const auto* found = std::get_if<line>(&step);
      if (found == nullptr) continue;
      if (durable_.size() == 0 && found->seq > 1) {
        const auto stored = decode.decode(found->bytes);
        if (auto stated = stored ? stated_tree(stored->value) : std::nullopt) durable_ = std::move(*stated);
      }
      durable_.pad(found->seq - 1);
      durable_.append(leaf_hash(found->bytes));
    }
  }
  durable_.pad(next_seq - 1);
  pending_ = durable_;
  // What was written before, and by whom, is not asked: the next checkpoint covers it.
  since_ = pending_since_ = durable_.size() != 0 ? 1 : 0;
  first_ = clock::now();
  return {};
}

void checkpointer::add(std::string_view line, bool waits) {
  pending_.append(leaf_hash(line));
  if (waits && pending_since_++ == 0) first_ = clock::now();
}

std::optional<checkpointer::clock::time_point> checkpointer::at() const {
  if (pending_since_ == 0) return {};
  return pending_since_ >= options_.records ? first_ : first_ + options_.every;
}

bool checkpointer::due() const {
  const auto when = at();
  return when && *when <= clock::now();
}

record checkpointer::make() {
  record r = own_record({}, {});
  r.kind = record_kind::checkpoint;
  r.tree = {pending_.size(), to_text(pending_.root()), {}};
  for (const tree_hash& each : pending_.frontier()) r.tree.frontier.push_back(to_text(each));
  if (options_.signer != nullptr) {
    r.note = options_.signer->sign(to_text(checkpoint_text{options_.signer->name(), pending_.size(), pending_.root()}));
    made_ += r.note + '\n';
  }
  pending_since_ = 0;
  return r;
}

void checkpointer::commit() {
  durable_ = pending_;
  since_ = pending_since_;
  if (made_.empty()) return;
  unprinted_ += std::exchange(made_, {});
  print();
}

void checkpointer::rollback() {
  pending_ = durable_;
  pending_since_ = since_;
  made_.clear();
}

void checkpointer::print() {
  if (options_.second_place.empty()) {
    unprinted_.clear();
    return;
  }
  const int code = append_durably(options_.second_place, unprinted_);
  failure_ = code == 0 ? std::string{} : "writing " + options_.second_place.string() + " failed: " + std::generic_category().message(code);
  // The newest say what the oldest said: a place that stays broken costs no memory without end.
  if (code == 0 || unprinted_.size() > unprinted_max) unprinted_.clear();
}

}  // namespace stoplog::audit
