#include "cli/audit_read.hpp"

#include "audit/escape.hpp"
#include "audit/query.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_view.hpp"

#include <algorithm>
#include <iostream>
#include <set>

namespace stoplog::cli {
namespace {

constexpr std::size_t shortest_id = 4;
constexpr std::size_t ids_shown = 10;

void print(const audit_request& request, const audit::found_record& found) {
  std::cout << (request.json ? found.line + '\n' : row_view(found));
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
  auto reading = open_log(request, code);
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
  auto reading = open_log(request, code);
  if (!reading) return code;
  if (!request.json) std::cout << row_heading();
  const auto read = read_pages(*reading, request, [&](const audit::found_record& found) { print(request, found); });
  if (!read) return refuse(read.error().detail);
  if (read->more) std::cerr << "there may be more: " << (request.after ? "--after " : "--before ") << *read->more << '\n';
  return tell_damage(read->troubles);
}

exit_code audit_show(const audit_request& request) {
  exit_code code = exit_code::fine;
  if (request.id.size() < shortest_id) return refuse("give at least " + std::to_string(shortest_id) + " characters of the id");
  auto reading = open_log(request, code);
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
