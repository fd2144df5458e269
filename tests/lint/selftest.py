"""The checks' own tests: each is fed a tree with one fault and must name it, and
the same tree without the fault and must be silent."""

import files
import layers
import sizes
from tree import Tree

CMAKE = "stoplog_folder(base)\nstoplog_folder(match USES base LIBRARIES PkgConfig::RE2)\nstoplog_folder(http USES match base)\n"

GOOD = {
    "LICENSE": "Apache License\n",
    "proxy/CMakeLists.txt": CMAKE,
    "proxy/main.cpp": '#include <CLI/CLI.hpp>\n\nint main() { return 0; }\n',
    "proxy/base/a.hpp": "#pragma once\n",
    "proxy/match/b.hpp": '#pragma once\n#include "base/a.hpp"\n',
    "proxy/match/b.cpp": '#include "match/b.hpp"\n#include <re2/re2.h>\n',
    "proxy/http/c.cpp": '#include "match/b.hpp"\n#include <boost/asio/ip/tcp.hpp>\n',
    "tests/unit/match/b_test.cpp": "TEST(b, works) {\n}\n",
    "tests/unit/http/c_test.cpp": "TEST(c, works) {\n}\n",
    "tests/lint/sizes.txt": "# none\n",
    "docs/use.md": '```sh run\nls\n```\n```sh norun="needs a network"\ncurl x\n```\n```yaml\na: 1\n```\n',
    "rules/a.yaml": "metadata: {license: Apache-2.0}\n",
    "tests/e2e/package-lock.json": '{"resolved": "https://registry.npmjs.org/x.tgz"}\n',
    "dev": "#!/usr/bin/env bash\necho fine\n",
    "tests/run.py": "print(1)\n",
    "tests/e2e/a.mjs": "export const a = await 1;\n",
}

LONG_FUNCTION = "int f() {\n" + "  g();\n" * 70 + "}\n"
# 69 lines of body: with its braces exactly the aim; the braces in the noise do not count.
FITTING = "namespace a {\ntemplate <class T>\nint f() {\n  auto s = \"{\"; char c = '{';  // {\n" + "  g();\n" * 67 + "}\n}\n"

