# SPDX-License-Identifier: MIT
"""As many connections as there may be: who comes then, and who has to go."""

import contextlib

import pytest

from hostile import wire
from hostile.wire import frame

from .broker import (authenticate, eventually, hear, is_turned_away, reset,
                     say)
from .test_floods import crowd, see_failure


def test_full_of_others(run_broker):
    """Nobody who has authenticated goes for a newcomer."""
    broker = run_broker(max_connections=5)
    acceptor, dialler = broker.pair("echo", "tcp", "unix")
    with acceptor, dialler, broker.login() as idle, broker.login("unix"):
        for transport in ("tcp", "unix") * 10:
            with broker.connect(transport) as sock:
                assert is_turned_away(sock)
        assert broker.connections() == {
            "open": 5, "authenticating": 0, "total": 5, "refused": 0,
            "dropped": 20}
        dialler.sendall(frame(b"still there"))
        assert wire.read_frame(acceptor) == b"still there"
        idle.close()
        eventually(lambda: broker.connections()["open"] == 4)
        broker.login().close()
    broker.log.wait_for("max_connections are open")
    broker.rests()
    broker.is_well()


def test_full_of_handshakes(run_broker):
    """The oldest of them makes room, and never one that is newer."""
    broker = run_broker(max_connections=6, handshake_timeout_ms=60000)
    with crowd(broker, 5) as socks:
        for _ in range(3):
            broker.login().close()
            eventually(lambda: broker.connections()["open"] < 6)
        see_failure(socks[0])
        with broker.login(), broker.login(), broker.login():
            for sock in socks[1:3]:
                see_failure(sock)
            authenticate(socks[4])
            authenticate(socks[3])
    assert broker.connections()["dropped"] == 3
    broker.rests()


@pytest.mark.parametrize("verb, limit", [
    ("accept", "max_parked"), ("dial", "max_waiting"), ("pipe", "max_waiting")])
def test_names_are_full(run_broker, verb, limit):
    """The refused connection closes; those that are there do not."""
    broker = run_broker(**{limit: 3})
    with contextlib.ExitStack() as stack:
        for at in range(3):
            sock = stack.enter_context(broker.login())
            say(sock, **{verb: f"name{at}", "timeout": 1000})
        eventually(lambda: broker.stat()["names"]["names"] == 3)
        for _ in range(10):
            sock = stack.enter_context(broker.login())
            say(sock, **{verb: "another"})
            reply = hear(sock)
            assert (reply["error"], limit in reply["message"]) == ("full", True)
            assert is_turned_away(sock)
        assert broker.stat()["names"]["names"] == 3
    broker.rests()
    assert broker.stat()["names"]["names"] == 0


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_early_bytes_are_bounded(run_broker, transport):
    """Beyond max_held_bytes its socket fills, and everything arrives."""
    held = 8192
    broker = run_broker(max_held_bytes=held)
    body = bytes(range(256)) * (1 << 14)
    with broker.login(transport) as dialler:
        say(dialler, dial="late", timeout=1000)
        dialler.setblocking(False)
        sent = 0
        data = frame(body)
        with contextlib.suppress(BlockingIOError):
            while sent < len(data):
                sent += dialler.send(data[sent:])
        eventually(lambda: held_by(broker, "waiting") == held)
        with broker.login() as acceptor:
            say(acceptor, accept="late")
            assert hear(acceptor)["ok"]
            assert wire.read_exactly(acceptor, sent) == data[:sent]
    broker.rests()


def held_by(broker, state):
    say(broker.control, list="connections")
    entries = hear(broker.control)["connections"]
    return sum(one["held"] for one in entries if one["state"] == state)


def test_monitor_that_does_not_read(run_broker):
    """It misses events, is told how many, and holds nobody up."""
    broker = run_broker(max_monitor_bytes=1 << 16)
    with broker.login("unix") as monitor:
        say(monitor, monitor=True)
        assert hear(monitor)["ok"]
        for _ in range(3000):
            broker.login().close()
        broker.login("unix").close()
        seen = lost = 0
        while seen + lost < 2 * 3001:
            event = hear(monitor)
            seen += event["event"] != "lost"
            lost += event.get("count", 0)
        assert lost > 0
        assert seen + lost == 2 * 3001
    broker.rests()


def test_churn(run_broker):
    """They come, get as far as they like, and go with a reset: nothing of them
    stays, neither a counter nor a descriptor. What some have said first is kept
    for whom they dial, as long as a dialler waits."""
    broker = run_broker(dial_timeout_ms=500)
    before = broker.fds()
    steps = [
        lambda sock: None,
        lambda sock: sock.sendall(frame(b"no answer")),
        authenticate,
        lambda sock: say(authenticate(sock), accept="churn"),
        lambda sock: say(authenticate(sock), dial="churn", timeout=1000),
        lambda sock: say(authenticate(sock), pipe="churn"),
        lambda sock: say(authenticate(sock), monitor=True),
        lambda sock: (say(authenticate(sock), dial="churn"),
                      sock.sendall(frame(bytes(10000)))),
        lambda sock: authenticate(sock).sendall(frame(b'{"accept":1}')),
        lambda sock: authenticate(sock).sendall(frame(b"\x80 a manager")),
    ]
    for at in range(5000):
        sock = broker.connect()
        steps[at % len(steps)](sock)
        reset(sock)
    broker.rests()
    assert broker.fds() == before
    assert broker.stat()["names"] == {
        "names": 0, "parked": 0, "waiting": 0, "pipes": 0}
    assert broker.relay()["pairs"] == 0
    broker.is_well()
