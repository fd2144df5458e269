// Everything that `check` knows of packs, policies and settings.
#pragma once

#include "cli/hold.hpp"
#include "config/load.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::cli {

struct checked_rule {
  const policy::rule* rule;
  const policy::pack* pack;
  std::optional<match::rule_facts> facts;  // none if it could not be compiled
  std::optional<streaming> how;            // this and the next if they were asked for
  std::optional<double> mean_hold;         // of answers, in bytes; see hold.hpp
  std::vector<std::string> modes;          // "default: enforce", one a policy that uses it
};

// Pointers go into the documents.
struct examination {
  problems found;                   // in the order of the files, each once
  std::vector<checked_rule> rules;
  std::size_t packs = 0;
  std::size_t policies = 0;
};

// `found` is what reading told. Leaves the patterns of `read` ready to run.
examination examine(config::documents& read, wall_time now, problems found, bool with_holds);

}  // namespace stoplog::cli
