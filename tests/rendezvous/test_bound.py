# SPDX-License-Identifier: MIT
"""Addresses that are bound to a name: those who connect there know nothing of
names, nor of a broker."""

import json
import os
import time

import pytest

from .client import END, PATIENCE, echo_both_ways, frame, meanwhile, request
from .conftest import BOTH, MIXES

@pytest.fixture
def bind(serve, tmp_path):
    """A broker with two addresses more, bound to "echo", as hub.bound."""
    def run(wait_ms=10_000, **settings):
        bound = {"bind": "echo", "bind_wait_ms": wait_ms}
        hub = serve(listen=[
            "tcp://127.0.0.1:0", f"unix:{tmp_path}/broker",
            {"address": "tcp://127.0.0.1:0", **bound},
            {"address": f"unix:{tmp_path}/bound", **bound}], **settings)
        hub.bound = dict(zip(["tcp", "unix"], hub.broker.addresses[2:]))
        return hub
    return run


@MIXES
def test_before_and_after_a_listener_accepts(bind, mix):
    """It gets nothing but what its partner sends."""
    hub = bind()
    for first in ["acceptor", "client"]:
        if first == "acceptor":
            acceptor = hub.connect(mix[1]).parks("echo")
            client = hub.connect(hub.bound[mix[0]])
        else:
            client = hub.connect(hub.bound[mix[0]])
            hub.connect().until_seated("echo", waiting=1)
            acceptor = hub.connect(mix[1])
            acceptor.ask(accept="echo")
        peer = acceptor.is_paired("echo")
        if mix[0] == "tcp":
            assert peer == {
                "address": "tcp://%s:%d" % client.sock.getsockname(),
                "identity": "authkey"}
        else:
            assert peer == {"address": "unix:", "uid": os.getuid(),
                            "identity": "authkey"}
        assert client.is_quiet()
        acceptor.send(b"the first that it hears")
        assert client.receive() == b"the first that it hears"
        echo_both_ways(client, acceptor, bytes(1 << 20))
        client.close()
        assert acceptor.rest() == ([], END)


@BOTH
def test_whatever_it_sends_is_its_partners(bind, kind):
    """Also what would be a request, a manager's, or no length at all."""
    hub = bind()
    for first in [request(ping="x"), request(accept="other"), frame(b"{}"),
                  frame(b""), frame(b"\x80\x04"), frame(b"<"),
                  frame(bytes(5000))]:
        client = hub.connect(hub.bound[kind])
        client.write(first)
        acceptor = hub.connect()
        acceptor.ask(accept="echo")
        acceptor.is_paired("echo")
        assert frame(acceptor.receive()) == first
        client.close()


@BOTH
def test_what_it_sends_early_arrives(bind, kind):
    """More than is kept, too."""
    hub = bind(max_held_bytes=8192)
    client, acceptor = hub.connect(hub.bound[kind]), hub.connect()
    with meanwhile(client.send, b"first", bytes(1 << 20), b"last"):
        hub.connect().until(lambda eye: eye.connections()[0]["held"] == 8192)
        acceptor.ask(accept="echo")
        acceptor.is_paired("echo")
        assert [acceptor.receive() for _ in range(3)] == [
            b"first", bytes(1 << 20), b"last"]
    echo_both_ways(client, acceptor)


@MIXES
def test_it_sends_and_closes_before_it_is_paired(bind, mix):
    hub = bind()
    client = hub.connect(hub.bound[mix[0]])
    client.send(b"one", b"two")
    client.close()
    hub.connect().until_seated("echo", waiting=1)
    acceptor = hub.connect(mix[1])
    acceptor.ask(accept="echo")
    acceptor.is_paired("echo")
    assert acceptor.rest() == ([b"one", b"two"], END)


@BOTH
def test_it_goes_away_in_silence(bind, kind):
    hub = bind()
    client = hub.connect(hub.bound[kind])
    hub.connect().until_seated("echo", waiting=1)
    client.close()
    hub.connect().until(lambda eye: eye.names() == {})


@BOTH
@pytest.mark.parametrize("wait_ms", [0, 200])
def test_nobody_accepts_in_time(bind, kind, wait_ms):
    """It is closed with no word, and the log says why."""
    hub = bind(wait_ms, dial_timeout_ms=60_000)
    started = time.monotonic()
    client = hub.connect(hub.bound[kind])
    assert client.rest() == ([], END)
    assert wait_ms / 1000 - 0.01 <= time.monotonic() - started < PATIENCE / 3
    assert "warning" in hub.broker.log.wait_for(
        'nobody came for "echo" in time')
    assert hub.connect().names() == {}


def test_its_turn_is_its_own(bind):
    """It waits with those who dial, in the order in which they came."""
    hub = bind()
    waiting = []
    for to in [hub.bound["tcp"], "unix", hub.bound["unix"], "tcp"]:
        waiting.append(hub.connect(to))
        if to in ("unix", "tcp"):
            waiting[-1].ask(dial="echo")
        hub.connect().until_seated("echo", waiting=len(waiting))
    for dialler in waiting:
        acceptor = hub.connect()
        acceptor.write(request(accept="echo"), frame(b"here"))
        if dialler in waiting[1::2]:
            dialler.is_paired("echo")
        assert dialler.receive() == b"here"


def test_it_counts_as_waiting(bind):
    """Beyond max_waiting it is closed with no word."""
    hub = bind(max_waiting=1)
    first = hub.connect(hub.bound["tcp"])
    hub.connect().until_seated("echo", waiting=1)
    assert hub.connect(hub.bound["tcp"]).rest() == ([], END)
    acceptor = hub.connect()
    acceptor.ask(accept="echo")
    acceptor.is_paired("echo")
    echo_both_ways(first, acceptor)


@BOTH
def test_a_gone_acceptor_is_passed_over(bind, kind):
    hub = bind()
    gone = [hub.connect(kind).parks("echo") for _ in range(3)]
    hub.connect().parks("echo").send(b"there")
    with hub.broker.asleep():
        for acceptor in gone:
            acceptor.close()
    assert hub.connect(hub.bound["tcp"]).receive() == b"there"


def test_the_name_is_that_of_others_too(bind):
    """Whoever accepts it serves both kinds, and may have it alone."""
    hub = bind()
    acceptor = hub.connect().parks("echo", exclusive=True)
    client = hub.connect(hub.bound["unix"])
    acceptor.is_paired("echo")
    client.write(request(ping="a message like any other"))
    assert json.loads(acceptor.receive())["ping"]
    assert hub.connect().names()["echo"]["relayed"] == 1
