// What a policy makes of its packs, and which line of which file decided it.
#pragma once

#include "config/yaml_reader.hpp"
#include "policy/policy.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::cli {

// The lines of keys that the loader does not keep, read again from the files.
class written_places {
 public:
  // The single value under a dotted key of the file, as it is written there; empty
  // if there is none, or the file cannot be read again (stdin).
  std::string value(const place& of, std::string_view dotted);

  // The value of a rule's action; else the rule's own place.
  place action(const policy::pack& of, const policy::rule& rule);

 private:
  const config::node* tree(const std::string& file);
  std::map<std::string, std::optional<config::node>> trees_;
};

struct effective_rule {
  const policy::pack* pack;
  const policy::rule* rule;
  stoplog::policy::mode mode;
  std::uint32_t percent;   // of canary
  std::string decided_by;  // "override: the reason", "strictness 3 of the rule is above 1", "use", "defaults.mode", "the language"
  place mode_place;
  place action_place;
};

// `of` has in it what it extends. Every rule of the packs that the policy uses, those that are off too, in the
// order of the packs. What cannot be resolved is told.
std::vector<effective_rule> effective_rules(const policy::policy& of, std::span<const policy::pack> packs,
                                            written_places& where, problems& found);

// What the policy refuses whatever it says: "every opaque part but image_url;
// what is unknown in a request". Empty: nothing.
std::string refusals_of(const policy::part_actions& parts);

// file:line
std::string short_place(const place& p);

}  // namespace stoplog::cli
