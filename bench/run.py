# SPDX-License-Identifier: MIT
"""Measures libtieline beside its peers in one run and prints ratios.

    python3 bench/run.py [--build build] [--rounds 9] [--one-core]

Contestants take turns in every round, so that they meet the same machine; each
ratio is the median over the rounds of the peer's time by Tieline's, so above 1
Tieline is the faster one. Absolute figures do not travel; ratios do, within
about a tenth."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = [sys.executable, str(HERE / "connection.py")]

# What is measured: title, command, length, count, and count for Python's side.
MEASURES = [
    ("round trip, 64 B", "ping", 64, 20000),
    ("round trip, 64 KiB", "ping", 65536, 3000),
    ("round trip, 1 MiB", "ping", 1 << 20, 200),
    ("stream, 64 B", "stream", 64, 100000),
    ("stream, 4 KiB", "stream", 4096, 50000),
    ("stream, 64 KiB", "stream", 65536, 5000),
    ("stream, 1 MiB", "stream", 1 << 20, 400),
    ("connect and authenticate", "connect", 0, 1000),
]

# Stock Python clients, to see what its server costs them.
PYTHON_MEASURES = [
    ("Python client: connect", "connect", 0, 300),
    ("Python client: connect, first exchange", "greet", 0, 20),
    ("Python client: round trip, 64 B", "ping", 64, 5000),
]


class Server:
    def __init__(self, command):
        self.process = subprocess.Popen(
            command + ["serve"], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()

    def stop(self):
        self.process.kill()
        self.process.wait()


def seconds(client, server, measure):
    _, command, length, count = measure
    done = subprocess.run(
        client + [command, server.address, str(length), str(count)],
        stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return float(done.stdout)


def compare(measures, contestants, rounds):
    """contestants: {name: (client, server)}, Tieline's first."""
    for measure in measures:
        times = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, (client, server) in contestants.items():
                times[name].append(seconds(client, server, measure))
        ours, *others = times
        line = "%-40s %10.2f us" % (
            measure[0], statistics.median(times[ours]) / measure[3] * 1e6)
        for name in others:
            ratio = statistics.median(
                theirs / mine
                for theirs, mine in zip(times[name], times[ours]))
            line += "   %s / %s = %.2f" % (name, ours, ratio)
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=HERE.parent / "build",
                        type=pathlib.Path)
    parser.add_argument("--rounds", default=9, type=int)
    parser.add_argument("--one-core", action="store_true",
                        help="show the software rather than the scheduler")
    options = parser.parse_args()
    if options.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    program = str(options.build.resolve() / "bench/connection")
    tieline, raw = Server([program, "tieline"]), Server([program, "raw"])
    python = Server(PYTHON)
    try:
        compare(MEASURES, {"tieline": ([program, "tieline"], tieline),
                           "raw": ([program, "raw"], raw),
                           "python": (PYTHON, python)}, options.rounds)
        compare(PYTHON_MEASURES, {"tieline server": (PYTHON, tieline),
                                  "python server": (PYTHON, python)},
                options.rounds)
    finally:
        for server in (tieline, raw, python):
            server.stop()


main()
