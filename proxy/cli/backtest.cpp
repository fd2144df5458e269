// stoplog backtest: what the packs would have done to labelled texts.
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"
#include "cli/wilson.hpp"
#include "json/document.hpp"
#include "match/stream.hpp"
#include "policy/spec.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>

namespace stoplog::cli {
namespace {

struct options {
  std::vector<std::string> paths;
  std::string data, direction = "request", output = "human";
  unsigned strictness = 4;
};

struct row {
  std::string text, category, source;
  bool abusive = false;
};

struct tally {
  std::size_t texts = 0;
  std::size_t hit = 0;      // by any rule
  std::size_t blocked = 0;  // by a rule whose action is block
};

using tallies = std::map<std::string, tally, std::less<>>;

struct rule_tally {
  const policy::rule* rule;
  std::array<std::size_t, 2> hits{};  // of benign and of abusive texts
};

struct totals {
  std::array<tally, 2> by_label;
  std::array<tallies, 2> by_category, by_source;
  std::vector<rule_tally> rules;
};

std::size_t index_of(bool abusive) { return abusive ? 1 : 0; }

std::string text_of(const json::document& d, std::string_view name) {
  const auto id = d.find(json::document::root, name);
  return id != json::no_node && d[id].kind == json::kind::string ? std::string(d[id].text) : std::string();
}

// One line; nothing if it is not as it must be.
std::optional<row> read_row(json::reader& reader, const std::string& line) {
  const auto read = reader.read(line);
  if (!read) return std::nullopt;
  const json::document& d = **read;
  const std::string label = text_of(d, "label");
  const auto text = d.find(json::document::root, "text");
  const bool good = text != json::no_node && d[text].kind == json::kind::string && (label == "abusive" || label == "benign");
  if (!good) return std::nullopt;
  row r{std::string(d[text].text), text_of(d, "category"), text_of(d, "source"), label == "abusive"};
  for (auto* name : {&r.category, &r.source}) {
    if (name->empty()) *name = "(none)";
  }
  return r;
}

class counting {
 public:
  counting(std::vector<const policy::rule*> rules, std::shared_ptr<const match::database> all, surface where)
      : database_(std::move(all)), where_(where) {
    for (const auto* r : rules) sums_.rules.push_back({r, {}});
  }

  // False if the text cannot be judged.
  bool add(const row& r) {
    match::stream stream(database_, where_);
    if (!stream.feed(r.text, true)) return false;
    std::set<std::uint32_t> hit;
    for (const auto& f : stream.findings()) hit.insert(f.rule);
    bool blocked = false;
    const std::size_t label = index_of(r.abusive);
    for (const auto rule : hit) {
      ++sums_.rules[rule].hits[label];
      blocked = blocked || sums_.rules[rule].rule->action == policy::action::block;
    }
    for (auto* into : {&sums_.by_label[label], &sums_.by_category[label][r.category], &sums_.by_source[label][r.source]}) {
      ++into->texts;
      into->hit += hit.empty() ? 0 : 1;
      into->blocked += blocked ? 1 : 0;
    }
    return true;
  }

  const totals& sums() const noexcept { return sums_; }

 private:
  std::shared_ptr<const match::database> database_;
  surface where_;
  totals sums_;
};

bool read_rows(std::istream& in, const std::string& name, counting& into) {
  json::reader reader;
  std::size_t number = 0;
  const auto refuse = [&](const char* why) {
    std::cerr << "stoplog backtest: " << name << ':' << number << ": " << why << '\n';
    return false;
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (number == 1 && line.starts_with("\x1f\x8b")) return refuse("this is packed; say zcat FILE | stoplog backtest --data -");
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto r = read_row(reader, line);
    if (!r) return refuse("not a JSON object with text and a label that is abusive or benign");
    if (!into.add(*r)) return refuse("the text could not be judged");
  }
  const auto& sums = into.sums();
  if (sums.by_label[0].texts + sums.by_label[1].texts == 0) return refuse("no texts, and nothing counted is nothing known");
  return true;
}

std::string percent(double p) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.2f", 100 * p);
  return text.data();
}

// "12 of 480   2.50 % [1.44, 4.32]"
std::string counted(std::size_t hits, std::size_t all) {
  if (all == 0) return "no texts";
  const share s = wilson(hits, all);
  return std::to_string(hits) + " of " + std::to_string(all) + "  " + percent(s.value) + " % [" + percent(s.least) + ", " + percent(s.most) + "]";
}

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 0, ' ');
  return text;
}

constexpr std::size_t name_width = 28;
constexpr std::size_t share_width = 38;

void print_group(paper& out, const char* title, const totals& sums, const std::array<tallies, 2>& by) {
  for (const bool abusive : {true, false}) {
    const auto& groups = by[index_of(abusive)];
    if (groups.empty() || sums.by_label[index_of(abusive)].texts == 0) continue;
    out.write(std::string("\n") + (abusive ? "Abusive" : "Benign") + " texts by " + title + ": blocked, hit by any rule\n");
    for (const auto& [name, t] : groups) {
      out.write("  " + padded(name, name_width) + "  " + padded(counted(t.blocked, t.texts), share_width) + "  " + counted(t.hit, t.texts) + "\n");
    }
  }
}

