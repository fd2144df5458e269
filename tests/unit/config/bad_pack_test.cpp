#include "bad_file.hpp"

namespace stoplog {
namespace {

constexpr std::string_view head = "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0}\n";

constexpr test::bad_file files[] = {
    {"no rules", "", "1:1: error[E106]", "\"rules\" is missing"},
    {"empty rules", "rules: []\n", "4:8: error[E109]", "empty list"},
    {"rules without a value", "rules:\n", "4:1: error[E108]", "not nothing"},
    {"rules as a map", "rules: {id: A}\n", "4:8: error[E108]", "a list"},
    {"a rule that is a word", "rules: [A]\n", "4:9: error[E108]", "not a single value"},
    {"twice the same rule id", "rules:\n  - {id: A, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'x'}]}}\n  - {id: A, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'x'}]}}\n", "6:10: error[E401]", "the first is in line 5"},
};

TEST(bad_pack, tells_where_and_what) { EXPECT_EQ(test::expect_one_problem_each(head, files), 6U); }

constexpr std::string_view rule_head =
    "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0}\nlists: {hosts: [a.example, b.example]}\n"
    "fragments: {digit: '[0-9]'}\nrules:\n  - id: A-1\n    title: t\n    severity: low\n    category: c.d\n";

// Each case goes on in line 11.
constexpr test::bad_file rules[] = {
    {"no action", "    match: {any: [{regex: 'ab'}]}\n", "7:5: error[E106]", "\"action\" is missing"},
    {"no match", "    action: block\n", "7:5: error[E106]", "\"match\" is missing"},
    {"unknown key", "    action: block\n    matches: {any: [{regex: 'ab'}]}\n    match: {any: [{regex: 'ab'}]}\n", "12:5: error[E104]", "did you mean \"match\"?"},
    {"unknown key far from all", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    whatever: 1\n", "13:5: error[E104]", "unknown key \"whatever\"\n"},
    {"a signal of several parts", "    action: signal\n    match: {all: [{regex: 'ab'}, {regex: 'cd'}], within: 9}\n", "12:12: error[E117]", "only `any`"},
    {"a signal with an exception", "    action: signal\n    match: {any: [{regex: 'ab'}], unless: [{regex: 'cd'}]}\n", "12:12: error[E117]", "only `any`"},
    {"a signal with a cap", "    action: signal\n    match: {any: [{regex: 'ab'}]}\n    max_length: 9\n", "13:17: error[E117]", "leave max_length out"},
    {"locked with a word", "    action: block\n    locked: always\n    match: {any: [{regex: 'ab'}]}\n", "12:13: error[E114]", "true or false"},
    {"guard of a redaction", "    action: redact\n    guard: tail\n    match: {all: [{regex: 'ab'}, {regex: 'cd'}], within: 9}\n", "12:12: error[E117]", "action block"},
    {"guard of one part that is masked", "    action: redact\n    guard: tail\n    match: {any: [{regex: 'abc'}]}\n", "12:12: error[E117]", "action block"},
    {"guard", "    action: block\n    guard: head\n    match: {all: [{regex: 'ab'}], within: 9}\n", "12:12: error[E110]", "all, tail"},
    {"unknown action", "    action: blok\n    match: {any: [{regex: 'ab'}]}\n", "11:13: error[E110]", "did you mean \"block\"?"},
    {"action as a list", "    action: [block]\n    match: {any: [{regex: 'ab'}]}\n", "11:13: error[E108]", "not a list"},
    {"action without a value", "    action:\n    match: {any: [{regex: 'ab'}]}\n", "11:5: error[E109]", "no value"},
    {"empty action", "    action: ''\n    match: {any: [{regex: 'ab'}]}\n", "11:13: error[E109]", "empty text"},
    {"status", "    action: block\n    status: stabel\n    match: {any: [{regex: 'ab'}]}\n", "12:13: error[E110]", "did you mean \"stable\"?"},
    {"confidence above one", "    action: block\n    confidence: 1.5\n    match: {any: [{regex: 'ab'}]}\n", "12:17: error[E111]", "0 to 1"},
    {"confidence in percent", "    action: block\n    confidence: 90%\n    match: {any: [{regex: 'ab'}]}\n", "12:17: error[E111]", "0.9"},
    {"strictness", "    action: block\n    strictness: 5\n    match: {any: [{regex: 'ab'}]}\n", "12:17: error[E111]", "1 to 4"},
    {"strictness in quotes", "    action: block\n    strictness: '2'\n    match: {any: [{regex: 'ab'}]}\n", "12:17: error[E111]", "without quotes"},
    {"strictness with a zero", "    action: block\n    strictness: 02\n    match: {any: [{regex: 'ab'}]}\n", "12:17: error[E111]", "whole number"},
    {"max_length", "    action: block\n    max_length: 513\n    match: {any: [{regex: 'ab'}]}\n", "12:17: error[E111]", "1 to 512"},
    {"mask of a block", "    action: block\n    mask: '[X]'\n    match: {any: [{regex: 'ab'}]}\n", "12:11: error[E117]", "action redact"},
    {"mask with a place that is none", "    action: redact\n    mask: '[{name}]'\n    match: {any: [{regex: 'ab'}]}\n", "12:11: error[E115]", "{category}, {hash}"},
    {"message of a redaction", "    action: redact\n    message: no\n    match: {any: [{regex: 'ab'}]}\n", "12:14: error[E117]", "action block"},
    {"any and all", "    action: block\n    match: {any: [{regex: 'ab'}], all: [{regex: 'ab'}], within: 9}\n", "12:12: error[E117]", "exactly one"},
    {"all without within", "    action: block\n    match: {all: [{regex: 'ab'}]}\n", "12:12: error[E117]", "within: 200"},
    {"any with within", "    action: block\n    match: {any: [{regex: 'ab'}], within: 9}\n", "12:43: error[E117]", "belongs to `all`"},
    {"within zero", "    action: block\n    match: {all: [{regex: 'ab'}], within: 0}\n", "12:43: error[E111]", "1 to 4096"},
    {"at_least a number", "    action: block\n    match: {at_least: 2}\n", "12:23: error[E108]", "not a single value"},
    {"at_least beside any", "    action: block\n    match: {any: [{regex: 'ab'}], at_least: {of: [{regex: 'ab'}, {regex: 'cd'}], count: 2, within: 9}}\n", "12:12: error[E117]", "exactly one"},
    {"at_least without count", "    action: block\n    match: {at_least: {of: [{regex: 'ab'}, {regex: 'cd'}], within: 9}}\n", "12:23: error[E106]", "\"count\" is missing"},
    {"at_least without within", "    action: block\n    match: {at_least: {of: [{regex: 'ab'}, {regex: 'cd'}], count: 2}}\n", "12:23: error[E106]", "\"within\" is missing"},
    {"at_least of nothing", "    action: block\n    match: {at_least: {count: 2, within: 9}}\n", "12:23: error[E117]", "of and signals"},
    {"at_least of one", "    action: block\n    match: {at_least: {of: [{regex: 'ab'}, {regex: 'cd'}], count: 1, within: 9}}\n", "12:67: error[E111]", "2 to 64"},
    {"at_least of more than there are", "    action: block\n    match: {at_least: {of: [{regex: 'ab'}, {regex: 'cd'}], count: 3, within: 9}}\n", "12:67: error[E117]", "the 2 that are listed"},
    {"a signal named twice", "    action: block\n    match: {at_least: {signals: [S-1, S-1], count: 2, within: 9}}\n", "12:33: error[E118]", "named twice"},
    {"within beside at_least", "    action: block\n    match: {at_least: {of: [{regex: 'ab'}, {regex: 'cd'}], count: 2, within: 9}, within: 9}\n", "12:90: error[E117]", "inside of `at_least`"},
    {"regexp", "    action: block\n    match: {any: [{regex: 'ab', regexp: x}]}\n", "12:33: error[E104]", "did you mean \"regex\"?"},
    {"two kinds of part", "    action: block\n    match: {any: [{regex: 'ab', words: [x]}]}\n", "12:19: error[E117]", "exactly one of regex"},
    {"no kind of part", "    action: block\n    match: {any: [{view: raw}]}\n", "12:19: error[E117]", "exactly one of regex"},
    {"view", "    action: block\n    match: {any: [{regex: 'ab', view: row}]}\n", "12:39: error[E110]", "did you mean \"raw\"?"},
    {"check", "    action: block\n    match: {any: [{regex: 'ab', check: ibna}]}\n", "12:40: error[E110]", "did you mean \"iban\"?"},
    {"too much entropy", "    action: block\n    match: {any: [{regex: 'ab', check: entropy>9}]}\n", "12:40: error[E111]", "0 to 7.9"},
    {"backspace for a boundary", "    action: block\n    match: {any: [{regex: \"\\bab\"}]}\n", "12:27: error[E115]", "single quotes"},
    {"regex of two lines", "    action: block\n    match: {any: [{regex: \"a\\nb\"}]}\n", "12:27: error[E115]", "one line"},
    {"regex null", "    action: block\n    match: {any: [{regex: ~}]}\n", "12:20: error[E109]", "in quotes"},
    {"unknown list", "    action: block\n    match: {any: [{in_list: hots}]}\n", "12:29: error[E131]", "did you mean \"hosts\"?"},
    {"unknown fragment", "    action: block\n    match: {any: [{regex: '{{digits}}'}]}\n", "12:27: error[E130]", "did you mean \"digit\"?"},
    {"open fragment", "    action: block\n    match: {any: [{regex: 'a{{digit'}]}\n", "12:27: error[E130]", "write \\{"},
    {"direction", "    action: block\n    scope: {direction: [requests]}\n    match: {any: [{regex: 'ab'}]}\n", "12:25: error[E110]", "did you mean \"request\"?"},
    {"direction as a word", "    action: block\n    scope: {direction: request}\n    match: {any: [{regex: 'ab'}]}\n", "12:24: error[E108]", "a list"},
    {"channel twice", "    action: block\n    scope: {channels: [content, content]}\n    match: {any: [{regex: 'ab'}]}\n", "12:33: error[E118]", "named twice"},
    {"roles of answers", "    action: block\n    scope: {roles: [user]}\n    match: {any: [{regex: 'ab'}]}\n", "12:20: error[E117]", "direction: [request]"},
    {"a test without a text", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    tests: [{name: t, direction: request, expect: match}]\n", "13:13: error[E117]", "text and chunks"},
    {"a test without a direction", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    tests: [{name: t, text: a, expect: match}]\n", "13:13: error[E106]", "looks at both"},
    {"a test that expects yes", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    tests: [{name: t, direction: request, text: a, expect: yes}]\n", "13:60: error[E110]", "match, no_match"},
    {"two tests of one name", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    tests:\n      - {name: t, direction: request, text: a, expect: match}\n      - {name: t, direction: request, text: b, expect: match}\n", "15:9: error[E118]", "\"t\""},
    {"the role of an answer", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    tests: [{name: t, direction: response, role: user, text: a, expect: match}]\n", "13:50: error[E117]", "belongs to requests"},
    {"frameworks", "    action: block\n    match: {any: [{regex: 'ab'}]}\n    frameworks: owasp\n", "13:17: error[E108]", "a list"},
};

TEST(bad_pack, tells_wrong_rules) { EXPECT_EQ(test::expect_one_problem_each(rule_head, rules), 60U); }

constexpr std::string_view rest = "rules: [{id: A, title: t, severity: low, category: c, action: block, match: {any: [{regex: 'ab'}]}}]\n";

constexpr test::bad_file definitions[] = {
    {"name with a space", "metadata: {name: my pack, version: 1.0.0}\n", "3:18: error[E115]", "not a name"},
    {"version of two numbers", "metadata: {name: p, version: 1.0}\n", "3:30: error[E116]", "1.4.0"},
    {"version with a zero", "metadata: {name: p, version: 1.00.0}\n", "3:30: error[E116]", "leading zeros"},
    {"version with a word", "metadata: {name: p, version: 1.0.0-rc1}\n", "3:30: error[E116]", "three numbers"},
    {"no version", "metadata: {name: p}\n", "3:11: error[E106]", "\"version\" is missing"},
    {"licence", "metadata: {name: p, version: 1.0.0, licence: x}\n", "3:37: error[E104]", "did you mean \"license\"?"},
    {"an entry of two words", "metadata: {name: p, version: 1.0.0}\nlists: {l: [a b]}\n", "4:13: error[E125]", "one word"},
    {"an entry twice", "metadata: {name: p, version: 1.0.0}\nlists: {l: [a, a]}\n", "4:16: error[E118]", "already"},
    {"a list from above", "metadata: {name: p, version: 1.0.0}\nlists: {l: {file: ../x.txt}}\n", "4:19: error[E125]", "without .."},
    {"a list from the root", "metadata: {name: p, version: 1.0.0}\nlists: {l: {file: /etc/passwd}}\n", "4:19: error[E125]", "not from the root"},
    {"a list from nowhere", "metadata: {name: p, version: 1.0.0}\nlists: {l: {file: no-such-file.txt}}\n", "4:19: error[E125]", "cannot be read"},
    {"a fragment's name", "metadata: {name: p, version: 1.0.0}\nfragments: {A-b: x}\n", "4:13: error[E115]", "lower-case"},
    {"a fragment in a fragment", "metadata: {name: p, version: 1.0.0}\nfragments: {a: x, b: '{{a}}'}\n", "4:22: error[E130]", "write the pattern out"},
};

TEST(bad_pack, tells_wrong_definitions) {
  std::size_t ran = 0;
  for (const auto& file : definitions) {
    const std::string yaml = std::string(file.yaml) + std::string(rest);
    const test::bad_file whole[] = {{file.name, yaml, file.problem, file.fragment}};
    ran += test::expect_one_problem_each("apiVersion: stoplog/v1\nkind: RulePack\n", whole);
  }
  EXPECT_EQ(ran, 13U);
}

}  // namespace
}  // namespace stoplog
