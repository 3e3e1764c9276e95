# SPDX-License-Identifier: MIT
"""Crowds of peers that never authenticate, on this machine, where nothing but
the broker's own limits holds them back: others get in meanwhile, every one of
them is gone by its deadline, and nothing of them is left."""

import contextlib
import random
import select
import socket
import time

import pytest

from conftest import HANG, KEY
from hostile import wire
from hostile.conftest import PATIENCE, Stopwatch
from hostile.wire import frame

from .broker import authenticate, eventually, say, hear

DEADLINE_MS = 1500
PACE = 0.05  # between two bytes of a slow peer


@contextlib.contextmanager
def crowd(broker, count, transport="tcp"):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(broker.connect(transport))
               for _ in range(count)]


def see_failure(sock):
    """It was challenged, and then sent away."""
    assert wire.read_frame(sock).startswith(wire.CHALLENGE)
    assert wire.everything(sock) == frame(wire.FAILURE)


def see_logins(broker, seconds=HANG):
    for transport in ("tcp", "unix"):
        watch = Stopwatch()
        broker.login(transport).close()
        assert watch.seconds() < seconds


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_silent_peers_within_the_limit(run_broker, transport):
    """None makes room for others, so the deadline alone ends them."""
    broker = run_broker(handshake_timeout_ms=DEADLINE_MS, max_handshakes=2000)
    with crowd(broker, 1500, transport) as socks:
        last = Stopwatch()
        see_logins(broker)
        for sock in socks:
            see_failure(sock)
        assert last.seconds() < DEADLINE_MS / 1000 + PATIENCE
        counted = broker.connections()
        assert (counted["refused"], counted["dropped"]) == (1500, 0)
        broker.rests()
    assert len(broker.lines("not let in")) < 5 * PATIENCE


def test_silent_peers_beyond_the_limit(run_broker):
    """The oldest make room; nobody has to wait for a deadline."""
    broker = run_broker(handshake_timeout_ms=60 * 60 * 1000)
    with crowd(broker, 1500) as socks:
        eventually(lambda: broker.connections()["dropped"] == 1500 - 512)
        assert broker.connections()["authenticating"] == 512
        see_logins(broker)
        for sock in socks[:1500 - 512]:
            see_failure(sock)
    broker.rests()
    broker.is_well()


@pytest.mark.parametrize("limit", [1, 8])
def test_oldest_handshake_goes(run_broker, limit):
    """Never the newest: those that are left can still authenticate."""
    broker = run_broker(max_handshakes=limit, handshake_timeout_ms=60000)
    with crowd(broker, 50) as socks:
        for sock in socks[:-limit]:
            see_failure(sock)
        for sock in reversed(socks[-limit:]):
            authenticate(sock)
        counted = broker.connections()
        assert (counted["dropped"], counted["refused"]) == (50 - limit, 0)
        assert broker.connections()["open"] == 1 + limit
    broker.rests()


def noise(seed):
    chance = random.Random(seed)
    return chance.randbytes(chance.randrange(1, 600))


def shout(sock, data):
    """Sends it all and a FIN; the broker may be gone before that."""
    with contextlib.suppress(OSError):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_noise(run_broker, transport):
    """All are connected before the first one speaks."""
    broker = run_broker(handshake_timeout_ms=60000)
    with crowd(broker, 300, transport) as socks:
        for seed, sock in enumerate(socks):
            shout(sock, noise(seed))
            if seed % 100 == 0:
                see_logins(broker)
        for sock in socks:
            assert wire.read_frame(sock).startswith(wire.CHALLENGE)
            assert wire.everything(sock) in (b"", frame(wire.FAILURE))
    broker.rests()
    assert broker.connections()["refused"] == 300
    broker.is_well()


class Slow:
    """A peer that sends a byte at a time from some step on."""

    def __init__(self, sock, step):
        self.watch = Stopwatch()
        self.sock = sock
        side = wire.Side(sock, "client", KEY)
        side.go_to(step)
        self.bytes = side.take()

    def go_on(self):
        """It may have been cut off already."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.sock.sendall(self.bytes[:1])
        self.bytes = self.bytes[1:]


def test_slow_handshakes(run_broker):
    """The deadline is one for the whole handshake, not for a byte."""
    # The longest frame takes longer than the deadline, and so the shortest.
    broker = run_broker(handshake_timeout_ms=400)
    with crowd(broker, 30) as socks:
        steps = wire.STEPS["client"]
        slow = [Slow(sock, steps[at % 3]) for at, sock in enumerate(socks)]
        poll = select.poll()
        by_fd = {one.sock.fileno(): one for one in slow}
        for fd in by_fd:
            poll.register(fd, select.POLLIN)
        while by_fd:
            for one in by_fd.values():
                one.go_on()
                assert one.watch.seconds() < PATIENCE
            see_logins(broker)
            for fd, _ in poll.poll(PACE * 1000):
                poll.unregister(fd)
                one = by_fd.pop(fd)
                # What it went on sending may overtake the verdict.
                assert wire.everything(one.sock) in (b"", frame(wire.FAILURE))
                assert one.watch.seconds() > 0.2
        assert broker.connections()["refused"] == 30
        broker.rests()


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_slow_requests(run_broker, transport):
    """Who has authenticated may take its time: over a header, over a body, and
    beyond every deadline. Others are served meanwhile."""
    broker = run_broker(handshake_timeout_ms=1000, linger_timeout_ms=100,
                        dial_timeout_ms=100)
    request = frame(b'{"ping":"slow"}')
    with broker.login(transport) as sock:
        for byte in request:
            sock.sendall(bytes([byte]))
            time.sleep(PACE)
            see_logins(broker)
        assert hear(sock)["ping"] == "slow"
        # Nothing but the start of a header, for longer than any deadline.
        sock.sendall(request[:2])
        time.sleep(2)
        sock.sendall(request[2:])
        assert hear(sock)["ping"] == "slow"


def test_peer_that_never_reads_replies(run_broker):
    """It is not read either, and what it costs is bounded."""
    broker = run_broker()
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(broker.login("unix"))
        deaf = stack.enter_context(broker.login("unix"))
        deaf.settimeout(0.2)
        with pytest.raises(TimeoutError):
            for _ in range(100000):
                say(deaf, list="connections")
        see_logins(broker)
        deaf.settimeout(PATIENCE)
        assert hear(deaf)["total"] == 502
    broker.rests()
