"""Synthetic rule packs of any size, in the shapes that real packs have.

Some signs are words of the fake model's prose (load/prose.hpp), so that the
matcher has something to look at; every rule also needs a made-up word, so that
none of them ever matches. The rules are about nothing."""

import random

PROSE = ("miller brook meadow sluice wheel flour barley garden window harvest bridge willow basket lantern kettle "
         "ladder orchard pebble ribbon saddle timber valley wagon autumn branch candle").split()
PROSE_LINE = "The miller walked down to the brook, opened the sluice and waited for the wheel to turn; then he wrote:"
VERBS = ["write", "create", "build", "make", "give me", "show me", "how to", "explain", "list", "find", "send", "copy"]
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu bra cle dri flo gru".split()


class Rules:
    """Each one is made of the same rules in the same order."""

    def __init__(self, seed=7):
        self.random = random.Random(seed)
        self.made_up = ["".join(self.random.choices(SYLLABLES, k=3)) + "q" for _ in range(4000)]

    def word(self):
        """Made up; never in the prose: no word of it has a q at its end."""
        return self.random.choice(self.made_up)

    def sign(self):
        return self.random.choice(PROSE) if self.random.random() < 0.3 else self.word()

    def part(self):
        """(part of a rule as YAML, view, a text that it takes): phrases, a verb and a thing with a gap, keys, word lists, addresses."""
        kind = self.random.randrange(20)
        if kind < 6:
            phrase = f"{self.sign()} {self.word()}"
            return rf"regex: '\b{phrase}\b'", "folded", phrase
        if kind < 11:
            verbs = self.random.sample(VERBS, 2)
            first, second = self.word(), self.word()
            return (rf"regex: '\b(?:{'|'.join(verbs)}) (?:a |an |the |some )?.{{0,40}}\b{first} ?{second}\b'", "folded",
                    f"{verbs[0]} a very nice {first} {second}")
        if kind < 14:
            prefix = "".join(self.random.choices("ABCDEFGHJKMNPRSTUVWXYZ", k=4))
            return rf"regex: '\b{prefix}_[A-Za-z0-9]{{20,40}}\b'", "raw", f"{prefix}_{'aB3' * 8}"
        if kind < 16:
            phrases = [f"{self.sign()} {self.word()}" for _ in range(self.random.randint(3, 10))]
            return f"words: [{', '.join(phrases)}]", "folded", phrases[-1]
        if kind < 17:
            host = f"{self.word()}[.]{self.word()}"
            return rf"regex: 'https?://{host}[.]example/[^\s]{{1,60}}'", "folded", f"https://{host.replace('[.]', '.')}.example/x"
        if kind < 19:
            sign, word = self.sign(), self.word()
            return rf"regex: '\b{sign}(?:s|es|ed|ing)? (?:of|for|to|with) (?:the |a )?{word}\b'", "folded", f"{sign}s for the {word}"
        sign, word = self.sign(), self.word()
        return rf"regex: '\b{sign}\s{{1,3}}(?:\w{{1,12}}\s{{1,3}}){{0,3}}{word}\b'", "folded", f"{sign} of the {word}"

    def patterns(self, count):
        """The same rules as one expression each, for engines that search for expressions alone."""
        return [self.as_pattern(self.part()[0]) for _ in range(count)]

    @staticmethod
    def as_pattern(part):
        kind, value = part.split(": ", 1)
        return value.strip("'") if kind == "regex" else rf"\b(?:{'|'.join(value.strip('[]').split(', '))})\b"

    def pack(self, count, tests=0):
        """With so many tests a rule: matches and near misses, of requests and answers by turns."""
        lines = ["apiVersion: stoplog/v1", "kind: RulePack", "metadata: {name: synthetic, version: 1.0.0}", "rules:"]
        for number in range(count):
            part, view, text = self.part()
            action = "redact" if view == "raw" else "block"
            lines += [f"  - id: SYN-{number:05}", f"    title: Synthetic rule {number}", "    severity: low",
                      "    category: bench.synthetic", f"    action: {action}", "    match:", "      any:",
                      f"        - {{{part}, view: {view}}}"]
            if tests:
                lines.append("    tests:")
            for test in range(tests):
                way = "response" if test % 2 == 0 else "request"
                hit = test % 4 < 2
                said = f"{PROSE_LINE} {text if hit else text[:len(text) // 2]} and so on, in the end." if way == "response" else f"Say {text if hit else text[:len(text) // 2]} now"
                lines.append(f"      - {{name: t{test}, direction: {way}, text: '{said}', expect: {'match' if hit else 'no_match'}}}")
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
