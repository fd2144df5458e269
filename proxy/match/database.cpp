#include "match/database.hpp"

#include "match/compiled.hpp"
#include "text/fold.hpp"
#include "text/leet.hpp"
#include "text/squeezer.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace stoplog::match {
namespace {

using problems = std::vector<compile_problem>;

// One rule on its way into the database.
struct candidate {
  std::size_t index;
  const rule_spec& spec;
  compiled_rule rule;
  rule_facts facts;

  bool holds() const noexcept { return spec.effect != verdict::allow; }
  bool combines() const noexcept { return spec.match.combines(); }
  // Of its patterns, that is, not of what they make together.
  bool guards_tails() const noexcept { return spec.match.guards_tail && !combines(); }

  // A part of a combination never matches more than the combination may span.
  std::optional<std::uint32_t> cap() const noexcept {
    if (!combines()) return spec.max_length ? spec.max_length : kept_cap();
    const std::uint32_t within = std::max(spec.match.within, 1U);
    return std::min(within, spec.max_length.value_or(within));
  }
  // What is not held is kept all the same, for RE2 to see it.
  std::optional<std::uint32_t> kept_cap() const noexcept {
    return holds() && !spec.match.guards_tail ? std::nullopt : std::optional(recorded_code_points_max);
  }
};

void compile_parts(candidate& c, problems& found) {
  const std::size_t parts = c.spec.match.parts.size();
  for (std::size_t i = 0; i < parts + c.spec.match.unless.size(); ++i) {
    const bool is_unless = i >= parts;
    const part& source = is_unless ? c.spec.match.unless[i - parts] : c.spec.match.parts[i];
    std::optional<part_matcher::problem> problem;
    part_matcher matcher(source, is_unless ? std::nullopt : c.cap(), problem);
    if (problem) {
      found.push_back({c.index, i, std::move(problem->code), std::move(problem->message)});
    } else if (!matcher.is_phrases() && !matcher.facts().opaque && matcher.facts().can_be_empty) {
      // It says yes to every text, or means something else than it says.
      found.push_back({c.index, i, "E236", "the pattern also takes the empty text; make a part of it required"});
    } else if (!is_unless && !matcher.code_points_max()) {
      found.push_back({c.index, i, "E231", "pattern has no longest match; set max_length so that it can be streamed"});
    } else if (!is_unless && c.holds() && *matcher.code_points_max() > held_code_points_max) {
      found.push_back({c.index, i, "E235",
                       "a match may be longer than " + std::to_string(held_code_points_max) +
                           " characters, too long to hold a stream back for; set max_length"});
    }
    if (!is_unless && c.guards_tails()) {
      if (const auto why = matcher.tail_refusal(); !why.empty() && !problem) {
        found.push_back({c.index, i, "E238", "`guard: tail` cannot tell the tail: " + std::string(why)});
      }
    }
    if (!is_unless && c.combines()) c.rule.things.push_back(c.spec.match.thing_of(i));
    if (!is_unless && c.combines() && c.spec.match.guards_tail && c.holds()) matcher.prepare_begun();
    (is_unless ? c.rule.unless : c.rule.parts).push_back(std::move(matcher));
  }
}

void check_shape(const candidate& c, problems& found) {
  if (c.spec.match.parts.empty()) found.push_back({c.index, 0, "E234", "a rule needs at least one part to match"});
  const expression& match = c.spec.match;
  if (match.guards_tail && c.combines() && match.needed() < 2) {
    found.push_back({c.index, 0, "E238", "`guard: tail` with all or at_least needs several parts: the last of them is guarded"});
  }
  if (c.guards_tails() && c.spec.effect == verdict::redact) {
    found.push_back({c.index, 0, "E238", "`guard: tail` is for action block: a mask stands for the whole match"});
  }
  if (c.guards_tails() && !match.unless.empty()) {
    found.push_back({c.index, match.parts.size(), "E238",
                     "`guard: tail` with `unless`: only the whole match tells whether it is excused; leave one of the two out"});
  }
  if (!c.combines()) return;
  if (match.thing_count() > things_max) {
    found.push_back({c.index, 0, "E237", "more than " + std::to_string(things_max) + " parts to combine; put what belongs together into one"});
  }
  if (match.how == expression::combine::at_least && (match.count < 2 || match.count > match.thing_count())) {
    found.push_back({c.index, 0, "E237",
                     "`count` is " + std::to_string(match.count) + " of " + std::to_string(match.thing_count()) +
                         "; it must be 2 or more, and no more than there are"});
  }
  if (match.within == 0) {
    found.push_back({c.index, 0, "E232", "`within` is needed: the most bytes from the first part to the end of the last"});
  } else if (c.holds() && c.spec.match.within > held_code_points_max) {
    found.push_back({c.index, 0, "E235",
                     "`within` is more than " + std::to_string(held_code_points_max) +
                         " bytes, too long to hold a stream back for"});
  }
}

void learn_facts(candidate& c) {
  if (c.combines()) {
    c.facts.longest = c.spec.match.within;
    for (const part_matcher& p : c.rule.parts) c.facts.shortest = std::max(c.facts.shortest, p.code_points_min());
    return;
  }
  c.facts.longest = 0;
  c.facts.shortest = UINT32_MAX;
  for (const part_matcher& p : c.rule.parts) {
    c.facts.longest = std::max(*c.facts.longest, p.code_points_max().value_or(0));
    if (c.guards_tails()) c.facts.tail = std::max(c.facts.tail, p.tail_code_points());
    c.facts.shortest = std::min(c.facts.shortest, p.code_points_min());
  }
}

// More sets of rules than this share plans by direction.
constexpr std::size_t plans_max = 12;

template <class Visit>
void each_surface(Visit visit) {
  for (int d = 0; d < direction_count; ++d) {
    for (int r = 0; r < role_count; ++r) {
      for (int c = 0; c < channel_count; ++c) {
        visit(surface{static_cast<direction>(d), static_cast<role>(r), static_cast<channel>(c)});
      }
    }
  }
}

// The distinct sets of rules of all surfaces; tells `assign` which is whose.
template <class Applies, class Assign>
std::vector<std::vector<std::uint32_t>> rule_sets(std::size_t rules, Applies applies, Assign assign) {
  std::map<std::vector<std::uint32_t>, std::size_t> known;
  each_surface([&](surface where) {
    std::vector<std::uint32_t> set;
    for (std::uint32_t i = 0; i < rules; ++i) {
      if (applies(i, where)) set.push_back(i);
    }
    assign(where, known.emplace(std::move(set), known.size()).first->second);
  });
  std::vector<std::vector<std::uint32_t>> sets(known.size());
  for (const auto& [set, number] : known) sets[number] = set;
  return sets;
}

void make_plans(database::compiled& made) {
  const auto assign = [&](surface where, std::size_t number) {
    made.plan_of_surface[database::compiled::surface_number(where)] = static_cast<std::uint8_t>(number);
  };
  const auto scoped = [&](std::uint32_t i, surface where) { return made.specs[i].surfaces.contains(where); };
  const auto directed = [&](std::uint32_t i, surface where) {
    return (made.specs[i].surfaces.directions >> static_cast<unsigned>(where.direction) & 1U) != 0;
  };
  auto sets = rule_sets(made.specs.size(), scoped, assign);
  const bool mixed = sets.size() > plans_max;
  if (mixed) sets = rule_sets(made.specs.size(), directed, assign);
  for (const auto& set : sets) {
    made.plans.push_back(make_plan(made.specs, made.rules, set));
    made.plans.back().mixed = mixed;
  }
}

}  // namespace

