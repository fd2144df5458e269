#include "cli/sealed_texts.hpp"

#include "audit/content.hpp"
#include "audit/escape.hpp"
#include "cli/audit_content.hpp"
#include "cli/audit_open.hpp"
#include "cli/recorded.hpp"

namespace stoplog::cli {
namespace {

using state = opened_content::state;

}  // namespace

opened_content open_texts(const std::filesystem::path& directory, const audit::record& of, const audit::responder_key& key) {
  const auto& content = of.content;
  if (content.sealed.empty()) {
    return {state::none, content.lost.empty() ? "of this exchange no text was kept" : "what was to be kept was lost when it was written: " + content.lost, {}};
  }
  if (!std::filesystem::exists(directory / audit::content_name(content.segment))) return {state::gone, "what was kept is gone: its time was over", {}};
  const auto frame = audit::read_frame(directory, content.segment, content.offset);
  if (!frame) return {state::damaged, frame.error().detail, {}};
  const auto head = audit::read_content_head(*frame);
  if (head && head->erased && head->head.id == of.id) return {state::gone, "what was kept was erased", {}};
  if (audit::digest_of(*frame) != content.sealed) return {state::damaged, "what was kept is not what the record says: it was changed or damaged", {}};
  const auto text = audit::open_content(*frame, key);
  if (!text) return {state::other_key, "what was kept is sealed to other keys than this one", {}};
  auto texts = audit::read_texts(*text);
  if (!texts) return {state::damaged, "what was kept cannot be read", {}};
  return {state::open, {}, std::move(*texts)};
}

std::optional<kept_texts> kept_texts::open(const audit_request& of, const std::string& key, const std::string& verb, exit_code& code) {
  kept_texts made;
  if (key.empty()) return made;
  auto read = audit::responder_key::read(key);
  if (!read || !read->can_unwrap()) {
    code = refuse(read ? audit::shown(key) + " is a public key; only the private one opens what was sealed to it" : audit::shown(read.error().detail));
    return {};
  }
  const auto directory = directory_of(of, code);
  if (!directory) return {};
  made.directory_ = *directory;
  made.key_ = std::move(*read);
  if (!record_act(made.directory_, {"content_replayed", {}, "by " + who_acts() + ", judged by " + verb}, code)) return {};
  return made;
}

std::vector<sealed_text> kept_texts::of(const audit::record& r) const {
  if (key_ && !r.content.sealed.empty()) {
    auto opened = open_texts(directory_, r, *key_);
    if (opened.what == state::open) return std::move(opened.texts);
  }
  std::vector<sealed_text> kept;
  for (const audit::finding& f : r.findings) {
    const auto where = surface_of(f);
    if (!f.excerpt.empty() && where) kept.push_back({*where, f.path, f.rule, f.excerpt});
  }
  return kept;
}

}  // namespace stoplog::cli
