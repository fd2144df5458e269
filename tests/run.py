#!/usr/bin/env python3
"""Builds and runs every kind of test and counts the cases.

Each suite must have run at least as many cases as tests/floors.txt says: a
runner that silently runs nothing would otherwise be the best of all. The last
line of the output is "N passed, N failed".
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RESULTS = BUILD / "test-results"
PARTS = ["lint", "unit", "e2e", "docs", "asan", "tsan"]
SUITE_SECONDS_MAX = 1200
BUILD_SECONDS_MAX = 3600

# The unit suites that run under each sanitizer: of AddressSanitizer all but the command line's, whose code the
# end-to-end tests run; of ThreadSanitizer those that start threads. Both see the end-to-end tests. Suites of many
# random cases run fewer of them there, and count them all the same.
SANITIZED = {
    "asan": ["admin", "audit", "base", "coding", "config", "delivery", "demo", "dialect", "guard", "http", "json", "logging",
             "match", "metrics", "policy", "text"],
    "tsan": ["admin", "audit", "coding", "delivery", "demo", "http", "logging", "metrics"],
}

# librdkafka starts its threads by thrd_create, which ThreadSanitizer does not see; it breaks down in them.
WITHOUT = {"tsan/unit_delivery": "kafka"}

# Suites run side by side, one a core: those that take minutes begin first, so that none is left to the end.
LONG_SUITES = ["match", "guard", "cli", "audit"]

SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=0:exitcode=66:second_deadlock_stack=1",
}


class Totals:
    def __init__(self, floors):
        self.floors = floors
        self.rows = []

    def add(self, suite, passed, failed, seconds, skipped=0, note=""):
        floor = self.floors.get(suite.split("/")[-1], 1)
        if passed + failed < floor:
            failed += 1
            note = f"{note} ran {passed + failed - 1} cases, at least {floor} were expected".strip()
        self.rows.append((suite, passed, failed))
        line = f"  {suite:<24} {passed:>6} passed {failed:>4} failed"
        line += f" {skipped:>3} skipped" if skipped else ""
        print(f"{line}  {seconds:6.1f} s  {note}", flush=True)

    def passed(self):
        return sum(row[1] for row in self.rows)

    def failed(self):
        return sum(row[2] for row in self.rows)


def read_floors():
    floors = {}
    for line in (ROOT / "tests/floors.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            floors[words[0]] = int(words[1])
    return floors


def run(command, environment=None, log=None, seconds_max=SUITE_SECONDS_MAX):
    """The exit code and output of a command; a hanging one counts as failed."""
    try:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds_max)
        code, output = done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        code, output = 124, (late.stdout or b"").decode(errors="replace") + f"\nended after {seconds_max} s\n"
    if log:
        log.write_text(output)
    return code, output


def show(output, lines=80):
    print("\n".join(output.splitlines()[-lines:]), flush=True)


def build(totals, preset, targets=()):
    """The targets of a preset, or all; a failed build is one failed case and ends the part."""
    started = time.monotonic()
    code, output = run(["./dev", "build", preset, *targets], log=RESULTS / f"build-{preset}.log", seconds_max=BUILD_SECONDS_MAX)
    if code == 0:
        print(f"  build {preset:<50} {time.monotonic() - started:6.1f} s", flush=True)
        return True
    show(output)
    totals.add(f"build {preset}", 0, 1, time.monotonic() - started)
    return False


def count_gtest(report):
    """(passed, failed, skipped) of a report that gtest wrote."""
    passed = failed = skipped = 0
    for suite in json.loads(report.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("failures"):
                failed += 1
            elif case["status"] != "RUN" or case["result"] == "SKIPPED":
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped


def unit_folders():
    return sorted(folder.name for folder in (ROOT / "tests/unit").iterdir() if list(folder.glob("*.cpp")))


def unit_suite(preset, folder):
    """What Totals.add takes of one suite."""
    program = BUILD / preset / "tests" / f"unit_{folder}"
    report = RESULTS / f"{preset}-unit_{folder}.json"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    environment = {**SANITIZER_ENVIRONMENT, "GTEST_BRIEF": "1"}
    name = f"{preset}/unit_{folder}"
    without = WITHOUT.get(name)
    if without:
        environment["GTEST_FILTER"] = f"-*{without}*"
        name += f"-without-{without}"
    code, output = run([str(program), f"--gtest_output=json:{report}"], environment, report.with_suffix(".log"))
    passed, failed, skipped = count_gtest(report) if report.exists() else (0, 0, 0)
    if code != 0:
        show(output)
        failed = max(failed, 1)
    return (name, passed, failed, time.monotonic() - started, skipped, f"exit code {code}" if code else "")


def units(totals, preset, folders):
    in_order = sorted(folders, key=lambda folder: (LONG_SUITES + [folder]).index(folder))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as cores:
        for done in concurrent.futures.as_completed([cores.submit(unit_suite, preset, folder) for folder in in_order]):
            totals.add(*done.result())


def count_tap(text):
    """(passed, failed, skipped) of the summary of node's TAP reporter."""
    number = {key: int(value) for key, value in re.findall(r"^# (pass|fail|cancelled|skipped|todo) (\d+)$", text, re.M)}
    return number.get("pass", 0), number.get("fail", 0) + number.get("cancelled", 0), number.get("skipped", 0) + number.get("todo", 0)


