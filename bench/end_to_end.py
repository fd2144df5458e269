#!/usr/bin/env python3
"""Proxies between the same client and the same fast fake model, over real sockets.

    bench/end_to_end.py [--build build/release] [--rounds 3] [--quick] [--peers direct,nginx,...]

Every round starts each proxy afresh, one after the other, with the same load on
each; the figures are medians over the rounds. CPU time is what the proxy's
processes used (user and system, /proc), so it bears a busy machine better than
wall time does. bench/README.md explains the columns."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import peers

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACE_US, DELTAS = 10_000, 100
SLOW_POINTS = ("low", "streams_50", "requests_max")  # one that falls behind stays behind: its next figures would be of that


def points(quick, streams_of_memory):
    """name -> arguments of load_client. Each lasts at most five seconds; memory comes first, on a fresh process."""
    seconds, warm = ("2.6", "1.1") if quick else ("3.8", "1.1")
    stream = ["--stream", "1", "--deltas", str(DELTAS), "--pace-us", str(PACE_US), "--seconds", seconds, "--warm", warm]
    return {
        "memory": memory_point(streams_of_memory),
        "low": ["--stream", "1", "--connections", "10", "--deltas", "20", "--pace-us", str(PACE_US), "--seconds", seconds, "--warm", "0.5"],
        "streams_50": [*stream, "--connections", "50"],
        "streams_500": [*stream, "--connections", "500"],
        "tokens_max": ["--stream", "1", "--connections", "50", "--deltas", "500", "--pace-us", "0", "--saturate", "1",
                       "--seconds", "2.5", "--warm", "0.5"],
        "requests": ["--connections", "50", "--rate", "2000", "--seconds", "3", "--warm", "0.5"],
        "requests_max": ["--connections", "50", "--saturate", "1", "--seconds", "2.5", "--warm", "0.5"],
    }


def memory_point(streams):
    """Nearly all streams are open at the end. More than 2,000 of them speak more slowly, and it takes longer."""
    few = streams <= 2000
    deltas, pace_us = (40, 50_000) if few else (9, 1_000_000)
    period = (deltas + 2) * pace_us / 1e6
    return ["--stream", "1", "--connections", str(streams), "--deltas", str(deltas), "--pace-us", str(pace_us),
            "--seconds", f"{period * 1.15:.2f}", "--warm", f"{period:.2f}"]


class Bench:
    def __init__(self, chosen):
        self.chosen = chosen
        cpus = sorted(os.sched_getaffinity(0))
        # The proxy has its own core or cores; the client and the model share another.
        self.proxy_cpus = set(cpus[:chosen.workers]) if len(cpus) > 1 else set(cpus)
        self.other_cpus = set(cpus) - self.proxy_cpus or set(cpus)
        self.tools = pathlib.Path(chosen.build).resolve() / "bench"
        self.points = points(chosen.quick, chosen.memory_streams)
        self.found = {}  # peer -> point -> one result a round

    def model(self, folder):
        port = peers.free_port()
        return peers.Process([str(self.tools / "fake_model"), "--port", str(port)], port, self.other_cpus,
                             self.chosen.nice, folder, "model.log")

    def load(self, port, arguments, watched, headers=()):
        command = [str(self.tools / "load_client"), "--port", str(port), *arguments]
        for header in headers:
            command += ["--header", header]
        if watched:
            command += ["--watch", ",".join(map(str, watched))]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30,
                              start_new_session=True, preexec_fn=peers.pinned(self.other_cpus, self.chosen.nice))
        if done.returncode:
            raise RuntimeError(done.stderr.decode().strip())
        return json.loads(done.stdout)

    def measure(self, peer, model, folder):
        port, proxy = model.port, None
        if peer.command:
            port = peers.free_port()
            proxy = peers.Process(peer.command(folder, port), port, self.proxy_cpus, self.chosen.nice, folder, "proxy.log")
        try:
            watched = proxy.pids if proxy else []
            self.load(port, ["--connections", "1", "--rate", "20", "--seconds", "0.3", "--warm", "0"], watched, peer.headers)
            for point, arguments in self.points.items():
                if peer.slow and point not in SLOW_POINTS:
                    continue
                result = self.load(port, arguments, watched, peer.headers)
                result["start_ms"] = proxy.start_ms if proxy else 0
                self.found.setdefault(peer.name, {}).setdefault(point, []).append(result)
        finally:
            if proxy:
                proxy.stop()

    def run(self, wanted):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=self.chosen.scratch) as scratch:
            scratch = pathlib.Path(scratch)
            model = self.model(scratch)
            try:
                for number in range(self.chosen.rounds):
                    for peer in peers.all_peers(pathlib.Path(self.chosen.build).resolve() / "proxy" / "stoplog", model.port,
                                                self.chosen.workers, self.chosen.rules):
                        if wanted and peer.name not in wanted:
                            continue
                        if peer.missing():
                            if number == 0:
                                print(f"skipped: {peer.name}: {peer.program} is not there", flush=True)
                            continue
                        folder = scratch / f"{number}-{peer.name}"
                        folder.mkdir()
                        print(f"round {number + 1} of {self.chosen.rounds}: {peer.name}", file=sys.stderr, flush=True)
                        try:
                            self.measure(peer, model, folder)
                        except RuntimeError as failed:
                            print(f"skipped: {peer.name}, round {number + 1}: {failed}", flush=True)
                        shutil.rmtree(folder, ignore_errors=True)
            finally:
                model.stop()


def at(result, path):
    for key in path.split("."):
        result = result[key]
    return result


def middle(results, path):
    return statistics.median(at(each, path) for each in results)


def table(title, columns, found):
    """columns: (heading, how a peer's points become a number, format)."""
    rows = [["", *[heading for heading, _, _ in columns]]]
    for name, by_point in found.items():
        cells = [name]
        for _, value, form in columns:
            number = value(by_point)
            cells.append("-" if number is None else form.format(number))
        rows.append(cells)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(widths[0]) if i == 0 else cell.rjust(widths[i]) for i, cell in enumerate(row)) for row in rows]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    print(f"\n{title}\n\n" + "\n".join(f"| {line} |" for line in lines))


