// stoplog bench: what each rule costs, in processor time and memory, against a
// budget.
#include "cli/report.hpp"
#include "cli/sample_text.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"
#include "json/document.hpp"
#include "match/stream.hpp"
#include "policy/spec.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <malloc.h>
#include <memory>

namespace stoplog::cli {
namespace {

struct options {
  std::vector<std::string> paths;
  std::string data, output = "human";
  double budget = 0, rule_budget = 0;  // nanoseconds per KB; 0: none
  unsigned rounds = 3, top = 10;
};

struct input {
  std::string name, text;
};

struct cost {
  std::string id;
  double ns_per_kb = 0;        // over all inputs
  double worst_ns_per_kb = 0;
  std::string worst;           // the input it is of
  std::int64_t bytes = 0;      // of memory that compiling takes for good
  double compile_us = 0;
};

// Of this thread, so that other work on the machine does not count.
double processor_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

std::int64_t allocated() { return static_cast<std::int64_t>(mallinfo2().uordblks + mallinfo2().hblkhd); }

// As a stream brings it. The best of the rounds: the first one also builds the
// matcher's states.
double time_of(const std::shared_ptr<const match::database>& rules, surface where, const input& in, unsigned rounds) {
  double best = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    const auto pieces = as_streamed(in.text);
    const double begin = processor_ns();
    match::stream stream(rules, where);
    for (const auto piece : pieces) {
      const auto step = stream.feed(piece, false);
      if (!step || step->verdict == verdict::block) break;
    }
    const double took = processor_ns() - begin;
    best = round == 0 ? took : std::min(best, took);
  }
  return best;
}

std::optional<cost> measure(std::string id, std::span<const policy::rule_to_compile> rules,
                            std::span<const policy::rule_to_compile> signals, surface where,
                            const std::vector<input>& inputs, unsigned rounds, problems& found) {
  const std::int64_t before = allocated();
  const double begin = processor_ns();
  const auto database = policy::compile_rules(rules, signals, found);
  if (database == nullptr) return std::nullopt;
  cost c{std::move(id), 0, 0, "", allocated() - before, (processor_ns() - begin) / 1000};
  double ns = 0, kb = 0;
  for (const input& in : inputs) {
    const double took = time_of(database, where, in, rounds), size = static_cast<double>(in.text.size()) / 1024;
    ns += took;
    kb += size;
    if (took / size <= c.worst_ns_per_kb) continue;
    c.worst_ns_per_kb = took / size;
    c.worst = in.name;
  }
  c.ns_per_kb = ns / kb;
  return c;
}

// A rule is measured where it looks.
surface surface_for(const policy::rule& r) {
  const surface answer{direction::response, role::assistant, channel::content}, request{direction::request, role::user, channel::content};
  return r.surfaces.contains(answer) ? answer : request;
}

std::optional<std::vector<input>> inputs_of(const options& asked) {
  std::vector<input> all;
  for (const auto answer : sample_answers()) all.push_back({"sample " + std::to_string(all.size() + 1), std::string(answer)});
  if (asked.data.empty()) return all;
  all.clear();
  std::ifstream file;
  if (asked.data != "-") file.open(asked.data, std::ios::binary);
  std::istream& in = asked.data == "-" ? std::cin : file;
  json::reader reader;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto read = reader.read(line);
    const auto text = read ? (**read).find(json::document::root, "text") : json::no_node;
    if (text == json::no_node || (**read)[text].kind != json::kind::string) {
      std::cerr << "stoplog bench: " << asked.data << ':' << number << ": not a JSON object with text\n";
      return std::nullopt;
    }
    if (!(**read)[text].text.empty()) all.push_back({"line " + std::to_string(number), std::string((**read)[text].text)});
  }
  if (!all.empty()) return all;
  std::cerr << "stoplog bench: " << asked.data << ": no texts\n";
  return std::nullopt;
}

std::string fixed(double value, int digits) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

bool over(double value, double budget) { return budget > 0 && value > budget; }

struct results {
  cost whole;               // all rules together, as a policy that enforces them runs them
  std::vector<cost> rules;  // the dearest first
};

void print_row(paper& out, const cost& c, std::size_t width, double budget) {
  out.write("  " + padded(c.id, width) + "  ");
  out.write(padded(fixed(c.ns_per_kb, 0), 9), over(c.ns_per_kb, budget) ? tone::bad : tone::plain);
  out.write("  " + padded(fixed(c.worst_ns_per_kb, 0), 9) + "  " + padded(c.worst, 10) + "  " +
            padded(fixed(static_cast<double>(c.bytes) / 1024, 1), 9) + "  " + fixed(c.compile_us, 0) + "\n");
}

