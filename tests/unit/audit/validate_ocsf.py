#!/usr/bin/env python3
"""validate_ocsf.py FILE COUNT: each of COUNT lines is an event of OCSF 1.8.0,
class API Activity, with the profiles that it names itself."""

import json
import sys

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


def main():
    schema, count, faults = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0")), 0, 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            of_class = schema.get_class_schema("api_activity", event["metadata"]["profiles"])
            for fault in jsonschema.Draft202012Validator(of_class).iter_errors(event):
                print(f"event {count}: {'/'.join(map(str, fault.absolute_path))}: {fault.message}")
                faults += 1
            count += 1
    print(f"{count} events, {faults} faults")
    sys.exit(1 if faults or count != int(sys.argv[2]) else 0)


main()