def cpu(point, unit):
    def value(by_point):
        numbers = [each[unit] for each in by_point.get(point, []) if each["cpu_us"] > 0]
        return statistics.median(numbers) if numbers else None
    return value


def plain(point, path, scale=1.0):
    return lambda by_point: middle(by_point[point], path) * scale if point in by_point else None


def added(point, path, direct):
    """Over direct, in the same round."""
    def value(by_point):
        theirs = direct.get(point, [])
        pairs = list(zip(by_point.get(point, []), theirs))
        return statistics.median(at(mine, path) - at(base, path) for mine, base in pairs) / 1000 if pairs else None
    return value


def memory(by_point):
    each = [(r["resident_kib_end"] - r["resident_kib_idle"]) / r["open_at_end"] for r in by_point.get("memory", [])
            if r["open_at_end"] and r["resident_kib_idle"]]
    return statistics.median(each) if each else None


def bad(by_point):
    return sum(r["failed"] + r["refused"] for results in by_point.values() for r in results)


def tables(found):
    direct = found.get("direct", {})
    table(f"CPU of the proxy, us (medians; {DELTAS} deltas a stream, {PACE_US // 1000} ms apart)", [
        ("a token, 50 streams", cpu("streams_50", "cpu_us_per_delta"), "{:.1f}"),
        ("a token, 500 streams", cpu("streams_500", "cpu_us_per_delta"), "{:.1f}"),
        ("a token, no pace", cpu("tokens_max", "cpu_us_per_delta"), "{:.1f}"),
        ("a request, 2,000/s", cpu("requests", "cpu_us_per_request"), "{:.1f}"),
        ("a request, saturated", cpu("requests_max", "cpu_us_per_request"), "{:.1f}"),
    ], found)
    table("Added to direct, ms (low: 10 streams; 50: 50 streams)", [
        ("first event p50, low", added("low", "first_event.p50", direct), "{:.2f}"),
        ("p99", added("low", "first_event.p99", direct), "{:.2f}"),
        ("first token p50, low", added("low", "first_delta.p50", direct), "{:.2f}"),
        ("p99", added("low", "first_delta.p99", direct), "{:.2f}"),
        ("late p50, 50", added("streams_50", "late.p50", direct), "{:.2f}"),
        ("p99", added("streams_50", "late.p99", direct), "{:.2f}"),
        ("gap p99, 50", added("streams_50", "gap.p99", direct), "{:.2f}"),
        ("request p50, 2,000/s", added("requests", "total.p50", direct), "{:.2f}"),
        ("p99", added("requests", "total.p99", direct), "{:.2f}"),
    ], found)
    table("Saturation and size", [
        ("tokens/s", plain("tokens_max", "deltas_per_s"), "{:,.0f}"),
        ("requests/s", plain("requests_max", "finished_per_s"), "{:,.0f}"),
        ("idle MiB", plain("memory", "resident_kib_idle", 1 / 1024), "{:.1f}"),
        ("open streams", plain("memory", "open_at_end"), "{:,.0f}"),
        ("KiB an open stream", memory, "{:.1f}"),
        ("start ms", plain("memory", "start_ms"), "{:,.0f}"),
        ("failed or refused", bad, "{:d}"),
    ], found)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--build", default=str(ROOT / "build/release"), help="where the release build lies")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--workers", type=int, choices=(1, 2), default=1, help="of every proxy, each on a core of its own")
    arguments.add_argument("--rules", type=lambda text: [int(n) for n in text.split(",")], default=[0, 10, 100, 1000, 10000])
    arguments.add_argument("--peers", default="", help="only these, by name, comma-separated")
    arguments.add_argument("--memory-streams", type=int, default=1000)
    arguments.add_argument("--nice", type=int, default=0, help="below 0 (as root): the run goes before other work on the machine")
    arguments.add_argument("--quick", action="store_true", help="one round of shorter points")
    arguments.add_argument("--scratch", default=None, help="where audit logs and configurations go; a folder on a real disk")
    arguments.add_argument("--json", default=str(ROOT / "build/bench-results.json"))
    chosen = arguments.parse_args()
    if chosen.quick:
        chosen.rounds = 1
    bench = Bench(chosen)
    bench.run([name for name in chosen.peers.split(",") if name])
    tables(bench.found)
    machine = {"cpus": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg(), "arguments": vars(chosen)}
    pathlib.Path(chosen.json).write_text(json.dumps({"machine": machine, "points": bench.points, "results": bench.found}, indent=1) + "\n")
    print(f"\nevery figure: {chosen.json}")


if __name__ == "__main__":
    main()
