#include "audit/file_system.hpp"
#include "audit/index.hpp"

#include <limits>

namespace stoplog::audit {
namespace {

constexpr std::size_t batch_records = 5000;

}  // namespace

result<std::size_t> index_batch(index_writer& index, walk& from, decoder& decode, std::uint64_t last, std::size_t most) {
  if (auto begun = index.begin(); !begun) return begun.error();
  std::size_t count = 0;
  for (bool ended = false; count < most && !ended;) {
    const auto step = from.next(last);
    result<void> added;
    if (const auto* found = std::get_if<line>(&step)) {
      // A sealed record of a newer version is whole, but says nothing to this one.
      if (const auto stored = decode.decode(found->bytes)) added = index.add({found->seq, found->segment, found->offset, found->bytes.size()}, stored->value);
      ++count;
    } else if (const auto* problem = std::get_if<trouble>(&step)) {
      added = index.add(*problem);
      ++count;
    } else {
      ended = true;
    }
    if (!added) return added.error();
  }
  if (auto committed = index.commit(from.here()); !committed) return committed.error();
  return count;
}

result<std::size_t> index_fresh(index_writer& index, std::span<const fresh_record> written) {
  expects(!written.empty(), "a batch of no records");
  if (auto begun = index.begin(); !begun) return begun.error();
  for (const fresh_record& each : written) {
    if (auto added = index.add(each.at, *each.value); !added) return added.error();
  }
  const indexed_place& last = written.back().at;
  if (auto committed = index.commit({last.segment, last.offset + last.bytes + 1, last.seq + 1}); !committed) return committed.error();
  return written.size();
}

result<rebuilt> rebuild_index(const std::filesystem::path& directory) {
  posix_file_system files;
  int lock = -1;
  if (files.lock(directory / "lock", lock) != 0) {
    return fail(errc::audit_unavailable, "the audit directory cannot be locked: a server that uses it keeps its index itself");
  }
  struct unlock {
    posix_file_system& files;
    int handle;
    ~unlock() { files.close(handle); }
  } const held{files, lock};

  remove_index(directory);
  auto index = index_writer::open(directory);
  if (!index) return index.error();
  walk from(directory);
  decoder decode;
  while (true) {
    const auto added = index_batch(*index, from, decode, std::numeric_limits<std::uint64_t>::max(), batch_records);
    if (!added) return added.error();
    if (*added == 0) break;
  }
  return rebuilt{index->next(), index->damaged()};
}

}  // namespace stoplog::audit
