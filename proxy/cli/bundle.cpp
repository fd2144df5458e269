// stoplog bundle: policies, packs and their lists as one file that is signed.
#include "config/bundle.hpp"

#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "config/load.hpp"
#include "config/read_file.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_file_bytes_max = 64 * 1024;

struct options {
  std::vector<std::string> paths, keys;
  std::string bundle, output, key, format = "human";
};

exit_code refuse(const std::string& why, exit_code code = exit_code::usage) {
  std::cerr << "stoplog bundle: " << why << '\n';
  return code;
}

std::optional<config::ed25519_key> read_key(const std::string& file) {
  const auto pem = config::read_file(file, key_file_bytes_max);
  return pem ? config::ed25519_key::from_pem(*pem) : std::nullopt;
}

// Whole or not at all: a server may reload while this is written.
bool write_whole(const fs::path& file, const std::string& bytes) {
  const fs::path beside = file.string() + ".new";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    if (!(out << bytes).flush()) return false;
  }
  std::error_code failed;
  fs::rename(beside, file, failed);
  return !failed;
}

// Every file that loading `path` read, named from the folder that `path` is in.
struct collected {
  std::vector<config::bundle_file> files;
  problems found;
};

void collect(const fs::path& path, collected& into) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path named = whole.has_filename() ? whole : whole.parent_path();
  const fs::path paths[] = {named};
  config::load(paths, into.found, [&](const fs::path& file, std::size_t bytes_max) {
    auto bytes = config::read_file(file, bytes_max);
    if (bytes) into.files.push_back({file.lexically_normal().lexically_relative(named.parent_path()).generic_string(), *bytes});
    return bytes;
  });
}

exit_code build(const options& asked) {
  collected all;
  for (const auto& path : asked.paths) {
    if (!fs::exists(path)) return refuse(path + " does not exist");
    collect(path, all);
  }
  std::string why;
  auto made = config::make_bundle(std::move(all.files), why);
  if (!made) return refuse("no bundle can be made of it: " + why, exit_code::not_loaded);
  // Read as the server will read it: what it would refuse is not written.
  const std::string bytes = config::write_bundle(*made);
  problems found;
  const auto read = config::load_text(bytes, asked.output, found);
  if (has_errors(all.found) || has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, has_errors(found) ? found : all.found, read.texts);
    return exit_code::not_loaded;
  }
  if (!write_whole(asked.output, bytes)) return refuse(asked.output + " cannot be written");
  std::cout << made->digest << "  " << asked.output << "  " << counted(made->files.size(), "file", "files") << '\n';
  return exit_code::fine;
}

std::optional<config::bundle> read(const std::string& file, exit_code& code) {
  const auto bytes = config::read_file(file, config::bundle_bytes_max + 1);
  if (!bytes) {
    code = refuse(file + " cannot be read");
    return std::nullopt;
  }
  std::string why;
  auto made = config::read_bundle(*bytes, why);
  if (!made) code = refuse(file + ": " + why, exit_code::integrity);
  return made;
}

exit_code sign(const options& asked) {
  exit_code code = exit_code::fine;
  auto bundle = read(asked.bundle, code);
  if (!bundle) return code;
  const auto key = read_key(asked.key);
  if (!key || !key->can_sign()) return refuse(asked.key + " is no private Ed25519 key (openssl genpkey -algorithm ed25519)");
  config::sign(*bundle, *key);
  const std::string& into = asked.output.empty() ? asked.bundle : asked.output;
  if (!write_whole(into, config::write_bundle(*bundle))) return refuse(into + " cannot be written");
  std::cout << bundle->digest << "  " << into << "  signed by key " << key->id() << '\n';
  return exit_code::fine;
}

void print_verified(const options& asked, const config::bundle& b, bool verified) {
  const std::string signer = b.signature ? b.signature->key_id : "";
  if (asked.format == "json") {
    json::writer out;
    out.begin_object().member("file", asked.bundle).member("digest", b.digest).member("signed_by", signer);
    out.member("verified", verified).key("files").begin_array();
    for (const auto& f : b.files) out.begin_object().member("path", f.path).member("bytes", static_cast<std::int64_t>(f.bytes.size())).end_object();
    std::cout << out.end_array().end_object().take() << '\n';
    return;
  }
  paper out(std::cout);
  for (const auto& f : b.files) out.write("  " + f.path + "  " + std::to_string(f.bytes.size()) + " bytes\n", tone::quiet);
  out.write(b.digest + "  " + asked.bundle + "  ");
  if (verified) {
    out.write("signed by key " + signer + ", which you named", tone::good);
  } else {
    out.write(signer.empty() ? "whole, and not signed" : "whole; signed, it says, by key " + signer + ": name it with --key to be sure", tone::warning);
  }
  out.write("\n");
}

exit_code verify(const options& asked) {
  exit_code code = exit_code::fine;
  const auto bundle = read(asked.bundle, code);
  if (!bundle) return code;
  std::vector<config::ed25519_key> keys;
  for (const auto& file : asked.keys) {
    const auto key = read_key(file);
    if (!key) return refuse(file + " is no Ed25519 key");
    keys.push_back(*key);
  }
  const bool verified = config::is_signed_by(*bundle, keys);
  if (!keys.empty() && !verified) {
    return refuse(asked.bundle + (bundle->signature ? ": its signature is by none of these keys, or of another content" : ": it is not signed"), exit_code::integrity);
  }
  print_verified(asked, *bundle, verified);
  return exit_code::fine;
}

}  // namespace

void add_bundle(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("bundle", "Policies, packs and lists as one signed file");
  verb->require_subcommand(1);
  auto asked = std::make_shared<options>();

  auto* make = verb->add_subcommand("build", "Write a bundle; the same files always give the same bytes");
  make->add_option("PATH", asked->paths, "Files and folders")->required();
  make->add_option("-o,--output", asked->output, "The bundle to write")->required();
  make->callback([asked, &code] { code = build(*asked); });

  auto* seal = verb->add_subcommand("sign", "Sign a bundle with an Ed25519 key");
  seal->add_option("BUNDLE", asked->bundle, "The bundle; it is written anew")->required();
  seal->add_option("--key", asked->key, "The private key, PEM without a pass phrase")->required();
  seal->add_option("-o,--output", asked->output, "Write the signed bundle here instead");
  seal->callback([asked, &code] { code = sign(*asked); });

  auto* test = verb->add_subcommand("verify", "Check a bundle and its signature; exit 4 if it was changed");
  test->add_option("BUNDLE", asked->bundle, "The bundle")->required();
  test->add_option("--key", asked->keys, "It must be signed by one of these public keys, PEM");
  test->add_option("-o,--output", asked->format, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  test->callback([asked, &code] { code = verify(*asked); });
}

}  // namespace stoplog::cli
