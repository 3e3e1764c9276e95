# SPDX-License-Identifier: MIT
"""How long others wait for their login while silent peers hold the door."""

import contextlib

import pytest

from hostile.conftest import Stopwatch
from limits.broker import eventually

from .conftest import MIB, sizes


def timed_logins(broker, count, transport, meanwhile=lambda: None):
    seconds = []
    for _ in range(count):
        meanwhile()
        watch = Stopwatch()
        broker.login(transport).close()
        seconds.append(watch.seconds())
    return sorted(seconds)


def report(figure, what, seconds):
    figure(f"{what}: a login takes {seconds[len(seconds) // 2] * 1000:.2f} ms "
           f"(median), {seconds[-1] * 1000:.2f} ms (the slowest of "
           f"{len(seconds)})")
    assert seconds[-1] < 1


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_logins_beside_silent_peers(run_broker, figure, transport):
    broker = run_broker(max_handshakes=2000, handshake_timeout_ms=60000)
    report(figure, f"nobody else, {transport}",
           timed_logins(broker, 200, transport))
    with contextlib.ExitStack() as stack:
        for _ in range(1500):
            stack.enter_context(broker.connect(transport))
        eventually(lambda: broker.connections()["authenticating"] == 1500)
        report(figure, f"1500 silent peers, {transport}",
               timed_logins(broker, 200, transport))
        assert broker.connections()["authenticating"] == 1500
    broker.rests()


@pytest.mark.parametrize("count", sizes(2000, 10000))
def test_logins_in_a_flood(run_broker, figure, count):
    """Silent peers come all the time, more than may be under way."""
    broker = run_broker()
    with contextlib.ExitStack() as stack:
        def flood():
            for _ in range(10):
                stack.enter_context(broker.connect())

        report(figure, f"{count} silent peers come, 10 before each login",
               timed_logins(broker, count // 10, "tcp", flood))
        assert broker.connections()["authenticating"] > 500
        figure(f"at most {broker.memory('VmHWM') / MIB:.1f} MiB of memory "
               "meanwhile")
    broker.rests()
