#!/usr/bin/env python3
"""What the verbs of a policy cost: `stoplog check` of 10,000 rules, `stoplog test --chunking all` of 1,000 tests, and
loading lists of a million words and a million hosts. Processor time (user and system) and peak memory, not wall time:
others may use the machine.

usage: bench/policy_speed.py [--stoplog PROGRAM] [--rules N] [--tests N] [--entries N]"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import synthetic_rules  # noqa: E402

POLICY = ("apiVersion: stoplog/v1\nkind: Policy\nmetadata: {{name: {name}, version: 1.0.0}}\n{more}"
          "use:\n  - {{pack: {pack}, version: ~1.0, mode: {mode}}}\n")
LIST_PACK = ("apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: listed, version: 1.0.0}\nlists: {many: {file: many.txt, kind: KIND}}\n"
             "rules:\n  - id: LST-1\n    title: Listed\n    severity: low\n    category: bench.listed\n    action: block\n"
             "    match: {any: [{in_list: many}]}\n")


def write(folder, pack, text, policies):
    (folder / "policies").mkdir(parents=True)
    (folder / "rules").mkdir()
    (folder / "rules" / f"{pack}.yaml").write_text(text)
    for number, mode in enumerate(policies):
        more = f"applies_to: [{{teams: [team-{number}]}}]\n" if number else ""
        (folder / "policies" / f"p{number}.yaml").write_text(POLICY.format(name=f"p{number}", pack=pack, mode=mode, more=more))


def run(arguments, folder):
    """(processor seconds, peak MiB, its last line, exit code) of one run."""
    process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    lines = output.strip().splitlines() or [""]
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, lines[-1], os.waitstatus_to_exitcode(status)


def report(name, result, limit=None):
    seconds, mib, line, code = result
    missed = limit is not None and seconds > limit
    print(f"{name:42} {seconds:7.2f} s of CPU {mib:7.0f} MiB  exit {code}  {line[:90]}{'  MISSED: ' + str(limit) + ' s' if missed else ''}", flush=True)
    return not missed


def scan_cost(stoplog, folder):
    """Nanoseconds a KB of the rule with the list, by `stoplog bench`."""
    told = subprocess.run([stoplog, "bench", "-o", "json", "rules"], cwd=folder, capture_output=True, text=True, check=False)
    return next(rule["ns_per_kb"] for rule in json.loads(told.stdout)["rules"])


def words(count, seed=5):
    draw = random.Random(seed)
    made = set()
    while len(made) < count:
        made.add("".join(draw.choices(synthetic_rules.SYLLABLES, k=5)) + str(len(made) % 97))
    return sorted(made)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stoplog", default="build/release/proxy/stoplog")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--tests", type=int, default=1_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    asked = parser.parse_args()
    stoplog = os.path.abspath(asked.stoplog)
    fine = True
    with tempfile.TemporaryDirectory(prefix="stoplog-policy-speed-") as scratch:
        at = pathlib.Path(scratch)
        write(at / "one", "synthetic", synthetic_rules.Rules().pack(asked.rules), ["enforce"])
        write(at / "three", "synthetic", synthetic_rules.Rules().pack(asked.rules), ["enforce", "shadow", "enforce"])
        write(at / "tests", "synthetic", synthetic_rules.Rules().pack(asked.tests // 4, tests=4), ["enforce"])
        fine &= report(f"check, {asked.rules} rules, one policy", run([stoplog, "check"], at / "one"), 3)
        fine &= report(f"check, {asked.rules} rules, three policies", run([stoplog, "check"], at / "three"))
        fine &= report(f"check --rules, {asked.rules} rules", run([stoplog, "check", "--rules"], at / "one"))
        fine &= report(f"test --chunking all, {asked.tests} tests", run([stoplog, "test", "--chunking", "all"], at / "tests"), 20)
        for kind in ("words", "hosts"):
            folder = at / kind
            write(folder, "listed", LIST_PACK.replace("KIND", kind), ["enforce"])
            entries = words(asked.entries)
            (folder / "rules" / "many.txt").write_text("\n".join(entries if kind == "words" else (w + ".example" for w in entries)) + "\n")
            report(f"check, a list of {asked.entries} {kind}", run([stoplog, "check"], folder))
            few = at / f"few-{kind}"
            write(few, "listed", LIST_PACK.replace("KIND", kind), ["enforce"])
            (few / "rules" / "many.txt").write_text("\n".join((folder / "rules" / "many.txt").read_text().splitlines()[:1000]) + "\n")
            print(f"  a KB of text: {scan_cost(stoplog, few):.0f} ns with 1,000 of them, {scan_cost(stoplog, folder):.0f} ns with all", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
