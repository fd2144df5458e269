#include "audit/prove.hpp"

#include "audit/base64.hpp"
#include "audit/checkpointer.hpp"
#include "audit/encode.hpp"
#include "audit/seal.hpp"
#include "audit/walk.hpp"

#include <charconv>

namespace stoplog::audit {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1\n";

// What a walk over the whole log leaves to prove with.
struct evidence {
  tree before;                    // what was retired
  std::vector<tree_hash> leaves;
  std::string line;
  std::string note;               // of the first signed checkpoint after the record
  std::uint64_t size = 0;         // of its tree
};

// A log that does not agree with its checkpoint proves nothing: that is found
// by checking the proof before it is handed out.
evidence collect(const std::filesystem::path& directory, std::uint64_t seq) {
  evidence found;
  decoder decode;
  walk through(directory);
  while (found.note.empty()) {
    const auto step = through.next();
    if (std::holds_alternative<end_of_log>(step)) break;
    const auto* at = std::get_if<line>(&step);
    if (at == nullptr) continue;
    const bool first = found.before.size() == 0 && found.leaves.empty();
    if ((first && at->seq > 1) || at->seq > seq) {
      const auto stored = decode.decode(at->bytes);
      auto stated = stored ? stated_tree(stored->value) : std::nullopt;
      if (stated && first && at->seq > 1) found.before = *stated;
      if (stated && at->seq > seq && !stored->value.note.empty()) {
        found.note = stored->value.note;
        found.size = stated->size();
      }
    }
    while (found.before.size() + found.leaves.size() + 1 < at->seq) found.leaves.push_back(lost_leaf());
    found.leaves.push_back(leaf_hash(at->bytes));
    if (at->seq == seq) found.line = at->bytes;
  }
  return found;
}

std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<tree_hash> hash_from(std::string_view base64) {
  const auto bytes = from_base64(base64);
  tree_hash made;
  if (!bytes || bytes->size() != made.size()) return {};
  std::copy(bytes->begin(), bytes->end(), made.begin());
  return made;
}

}  // namespace

result<std::string> prove(const std::filesystem::path& directory, std::uint64_t seq) {
  const evidence found = collect(directory, seq);
  const std::string name = "record " + std::to_string(seq);
  if (found.line.empty()) return fail(errc::audit_unavailable, name + " is not in the log, or is damaged");
  if (found.note.empty()) {
    return fail(errc::audit_unavailable, "no signed checkpoint stands after " + name + " yet; wait for the next, or see audit.signing_key");
  }
  const auto path = inclusion_path(found.before, found.leaves, seq - 1, found.size);
  const auto stated = parse_checkpoint(found.note);
  if (!stated || !is_included(leaf_hash(found.line), seq - 1, found.size, path, stated->root)) {
    return fail(errc::audit_unavailable, "the log does not agree with its checkpoint after " + name + "; see `stoplog audit verify`");
  }
  std::string file(first_line);
  file += "extra " + to_base64(found.line) + "\nindex " + std::to_string(seq - 1) + '\n';
  for (const tree_hash& each : path) file += to_base64(std::span<const std::uint8_t>(each)) + '\n';
  return file + '\n' + found.note;
}

result<proven> check_proof(std::string_view file, const note_verifier& key) {
  const auto wrong = [](std::string why) { return fail(errc::malformed_request, std::move(why)); };
  if (!file.starts_with(first_line)) return wrong("this is no proof: it does not begin with c2sp.org/tlog-proof@v1");
  file.remove_prefix(first_line.size());
  const auto extra = take_line(file);
  const auto index = take_line(file);
  if (!extra || !extra->starts_with("extra ") || !index || !index->starts_with("index ")) {
    return wrong("this proof lacks its record or its index");
  }
  proven made;
  const auto line = from_base64(extra->substr(6));
  const std::string_view digits = index->substr(6);
  std::uint64_t place = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), place);
  if (!line || problem != std::errc{} || std::to_string(place) != digits) return wrong("the record or the index cannot be read");
  std::vector<tree_hash> path;
  while (true) {
    const auto text = take_line(file);
    if (!text) return wrong("this proof has no checkpoint");
    if (text->empty()) break;
    const auto hash = hash_from(*text);
    if (!hash || path.size() == 64) return wrong("a hash of the path cannot be read");
    path.push_back(*hash);
  }
  const auto text = key.open(file);
  if (!text) return wrong("the checkpoint is not signed by the key " + key.name());
  const auto stated = parse_checkpoint(*text);
  if (!stated) return wrong("the checkpoint cannot be read");
  if (unseal(*line) != place + 1) return wrong("the record is not the one with this index");
  if (!is_included(leaf_hash(*line), place, stated->size, path, stated->root)) {
    return wrong("the record does not lead to the checkpoint's root: it was changed, or was never there");
  }
  return proven{*line, place + 1, *stated};
}

}  // namespace stoplog::audit
