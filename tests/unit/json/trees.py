"""What Python reads: a text in hexadecimal a line in, its tree a line out, or "refused"."""

import json
import struct
import sys


def tree(value):
    if value is None:
        return "n"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return "#" + struct.pack(">d", value or 0.0).hex()
    if isinstance(value, str):
        return '"' + value.encode("utf-8").hex()
    if isinstance(value, list):
        return "[" + ",".join(tree(each) for each in value) + "]"
    return "{" + ",".join(f"{name}:{tree(each)}" for name, each in sorted((key.encode("utf-8").hex(), each) for key, each in value.items())) + "}"


for line in sys.stdin:
    try:
        print(tree(json.loads(bytes.fromhex(line.strip()).decode("utf-8"), parse_int=float)))
    except (ValueError, RecursionError):
        print("refused")
