#include "config/load.hpp"
#include "dialect/opaque_kinds.hpp"

#include "support/folder.hpp"

#include <gtest/gtest.h>

namespace stoplog::config {
namespace {

std::string lines(const problems& found) {
  std::string all;
  for (const auto& p : found) all += to_string(p) + "\n";
  return all;
}

constexpr std::string_view whole_pack = R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.4.0, owner: a@b.example, license: Apache-2.0, description: What it is for.}
rules:
  - id: A-1
    title: A title
    description: More.
    status: test
    severity: high
    confidence: 0.95
    strictness: 3
    category: a.b
    frameworks: ["owasp-llm:2025/LLM02"]
    false_positives: [this]
    references: ["https://a.example"]
    action: redact
    mask: '[X]'
    max_length: 80
    scope: {direction: [request], roles: [user, tool], channels: [content, tool_arguments]}
    match:
      all:
        - {regex: '{{hex}}{2}x', view: raw, check: luhn}
        - {words: [one, two words]}
        - {in_list: hosts}
      within: 200
      unless:
        - {regex: 'no'}
    tests:
      - {name: t, role: tool, channel: tool_arguments, text: a, expect: match}
      - {name: u, chunks: [a, b], expect: no_match}
fragments: {hex: '[0-9a-f]'}
lists: {hosts: [a.example, off, "null"]}
)";

TEST(load, reads_a_whole_pack) {
  problems found;
  const auto read = load_text(whole_pack, "p.yaml", found);
  ASSERT_TRUE(found.empty()) << lines(found);
  ASSERT_EQ(read.packs.size(), 1U);
  const auto& p = read.packs[0];
  EXPECT_EQ(p.name, "p");
  EXPECT_EQ(p.version, "1.4.0");
  EXPECT_EQ(p.license, "Apache-2.0");
  ASSERT_EQ(p.rules.size(), 1U);
  const auto& r = p.rules[0];
  EXPECT_EQ(r.notes.status, policy::status::test);
  EXPECT_EQ(r.notes.confidence, 0.95);
  EXPECT_EQ(r.severity, severity::high);
  EXPECT_EQ(r.strictness, 3U);
  EXPECT_EQ(r.mask, "[X]");
  EXPECT_EQ(r.max_length, 80U);
  EXPECT_TRUE(r.surfaces.contains({direction::request, role::tool, channel::tool_arguments}));
  EXPECT_FALSE(r.surfaces.contains({direction::request, role::system, channel::content}));
  EXPECT_FALSE(r.surfaces.contains({direction::response, role::user, channel::content}));
  EXPECT_FALSE(r.surfaces.contains({direction::request, role::user, channel::reasoning}));
  EXPECT_EQ(r.match.how, match::expression::combine::all);
  EXPECT_EQ(r.match.within, 200U);
  ASSERT_EQ(r.match.parts.size(), 3U);
  EXPECT_EQ(r.match.parts[0].regex, "(?:[0-9a-f]){2}x");
  EXPECT_EQ(r.match.parts[0].view, match::view::raw);
  EXPECT_EQ(r.match.parts[0].check, match::check::luhn);
  EXPECT_EQ(r.match.parts[1].words, (std::vector<std::string>{"one", "two words"}));
  EXPECT_EQ(*r.match.parts[2].list, (std::unordered_set<std::string>{"a.example", "off", "null"}));
  EXPECT_EQ(r.match.unless.size(), 1U);
  ASSERT_EQ(r.part_places.size(), 4U);
  EXPECT_EQ(r.part_places[2].line, 24U);
  EXPECT_EQ(r.part_places[3].column, 11U);
  ASSERT_EQ(r.tests.size(), 2U);
  EXPECT_EQ(r.tests[0].role, role::tool);
  EXPECT_TRUE(r.tests[0].expect_match);
  EXPECT_EQ(r.tests[1].chunks.size(), 2U);
  EXPECT_EQ(r.tests[1].direction, direction::request);
}