void print_human(const results& r, const options& asked) {
  paper out(std::cout);
  std::size_t width = 10;
  for (const auto& c : r.rules) width = std::max(width, c.id.size());
  out.write("  " + padded("rule", width) + "  ns per KB  slowest    of          KB memory  compiled in us\n", tone::quiet);
  print_row(out, r.whole, width, asked.budget);
  std::size_t shown = 0;
  for (const auto& c : r.rules) {
    if (asked.top != 0 && ++shown > asked.top) break;
    print_row(out, c, width, asked.rule_budget);
  }
  if (asked.top != 0 && r.rules.size() > asked.top) out.write("  and " + std::to_string(r.rules.size() - asked.top) + " cheaper ones (--top 0 shows all)\n", tone::quiet);
}

void add_cost(json::writer& to, const cost& c) {
  to.begin_object().member("id", c.id).key("ns_per_kb").number(c.ns_per_kb).key("slowest_ns_per_kb").number(c.worst_ns_per_kb);
  to.member("slowest", c.worst).member("memory_bytes", c.bytes).key("compile_us").number(c.compile_us).end_object();
}

void print_json(const results& r) {
  json::writer out;
  out.begin_object().key("all");
  add_cost(out, r.whole);
  out.key("rules").begin_array();
  for (const auto& c : r.rules) add_cost(out, c);
  std::cout << out.end_array().end_object().take() << '\n';
}

std::optional<results> run(const config::documents& read, const options& asked, const std::vector<input>& inputs, problems& found) {
  std::vector<policy::rule_to_compile> all;
  results made;
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) {
      if (!rule.match.parts.empty() || !rule.signals.empty()) all.push_back({&rule, policy::mode::enforce});
    }
  }
  for (const auto& each : all) {
    auto one = measure(each.rule->id, std::span(&each, 1), all, surface_for(*each.rule), inputs, asked.rounds, found);
    if (one) made.rules.push_back(std::move(*one));
  }
  auto whole = measure("all rules", all, all, {direction::response, role::assistant, channel::content}, inputs, asked.rounds, found);
  if (!whole) return std::nullopt;
  made.whole = std::move(*whole);
  std::sort(made.rules.begin(), made.rules.end(), [](const cost& a, const cost& b) { return a.ns_per_kb > b.ns_per_kb; });
  return made;
}

exit_code judge(const results& r, const options& asked) {
  exit_code code = exit_code::fine;
  const auto tell = [&](const cost& c, double budget) {
    if (!over(c.ns_per_kb, budget)) return;
    std::cerr << "stoplog bench: " << c.id << " takes " << fixed(c.ns_per_kb, 0) << " ns per KB; the budget is " << fixed(budget, 0) << '\n';
    code = exit_code::findings;
  };
  tell(r.whole, asked.budget);
  for (const auto& c : r.rules) tell(c, asked.rule_budget);
  return code;
}

exit_code bench(const options& asked) {
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const auto inputs = inputs_of(asked);
  if (!inputs) return exit_code::usage;
  const auto made = has_errors(found) ? std::nullopt : run(*read, asked, *inputs, found);
  if (!made || has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found, read->texts);
    return code_of_errors(found);
  }
  asked.output == "json" ? print_json(*made) : print_human(*made, asked);
  return judge(*made, asked);
}

}  // namespace

void add_bench(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("bench", "Measure what each rule costs on a stream, in processor time and memory; exit 1 over a budget");
  auto asked = std::make_shared<options>();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin; default: policies rules");
  verb->add_option("--data", asked->data, "JSON lines with text to measure on instead of harmless samples");
  verb->add_option("--budget", asked->budget, "Most nanoseconds per KB for all rules together")->check(CLI::NonNegativeNumber);
  verb->add_option("--rule-budget", asked->rule_budget, "Most nanoseconds per KB for each rule")->check(CLI::NonNegativeNumber);
  verb->add_option("--rounds", asked->rounds, "How often each text is streamed; the fastest counts")->check(CLI::Range(1U, 1000U))->capture_default_str();
  verb->add_option("--top", asked->top, "How many of the dearest rules are shown; 0: all")->capture_default_str();
  verb->add_option("-o,--output", asked->output, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  verb->callback([asked, &code] { code = bench(*asked); });
}

}  // namespace stoplog::cli
