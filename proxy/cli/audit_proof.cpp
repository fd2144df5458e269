// stoplog audit keygen, verify, prove and check-proof.
#include "cli/audit_proof.hpp"

#include "audit/encode.hpp"
#include "audit/escape.hpp"
#include "audit/prove.hpp"
#include "audit/responder_key.hpp"
#include "audit/verify.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <unistd.h>

namespace stoplog::cli {
namespace {

struct proof_request : audit_request {
  std::string key;          // of a public key
  std::string checkpoints;  // kept elsewhere
  std::string file;
  std::string name;
  std::uint64_t record = 0;
  bool responder = false;
  bool records_only = false;
};
using shared_proof = std::shared_ptr<proof_request>;

bool write_new(const std::string& file, const std::string& text, unsigned mode) {
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (handle < 0) return false;
  const bool written = ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(handle) == 0;
  ::close(handle);
  return written;
}

exit_code responder_keygen(const proof_request& asked) {
  const auto key = audit::responder_key::make();
  if (!key) return refuse(key.error().detail);
  if (!write_new(asked.file, key->private_pem(), 0600)) return refuse("cannot make " + audit::shown(asked.file) + "; it must not exist yet");
  if (!write_new(asked.file + ".pub", key->public_pem(), 0644)) return refuse("cannot make " + audit::shown(asked.file) + ".pub");
  std::cout << key->public_pem();
  return exit_code::fine;
}

exit_code keygen(const proof_request& asked) {
  if (asked.responder) return responder_keygen(asked);
  if (!audit::is_key_name(asked.name)) return refuse("a key's name has no spaces and no +, such as stoplog.example.com/audit");
  const auto key = audit::note_signer::make(asked.name);
  if (!key) return refuse(key.error().detail);
  if (!write_new(asked.file, key->private_text() + '\n', 0600)) return refuse("cannot make " + audit::shown(asked.file) + "; it must not exist yet");
  if (!write_new(asked.file + ".pub", key->public_text() + '\n', 0644)) return refuse("cannot make " + audit::shown(asked.file) + ".pub");
  std::cout << key->public_text() << '\n';
  return exit_code::fine;
}

bool read_text(const std::filesystem::path& file, std::string& into) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return false;
  into.assign(std::istreambuf_iterator<char>(in), {});
  return true;
}

// The key and the second place: as given, otherwise as the settings name them.
bool find_evidence(const proof_request& asked, const config::audit_settings& known, audit::verify_request& to, exit_code& code) {
  std::filesystem::path key = asked.key;
  if (key.empty() && !known.signing_key.empty()) key = known.signing_key.string() + ".pub";
  if (!key.empty()) {
    auto read = audit::note_verifier::read(key);
    if (!read) {
      code = refuse(audit::shown(read.error().detail));
      return false;
    }
    to.key = std::move(*read);
  }
  const bool asked_for = !asked.checkpoints.empty();
  const std::filesystem::path held = asked_for ? std::filesystem::path(asked.checkpoints) : known.checkpoint_file;
  if (held.empty() || (!asked_for && !std::filesystem::exists(held))) return true;
  if (read_text(held, to.held)) return true;
  code = refuse("cannot read " + audit::shown(held.string()));
  return false;
}

void print(const audit::verified& found, const audit::verify_request& asked) {
  if (found.last == 0) std::cout << "the log has no records\n";
  else std::cout << "records " << found.first << " to " << found.last << '\n';
  std::cout << found.checkpoints << (found.checkpoints == 1 ? " checkpoint agrees" : " checkpoints agree");
  if (!asked.held.empty()) std::cout << ", " << found.held << " of them kept elsewhere too";
  std::cout << '\n';
  if (found.covered != 0) std::cout << (asked.key ? "signed by " + asked.key->name() : std::string("covered")) << " up to record " << found.covered << '\n';
  if (found.last > found.covered) {
    const auto after = found.last - found.covered;
    std::cout << counted(after, "record") << " after that " << (after == 1 ? "stands under its checksum" : "stand under their checksums") << " only\n";
  }
  if (const auto& c = found.content; c != audit::content_verified{}) {
    std::cout << "captured texts: " << c.intact << " as recorded, " << c.erased << " erased, " << c.expired << " expired, " << c.missing
              << " missing, " << c.changed << " changed\n";
  }
  for (const std::string& each : found.remarks) std::cout << "note: " << audit::shown(each) << '\n';
  for (const std::string& each : found.problems) std::cout << "WRONG: " << audit::shown(each) << '\n';
  if (!found.problems.empty()) return;
  std::cout << (asked.key ? "sound\n" : "sound, but signatures were not checked: give --key\n");
}

void print_json(const audit::verified& found, bool with_key, bool with_content) {
  json::writer out;
  out.begin_object().member("sound", found.problems.empty()).member("signatures_checked", with_key);
  const auto number = [&](std::string_view name, std::uint64_t value) { out.member(name, static_cast<std::int64_t>(value)); };
  number("first", found.first);
  number("last", found.last);
  number("retired", found.retired);
  number("checkpoints", found.checkpoints);
  number("covered", found.covered);
  number("kept_elsewhere", found.held);
  if (with_content) {
    out.key("content").begin_object();
    number("intact", found.content.intact);
    number("erased", found.content.erased);
    number("expired", found.content.expired);
    number("missing", found.content.missing);
    number("changed", found.content.changed);
    out.end_object();
  }
  for (const auto& [name, list] : {std::pair{"problems", &found.problems}, std::pair{"remarks", &found.remarks}}) {
    out.key(name).begin_array();
    for (const std::string& each : *list) out.string(each);
    out.end_array();
  }
  out.end_object();
  std::cout << out.take() << '\n';
}

exit_code verify(const proof_request& asked) {
  exit_code code = exit_code::fine;
  const auto known = audit_settings_of(asked, code);
  if (!known) return code;
  audit::verify_request request;
  request.directory = known->directory;
  request.content = !asked.records_only;
  if (!find_evidence(asked, *known, request, code)) return code;
  const auto found = audit::verify_log(request);
  if (!found) return refuse(audit::shown(found.error().detail));
  if (asked.json) print_json(*found, request.key.has_value(), request.content);
  else print(*found, request);
  return found->problems.empty() ? exit_code::fine : exit_code::integrity;
}

exit_code prove(const proof_request& asked) {
  exit_code code = exit_code::fine;
  std::uint64_t seq = asked.record;
  if (seq == 0) {
    const auto found = one_record(asked, code);
    if (!found) return code;
    seq = found->seq;
  }
  const auto known = audit_settings_of(asked, code);
  if (!known) return code;
  const auto file = audit::prove(known->directory, seq);
  if (!file) return refuse(audit::shown(file.error().detail));
  std::cout << *file;
  return exit_code::fine;
}

exit_code check_proof(const proof_request& asked) {
  const auto key = audit::note_verifier::read(asked.key);
  if (!key) return refuse(audit::shown(key.error().detail));
  std::string text;
  if (asked.file == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  else if (!read_text(asked.file, text)) return refuse("cannot read " + audit::shown(asked.file));
  const auto found = audit::check_proof(text, *key);
  if (!found) return refuse(found.error().detail, exit_code::integrity);
  audit::decoder decode;
  const auto stored = decode.decode(found->line);
  std::cout << "record " << found->seq << " stood in the log of " << found->checkpoint.origin << " when it had "
            << found->checkpoint.size << " records; signed by " << key->name() << '\n';
  if (stored) std::cout << sentence(stored->value) << '\n';
  std::cout << found->line << '\n';
  return exit_code::fine;
}

}  // namespace

void add_audit_proof(CLI::App& audit, exit_code& code) {
  const auto request = std::make_shared<proof_request>();
  auto* make = audit.add_subcommand("keygen", "A new key pair, FILE and FILE.pub: one that signs checkpoints, or a responder's");
  auto* whose = make->add_option_group("what for");
  whose->add_option("--name", request->name, "A key that signs checkpoints; what the log is called: stoplog.example.com/audit");
  whose->add_flag("--responder", request->responder, "A key that reads captured texts: FILE.pub is for audit.content.responders, FILE never for the proxy's machine");
  whose->require_option(1);
  make->add_option("FILE", request->file, "Must not exist yet")->required();
  make->callback([request, &code] { code = keygen(*request); });

  auto* whole = audit.add_subcommand("verify", "Whether the whole log is what its checkpoints say, and captured texts what the log says; exit 4 if not");
  add_place(*whole, request);
  whole->add_option("--key", request->key, "The public key; default: that of the settings");
  whole->add_option("--checkpoints", request->checkpoints, "Checkpoints that were kept elsewhere; default: audit.checkpoint_file");
  whole->add_flag("--records-only", request->records_only, "Not the captured texts: for a log that was copied without them");
  whole->callback([request, &code] { code = verify(*request); });

  auto* one = audit.add_subcommand("prove", "A file that shows, without the log, that a record stood in it; on stdout");
  add_place(*one, request);
  auto* which = one->add_option_group("which record");
  which->add_option("ID", request->id, "The decision id, or its beginning");
  which->add_option("--record", request->record, "Its number in the log")->check(CLI::PositiveNumber);
  which->require_option(1);
  one->callback([request, &code] { code = prove(*request); });

  auto* check = audit.add_subcommand("check-proof", "Whether such a file is true; needs neither log nor settings; exit 4 if not");
  check->add_option("--key", request->key, "The public key")->required();
  check->add_option("FILE", request->file, "- is stdin")->required();
  check->callback([request, &code] { code = check_proof(*request); });
}

}  // namespace stoplog::cli
