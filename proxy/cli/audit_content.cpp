// stoplog audit reveal, erase, hold and release. Each leaves its trace in the log
// before it does anything.
#include "cli/audit_content.hpp"

#include "audit/acts.hpp"
#include "audit/content.hpp"
#include "audit/content_expiry.hpp"
#include "audit/escape.hpp"
#include "cli/audit_open.hpp"
#include "cli/sealed_texts.hpp"
#include "json/writer.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <pwd.h>
#include <unistd.h>

namespace stoplog::cli {
namespace {

constexpr auto server_takes_at_most = std::chrono::seconds(10);

struct content_request : audit_request {
  std::string key, reason;
};
using shared_request = std::shared_ptr<content_request>;

std::string note_of(const content_request& asked, const std::string& more = {}) {
  std::string note = "by " + who_acts();
  if (!more.empty()) note += ", " + more;
  return asked.reason.empty() ? note : note + ": " + asked.reason;
}

exit_code code_of(opened_content::state what) {
  switch (what) {
    case opened_content::state::open: return exit_code::fine;
    case opened_content::state::none:
    case opened_content::state::gone: return exit_code::findings;
    case opened_content::state::other_key: return exit_code::usage;
    case opened_content::state::damaged: return exit_code::integrity;
  }
  return exit_code::usage;
}

void print_json(const audit::record& of, const opened_content& content) {
  json::writer out;
  const auto text = [&](std::string_view name, std::string_view value) {
    std::string quoted;
    audit::append_json_text(quoted, value);
    out.key(name).raw(quoted);
  };
  out.begin_object().member("id", of.id).member("mode", of.content.mode).key("texts").begin_array();
  for (const sealed_text& each : content.texts) {
    out.begin_object().member("direction", to_string(each.where.direction)).member("role", to_string(each.where.role));
    out.member("channel", to_string(each.where.channel));
    text("path", each.path);
    if (!each.rule.empty()) text("rule", each.rule);
    text("text", each.text);
    out.end_object();
  }
  std::cout << out.end_array().end_object().take() << '\n';
}

// What a stranger wrote: shown, never obeyed by the terminal.
void print_text(std::string_view text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::cout << "  " << audit::shown(text.substr(at, end - at)) << '\n';
    at = end + 1;
  }
}

void print_human(const audit::record& of, const opened_content& content) {
  std::cout << audit::shown(of.id) << ", kept in mode " << audit::shown(of.content.mode) << '\n';
  const bool clipped = of.content.request.clipped || of.content.response.clipped;
  for (const sealed_text& each : content.texts) {
    std::cout << '\n' << to_string(each.where.direction) << ' ' << to_string(each.where.role) << ' ' << to_string(each.where.channel) << "  " << audit::shown(each.path);
    if (!each.rule.empty()) std::cout << "  matched by " << audit::shown(each.rule);
    std::cout << '\n';
    print_text(each.text);
  }
  if (clipped) std::cout << "\nThere was more than is kept of an exchange (audit.content.size).\n";
}

exit_code reveal(const content_request& asked) {
  exit_code code = exit_code::fine;
  const auto key = audit::responder_key::read(asked.key);
  if (!key) return refuse(audit::shown(key.error().detail));
  if (!key->can_unwrap()) return refuse(audit::shown(asked.key) + " is a public key; only the private one opens what was sealed to it");
  const auto directory = directory_of(asked, code);
  if (!directory) return code;
  const auto found = one_record(asked, code);
  if (!found) return code;
  const auto content = open_texts(*directory, found->value, *key);
  if (content.what != opened_content::state::open) return refuse(audit::shown(content.why), code_of(content.what));
  if (!record_act(*directory, {"content_revealed", found->value.id, note_of(asked)}, code)) return code;
  if (asked.json) print_json(found->value, content);
  else print_human(found->value, content);
  return code;
}

exit_code erase(const content_request& asked) {
  exit_code code = exit_code::fine;
  const auto directory = directory_of(asked, code);
  if (!directory) return code;
  const auto found = one_record(asked, code);
  if (!found) return code;
  if (audit::is_held(*directory)) return refuse("nothing was erased: the log is held; see `stoplog audit release`");
  const auto& content = found->value.content;
  if (content.sealed.empty()) return refuse("of this exchange no text was kept", exit_code::findings);
  const auto frame = audit::read_frame(*directory, content.segment, content.offset);
  if (!frame) return refuse("what was kept is not there any more, or is damaged: " + audit::shown(frame.error().detail), exit_code::findings);
  auto where = audit::read_content_head(*frame);
  if (!where || where->head.id != found->value.id) return refuse("what stands at the record's place is of another decision", exit_code::integrity);
  where->offset = content.offset;
  if (!where->erased && !record_act(*directory, {"content_erased", found->value.id, note_of(asked)}, code)) return code;
  const auto erased = audit::erase_frame(*directory, content.segment, *where);
  if (!erased) return refuse(audit::shown(erased.error().detail));
  std::cout << "the texts of " << audit::shown(found->value.id) << " are erased; its record stands, and verifies\n";
  return code;
}

exit_code hold(const content_request& asked, bool on) {
  exit_code code = exit_code::fine;
  const auto directory = directory_of(asked, code);
  if (!directory) return code;
  const auto file = *directory / audit::hold_name;
  if (on == audit::is_held(*directory)) return refuse(on ? "the log is held already" : "the log is not held", exit_code::findings);
  if (on) {
    // First of all nothing goes any more.
    std::ofstream out(file);
    out << note_of(asked) << '\n';
    if (!out.flush()) return refuse("cannot write " + audit::shown(file.string()));
  }
  if (!record_act(*directory, {on ? "hold_placed" : "hold_lifted", {}, note_of(asked)}, code)) return code;
  std::error_code failure;
  if (!on && !std::filesystem::remove(file, failure)) return refuse("cannot remove " + audit::shown(file.string()));
  std::cout << (on ? "nothing is retired or erased until `stoplog audit release`\n" : "the hold is over: retention goes on\n");
  return code;
}

}  // namespace

