#include "cli/audit_read.hpp"

#include "audit/escape.hpp"
#include "audit/query.hpp"
#include "audit/timestamp.hpp"
#include "cli/audit_view.hpp"
#include "cli/report.hpp"
#include "config/load.hpp"

#include <algorithm>
#include <iostream>
#include <set>
#include <span>

namespace stoplog::cli {
namespace {

constexpr std::size_t page_records = 500;
constexpr std::size_t shortest_id = 4;
constexpr std::size_t ids_shown = 10;

// A complaint on stderr, and the code that goes with it.
exit_code refuse(const std::string& why, exit_code code = exit_code::usage) {
  std::cerr << "stoplog audit: " << why << '\n';
  return code;
}

// Settings with other faults, such as a secret that is not in this environment,
// still say where the log lies.
std::optional<std::filesystem::path> directory_of(const audit_request& request, exit_code& code) {
  if (request.config.empty()) return request.directory;
  problems found;
  const std::filesystem::path file = request.config;
  const auto read = config::load(std::span(&file, 1), found);
  if (!read.settings_files.empty()) return read.settings_files.front().audit.directory;
  paper to(std::cerr);
  print_problems(to, found);
  code = refuse("cannot read the settings in " + audit::shown(request.config), exit_code::not_loaded);
  return {};
}

std::optional<audit::reader> open(const audit_request& request, exit_code& code) {
  const auto directory = directory_of(request, code);
  if (!directory) return {};
  auto opened = audit::reader::open(*directory);
  if (opened) return std::move(*opened);
  code = refuse(audit::shown(opened.error().detail));
  return {};
}

bool read_times(audit_request& request, exit_code& code) {
  const auto read = [&](const std::string& text, std::optional<wall_time>& to) {
    if (text.empty()) return true;
    to = audit::parse_time(text, wall_now());
    if (!to) code = refuse("\"" + audit::shown(text) + "\" is no time; write 2026-11-23T08:15:30Z, or 15m, 2h, 7d for how long ago");
    return to.has_value();
  };
  return read(request.since, request.asked.since) && read(request.until, request.asked.until);
}

void print(const audit_request& request, const audit::found_record& found) {
  std::cout << (request.json ? found.line + '\n' : row_view(found));
}

// The first place is named; `audit verify` would be the tool for all of them.
exit_code tell_damage(const std::vector<audit::trouble>& troubles) {
  std::vector<audit::trouble> damage;
  std::copy_if(troubles.begin(), troubles.end(), std::back_inserter(damage), [](const auto& t) { return t.is_damage(); });
  if (damage.empty()) return exit_code::fine;
  std::string why = "the log is damaged: " + to_string(damage.front());
  if (damage.size() > 1) why += "; and " + std::to_string(damage.size() - 1) + " more";
  return refuse(why + ". Records beside the damage are sound and were read.", exit_code::integrity);
}

struct record_order {
  bool operator()(const audit::found_record& a, const audit::found_record& b) const { return a.seq < b.seq; }
};

// Of all records of an id, the one that says most: how the exchange ended.
const audit::found_record& telling(const std::vector<audit::found_record>& records) {
  const auto ended = std::find_if(records.rbegin(), records.rend(),
                                  [](const auto& r) { return r.value.kind == audit::record_kind::exchange; });
  return ended == records.rend() ? records.back() : *ended;
}

exit_code ambiguous(const std::string& id, const std::set<std::string>& ids) {
  std::string why = "more than one id begins with " + audit::shown(id) + ':';
  std::size_t count = 0;
  for (const auto& one : ids) {
    if (++count > ids_shown) break;
    why += "\n  " + audit::shown(one);
  }
  return refuse(count > ids_shown ? why + "\n  and more" : why);
}

}  // namespace

exit_code audit_tail(audit_request request, const std::function<bool()>& pause) {
  exit_code code = exit_code::fine;
  if (!read_times(request, code)) return code;
  auto reading = open(request, code);
  if (!reading) return code;
  // The end is taken first: what is written meanwhile is followed, not lost.
  audit::position at = reading->end();
  auto latest = reading->find(request.asked, request.limit, request.follow ? at.seq : audit::reader::no_bound);
  if (!latest) return refuse(latest.error().detail);
  if (!request.json) std::cout << row_heading();
  std::for_each(latest->records.rbegin(), latest->records.rend(), [&](const auto& found) { print(request, found); });
  std::cout.flush();
  while (request.follow && std::cout && pause()) {
    at = reading->follow(
        at,
        [&](const audit::found_record& found) {
          if (audit::matches(request.asked, found.value)) print(request, found);
          return static_cast<bool>(std::cout);
        },
        [&](const audit::trouble& t) {
          if (latest->troubles.size() < audit::reader::troubles_max) latest->troubles.push_back(t);
        });
    std::cout.flush();
  }
  return tell_damage(latest->troubles);
}

exit_code audit_query(audit_request request) {
  exit_code code = exit_code::fine;
  if (!read_times(request, code)) return code;
  auto reading = open(request, code);
  if (!reading) return code;
  if (!request.json) std::cout << row_heading();
  std::uint64_t before = request.before.value_or(audit::reader::no_bound);
  std::vector<audit::trouble> troubles;
  std::size_t left = request.limit;
  std::optional<std::uint64_t> more;
  while (left != 0) {
    const auto page = reading->find(request.asked, std::min(left, page_records), before);
    if (!page) return refuse(page.error().detail);
    for (const auto& found : page->records) print(request, found);
    if (troubles.size() < page->troubles.size()) troubles = page->troubles;
    left -= page->records.size();
    more = page->before;
    if (!more) break;
    before = *more;
  }
  if (more) std::cerr << "there may be more: --before " << *more << '\n';
  return tell_damage(troubles);
}

exit_code audit_show(const audit_request& request) {
  exit_code code = exit_code::fine;
  if (request.id.size() < shortest_id) return refuse("give at least " + std::to_string(shortest_id) + " characters of the id");
  auto reading = open(request, code);
  if (!reading) return code;
  audit::filter asked;
  asked.id = request.id;
  auto page = reading->find(asked, page_records);
  if (!page) return refuse(page.error().detail);
  const exit_code state = tell_damage(page->troubles);
  auto& records = page->records;
  std::set<std::string> ids;
  for (const auto& found : records) ids.insert(found.value.id);
  if (ids.size() > 1) return ambiguous(request.id, ids);
  if (records.empty()) {
    refuse("no record has an id that begins with " + audit::shown(request.id), exit_code::findings);
    return state == exit_code::fine ? exit_code::findings : state;
  }
  std::sort(records.begin(), records.end(), record_order{});
  if (request.json) {
    for (const auto& found : records) std::cout << found.line << '\n';
  } else {
    std::cout << full_view(telling(records));
  }
  return state;
}

}  // namespace stoplog::cli
