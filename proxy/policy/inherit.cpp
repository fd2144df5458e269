#include "policy/inherit.hpp"

#include "policy/did_you_mean.hpp"
#include "policy/digest.hpp"
#include "policy/version.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace stoplog::policy {
namespace {

void error(problems& found, const stoplog::place& where, const char* code, std::string message) {
  found.push_back({problem::level::error, code, std::move(message), where});
}

struct single_value {
  std::string_view key;
  void (*copy)(const policy& from, policy& to);
};

// Whatever a child does not say itself is its base's, key by key.
constexpr single_value single_values[] = {
    {"defaults.mode", [](const policy& from, policy& to) { to.default_mode = from.default_mode; }},
    {"defaults.on_error", [](const policy& from, policy& to) {
       to.on_error = from.on_error;
       to.on_error_of = from.on_error_of;
     }},
    {"defaults.stream.release", [](const policy& from, policy& to) { to.stream_release = from.stream_release; }},
    {"defaults.stream.limit", [](const policy& from, policy& to) { to.buffer_bytes = from.buffer_bytes; }},
    {"defaults.message", [](const policy& from, policy& to) { to.message = from.message; }},
    {"defaults.messages", [](const policy& from, policy& to) { to.messages = from.messages; }},
    {"defaults.blocked_request_status", [](const policy& from, policy& to) { to.blocked_request_status = from.blocked_request_status; }},
    {"defaults.canary_by", [](const policy& from, policy& to) { to.canary_by = from.canary_by; }},
    {"capture.default", [](const policy& from, policy& to) { to.capture.otherwise = from.capture.otherwise; }},
    {"capture.on_match", [](const policy& from, policy& to) { to.capture.on_match = from.capture.on_match; }},
    {"capture.context", [](const policy& from, policy& to) { to.capture.context = from.capture.context; }},
    {"audit.on_write_failure", [](const policy& from, policy& to) { to.audit.on_write_failure = from.audit.on_write_failure; }},
    {"audit.retention.decisions", [](const policy& from, policy& to) { to.audit.keep_decisions = from.audit.keep_decisions; }},
    {"audit.retention.content", [](const policy& from, policy& to) { to.audit.keep_content = from.audit.keep_content; }},
};

void merge_single_values(const policy& base, policy& into) {
  for (const single_value& value : single_values) {
    if (into.said.contains(value.key)) continue;
    const auto said = base.said.find(value.key);
    if (said == base.said.end()) continue;
    value.copy(base, into);
    into.said.insert(*said);
  }
}

// Kind by kind. Where a value was said as one word, that word's place is the place
// of all that it says.
void merge_parts(const policy& base, policy& into) {
  struct group {
    std::string key;
    part_actions::said part_actions::*said;
  };
  for (const group& g : {group{"defaults.opaque", &part_actions::opaque}, group{"defaults.unknown", &part_actions::unknown}}) {
    const bool any = !(into.parts.*g.said).empty();
    for (const auto& [name, action] : base.parts.*g.said) {
      if (!(into.parts.*g.said).emplace(name, action).second) continue;
      auto place = base.said.find(g.key + '.' + name);
      if (place == base.said.end()) place = base.said.find(g.key);
      if (place == base.said.end()) continue;
      into.said.emplace(any ? g.key + '.' + name : place->first, place->second);
    }
  }
}

// The base's packs come first, in its order; of a pack that both name, the child
// fills in what it says.
void merge_uses(const policy& base, policy& into) {
  std::vector<pack_use> merged;
  for (const pack_use& from : base.use) {
    const auto own = std::find_if(into.use.begin(), into.use.end(), [&](const auto& u) { return u.pack == from.pack; });
    if (own == into.use.end()) {
      merged.push_back(from);
      continue;
    }
    if (own->version.empty()) own->version = from.version;
    if (!own->strictness) own->strictness = from.strictness;
    if (!own->mode) {
      own->mode = from.mode;
      own->percent = from.percent;
      own->mode_place = from.mode_place;
    }
    own->locked = own->locked || from.locked;
    merged.push_back(*own);
    into.use.erase(own);
  }
  merged.insert(merged.end(), into.use.begin(), into.use.end());
  into.use = std::move(merged);
}

void merge_overrides(const policy& base, policy& into) {
  std::vector<rule_override> merged;
  for (const rule_override& from : base.overrides) {
    const bool replaced = std::any_of(into.overrides.begin(), into.overrides.end(), [&](const auto& o) { return o.rule == from.rule; });
    if (!replaced) merged.push_back(from);
  }
  merged.insert(merged.end(), into.overrides.begin(), into.overrides.end());
  into.overrides = std::move(merged);
}

void check_exception_ids(const policy& p, problems& found) {
  std::map<std::string_view, const exception*> seen;
  for (const exception& x : p.exceptions) {
    const auto [first, is_new] = seen.emplace(x.id, &x);
    if (is_new) continue;
    error(found, x.place, "E420", "exception " + x.id + " stands twice; the first is in " + first->second->place.file +
                                      " line " + std::to_string(first->second->place.line));
  }
}

void merge(const policy& base, policy& into) {
  merge_single_values(base, into);
  merge_parts(base, into);
  merge_uses(base, into);
  merge_overrides(base, into);
  std::vector<exception> exceptions = base.exceptions;
  exceptions.insert(exceptions.end(), into.exceptions.begin(), into.exceptions.end());
  into.exceptions = std::move(exceptions);
  into.digest = sha256_digest(into.digest + '\n' + base.digest);
}

class family {
 public:
  family(std::vector<policy> written, problems& found) : found_(found), made_(written.size()), under_way_(written.size()) {
    for (policy& p : written) written_.push_back(std::move(p));
  }

