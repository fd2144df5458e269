#!/usr/bin/env python3
"""Stoplog under steady load for a while: does it grow, and does a reload disturb anybody?

    bench/long_run.py [--minutes 10] [--streams 200] [--rules 1000] [--reload-every 30]

Streams of 100 tokens, 10 ms apart, one after the other on each connection, and
every so often SIGHUP with another version of the pack, so that each reload compiles
all rules. Prints the resident memory once a minute, each reload's time, and what failed."""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import peers
import synthetic_rules

ROOT = pathlib.Path(__file__).resolve().parent.parent


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("the proxy is gone")


def reloads_done(admin):
    """result -> how many, as the proxy counts them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {line.split('"')[1]: int(float(line.split()[-1])) for line in lines if line.startswith("stoplog_policy_reloads_total{")}


def reload(proxy, admin, folder, version):
    """Seconds until the proxy has taken the new pack."""
    pack = folder / "rules" / "synthetic.yaml"
    text = pack.read_text()
    begin = text.index("version: ") + len("version: ")
    pack.write_text(text[:begin] + version + text[text.index("}", begin):])
    before, began = reloads_done(admin), time.monotonic()
    os.kill(proxy.process.pid, signal.SIGHUP)
    while (now := reloads_done(admin)) == before:
        if time.monotonic() - began > 60:
            raise RuntimeError("the reload did not happen")
        time.sleep(0.02)
    if sum(now.values()) - sum(before.values()) != 1 or now.get("taken", 0) == before.get("taken", 0):
        raise RuntimeError(f"the reload was not taken: {now}")
    return time.monotonic() - began


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--build", default=str(ROOT / "build/release"))
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--streams", type=int, default=200)
    arguments.add_argument("--rules", type=int, default=1000)
    arguments.add_argument("--reload-every", type=float, default=30, help="seconds; 0: never")
    arguments.add_argument("--nice", type=int, default=0)
    chosen = arguments.parse_args()
    tools = pathlib.Path(chosen.build).resolve() / "bench"
    cpus = sorted(os.sched_getaffinity(0))
    mine, others = {cpus[0]}, set(cpus[1:]) or {cpus[0]}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        scratch = pathlib.Path(scratch)
        port = peers.free_port()
        model = peers.Process([str(tools / "fake_model"), "--port", str(port)], port, others, chosen.nice, scratch, "model.log")
        try:
            [stoplog] = [p for p in peers.all_peers(pathlib.Path(chosen.build).resolve() / "proxy" / "stoplog", port, 1, [chosen.rules])
                         if p.name == f"stoplog-{chosen.rules}"]
            folder = scratch / "stoplog"
            folder.mkdir()
            listen = peers.free_port()
            proxy = peers.Process(stoplog.command(folder, listen), listen, mine, chosen.nice, folder, "proxy.log")
            try:
                run(chosen, tools, proxy, listen, folder, others)
            finally:
                proxy.stop()
        finally:
            model.stop()


def run(chosen, tools, proxy, port, folder, cpus):
    admin = next(line.split(":")[-1].strip(" }") for line in (folder / "stoplog.yaml").read_text().splitlines() if line.startswith("admin:"))
    seconds = chosen.minutes * 60
    load = subprocess.Popen(
        [str(tools / "load_client"), "--port", str(port), "--stream", "1", "--deltas", "100", "--pace-us", "10000", "--connections",
         str(chosen.streams), "--seconds", str(seconds), "--warm", "2", "--watch", str(proxy.process.pid)],
        stdout=subprocess.PIPE, start_new_session=True, preexec_fn=peers.pinned(cpus, chosen.nice))
    began, reloads, sizes, next_size = time.monotonic(), [], [], 5.0
    next_reload = chosen.reload_every or float("inf")
    while load.poll() is None and time.monotonic() - began < seconds + 60:
        now = time.monotonic() - began
        if now >= next_size:
            sizes.append(resident_kib(proxy.process.pid))
            print(f"after {now:5.0f} s: {sizes[-1] / 1024:7.1f} MiB resident, {len(reloads)} reloads", flush=True)
            next_size += 60
        if now >= next_reload and now < seconds - 5:
            reloads.append(reload(proxy, admin, folder, f"1.0.{len(reloads) + 1}"))
            next_reload += chosen.reload_every
        time.sleep(0.1)
    result = json.loads(load.communicate(timeout=60)[0])
    print(f"{result['finished']:,} streams, {result['deltas']:,} tokens; failed {result['failed']}, refused {result['refused']}, "
          f"unfinished {result['unfinished']}; {result['cpu_us_per_delta']:.1f} us CPU a token with the reloads")
    print(f"a token late by, ms: p50 {result['late']['p50'] / 1000:.2f}, p99 {result['late']['p99'] / 1000:.2f}, max {result['late']['max'] / 1000:.2f}")
    if reloads:
        print(f"{len(reloads)} reloads of {chosen.rules:,} rules: median {statistics.median(reloads):.2f} s, longest {max(reloads):.2f} s")
    if len(sizes) > 1:
        print(f"from the first minute to the last: {(sizes[-1] - sizes[min(1, len(sizes) - 1)]) / 1024:+.1f} MiB")
    sys.exit(1 if result["failed"] or result["refused"] else 0)


if __name__ == "__main__":
    main()
