# SPDX-License-Identifier: MIT
"""Peers that are right, but awkward: bytes that trickle, frames that come
together, messages on the heels of the handshake, and every dialect."""

import os
import socket

import pytest

from conftest import KEY

from . import wire
from .conftest import LATE, ROLES, TRANSPORTS
from .wire import DIALECTS, OTHER, frame

in_both_roles = pytest.mark.parametrize("role", ROLES)
on_all_transports = pytest.mark.parametrize("transport", TRANSPORTS)


def see_echo(sock, messages):
    for message in messages:
        assert wire.read_frame(sock) == message


def see_served(victim, sock):
    """The connection is open, carries messages both ways, and ends well."""
    victim.opened()
    sock.sendall(frame(b"served?"))
    see_echo(sock, [b"served?"])
    sock.close()
    assert victim.ended()[0] == "TIELINE_EEOF"
    victim.is_well()


def see_refused(victim, sock, name, expected):
    assert wire.everything(sock) == frame(wire.FAILURE)
    code, text = victim.turned_away(name)
    assert code == expected[0]
    assert expected[1] in text
    victim.is_well()


@on_all_transports
@in_both_roles
def test_byte_by_byte(victims, role, transport):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        side = wire.Side(sock, OTHER[role], KEY)
        while side.step:
            for byte in side.take():
                sock.sendall(bytes([byte]))
        side.catch_up()
        for byte in frame(b"slowly"):
            sock.sendall(bytes([byte]))
        see_echo(sock, [b"slowly"])
        see_served(victim, sock)


# What follows the handshake in one go with its last frame.
FOLLOWERS = {
    "nothing": [],
    "one": [b"first"],
    "empty": [b"", b"", b""],
    "100": [b"%d" % number for number in range(100)],
    "16 KiB": [os.urandom((16 << 10) + more) for more in (-1, 0, 1)],
    "1 MiB": [os.urandom(1 << 20)],
    "100 and 1 MiB": [*(b"%d" % number for number in range(100)),
                      os.urandom(1 << 20)],
}
# How the three steps are put together: so many at a time. An answer needs the
# other side's challenge, a challenge and a verdict nothing.
GROUPS = {"client": [(1, 1, 1), (2, 1), (1, 2), (3,)],
          "listener": [(1, 1, 1), (2, 1)]}


@pytest.mark.parametrize("messages", FOLLOWERS.values(), ids=FOLLOWERS)
@on_all_transports
@pytest.mark.parametrize("role, groups", [
    (role, groups) for role in ROLES for groups in GROUPS[OTHER[role]]],
    ids=str)
def test_together(victims, role, transport, groups, messages):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        side = wire.Side(sock, OTHER[role], KEY)
        for count in groups[:-1]:
            sock.sendall(side.take(count))
        sock.sendall(side.take(groups[-1]) + b"".join(map(frame, messages)))
        side.catch_up()
        see_echo(sock, messages)
        see_served(victim, sock)


@on_all_transports
@in_both_roles
def test_end_behind_the_messages(victims, role, transport):
    """A peer that says everything, and that this is all, before it reads."""
    victim = victims(role, transport, *LATE)
    messages = FOLLOWERS["100"]
    with victim.meet() as sock:
        side = wire.Side(sock, OTHER[role], KEY)
        side.go_to(wire.STEPS[side.role][-1])
        sock.sendall(side.take() + b"".join(map(frame, messages)))
        sock.shutdown(socket.SHUT_WR)
        side.catch_up()
        assert wire.everything(sock) == b"".join(map(frame, messages))
        victim.opened()
        assert victim.ended()[0] == "TIELINE_EEOF"
    victim.is_well()


@pytest.mark.parametrize("length", [1, 3, 4, 5])
@on_all_transports
@in_both_roles
def test_part_of_a_message_behind(victims, role, transport, length):
    """The last frame takes the start of a message along, the rest follows."""
    victim = victims(role, transport, *LATE)
    message = frame(b"in two")
    with victim.meet() as sock:
        side = wire.Side(sock, OTHER[role], KEY)
        side.go_to(wire.STEPS[side.role][-1])
        sock.sendall(side.take() + message[:length])
        side.catch_up()
        victim.opened()
        sock.sendall(message[length:])
        see_echo(sock, [b"in two"])
        sock.close()
        assert victim.ended()[0] == "TIELINE_EEOF"
        victim.is_well()


@pytest.mark.parametrize("dialect", DIALECTS)
@on_all_transports
@in_both_roles
def test_answer(victims, role, transport, dialect):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        wire.Side(sock, OTHER[role], KEY, dialect=dialect).finish()
        see_served(victim, sock)


