// A pattern and a text, parted by a zero byte. Whatever RE2 matches must keep
// to what was said of the pattern; whatever is printed must compile.
#include "match/pattern.hpp"
#include "match/syntax.hpp"
#include "text/utf8.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace stoplog;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

bool some(const std::vector<std::string>& all, auto fits) { return all.empty() || std::any_of(all.begin(), all.end(), fits); }

void check_match(const match::pattern_facts& facts, const re2::RE2& closure, std::string_view text) {
  std::uint32_t points = 0;
  for (std::size_t at = 0; at < text.size(); ++points) {
    check(!closure.ok() || re2::RE2::FullMatch({text.data(), at}, closure));
    at += text::decode_front(text.substr(at))->length;
  }
  check(points >= facts.shortest && points <= facts.longest.value_or(UINT32_MAX));
  for (const char c : text) check(facts.bytes.test(static_cast<unsigned char>(c)));
  check(text.empty() || facts.first_bytes.test(static_cast<unsigned char>(text[0])));
  check(some(facts.prefixes, [&](const std::string& l) { return text.starts_with(l); }));
  check(some(facts.suffixes, [&](const std::string& l) { return text.ends_with(l); }));
  check(some(facts.required.any_of, [&](const std::string& l) { return text.find(l) != std::string_view::npos; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view regex = input.substr(0, input.find('\0'));
  const std::string_view text = regex.size() == size ? std::string_view{} : input.substr(regex.size() + 1);
  const match::pattern_facts facts = match::analyse(regex);
  const match::folded_pattern folded = match::fold_pattern(regex);
  const re2::RE2 arbiter({regex.data(), regex.size()}, quiet());
  if (facts.opaque || !arbiter.ok()) return 0;
  std::string printed;
  match::syntax::print(*match::syntax::parse(regex).root, printed);
  const re2::RE2 again(printed, quiet());
  // A closure or a fold may be too large for RE2 where its pattern just was not.
  const re2::RE2 closure(facts.closure, quiet());
  const re2::RE2 refolded(folded.regex, quiet());
  const auto tolerable = [](const re2::RE2& r) { return r.ok() || r.error_code() == re2::RE2::ErrorPatternTooLarge; };
  check(tolerable(again) && tolerable(closure) && tolerable(refolded));
  for (const match::view v : {match::view::leet, match::view::squeezed}) {
    const match::folded_pattern seen = match::fold_pattern(regex, v);
    check(!seen.refusal.empty() || tolerable(re2::RE2(seen.regex, quiet())));
  }
  if (!text::is_utf8(text) || !again.ok()) return 0;
  const bool matched = re2::RE2::FullMatch({text.data(), text.size()}, arbiter);
  check(matched == re2::RE2::FullMatch({text.data(), text.size()}, again));
  if (matched) check_match(facts, closure, text);
  return 0;
}
