"""Holds records (one a line, of a file) against docs/schema/audit-record.json, both ways.

Here nothing may be there that the schema does not know, and the records
together must show every member that it does know.
"""
import json
import sys

import jsonschema


def tighten(schema, path, known):
    if "properties" in schema:
        schema["additionalProperties"] = False
        for name, inner in schema["properties"].items():
            known.add(f"{path}.{name}")
            tighten(inner, f"{path}.{name}", known)
    if "items" in schema:
        tighten(schema["items"], path, known)


def seen(value, path, into):
    if isinstance(value, dict):
        for name, inner in value.items():
            into.add(f"{path}.{name}")
            seen(inner, f"{path}.{name}", into)
    elif isinstance(value, list):
        for inner in value:
            seen(inner, path, into)


def main(schema_file, records_file):
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    known, shown, count = set(), set(), 0
    tighten(schema, "", known)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with open(records_file, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            for problem in validator.iter_errors(record):
                sys.exit(f"record {record.get('seq')}: {problem.json_path}: {problem.message}")
            seen(record, "", shown)
            count += 1
    if missing := sorted(known - shown):
        sys.exit(f"no record shows {', '.join(missing)}")
    print(count)


main(*sys.argv[1:])
