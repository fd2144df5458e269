// stoplog fmt: packs and policies in one form, so that a change shows what
// changed.
#include "cli/layout.hpp"
#include "cli/verbs.hpp"
#include "config/read_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace stoplog::cli {
namespace {

namespace fs = std::filesystem;

struct options {
  std::vector<std::string> paths;
  bool check = false;
};

// Packs and policies; settings and other files are their owners'.
bool is_ours(std::string_view yaml) {
  return yaml.find("\nkind: RulePack") != std::string_view::npos || yaml.find("\nkind: Policy") != std::string_view::npos;
}

std::vector<fs::path> files_of(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return {path};
  std::vector<fs::path> files;
  for (const auto& each : fs::recursive_directory_iterator(path, failed)) {
    const auto extension = each.path().extension();
    if (each.is_regular_file() && (extension == ".yaml" || extension == ".yml")) files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

enum class outcome : std::uint8_t { same, changed, refused, unreadable };

outcome lay_out(const fs::path& file, bool only_check) {
  const auto before = config::read_file(file);
  if (!before) {
    std::cerr << "stoplog fmt: " << file.string() << " cannot be read\n";
    return outcome::unreadable;
  }
  if (!is_ours(*before)) return outcome::same;
  std::string why;
  const auto after = laid_out(*before, why);
  if (!after) {
    std::cerr << "stoplog fmt: " << file.string() << " is left as it is: " << why << '\n';
    return outcome::refused;
  }
  if (*after == *before) return outcome::same;
  std::cout << file.string() << '\n';
  if (only_check) return outcome::changed;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (out << *after) return outcome::changed;
  std::cerr << "stoplog fmt: " << file.string() << " cannot be written\n";
  return outcome::unreadable;
}

exit_code from_stdin(bool only_check) {
  const std::string before(std::istreambuf_iterator<char>(std::cin), {});
  std::string why;
  const auto after = laid_out(before, why);
  if (!after) {
    std::cerr << "stoplog fmt: " << why << '\n';
    return exit_code::not_loaded;
  }
  if (!only_check) std::cout << *after;
  return only_check && *after != before ? exit_code::findings : exit_code::fine;
}

exit_code fmt(const options& asked) {
  std::vector<std::string> paths = asked.paths;
  for (const char* usual : {"policies", "rules"}) {
    if (asked.paths.empty() && fs::exists(usual)) paths.emplace_back(usual);
  }
  if (paths.empty()) {
    std::cerr << "stoplog fmt: there is no folder policies or rules here; name files or folders\n";
    return exit_code::usage;
  }
  exit_code code = exit_code::fine;
  for (const auto& path : paths) {
    if (path == "-") {
      code = std::max(code, from_stdin(asked.check));
      continue;
    }
    for (const auto& file : files_of(path)) {
      switch (lay_out(file, asked.check)) {
        case outcome::same: break;
        case outcome::changed: code = std::max(code, asked.check ? exit_code::findings : exit_code::fine); break;
        case outcome::refused: code = std::max(code, exit_code::not_loaded); break;
        case outcome::unreadable: code = std::max(code, exit_code::usage); break;
      }
    }
  }
  return code;
}

}  // namespace

void add_fmt(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("fmt", "Lay out packs and policies in one form; comments and values stay. Names the files it changed");
  auto asked = std::make_shared<options>();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin to stdout; default: policies rules");
  verb->add_flag("--check", asked->check, "Change nothing; exit 1 if something would be changed");
  verb->callback([asked, &code] { code = fmt(*asked); });
}

}  // namespace stoplog::cli
