"""Who may know whom. The arrows are the USES of proxy/CMakeLists.txt; here the
includes are held against them, because a compiler would find any header."""

import re

PURE = {"base", "json", "coding", "text", "match", "policy", "config", "dialect", "guard"}

# The only rooms of each third-party library; `main.cpp` stands for itself.
THIRD_PARTY_ROOMS = {
    "re2/": {"match"},
    "yaml-cpp/": {"config"},
    "simdjson": {"json"},
    "sqlite3": {"audit"},
    "zlib": {"coding"},
    "brotli/": {"coding"},
    "zstd": {"coding"},
    "curl/": {"delivery"},
    "libpq-fe.h": {"delivery"},
    "librdkafka/": {"delivery"},
    "CLI/": {"cli", "main.cpp"},
    "openssl/": {"policy", "audit", "net", "http", "server", "config", "demo", "delivery"},
    "boost/asio": {"net", "http", "admin", "server", "demo"},
    "boost/beast": {"net", "http", "admin", "server", "demo"},
    "boost/system": {"base", "net", "http", "admin", "server", "demo"},
    "boost/assert": {"base"},
    "boost/align": {"match"},
    "boost/": set(),
}
# Types of these never stand in a header that another folder could include.
HIDDEN_FROM_HEADERS = ("re2/", "yaml-cpp/", "simdjson", "sqlite3", "openssl/", "zlib", "brotli/", "zstd")

# What pure code never asks for; config reads files, base gives the type of a clock.
IMPURE = {
    r"::now\(\)|\bwall_now\(\)": {"base/clock.hpp"},
    r"#include <(thread|mutex|condition_variable|future)>": set(),
    r"#include <(fstream|filesystem)>": {"config/"},
    r"#include <(sys|netinet|arpa)/": set(),
    r"#include <(unistd|fcntl|poll)\.h>": set(),
    r"\b(getenv|std::rand|std::random_device)\b": {"config/"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def uses_table(cmake):
    """folder -> the folders that it may include."""
    table = {}
    for name, rest in re.findall(r"^stoplog_folder\((\w+)([^)]*)\)", cmake, re.M):
        uses = re.search(r"\bUSES\b(.*?)(\bLIBRARIES\b|$)", rest, re.S)
        table[name] = uses[1].split() if uses else []
    return table


def folder_of(path):
    rest = path.removeprefix("proxy/")
    return rest.split("/")[0]


def own_include_problems(path, target, table, files):
    folder, other = folder_of(path), target.split("/")[0]
    if "/" not in target:
        return [f'{path}: write "{folder}/{target}", relative to proxy/']
    if f"proxy/{target}" not in files:
        return [f"{path}: there is no proxy/{target}"]
    allowed = {"cli"} if folder == "main.cpp" else {folder, *table.get(folder, [])}
    return [] if other in allowed else [f"{path}: {folder} may not know {other} (USES in proxy/CMakeLists.txt)"]


def third_party_problems(path, target):
    for prefix, rooms in THIRD_PARTY_ROOMS.items():
        if target.startswith(prefix):
            folder = folder_of(path)
            if folder not in rooms:
                return [f"{path}: <{target}> belongs in {', '.join(sorted(rooms)) or 'no folder'}, not in {folder}"]
            if path.endswith(".hpp") and prefix in HIDDEN_FROM_HEADERS:
                return [f"{path}: <{target}> must not cross a header"]
            return []
    return []


def includes(tree):
    table = uses_table(tree.files.get("proxy/CMakeLists.txt") or "")
    cases = {}
    for path, text in tree.under("proxy/", suffixes=(".cpp", ".hpp")).items():
        problems = cases.setdefault(f"includes of {folder_of(path)}", [])
        if folder_of(path) not in table and folder_of(path) != "main.cpp":
            problems.append(f"{path}: proxy/CMakeLists.txt does not list this folder")
        for quote, target in INCLUDE.findall(text):
            problems += own_include_problems(path, target, table, tree.files) if quote == '"' else third_party_problems(path, target)
    return cases


def arrows(tree):
    """The drawn arrows themselves: no circle, nothing pure that knows something impure."""
    table = uses_table(tree.files.get("proxy/CMakeLists.txt") or "")
    problems, order, left = [], set(), dict(table)
    for folder, uses in table.items():
        problems += [f"{folder} uses {other}, which no stoplog_folder() lists" for other in uses if other not in table]
        if folder in PURE:
            problems += [f"{folder} is pure and must not use {other}" for other in uses if other not in PURE]
    while ready := [folder for folder, uses in left.items() if set(uses) & set(left) <= {folder} - set(uses)]:
        for folder in ready:
            order.add(folder)
            del left[folder]
    if left:
        problems.append(f"a circle among {', '.join(sorted(left))}")
    return {"arrows of proxy/CMakeLists.txt": problems}


def purity(tree):
    cases = {f"purity of {folder}": [] for folder in sorted(PURE)}
    for path, text in tree.under("proxy/", suffixes=(".cpp", ".hpp")).items():
        if folder_of(path) not in PURE:
            continue
        for pattern, exempt in IMPURE.items():
            found = re.search(pattern, text)
            if found and not path.removeprefix("proxy/").startswith(tuple(exempt) or ("?",)):
                cases[f"purity of {folder_of(path)}"].append(f"{path}: pure code does not use `{found[0]}`")
    return cases


CHECKS = [includes, arrows, purity]
