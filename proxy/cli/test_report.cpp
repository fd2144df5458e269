#include "cli/test_report.hpp"

#include <algorithm>
#include <ostream>
#include <string>

namespace stoplog::cli {
namespace {

struct totals {
  std::size_t tests = 0;
  std::size_t failed = 0;
  std::size_t runs = 0;
};

totals total_of(const test_results& results, const policy::pack* only) {
  totals t;
  for (const auto& r : results) {
    if (only != nullptr && r.pack != only) continue;
    ++t.tests;
    t.failed += r.outcome.passed ? 0 : 1;
    t.runs += r.outcome.runs;
  }
  return t;
}

std::vector<const policy::pack*> packs_of(const test_results& results) {
  std::vector<const policy::pack*> packs;
  for (const auto& r : results) {
    if (packs.empty() || packs.back() != r.pack) packs.push_back(r.pack);
  }
  return packs;
}

std::string place_of(const test_result& r) {
  const place& p = r.test->place;
  return p.file + ':' + std::to_string(p.line) + ':' + std::to_string(p.column);
}

std::string sentence(const totals& t) {
  return std::to_string(t.tests) + " tests in " + std::to_string(t.runs) + " runs, " + std::to_string(t.failed) + " failed";
}

// For attributes and texts; control characters do not exist in XML 1.0.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

void print_human(paper& to, const test_results& results) {
  for (const auto& r : results) {
    if (r.outcome.passed) continue;
    to.write(place_of(r) + ": failed: ", tone::bad);
    to.write(r.rule->id + " \"" + r.test->name + "\": " + r.outcome.why + "\n");
  }
  for (const policy::pack* pack : packs_of(results)) {
    const totals t = total_of(results, pack);
    to.write(pack->name + " " + pack->version + ": " + sentence(t) + "\n", t.failed == 0 ? tone::plain : tone::bad);
  }
  const totals all = total_of(results, nullptr);
  to.write("all: " + sentence(all) + "\n", all.failed == 0 && all.tests != 0 ? tone::good : tone::bad);
}

void print_json(std::ostream& to, const test_results& results) {
  const totals all = total_of(results, nullptr);
  json::writer out;
  out.begin_object().member("tests", static_cast<std::int64_t>(all.tests));
  out.member("failed", static_cast<std::int64_t>(all.failed)).member("runs", static_cast<std::int64_t>(all.runs));
  out.key("results").begin_array();
  for (const auto& r : results) {
    out.begin_object().member("pack", r.pack->name).member("rule", r.rule->id).member("name", r.test->name);
    out.member("file", r.test->place.file).member("line", std::int64_t{r.test->place.line});
    out.member("passed", r.outcome.passed).member("runs", static_cast<std::int64_t>(r.outcome.runs));
    if (!r.outcome.passed) out.member("why", r.outcome.why);
    out.end_object();
  }
  out.end_array().end_object();
  to << out.take() << '\n';
}

void print_junit(std::ostream& to, const test_results& results) {
  const totals all = total_of(results, nullptr);
  to << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"" << all.tests << "\" failures=\"" << all.failed << "\">\n";
  for (const policy::pack* pack : packs_of(results)) {
    const totals t = total_of(results, pack);
    to << "  <testsuite name=\"" << xml(pack->name) << "\" tests=\"" << t.tests << "\" failures=\"" << t.failed << "\">\n";
    for (const auto& r : results) {
      if (r.pack != pack) continue;
      to << "    <testcase classname=\"" << xml(pack->name + "." + r.rule->id) << "\" name=\"" << xml(r.test->name) << "\" file=\""
         << xml(r.test->place.file) << "\" line=\"" << r.test->place.line << "\"";
      if (r.outcome.passed) {
        to << "/>\n";
      } else {
        to << ">\n      <failure message=\"" << xml(r.outcome.why) << "\"/>\n    </testcase>\n";
      }
    }
    to << "  </testsuite>\n";
  }
  to << "</testsuites>\n";
}

}  // namespace stoplog::cli
