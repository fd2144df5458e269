#include "match/program.hpp"

#include <re2/re2.h>

#include <utility>

namespace stoplog::match {
namespace {

// Bounds a pattern's program and its two state caches: 10,000 patterns that a
// hostile text has warmed up stay within memory. Only large ones get more.
constexpr std::int64_t regex_memory = 256 * 1024;
constexpr std::int64_t large_regex_memory = 8 * 1024 * 1024;

}  // namespace

program::~program() = default;

std::shared_ptr<const program> make_program(const std::string& source, view v) {
  auto made = std::make_shared<program>();
  std::string regex = source;
  if (v != view::raw) {
    folded_pattern folded = fold_pattern(source, v);
    made->refusal = std::move(folded.refusal);
    if (made->refusal.empty()) regex = std::move(folded.regex);
  }
  made->facts = analyse(regex);
  if (made->facts.opaque) {
    made->facts.bytes.set();
    made->facts.first_bytes.set();
  }
  made->regex = compile_regex(regex);
  if (made->regex->ok()) return made;
  const std::string hint = analyse(source).hint;
  made->error = "RE2 does not take the pattern: " + made->regex->error() + (hint.empty() ? "" : "; " + hint);
  return made;
}

std::unique_ptr<re2::RE2> compile_regex(std::string_view regex) {
  re2::RE2::Options options;
  options.set_longest_match(true);
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_max_mem(regex_memory);
  auto compiled = std::make_unique<re2::RE2>(regex, options);
  if (!compiled->ok() && compiled->error_code() == re2::RE2::ErrorPatternTooLarge) {
    options.set_max_mem(large_regex_memory);
    compiled = std::make_unique<re2::RE2>(regex, options);
  }
  return compiled;
}

}  // namespace stoplog::match
