// Judges texts that stand whole in a JSON document.
#pragma once

#include "dialect/codec.hpp"
#include "guard/clean_texts.hpp"
#include "guard/judged_texts.hpp"
#include "guard/report.hpp"
#include "guard/transcript.hpp"
#include "policy/compiled.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::guard {

// What became of one text.
struct judged_text {
  dialect::text_field field;
  bool blocked = false;
  bool changed = false;        // `released` is not the text itself
  bool unreadable = false;     // encoded, and what it holds is no text
  std::string released;        // only when changed
  std::optional<std::size_t> kept{};  // its number in the transcript
  guard::coverage counts;
};

class document_judge {
 public:
  // `known`, `kept` and `labels` may be null; the first two must outlive this. `once`:
  // of short texts in which nothing is found the transcript keeps the first only.
  explicit document_judge(std::shared_ptr<const policy::compiled_policy> policy, judged_texts* known = nullptr,
                          transcript* kept = nullptr, bool once = false, clean_labels* labels = nullptr)
      : policy_(std::move(policy)), known_(known), kept_(kept), once_(once) {
    // What is kept goes by what was seen here.
    if (labels != nullptr && kept == nullptr) labels_ = labels->of(policy_->digest());
  }

  // Adds what was found to `into`, but no counts: what is released is the
  // caller's to say. Errors: evaluation_failed under on_error block.
  result<judged_text> judge(const json::document& in, const dialect::text_field& field, report& into);

  // A text that stands in no document.
  result<judged_text> judge(std::string_view text, surface where, std::string_view path, report& into);

 private:
  template <class Path>
  result<judged_text> judge_text(std::string_view text, surface where, const Path& path, report& into);

  clean_texts& clean(surface where);

  std::shared_ptr<const policy::compiled_policy> policy_;
  judged_texts* known_;
  transcript* kept_;
  bool once_;
  std::shared_ptr<clean_texts> labels_;  // of others too; may be null
  std::unique_ptr<clean_texts> clean_;   // once there are some
};

// Whether any rule of the policy may change what it judges.
bool enforces(const policy::compiled_policy& policy);

// Adds the edits for what was redacted, except in values that are replaced
// already. Repeats of a text that did not stay as it was go out as null; so do
// repeats of no known text, if the policy is `enforced`.
void add_edits(const json::document& in, const std::vector<judged_text>& judged,
               const std::vector<dialect::repeat>& repeats, bool enforced, json::edits& changes);

// Adds a note for each opaque part that has none yet; the first 100 are kept.
void note_opaque(const json::document& in, const std::vector<dialect::opaque_part>& parts, coverage& into);

// What the parts of messages together became: masked in them, or blocked.
void keep_joined(const std::vector<judged_text>& judged, transcript* kept);

void add_counts(const coverage& of, coverage& into) noexcept;

// The path of a text field, for records.
std::string path_of(const json::document& in, const dialect::text_field& field);

}  // namespace stoplog::guard
