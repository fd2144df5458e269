#!/usr/bin/env python3
"""Writes the fold table of proxy/text/fold.cpp as C++ source.

usage: fold_table.py UNICODE_FOLDER LOOKALIKES OUTPUT

UNICODE_FOLDER holds the files of the Unicode Character Database (Debian's
unicode-data package: /usr/share/unicode). What the table means is told in
proxy/text/fold.hpp, how it is laid out in proxy/text/fold_table.hpp.
"""

import sys

BLOCK_BITS = 7
LAST = 0x10FFFF
HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
LINE_BREAKS = {0x0B, 0x0C, 0x85, 0x2028, 0x2029}
KEPT_CONTROLS = {0x09, 0x0A, 0x0D}
IDENTITY, DROPPED = 0, 1


def data_lines(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.partition("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def code_points(field):
    first, _, last = field.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def with_property(path, name):
    return {c for fields in data_lines(path) if fields[1] == name for c in code_points(fields[0])}


class Database:
    def __init__(self, folder):
        self.category, self.name, self.decomposition, self.digit = {}, {}, {}, {}
        for fields in data_lines(f"{folder}/UnicodeData.txt"):
            code = int(fields[0], 16)
            self.category[code] = fields[2]
            self.name[code] = fields[10] if fields[1] == "<control>" else fields[1]
            parts = [part for part in fields[5].split() if not part.startswith("<")]
            if parts:
                self.decomposition[code] = [int(part, 16) for part in parts]
            if fields[2] == "Nd":
                self.digit[code] = int(fields[6])
        self.case_fold = {}
        for fields in data_lines(f"{folder}/CaseFolding.txt"):
            if fields[1] in "CF":
                self.case_fold[int(fields[0], 16)] = [int(part, 16) for part in fields[2].split()]
        self.ignorable = with_property(f"{folder}/DerivedCoreProperties.txt", "Default_Ignorable_Code_Point")
        self.white_space = with_property(f"{folder}/PropList.txt", "White_Space")
        self.visible_format = with_property(f"{folder}/PropList.txt", "Prepended_Concatenation_Mark")


def read_lookalikes(path, database):
    targets = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#") or not line.strip():
                continue
            where, target, name = line.split(maxsplit=2)
            codes = code_points(where)
            if database.name.get(codes[0]) != name.strip():
                sys.exit(f"{path}:{number}: U+{codes[0]:04X} is {database.name.get(codes[0])}")
            for step, code in enumerate(codes):
                if code in targets:
                    sys.exit(f"{path}:{number}: U+{code:04X} stands twice")
                if code in database.case_fold:
                    sys.exit(f"{path}:{number}: U+{code:04X} is not the case that case folding leaves")
                target_points = [0x20] if target == "SPACE" else [ord(c) for c in target]
                target_points[-1] += step
                targets[code] = target_points
    return targets


def one_step(code, database, lookalikes):
    """What a code point becomes in one step; [code] when it stays."""
    category = database.category.get(code)
    if code in LINE_BREAKS:
        return [0x0A]
    if code in KEPT_CONTROLS or code in HANGUL_SYLLABLES:
        return [code]
    if code in database.ignorable or category in ("Mn", "Me", "Cc"):
        return []
    if category == "Cf" and code not in database.visible_format:
        return []
    if code in database.white_space:
        return [0x20]
    if code in lookalikes:
        return lookalikes[code]
    if code in database.digit:
        return [0x30 + database.digit[code]]
    # Decomposition before case: an accent must be gone before full case folding
    # can turn it into a letter (U+1FB3), else accents in two spellings differ.
    if code in database.decomposition:
        return database.decomposition[code]
    return database.case_fold.get(code, [code])


def fold_all(database, lookalikes):
    """{code point: list of code points}, without those that stay as they are."""
    known = {}

    def fold(code):
        if code not in known:
            known[code] = None  # a cycle would show as None below
            step = one_step(code, database, lookalikes)
            known[code] = [code] if step == [code] else [end for part in step for end in fold(part)]
        return known[code]

    starts = set(database.category) | database.ignorable | set(database.case_fold)
    return {code: fold(code) for code in sorted(starts) if fold(code) != [code]}


def build(folds):
    """Blocks of codes, the index of blocks, the pool of texts and where each text starts."""
    codes, pool, starts = {}, bytearray(), [0, 0, 0]  # the first two codes have no text
    cells = [IDENTITY] * (LAST + 1)
    for code, target in folds.items():
        text = "".join(map(chr, target)).encode("utf-8")
        if not text:
            cells[code] = DROPPED
            continue
        if text not in codes:
            codes[text] = len(starts) - 1
            pool += text
            starts.append(len(pool))
        cells[code] = codes[text]
    size = 1 << BLOCK_BITS
    blocks, index = {}, []
    for begin in range(0, LAST + 1, size):
        index.append(blocks.setdefault(tuple(cells[begin:begin + size]), len(blocks)))
    return list(blocks), index, pool, starts


def array(kind, name, values):
    values = list(values)
    lines = (",".join(map(str, values[i:i + 128])) for i in range(0, len(values), 128))
    return f"const {kind} {name}[] = {{\n" + ",\n".join(lines) + "};\n"


def main():
    folder, lookalikes_path, output = sys.argv[1:]
    database = Database(folder)
    folds = fold_all(database, read_lookalikes(lookalikes_path, database))
    longest = max(len("".join(map(chr, target)).encode()) for target in folds.values())
    blocks, index, pool, starts = build(folds)
    if max(index) > 255 or max(starts) > 65535:
        sys.exit("the table outgrew its types in fold_table.hpp")
    with open(output, "w", encoding="ascii") as out:
        out.write('#include "text/fold_table.hpp"\n\nnamespace stoplog::text::fold_table {\n')
        out.write(f"static_assert(block_bits == {BLOCK_BITS});\nstatic_assert(longest >= {longest});\n")
        out.write(array("std::uint8_t", "block_of", index))
        out.write(array("std::uint16_t", "cells", (cell for block in blocks for cell in block)))
        out.write(array("std::uint16_t", "starts", starts))
        out.write(array("char", "pool", (byte - 256 if byte > 127 else byte for byte in pool)))
        out.write("}  // namespace stoplog::text::fold_table\n")
    print(f"{len(folds)} code points fold, to at most {longest} bytes; "
          f"{len(blocks)} blocks, {len(index) + 2 * (len(blocks) << BLOCK_BITS) + 2 * len(starts) + len(pool)} bytes")


main()
