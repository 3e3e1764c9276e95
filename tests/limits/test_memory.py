# SPDX-License-Identifier: MIT
"""Readers that do not read: what is held of them is bounded, others do not
notice, and they get everything in the end."""

import contextlib
import select
import socket
import time

import pytest

from hostile import wire
from hostile.conftest import PATIENCE, Stopwatch, patient
from hostile.wire import frame

from .broker import eventually, reset
from .test_lengths import PAIRS

SMALL = frame(bytes(range(251)) * 16) * 16   # never spliced
LARGE = frame(bytes(range(251)) * (1 << 13))  # spliced


class Stalled:
    """A pair of which neither side reads: each sends until nobody takes more.
    """

    def __init__(self, broker, at, message, accepts="unix", dials="unix"):
        self.pair = broker.pair(f"stalled{at}", accepts, dials)
        self.message = message
        self.sent = [0, 0]
        for sock in self.pair:
            sock.setblocking(False)

    def fill_from(self, side):
        """Returns how much more was taken from that side."""
        before = self.sent[side]
        with contextlib.suppress(BlockingIOError):
            while True:
                at = self.sent[side] % len(self.message)
                self.sent[side] += self.pair[side].send(
                    memoryview(self.message)[at:])
        return self.sent[side] - before

    def fill(self):
        return self.fill_from(0) + self.fill_from(1)

    def read(self):
        """Everything that was sent, both ways at once: it arrives whole."""
        left = self.sent[::-1]
        while any(left):
            ready = self._ready(left)
            assert ready, f"{left} bytes do not come"
            for side in ready:
                sock = self.pair[side]
                at = (self.sent[1 - side] - left[side]) % len(self.message)
                got = sock.recv(min(left[side], len(self.message) - at))
                assert got, f"it ends, and {left} bytes are missing"
                is_right = got == self.message[at:at + len(got)]
                assert is_right, f"{left} bytes before the end"
                left[side] -= len(got)

    def _ready(self, left):
        """Which sides have something to read; of those that expect it."""
        poll = select.poll()
        side_of = {}
        for side, sock in enumerate(self.pair):
            if left[side]:
                poll.register(sock, select.POLLIN)
                side_of[sock.fileno()] = side
        return [side_of[fd] for fd, _ in poll.poll(PATIENCE * 1000)]

    def close(self):
        for sock in self.pair:
            sock.close()


def stall(stack, broker, count, message, total, **transports):
    """So many stalled pairs; the bound is checked all the while."""
    all_of_them = []
    for at in range(count):
        all_of_them.append(stack.enter_context(contextlib.closing(
            Stalled(broker, at, message, **transports))))
        all_of_them[-1].fill()
        assert broker.relay()["held_bytes"] <= total + 4096 * 2 * (at + 1)
    while any([one.fill() for one in all_of_them]):
        pass
    assert broker.relay()["held_bytes_peak"] <= total + 4096 * 2 * count
    return all_of_them


def round_trips(pair, seconds):
    one, other = pair
    watch = Stopwatch()
    count = 0
    while watch.seconds() < seconds:
        one.sendall(frame(b"there"))
        assert wire.read_frame(other) == b"there"
        other.sendall(frame(b"back"))
        assert wire.read_frame(one) == b"back"
        count += 1
    return count


