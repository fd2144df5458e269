// What every verb of `stoplog audit` does first and last: find the log, read the
// times, go through its pages, tell damage.
#pragma once

#include "audit/query.hpp"
#include "cli/audit_read.hpp"
#include "config/settings.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::cli {

inline constexpr std::size_t page_records = 500;

// A complaint on stderr, and the code that goes with it.
exit_code refuse(const std::string& why, exit_code code = exit_code::usage);

// Nothing after a complaint, whose code is in `code`.
std::optional<std::filesystem::path> directory_of(const audit_request& request, exit_code& code);
std::optional<config::audit_settings> audit_settings_of(const audit_request& request, exit_code& code);
std::optional<audit::reader> open_log(const audit_request& request, exit_code& code);

// All records of the one decision whose id begins so, oldest first: its opening, its end, and what people did with it.
// Empty after a complaint. `code` also tells of damage beside them.
std::vector<audit::found_record> records_of(audit::reader& log, const std::string& id, exit_code& code);

// Of these, the one that says most: how the exchange ended.
const audit::found_record& telling(const std::vector<audit::found_record>& records);

// That of the decision `request.id`, from the log that the request names. Nothing after a complaint.
std::optional<audit::found_record> one_record(const audit_request& request, exit_code& code);

// `since` and `until` become part of `asked`. False after a complaint.
bool read_times(audit_request& request, exit_code& code);

struct pages_read {
  std::size_t records = 0;
  std::optional<std::uint64_t> more;  // where to go on, when the limit was reached
  std::vector<audit::trouble> troubles;
};

// Up to `limit` matching records: with `after` from there on, oldest first;
// otherwise newest first, below `before` if that is given.
result<pages_read> read_pages(audit::reader& reading, const audit_request& request,
                              const std::function<void(const audit::found_record&)>& each);

// The first place on stderr; exit_code::integrity if there is any damage.
exit_code tell_damage(const std::vector<audit::trouble>& troubles);

}  // namespace stoplog::cli
