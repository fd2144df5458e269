// The spans that one part of a rule matches in a text of its view.
//
// A text here is what is held of a longer one: what stands before `from` is
// context for assertions, what stands at and after `limit` is lookahead. Its
// begin (end) counts as the begin (end) of the whole text, so a caller who holds
// a middle piece keeps a code point more on both sides of what it asks for.
//
// Only spans count that are not empty, not longer than `code_points_max`, and
// whose text passes the part's check.
#pragma once

#include "match/lexicon.hpp"
#include "match/pattern.hpp"
#include "match/program.hpp"
#include "match/rule_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match {

struct match_span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class part_matcher {
 public:
  // `problem` is set when the part cannot be compiled.
  struct problem {
    std::string code;
    std::string message;
  };
  part_matcher(const part& source, std::optional<std::uint32_t> max_length, std::optional<problem>& found);
  ~part_matcher();
  part_matcher(part_matcher&&) noexcept;

  // The longest span at the first begin in [from, limit) that has one which
  // ends after `after` and at or before `limit`.
  std::optional<match_span> next(std::string_view text, std::size_t from, std::size_t limit, std::size_t after = 0) const;

  // The same with the shortest span.
  std::optional<match_span> next_shortest(std::string_view text, std::size_t from, std::size_t limit) const;

  // The first begin of a span that may end at or after the end of `text`,
  // whatever follows; the text's size if there is none. Never later than it must
  // be, and no earlier when the text goes on. Only after prepare_begun().
  std::size_t begun(std::string_view text) const;
  void prepare_begun();

  // Bytes of the tail of a span's text: the known text that it ends with.
  std::size_t tail_bytes(std::string_view matched) const;

  std::uint32_t tail_code_points() const noexcept;  // at most

  // Why no tail of its spans can be told, and what to write; empty: it can.
  std::string_view tail_refusal() const noexcept;

  // Of any span: none means unbounded.
  std::optional<std::uint32_t> code_points_max() const noexcept { return code_points_max_; }
  std::uint32_t code_points_min() const noexcept { return facts_->shortest; }

  // Whether the code point after a span's end may decide whether it is one.
  bool looks_ahead() const noexcept { return facts_->trailing_some.any(); }

  stoplog::match::view view() const noexcept { return view_; }
  const pattern_facts& facts() const noexcept { return *facts_; }
  bool is_phrases() const noexcept { return program_ == nullptr; }  // or hosts
  // Of `words` and lists: what stands in the text, byte for byte. Nothing of
  // hosts, and where there are too many to look for each.
  std::vector<std::string_view> phrases() const;

 private:
  void use_regex(const std::string& source, std::shared_ptr<const program> ready, std::optional<problem>& found);
  void use_phrases(const part& source);
  void use_hosts(const part& source);
  std::optional<std::size_t> longest_at(std::string_view text, std::size_t begin, std::size_t limit, std::size_t after = 0) const;
  std::optional<std::size_t> shortest_at(std::string_view text, std::size_t begin, std::size_t limit) const;
  std::optional<match_span> first_of_regex(std::string_view text, std::size_t from, std::size_t limit, std::size_t after) const;
  std::optional<match_span> first_of_phrases(std::string_view text, std::size_t from, std::size_t limit, std::size_t after) const;
  bool spans(std::string_view text, std::size_t begin, std::size_t end) const;
  bool passes(std::string_view matched) const;

  stoplog::match::view view_;
  stoplog::match::check check_;
  double entropy_min_;
  std::optional<std::uint32_t> code_points_max_;
  std::shared_ptr<const program> program_;      // of a regex, shared by all that is like it
  std::shared_ptr<const pattern_facts> facts_;  // never null
  std::unique_ptr<re2::RE2> begun_;   // (?:closure)\z; null: any text may be a beginning
  std::unique_ptr<lexicon> phrases_;
  std::shared_ptr<const host_list> hosts_;
};

}  // namespace stoplog::match
