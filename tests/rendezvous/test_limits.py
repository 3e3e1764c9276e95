# SPDX-License-Identifier: MIT
"""How long, and how many: timeouts, and as many parked and waiting as the
broker's settings allow."""

import time

import pytest

from .client import PATIENCE, echo_both_ways
from .conftest import BOTH

# What each verb gets when nobody comes.
NOBODY = {
    "accept": ("timed_out", 'nobody came for "echo" in time'),
    "dial": ("no_listener", 'nobody accepted "echo" in time'),
    "pipe": ("timed_out", 'nobody came for "echo" in time'),
}
VERBS = pytest.mark.parametrize("verb", NOBODY)
PARTNERS = {"accept": "dial", "dial": "accept", "pipe": "pipe"}
YEAR = 365 * 24 * 3600
TICK = 0.01  # the clock that the broker's timers go by is coarse


def seconds_until_refused(peer, verb, **members):
    started = time.monotonic()
    peer.ask(**{verb: "echo"}, **members)
    peer.is_refused(*NOBODY[verb])
    return time.monotonic() - started


@BOTH
@VERBS
@pytest.mark.parametrize("timeout", [0, 0.0, -0.0, 1e-9, 0.25, 1e-1])
def test_timeouts(hub, kind, verb, timeout):
    took = seconds_until_refused(hub.connect(kind), verb, timeout=timeout)
    assert timeout - TICK <= took < timeout + PATIENCE / 3
    assert hub.connect().names() == {}


@VERBS
def test_no_time_is_enough_if_somebody_is_there(hub, verb):
    there, here = hub.connect(), hub.connect()
    there.ask(**{PARTNERS[verb]: "echo"})
    hub.connect().until(lambda peer: peer.names())
    here.ask(**{verb: "echo"}, timeout=0)
    here.is_paired("echo")
    there.is_paired("echo")
    echo_both_ways(there, here)


@VERBS
def test_the_longest_timeout(hub, verb):
    peer = hub.connect()
    peer.ask(**{verb: "echo"}, timeout=YEAR)
    hub.connect().until(lambda peer: peer.names())
    peer = hub.connect()
    peer.ask(**{verb: "echo"}, timeout=YEAR + 0.001)
    peer.is_refused("bad_request", '"timeout" needs seconds from 0 to 31536000')


def test_dial_has_a_default_the_others_have_not(serve):
    hub = serve(dial_timeout_ms=100)
    others = {verb: hub.connect() for verb in ["accept", "pipe"]}
    for verb, peer in others.items():
        peer.ask(**{verb: verb})
    patient = hub.connect()
    patient.ask(dial="echo", timeout=PATIENCE)
    took = seconds_until_refused(hub.connect(), "dial")
    assert 0.1 - TICK <= took < PATIENCE / 3
    names = hub.connect().names()
    assert (names["accept"]["parked"], names["pipe"]["pipes"],
            names["echo"]["waiting"]) == (1, 1, 1)


def test_a_timeout_ends_with_the_pairing(hub):
    acceptor, dialler = hub.connect(), hub.connect()
    acceptor.ask(accept="echo", timeout=1)
    dialler.ask(dial="echo", timeout=1)
    acceptor.is_paired("echo")
    dialler.is_paired("echo")
    seconds_until_refused(hub.connect(), "pipe", timeout=1.2)
    echo_both_ways(acceptor, dialler)


@BOTH
def test_who_has_sent_already_is_told_too(hub, kind):
    """What came early is for nobody, and does not stand in the way."""
    for verb, (error, message) in NOBODY.items():
        peer = hub.connect(kind)
        peer.ask(**{verb: "echo"}, timeout=0.05)
        peer.send(b"early" * 1000)
        peer.is_refused(error, message)


@BOTH
def test_who_has_stopped_sending_is_told_too(hub, kind):
    for verb, (error, message) in NOBODY.items():
        peer = hub.connect(kind)
        peer.ask(**{verb: "echo"}, timeout=0.05)
        peer.send(b"early")
        peer.stop_sending()
        peer.is_refused(error, message)


def test_max_parked(serve):
    """Those of all names together, and only while they are parked."""
    hub = serve(max_parked=2)
    first = hub.connect().parks("a")
    hub.connect().parks("b")
    peer = hub.connect()
    peer.ask(accept="c", confirm=True)
    peer.is_refused("full", "parked as max_parked allows")
    assert list(hub.connect().names()) == ["a", "b"]
    dialler = hub.connect()
    dialler.ask(dial="a")
    first.is_paired("a")
    hub.connect().parks("c")
    peer = hub.connect()
    peer.ask(accept="c")
    peer.is_refused("full")


def test_max_waiting(serve):
    """dial and pipe together, and only while they wait."""
    hub = serve(max_waiting=2)
    waiting = [hub.connect(), hub.connect()]
    waiting[0].ask(dial="a")
    waiting[1].ask(pipe="b")
    eye = hub.connect()
    eye.until(lambda eye: len(eye.names()) == 2)
    for verb in ["dial", "pipe"]:
        peer = hub.connect()
        peer.ask(**{verb: "c"})
        peer.is_refused("full", "waiting as max_waiting allows")
    second = hub.connect()
    second.ask(pipe="b")
    second.is_paired("b")
    peer = hub.connect()
    peer.ask(dial="c")
    eye.until_seated("c", waiting=1)
    waiting[0].close()
    eye.until(lambda eye: "a" not in eye.names())
    peer = hub.connect()
    peer.ask(pipe="d")
    eye.until_seated("d", pipes=1)


def test_the_one_limit_is_not_the_other(serve):
    hub = serve(max_parked=1, max_waiting=1)
    acceptor = hub.connect().parks("a")
    waiting = hub.connect()
    waiting.ask(dial="b")
    hub.connect().until_seated("b", waiting=1)
    dialler = hub.connect()
    dialler.ask(dial="a")
    dialler.is_paired("a")
    acceptor.is_paired("a")


@BOTH
def test_a_refusal_is_readable_whatever_was_sent_behind(hub, kind):
    """More than all buffers hold, before anything is read."""
    peer = hub.connect(kind)
    peer.ask(accept="no name")
    peer.send(bytes(8 << 20))
    peer.is_refused("bad_request")


@BOTH
def test_who_does_not_close_behind_a_refusal_is_closed(serve, kind):
    hub = serve(linger_timeout_ms=100)
    peer = hub.connect(kind)
    peer.ask(accept="no name")
    peer.is_refused("bad_request")
    hub.connect().until(lambda eye: len(eye.connections()) == 1)