  std::vector<inherited> all() {
    for (std::size_t i = 0; i < written_.size(); ++i) make(i);
    return std::move(made_);
  }

 private:
  // How many policies are above it.
  std::size_t make(std::size_t i) {
    if (done_.contains(i)) return above_[i];
    inherited& one = made_[i];
    one.merged = written_[i];
    under_way_[i] = true;
    if (const auto base = base_of(i)) {
      above_[i] = make(*base) + 1;
      if (above_[i] > extends_max) {
        error(found_, written_[i].extends.place, "E416", "policy \"" + written_[i].name + "\" has more than three others above it; extend one that is nearer");
      } else {
        one.base = std::make_shared<const policy>(made_[*base].merged);
        merge(*one.base, one.merged);
      }
    }
    check_exception_ids(one.merged, found_);
    under_way_[i] = false;
    done_.insert(i);
    return above_[i];
  }

  // The latest version that will do.
  std::optional<std::size_t> base_of(std::size_t i) {
    const base_reference& wanted = written_[i].extends;
    if (wanted.name.empty()) return std::nullopt;
    const auto constraint = parse_constraint(wanted.version);
    std::optional<std::size_t> latest;
    std::string versions;
    for (std::size_t k = 0; k < written_.size(); ++k) {
      const auto version = parse_version(written_[k].version);
      if (written_[k].name != wanted.name || !version) continue;
      versions += (versions.empty() ? "" : ", ") + written_[k].version;
      if (constraint && !constraint->takes(*version)) continue;
      if (!latest || *version > *parse_version(written_[*latest].version)) latest = k;
    }
    if (!latest) {
      tell_missing(wanted, versions);
    } else if (under_way_[*latest]) {
      error(found_, wanted.place, "E416", "extends goes round: policy \"" + wanted.name + "\" extends this one, or is this one");
      return std::nullopt;
    }
    return latest;
  }

  void tell_missing(const base_reference& wanted, const std::string& versions) {
    if (!versions.empty()) {
      return error(found_, wanted.place, "E415", "no version of policy \"" + wanted.name + "\" is " + wanted.version + "; there is " + versions);
    }
    std::vector<std::string_view> names;
    for (const policy& p : written_) names.push_back(p.name);
    error(found_, wanted.place, "E415", "there is no policy \"" + wanted.name + "\" to extend" + did_you_mean(wanted.name, names));
  }

  problems& found_;
  std::vector<policy> written_;
  std::vector<inherited> made_;
  std::vector<bool> under_way_;
  std::map<std::size_t, std::size_t> above_;
  std::set<std::size_t> done_;
};

}  // namespace

std::vector<inherited> inherit(std::vector<policy> written, problems& found) { return family(std::move(written), found).all(); }

}  // namespace stoplog::policy
