#!/usr/bin/env python3
"""The matcher's figures side by side, from one run of bench_match: as Markdown
on stdout and as JSON in a file. Interleaves the repetitions of all benchmarks,
so that a moment in which the machine is busy hits all of them, and takes the
median of each."""
import argparse
import json
import platform
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

RULES = [10, 100, 1000, 10000]


def measure(program: Path, quick: bool, only: str) -> dict[str, dict[str, float]]:
    command = [str(program), "--benchmark_format=json", f"--benchmark_filter={only}"]
    if quick:
        command += ["--benchmark_min_time=0.05"]
    else:
        command += ["--benchmark_repetitions=3", "--benchmark_enable_random_interleaving=true"]
    raw = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    seen: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    scale = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    for run in raw["benchmarks"]:
        if run.get("run_type") != "iteration":
            continue
        if run.get("error_occurred"):
            sys.exit(f"{run['name']}: {run.get('error_message')}")
        into = seen["/".join(part for part in run["name"].split("/") if not part.startswith(("iterations:", "repeats:")))]
        into["ns"].append(run["cpu_time"] * scale[run["time_unit"]])
        for key, value in run.items():
            if isinstance(value, (int, float)) and key not in ("real_time", "cpu_time", "iterations", "repetitions", "repetition_index", "threads", "family_index", "per_family_instance_index"):
                into[key].append(value)
        if run.get("label"):
            into["label"] = run["label"]
    return {name: {key: median(v) if isinstance(v, list) else v for key, v in values.items()} for name, values in seen.items()}


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


