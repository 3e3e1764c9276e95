# SPDX-License-Identifier: MIT
"""What monitors are told: every event, of all or of some names, and how many
they have missed."""

import os
import time

from hostile import wire

from .client import END, frame, open_socket, request
from .conftest import BOTH


class Monitor:
    """A monitor, with what it was told."""

    def __init__(self, hub, kind="unix", **members):
        self.peer = hub.connect(kind)
        assert self.peer.asked(monitor=True, **members) == {
            "ok": True, "monitor": True}

    def next(self):
        """The next event, whose time is now."""
        event = self.peer.reply()
        assert abs(event.pop("time") - time.time()) < 60
        return event

    def until(self, **members):
        """All events up to the next that is so."""
        events = [self.next()]
        while {**events[-1], **members} != events[-1]:
            events.append(self.next())
        return events


def ids(hub):
    return [entry["id"] for entry in hub.connect().connections()[:-1]]


@BOTH
def test_a_pair_from_beginning_to_end(hub, kind):
    monitor = Monitor(hub, kind)
    acceptor = hub.connect(kind)
    dialler = hub.connect(kind)
    came = [monitor.next(), monitor.next()]
    for event, peer in zip(came, [acceptor, dialler]):
        if kind == "unix":
            told = {"address": "unix:", "uid": os.getuid()}
        else:
            told = {"address": "tcp://%s:%d" % peer.sock.getsockname()}
        assert event == {"event": "connected", "id": event["id"],
                         "identity": "authkey", **told}
    first, second = [event["id"] for event in came]
    assert first < second
    acceptor.ask(accept="echo")
    assert monitor.next() == {
        "event": "parked", "id": first, "name": "echo"}
    dialler.ask(dial="echo")
    assert monitor.next() == {
        "event": "paired", "id": second, "name": "echo", "with": first}
    dialler.is_paired("echo")
    acceptor.is_paired("echo")
    dialler.send(b"123", b"")
    acceptor.send(bytes(1000))
    assert dialler.receive() == bytes(1000)
    dialler.close()
    assert acceptor.rest() == ([b"123", b""], END)
    acceptor.close()
    gone = {event["id"]: event for event in [monitor.next(), monitor.next()]}
    assert gone == {
        first: {"event": "closed", "id": first, "name": "echo",
                "messages": 1, "bytes": 1004},
        second: {"event": "closed", "id": second, "name": "echo",
                 "messages": 2, "bytes": 11}}
    assert monitor.peer.is_quiet()


def test_who_waits_and_is_accepted(hub):
    monitor = Monitor(hub, prefix="echo")
    dialler, acceptor = hub.connect(), hub.connect()
    dialler.ask(dial="echo")
    waits = monitor.next()
    assert (waits["event"], waits["name"]) == ("waiting", "echo")
    acceptor.ask(accept="echo")
    parks, pairs = monitor.next(), monitor.next()
    assert parks == {"event": "parked", "id": parks["id"], "name": "echo"}
    assert pairs == {"event": "paired", "id": waits["id"], "name": "echo",
                     "with": parks["id"]}


def test_pipes(hub):
    """The second end is who dials."""
    monitor = Monitor(hub, prefix="p")
    ends = [hub.connect(), hub.connect()]
    for end in ends:
        end.ask(pipe="p")
        hub.connect().asked(ping="it has been served")
    first, second = ids(hub)[1:3]
    assert monitor.next() == {"event": "waiting", "id": first, "name": "p"}
    assert monitor.next() == {"event": "paired", "id": second, "name": "p",
                              "with": first}


def test_a_bound_address(serve):
    hub = serve(listen=["tcp://127.0.0.1:0", {
        "address": "tcp://127.0.0.1:0", "bind": "echo", "bind_wait_ms": 50}])
    monitor = Monitor(hub, "tcp")
    peer = hub.connect(hub.broker.addresses[1])
    assert [monitor.next()["event"] for _ in range(4)] == [
        "connected", "waiting", "unclaimed", "closed"]
    peer.close()


def test_who_comes_and_goes(hub):
    """Whatever it did in between, and whoever ended it."""
    monitor = Monitor(hub)
    for first in [b"", request(ping="x"), frame(b"{}"), frame(b"GET")]:
        peer = hub.connect()
        peer.write(first)
        if first:
            peer.receive()
        peer.close()
        came, went = monitor.next(), monitor.next()
        assert came["event"] == "connected"
        assert went == {"event": "closed", "id": came["id"]}


