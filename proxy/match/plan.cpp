#include "match/plan.hpp"

#include "match/code_points.hpp"
#include "match/compiled.hpp"
#include "match/fold_origins.hpp"
#include "text/leet.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_map>

namespace stoplog::match {
namespace {

struct literal_draft {
  std::uint8_t held_leads = 0;
  std::uint8_t head_leads = 0;
  bool tail = false;
  bool tail_whole = false;
  std::vector<window_spec> windows;
  std::vector<sign_use> signs;
};

// More kinds of windows on one literal than this are united.
constexpr std::size_t windows_max = 4;

// More runs than this are not made for combinations.
constexpr std::size_t combined_runs_max = runs_max / 2;

struct view_draft {
  std::unordered_map<std::string, std::uint32_t> ids;
  std::vector<literal_draft> literals;
  std::vector<const std::string*> texts;
  std::map<std::array<std::uint64_t, 4>, std::uint32_t> sets;

  std::uint32_t id_of(const std::string& text) {
    const auto [place, added] = ids.emplace(text, static_cast<std::uint32_t>(literals.size()));
    if (added) {
      literals.emplace_back();
      texts.push_back(&place->first);
    }
    return place->second;
  }
};

class planner {
 public:
  planner(std::span<const rule_spec> specs, std::span<const compiled_rule> rules) : specs_(specs), rules_(rules) {}

  plan make(std::span<const std::uint32_t> active);

 private:
  void add_any(std::uint32_t rule);
  void add_combination(std::uint32_t rule);
  void hold_tails(const part_matcher& part, const unit& u);
  void hold_for_combination(const anchor& a, view v, unit u);
  void use_sign(const anchor& a, std::uint32_t unit, view v);
  void hold_prefixes(const anchor& a, const unit& u, const window_spec& window);
  void add_window(view v, const std::string& literal, const window_spec& window);
  std::uint32_t set_of(view v, const byte_set& set);
  std::uint32_t run_of(const anchor& a, const unit& u);
  bool hold_run_of_combination(const anchor& a, const unit& u);
  void finish(view v);
  static void finish_runs(view_plan& p);
  void note_held_first(view v);
  view_draft& draft(view v) { return drafts_[static_cast<std::size_t>(v)]; }

