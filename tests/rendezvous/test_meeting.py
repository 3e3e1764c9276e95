# SPDX-License-Identifier: MIT
"""Two that meet: by accept and dial, by pipe, whoever comes first, over any
mix of transports."""

import os
import string

import pytest

from .client import END, echo_both_ways, frame, request
from .conftest import BOTH, MIXES

ALLOWED = string.ascii_letters + string.digits + "._-:/"
MEBI = 1 << 20


def own_address(peer, kind):
    return "unix:" if kind == "unix" else \
        "tcp://%s:%d" % peer.sock.getsockname()


def own_peer(peer, kind):
    """How the broker tells others of it."""
    told = {"address": own_address(peer, kind), "identity": "authkey"}
    return told if kind == "tcp" else {**told, "uid": os.getuid()}


@MIXES
@pytest.mark.parametrize("first", ["acceptor", "dialler"])
def test_accept_and_dial(hub, mix, first):
    acceptor, dialler = hub.connect(mix[0]), hub.connect(mix[1])
    asks = [lambda: acceptor.ask(accept="echo"),
            lambda: dialler.ask(dial="echo")]
    counts = [{"parked": 1}, {"waiting": 1}]
    order = [0, 1] if first == "acceptor" else [1, 0]
    asks[order[0]]()
    hub.connect().until_seated("echo", **counts[order[0]])
    asks[order[1]]()
    assert acceptor.is_paired("echo") == own_peer(dialler, mix[1])
    assert dialler.is_paired("echo") == own_peer(acceptor, mix[0])
    for body in [b"", b"x", b"y" * 20_000, bytes(3 * MEBI)]:
        echo_both_ways(acceptor, dialler, body)
    dialler.close()
    assert acceptor.rest() == ([], END)


@MIXES
def test_two_ends_of_a_pipe(hub, mix):
    one, other = map(hub.connect, mix)
    one.ask(pipe="p")
    hub.connect().until_seated("p", pipes=1)
    other.ask(pipe="p")
    assert one.is_paired("p") == own_peer(other, mix[1])
    assert other.is_paired("p") == own_peer(one, mix[0])
    echo_both_ways(one, other)
    other.close()
    assert one.rest() == ([], END)


def test_pipes_are_pairs(hub):
    """The first two, and then the next two."""
    ends = [hub.connect() for _ in range(6)]
    for end in ends:
        end.ask(pipe="p")
        hub.connect().asked(ping="all before have been served")
    for one, other in zip(ends[::2], ends[1::2]):
        one.is_paired("p")
        other.is_paired("p")
        echo_both_ways(one, other)


def test_a_pipe_has_nothing_to_do_with_accept_and_dial(hub):
    end, dialler = hub.connect(), hub.connect()
    end.ask(pipe="p")
    hub.connect().until_seated("p", pipes=1)
    dialler.ask(dial="p", timeout=0)
    dialler.is_refused("no_listener")
    dialler = hub.connect()
    dialler.ask(dial="p")
    hub.connect().until_seated("p", pipes=1, waiting=1)
    acceptor = hub.connect()
    acceptor.ask(accept="p")
    acceptor.is_paired("p")
    dialler.is_paired("p")
    echo_both_ways(acceptor, dialler)
    assert end.is_quiet()


def test_all_is_forgotten_when_it_is_over(hub):
    """The next pair under the name is a new one."""
    for _ in range(3):
        acceptor, dialler = hub.pair()
        echo_both_ways(acceptor, dialler)
        acceptor.close()
        assert dialler.rest() == ([], END)
        dialler.close()
        hub.connect().until(lambda peer: peer.names() == {})


# ---- Names


@pytest.mark.parametrize("verb", ["accept", "dial", "pipe"])
def test_names_have_any_of_the_characters(hub, verb):
    """Each of them, the longest, the shortest, and both cases told apart."""
    names = [*ALLOWED, ALLOWED, "n" * 128, "Echo", "echo", "a/b:c.d_e-f", ".."]
    other = {"accept": "dial", "dial": "accept", "pipe": "pipe"}[verb]
    firsts = {}
    for name in names:
        firsts[name] = hub.connect()
        firsts[name].ask(**{verb: name})
    eye = hub.connect()
    eye.until(lambda peer: len(peer.names()) == len(names))
    assert list(eye.names()) == sorted(names)
    for name, first in firsts.items():
        second = hub.connect()
        second.ask(**{other: name})
        second.is_paired(name)
        first.is_paired(name)
        echo_both_ways(first, second, name.encode())


@pytest.mark.parametrize("verb", ["accept", "dial", "pipe"])
@pytest.mark.parametrize("name", [
    "", "n" * 129, "n" * 300, "a b", "a\tb", "a\n", "a#b", "caf\u00e9", "a,b",
    "a@b", "a\\b", "a+b", "a*", "~", "\x7f", "\x01", "\U0001f600",
    None, True, 7, ["echo"], {"echo": 1}], ids=repr)
def test_all_else_is_no_name(hub, verb, name):
    peer = hub.connect()
    peer.ask(**{verb: name})
    peer.is_refused("bad_request", f'"{verb}" needs a name of 1 to 128')


