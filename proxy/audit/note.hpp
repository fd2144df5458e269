// Signed notes (C2SP signed-note) with Ed25519 keys, in the text forms that
// other tools for transparency logs read:
//   private   PRIVATE+KEY+<name>+<key hash>+<base64 of 1, seed>
//   public    <name>+<key hash>+<base64 of 1, public key>
#pragma once

#include "base/error.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::audit {

class note_signer {
 public:
  // A new key. `name` is not empty and has neither white space nor `+`.
  // Errors: audit_unavailable.
  static result<note_signer> make(std::string_view name);
  static result<note_signer> parse(std::string_view private_text);
  static result<note_signer> read(const std::filesystem::path& file);

  const std::string& name() const noexcept { return name_; }
  std::string private_text() const;
  std::string public_text() const;

  // The whole note: `text`, which ends in a newline, a blank line, the signature.
  std::string sign(std::string_view text) const;

 private:
  std::string name_;
  std::string seed_;
  std::string public_;
};

class note_verifier {
 public:
  static std::optional<note_verifier> parse(std::string_view public_text);
  static result<note_verifier> read(const std::filesystem::path& file);

  const std::string& name() const noexcept { return name_; }
  // The text of the note, its last newline included, if this key signed it.
  std::optional<std::string_view> open(std::string_view note) const;

 private:
  std::string name_;
  std::string public_;
};

bool is_key_name(std::string_view name) noexcept;

// What a checkpoint says (C2SP tlog-checkpoint): the text of its note.
struct checkpoint_text {
  std::string origin;
  std::uint64_t size = 0;
  std::array<std::uint8_t, 32> root{};
};
std::string to_text(const checkpoint_text& c);
// Later lines (extensions) are passed over.
std::optional<checkpoint_text> parse_checkpoint(std::string_view text);

}  // namespace stoplog::audit
