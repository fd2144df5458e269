#include "bad_file.hpp"

namespace stoplog {
namespace {

constexpr std::string_view head = "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: p, version: 1.0.0}\n";

// Each case goes on in line 4.
constexpr test::bad_file files[] = {
    {"no use", "defaults: {mode: off}\n", "1:1: error[E106]", "\"use\" is missing"},
    {"a mode as a switch", "use: [{pack: a, mode: on}]\n", "4:23: error[E110]", "off, shadow, canary, enforce"},
    {"a mode as null", "use: [{pack: a}]\ndefaults: {mode: ~}\n", "5:12: error[E109]", "no value"},
    {"enforced", "use: [{pack: a, mode: enforced}]\n", "4:23: error[E110]", "did you mean \"enforce\"?"},
    {"a version of one number", "use: [{pack: a, version: 1}]\n", "4:26: error[E116]", "~1.4"},
    {"a wide version", "use: [{pack: a, version: ~1}]\n", "4:26: error[E116]", "any 1.4.x"},
    {"a comparing version", "use: [{pack: a, version: '>=1.0.0'}]\n", "4:26: error[E116]", "exactly this"},
    {"applies to nobody", "applies_to: []\nuse: [{pack: a}]\n", "4:13: error[E109]", "empty list"},
    {"applies to an empty group", "applies_to: [{}]\nuse: [{pack: a}]\n", "4:14: error[E109]", "the fallback"},
    {"route for routes", "applies_to: [{route: [a]}]\nuse: [{pack: a}]\n", "4:15: error[E104]", "did you mean \"routes\"?"},
    {"a route as a word", "applies_to: [{routes: a}]\nuse: [{pack: a}]\n", "4:23: error[E108]", "a list"},
    {"on_error as a word", "use: [{pack: a}]\ndefaults: {on_error: block}\n", "5:22: error[E108]", "a group of keys"},
    {"release", "use: [{pack: a}]\ndefaults: {stream: {release: buffered}}\n", "5:30: error[E110]", "did you mean \"buffer\"?"},
    {"a limit of nothing", "use: [{pack: a}]\ndefaults: {stream: {release: exact, limit: 1MiB}}\n", "5:44: error[E117]", "release: buffer"},
    {"a limit that is too small", "use: [{pack: a}]\ndefaults: {stream: {release: buffer, limit: 12B}}\n", "5:45: error[E113]", "1KiB"},
    {"status", "use: [{pack: a}]\ndefaults: {blocked_request_status: 200}\n", "5:36: error[E110]", "403, 400"},
    {"an override without a reason", "use: [{pack: a}]\noverrides: [{rule: A, mode: off}]\n", "5:13: error[E106]", "\"reason\" is missing"},
    {"an override with an empty reason", "use: [{pack: a}]\noverrides: [{rule: A, mode: off, reason: ' '}]\n", "5:42: error[E109]", "empty text"},
    {"an override without a mode", "use: [{pack: a}]\noverrides: [{rule: A, reason: r}]\n", "5:13: error[E106]", "\"mode\" is missing"},
    {"context of nothing", "use: [{pack: a}]\ncapture: {on_match: none, context: 5}\n", "5:36: error[E117]", "on_match: excerpt"},
    {"context too wide", "use: [{pack: a}]\ncapture: {on_match: excerpt, context: 1025}\n", "5:39: error[E111]", "0 to 1024"},
    {"a canary without percent", "use: [{pack: a, mode: canary}]\n", "4:23: error[E117]", "percent: 5"},
    {"percent without a canary", "use: [{pack: a, percent: 5}]\n", "4:26: error[E117]", "mode: canary"},
    {"a percent of an override", "use: [{pack: a}]\noverrides: [{rule: A, mode: off, reason: r, percent: 5}]\n", "5:54: error[E117]", "mode: canary"},
    {"a percent too high", "use: [{pack: a, mode: canary, percent: 101}]\n", "4:40: error[E111]", "1 to 100"},
    {"a canary as the default", "use: [{pack: a}]\ndefaults: {mode: canary}\n", "5:18: error[E110]", "off, shadow, enforce"},
    {"extends two", "extends: [a, b]\n", "4:10: error[E108]", "a single value"},
    {"extends a wide version", "extends: base@2\n", "4:10: error[E116]", "~1.4"},
    {"extends no name", "extends: '@^2'\n", "4:10: error[E109]", "an empty text"},
    {"a template for somebody", "use: [{pack: a}]\ntemplate: true\napplies_to: [{teams: [t]}]\n", "6:13: error[E117]", "a template applies to nobody"},
    {"no exceptions", "use: [{pack: a}]\nexceptions: []\n", "5:13: error[E109]", "empty list"},
    {"an exception without an end", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], reason: r, approved_by: me}]\n", "5:14: error[E106]", "\"expires\" is missing"},
    {"an exception of nobody", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], reason: r, expires: 2026-12-31}]\n", "5:14: error[E106]", "\"approved_by\" is missing"},
    {"a day that is not", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], reason: r, approved_by: me, expires: 2026-02-30}]\n", "5:71: error[E128]", "2026-12-31"},
    {"a date of another country", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], reason: r, approved_by: me, expires: 31.12.2026}]\n", "5:71: error[E128]", "2026-12-31"},
    {"an instant without a zone", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], reason: r, approved_by: me, expires: '2026-12-31T18:00:00'}]\n", "5:71: error[E128]", "18:00:00Z"},
    {"an exception for a team as a word", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], when: {teams: t}, reason: r, approved_by: me, expires: 2026-12-31}]\n", "5:48: error[E108]", "a list"},
    {"an exception for an empty when", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], when: {}, reason: r, approved_by: me, expires: 2026-12-31}]\n", "5:40: error[E109]", "for whom"},
    {"an exception one way and back", "use: [{pack: a}]\nexceptions: [{id: E, rules: [A], when: {direction: [answer]}, reason: r, approved_by: me, expires: 2026-12-31}]\n", "5:53: error[E110]", "request, response"},
    {"on_error of no category", "use: [{pack: a}]\ndefaults: {on_error: {default: block, 'Quality*x': allow}}\n", "5:39: error[E115]", "quality.*"},
    {"on_error without a default", "use: [{pack: a}]\ndefaults: {on_error: {'quality.*': allow}}\n", "5:22: error[E106]", "\"default\" is missing"},
    {"an opaque part as a switch", "use: [{pack: a}]\ndefaults: {opaque: block}\n", "5:20: error[E110]", "allow, refuse"},
    {"an opaque kind that is none", "use: [{pack: a}]\ndefaults: {opaque: {image-url: refuse}}\n", "5:21: error[E104]", "did you mean \"image_url\"?"},
    {"an action of a kind that is none", "use: [{pack: a}]\ndefaults: {opaque: {file: refused}}\n", "5:27: error[E110]", "did you mean \"refuse\"?"},
    {"a list of opaque kinds", "use: [{pack: a}]\ndefaults: {opaque: [file]}\n", "5:20: error[E108]", "a group of keys"},
    {"unknown in a way that is none", "use: [{pack: a}]\ndefaults: {unknown: {requests: refuse}}\n", "5:22: error[E104]", "did you mean \"request\"?"},
    {"unknown that is allowed", "use: [{pack: a}]\ndefaults: {unknown: allow}\n", "5:21: error[E110]", "scan, refuse"},
    {"an empty message of a category", "use: [{pack: a}]\ndefaults: {messages: {privacy: ''}}\n", "5:32: error[E109]", "empty text"},
    {"an excerpt of nothing", "use: [{pack: a}]\ncapture: {default: excerpt}\n", "5:20: error[E110]", "none, hash, redacted, full"},
    {"kept for a moment", "use: [{pack: a}]\naudit: {retention: {content: 5m}}\n", "5:30: error[E112]", "1d to 3660d"},
    {"a write failure as a switch", "use: [{pack: a}]\naudit: {on_write_failure: true}\n", "5:27: error[E110]", "block, spool, allow"},
    {"strictness zero", "use: [{pack: a, strictness: 0}]\n", "4:29: error[E111]", "1 to 4"},
    {"a name of two lines", "use: [{pack: \"a\\nb\"}]\n", "4:14: error[E115]", "not a name"},
};

TEST(bad_policy, tells_where_and_what) { EXPECT_EQ(test::expect_one_problem_each(head, files), 53U); }

TEST(bad_policy, tells_every_problem_in_the_order_of_the_file) {
  problems found;
  config::load_text(std::string(head) + "use: [{pak: a}]\ndefaults: {mode: of}\ncaptur: {}\n", "f.yaml", found);
  std::string all;
  for (const auto& p : found) all += to_string(p) + "\n";
  EXPECT_EQ(all,
            "f.yaml:4:7: error[E106]: key \"pack\" is missing here\n"
            "f.yaml:4:8: error[E104]: unknown key \"pak\"; did you mean \"pack\"?\n"
            "f.yaml:5:18: error[E110]: \"of\" is none of: off, shadow, enforce; did you mean \"off\"?\n"
            "f.yaml:6:1: error[E104]: unknown key \"captur\"; did you mean \"capture\"?\n");
}

}  // namespace
}  // namespace stoplog
