# SPDX-License-Identifier: MIT
"""Measures tielined's relay beside others in one run and prints ratios.

    python3 bench/relay.py [--build build] [--rounds 9] [--one-core]

The others: no relay at all, bench/minirelay (the least that a relay can do),
and socat and HAProxy where they are installed. Contestants take turns in every
round; a ratio is the median over the rounds. Above 1, the other one took longer,
or used more CPU time, than tielined."""

import argparse
import contextlib
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# Title, what, length, count.
MEASURES = [
    ("round trip, 64 B", "ping", 64, 20000),
    ("round trip, 4 KiB", "ping", 4096, 15000),
    ("round trip, 64 KiB", "ping", 65536, 3000),
    ("round trip, 1 MiB", "ping", 1 << 20, 200),
    ("stream, 64 B, batched", "stream", 64, 8000000),
    ("stream, 4 KiB, batched", "stream", 4096, 300000),
    ("stream, 64 KiB", "stream", 65536, 20000),
    ("stream, 1 MiB", "stream", 1 << 20, 1200),
]

HAPROXY = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    %s
listen relay
    bind 127.0.0.1:%d
    server target 127.0.0.1:%d
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(stack, *command, **options):
    process = subprocess.Popen([str(word) for word in command], text=True,
                               **options)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def direct(stack, build, folder):
    port = free_port()
    return ["pass", port, port, 0]


def minimal(stack, build, folder):
    ports = free_port(), free_port()
    process = start(stack, build / "bench/minirelay", *ports,
                    stdout=subprocess.PIPE)
    process.stdout.readline()
    return ["pass", ports[1], ports[0], process.pid]


def socat(stack, build, folder):
    """It forks for each connection, so its CPU time is not seen."""
    ports = free_port(), free_port()
    start(stack, "socat", "-b262144",
          "TCP-LISTEN:%d,bind=127.0.0.1,fork,nodelay,reuseaddr" % ports[0],
          "TCP:127.0.0.1:%d,nodelay" % ports[1])
    return ["pass", ports[1], ports[0], 0]


def haproxy(stack, build, folder, option=""):
    ports = free_port(), free_port()
    config = folder / ("haproxy%d.cfg" % ports[0])
    config.write_text(HAPROXY % (option, *ports))
    process = start(stack, "haproxy", "-db", "-f", config,
                    stderr=subprocess.DEVNULL)
    return ["pass", ports[1], ports[0], process.pid]


def haproxy_splice(stack, build, folder):
    return haproxy(stack, build, folder, "option splice-auto")


def tielined(stack, build, folder):
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("a key of 32 bytes for the bench!")
    process = start(stack, build / "broker/tielined", "--print-address",
                    "--listen", "tcp://127.0.0.1:0", "--authkey-file", key,
                    stdout=subprocess.PIPE)
    url = process.stdout.readline().split()[-1]
    return ["meet", url, key, process.pid]


CONTESTANTS = {"tielined": tielined, "direct": direct, "minimal": minimal,
               "socat": socat, "haproxy": haproxy,
               "haproxy splice": haproxy_splice}


def run(build, path, what, length, count):
    done = subprocess.run(
        [str(word) for word in (build / "bench/relay", *path, what, length,
                                count)],
        stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return tuple(map(float, done.stdout.split()))


def ratio(others, ours):
    pairs = [theirs / mine for theirs, mine in zip(others, ours) if mine > 0]
    return statistics.median(pairs) if pairs else float("nan")


def compare(build, paths, measure, rounds):
    title, what, length, count = measure
    results = {name: [] for name in paths}
    for _ in range(rounds):
        for name, path in paths.items():
            results[name].append(run(build, path, what, length, count))
    times = {name: [r[0] for r in all_] for name, all_ in results.items()}
    cpus = {name: [r[1] for r in all_] for name, all_ in results.items()}
    line = "%-24s %9.2f us, cpu %8.2f us " % (
        title, statistics.median(times["tielined"]) / count * 1e6,
        statistics.median(cpus["tielined"]) / count * 1e6)
    for name in paths:
        if name != "tielined":
            line += " | %s %.2f" % (name, ratio(times[name],
                                                times["tielined"]))
            if any(cpus[name]):
                line += ", cpu %.2f" % ratio(cpus[name], cpus["tielined"])
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path,
                        default=HERE.parent / "build")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--one-core", action="store_true",
                        help="keep all processes on one core")
    parser.add_argument("--only", default="", help="part of a title")
    args = parser.parse_args()
    if args.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    names = [name for name in CONTESTANTS
             if name in ("tielined", "direct", "minimal") or
             shutil.which(name.split()[0])]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory()))
        paths = {name: CONTESTANTS[name](stack, args.build, folder)
                 for name in names}
        for measure in MEASURES:
            if args.only in measure[0]:
                compare(args.build, paths, measure, args.rounds)


main()
