# SPDX-License-Identifier: MIT
"""Peers that are silent or slow: each is ended at the handshake deadline, with
a text that says what was missing, while others are served at once."""

import contextlib
import select
import time

import pytest

from conftest import KEY

from . import wire
from .conftest import LATE, ROLES, TRANSPORTS, Stopwatch
from .wire import OTHER, frame

DEADLINE = 0.4
EARLIEST = DEADLINE / 2  # our side's clock starts a little before ours
LATEST = DEADLINE + 4
SOON = ("--handshake-timeout-ms", "400")
PACE = 0.05  # between two bytes of a slow peer

MISSING = {
    "answer": "did not answer our challenge in time: is its authkey set?",
    "challenge": "sent no challenge in time: is its authkey set?",
    "verdict": "did not say if our answer is right in time: is its authkey "
               "set?",
}
# How many bytes of the next frame it sends at once; None is one at a time.
STYLES = {"silent": 0, "in the header": 2, "before the body": 4,
          "in the body": 9, "slow": None}


class Laggard:
    """A raw connection that goes as far as a step, and then lags."""

    def __init__(self, victim, sock, step, style):
        self.watch = Stopwatch()
        self.sock = sock
        self.step = step
        self.name = victim.name(sock)
        side = wire.Side(sock, OTHER[victim.role], KEY)
        side.go_to(step)
        data = side.take()
        sock.sendall(data[:STYLES[style] or 0])
        self.slow = STYLES[style] is None
        self.bytes = data if self.slow else b""
        self.next_byte_at = 0
        self.seconds = None

    def go_on(self):
        """One byte more, if it is time. It may have been cut off already."""
        if self.watch.seconds() < self.next_byte_at:
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.sock.sendall(self.bytes[:1])
        self.bytes = self.bytes[1:]
        self.next_byte_at = self.watch.seconds() + PACE

    def end(self):
        """It was told. What a slow one goes on sending may overtake that."""
        told = wire.everything(self.sock)
        assert told == frame(wire.FAILURE) or (self.slow and not told)
        self.seconds = self.watch.seconds()


def lag(laggards, meanwhile):
    """Goes on with all of them until all have been cut off."""
    poll = select.poll()
    by_fd = {laggard.sock.fileno(): laggard for laggard in laggards}
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    while by_fd:
        for laggard in by_fd.values():
            laggard.go_on()
            assert laggard.watch.seconds() < LATEST
        meanwhile()
        for fd, _ in poll.poll(PACE * 1000):
            poll.unregister(fd)
            by_fd.pop(fd).end()


def check(victim, laggards):
    for laggard in laggards:
        assert EARLIEST < laggard.seconds < LATEST
        code, text = victim.turned_away(laggard.name)
        assert (code, MISSING[laggard.step] in text) == (
            "TIELINE_EHANDSHAKE", True), text


def laggards_at_all_steps(victim, stack):
    return [Laggard(victim, stack.enter_context(victim.meet()), step, style)
            for style in STYLES
            for step in wire.STEPS[OTHER[victim.role]]]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_laggards(victims, role, transport):
    victim = victims(role, transport, *SOON)
    meanwhile = getattr(victim, "right_peer", lambda: None)
    with contextlib.ExitStack() as stack:
        laggards = laggards_at_all_steps(victim, stack)
        lag(laggards, meanwhile)
        check(victim, laggards)
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_others_do_not_wait_for_laggards(victims, transport):
    """The deadline is far off, so that nobody gets in because of it."""
    victim = victims("listener", transport, *LATE)
    with contextlib.ExitStack() as stack:
        laggards = laggards_at_all_steps(victim, stack)
        for _ in range(10):
            victim.right_peer()
    for laggard in laggards:
        assert victim.turned_away(laggard.name)[0] == "TIELINE_ELOST"
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_peer_that_never_reads(victims, role, transport):
    """It says what it can say without reading. What our side has said is still
    there, its verdict too, and nothing behind that."""
    victim = victims(role, transport, *SOON)
    with victim.meet() as sock:
        watch = Stopwatch()
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY)
        if role == "client":
            sock.sendall(side.take(2))
        code, text = victim.turned_away(name)
        assert EARLIEST < watch.seconds() < LATEST
        assert (code, MISSING["answer"] in text) == ("TIELINE_EHANDSHAKE", True)
        while not side.heard or wire.CHALLENGE not in side.heard[-1]:
            side.hear()
        assert wire.everything(sock) == frame(wire.FAILURE)
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_connect_timeout_bounds_the_handshake(victims, transport):
    victim = victims("client", transport, *LATE[:2], "--connect-timeout-ms",
                     "400")
    with victim.meet() as sock:
        watch = Stopwatch()
        assert wire.everything(sock) == frame(wire.FAILURE)
        assert watch.seconds() < LATEST
        code, text = victim.turned_away(victim.name(sock))
    assert (code, MISSING["challenge"] in text) == ("TIELINE_EHANDSHAKE", True)
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_no_deadline_once_authenticated(victims, role, transport):
    """Neither does the handshake's outlive it, nor is silence a fault then."""
    victim = victims(role, transport, *SOON)
    with victim.meet() as sock:
        wire.Side(sock, OTHER[role], KEY).finish()
        victim.opened()
        sock.sendall(b"\0")
        time.sleep(DEADLINE * 1.5)
        sock.sendall(frame(b"late")[1:])
        assert wire.read_frame(sock) == b"late"
    assert victim.ended()[0] == "TIELINE_EEOF"
    victim.is_well()
