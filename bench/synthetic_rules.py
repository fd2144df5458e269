"""Synthetic rule packs of any size, in the shapes that real packs have.

Some signs are words of the fake model's prose (load/prose.hpp), so that the
matcher has something to look at; every rule also needs a made-up word, so that
none of them ever matches. The rules are about nothing."""

import random

PROSE = ("miller brook meadow sluice wheel flour barley garden window harvest bridge willow basket lantern kettle "
         "ladder orchard pebble ribbon saddle timber valley wagon autumn branch candle").split()
VERBS = ["write", "create", "build", "make", "give me", "show me", "how to", "explain", "list", "find", "send", "copy"]
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu bra cle dri flo gru".split()


class Rules:
    def __init__(self, seed=7):
        self.random = random.Random(seed)
        self.made_up = ["".join(self.random.choices(SYLLABLES, k=3)) + "q" for _ in range(4000)]

    def word(self):
        """Made up; never in the prose: no word of it has a q at its end."""
        return self.random.choice(self.made_up)

    def sign(self):
        return self.random.choice(PROSE) if self.random.random() < 0.3 else self.word()

    def part(self):
        """(part of a rule as YAML, view): phrases, a verb and a thing with a gap, keys, word lists, addresses."""
        kind = self.random.randrange(20)
        if kind < 6:
            return rf"regex: '\b{self.sign()} {self.word()}\b'", "folded"
        if kind < 11:
            verbs = "|".join(self.random.sample(VERBS, 2))
            return rf"regex: '\b(?:{verbs}) (?:a |an |the |some )?.{{0,40}}\b{self.word()} ?{self.word()}\b'", "folded"
        if kind < 14:
            prefix = "".join(self.random.choices("ABCDEFGHJKMNPRSTUVWXYZ", k=4))
            return rf"regex: '\b{prefix}_[A-Za-z0-9]{{20,40}}\b'", "raw"
        if kind < 16:
            phrases = ", ".join(f"{self.sign()} {self.word()}" for _ in range(self.random.randint(3, 10)))
            return f"words: [{phrases}]", "folded"
        if kind < 17:
            return rf"regex: 'https?://{self.word()}[.]{self.word()}[.]example/[^\s]{{1,60}}'", "folded"
        if kind < 19:
            return rf"regex: '\b{self.sign()}(?:s|es|ed|ing)? (?:of|for|to|with) (?:the |a )?{self.word()}\b'", "folded"
        return rf"regex: '\b{self.sign()}\s{{1,3}}(?:\w{{1,12}}\s{{1,3}}){{0,3}}{self.word()}\b'", "folded"

    def pack(self, count):
        lines = ["apiVersion: stoplog/v1", "kind: RulePack", "metadata: {name: synthetic, version: 1.0.0}", "rules:"]
        for number in range(count):
            part, view = self.part()
            action = "redact" if view == "raw" else "block"
            lines += [f"  - id: SYN-{number:05}", f"    title: Synthetic rule {number}", "    severity: low",
                      "    category: bench.synthetic", f"    action: {action}", "    match:", "      any:",
                      f"        - {{{part}, view: {view}}}"]
        return "\n".join(lines) + "\n"


WATCHER = """apiVersion: stoplog/v1
kind: RulePack
metadata: {name: synthetic, version: 1.0.0}
rules:
  - id: SYN-00000
    title: A word that nobody says
    severity: info
    category: bench.synthetic
    action: observe
    match: {any: [{words: [quibazoq]}]}
"""


def write(folder, count, release="exact"):
    """A folder with policies/ and rules/. With 0 rules nothing is enforced: a policy must name a pack, so one rule watches."""
    (folder / "policies").mkdir(parents=True)
    (folder / "rules").mkdir()
    mode = "enforce" if count else "shadow"
    (folder / "policies" / "default.yaml").write_text(
        "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: default, version: 1.0.0}\n"
        f"defaults: {{stream: {{release: {release}}}}}\n"
        f"use:\n  - {{pack: synthetic, version: ~1.0, mode: {mode}}}\n")
    (folder / "rules" / "synthetic.yaml").write_text(Rules().pack(count) if count else WATCHER)
