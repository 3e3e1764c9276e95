# SPDX-License-Identifier: MIT
"""Names that are one listener's alone."""

import pytest

from .client import END, echo_both_ways

TAKEN = "it is another listener's alone"
OTHERS = "another listener accepts it too"


def is_taken(hub, why=TAKEN, **members):
    peer = hub.connect()
    peer.ask(accept="echo", **members)
    peer.is_refused("name_taken", f'"echo" cannot be accepted: {why}')


def is_exclusive(hub):
    return hub.connect().names()["echo"]["exclusive"]


OTHER_LISTENERS = [{}, {"listener": "b"}, {"exclusive": True},
                   {"listener": "b", "exclusive": True, "confirm": True}]


@pytest.mark.parametrize("mine", [{}, {"listener": "a"}], ids=str)
def test_it_is_refused_to_others(hub, mine):
    first = hub.connect().parks("echo", exclusive=True, **mine)
    assert is_exclusive(hub)
    for members in OTHER_LISTENERS:
        is_taken(hub, **members)
    dialler = hub.connect()
    dialler.ask(dial="echo")
    dialler.is_paired("echo")
    first.is_paired("echo")
    echo_both_ways(first, dialler)


def test_its_listener_may_park_more(hub):
    """With the key or without."""
    hub.connect().parks("echo", listener="a", exclusive=True)
    hub.connect().parks("echo", listener="a", exclusive=True)
    hub.connect().parks("echo", listener="a")
    hub.connect().parks("echo", listener="a", exclusive=False)
    assert hub.connect().names()["echo"]["parked"] == 4
    is_taken(hub)


def test_a_listener_may_want_it_later(hub):
    hub.connect().parks("echo", listener="a")
    assert not is_exclusive(hub)
    hub.connect().parks("echo", listener="a", exclusive=True)
    assert is_exclusive(hub)
    is_taken(hub, listener="b")


@pytest.mark.parametrize("there", [["b"], ["a", "b"], ["b", "a"], [None]],
                         ids=str)
def test_it_is_not_given_while_another_has_parked(hub, there):
    for listener in there:
        hub.connect().parks(
            "echo", **({"listener": listener} if listener else {}))
    is_taken(hub, OTHERS, listener="a", exclusive=True)
    is_taken(hub, OTHERS, exclusive=True)
    assert not is_exclusive(hub)
    hub.connect().parks("echo", listener="a")


def test_it_is_given_when_others_are_only_paired(hub):
    acceptor, dialler = hub.pair()
    hub.connect().parks("echo", listener="a", exclusive=True)
    is_taken(hub, listener="b")
    echo_both_ways(acceptor, dialler)


def test_false_is_as_left_out(hub):
    hub.connect().parks("echo", exclusive=False)
    hub.connect().parks("echo", exclusive=False, listener="a")


def test_it_is_of_one_name_alone(hub):
    hub.connect().parks("echo", exclusive=True)
    hub.connect().parks("Echo", exclusive=True)
    hub.connect().parks("other")


def test_pipes_do_not_ask(hub):
    hub.connect().parks("echo", exclusive=True)
    ends = [hub.connect(), hub.connect()]
    for end in ends:
        end.ask(pipe="echo")
        hub.connect().asked(ping="it has been served")
    for end in ends:
        end.is_paired("echo")
    echo_both_ways(*ends)


@pytest.mark.parametrize("end", ["closed", "timed out"])
def test_it_is_released_by_who_was_parked(hub, end):
    """The last of them."""
    members = {"timeout": 0.05} if end == "timed out" else {}
    peers = [hub.connect().parks("echo", listener="a", exclusive=True,
                                 **members) for _ in range(2)]
    if end == "closed":
        peers[0].close()
        hub.connect().until_seated("echo", parked=1)
        is_taken(hub)
        peers[1].close()
    else:
        for peer in peers:
            peer.is_refused("timed_out")
    hub.connect().until(lambda peer: peer.names() == {})
    hub.connect().parks("echo", listener="b", exclusive=True)


def test_it_is_released_by_who_was_paired(hub):
    """Also when nobody of its listener has been parked for long."""
    first = hub.connect().parks("echo", listener="a", exclusive=True)
    second = hub.connect().parks("echo", listener="a", exclusive=True)
    diallers = []
    for acceptor in (first, second):
        diallers.append(hub.connect())
        diallers[-1].ask(dial="echo")
        acceptor.is_paired("echo")
    assert hub.connect().names()["echo"] == {
        "name": "echo", "parked": 0, "listeners": 0, "waiting": 0,
        "pipes": 0, "relayed": 2, "exclusive": True}
    is_taken(hub)
    first.close()
    diallers[0].is_paired("echo")
    assert diallers[0].rest() == ([], END)
    diallers[0].close()
    hub.connect().until_seated("echo", relayed=1)
    is_taken(hub)
    hub.connect().parks("echo", listener="a")
    diallers[1].close()
    second.close()
    hub.connect().until_seated("echo", relayed=0, parked=1)
    is_taken(hub)


def test_who_is_refused_has_changed_nothing(hub):
    """Neither taken the name, nor kept it alive."""
    first = hub.connect().parks("echo", listener="a")
    is_taken(hub, OTHERS, listener="b", exclusive=True)
    first.close()
    hub.connect().until(lambda peer: peer.names() == {})
    hub.connect().parks("echo", listener="c")
