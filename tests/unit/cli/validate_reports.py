#!/usr/bin/env python3
"""Reads what the verbs write for other programs, as those programs would.

validate_reports.py sarif|junit < REPORT: exits 0, or says what is wrong.
The checks of SARIF are those rules of its 2.1.0 schema that concern what we write.
"""

import json
import sys
import xml.etree.ElementTree as xml


def need(condition, what):
    if not condition:
        sys.exit(f"wrong: {what}")


def only(value, known, where):
    need(isinstance(value, dict), f"{where} is no object")
    need(not set(value) - set(known), f"{where} has {sorted(set(value) - set(known))}")


def sarif(text):
    log = json.loads(text)
    only(log, ["$schema", "version", "runs"], "the log")
    need(log["version"] == "2.1.0", "version")
    need(len(log["runs"]) == 1, "one run")
    run = log["runs"][0]
    only(run, ["tool", "results", "columnKind"], "a run")
    need(run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints"), "columnKind")
    driver = run["tool"]["driver"]
    only(driver, ["name", "version", "informationUri", "rules"], "the driver")
    rules = [rule["id"] for rule in driver["rules"]]
    need(len(rules) == len(set(rules)), "ids of rules are unique")
    for result in run["results"]:
        only(result, ["ruleId", "ruleIndex", "level", "message", "locations"], "a result")
        need(rules[result["ruleIndex"]] == result["ruleId"], "ruleIndex points to ruleId")
        need(result["level"] in ("none", "note", "warning", "error"), "level")
        need(isinstance(result["message"]["text"], str) and result["message"]["text"], "message.text")
        for location in result["locations"]:
            physical = location["physicalLocation"]
            need(isinstance(physical["artifactLocation"]["uri"], str), "uri")
            region = physical.get("region")
            need(region is None or (region["startLine"] >= 1 and region["startColumn"] >= 1), "region")
    print(f"{len(run['results'])} results")


def junit(text):
    suites = xml.fromstring(text)
    need(suites.tag == "testsuites", "root")
    cases = failures = 0
    for suite in suites:
        need(suite.tag == "testsuite" and suite.get("name"), "suite")
        failed = 0
        for case in suite:
            need(case.tag == "testcase" and case.get("name") and case.get("classname"), "case")
            need([child.tag for child in case] in ([], ["failure"]), "children of a case")
            cases += 1
            failed += len(case)
            need(all(child.get("message") for child in case), "a failure says why")
        need(suite.get("tests") == str(len(suite)) and suite.get("failures") == str(failed), "counts of a suite")
        failures += failed
    need(suites.get("tests") == str(cases) and suites.get("failures") == str(failures), "counts of all")
    print(f"{cases} cases, {failures} failures")


{"sarif": sarif, "junit": junit}[sys.argv[1]](sys.stdin.read())
