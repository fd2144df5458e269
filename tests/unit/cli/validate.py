#!/usr/bin/env python3
"""Holds the shipped files against docs/schema with a validator that is not ours.

Every shipped file must pass. Then, for every group of keys in it: without a
required key, with an unknown one, with a text where the group stands, it must
not. Exits 77 if the validator is not installed.
"""

import copy
import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"SKIPPED: {missing.name} is not installed (apt install python3-jsonschema python3-yaml)")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
KINDS = {"RulePack": "pack", "Policy": "policy", "Settings": "settings"}
FILES_MIN, REFUSED_MIN = 6, 300


class Yaml12(yaml.SafeLoader):
    """Without the words and dates that YAML 1.1 takes for something else."""


Yaml12.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?[0-9]+$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]*$", "-0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
]:
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def groups(value, path=()):
    """The paths of all groups of keys, the whole included."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from groups(inner, path + (key,))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from groups(inner, path + (place,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def broken(value):
    for path in groups(value):
        names_are_free = path and path[-1] in ("lists", "fragments", "on_error", "messages")
        if not names_are_free:
            worse = copy.deepcopy(value)
            at(worse, path)["no_such_key"] = 1
            yield f"{path} with an unknown key", worse
        if path:
            worse = copy.deepcopy(value)
            at(worse, path[:-1])[path[-1]] = "a text"
            yield f"{path} as a text", worse
    for key in ("apiVersion", "kind"):
        worse = copy.deepcopy(value)
        del worse[key]
        yield f"without {key}", worse


def main():
    schemas = {}
    for kind in KINDS.values():
        schema = json.loads((ROOT / "docs/schema" / f"{kind}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        schemas[kind] = jsonschema.Draft202012Validator(schema)
    files = [path for folder in ("rules", "policies", "deploy") for path in sorted((ROOT / folder).rglob("*.yaml"))]
    taken = refused = failed = 0
    for path in files:
        value = yaml.load(path.read_text(), Yaml12)
        if not isinstance(value, dict) or value.get("kind") not in KINDS or value.get("apiVersion") != "stoplog/v1":
            continue
        schema = schemas[KINDS[value["kind"]]]
        taken += 1
        for problem in schema.iter_errors(value):
            failed += 1
            print(f"FAILED {path.relative_to(ROOT)}: {list(problem.absolute_path)}: {problem.message}")
        for what, worse in broken(value):
            refused += 1
            if schema.is_valid(worse):
                failed += 1
                print(f"FAILED {path.relative_to(ROOT)} passes {what}")
    print(f"{taken} files pass, {refused} broken ones were tried, {failed} failed")
    sys.exit(0 if not failed and taken >= FILES_MIN and refused >= REFUSED_MIN else 1)


if __name__ == "__main__":
    main()