@pytest.mark.parametrize("message", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("accepts, dials", [("unix", "unix"), ("tcp", "tcp")])
def test_stalled_pairs(run_broker, message, accepts, dials):
    """The bound is that of the settings and 4096 bytes for each direction."""
    total = 1 << 20
    broker = run_broker(relay_total_bytes=total, relay_window_bytes=1 << 16)
    count = 100 if accepts == "unix" else 6  # TCP's kernel buffers are large
    with contextlib.ExitStack() as stack:
        stack.callback(broker.rests)
        pair = broker.pair("others", accepts, dials)
        for sock in pair:
            stack.enter_context(sock)
        before = round_trips(pair, 0.5)
        stalled = stall(stack, broker, count, message, total, accepts=accepts,
                        dials=dials)
        after = round_trips(pair, 0.5)
        held = broker.relay()["held_bytes"]
        assert 0 < held
        # A busy machine makes this vary; to wait for the stalled would leave
        # nothing of it.
        assert after > before / 50
        for one in stalled:
            one.read()
        assert broker.relay()["held_bytes"] == 0


# Limits of time as short as they may be.
HURRY = {"handshake_timeout_ms": 1000, "linger_timeout_ms": 100,
         "dial_timeout_ms": 100, "drain_timeout_ms": 100,
         "keepalive_idle_s": 1}
PAUSE = 1.2  # longer than any of these


def test_readers_that_pause(run_broker):
    """No time limit of the broker is one for reading."""
    broker = run_broker(**HURRY)
    with contextlib.ExitStack() as stack:
        stack.callback(broker.rests)
        stalled = [
            stall(stack, broker, 1, message, 1 << 26, accepts=accepts,
                  dials=dials)[0]
            for accepts, dials in PAIRS for message in (SMALL, LARGE)]
        time.sleep(PAUSE)
        for one in stalled:
            one.read()


def go(sock, breaks):
    """Closes, as an end or a break. A Unix socket breaks if it leaves
    something unread."""
    if breaks:
        reset(sock)
    else:
        sock.shutdown(socket.SHUT_WR)
        sock.close()


@pytest.mark.parametrize("breaks", [False, True], ids=["ends", "breaks"])
def test_senders_that_are_gone(run_broker, breaks):
    """What they sent is still delivered, in front of their end, however late
    it is read; and of what a break left, nothing is made up."""
    broker = run_broker(**HURRY)
    with contextlib.ExitStack() as stack:
        stack.callback(broker.rests)
        readers = []
        for at, (accepts, dials) in enumerate(2 * PAIRS):
            message = (SMALL, LARGE)[at // len(PAIRS)]
            one = Stalled(broker, at, message, accepts, dials)
            acceptor, dialler = one.pair
            stack.enter_context(acceptor)
            acceptor.sendall(frame(b"not read"))
            one.fill_from(1)
            eventually(lambda: one.fill_from(1) == 0)
            if breaks:
                wire.await_input(patient(dialler))
            else:
                assert wire.read_frame(patient(dialler)) == b"not read"
            go(dialler, breaks)
            readers.append((acceptor, message, one.sent[1]))
        time.sleep(PAUSE)
        for acceptor, message, sent in readers:
            see_rest(patient(acceptor), message, sent, breaks)


def see_rest(sock, message, sent, breaks):
    data, how = all_and_end(sock)
    whole = message * (sent // len(message) + 1)
    if not breaks:
        assert (len(data), how) == (sent, "end")
        assert data == whole[:sent]
    elif sock.family == socket.AF_UNIX:
        assert how == "end"
        assert len(data) % frame_bytes(message) > 0
        assert data[:-1] == whole[:len(data) - 1]
    else:
        assert how == "reset"
        assert data == whole[:len(data)]


def frame_bytes(message):
    return 4 + int.from_bytes(message[:4], "big")


def all_and_end(sock):
    data = bytearray()
    try:
        while more := sock.recv(1 << 16):
            data += more
    except ConnectionResetError:
        return data, "reset"
    return data, "end"


@pytest.mark.parametrize("message", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("accepts, dials", PAIRS)
def test_both_are_gone(run_broker, accepts, dials, message):
    """Neither has read anything, and there is nobody to deliver it to."""
    broker = run_broker()
    before = broker.fds()
    with contextlib.ExitStack() as stack:
        for one in stall(stack, broker, 3, message, 1 << 26, accepts=accepts,
                         dials=dials):
            assert broker.relay()["held_bytes"] > 0
    broker.rests()
    assert broker.fds() == before


@pytest.mark.parametrize("dials", ["tcp", "unix"])
def test_broken_pairs_count(run_broker, dials):
    """Who breaks the rules, and does not read what he gets until then, holds no
    more than others do."""
    total = 1 << 20
    broker = run_broker(relay_total_bytes=total)
    with contextlib.ExitStack() as stack:
        stack.callback(broker.rests)
        broken = []
        for at in range(20 if dials == "unix" else 4):
            one = stack.enter_context(contextlib.closing(
                Stalled(broker, at, SMALL, "unix", dials)))
            eventually(lambda: one.fill_from(0) == 0)
            one.pair[1].sendall(wire.short_header(-2))
            broken.append(one)
        eventually(lambda: broker.relay()["pairs"] == 0)
        assert broker.states()["closing"] == len(broken)
        relay = broker.relay()
        assert 0 < relay["held_bytes"] <= relay["held_bytes_peak"]
        assert relay["held_bytes_peak"] <= total + 4096 * len(broken)
        for one in broken:
            sent = one.sent[0]
            data = all_and_end(patient(one.pair[1]))[0]
            whole = SMALL * (len(data) // len(SMALL) + 1)
            assert len(data) >= sent - (1 << 18)
            assert data[:sent] == whole[:min(sent, len(data))]


def test_nothing_is_made_up_of_a_cut_message(run_broker):
    """A break inside a body that is spliced adds nothing to it."""
    broker = run_broker()
    message = frame(b"\xff" * (1 << 20))
    with contextlib.closing(Stalled(broker, 0, message)) as one:
        eventually(lambda: one.fill_from(0) == 0)
        assert broker.relay()["held_bytes"] > 0
        acceptor, dialler = one.pair
        dialler.sendall(wire.short_header(-2))
        eventually(lambda: broker.relay()["pairs"] == 0)
        data, _ = all_and_end(patient(dialler))
        assert 4 < len(data) < len(message)
        assert data == message[:len(data)]
    broker.rests()