# (name, check, path, its faulty text, what the problem must say)
FAULTS = [
    ("arrow not drawn", layers.includes, "proxy/base/a.hpp", '#pragma once\n#include "match/b.hpp"\n', "base may not know match"),
    ("header that does not exist", layers.includes, "proxy/http/c.cpp", '#include "match/zzz.hpp"\n', "there is no proxy/match/zzz.hpp"),
    ("include without folder", layers.includes, "proxy/match/b.cpp", '#include "b.hpp"\n', "relative to proxy/"),
    ("folder that is not listed", layers.includes, "proxy/new/d.cpp", "int d;\n", "does not list this folder"),
    ("RE2 outside match", layers.includes, "proxy/http/c.cpp", "#include <re2/re2.h>\n", "belongs in match"),
    ("Asio in a pure folder", layers.includes, "proxy/match/b.cpp", "#include <boost/asio.hpp>\n", "not in match"),
    ("Boost that nobody asked for", layers.includes, "proxy/http/c.cpp", "#include <boost/regex.hpp>\n", "no folder"),
    ("RE2 in a header", layers.includes, "proxy/match/b.hpp", "#pragma once\n#include <re2/re2.h>\n", "must not cross a header"),
    ("SQLite outside audit", layers.includes, "proxy/http/c.cpp", "#include <sqlite3.h>\n", "belongs in audit"),
    ("main that knows too much", layers.includes, "proxy/main.cpp", '#include "match/b.hpp"\n', "main.cpp may not know match"),
    ("circle", layers.arrows, "proxy/CMakeLists.txt", CMAKE.replace("(base)", "(base USES match)"), "a circle among"),
    ("pure that uses impure", layers.arrows, "proxy/CMakeLists.txt", CMAKE + "stoplog_folder(guard USES http)\n", "guard is pure"),
    ("arrow to nowhere", layers.arrows, "proxy/CMakeLists.txt", CMAKE + "stoplog_folder(audit USES nowhere)\n", "which no stoplog_folder"),
    ("clock in pure code", layers.purity, "proxy/match/b.cpp", "auto t = std::chrono::steady_clock::now();\n", "pure code does not use"),
    ("thread in pure code", layers.purity, "proxy/match/b.cpp", "#include <thread>\n", "pure code does not use"),
    ("file in pure code", layers.purity, "proxy/match/b.cpp", "#include <fstream>\n", "pure code does not use"),
    ("long function", sizes.sizes, "proxy/match/b.cpp", LONG_FUNCTION, "b.cpp:f: 72 lines"),
    ("long function in a class", sizes.sizes, "proxy/match/b.cpp", "struct s {\n" + LONG_FUNCTION + "};\n", "b.cpp:f: 72 lines"),
    ("long test", sizes.sizes, "tests/unit/match/b_test.cpp", LONG_FUNCTION.replace("int f()", "TEST(a, b)"), "a.b: 72 lines"),
    ("long header", sizes.sizes, "proxy/match/b.hpp", "#pragma once\n" * 151, "151 lines; the aim is 150"),
    ("long source", sizes.sizes, "proxy/match/b.cpp", "int a;\n" * 401, "401 lines; the aim is 400"),
    ("stale exception", sizes.sizes, "tests/lint/sizes.txt", "proxy/match/b.cpp 500\n", "lower or remove"),
    ("broken shell", files.syntax, "dev", "#!/usr/bin/env bash\nif true; then\n", "dev: "),
    ("broken Python", files.syntax, "tests/run.py", "def f(:\n", "line 1"),
    ("broken JSON", files.syntax, "tests/e2e/package-lock.json", '{"a": 1, "a": 2}', "stands twice"),
    ("broken YAML", files.syntax, "rules/a.yaml", "a: [1\n", "rules/a.yaml: "),
    ("broken module", files.syntax, "tests/e2e/a.mjs", "export const = 1;\n", "a.mjs: "),
    ("script that cannot run", files.scripts_run, "other", "#!/bin/sh\n", "no execute bit"),
    ("vague name", files.names, "proxy/match/string_utils.cpp", "int a;\n", "`utils` names nothing"),
    ("unfinished work", files.left_overs, "proxy/match/b.cpp", "// TO" + "DO: later\n", "finish it"),
    ("path of one machine", files.left_overs, "docs/use.md", "cd /wo" + "rk/main\n", "a path of one machine"),
    ("CR LF", files.text_form, "docs/use.md", "a\r\n", "CR LF"),
    ("tab", files.text_form, "proxy/match/b.cpp", "\tint a;\n", "a tab"),
    ("no pragma", files.text_form, "proxy/match/b.hpp", "int a;\n", "no #pragma once"),
    ("other licence", files.licence, "rules/a.yaml", "metadata:\n  license: GPL-3.0\n", "this is Apache-2.0"),
    ("no licence", files.licence, "LICENSE", "mine\n", "not the Apache License"),
    ("address of one network", files.lock_files, "tests/e2e/package-lock.json", '{"resolved": "http://10.0.0.1/x.tgz"}\n', "10.0.0.1"),
    ("folder without tests", files.unit_tests, "tests/unit/match/b_test.cpp", "int a;\n", "has no tests/unit/match"),
    ("disabled test", files.unit_tests, "tests/unit/match/b_test.cpp", "TEST(b, DISABLED_works) {\n}\n", "count for nothing"),
    ("shell block without a name", files.shell_blocks, "docs/use.md", "```\nstoplog check\n```\n", "write ```sh run"),
    ("shell block that nobody runs", files.shell_blocks, "docs/use.md", "```sh\nls\n```\n", "write ```sh run"),
]

# Trees that look faulty and are not.
FINE = [
    ("function that just fits", sizes.sizes, {"proxy/match/b.cpp": FITTING}),
    ("recorded exception", sizes.sizes, {"proxy/match/b.cpp": LONG_FUNCTION, "tests/lint/sizes.txt": "proxy/match/b.cpp:f 72\n"}),
    ("long table", sizes.sizes, {"proxy/match/b.cpp": "constexpr int table[] = {\n" + "  1,\n" * 100 + "};\n"}),
    ("support of tests", sizes.sizes, {"tests/support/s.hpp": "#pragma once\n" * 300}),
    ("digit separators", sizes.sizes, {"proxy/match/b.cpp": "constexpr int a = 1'000'000;\n" + FITTING}),
]


def problems_of(check, tree):
    return [problem for found in check(tree).values() for problem in found]


def cases():
    """Cases of the same form as the checks'."""
    executable = {"dev", "tests/run.py"}
    for check in [*layers.CHECKS, *sizes.CHECKS, *files.CHECKS]:
        base_only = {**GOOD, "tests/unit/base/a_test.cpp": "TEST(a, b) {\n}\n"}
        yield f"self-test: {check.__name__} accepts a good tree", problems_of(check, Tree(base_only, executable))
    for name, check, path, text, expected in FAULTS:
        found = problems_of(check, Tree({**GOOD, path: text}, executable))
        yield f"self-test: {name}", [] if any(expected in problem for problem in found) else [f"not found; the check said {found}"]
    for name, check, changed in FINE:
        yield f"self-test: {name} is fine", problems_of(check, Tree({**GOOD, **changed}, executable))
