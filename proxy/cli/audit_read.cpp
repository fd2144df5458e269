#include "cli/audit_read.hpp"

#include "audit/query.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_view.hpp"

#include <algorithm>
#include <iostream>

namespace stoplog::cli {
namespace {

void print(const audit_request& request, const audit::found_record& found) {
  std::cout << (request.json ? found.line + '\n' : row_view(found));
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
  auto reading = open_log(request, code);
  if (!reading) return code;
  const auto records = records_of(*reading, request.id, code);
  if (records.empty()) return code;
  if (request.json) {
    for (const auto& found : records) std::cout << found.line << '\n';
  } else {
    std::cout << full_view(telling(records));
  }
  return code;
}

}  // namespace stoplog::cli