class Figures:
    def __init__(self, measured: dict[str, dict[str, float]]):
        self.of = measured

    def get(self, name: str, key: str = "ns") -> float | None:
        return self.of.get(name, {}).get(key)

    def by_rules(self, name: str, key: str, digits: int = 1, factor: float = 1) -> list[str]:
        values = [self.get(name.format(n), key) for n in RULES]
        return [number(None if v is None else v * factor, digits) for v in values]

    def main_table(self) -> str:
        rows = [
            ["ns a delta of 4 bytes", *self.by_rules("deltas/rules:{}/bytes:4", "ns", 0)],
            ["ns a delta of 64 bytes", *self.by_rules("deltas/rules:{}/bytes:64", "ns", 0)],
            ["the automaton alone, ns a delta", *self.by_rules("automaton/rules:{}", "ns", 0)],
            ["bytes held, mean", *self.by_rules("deltas/rules:{}/bytes:4", "held_mean", 2)],
            ["bytes held, p50", *self.by_rules("deltas/rules:{}/bytes:4", "held_p50", 0)],
            ["bytes held, p99", *self.by_rules("deltas/rules:{}/bytes:4", "held_p99", 0)],
            ["least that must be held, mean (brute force, other text)", *self.by_rules("least_held/rules:{}", "least_mean", 2)],
            ["held there, mean", *self.by_rules("least_held/rules:{}", "held_mean", 2)],
            ["held / least", *self.by_rules("least_held/rules:{}", "ratio", 3)],
            ["leaks seen there", *self.by_rules("least_held/rules:{}", "leaks", 0)],
            ["one block of 32 KB, MB/s", *self.by_rules("one_block/rules:{}", "bytes_per_second", 1, 1e-6)],
            ["build, s", *self.by_rules("build_time/rules:{}", "ns", 2, 1e-9)],
            ["database, MB", *self.by_rules("build_time/rules:{}", "MB", 1)],
            ["bytes a stream", *self.by_rules("stream_memory/rules:{}", "used_bytes", 0)],
            ["FilteredRE2 and window, ns a delta", *self.by_rules("others_window_rescan/rules:{}", "ns", 0)],
            ["and what that holds, bytes", *self.by_rules("others_window_rescan/rules:{}", "held_mean", 0)],
            ["everything rule by rule, ns a delta", *self.by_rules("others_rescan_everything/rules:{}", "ns", 0)],
            ["Hyperscan, ns a delta (no hold)", *self.by_rules("others_hyperscan/rules:{}", "ns", 0)],
            ["Hyperscan, database MB", *self.by_rules("others_hyperscan/rules:{}", "MB", 1)],
            ["Hyperscan, build s", *self.by_rules("others_hyperscan/rules:{}", "build_s", 2)],
            ["Hyperscan, bytes a stream", *self.by_rules("others_hyperscan/rules:{}", "stream_bytes", 0)],
        ]
        return table(["rules", *(f"{n:,}" for n in RULES)], rows)

    def hostile_table(self) -> str:
        rows = []
        for name, values in self.of.items():
            if name.startswith("hostile"):
                rows.append([values.get("label", name), "cold" if name.startswith("hostile_cold") else "warm", number(values["ns"], 0)])
        return table(["hostile text, 10,000 rules", "", "ns a delta"], rows)

    def targets(self) -> list[tuple[str, str, float | None, bool | None]]:
        ours = self.get("deltas/rules:10000/bytes:4")
        few = self.get("deltas/rules:10/bytes:4")

        def ratio(a: float | None, b: float | None) -> float | None:
            return a / b if a and b else None

        window = ratio(self.get("others_window_rescan/rules:10000"), ours)
        everything = ratio(self.get("others_rescan_everything/rules:10000"), ours)
        held = [self.get(f"least_held/rules:{n}", "ratio") for n in RULES]
        worst = max((v["ns"] for name, v in self.of.items() if name.startswith("hostile/")), default=None)
        cold = max((v["ns"] for name, v in self.of.items() if name.startswith("hostile_cold/")), default=None)
        shipped = self.get("shipped", "held_mean")
        block = self.get("one_block/rules:10000", "bytes_per_second")
        build = self.get("build_time/rules:10000")

        def most(value: float | None, limit: float) -> bool | None:
            return None if value is None else value <= limit

        def least(value: float | None, limit: float) -> bool | None:
            return None if value is None else value >= limit

        ratios = [h for h in held if h is not None]
        far = max(ratios) if ratios else None
        return [
            ("10,000 rules against 10, a delta", "<= 3 x", ratio(ours, few), most(ratio(ours, few), 3)),
            ("ns a delta, 10,000 rules", "<= 200", ours, most(ours, 200)),
            ("cheaper than FilteredRE2 and window", ">= 50 x", window, least(window, 50)),
            ("cheaper than everything rule by rule", ">= 100,000 x", everything, least(everything, 100_000)),
            ("held / least, the worst of all sizes", "<= 1.2", far, most(far, 1.2)),
            ("shipped packs, mean bytes held", "<= 4", shipped, most(shipped, 4)),
            ("one block, 10,000 rules, MB/s", ">= 25", None if block is None else block / 1e6, least(block, 25e6)),
            ("database, 10,000 rules, MB", "<= 100", self.get("build_time/rules:10000", "MB"), most(self.get("build_time/rules:10000", "MB"), 100)),
            ("build, 10,000 rules, s", "<= 3", None if build is None else build / 1e9, most(build, 3e9)),
            ("bytes a stream, 10,000 rules", "<= 1,536", self.get("stream_memory/rules:10000", "used_bytes"), most(self.get("stream_memory/rules:10000", "used_bytes"), 1536)),
            ("hostile text, warm, worst ns a delta", "<= 10,000", worst, most(worst, 10_000)),
            ("hostile text, cold, worst mean ns a delta", "<= 10,000", cold, most(cold, 10_000)),
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, default=Path("build/release/bench/bench_match"))
    parser.add_argument("--json", type=Path, default=Path("build/bench-matcher.json"))
    parser.add_argument("--quick", action="store_true", help="one short pass, to see that all figures come out")
    parser.add_argument("--only", default=".", help="a regular expression of benchmarks; the least with 10,000 rules takes many minutes")
    asked = parser.parse_args()
    figures = Figures(measure(asked.program, asked.quick, asked.only))
    targets = figures.targets()
    asked.json.write_text(json.dumps({"machine": platform.platform(), "figures": figures.of,
                                      "targets": [{"what": w, "wanted": t, "found": f, "reached": r} for w, t, f, r in targets]}, indent=1))
    print(figures.main_table())
    print(table(["shipped packs, all enforced", "ns a delta", "held mean", "p50", "p99"],
                [["", number(figures.get("shipped"), 0), *(number(figures.get("shipped", k), 2) for k in ("held_mean", "held_p50", "held_p99"))]]))
    print(figures.hostile_table())
    said = {True: "reached", False: "missed", None: "not measured"}
    print(table(["figure", "wanted", "found", ""], [[w, t, number(f, 2), said[r]] for w, t, f, r in targets]))
    print(f"(every figure: {asked.json})")


if __name__ == "__main__":
    main()
