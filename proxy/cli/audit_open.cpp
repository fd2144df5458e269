#include "cli/audit_open.hpp"

#include "audit/escape.hpp"
#include "audit/timestamp.hpp"
#include "cli/report.hpp"
#include "config/load.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <set>
#include <span>

namespace stoplog::cli {
namespace {

constexpr std::size_t shortest_id = 4;
constexpr std::size_t ids_shown = 10;

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

exit_code refuse(const std::string& why, exit_code code) {
  std::cerr << "stoplog audit: " << why << '\n';
  return code;
}

// Settings with other faults, such as a secret that is not in this environment,
// still say where the log lies.
std::optional<config::audit_settings> audit_settings_of(const audit_request& request, exit_code& code) {
  config::audit_settings plain;
  plain.directory = request.directory;
  if (request.config.empty()) return plain;
  problems found;
  const std::filesystem::path file = request.config;
  const auto read = config::load(std::span(&file, 1), found);
  if (!read.settings_files.empty()) return read.settings_files.front().audit;
  paper to(std::cerr);
  print_problems(to, found, read.texts);
  code = refuse("cannot read the settings in " + audit::shown(request.config), exit_code::not_loaded);
  return {};
}

std::optional<std::filesystem::path> directory_of(const audit_request& request, exit_code& code) {
  auto settings = audit_settings_of(request, code);
  if (!settings) return {};
  return std::move(settings->directory);
}

std::optional<audit::reader> open_log(const audit_request& request, exit_code& code) {
  const auto directory = directory_of(request, code);
  if (!directory) return {};
  auto opened = audit::reader::open(*directory);
  if (opened) return std::move(*opened);
  code = refuse(audit::shown(opened.error().detail));
  return {};
}

std::vector<audit::found_record> records_of(audit::reader& log, const std::string& id, exit_code& code) {
  if (id.size() < shortest_id) {
    code = refuse("give at least " + std::to_string(shortest_id) + " characters of the id");
    return {};
  }
  audit::filter asked;
  asked.id = id;
  auto page = log.find(asked, page_records);
  if (!page) {
    code = refuse(page.error().detail);
    return {};
  }
  code = tell_damage(page->troubles);
  auto& records = page->records;
  std::set<std::string> ids;
  for (const auto& found : records) ids.insert(found.value.id);
  if (ids.size() > 1) {
    code = ambiguous(id, ids);
    return {};
  }
  if (records.empty()) {
    refuse("no record has an id that begins with " + audit::shown(id));
    if (code == exit_code::fine) code = exit_code::findings;
  }
  std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
  return std::move(records);
}

const audit::found_record& telling(const std::vector<audit::found_record>& records) {
  const auto ended = std::find_if(records.rbegin(), records.rend(),
                                  [](const auto& r) { return r.value.kind == audit::record_kind::exchange; });
  return ended == records.rend() ? records.back() : *ended;
}

std::optional<audit::found_record> one_record(const audit_request& request, exit_code& code) {
  auto reading = open_log(request, code);
  if (!reading) return {};
  const auto records = records_of(*reading, request.id, code);
  if (records.empty()) return {};
  return telling(records);
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

result<pages_read> read_pages(audit::reader& reading, const audit_request& request,
                              const std::function<void(const audit::found_record&)>& each) {
  pages_read read;
  std::uint64_t cursor = request.after ? *request.after : request.before.value_or(audit::reader::no_bound);
  while (read.records < request.limit && std::cout) {
    const std::size_t wanted = std::min(request.limit - read.records, page_records);
    const auto page = request.after ? reading.find_oldest(request.asked, wanted, cursor) : reading.find(request.asked, wanted, cursor);
    if (!page) return page.error();
    for (const auto& found : page->records) each(found);
    if (read.troubles.size() < page->troubles.size()) read.troubles = page->troubles;
    read.records += page->records.size();
    read.more = page->next;
    if (!read.more) break;
    cursor = *read.more;
  }
  return read;
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

}  // namespace stoplog::cli