def e2e(totals, preset):
    tap = RESULTS / f"{preset}-e2e.tap"
    tap.unlink(missing_ok=True)
    started = time.monotonic()
    files = sorted(str(path) for path in (ROOT / "tests/e2e").glob("*.test.mjs"))
    code, output = run(["node", "--test", f"--test-concurrency={os.cpu_count()}", "--test-reporter=spec", "--test-reporter-destination=stdout",
                        "--test-reporter=tap", f"--test-reporter-destination={tap}", *files],
                       {**SANITIZER_ENVIRONMENT, "STOPLOG_BUILD": str(BUILD / preset)}, tap.with_suffix(".log"))
    passed, failed, skipped = count_tap(tap.read_text()) if tap.exists() else (0, 0, 0)
    if code != 0:
        show(output, 150)
        failed = max(failed, 1)
    totals.add(f"{preset}/e2e", passed, failed, time.monotonic() - started, skipped)


def script(totals, suite, path):
    """A script of ours whose last line is "SUITE: N passed, N failed"."""
    started = time.monotonic()
    code, output = run(["python3", path], log=RESULTS / f"{suite}.log")
    found = re.search(r"(\d+) passed, (\d+) failed\s*\Z", output)
    passed, failed = (int(found[1]), int(found[2])) if found else (0, 1)
    if code != 0:
        show(output)
        failed = max(failed, 1)
    totals.add(suite, passed, failed, time.monotonic() - started)


def main():
    asked = sys.argv[1:] or PARTS
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        sys.exit(f"tests/run.py: unknown part {unknown[0]}; there are: {' '.join(PARTS)}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    totals = Totals(read_floors())
    started = time.monotonic()
    if "lint" in asked:
        script(totals, "lint", "tests/lint/run.py")
    if {"unit", "e2e", "docs"} & set(asked) and build(totals, "release"):
        if "unit" in asked:
            units(totals, "release", unit_folders())
        if "e2e" in asked:
            e2e(totals, "release")
        if "docs" in asked:
            script(totals, "docs", "tests/docs/run.py")
    for preset, folders in SANITIZED.items():
        if preset in asked and build(totals, preset, ["stoplog", *(f"unit_{folder}" for folder in folders)]):
            units(totals, preset, folders)
            e2e(totals, preset)
    ran = {row[0].split("/")[-1] for row in totals.rows}
    for suite in sorted(set(totals.floors) - ran) if asked == PARTS else []:
        totals.add(suite, 0, 0, 0.0, note="did not run;")
    print(f"all in {time.monotonic() - started:.0f} s")
    print(f"{totals.passed()} passed, {totals.failed()} failed")
    sys.exit(1 if totals.failed() else 0)


if __name__ == "__main__":
    main()
