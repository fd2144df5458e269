"""What every file must be: readable by its own reader, well named, free of left-overs."""

import ast
import json
import re
import subprocess

import yaml

CODE = (".cpp", ".hpp", ".py", ".mjs", ".cmake", ".sh")
VAGUE = {"helper", "helpers", "util", "utils", "manager", "impl", "common", "misc", "stuff"}
# Written in pieces so that this file does not find itself.
LEFT_OVERS = [
    ("TO" + r"DO\b|\bFIX" + r"ME\b|\bXX" + r"X\b|\bHA" + r"CK\b", "finish it or drop it"),
    (r"(?<![\w./-])/(wo" + r"rk|ro" + r"ot|ho" + r"me/\w+)/", "a path of one machine"),
    (r"(?i)\bissues? #\d+|\bchat" + r"gpt said|\bAI ag" + r"ent that wrote", "says how it was made, not what it is"),
]
COMMAND = re.compile(r"^\s*(stoplog|\./dev|curl|kill|docker|systemctl|apt-get|cmake|git) ", re.M)
# Folders of proxy/ whose tests are elsewhere, and why.
NO_UNIT_TESTS = {
    "net": "one translation unit of Asio and Beast",
    "server": "driven by tests/e2e",
}


def is_shell(path, text):
    return path.endswith(".sh") or re.match(r"#!.*\b(ba)?sh\b", text) is not None


def syntax_of_shell(path, text):
    done = subprocess.run(["bash", "-n"], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode().strip() if done.returncode else None


def syntax_of_python(path, text):
    try:
        ast.parse(text)
    except SyntaxError as broken:
        return f"line {broken.lineno}: {broken.msg}"


def syntax_of_json(path, text):
    def members(pairs):
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise ValueError(f"a member stands twice among {', '.join(names)}")
        return dict(pairs)
    try:
        json.loads(text, object_pairs_hook=members)
    except ValueError as broken:
        return str(broken)


def syntax_of_yaml(path, text):
    try:
        list(yaml.safe_load_all(text))
    except yaml.YAMLError as broken:
        return str(broken).replace("\n", " ")


def syntax_of_module(path, text):
    done = subprocess.run(["node", "--input-type=module", "--check"], input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode().strip() if done.returncode else None


def syntax(tree):
    """Every file is read by the reader of its kind. Broken on purpose: tests' own data."""
    readers = {
        "syntax of shell scripts": (is_shell, syntax_of_shell),
        "syntax of Python": (lambda path, _: path.endswith(".py"), syntax_of_python),
        "syntax of JSON": (lambda path, _: path.endswith(".json"), syntax_of_json),
        "syntax of YAML": (lambda path, _: path.endswith((".yaml", ".yml")), syntax_of_yaml),
        "syntax of modules": (lambda path, _: path.endswith(".mjs"), syntax_of_module),
    }
    cases = {name: [] for name in readers}
    for path, text in tree.under("").items():
        if re.match(r"tests/(cases|unit|fuzz)/.*/(bad|broken|corpus)", path):
            continue
        for name, (fits, read) in readers.items():
            if fits(path, text) and (said := read(path, text)):
                cases[name].append(f"{path}: {said}")
    return cases


def scripts_run(tree):
    """A file with a #! line can be executed."""
    return {"scripts are executable": [f"{path}: has a #! line but no execute bit" for path, text in tree.under("").items()
                                       if text.startswith("#!") and path not in tree.executable]}


def names(tree):
    found = []
    for path in tree.files:
        words = re.split(r"[^a-z]+", path.lower())
        found += [f"{path}: `{word}` names nothing; name the idea" for word in words if word in VAGUE]
    return {"names": found}


def left_overs(tree):
    found = []
    for path, text in tree.under("").items():
        if path == "LICENSE" or path.startswith("rules/lists/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found += [f"{path}:{number}: {why}" for pattern, why in LEFT_OVERS if re.search(pattern, line)]
    return {"left-overs": found}


def text_form(tree):
    found = []
    for path, text in tree.under("", suffixes=(*CODE, ".md", ".yaml", ".txt")).items():
        if "\r" in text:
            found.append(f"{path}: lines end in CR LF")
        if text and not text.endswith("\n"):
            found.append(f"{path}: the last line has no end")
        if path.endswith(CODE) and re.search(r"[ \t]+$", text, re.M):
            found.append(f"{path}: blanks at the end of a line")
        if path.endswith((".cpp", ".hpp", ".py", ".yaml")) and "\t" in text:
            found.append(f"{path}: a tab")
        if path.endswith(".hpp") and "#pragma once" not in text:
            found.append(f"{path}: no #pragma once")
    return {"form of texts": found}


def licence(tree):
    found = []
    if "Apache License" not in (tree.files.get("LICENSE") or ""):
        found.append("LICENSE: not the Apache License")
    for path, text in tree.under("", suffixes=(*CODE, ".yaml", ".json", ".md")).items():
        said = re.search(r"SPDX-License-Identifier:\s*(?!Apache-2\.0)\w+|^\s*license:\s*(?!Apache-2\.0)\w+", text, re.M)
        if said:
            found.append(f"{path}: says {said[0].strip()}; this is Apache-2.0")
    return {"licence": found}


def lock_files(tree):
    """A lock file names the public registry or none: an address of one network helps nobody else."""
    found = []
    for path, text in tree.under("", suffixes=("package-lock.json",)).items():
        found += [f"{path}: {address}" for address in re.findall(r'"resolved": "([^"]*)"', text)
                  if not address.startswith("https://registry.npmjs.org/")]
    return {"lock files": found}


def unit_tests(tree):
    """Every folder with sources has tests; every file of tests has a test."""
    folders = {path.split("/")[1] for path in tree.under("proxy/", suffixes=(".cpp",)) if path.count("/") > 1}
    cases = {f"unit tests of {folder}": [] for folder in sorted(folders - set(NO_UNIT_TESTS))}
    tests = tree.under("tests/unit/", suffixes=("_test.cpp",))
    for case, problems in cases.items():
        folder = case.split()[-1]
        if not any(path.startswith(f"tests/unit/{folder}/") and re.search(r"^TEST", text, re.M) for path, text in tests.items()):
            problems.append(f"proxy/{folder} has no tests/unit/{folder}/*_test.cpp")
    cases["files of tests"] = [f"{path}: has no TEST" for path, text in tests.items()
                               if not re.search(r"^(TEST|TYPED_TEST|INSTANTIATE_TEST)", text, re.M)]
    cases["files of tests"] += [f"{path}: DISABLED_ tests count for nothing" for path, text in tests.items() if "DISABLED_" in text]
    return cases


def shell_blocks(tree):
    """Every shell block of the documentation is executed by tests/docs, or says why not."""
    found = []
    for path, text in tree.under("README.md", "CONTRIBUTING.md", "docs/", suffixes=(".md",)).items():
        for info, body in re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.M | re.S):
            shell = re.match(r"(sh|bash|shell|console)\b", info) or (not info and COMMAND.search(body))
            if shell and not re.fullmatch(r'sh (run|demo|norun="[^"]+")', info):
                found.append(f'{path}: ```{info} {body.splitlines()[0]}: write ```sh run, ```sh demo or ```sh norun="why"')
    return {"shell blocks in documents": found}


CHECKS = [syntax, scripts_run, names, left_overs, text_form, licence, lock_files, unit_tests, shell_blocks]