TEST(load, reads_a_whole_policy) {
  problems found;
  const auto read = load_text(R"(apiVersion: stoplog/v1
kind: Policy
metadata: {name: chat, version: 2026.11.2}
applies_to:
  - {routes: [a], teams: [b, c]}
  - {keys: [k], models: ["gpt-*"]}
defaults:
  mode: off
  on_error: {default: allow, "security.*": block}
  opaque: {default: refuse, thinking_signature: allow}
  unknown: {request: refuse}
  stream: {release: buffer, limit: 64KiB}
  message: |
    Two
    lines
  messages: {privacy.card: Cards}
  blocked_request_status: 400
  canary_by: key
use:
  - {pack: p, version: ~1.4, mode: enforce, strictness: 2}
  - {pack: q, mode: canary, percent: 5, locked: true}
overrides:
  - {rule: A-1, mode: shadow, reason: why}
capture: {default: hash, on_match: excerpt, context: 80}
audit: {on_write_failure: allow, retention: {decisions: 395d, content: 30d}}
)", "chat.yaml", found);
  ASSERT_TRUE(found.empty()) << lines(found);
  ASSERT_EQ(read.policies.size(), 1U);
  const auto& p = read.policies[0];
  EXPECT_EQ(p.version, "2026.11.2");
  ASSERT_EQ(p.applies_to.size(), 2U);
  EXPECT_EQ(p.applies_to[0].teams, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(p.default_mode, policy::mode::off);
  EXPECT_EQ(p.on_error, policy::on_error::allow);
  EXPECT_TRUE(p.parts.refuses_opaque("image_url"));
  EXPECT_FALSE(p.parts.refuses_opaque("thinking_signature"));
  EXPECT_TRUE(p.parts.refuses_unknown(direction::request));
  EXPECT_FALSE(p.parts.refuses_unknown(direction::response));
  EXPECT_EQ(p.said.at("defaults.opaque.thinking_signature").column, 49U);
  EXPECT_EQ(p.stream_release, policy::stream_release::buffer);
  EXPECT_EQ(p.buffer_bytes, 65536U);
  EXPECT_EQ(p.message, "Two\nlines\n");
  EXPECT_EQ(p.blocked_request_status, 400U);
  ASSERT_EQ(p.use.size(), 2U);
  EXPECT_EQ(p.use[0].version, "~1.4");
  EXPECT_EQ(p.use[0].mode, policy::mode::enforce);
  EXPECT_EQ(p.use[0].strictness, 2U);
  EXPECT_EQ(p.use[0].place.line, 20U);
  EXPECT_EQ(p.use[1].mode, policy::mode::canary);
  EXPECT_EQ(p.use[1].percent, 5U);
  EXPECT_TRUE(p.use[1].locked);
  EXPECT_FALSE(p.use[1].strictness);
  ASSERT_EQ(p.on_error_of.size(), 1U);
  EXPECT_EQ(p.on_error_of[0].pattern, "security.*");
  EXPECT_EQ(p.messages[0].value, "Cards");
  EXPECT_EQ(p.canary_by, policy::canary_unit::key);
  EXPECT_EQ(p.overrides[0].reason, "why");
  EXPECT_EQ(p.capture.otherwise, policy::capture::hash);
  EXPECT_EQ(p.capture.on_match, policy::capture::excerpt);
  EXPECT_EQ(p.capture.context, 80U);
  EXPECT_EQ(p.audit.on_write_failure, policy::on_write_failure::allow);
  EXPECT_EQ(p.audit.keep_decisions, std::chrono::hours(24 * 395));
  EXPECT_EQ(p.audit.keep_content, std::chrono::hours(24 * 30));
  EXPECT_EQ(p.said.at("audit.retention.content").line, 25U);
  EXPECT_EQ(p.said.at("defaults.mode").line, 8U);
  EXPECT_EQ(p.digest.substr(0, 7), "sha256:");
}

TEST(load, one_word_is_for_all_kinds_and_both_ways) {
  problems found;
  const auto read = load_text("apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: a, version: 1.0.0}\nuse: [{pack: p}]\ndefaults: {opaque: refuse, unknown: refuse}\n", "f", found);
  ASSERT_TRUE(found.empty()) << lines(found);
  const auto& parts = read.policies.at(0).parts;
  for (const auto& kind : dialect::opaque_kinds()) EXPECT_TRUE(parts.refuses_opaque(kind.name)) << kind.name;
  EXPECT_TRUE(parts.refuses_unknown(direction::request));
  EXPECT_TRUE(parts.refuses_unknown(direction::response));
}

TEST(load, reads_exceptions_with_their_ends) {
  problems found;
  const auto read = load_text(R"(apiVersion: stoplog/v1
kind: Policy
metadata: {name: chat, version: 2026.11.2}
use: [{pack: p}]
exceptions:
  - id: EXC-1
    rules: [A-1, A-2]
    when: {teams: [red], direction: [request]}
    reason: why
    approved_by: ciso@example.com
    expires: 2026-12-31
  - {id: EXC-2, rules: [A-1], reason: why, approved_by: me, expires: "2026-12-31T18:00:05Z"}
)", "chat.yaml", found);
  ASSERT_TRUE(found.empty()) << lines(found);
  const auto& p = read.policies.at(0);
  ASSERT_EQ(p.exceptions.size(), 2U);
  EXPECT_EQ(p.exceptions[0].rules, (std::vector<std::string>{"A-1", "A-2"}));
  EXPECT_EQ(p.exceptions[0].when.teams, std::vector<std::string>{"red"});
  EXPECT_TRUE(p.exceptions[0].takes(direction::request));
  EXPECT_FALSE(p.exceptions[0].takes(direction::response));
  EXPECT_EQ(to_rfc3339(p.exceptions[0].expires), "2027-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(p.exceptions[1].expires), "2026-12-31T18:00:05.000000Z");
  EXPECT_EQ(p.exceptions[0].place.line, 6U);
}

TEST(load, keeps_safe_defaults) {
  problems found;
  const auto read = load_text("apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: a, version: 1.0.0}\nuse: [{pack: p}]\n", "f", found);
  ASSERT_EQ(read.policies.size(), 1U);
  EXPECT_EQ(read.policies[0].default_mode, policy::mode::shadow);
  EXPECT_EQ(read.policies[0].on_error, policy::on_error::block);
  EXPECT_TRUE(read.policies[0].parts.opaque.empty());
  EXPECT_TRUE(read.policies[0].parts.unknown.empty());
  EXPECT_EQ(read.policies[0].capture.on_match, policy::capture::none);
  EXPECT_EQ(read.policies[0].audit.on_write_failure, policy::on_write_failure::block);
  EXPECT_TRUE(read.policies[0].said.empty());
  EXPECT_EQ(read.policies[0].blocked_request_status, 403U);
}

TEST(load, reads_what_a_policy_extends) {
  problems found;
  const auto read = load_text("apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: a, version: 1.0.0}\ntemplate: true\nextends: base@^2\n", "f", found);
  ASSERT_TRUE(found.empty()) << lines(found);
  EXPECT_TRUE(read.policies[0].is_template);
  EXPECT_EQ(read.policies[0].extends.name, "base");
  EXPECT_EQ(read.policies[0].extends.version, "^2");
  EXPECT_EQ(read.policies[0].extends.place.line, 5U);
}

TEST(load, a_rule_with_a_fault_is_not_compiled_and_the_others_are_read) {
  problems found;
  const auto read = load_text(R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.0.0}
rules:
  - {id: A, title: t, severity: lowe, category: c, action: block, match: {any: [{regex: 'x'}]}}
  - {id: B, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'x'}]}}
)", "f", found);
  EXPECT_EQ(found.size(), 1U) << lines(found);
  ASSERT_EQ(read.packs[0].rules.size(), 2U);
  EXPECT_TRUE(read.packs[0].rules[0].match.parts.empty());
  EXPECT_FALSE(read.packs[0].rules[1].match.parts.empty());
}