void print_human(const totals& sums) {
  paper out(std::cout);
  const auto& abusive = sums.by_label[1];
  const auto& benign = sums.by_label[0];
  out.write("Shares with their 95 % intervals (Wilson); every rule acts as its action says.\n\n");
  out.write("blocked of abusive         " + counted(abusive.blocked, abusive.texts) + "\n");
  out.write("blocked of benign (false)  " + counted(benign.blocked, benign.texts) + "\n", benign.blocked == 0 ? tone::plain : tone::warning);
  out.write("hit of abusive             " + counted(abusive.hit, abusive.texts) + "\n");
  out.write("hit of benign              " + counted(benign.hit, benign.texts) + "\n");
  print_group(out, "category", sums, sums.by_category);
  print_group(out, "source", sums, sums.by_source);
  out.write("\nRules: hits of abusive, of benign\n");
  for (const auto& r : sums.rules) {
    out.write("  " + padded(r.rule->id, 20) + "  " + padded(std::string(to_string(r.rule->action)), 7) + "  " +
              padded(counted(r.hits[1], abusive.texts), share_width) + "  " + counted(r.hits[0], benign.texts) + "\n");
  }
}

void add_share(json::writer& to, std::string_view name, std::size_t hits, std::size_t all) {
  const share s = wilson(hits, all);
  to.key(name).begin_object().member("count", static_cast<std::int64_t>(hits)).member("of", static_cast<std::int64_t>(all));
  if (all != 0) to.key("share").number(s.value);
  to.key("least").number(s.least).key("most").number(s.most).end_object();
}

void add_tally(json::writer& to, const tally& t) {
  to.begin_object().member("texts", static_cast<std::int64_t>(t.texts));
  add_share(to, "blocked", t.blocked, t.texts);
  add_share(to, "hit", t.hit, t.texts);
  to.end_object();
}

void add_tallies(json::writer& to, std::string_view name, const tallies& all) {
  to.key(name).begin_object();
  for (const auto& [key, t] : all) {
    to.key(key);
    add_tally(to, t);
  }
  to.end_object();
}

void print_json(const totals& sums) {
  json::writer out;
  out.begin_object();
  for (const bool abusive : {true, false}) {
    const std::size_t label = index_of(abusive);
    out.key(abusive ? "abusive" : "benign").begin_object().key("all");
    add_tally(out, sums.by_label[label]);
    add_tallies(out, "by_category", sums.by_category[label]);
    add_tallies(out, "by_source", sums.by_source[label]);
    out.end_object();
  }
  out.key("rules").begin_array();
  for (const auto& r : sums.rules) {
    out.begin_object().member("id", r.rule->id).member("category", r.rule->category).member("action", to_string(r.rule->action));
    add_share(out, "abusive", r.hits[1], sums.by_label[1].texts);
    add_share(out, "benign", r.hits[0], sums.by_label[0].texts);
    out.end_object();
  }
  std::cout << out.end_array().end_object().take() << '\n';
}

// Every rule as it would run if nothing were ever ended early.
std::optional<counting> prepare(const config::documents& read, const options& asked, problems& found) {
  std::vector<const policy::rule*> rules;
  std::vector<policy::rule_to_compile> specs;
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) {
      if ((rule.match.parts.empty() && rule.signals.empty()) || rule.strictness > asked.strictness) continue;
      rules.push_back(&rule);
      specs.push_back({&rule, policy::mode::shadow});
    }
  }
  auto database = policy::compile_rules(specs, specs, found);
  if (database == nullptr || has_errors(found)) return std::nullopt;
  const auto way = direction_from(asked.direction).value();
  const auto speaker = way == direction::response ? role::assistant : role::user;
  return counting(std::move(rules), std::move(database), {way, speaker, channel::content});
}

exit_code backtest(const options& asked) {
  const bool packs_on_stdin = std::find(asked.paths.begin(), asked.paths.end(), "-") != asked.paths.end();
  if (packs_on_stdin && asked.data == "-") {
    std::cerr << "stoplog backtest: only one of --data and PATH can be stdin\n";
    return exit_code::usage;
  }
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  auto counted_rows = prepare(*read, asked, found);
  if (!counted_rows) {
    paper err(std::cerr);
    print_problems(err, found);
    return exit_code::not_loaded;
  }
  std::ifstream file;
  if (asked.data != "-") {
    file.open(asked.data, std::ios::binary);
    if (!file) {
      std::cerr << "stoplog backtest: " << asked.data << " cannot be read\n";
      return exit_code::usage;
    }
  }
  if (!read_rows(asked.data == "-" ? std::cin : file, asked.data == "-" ? "stdin" : asked.data, *counted_rows)) return exit_code::usage;
  asked.output == "json" ? print_json(counted_rows->sums()) : print_human(counted_rows->sums());
  return exit_code::fine;
}

}  // namespace

void add_backtest(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("backtest", "Run the packs over labelled texts: block rate and false positives, with intervals");
  auto asked = std::make_shared<options>();
  verb->add_option("--data", asked->data, "JSON lines with text, label (abusive or benign), category and source; - for stdin")->required();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin; default: policies rules");
  verb->add_option("--direction", asked->direction, "request (what users write) or response")->check(CLI::IsMember({"request", "response"}))->capture_default_str();
  verb->add_option("--strictness", asked->strictness, "Leave out rules of a higher strictness")->check(CLI::Range(1U, 4U))->capture_default_str();
  verb->add_option("-o,--output", asked->output, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  verb->callback([asked, &code] { code = backtest(*asked); });
}

}  // namespace stoplog::cli
