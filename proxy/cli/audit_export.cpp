// stoplog audit export: records for other programs.
#include "audit/export_csv.hpp"
#include "audit/export_ocsf.hpp"
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
  if (!std::cout.flush()) return refuse("the output cannot be written");
  std::cerr << read->records << " records; go on later with --after " << last << '\n';
  return tell_damage(read->troubles);
}

}  // namespace stoplog::cli
