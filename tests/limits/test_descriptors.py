# SPDX-License-Identifier: MIT
"""No descriptor left: the broker neither spins nor floods its log, whoever is
paired goes on, its policy stays, and it recovers at once."""

import contextlib
import select
import socket
import time

import pytest

from conftest import KEY
from hostile import wire
from hostile.conftest import Stopwatch
from hostile.wire import frame

from .broker import eventually, sending

on_all_spares = pytest.mark.parametrize("spare", [0, 1, 2])


class Storm:
    """Silent peers that knock again whenever they are sent away."""

    def __init__(self, broker, count):
        self.broker = broker
        self.knocks = 0
        self.socks = [self.knock() for _ in range(count)]

    def knock(self):
        """The kernel's queue may be full: who cannot connect tries later."""
        self.knocks += 1
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", self.broker.port))
        return sock

    def go_on(self, seconds=0.01):
        """Waits until one of them is sent away, but not for long."""
        poll = select.poll()
        for sock in self.socks:
            poll.register(sock, select.POLLIN)
        poll.poll(seconds * 1000)
        for at, sock in enumerate(self.socks):
            with contextlib.suppress(BlockingIOError):
                try:
                    if sock.recv(4096):
                        continue
                except ConnectionResetError:
                    pass
                sock.close()
                self.socks[at] = self.knock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in self.socks:
            sock.close()


def see_it_rests(broker, seconds=0.5, most=0.2):
    """It takes next to no processor time. Only time can show that."""
    watch = Stopwatch()
    before = broker.processor_seconds()
    time.sleep(seconds)
    assert broker.processor_seconds() - before < most * watch.seconds()


def talk(pair):
    for one, other in (pair, pair[::-1]):
        one.sendall(frame(b"still there"))
        assert wire.read_frame(other) == b"still there"


@on_all_spares
@pytest.mark.parametrize("accepts, dials", [("tcp", "tcp"), ("unix", "unix")])
def test_storm(run_broker, spare, accepts, dials):
    """Whoever is paired goes on. With nobody else to go, those who knock are
    turned away in batches, and not one by one in haste."""
    broker = run_broker(handshake_timeout_ms=60000)
    pair = broker.pair("pair", accepts, dials)
    with pair[0], pair[1]:
        with broker.descriptors(spare), Storm(broker, 300) as storm:
            watch = Stopwatch()
            before = broker.processor_seconds()
            while watch.seconds() < 1:
                storm.go_on()
                talk(pair)
            used = (broker.processor_seconds() - before) / watch.seconds()
            # Who has descriptors left works as fast as they knock.
            if spare == 0:
                assert storm.knocks < 300 + 2000 * watch.seconds()
                assert used < 0.3
            assert len(broker.lines("warning")) < 6 * (1 + watch.seconds())
        watch = Stopwatch()
        broker.login().close()
        assert watch.seconds() < 5
        talk(pair)
        broker.rests(3)
    broker.is_well()


@on_all_spares
def test_it_rests(run_broker, spare):
    """Others hold all there is, and somebody knocks: nothing to be done."""
    broker = run_broker()
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(broker.login())
        with broker.descriptors(spare):
            for _ in range(spare):
                stack.enter_context(broker.login())
            see_it_rests(broker)
            for transport in ("tcp", "unix"):
                with broker.connect(transport) as sock:
                    assert wire.everything(sock) == b""
            see_it_rests(broker)
            assert broker.connections()["open"] == 9 + spare
        broker.is_well()


@on_all_spares
def test_who_is_silent_makes_room(run_broker, spare):
    """As long as there is anybody who has not authenticated."""
    broker = run_broker(handshake_timeout_ms=60000)
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(broker.connect()) for _ in range(4)]
        eventually(lambda: broker.connections()["authenticating"] == 4)
        with broker.descriptors(spare):
            for _ in range(4 + spare):
                stack.enter_context(broker.login())
            for sock in silent:
                assert wire.everything(sock).endswith(frame(wire.FAILURE))
            with broker.connect() as sock:
                assert wire.everything(sock) == b""


def relays(pair, size):
    """A message that is spliced where that is possible."""
    body = b"long" * (size // 4)
    with contextlib.ExitStack() as stack:
        for one in pair:
            stack.enter_context(sending(one, frame(body)))
        for one in pair:
            assert wire.read_frame(one) == body


@on_all_spares
def test_long_messages(run_broker, spare):
    """They go on without the pipes that they would go through."""
    broker = run_broker()
    pair = broker.pair("long")
    with pair[0], pair[1]:
        before = broker.fds()
        with broker.descriptors(spare):
            relays(pair, 8 << 20)
            talk(pair)
        relays(pair, 8 << 20)
        talk(pair)
        assert broker.fds() == before
    broker.rests()


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_pipes_make_room(run_broker, transport):
    """Connections come first: messages that are under way go on without a
    pipe, whether one is full for a reader that has stopped, or empty for a
    sender that has."""
    broker = run_broker()
    full = b"full" * (8 << 20)
    empty = b"empty" * (1 << 20)
    with contextlib.ExitStack() as stack:
        one, other = pair = [stack.enter_context(sock) for sock in
                             broker.pair("long", transport, transport)]
        quiet = len(broker.fds())
        half = len(empty) // 2
        other.sendall(wire.short_header(len(empty)))
        for at in range(0, half, 1 << 16):
            piece = empty[at:min(at + (1 << 16), half)]
            other.sendall(piece)
            skipped = 0 if at else 4
            assert wire.read_exactly(
                one, skipped + len(piece))[skipped:] == piece
        with sending(one, frame(full)):
            eventually(lambda: len(broker.fds()) == quiet + 4
                       and broker.relay()["held_bytes"] > 0)
            with broker.descriptors(0):
                for _ in range(4):
                    stack.enter_context(broker.login())
                assert wire.read_frame(other) == full
        with sending(other, empty[half:]):
            assert wire.read_exactly(one, len(empty) - half) == empty[half:]
        talk(pair)
        assert len(broker.fds()) == quiet + 4


@on_all_spares
def test_reload(run_broker, spare):
    """It may fail then, and says so; the policy is the old one or the new one,
    never a weaker one."""
    policy = {"legacy_auth": "off", "max_message_bytes": 1000}
    broker = run_broker(**policy)
    with contextlib.ExitStack() as stack:
        broker.configure(**policy, max_connections=100)
        with broker.descriptors(spare), Storm(broker, 50) as storm:
            for _ in range(5):
                storm.go_on()
                said = broker.reload()
                assert ("nothing is changed" in said) or "reloaded" in said
        broker.rests()
        with broker.connect() as sock:
            side = wire.Side(sock, "client", KEY, dialect="md5")
            sock.sendall(side.take())
            assert wire.everything(sock) == frame(wire.FAILURE)
        with broker.connect() as sock:
            side = wire.Side(sock, "client", b"another key")
            sock.sendall(side.take())
            assert wire.everything(sock) == frame(wire.FAILURE)
        acceptor, dialler = (stack.enter_context(one)
                             for one in broker.pair("policy"))
        dialler.sendall(wire.short_header(1001))
        with pytest.raises(ConnectionResetError):
            acceptor.recv(1)
        assert "reloaded" in broker.reload()