  std::span<const rule_spec> specs_;
  std::span<const compiled_rule> rules_;
  std::array<literal_counts, views.size()> counts_;
  std::array<view_draft, views.size()> drafts_;
  plan plan_;
};

std::uint8_t bit(lead l) { return static_cast<std::uint8_t>(l); }

plan planner::make(std::span<const std::uint32_t> active) {
  for (const std::uint32_t rule : active) {
    for (const part_matcher& part : rules_[rule].parts) {
      count_literals(part, counts_[static_cast<std::size_t>(part.view())]);
    }
  }
  for (const std::uint32_t rule : active) {
    if (specs_[rule].match.combines()) {
      add_combination(rule);
    } else {
      add_any(rule);
    }
  }
  for (const view v : views) finish(v);
  for (const view v : views) {
    if (!plan_.of(v).used) continue;
    plan_.used.places[static_cast<std::size_t>(v)] = plan_.used.count;
    plan_.used.list[plan_.used.count++] = v;
  }
  return std::move(plan_);
}

void planner::add_any(std::uint32_t rule) {
  for (std::uint32_t i = 0; i < rules_[rule].parts.size(); ++i) {
    const part_matcher& part = rules_[rule].parts[i];
    if (*part.code_points_max() == 0) continue;  // matches nothing that counts
    const anchor a = choose_anchor(part, counts_[static_cast<std::size_t>(part.view())]);
    unit u{.rule = rule, .part = i, .view = part.view()};
    u.guards_tail = specs_[rule].match.guards_tail;
    u.holds = specs_[rule].effect != verdict::allow && !u.guards_tail;
    u.blocks = specs_[rule].effect == verdict::block;
    u.guards = u.guards_tail && u.blocks;
    u.excusable = !rules_[rule].unless.empty() || u.view == view::squeezed;
    u.looks_ahead = part.looks_ahead();
    u.ends_at_sign = a.what == anchor::sign::suffix;
    u.reach = *part.code_points_max() + (u.looks_ahead ? 1U : 0U);
    u.shortest = std::max(1U, part.code_points_min());
    u.before_min = a.before_min;
    u.before_max = a.before_max;
    u.set = set_of(u.view, a.inside);
    plan_.of(u.view).used = true;
    if (a.prefixes.empty()) {
      u.run = run_of(a, u);
    } else if (a.what != anchor::sign::prefix) {
      // Until the sign must have come; from then on the unit itself holds.
      std::uint64_t until = u.reach;
      if (a.what == anchor::sign::inside) {
        std::uint64_t longest = 0;
        for (const std::string& s : a.signs) longest = std::max(longest, count_code_points(s));
        until = std::min(until, a.before_max + longest + 1);
      }
      hold_prefixes(a, u, {.reach = static_cast<std::uint32_t>(until), .sign_by = a.before_max, .set = u.set,
                           .leads = bit(a.begins), .holds = u.holds, .guards = u.guards});
      std::vector<std::uint32_t> ids;
      for (const std::string& p : a.prefixes) ids.push_back(draft(u.view).id_of(p));
      std::sort(ids.begin(), ids.end());
      std::vector<std::uint32_t>& all = plan_.of(u.view).prefixes;
      u.prefixes_begin = static_cast<std::uint32_t>(all.size());
      all.insert(all.end(), ids.begin(), ids.end());
      u.prefixes_end = static_cast<std::uint32_t>(all.size());
    } else {
      hold_prefixes(a, u, {});
    }
    if (u.guards) hold_tails(part, u);
    plan_.units.push_back(u);
    use_sign(a, static_cast<std::uint32_t>(plan_.units.size() - 1), u.view);
  }
}

// What precedes a tail is only kept. Where the next code point has a say, the
// whole tail is held until that is there.
void planner::hold_tails(const part_matcher& part, const unit& u) {
  view_draft& d = draft(u.view);
  for (const std::string& text : part.facts().suffixes) {
    literal_draft& literal = d.literals[d.id_of(text)];
    literal.tail = true;
    literal.tail_whole |= u.looks_ahead;
  }
}

// A combination is looked for when one of its rarest things gives a sign: so many
// of them that it cannot come about without any. What any of its parts may begin
// is held for the whole distance, unless only the tail is guarded.
void planner::add_combination(std::uint32_t rule) {
  const expression& match = specs_[rule].match;
  const std::vector<part_matcher>& parts = rules_[rule].parts;
  unit u{.rule = rule, .combines = true, .within = match.within, .needed = match.needed()};
  plan_.combines = true;
  plan_.within_max = std::max(plan_.within_max, u.within);
  u.guards_tail = match.guards_tail;
  u.holds = specs_[rule].effect != verdict::allow;
  u.blocks = specs_[rule].effect == verdict::block;
  u.excusable = !rules_[rule].unless.empty();
  std::vector<anchor> anchors;
  std::vector<double> costs(match.thing_count());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    anchors.push_back(choose_anchor(parts[i], counts_[static_cast<std::size_t>(parts[i].view())]));
    plan_.of(parts[i].view()).used = true;
    costs[match.thing_of(i)] += anchors[i].what == anchor::sign::length ? 1e6 : anchors[i].sign_cost;
    u.shortest = std::max(1U, parts[i].code_points_min());
    hold_for_combination(anchors[i], parts[i].view(), u);
  }
  plan_.units.push_back(u);
  const auto index = static_cast<std::uint32_t>(plan_.units.size() - 1);
  // Where the tail is guarded, it must be noticed when all but one have come.
  const std::size_t without = match.needed() - (match.guards_tail ? 2 : 1);
  std::vector<std::uint32_t> by_cost(costs.size());
  std::iota(by_cost.begin(), by_cost.end(), 0U);
  std::sort(by_cost.begin(), by_cost.end(), [&](auto x, auto y) { return std::tie(costs[x], x) < std::tie(costs[y], y); });
  by_cost.resize(by_cost.size() - std::min(without, by_cost.size() - 1));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (std::find(by_cost.begin(), by_cost.end(), match.thing_of(i)) == by_cost.end()) continue;
    if (anchors[i].what != anchor::sign::length) {
      use_sign(anchors[i], index, parts[i].view());
    } else if (plan_.always.empty() || plan_.always.back() != index) {
      plan_.always.push_back(index);
    }
  }
}

void planner::hold_for_combination(const anchor& a, view v, unit u) {
  u.view = v;
  u.holds = u.holds && !u.guards_tail;
  if (a.prefixes.empty()) {
    if (u.holds && hold_run_of_combination(a, u)) return;
    std::uint32_t& bytes = u.holds ? plan_.held_bytes : plan_.kept_bytes;
    bytes = std::max(bytes, u.within);
    return;
  }
  const byte_set anything(std::bitset<256>{}.set());
  hold_prefixes(a, u, {.reach = u.within, .set = set_of(v, anything), .leads = bit(a.begins), .holds = u.holds, .in_bytes = true});
}