bool record_act(const std::filesystem::path& directory, const audit::act& what, exit_code& code) {
  const auto left = audit::leave_act(directory, what);
  if (!left) {
    code = refuse("nothing was done, since it cannot be recorded: " + audit::shown(left.error().detail));
    return false;
  }
  switch (audit::wait_for(directory, *left, server_takes_at_most)) {
    case audit::act_state::recorded: return true;
    case audit::act_state::waiting:
      std::cerr << "no server writes this log now: the next one records this\n";
      return true;
    case audit::act_state::stuck: break;
  }
  code = refuse("nothing was done: the server does not record it; is the log writable?");
  return false;
}

std::string who_acts() {
  const passwd* user = ::getpwuid(::getuid());
  std::string who = (user != nullptr ? std::string(user->pw_name) + " " : std::string()) + "(uid " + std::to_string(::getuid());
  if (const char* sudo = std::getenv("SUDO_USER")) who += ", sudo of " + std::string(sudo);
  return who + ")";
}

void add_audit_content(CLI::App& audit, exit_code& code) {
  const auto request = std::make_shared<content_request>();
  const auto place = [&](CLI::App* verb, bool of_record) {
    add_place(*verb, request);
    if (of_record) verb->add_option("ID", request->id, "The decision id, or its beginning")->required();
    return verb->add_option("--reason", request->reason, "Why; goes on record");
  };
  auto* open = audit.add_subcommand("reveal", "What was said: opens the texts that were kept of one decision; goes on record itself");
  place(open, true);
  open->add_option("--key", request->key, "The responder's private key")->required();
  open->callback([request, &code] { code = reveal(*request); });

  auto* gone = audit.add_subcommand("erase", "Destroys the texts that were kept of one decision; the log still verifies");
  place(gone, true)->required();
  gone->callback([request, &code] { code = erase(*request); });

  auto* held = audit.add_subcommand("hold", "From now on nothing is retired or erased: a legal hold");
  place(held, false)->required();
  held->callback([request, &code] { code = hold(*request, true); });

  auto* free = audit.add_subcommand("release", "Ends a hold");
  place(free, false)->required();
  free->callback([request, &code] { code = hold(*request, false); });
}

}  // namespace stoplog::cli
