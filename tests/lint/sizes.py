"""Sizes as a ratchet: what is over an aim stands in sizes.txt and never grows."""

import re

AIMS = {".hpp": 150, ".cpp": 400, ".py": 400, ".mjs": 400}
HEADER_ROOM = "proxy/"  # elsewhere a header is a source that several tests include
FUNCTION_AIM = 70
RECORD = "tests/lint/sizes.txt"

# Everything in which a brace means nothing.
NOISE = re.compile(
    r'R"([^(\s]*)\(.*?\)\1"'            # raw strings
    r'|"(?:\\.|[^"\\\n])*"'             # strings
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # characters, but not digit separators
    r"|//[^\n]*|/\*.*?\*/", re.S)
CONTAINER = re.compile(r"^(export\s+|inline\s+|typedef\s+)*(namespace|class|struct|union|enum|extern)\b")


def blank(text):
    """The code with comments, strings and preprocessor lines emptied, line for line."""
    text = NOISE.sub(lambda found: "\n" * found[0].count("\n"), text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda found: "\n" * found[0].count("\n"), text, flags=re.M)


def without_template(head):
    """The head of a block without its leading `template <...>`."""
    while found := re.match(r"\s*template\s*<", head):
        depth, at = 1, found.end()
        while depth and at < len(head):
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:]
    return head.strip()


def functions(text):
    """(name, lines) of every function body outside another one."""
    code, found = blank(text), []
    stack, head_at, line = [], 0, 1
    for at, character in enumerate(code):
        if character == "\n":
            line += 1
        elif character == "{":
            head = without_template(code[head_at:at])
            inside = any(kind != "container" for kind, _, _ in stack)
            kind = "container" if CONTAINER.match(head) and not inside else "function" if "(" in head else "data"
            stack.append((kind if not inside else "inner", head, line))
            head_at = at + 1
        elif character == "}" and stack:
            kind, head, began = stack.pop()
            if kind == "function":
                found.append((name_of(head), line - began + 1))
            head_at = at + 1
        elif character == ";":
            head_at = at + 1
    return found


def name_of(head):
    test = re.match(r"(TEST|TEST_F|TEST_P)\s*\(([^)]*)\)", head)
    if test:
        return re.sub(r"\s*,\s*", ".", test[2])
    name = re.search(r"([\w:~]+)\s*\(", head)
    return name[1] if name else "?"


def aim_of(path):
    if path.endswith(".hpp") and not path.startswith(HEADER_ROOM):
        return AIMS[".cpp"]
    return next(aim for suffix, aim in AIMS.items() if path.endswith(suffix))


def over_aim(tree):
    """What is over its aim now: "path" or "path:function" -> lines."""
    over = {}
    for path, text in tree.under("proxy/", "tests/", "bench/", suffixes=tuple(AIMS)).items():
        lines = text.count("\n")
        if lines > aim_of(path):
            over[path] = lines
        if path.endswith((".cpp", ".hpp")):
            for name, length in functions(text):
                if length > FUNCTION_AIM:
                    over[f"{path}:{name}"] = max(length, over.get(f"{path}:{name}", 0))
    return over


def recorded(tree):
    entries = {}
    for line in (tree.files.get(RECORD) or "").splitlines():
        words = line.split("#")[0].split()
        if words:
            entries[words[0]] = int(words[1])
    return entries


def sizes(tree):
    over, allowed = over_aim(tree), recorded(tree)
    cases = {"size of files": [], "size of functions": [], "sizes.txt is up to date": []}
    for what, lines in over.items():
        if lines > allowed.get(what, 0):
            aim = FUNCTION_AIM if ":" in what else aim_of(what)
            case = "size of functions" if ":" in what else "size of files"
            limit = f"recorded were {allowed[what]}" if what in allowed else f"the aim is {aim}"
            cases[case].append(f"{what}: {lines} lines; {limit}. Split it by idea.")
    for what, lines in allowed.items():
        if over.get(what, 0) < lines:
            cases["sizes.txt is up to date"].append(f"{what}: now {over.get(what, 'within its aim')}; lower or remove the entry")
    return cases


CHECKS = [sizes]