void planner::use_sign(const anchor& a, std::uint32_t index, view v) {
  const unit& u = plan_.units[index];
  if (a.what == anchor::sign::length) {
    run_spec& run = plan_.of(v).runs[u.run];
    run.units.push_back(index);
    run.shortest = std::min(run.shortest, u.shortest);
    return;
  }
  const bool begins = a.what == anchor::sign::prefix;
  for (const std::string& text : a.signs) {
    draft(v).literals[draft(v).id_of(text)].signs.push_back(
        {.unit = index, .leads = begins ? bit(a.begins) : bit(lead::anywhere), .begins = begins});
  }
}

void planner::hold_prefixes(const anchor& a, const unit& u, const window_spec& window) {
  view_draft& d = draft(u.view);
  for (const std::string& text : a.prefixes) {
    literal_draft& literal = d.literals[d.id_of(text)];
    if (u.holds) literal.held_leads |= bit(a.begins);
    if (u.guards) literal.head_leads |= bit(a.begins);
    if (window.reach != 0) add_window(u.view, text, window);
  }
}

// One window for all rules that could share one: the longest of the same kind.
void planner::add_window(view v, const std::string& text, const window_spec& window) {
  std::vector<window_spec>& list = draft(v).literals[draft(v).id_of(text)].windows;
  for (window_spec& known : list) {
    window_spec same = known;
    same.reach = window.reach;
    same.sign_by = window.sign_by;
    if (same == window) {
      known.reach = std::max(known.reach, window.reach);
      known.sign_by = std::max(known.sign_by, window.sign_by);
      return;
    }
  }
  if (list.size() < windows_max || window.in_bytes) {
    list.push_back(window);
    return;
  }
  const auto united = std::find_if(list.begin(), list.end(), [](const window_spec& w) { return !w.in_bytes; });
  if (united == list.end()) {
    list.push_back(window);
    return;
  }
  byte_set both = plan_.of(v).sets[united->set];
  both.unite(plan_.of(v).sets[window.set]);
  united->set = set_of(v, both);
  united->reach = std::max(united->reach, window.reach);
  united->sign_by = std::max(united->sign_by, window.sign_by);
  united->leads |= window.leads;
  united->holds |= window.holds;
  united->guards |= window.guards;
}

std::uint32_t planner::set_of(view v, const byte_set& set) {
  std::vector<byte_set>& sets = plan_.of(v).sets;
  const auto [place, added] = draft(v).sets.emplace(set.words, static_cast<std::uint32_t>(sets.size()));
  if (added) sets.push_back(set);
  return place->second;
}

// False if there are too many already.
bool planner::hold_run_of_combination(const anchor& a, const unit& u) {
  std::vector<run_spec>& runs = plan_.of(u.view).runs;
  auto run = std::find_if(runs.begin(), runs.end(), [&](const run_spec& r) {
    return r.within != 0 && r.first == a.first && r.inside == a.inside && r.leads == bit(a.begins);
  });
  if (run == runs.end()) {
    const auto combined = std::count_if(runs.begin(), runs.end(), [](const run_spec& r) { return r.within != 0; });
    if (runs.size() == runs_max || static_cast<std::size_t>(combined) == combined_runs_max) return false;
    run = runs.insert(run, {.first = a.first, .inside = a.inside, .leads = bit(a.begins), .holds = true, .units = {}});
  }
  run->within = std::max(run->within, u.within);
  run->shortest = std::min(run->shortest, u.shortest);
  return true;
}

std::uint32_t planner::run_of(const anchor& a, const unit& u) {
  std::vector<run_spec>& runs = plan_.of(u.view).runs;
  const auto same = std::find_if(runs.begin(), runs.end(), [&](const run_spec& r) {
    return r.within == 0 && r.first == a.first && r.inside == a.inside && r.leads == bit(a.begins) && r.holds == u.holds && r.guards == u.guards;
  });
  if (same != runs.end()) {
    same->reach = std::max(same->reach, u.reach);
    return static_cast<std::uint32_t>(same - runs.begin());
  }
  if (runs.size() < runs_max) {
    runs.push_back({.first = a.first, .inside = a.inside, .leads = bit(a.begins), .reach = u.reach, .holds = u.holds, .guards = u.guards, .units = {}});
    return static_cast<std::uint32_t>(runs.size() - 1);
  }
  const auto last = std::find_if(runs.rbegin(), runs.rend(), [](const run_spec& r) { return r.within == 0; });
  run_spec& united = *last;
  united.first.unite(a.first);
  united.inside.unite(a.inside);
  united.leads |= bit(a.begins);
  united.reach = std::max(united.reach, u.reach);
  united.holds |= u.holds;
  united.guards |= u.guards;
  return static_cast<std::uint32_t>(last.base() - runs.begin() - 1);
}

