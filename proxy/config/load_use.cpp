// A policy's packs, and the rules that get another mode.
#include "config/read_policy.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"

namespace stoplog::config {
namespace {

constexpr word<policy::mode> mode_words[] = {{"off", policy::mode::off},
                                             {"shadow", policy::mode::shadow},
                                             {"canary", policy::mode::canary},
                                             {"enforce", policy::mode::enforce}};

constexpr const char* modes = "off, shadow, canary or enforce";
constexpr const char* percent_about = "Of mode canary: for how many of a hundred conversations (or keys, see defaults.canary_by) the rule is enforced; for the others it is shadow.";

void read_percent(const node& n, std::uint32_t& into, reading& in) { read_number(n, 1, 100, into, in); }

// A canary without its percent, or the other way round.
void check_percent(const node& n, policy::mode mode, reading& in) {
  const node* percent = n.find("percent");
  if (mode == policy::mode::canary && percent == nullptr) {
    in.error(*n.find("mode"), "E117", "mode canary needs `percent`: for how many of a hundred it is enforced, like percent: 5");
  } else if (mode != policy::mode::canary && percent != nullptr) {
    in.error(*percent, "E117", "`percent` belongs to mode: canary; leave it out");
  }
}

constexpr key<policy::pack_use> use_keys[] = {
    {"pack", need::required, "a name", "The pack.",
     [](const node& n, policy::pack_use& into, reading& in) { read_name(n, into.pack, in); }},
    {"version", need::optional, "1.4.0, ~1.4 or ^1", "Which versions will do; the latest of them is taken. Needed to enforce.",
     [](const node& n, policy::pack_use& into, reading& in) { read_constraint(n, into.version, in); }},
    {"mode", need::optional, modes, "What the pack's rules may do. Default: defaults.mode.",
     [](const node& n, policy::pack_use& into, reading& in) {
       policy::mode mode{};
       const std::size_t errors = in.errors();
       read_word(n, mode_words, mode, in);
       into.mode_place = in.place(n);
       if (in.errors() == errors) into.mode = mode;
     }},
    {"percent", need::optional, "a number, 1 to 100", percent_about,
     [](const node& n, policy::pack_use& into, reading& in) { read_percent(n, into.percent, in); }},
    {"strictness", need::optional, "a number, 1 to 4", "Rules of a higher strictness do not run. Default: 1.",
     [](const node& n, policy::pack_use& into, reading& in) {
       std::uint32_t level = 0;
       read_number(n, 1, 4, level, in);
       if (level != 0) into.strictness = level;
     }},
    {"locked", need::optional, "true or false", "true: no policy that extends this one may make a rule of this pack weaker, not even with an override, nor except anybody from it. Default: false.",
     [](const node& n, policy::pack_use& into, reading& in) { read_switch(n, into.locked, in); }},
};

constexpr key<policy::rule_override> override_keys[] = {
    {"rule", need::required, "a rule's id", "The rule.",
     [](const node& n, policy::rule_override& into, reading& in) { read_name(n, into.rule, in); }},
    {"mode", need::required, modes, "Its mode, whatever its pack's is.",
     [](const node& n, policy::rule_override& into, reading& in) { read_word(n, mode_words, into.mode, in); }},
    {"percent", need::optional, "a number, 1 to 100", percent_about,
     [](const node& n, policy::rule_override& into, reading& in) { read_percent(n, into.percent, in); }},
    {"reason", need::required, "text", "Why; the next reader asks.",
     [](const node& n, policy::rule_override& into, reading& in) { read_text(n, into.reason, in); }},
};

}  // namespace

void read_uses(const node& n, policy::policy& into, reading& in) {
  read_placed(n, into.use, use_keys, in, [](const node& item, const policy::pack_use& use, reading& at) {
    check_percent(item, use.mode.value_or(policy::mode::shadow), at);
  });
}

void read_overrides(const node& n, policy::policy& into, reading& in) {
  read_placed(n, into.overrides, override_keys, in,
              [](const node& item, const policy::rule_override& change, reading& at) { check_percent(item, change.mode, at); });
}

std::vector<object_reference> use_reference() { return {{"use", reference_of(use_keys)}, {"overrides", reference_of(override_keys)}}; }

}  // namespace stoplog::config
