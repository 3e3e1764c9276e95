# SPDX-License-Identifier: MIT
"""Histories of real clients at a real broker, under kill -9, stops, resets and
a proxy that harms connections: none has an anomaly (checker.py).

TIELINE_SEEDS=17 runs one seed again, TIELINE_SEEDS=1000-1999 other ones."""

import concurrent.futures
import os

import pytest

from limits.broker import LoadedBroker

from .scenario import Scenario

WORKERS = 6
# Seeds at one broker; times as many for --long.
ROUND = 5
LONG = 25


# With how many seeds.
BROKERS = pytest.mark.parametrize("program,count", [
    ("broker/tielined", 200), ("tests/engine/tielined-late", 25)])


def seeds_asked_for(count):
    first, _, last = os.environ.get("TIELINE_SEEDS",
                                    f"0-{count - 1}").partition("-")
    return range(int(first), int(last or first) + 1)


def run_seeds(seeds, program, folder):
    """At one broker, one after the other: what is wrong, as pairs of a seed and
    a text."""
    folder.mkdir()
    broker = LoadedBroker(folder, program=program)
    try:
        return [(seed, text) for seed in seeds
                for text in Scenario(seed, broker, folder).run()]
    finally:
        broker.stop()


def check(seeds, program, folder):
    """Several at a time: clients wait more than they work."""
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        parts = [pool.submit(run_seeds, seeds[first:first + ROUND],
                             program, folder / str(first))
                 for first in range(0, len(seeds), ROUND)]
        found = [wrong for part in parts for wrong in part.result()]
    text = "\n".join(f"seed {seed}: {text}" for seed, text in found)
    assert not found, f"{text}\nThe histories are in {folder}. Again: " \
        f"TIELINE_SEEDS={found[0][0]} pytest tests/history/test_history.py"


@BROKERS
def test_histories_have_no_anomaly(program, count, tmp_path):
    check(seeds_asked_for(count), program, tmp_path)


@pytest.mark.long
@BROKERS
def test_many_histories_have_no_anomaly(program, count, tmp_path):
    check(seeds_asked_for(LONG * count), program, tmp_path)