void planner::note_held_first(view v) {
  const view_plan& p = plan_.of(v);
  const auto note = [&](unsigned byte) {
    if (v == view::raw) plan_.held_first.set(byte);
    for (unsigned folded = 0; folded < 256 && v != view::raw; ++folded) {
      const char seen = v == view::leet ? text::leet(static_cast<char>(folded)) : static_cast<char>(folded);
      if (static_cast<unsigned char>(seen) == byte) plan_.held_first |= fold_origins(static_cast<unsigned char>(folded));
    }
  };
  for (std::size_t i = 0; i < draft(v).literals.size(); ++i) {
    if (draft(v).literals[i].held_leads != 0 || draft(v).literals[i].tail) note(static_cast<unsigned char>(draft(v).texts[i]->front()));
  }
  for (const run_spec& r : p.runs) {
    for (unsigned byte = 0; byte < 256 && r.holds; ++byte) {
      if (r.first.has(static_cast<char>(byte))) note(byte);
    }
  }
  if (plan_.held_bytes != 0) plan_.held_first.set();
}

void planner::finish(view v) {
  view_plan& p = plan_.of(v);
  view_draft& d = draft(v);
  std::vector<literal_index::literal> literals;
  for (std::size_t i = 0; i < d.literals.size(); ++i) {
    const std::string& text = *d.texts[i];
    const literal_draft& from = d.literals[i];
    const bool inside = std::any_of(from.signs.begin(), from.signs.end(), [](const sign_use& s) { return !s.begins; });
    literals.push_back({text, from.held_leads, inside, from.head_leads, from.tail, from.tail_whole});
    literal_use use;
    use.bytes = static_cast<std::uint32_t>(text.size());
    use.code_points = static_cast<std::uint32_t>(count_code_points(text));
    use.windows_begin = static_cast<std::uint32_t>(p.windows.size());
    p.windows.insert(p.windows.end(), from.windows.begin(), from.windows.end());
    use.windows_end = static_cast<std::uint32_t>(p.windows.size());
    use.signs_begin = static_cast<std::uint32_t>(p.signs.size());
    p.signs.insert(p.signs.end(), from.signs.begin(), from.signs.end());
    use.signs_end = static_cast<std::uint32_t>(p.signs.size());
    p.literals.push_back(use);
    p.literal_bytes_max = std::max(p.literal_bytes_max, use.bytes);
  }
  p.index = literal_index(literals);
  note_held_first(v);
  finish_runs(p);
}

void planner::finish_runs(view_plan& p) {
  for (std::size_t i = 0; i < p.runs.size(); ++i) {
    const std::uint64_t bit_of_run = std::uint64_t{1} << i;
    if (!p.runs[i].units.empty()) p.runs_that_report |= bit_of_run;
    if (p.runs[i].within != 0) p.runs_that_combine |= bit_of_run;
    const bool deferred = ((p.runs_that_report | p.runs_that_combine) & bit_of_run) == 0;
    if (deferred) p.runs_deferred |= bit_of_run;
    p.runs[i].inside.unite(p.runs[i].first);
    for (unsigned byte = 0; byte < 256; ++byte) {
      const bool first = p.runs[i].first.has(static_cast<char>(byte));
      const bool inside = p.runs[i].inside.has(static_cast<char>(byte));
      if (first) p.run_bytes_all.first[byte] |= bit_of_run;
      if (inside) p.run_bytes_all.inside[byte] |= bit_of_run;
      if (first && !deferred) p.run_bytes_reported.first[byte] |= bit_of_run;
      if (inside || deferred) p.run_bytes_reported.inside[byte] |= bit_of_run;
    }
  }
}

}  // namespace

plan make_plan(std::span<const rule_spec> specs, std::span<const compiled_rule> rules,
               std::span<const std::uint32_t> active) {
  return planner(specs, rules).make(active);
}

}  // namespace stoplog::match
