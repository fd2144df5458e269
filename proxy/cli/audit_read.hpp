// stoplog audit tail, query, show, timeline and export, once their arguments are read.
#pragma once

#include "audit/filter.hpp"
#include "cli/verbs.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::cli {

struct audit_request {
  std::string config, directory;  // one of them
  bool json = false;
  audit::filter asked;
  std::string since, until;       // as they were typed; they become part of `asked`
  std::size_t limit = 0;
  std::optional<std::uint64_t> before, after;  // one of them: a page's cursor
  bool follow = false;
  std::string id;
};

// Adds --config, --directory and --output.
void add_place(CLI::App& verb, const std::shared_ptr<audit_request>& request);

// `pause` waits a moment between two looks at a log that is followed; false: stop.
exit_code audit_tail(audit_request request, const std::function<bool()>& pause);
exit_code audit_query(audit_request request);
exit_code audit_show(const audit_request& request);
exit_code audit_timeline(audit_request request);

enum class export_format : std::uint8_t { jsonl, csv, ocsf };
exit_code audit_export(audit_request request, export_format format);

// `paths`: packs and policies; `under`: a policy's name, or empty: the one that
// takes each exchange; `key`: a responder's private key, or empty: only what
// stands in the records is judged.
exit_code audit_replay(audit_request request, const std::vector<std::string>& paths, const std::string& under, const std::string& key);

}  // namespace stoplog::cli
