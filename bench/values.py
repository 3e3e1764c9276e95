# SPDX-License-Identifier: MIT
"""Measures reading and writing pickles beside CPython's pickle, and prints
ratios of CPython's time by Tieline's: above 1 Tieline is the faster one.

    python3 bench/values.py [--build build] [--rounds 9]"""

import argparse
import pathlib
import pickle
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent

# Title, object, count.
MEASURES = [
    ("small dict", {"op": "add", "args": (1, 2), "id": 12345, "x": None,
                    "y": 1.5}, 200000),
    ("list of 1,000 ints", list(range(1000)), 10000),
    ("list of 1,000 texts", ["text number %d" % i for i in range(1000)], 3000),
    ("dict of 1,000 texts", {"key %d" % i: i for i in range(1000)}, 2000),
    ("nested", {"users": [{"name": "user %d" % i, "tags": ["a", "b", str(i)],
                           "score": i * 1.5, "ok": True}
                          for i in range(200)]}, 2000),
    ("1 MB of bytes", b"x" * 1000000, 2000),
    ("1 MB of text", "x" * 1000000, 2000),
    ("64 times 16 KB of bytes", [bytes([i]) * 16384 for i in range(64)], 1000),
]


def cpython(command, data, count):
    value = pickle.loads(data)
    start = time.perf_counter()
    if command == "decode":
        for _ in range(count):
            pickle.loads(data)
    else:
        for _ in range(count):
            pickle.dumps(value, 4)
    return time.perf_counter() - start


def tieline(program, command, data, count):
    done = subprocess.run([program, command, str(count)], input=data,
                          stdout=subprocess.PIPE, check=True, timeout=600)
    return float(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=HERE.parent / "build",
                        type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    program = arguments.build / "bench/values"
    for title, value, count in MEASURES:
        data = pickle.dumps(value, 4)
        for command in ("decode", "encode"):
            pairs = [(cpython(command, data, count),
                      tieline(program, command, data, count))
                     for _ in range(arguments.rounds)]
            print("%-25s %s %10.2f us   cpython / tieline = %.2f" % (
                title, command,
                statistics.median(ours for _, ours in pairs) / count * 1e6,
                statistics.median(theirs / ours for theirs, ours in pairs)),
                flush=True)


if __name__ == "__main__":
    main()
