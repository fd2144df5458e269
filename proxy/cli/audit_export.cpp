// stoplog audit export: records for other programs.
#include "audit/acts.hpp"
#include "audit/escape.hpp"
#include "audit/export_csv.hpp"
#include "audit/export_ocsf.hpp"
#include "cli/audit_content.hpp"
#include "cli/audit_open.hpp"

#include <iostream>

namespace stoplog::cli {
namespace {

std::string exported(const audit::found_record& found, export_format format) {
  switch (format) {
    case export_format::jsonl: return found.line;
    case export_format::csv: return audit::csv_row(found.seq, found.value);
    case export_format::ocsf: return audit::ocsf_event(found.seq, found.value);
  }
  return found.line;
}

// Whoever can read the log has it already: an export that cannot be recorded is
// told, not refused.
void note_export(const audit_request& request, std::size_t records, std::uint64_t last) {
  exit_code ignored = exit_code::fine;
  const auto directory = directory_of(request, ignored);
  if (!directory) return;
  const std::string what = std::to_string(records) + " records after " + std::to_string(request.after.value_or(0)) + ", the last " + std::to_string(last);
  const auto left = audit::leave_act(*directory, {"exported", {}, "by " + who_acts() + ": " + what});
  if (!left) std::cerr << "this export is not on record: " << audit::shown(left.error().detail) << '\n';
}

}  // namespace

exit_code audit_export(audit_request request, export_format format) {
  exit_code code = exit_code::fine;
  if (!read_times(request, code)) return code;
  auto reading = open_log(request, code);
  if (!reading) return code;
  if (format == export_format::csv) std::cout << audit::csv_heading();
  const char* line_end = format == export_format::csv ? "" : "\n";
  std::uint64_t last = *request.after;
  const auto read = read_pages(*reading, request, [&](const audit::found_record& found) {
    std::cout << exported(found, format) << line_end;
    last = found.seq;
  });
  if (!read) return refuse(read.error().detail);
  note_export(request, read->records, last);
  if (!std::cout.flush()) return refuse("the output cannot be written");
  std::cerr << read->records << " records; go on later with --after " << last << '\n';
  return tell_damage(read->troubles);
}

}  // namespace stoplog::cli