def test_nobody_came(hub):
    monitor = Monitor(hub)
    for verb in ["accept", "dial", "pipe"]:
        peer = hub.connect()
        peer.ask(**{verb: "echo"}, timeout=0.01)
        peer.reply()
        peer.close()
        came, sat, unclaimed, went = [monitor.next() for _ in range(4)]
        assert sat["event"] == "parked" if verb == "accept" else "waiting"
        assert unclaimed == {
            "event": "unclaimed", "id": came["id"], "name": "echo"}
        assert went == {"event": "closed", "id": came["id"]}


@BOTH
def test_who_is_not_let_in(hub, kind):
    """It never connected, so it is not closed either."""
    monitor = Monitor(hub, kind)
    with open_socket(hub.broker.at[kind]) as sock:
        wire.read_frame(sock)
        sock.sendall(frame(b"no answer"))
        assert wire.everything(sock) == frame(wire.FAILURE)
        address = "unix:" if kind == "unix" else \
            "tcp://%s:%d" % sock.getsockname()
    event = monitor.next()
    assert (event["event"], event["address"]) == ("refused", address)
    assert "than an answer to our challenge" in event["reason"]
    hub.connect(kind)
    assert monitor.next()["event"] == "connected"


def test_a_prefix(hub):
    """Only of names, and of connections with names, that start with it."""
    all_of_them, some = Monitor(hub), Monitor(hub, prefix="a/")
    assert all_of_them.next()["event"] == "connected"
    pairs = [hub.pair(name=name) for name in ["a/1", "b", "a/2", "a"]]
    for pair in pairs:
        for peer in pair:
            peer.close()
        all_of_them.until(event="closed")
        all_of_them.until(event="closed")
    hub.connect().asked(accept="c", confirm=True)
    hub.connect().asked(accept="a/3", confirm=True)
    told = [(event["event"], event["name"])
            for event in some.until(event="parked", name="a/3")]
    assert told == [
        ("parked", "a/1"), ("paired", "a/1"),
        ("parked", "a/2"), ("paired", "a/2"),
        ("closed", "a/1"), ("closed", "a/1"),
        ("closed", "a/2"), ("closed", "a/2"), ("parked", "a/3")]


def test_a_prefix_has_the_end_of_what_it_has_seen(hub):
    """Who was parked or waited, and goes away unpaired."""
    monitor = Monitor(hub, prefix="a")
    for verb in ["accept", "dial", "pipe"]:
        peer = hub.connect()
        peer.ask(**{verb: "a"})
        sat = monitor.next()
        peer.close()
        went = monitor.next()
        assert (went["event"], went["id"]) == ("closed", sat["id"])


def test_a_monitor_does_not_hear_of_itself(hub):
    """But of others of its kind."""
    first = Monitor(hub)
    second = Monitor(hub)
    came = first.next()
    assert came["event"] == "connected"
    second.peer.close()
    assert first.next() == {"event": "closed", "id": came["id"]}
    assert first.peer.is_quiet()


def test_what_a_monitor_sends_is_dropped(hub):
    monitor = Monitor(hub)
    monitor.peer.write(request(ping="x"), b"\xff" * 100_000)
    hub.connect()
    assert monitor.next()["event"] == "connected"


def test_events_behind_the_request_in_one_segment(hub):
    """From its reply on all of them, whoever was there already."""
    parked = hub.connect().parks("echo")
    monitor = hub.connect()
    monitor.write(request(ping="x"), request(monitor=True))
    assert monitor.reply()["ping"] == "x"
    assert monitor.reply() == {"ok": True, "monitor": True}
    parked.close()
    assert monitor.reply()["event"] == "closed"


def test_a_monitor_that_does_not_read_is_told_what_it_missed(serve):
    """What it gets and what is counted is all that there was."""
    hub = serve(max_monitor_bytes=65536)
    eye, monitor = hub.connect(), Monitor(hub)
    count = 1500
    for _ in range(2):
        for _ in range(count):
            hub.connect().close()
        eye.until(lambda eye: len(eye.connections()) == 2)
        told = lost = 0
        while told + lost < 2 * count:
            event = monitor.next()
            if event["event"] == "lost":
                lost += event["count"]
            else:
                told += 1
        assert lost > 0
        assert told + lost == 2 * count
        hub.connect().close()
        assert monitor.next()["event"] == "connected"
        assert monitor.next()["event"] == "closed"
        assert monitor.peer.is_quiet()