TEST(load, warns_of_a_pattern_without_quotes) {
  problems found;
  load_text("apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0}\nrules:\n"
            "  - {id: A, title: t, severity: low, category: c, action: block, match: {any: [{regex: xyz}]}}\n", "f", found);
  EXPECT_EQ(lines(found), "f:5:88: warning[W305]: put the pattern in single quotes\n");
}

TEST(load, reads_lists_from_files_and_digests_them) {
  const test::folder here;
  const auto pack = here.write("p.yaml", R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.0.0}
lists: {l: {file: words/l.txt}}
rules: [{id: A, title: t, severity: low, category: c, action: block, match: {any: [{in_list: l}]}}]
)");
  here.write("words/l.txt", "# a comment\r\none\r\n\r\ntwo");
  problems found;
  const std::filesystem::path paths[] = {pack};
  const auto first = load(paths, found);
  ASSERT_TRUE(found.empty()) << lines(found);
  EXPECT_EQ(*first.packs[0].rules[0].match.parts[0].list, (std::unordered_set<std::string>{"one", "two"}));
  here.write("words/l.txt", "one\ntwo\nthree\n");
  const auto second = load(paths, found);
  EXPECT_NE(first.packs[0].digest, second.packs[0].digest);
  here.write("words/l.txt", "one\ntwo words\n");
  load(paths, found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(lines(found).find(":4:19: error[E125]: words/l.txt line 2: an entry"), std::string::npos) << lines(found);
}