bool excused(const compiled_rule& rule, std::string_view text) {
  return std::any_of(rule.unless.begin(), rule.unless.end(), [text](const part_matcher& part) {
    if (part.view() == view::raw) return part.next(text, 0, text.size()).has_value();
    const std::string seen = seen_in(part.view(), text);
    return part.next(seen, 0, seen.size()).has_value();
  });
}

bool spelled_apart(std::string_view text) { return text::is_spelled_apart(text::fold(text)); }

std::string seen_in(view v, std::string_view text) {
  if (v == view::raw) return std::string(text);
  std::string seen = text::fold(text);
  if (v == view::leet) std::transform(seen.begin(), seen.end(), seen.begin(), text::leet);
  return v == view::squeezed ? text::squeeze(seen) : seen;
}

std::variant<std::shared_ptr<const database>, std::vector<compile_problem>> database::compile(
    std::vector<rule_spec> rules) {
  auto made = std::make_unique<compiled>();
  problems found;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    candidate c{.index = i, .spec = rules[i], .rule = {}, .facts = {}};
    check_shape(c, found);
    compile_parts(c, found);
    learn_facts(c);
    made->rules.push_back(std::move(c.rule));
    made->facts.push_back(c.facts);
  }
  if (!found.empty()) return found;
  made->specs = std::move(rules);
  make_plans(*made);
  return std::shared_ptr<const database>(new database(std::move(made)));
}

database::database(std::unique_ptr<compiled> made) : compiled_(std::move(made)) {}
database::~database() = default;

std::size_t database::size() const noexcept { return compiled_->specs.size(); }

const rule_spec& database::rule(std::size_t index) const { return compiled_->specs.at(index); }

const rule_facts& database::facts(std::size_t index) const { return compiled_->facts.at(index); }

}  // namespace stoplog::match
