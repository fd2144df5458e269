#!/usr/bin/env python3
"""Runs the checks' own tests, then the checks over the repository."""

import sys

sys.dont_write_bytecode = True

import files  # noqa: E402
import layers  # noqa: E402
import selftest  # noqa: E402
import sizes  # noqa: E402
import tree  # noqa: E402


def main():
    cases = dict(selftest.cases())
    repository = tree.read_repository()
    for check in [*layers.CHECKS, *sizes.CHECKS, *files.CHECKS]:
        cases.update(check(repository))
    failed = 0
    for name, problems in cases.items():
        for problem in problems:
            print(f"{name}: {problem}")
        failed += bool(problems)
    print(f"lint: {len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
