// A rule's `match`: its parts and how they combine.
#include "config/pack_draft.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "policy/did_you_mean.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace stoplog::config {
namespace {

constexpr std::uint64_t within_bytes_max = 4096;
constexpr std::size_t parts_max = 64;

struct part_draft {
  match::part value;
  const pack_draft* pack = nullptr;
};

constexpr word<match::view> view_words[] = {{"folded", match::view::folded},
                                            {"raw", match::view::raw},
                                            {"leet", match::view::leet},
                                            {"squeezed", match::view::squeezed}};
constexpr word<match::check> check_words[] = {{"luhn", match::check::luhn}, {"iban", match::check::iban}};

// luhn, iban, or entropy>3.5: more bits a character than that.
void read_check(const node& n, part_draft& into, reading& in) {
  constexpr std::string_view measure = "entropy>";
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  if (!text->starts_with(measure)) return read_word(n, check_words, into.value.check, in);
  const std::string_view number = std::string_view(*text).substr(measure.size());
  const bool good = (number.size() == 1 || (number.size() == 3 && number[1] == '.' && number[2] >= '0' && number[2] <= '9')) &&
                    number[0] >= '0' && number[0] <= '7';
  if (!good) return in.error(n, "E111", "entropy>3.5 and the like belongs here: bits a character, 0 to 7.9");
  into.value.check = match::check::entropy;
  into.value.entropy_min = number[0] - '0' + (number.size() == 3 ? (number[2] - '0') / 10.0 : 0);
}

void read_regex(const node& n, part_draft& into, reading& in) {
  read_text(n, into.value.regex, in);
  if (into.value.regex.find('\n') != std::string::npos) {
    return in.error(n, "E115", "a pattern is one line; write \\n for a line break in the text");
  }
  // Unquoted, a " #" in a pattern begins a comment and cuts it off unseen.
  if (n.what == node::kind::scalar && !n.quoted) in.warning(n, "W305", "put the pattern in single quotes");
  expand_fragments(n, *into.pack, into.value.regex, in);
}

void read_words(const node& n, part_draft& into, reading& in) { read_list(n, into.value.words, in, read_line); }

void read_in_list(const node& n, part_draft& into, reading& in) {
  std::string name;
  read_line(n, name, in);
  if (name.empty()) return;
  const auto found = into.pack->lists.find(name);
  if (found != into.pack->lists.end()) {
    into.value.list = found->second.words;
    into.value.hosts = found->second.hosts;
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& [known, words] : into.pack->lists) names.push_back(known);
  in.error(n, "E131", "unknown list \"" + name + "\"; lists stand under `lists` in this pack" + policy::did_you_mean(name, names));
}

constexpr key<part_draft> part_keys[] = {
    {"regex", need::optional, "a pattern", "A regular expression in RE2's syntax; put it in single quotes.", read_regex},
    {"words", need::optional, "a list of phrases", "Any of these words or phrases, as whole words.", read_words},
    {"in_list", need::optional, "a list's name", "Any word of one of this pack's lists.", read_in_list},
    {"view", need::optional, "folded, raw, leet or squeezed", "The text to look at: folded (the default) sees through case, look-alike letters and hidden characters; raw takes it as it was sent; leet also reads digits and signs as letters; squeezed reads letters that were spelled apart.",
     [](const node& n, part_draft& into, reading& in) { read_word(n, view_words, into.value.view, in); }},
    {"check", need::optional, "luhn, iban or entropy>3.5", "What must also hold for the match: luhn is the check digit of card numbers, iban that of bank accounts, entropy> the bits a character that a random text has more of.", read_check},
};

void read_parts(const node& n, std::vector<match::part>& into, rule_draft& rule, reading& in) {
  if (!is_list(n, in)) return;
  if (n.items.size() > parts_max) return in.error(n, "E117", "more than 64 parts; put phrases into one `words` part");
  for (const node& item : n.items) {
    part_draft part{{}, rule.pack};
    if (!read_object(item, part, part_keys, in)) continue;
    const int kinds = (item.find("regex") != nullptr) + (item.find("words") != nullptr) + (item.find("in_list") != nullptr);
    if (kinds != 1) {
      in.error(item, "E117", "a part has exactly one of regex, words and in_list");
      continue;
    }
    if (part.value.hosts != nullptr && part.value.view != match::view::folded) {
      in.error(*item.find("view"), "E117", "hosts are read on folded text; leave `view` out");
      continue;
    }
    into.push_back(std::move(part.value));
    rule.value.part_places.push_back(in.place(item));
  }
}

constexpr key<rule_draft> at_least_keys[] = {
    {"of", need::optional, "a list of parts", "The parts that are counted.",
     [](const node& n, rule_draft& into, reading& in) { read_parts(n, into.value.match.parts, into, in); }, "a part"},
    {"signals", need::optional, "a list of rules' ids", "The rules of action signal that are counted.",
     [](const node& n, rule_draft& into, reading& in) { read_list(n, into.value.signals, in, read_name); }},
    {"count", need::required, "a number, 2 to 64", "How many different ones of them must match.",
     [](const node& n, rule_draft& into, reading& in) { read_number(n, 2, parts_max, into.value.match.count, in); }},
    {"within", need::required, "a number, 1 to 4096", "The largest distance in bytes from the start of the first match to the end of the last.",
     [](const node& n, rule_draft& into, reading& in) { read_number(n, 1, within_bytes_max, into.value.match.within, in); }},
};

void read_at_least(const node& n, rule_draft& into, reading& in) {
  into.value.match.how = match::expression::combine::at_least;
  const std::size_t errors_before = in.errors();
  if (!read_object(n, into, at_least_keys, in) || in.errors() != errors_before) return;
  if ((n.find("of") != nullptr) == (n.find("signals") != nullptr)) {
    return in.error(n, "E117", "`at_least` has exactly one of of and signals");
  }
  std::vector<std::string> ids = into.value.signals;
  std::sort(ids.begin(), ids.end());
  const auto twin = std::adjacent_find(ids.begin(), ids.end());
  if (twin != ids.end()) return in.error(*n.find("signals"), "E118", "\"" + *twin + "\" is named twice");
  const std::size_t there = std::max(into.value.match.parts.size(), ids.size());
  if (into.value.match.count > there) {
    in.error(*n.find("count"), "E117", "`count` is more than the " + std::to_string(there) + " that are listed");
  }
}

constexpr key<rule_draft> match_keys[] = {
    {"any", need::optional, "a list of parts", "The rule matches where any of these parts matches.",
     [](const node& n, rule_draft& into, reading& in) { read_parts(n, into.value.match.parts, into, in); }, "a part"},
    {"all", need::optional, "a list of parts", "The rule matches where every one of these parts matches, in any order, within the distance of `within`.",
     [](const node& n, rule_draft& into, reading& in) {
       into.value.match.how = match::expression::combine::all;
       read_parts(n, into.value.match.parts, into, in);
     }, "a part"},
    {"within", need::optional, "a number, 1 to 4096", "With `all`: the largest distance in bytes from the start of the first part to the end of the last.",
     [](const node& n, rule_draft& into, reading& in) { read_number(n, 1, within_bytes_max, into.value.match.within, in); }},
    {"unless", need::optional, "a list of parts", "A match in whose text one of these parts matches does not count.",
     [](const node& n, rule_draft& into, reading& in) { read_parts(n, into.value.match.unless, into, in); }, "a part"},
    {"at_least", need::optional, "keys: of or signals, count, within", "The rule matches where so many of these parts, or of these rules, match close together.", read_at_least, "at_least"},
};

}  // namespace

void read_match(const node& n, rule_draft& into, reading& in) {
  if (!read_object(n, into, match_keys, in)) return;
  const bool any = n.find("any") != nullptr;
  const bool all = n.find("all") != nullptr;
  const bool some = n.find("at_least") != nullptr;
  if (any + all + some != 1) return in.error(n, "E117", "`match` has exactly one of any, all and at_least");
  if (all && n.find("within") == nullptr) {
    in.error(n, "E117", "`all` needs `within`: the largest distance in bytes, like within: 200");
  }
  if (any && n.find("within") != nullptr) in.error(*n.find("within"), "E117", "`within` belongs to `all`; leave it out");
  if (some && n.find("within") != nullptr) in.error(*n.find("within"), "E117", "`within` belongs inside of `at_least`");
}

std::vector<object_reference> match_reference() {
  return {{"match", reference_of(match_keys)}, {"at_least", reference_of(at_least_keys)}, {"a part", reference_of(part_keys)}};
}

}  // namespace stoplog::config
