#!/usr/bin/env python3
"""Executes what the documentation tells people to type.

A fenced block of README.md, CONTRIBUTING.md or docs/ says in its first line
what is done with it (tests/lint refuses shell blocks that say nothing):

    ```sh run            executed in the root of the tree; `stoplog` is the release build's
    ```sh demo           the same, while `./dev run` is up
    ```sh norun="why"    not executed

A ```text block right behind shows what must come out: each of its lines must
be found in the output in this order; `...` stands for anything. The lines that
`./dev run` prints to be copied are executed as well, and every relative link
must lead somewhere. The last line of the output is "docs: N passed, N failed".
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "build/release/proxy"
SECONDS_MAX = 120
FORBIDDEN = "DEMO-FORBIDDEN-RECIPE"

BLOCK = re.compile(r"^```(sh (?:run|demo))\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?", re.M | re.S)


class Cases:
    passed = failed = 0

    def add(self, name, problem):
        if problem:
            self.failed += 1
            print(f"FAILED {name}: {problem}", flush=True)
        else:
            self.passed += 1
            print(f"ok {name}", flush=True)


def documents():
    return [path for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))] if path.exists()]


def shell(commands):
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "NO_COLOR": "1"}
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=ROOT, env=environment, timeout=SECONDS_MAX,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as late:
        return 124, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def shows(output, expected):
    """The first line of `expected` that the output does not show, or None."""
    at = 0
    for line in filter(str.strip, expected.splitlines()):
        found = re.compile(".*?".join(re.escape(part) for part in line.strip().split("..."))).search(output, at)
        if not found:
            return line
        at = found.end()
    return None


def run_block(cases, name, commands, expected):
    code, output = shell(commands)
    if code != 0:
        cases.add(name, f"exit code {code}\n{output[-2000:]}")
        return
    missing = shows(output, expected or "")
    cases.add(name, missing and f"the output does not show: {missing}\n{output[-2000:]}")


def run_blocks(cases, kind):
    for path in documents():
        text = path.read_text()
        for found in BLOCK.finditer(text):
            if found[1] == f"sh {kind}":
                line = text.count("\n", 0, found.start()) + 1
                run_block(cases, f"{path.relative_to(ROOT)}:{line}", found[2], found[3])


def check_links(cases):
    for path in documents():
        text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
        dead = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
                if "://" not in target and not (path.parent / target).exists()]
        cases.add(f"links of {path.relative_to(ROOT)}", dead and f"lead nowhere: {', '.join(dead)}")


class Demo:
    """`./dev run`, as a person starts it in a terminal and ends it by Ctrl-C."""

    def __enter__(self):
        self.process = subprocess.Popen(["./dev", "run"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.printed = self.last_words = ""
        for line in self.process.stdout:
            self.printed += line
            if "Ctrl-C" in line:
                break
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.code = self.process.wait(timeout=30)
            self.last_words = self.process.stdout.read()
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.code = "none: it did not end"

    def lines(self, start):
        return [line.strip() for line in self.printed.splitlines() if line.strip().startswith(start)]


def expect(output, has, has_not=()):
    problems = [f"lacks {text}" for text in has if not re.search(text, output)]
    problems += [f"holds {text}" for text in has_not if re.search(text, output)]
    return problems and f"{'; '.join(problems)}\n{output[-1500:]}"


def try_curl_lines(cases, demo):
    """Runs the three lines that ./dev run prints; returns the decision id of the refused request."""
    curls = demo.lines("curl ")
    if len(curls) != 3:
        cases.add("./dev run prints three curl lines", f"these: {curls}\n{demo.printed}")
        return None
    passes, cut, refused = [shell(line)[1] for line in curls]
    cases.add("the answer that passes", expect(passes, [r'"finish_reason":"stop"', r"data: \[DONE\]"], [r"content_filter"]))
    cases.add("the answer that is cut", expect(cut, [r"Glad", r'"finish_reason":"content_filter"', r"data: \[DONE\]"], [FORBIDDEN, "DEMO-"]))
    cases.add("the request that is refused", expect(refused, [r"HTTP/1.1 403", r'"type":"policy_violation"', "x-stoplog-decision: block"]))
    found = re.search(r"x-stoplog-decision-id: (\S+)", refused)
    return found and found[1]


def try_audit_lines(cases, demo, decision):
    for line in demo.lines("build/release/proxy/stoplog audit"):
        code, output = shell(line.replace("DECISION-ID", decision))
        problem = f"exit code {code}\n{output}" if code else expect(output, ["DEMO-003|" + re.escape(decision[:8])])
        cases.add(line, problem)


def try_pages(cases, demo):
    for address in re.findall(r"http://\S+/(?:readyz|metrics)", demo.printed):
        code, output = shell(f"curl -fsS {address}")
        cases.add(address, code and f"exit code {code}: {output}")


def main():
    cases = Cases()
    check_links(cases)
    run_blocks(cases, "run")
    with Demo() as demo:
        up = "Ctrl-C" in demo.printed
        cases.add("./dev run starts", None if up else demo.printed)
        if up:
            decision = try_curl_lines(cases, demo)
            time.sleep(0.5)  # the index follows the log
            if decision:
                try_audit_lines(cases, demo, decision)
            try_pages(cases, demo)
            run_blocks(cases, "demo")
    cases.add("Ctrl-C ends ./dev run", demo.code != 0 and f"exit code {demo.code}\n{demo.last_words}")
    print(f"docs: {cases.passed} passed, {cases.failed} failed")
    sys.exit(1 if cases.failed else 0)


if __name__ == "__main__":
    main()
