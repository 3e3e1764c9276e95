# SPDX-License-Identifier: MIT
"""Measures tielined's queues and topics beside Redis in one run and prints
ratios.

    python3 bench/queues.py [--build build] [--rounds 9] [--one-core]

Tieline comes twice: "frames" are written and read by hand, as Redis' commands
are, so that what differs is the broker; "library" is libtieline, as programs
use it. Without redis-server Tieline is measured alone. Contestants take turns
in every round; a ratio is the median over the rounds. Above 1, the other one
took longer, or used more CPU time of the broker, than Tieline's frames.

Redis forgets an item when it gives it; frames do the same in "deep", to be
compared. In "lease", and with the library, each item is acknowledged."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WIRE = ("frames", "redis")
ALL = ("frames", "library", "redis")
OURS = ("frames", "library")

# Title, program, its arguments, count, contestants.
MEASURES = [
    (f"{title}, {size} B", "queue", (way, size, pairs),
     count // (1 if size < 1000 else 10), contestants)
    for size in (100, 4096)
    for title, way, pairs, count, contestants in [
        ("in turn", "turn", 1, 20000, ALL),
        ("1:1, one at a time", "single", 1, 40000, ALL),
        ("4:4, one at a time", "single", 4, 60000, ALL),
        ("1:1, 512 in flight", "deep", 1, 800000, ALL),
        ("4:4, 512 in flight", "deep", 4, 800000, ALL),
        ("1:1, leased and acknowledged", "lease", 1, 800000, ("frames",)),
        ("4:4, leased and acknowledged", "lease", 4, 800000, ("frames",)),
        ("1:1, consumers", "consume", 1, 800000, ("library",)),
        ("1:1, 256 to a request", "many", 1, 2048000, ALL),
        ("4:4, 256 to a request", "many", 4, 2048000, ALL),
    ]
] + [
    (f"to {subscribers} subscribers, 100 B", "topic", (100, subscribers),
     count, WIRE)
    for subscribers, count in [(1, 500000), (10, 200000), (100, 40000)]
]


def start(stack, *command, **options):
    process = subprocess.Popen([str(word) for word in command], text=True,
                               **options)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def tielined(stack, build, folder):
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("a key of 32 bytes for the bench!")
    config = folder / "tielined.json"
    config.write_text(json.dumps({
        "listen": ["tcp://127.0.0.1:0"], "authkey_file": str(key),
        # Producers may be far ahead, as with Redis.
        "max_object_items": 10**7, "max_object_bytes": 8 << 30,
        "max_engine_bytes": 16 << 30}))
    process = start(stack, build / "broker/tielined", "--print-address",
                    "--config", config, stdout=subprocess.PIPE)
    url = process.stdout.readline().split()[-1]
    return [f"{url},{key}", process.pid]


def redis(stack, build, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start(stack, "redis-server", "--port", port, "--save", "",
                    "--appendonly", "no", "--dir", folder, "--daemonize", "no",
                    "--client-output-buffer-limit", "pubsub 0 0 0",
                    stdout=subprocess.DEVNULL)
    for _ in range(200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            break
        time.sleep(0.05)
    return [port, process.pid]


def run(build, program, contestant, broker, arguments, count):
    words = [build / "bench" / program, contestant, *broker, *arguments, count]
    done = subprocess.run([str(word) for word in words],
                          stdout=subprocess.PIPE, text=True, check=True,
                          timeout=600)
    return tuple(map(float, done.stdout.split()))


def ratio(others, ours):
    return statistics.median(
        theirs / mine for theirs, mine in zip(others, ours) if mine)


def compare(build, brokers, measure, rounds):
    title, program, arguments, count, contestants = measure
    names = [name for name in contestants if name in brokers]
    results = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            results[name].append(run(build, program, name, brokers[name],
                                     arguments, count))
    moved = count * (arguments[-1] if program == "topic" else 1)
    times = {name: [one[0] for one in all_] for name, all_ in results.items()}
    cpus = {name: [one[1] for one in all_] for name, all_ in results.items()}
    ours = names[0]
    line = "%-38s %-7s %9.0f/s, cpu %6.3f us" % (
        title, ours, moved / statistics.median(times[ours]),
        statistics.median(cpus[ours]) / moved * 1e6)
    for name in names[1:]:
        line += " | %s %.2f, cpu %.2f" % (
            name, ratio(times[name], times[ours]),
            ratio(cpus[name], cpus[ours]))
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
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory()))
        ours = tielined(stack, args.build, folder)
        brokers = dict.fromkeys(OURS, ours)
        if shutil.which("redis-server"):
            brokers["redis"] = redis(stack, args.build, folder)
        for measure in MEASURES:
            if args.only in measure[0]:
                compare(args.build, brokers, measure, args.rounds)


main()