TEST(load, reads_folders_sorted_and_each_file_once) {
  const test::folder here;
  const std::string_view policy = "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: NAME, version: 1.0.0}\nuse: [{pack: p}]\n";
  const auto write = [&](const std::string& file, const std::string& name) {
    std::string text(policy);
    here.write(file, text.replace(text.find("NAME"), 4, name));
  };
  write("b.yaml", "b");
  write("a.yml", "a");
  write("sub/c.yaml", "c");
  write(".hidden/d.yaml", "d");
  write("notes.txt", "e");
  here.write("broken.yaml", "kind: [");
  std::filesystem::create_symlink(here.path() / "b.yaml", here.path() / "z.yaml");
  problems found;
  const std::filesystem::path paths[] = {here.path(), here.path() / "b.yaml", here.path() / "no-such.yaml"};
  const auto read = load(paths, found);
  std::string names;
  for (const auto& p : read.policies) names += p.name;
  EXPECT_EQ(names, "abc");
  ASSERT_EQ(found.size(), 2U) << lines(found);
  EXPECT_EQ(found[0].code, "E101");
  EXPECT_EQ(found[1].code, "E100");
}

TEST(load, tells_of_an_empty_folder) {
  const test::folder here;
  problems found;
  const std::filesystem::path paths[] = {here.path()};
  load(paths, found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "E100");
}

// Whatever is cut off, the loader tells of it or reads the rest, and never falls.
TEST(load, survives_every_cut_of_a_file) {
  std::size_t clean = 0;
  for (std::size_t at = 0; at < whole_pack.size(); ++at) {
    problems found;
    load_text(whole_pack.substr(0, at), "p.yaml", found);
    clean += has_errors(found) ? 0 : 1;
  }
  // Only cuts in the last lines, within `lists`, leave a pack without a fault.
  EXPECT_LT(clean, 5U);
}

TEST(load, survives_a_changed_byte) {
  std::size_t ran = 0;
  for (const char c : {'\0', ':', '{', '}', '[', ']', '\'', '"', '-', '#', '&', '*', '!', '|', '\n', '\t', '\\', '\x80'}) {
    for (std::size_t at = 0; at < whole_pack.size(); at += 3) {
      std::string text(whole_pack);
      text[at] = c;
      problems found;
      load_text(text, "p.yaml", found);
      ++ran;
    }
  }
  EXPECT_GT(ran, 5000U);
}

}  // namespace
}  // namespace stoplog::config