# ---- What comes early


LATER = {"accept": ("dial", "waiting"), "dial": ("accept", "parked"),
         "pipe": ("pipe", "pipes")}
VERBS = pytest.mark.parametrize("verb", ["accept", "dial", "pipe"])


def verb_of_partner(verb):
    return {"accept": "dial", "dial": "accept", "pipe": "pipe"}[verb]


def how_it_sits(verb):
    return {"accept": "parked", "dial": "waiting", "pipe": "pipes"}[verb]


@BOTH
@VERBS
def test_what_comes_early_is_kept(hub, kind, verb):
    """Also what is in the segment of the request, and half of a message."""
    early, partner = hub.connect(kind), hub.connect()
    early.write(request(**{verb: "echo"}), frame(b"first"), frame(b""))
    hub.connect().until_seated("echo", **{how_it_sits(verb): 1})
    early.write(frame(b"second"), frame(b"third")[:5])
    hub.connect().until(lambda peer: any(
        entry["held"] == 9 + 4 + 10 + 5 for entry in peer.connections()))
    partner.ask(**{verb_of_partner(verb): "echo"})
    partner.is_paired("echo")
    early.is_paired("echo")
    early.write(frame(b"third")[5:])
    for body in [b"first", b"", b"second", b"third"]:
        assert partner.receive() == body
    echo_both_ways(early, partner)


@BOTH
@VERBS
def test_more_comes_early_than_is_kept(serve, kind, verb):
    """It is not read, and the sender has to wait."""
    hub = serve(max_held_bytes=8192)
    early, partner = hub.connect(kind), hub.connect()
    early.ask(**{verb: "echo"})
    early.sock.setblocking(False)
    sent = 0
    message = frame(bytes(range(250)) * 100)
    eye = hub.connect()

    def is_stuck(_):
        """The broker has all that it will take, and the kernel too."""
        nonlocal sent
        before = sent
        try:
            while True:
                at = sent % len(message)
                sent += early.sock.send(message[at:])
        except BlockingIOError:
            held = [entry["held"] for entry in eye.connections()
                    if entry.get("name") == "echo"]
            return sent == before and held == [8192]

    eye.until(is_stuck)
    assert sent > 8192
    partner.ask(**{verb_of_partner(verb): "echo"})
    partner.is_paired("echo")
    for _ in range(sent // len(message)):
        assert frame(partner.receive()) == message
    early.sock.setblocking(True)
    early.is_paired("echo")
    if sent % len(message):
        early.write(message[sent % len(message):])
        assert frame(partner.receive()) == message
    echo_both_ways(early, partner)


@MIXES
@VERBS
@pytest.mark.parametrize("way", ["closes", "half-closes"])
def test_who_sends_and_closes_before_it_is_paired(hub, mix, verb, way):
    """What it sent is delivered, and then its end, as an end."""
    early, partner = map(hub.connect, mix)
    early.write(request(**{verb: "echo"}), frame(b"one"), frame(b"two"))
    hub.connect().until_seated("echo", **{how_it_sits(verb): 1})
    if way == "closes":
        early.close()
    else:
        early.stop_sending()
    partner.ask(**{verb_of_partner(verb): "echo"})
    partner.is_paired("echo")
    assert partner.rest() == ([b"one", b"two"], END)
    if way == "half-closes":
        partner.send(b"answer")
        partner.close()
        early.is_paired("echo")
        assert early.rest() == ([b"answer"], END)


@MIXES
@VERBS
@pytest.mark.parametrize("members", [{}, {"confirm": True}], ids=str)
def test_all_of_it_in_one_go(hub, mix, verb, members):
    """It has been and gone before the broker looks."""
    if members and verb != "accept":
        members = {"timeout": 1000}
    early, partner = map(hub.connect, mix)
    with hub.broker.asleep():
        early.write(request(**{verb: "echo"}, **members), frame(b"all"))
        early.close()
    hub.connect().until_seated("echo", **{how_it_sits(verb): 1})
    partner.ask(**{verb_of_partner(verb): "echo"})
    partner.is_paired("echo")
    assert partner.rest() == ([b"all"], END)


@MIXES
@VERBS
def test_who_sends_and_closes_with_a_partner_there(hub, mix, verb):
    """It comes last, and is paired at once."""
    partner, late = map(hub.connect, mix)
    partner.ask(**{verb_of_partner(verb): "echo"})
    hub.connect().until_seated(
        "echo", **{how_it_sits(verb_of_partner(verb)): 1})
    with hub.broker.asleep():
        late.write(request(**{verb: "echo"}), frame(b"all"))
        late.close()
    partner.is_paired("echo")
    assert partner.rest() == ([b"all"], END)


@BOTH
@VERBS
def test_who_goes_away_in_silence_is_forgotten(hub, kind, verb):
    peer, eye = hub.connect(kind), hub.connect()
    peer.ask(**{verb: "echo"})
    eye.until_seated("echo", **{how_it_sits(verb): 1})
    peer.close()
    eye.until(lambda eye: eye.names() == {} and len(eye.connections()) == 1)
