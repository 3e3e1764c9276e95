# SPDX-License-Identifier: MIT
"""Who is served when many are there: listeners in turn, those who wait in
order, and nobody who is gone."""

import collections

import pytest

from .client import END, echo_both_ways, frame, request
from .conftest import BOTH, MIXES

CROWD = 20


def park(hub, label, kind="unix", **members):
    """Parks one that says who it is to its partner."""
    peer = hub.connect(kind).parks("echo", **members)
    peer.send(label.encode())
    return peer


def served_by(hub, kind="unix", **members):
    """Dials; who was met, or None."""
    peer = hub.connect(kind)
    if not peer.asked(dial="echo", **members)["ok"]:
        return None
    return peer.receive().decode()


# ---- In turn


def test_listeners_take_turns_whatever_each_has_parked(hub):
    for label in ["a1", "a2", "b1", "a3", "c1", "a4", "b2"]:
        park(hub, label, listener=label[0])
    assert [served_by(hub) for _ in range(7)] == [
        "a1", "b1", "c1", "a2", "b2", "a3", "a4"]
    assert served_by(hub, timeout=0) is None


def test_without_an_id_each_is_a_listener(hub):
    for label in ["a1", "a2", "x", "y"]:
        park(hub, label, **({"listener": "a"} if label[0] == "a" else {}))
    assert [served_by(hub) for _ in range(4)] == ["a1", "x", "y", "a2"]


def test_ids_are_the_names_own(hub):
    """The same id under another name is another listener."""
    hub.connect().parks("other", listener="a", exclusive=True)
    park(hub, "a1", listener="a")
    park(hub, "b1", listener="b")
    assert [served_by(hub) for _ in range(2)] == ["a1", "b1"]


def test_one_listener_over_both_transports(hub):
    park(hub, "a1", "tcp", listener="a")
    park(hub, "a2", "unix", listener="a")
    park(hub, "b1", "tcp", listener="b")
    names = hub.connect().names()
    assert (names["echo"]["parked"], names["echo"]["listeners"]) == (3, 2)
    assert [served_by(hub) for _ in range(3)] == ["a1", "b1", "a2"]


def test_the_longest_id(hub):
    park(hub, "a1", listener="a" * 64)
    park(hub, "a2", listener="a" * 64)
    park(hub, "b1", listener="a" * 63 + "b")
    assert [served_by(hub) for _ in range(3)] == ["a1", "b1", "a2"]


def test_turns_even_out_over_many_dials(hub):
    """Whoever served parks again; three with backlogs of 5, 2 and 1."""
    backlogs = {"a": 5, "b": 2, "c": 1}
    for label, backlog in backlogs.items():
        for _ in range(backlog):
            park(hub, label, listener=label)
    served = collections.Counter()
    for _ in range(60):
        label = served_by(hub)
        served[label] += 1
        park(hub, label, listener=label)
    assert served == {"a": 20, "b": 20, "c": 20}
    for _ in range(sum(backlogs.values())):
        served_by(hub)


# ---- In order


def test_who_waits_is_served_in_order(hub):
    """Whatever the transport, and whether bound or not."""
    waiting = []
    for i in range(CROWD):
        waiting.append(hub.connect(["tcp", "unix"][i % 2]))
        waiting[-1].ask(dial="echo")
        hub.connect().until_seated("echo", waiting=i + 1)
    for i, dialler in enumerate(waiting):
        acceptor = hub.connect()
        acceptor.write(request(accept="echo"), frame(b"%d" % i))
        dialler.is_paired("echo")
        assert dialler.receive() == b"%d" % i


def test_one_who_gives_up_waiting_loses_its_place_alone(hub):
    waiting = []
    for i in range(4):
        waiting.append(hub.connect())
        waiting[-1].ask(dial="echo")
        hub.connect().until_seated("echo", waiting=i + 1)
    waiting.pop(1).close()
    hub.connect().until_seated("echo", waiting=3)
    for dialler in waiting:
        park(hub, "next")
        dialler.is_paired("echo")


# ---- Who is gone

GONE = pytest.mark.parametrize("way", ["closed", "reset"])


def leave(peer, way):
    if way == "reset":
        peer.reset()
    else:
        peer.close()


@MIXES
@GONE
@pytest.mark.parametrize("first", ["dials", "goes"])
def test_an_acceptor_that_is_gone_is_passed_over(hub, mix, way, first):
    """It goes just before, or just after, somebody dials."""
    gone = hub.connect(mix[0]).parks("echo")
    park(hub, "there")
    dialler = hub.connect(mix[1])
    with hub.broker.asleep():
        if first == "goes":
            leave(gone, way)
        dialler.ask(dial="echo")
        if first == "dials":
            leave(gone, way)
    dialler.is_paired("echo")
    assert dialler.receive() == b"there"


@BOTH
@pytest.mark.parametrize("listener", [{}, {"listener": "a"}], ids=str)
def test_many_that_are_gone_are_passed_over(hub, kind, listener):
    gone = [hub.connect(kind).parks("echo", **listener) for _ in range(CROWD)]
    park(hub, "there", **listener)
    dialler = hub.connect()
    with hub.broker.asleep():
        dialler.ask(dial="echo")
        for acceptor in gone:
            acceptor.close()
    dialler.is_paired("echo")
    assert dialler.receive() == b"there"


@BOTH
def test_if_all_are_gone_the_dialler_waits(hub, kind):
    gone = [hub.connect(kind).parks("echo") for _ in range(3)]
    dialler = hub.connect()
    with hub.broker.asleep():
        dialler.ask(dial="echo")
        for acceptor in gone:
            acceptor.close()
    hub.connect().until_seated("echo", parked=0, waiting=1)
    park(hub, "late")
    dialler.is_paired("echo")
    assert dialler.receive() == b"late"


@BOTH
def test_a_dialler_that_is_gone_is_passed_over(hub, kind):
    """One that waits, and goes when somebody has just accepted."""
    gone, there = hub.connect(kind), hub.connect()
    gone.ask(dial="echo")
    hub.connect().until_seated("echo", waiting=1)
    there.ask(dial="echo")
    hub.connect().until_seated("echo", waiting=2)
    acceptor = hub.connect()
    with hub.broker.asleep():
        acceptor.ask(accept="echo")
        gone.close()
    acceptor.is_paired("echo")
    there.is_paired("echo")
    echo_both_ways(acceptor, there)


@BOTH
def test_the_first_end_of_a_pipe_that_is_gone_is_passed_over(hub, kind):
    gone, second, third = hub.connect(kind), hub.connect(), hub.connect()
    gone.ask(pipe="echo")
    hub.connect().until_seated("echo", pipes=1)
    with hub.broker.asleep():
        second.ask(pipe="echo")
        gone.close()
    hub.connect().until_seated("echo", pipes=1)
    third.ask(pipe="echo")
    second.is_paired("echo")
    third.is_paired("echo")
    echo_both_ways(second, third)


@MIXES
def test_last_words_are_delivered(hub, mix):
    """The acceptor says something and goes when somebody has just dialled."""
    acceptor = hub.connect(mix[0]).parks("echo")
    dialler = hub.connect(mix[1])
    with hub.broker.asleep():
        dialler.ask(dial="echo")
        acceptor.send(b"last", b"words")
        acceptor.close()
    dialler.is_paired("echo")
    assert dialler.rest() == ([b"last", b"words"], END)
