# SPDX-License-Identifier: MIT
"""A thousand connections of stock Python's proxies that wait: what they cost a
broker of one thread, and that each is served."""

import ast
import pathlib
import sys

import pytest

from conftest import HANG
from hostile.conftest import Stopwatch
from limits.broker import eventually
from managers.wire import Speaker

from .conftest import KIB
from .test_waiting import rest

WAITING = pathlib.Path(__file__).parent.parent / "managers/programs/waiting.py"
PROCESSES = 4
THREADS = 250  # of each
ALL = PROCESSES * THREADS

# What may be used for each of them while it waits.
CONNECTION_BYTES = 3 * KIB


def threads_of(pid):
    with open(f"/proc/{pid}/status") as file:
        [line] = [line for line in file if line.startswith("Threads:")]
    return int(line.split()[1])


def waiting(broker):
    return broker.stat()["objects"]["waiting"]


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_a_thousand_proxies_wait(run_broker, start, figure, kind):
    broker = run_broker(max_handshakes=ALL, handshake_timeout_ms=60_000)
    producer = Speaker(broker.at["unix"])
    queue, _ = producer.returns(None, "create", "get_queue")
    producer.close()
    producer = Speaker(broker.at["unix"]).serves()
    before = broker.memory("VmRSS")
    programs = [start(sys.executable, "-B", WAITING, broker.at[kind],
                      broker.key, THREADS) for _ in range(PROCESSES)]
    eventually(lambda: waiting(broker) == ALL, HANG)
    each = (broker.memory("VmRSS") - before) / ALL
    used = rest(broker)
    assert threads_of(broker.pid) == 1
    watch = Stopwatch()
    for i in range(ALL):
        producer.returns(queue, "put", i)
    got = []
    for program in programs:
        assert program.line() == "ready"
        got += ast.literal_eval(program.line())
    seconds = watch.seconds()
    assert sorted(got) == list(range(ALL))
    figure(f"{ALL} stock proxies wait over {kind}: {each:.0f} bytes each, one "
           f"thread, {used * 1000:.0f} ms of a processor in a second; all are "
           f"served within {seconds:.2f} s, one put behind the other")
    assert each < CONNECTION_BYTES
    for program in programs:
        assert program.finish()[0] == 0
    producer.close()
    broker.rests()