@pytest.mark.parametrize("dialect", DIALECTS)
@on_all_transports
@in_both_roles
def test_answer_cut_or_longer(victims, role, transport, dialect):
    """A length tells the dialect, so that any other one is none."""
    victim = victims(role, transport, *LATE)
    for change in (lambda body: body[:-1], lambda body: body + b"\0"):
        with victim.meet() as sock:
            name = victim.name(sock)
            side = wire.Side(sock, OTHER[role], KEY, dialect=dialect)
            side.go_to("answer")
            side.catch_up()
            sock.sendall(frame(change(side.body())))
            see_refused(victim, sock, name, (
                "TIELINE_EPROTOCOL", "something else than an answer"))


@pytest.mark.parametrize("option", ["local", "any", "off"])
@pytest.mark.parametrize("dialect", DIALECTS)
@in_both_roles
def test_legacy_answer(victims, role, dialect, option):
    """Only MD5 can be switched off, and the text names the switch."""
    victim = victims(role, "tcp", *LATE, "--legacy-auth", option)
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY, dialect=dialect)
        if option != "off" or "md5" not in dialect:
            side.finish()
            see_served(victim, sock)
            return
        side.go_to("answer")
        sock.sendall(side.take())
        see_refused(victim, sock, name, ("TIELINE_EAUTH", "legacy_auth"))


GOOD_CHALLENGES = {
    "20": os.urandom(20),
    "20 zeros": bytes(20),
    "20 from {sha256}": b"{sha256}" + bytes(12),
    "20 of {sha512}": b"{sha512}" + bytes(12),
    **{digest: wire.modern_challenge(digest)
       for digest in ("md5", "sha256", "sha384", "sha3_256", "sha3_384")},
    "21": b"{sha256}" + os.urandom(13),
    "245": b"{sha384}" + os.urandom(237),
}
UNKNOWN = "TIELINE_EAUTH", "asks for a digest that is not known here"
SHORT = "TIELINE_EPROTOCOL", "a challenge of less than 20 bytes"
LONG = "TIELINE_EPROTOCOL", "sent a length that no handshake has"
BAD_CHALLENGES = {
    "nothing": (b"", SHORT),
    "19": (os.urandom(19), SHORT),
    "19 from {sha256}": (b"{sha256}" + bytes(11), SHORT),
    "{sha256} alone": (b"{sha256}", SHORT),
    "no digest": (bytes(40), UNKNOWN),
    "{sha512}": (b"{sha512}" + bytes(40), UNKNOWN),
    "{SHA256}": (b"{SHA256}" + bytes(40), UNKNOWN),
    "{}": (b"{}" + bytes(40), UNKNOWN),
    "no brace": (b"{sha256" + bytes(40), UNKNOWN),
    "245 of {sha512}": (b"{sha512}" + bytes(237), UNKNOWN),
    "246": (b"{sha256}" + bytes(238), LONG),
}


@pytest.mark.parametrize("challenge", GOOD_CHALLENGES.values(),
                         ids=GOOD_CHALLENGES)
@on_all_transports
@in_both_roles
def test_good_challenge(victims, role, transport, challenge):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        wire.Side(sock, OTHER[role], KEY, challenge=challenge).finish()
        see_served(victim, sock)


@pytest.mark.parametrize("challenge, expected", BAD_CHALLENGES.values(),
                         ids=BAD_CHALLENGES)
@on_all_transports
@in_both_roles
def test_bad_challenge(victims, role, transport, challenge, expected):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY)
        side.go_to("challenge")
        side.catch_up()
        sock.sendall(frame(wire.CHALLENGE + challenge))
        see_refused(victim, sock, name, expected)


# Role, options, how the peer answers, how our side answers 20 bytes.
BARE = [
    ("listener", (), "raw md5", "raw md5"),
    ("listener", (), "sha256", "raw md5"),
    ("listener", (), "raw sha256", "raw sha256"),
    ("listener", ("--legacy-auth", "off"), "raw sha256", "raw sha256"),
    ("listener", ("--legacy-auth", "off"), "sha256", None),
    ("client", (), "raw md5", "raw md5"),
    ("client", ("--legacy-digest", "sha256"), "raw sha256", "raw sha256"),
    ("client", ("--legacy-digest", "sha256", "--legacy-auth", "off"),
     "raw sha256", "raw sha256"),
    ("client", ("--legacy-auth", "off"), "sha256", None),
]


@pytest.mark.parametrize("role, options, dialect, bare", BARE)
def test_bare_challenge(victims, role, options, dialect, bare):
    """How 20 bytes are answered, which say nothing of a digest."""
    victim = victims(role, "tcp", *LATE, *options)
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY, challenge=os.urandom(20),
                         dialect=dialect, bare=bare)
        if bare:
            side.finish()
            see_served(victim, sock)
            return
        side.go_to("challenge")
        sock.sendall(side.take())
        see_refused(victim, sock, name, ("TIELINE_EAUTH", "legacy_auth"))
