# SPDX-License-Identifier: MIT
"""Each dialect behind a login over TLS."""

import os

import pytest

from managers.wire import Speaker
from rendezvous.client import END
from rendezvous.test_monitor import Monitor
from session.wire import Session

from .client import SecurePeer, context

MEBI = 1 << 20


class SecureSession(Session):
    """What a session says and hears, over TLS."""

    def __init__(self, peer):
        self.peer, self.sock = peer, peer.sock
        self.connection = peer.connection
        self.last_tag = 0
        self.unread, self.parts, self.arrivals = [], {}, []
        self.greeting = self.hello().value


class SecureSpeaker(SecurePeer, Speaker):
    """A manager's client over TLS."""


@pytest.fixture
def speaker(hub, certificates):
    """Starts managers' clients."""
    def start():
        one = SecureSpeaker(hub.broker.at["tls"], context(certificates))
        hub.stack.callback(one.close)
        return one
    return start


@pytest.fixture
def hub(secure):
    return secure()


def test_a_monitor(hub):
    monitor = Monitor(hub, "tls")
    peers = [hub.connect("tls") for _ in range(200)]
    told = [monitor.next() for _ in peers]
    assert {event["event"] for event in told} == {"connected"}
    assert {event["tls"] for event in told} == {"TLSv1.3"}


def test_a_session(hub):
    """Requests and answers longer than what TLS holds back."""
    session = SecureSession(hub.connect("tls"))
    session.has_open(1, "jobs", "Queue")
    bodies = [os.urandom(MEBI) for _ in range(4)]
    for body in bodies:
        assert session.put(1, body).outcome == "OK"
    got = [session.has_got(1)[0].body for _ in bodies]
    assert got == bodies


def test_a_managers_client(hub, speaker):
    server = speaker()
    ident, _ = server.returns(None, "create", "Queue")
    assert server.rest() == ([], END)
    proxy = speaker().serves()
    for i in range(100):
        proxy.returns(ident, "put", i)
    assert [proxy.returns(ident, "get") for _ in range(100)] == [*range(100)]


def test_a_long_answer_to_a_managers_client(hub, speaker):
    """An item is the client's only when all of it has gone."""
    server = speaker()
    ident, _ = server.returns(None, "create", "Queue")
    server.rest()
    proxy = speaker().serves()
    body = os.urandom(8 * MEBI)
    proxy.returns(ident, "put", body)
    assert proxy.returns(ident, "get") == body
    assert proxy.returns(ident, "qsize") == 0


@pytest.mark.parametrize("begin", [
    lambda peer: None,
    lambda peer: peer.asked(ping="x"),
    lambda peer: peer.ask(accept="x"),
    lambda peer: SecureSession(peer),
], ids=["nothing", "control", "parked", "session"])
def test_whoever_ends_is_told_the_end(hub, begin):
    """As a socket that is closed would tell it without TLS."""
    peer = hub.connect("tls")
    begin(peer)
    peer.sock.unwrap().close()


def test_a_managers_client_that_ends_is_told_the_end(hub, speaker):
    proxy = speaker().serves()
    proxy.sock.unwrap().close()
