// stoplog new rule: a pack with one rule to begin with, which loads and passes
// its tests.
#include "cli/verbs.hpp"

#include <iostream>
#include <memory>
#include <string_view>

namespace stoplog::cli {
namespace {

struct options {
  std::string pack = "my-pack", id = "NEW-001", action = "block";
};

bool is_name(const std::string& text) {
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos &&
         !text.empty() && text.size() <= 64 && text.find_first_of("._-") != 0;
}

constexpr std::string_view scaffold = R"(# yaml-language-server: $schema=https://stoplog.dev/schema/v1/pack.json
# A pack with one rule to begin with. It loads and its tests pass as it stands;
# replace what is in capitals, write the tests first, then:
#   stoplog check THIS-FILE && stoplog test --chunking all THIS-FILE
# Name the pack in a policy with mode: shadow and look at what it finds.
apiVersion: stoplog/v1
kind: RulePack
metadata:
  name: @PACK@
  version: 1.0.0
  owner: YOU@example.com
  license: Apache-2.0
  description: WHAT THE PACK IS FOR.

rules:
  - id: @ID@
    title: WHAT IT FINDS, IN PLAIN WORDS
    status: experimental            # test, then stable, when you trust it
    severity: medium                # info, low, medium, high or critical
    category: my_category           # the client reads it when it is blocked
    action: @ACTION@
@EXTRA@    scope: {direction: [request, response]}
    match:
      # words: whole words or phrases. regex: '...' in single quotes, and bounded:
      # '[a-z]{1,20}', not '[a-z]+'.
      any:
        - {words: [replace this phrase]}
      # A match in whose text one of these matches does not count.
      # unless:
      #   - {words: [replace this phrase too]}
    tests:
      # One that matches for each direction, and a near miss: harmless, and alike.
      - {name: asked, direction: request, text: "please REPLACE THIS PHRASE now", expect: match}
      - {name: told in pieces, direction: response, chunks: ["it is replace th", "is phrase, then"], expect: match}
      - {name: near miss, direction: request, text: "replace this sentence", expect: no_match}
)";

void put(std::string& text, std::string_view hole, std::string_view value) {
  text.replace(text.find(hole), hole.size(), value);
}

exit_code write(const options& asked) {
  if (!is_name(asked.pack) || !is_name(asked.id)) {
    std::cerr << "stoplog new rule: a name has letters, digits and . _ - only, begins with a letter or digit, and has at most 64\n";
    return exit_code::usage;
  }
  std::string text(scaffold);
  put(text, "@PACK@", asked.pack);
  put(text, "@ID@", asked.id);
  put(text, "@ACTION@", asked.action);
  put(text, "@EXTRA@", asked.action == "redact"  ? "    mask: '[REDACTED]'\n"
                       : asked.action == "block" ? "    message: WHAT PEOPLE READ; NEVER WHAT WAS MATCHED.\n"
                                                 : "");
  std::cout << text;
  return exit_code::fine;
}

}  // namespace

void add_new(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("new", "Print something to begin with");
  verb->require_subcommand(1);
  auto* rule = verb->add_subcommand("rule", "A pack with one rule and its tests, on stdout");
  auto asked = std::make_shared<options>();
  rule->add_option("--pack", asked->pack, "The pack's name")->capture_default_str();
  rule->add_option("--id", asked->id, "The rule's id")->capture_default_str();
  rule->add_option("--action", asked->action, "observe, redact or block")->check(CLI::IsMember({"observe", "redact", "block"}))->capture_default_str();
  rule->callback([asked, &code] { code = write(*asked); });
}

}  // namespace stoplog::cli
