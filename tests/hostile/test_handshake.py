# SPDX-License-Identifier: MIT
"""Malformed handshakes: every state in which our side waits for a frame,
against every wrong input. Each is turned away at once, with one #FAILURE# or
nothing, and our Listener goes on."""

import socket
from typing import Callable, NamedTuple

import pytest

from conftest import KEY

from . import wire
from .conftest import LATE, ROLES, TRANSPORTS
from .wire import CHALLENGE, FAILURE, OTHER, WELCOME, frame, short_header

BAD_LENGTH = "TIELINE_EPROTOCOL", "sent a length that no handshake has"
WRONG_KIND = {
    "answer": ("TIELINE_EPROTOCOL",
               "something else than an answer to our challenge"),
    "challenge": ("TIELINE_EPROTOCOL", "something else than a challenge"),
    "verdict": ("TIELINE_EPROTOCOL", "neither took nor rejected our answer"),
}
WRONG_ANSWER = "TIELINE_EAUTH", "need the same authkey, byte for byte"
UNKNOWN_DIGEST = "TIELINE_EAUTH", "sha3_256 and sha3_384 are"
REFLECTED = "TIELINE_EAUTH", "sent our own challenge back"
REJECTED = "TIELINE_EAUTH", "rejected our key"
CUT = "TIELINE_ELOST", "is its authkey set?"
LOST = "TIELINE_ELOST", "the connection is lost"

# The bytes of the right frame of each step.
FRAME_BYTES = {"answer": 4 + 40, "challenge": 4 + 59, "verdict": 4 + 9}
# A good body for each step, and what is due after the last one.
BODIES = {
    "answer": b"{sha256}" + bytes(32),
    "challenge": CHALLENGE + b"{sha256}" + bytes(40),
    "verdict": WELCOME,
    "message": b"hello",
}


class Case(NamedTuple):
    """At a step the raw side sends what send() makes of its wire.Side, and
    then does nothing, or shuts down, closes or resets."""
    name: str
    send: Callable
    expected: tuple
    farewell: bytes = frame(FAILURE)
    then: str = ""


def always(data):
    return lambda side: data


def cut(offset):
    return lambda side: side.take()[:offset]


def flipped(offset):
    """The right frame, but for one bit."""
    def send(side):
        data = bytearray(side.take())
        data[offset] ^= 1
        return bytes(data)
    return send


def sent_before(side):
    return frame(side.sent[-1])


def heard_before(which):
    return lambda side: frame(side.heard[which])


def lengths(step):
    wrong = WRONG_KIND[step]
    yield Case("length 0", always(short_header(0)), wrong)
    yield Case("length 1", always(short_header(1) + b"x"), wrong)
    yield Case("length 256", always(frame(bytes(256))), wrong)
    if step != "challenge":  # which has no fixed length
        yield Case("one byte more", lambda side: frame(side.body() + b"\0"),
                   wrong)
        yield Case("one byte less", lambda side: frame(side.body()[:-1]),
                   wrong)
    for name, header in (
            ("-2", short_header(-2)),
            ("-5", short_header(-5)),
            ("INT_MIN", short_header(-1 << 31)),
            ("-1 alone", short_header(-1)),
            ("-1 + 2^31", wire.long_header(1 << 31)),
            ("-1 + 2^63", wire.long_header(1 << 63)),
            ("-1 + 2^64-1", wire.long_header((1 << 64) - 1)),
            ("257", short_header(257)),
            ("2^31-1", short_header((1 << 31) - 1))):
        yield Case("length " + name, always(header), BAD_LENGTH)
    yield Case("length -1 + the right one", lambda side: wire.long_header(
        len(side.body())) + side.body(), BAD_LENGTH)
    yield Case("length 257 and its body", always(frame(bytes(257))),
               BAD_LENGTH)


def kinds(step):
    for kind, body in BODIES.items():
        if kind != step:
            yield Case(f"{kind} instead", always(frame(body)),
                       WRONG_KIND[step])
    for name, body in (("lower case", b"#challenge#" + bytes(48)),
                       ("pickle", b"\x80\x04N."),
                       ("HTTP", b"GET / HTTP/1.1\r\n\r\n")):
        yield Case(name, always(frame(body)), WRONG_KIND[step])
    yield Case("rejected", always(frame(FAILURE)), REJECTED, b"")


def flips(step):
    """Every byte that the tag, the digest's name or the digest lies in."""
    tag = {"answer": len(b"{sha256}"), "challenge": len(CHALLENGE),
           "verdict": len(WELCOME)}[step]
    then = {"answer": (40, WRONG_ANSWER), "challenge": (19, UNKNOWN_DIGEST),
            "verdict": (9, None)}[step]
    for at in range(then[0]):
        yield Case(f"byte {at} flipped", flipped(4 + at),
                   WRONG_KIND[step] if at < tag else then[1])


def ends(step):
    for offset in range(FRAME_BYTES[step]):
        yield Case(f"FIN after {offset} bytes", cut(offset), CUT, b"", "FIN")
    yield Case("closed", always(b""), CUT, b"", "close")


def echoes(role, step):
    """What has been said before on this connection."""
    wrong = WRONG_KIND[step]
    duplicate = Case("duplicate", sent_before, wrong)
    yield from {
        ("listener", "answer"): [
            Case("our challenge back", heard_before(0), wrong)],
        ("listener", "challenge"): [
            duplicate,
            Case("our challenge back", heard_before(0), REFLECTED),
            Case("our verdict back", heard_before(1), wrong)],
        ("listener", "verdict"): [
            duplicate,
            Case("our challenge back", heard_before(0), wrong),
            Case("our answer back", heard_before(2), wrong)],
        ("client", "challenge"): [],
        ("client", "verdict"): [
            duplicate,
            Case("our answer back", heard_before(0), wrong)],
        ("client", "answer"): [
            duplicate,
            Case("our answer back", heard_before(0), WRONG_ANSWER),
            Case("our challenge back", heard_before(1), wrong)],
    }[role, step]


def all_cases():
    for role in ROLES:
        for step in wire.STEPS[OTHER[role]]:
            for case in (*lengths(step), *kinds(step), *flips(step),
                         *ends(step), *echoes(role, step)):
                yield pytest.param(role, step, case,
                                   id=f"{role}-{step}-{case.name}")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role, step, case", all_cases())
def test_malformed(victims, transport, role, step, case):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY)
        side.go_to(step)
        side.catch_up()
        sock.sendall(case.send(side))
        if case.then == "close":
            sock.close()
        else:
            if case.then == "FIN":
                sock.shutdown(socket.SHUT_WR)
            assert wire.everything(sock) == case.farewell
        code, text = victim.turned_away(name)
    assert code == case.expected[0]
    assert case.expected[1] in text
    victim.is_well()


# A Client on a Unix socket has said nothing yet when it awaits the challenge,
# so that nothing is unread and no reset can come of it.
RESETS = [(role, transport, step)
          for role in ROLES
          for transport in TRANSPORTS
          for step in wire.STEPS[OTHER[role]]
          if (role, transport, step) != ("client", "unix", "challenge")]


@pytest.mark.parametrize("data", [b"", b"\0\0"], ids=["at once", "in a frame"])
@pytest.mark.parametrize("role, transport, step", RESETS)
def test_reset(victims, role, transport, step, data):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        name = victim.name(sock)
        wire.Side(sock, OTHER[role], KEY).go_to(step)
        if step != "challenge" or role == "listener":
            wire.await_input(sock)  # our side has got as far
        sock.sendall(data)
        wire.reset(sock)
        code, text = victim.turned_away(name)
    assert (code, LOST[1] in text) == (LOST[0], True)
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_replayed_answer(victims, role, transport):
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        recorded = wire.Side(sock, OTHER[role], KEY)
        recorded.finish()
        victim.opened()
    victim.ended()
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY,
                         challenge=recorded.challenge)
        side.go_to("answer")
        side.catch_up()
        answer = wire.STEPS[side.role].index("answer")
        sock.sendall(frame(recorded.sent[answer]))
        assert wire.everything(sock) == frame(FAILURE)
        code, text = victim.turned_away(name)
    assert (code, WRONG_ANSWER[1] in text) == (WRONG_ANSWER[0], True)
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_challenges_never_repeat(victims, role, transport):
    """Or a replayed answer would be right one day."""
    victim = victims(role, transport, *LATE)
    seen = set()
    for _ in range(20):
        with victim.meet() as sock:
            side = wire.Side(sock, OTHER[role], KEY)
            side.finish()
            seen |= {body for body in side.heard if CHALLENGE in body}
            victim.opened()
        victim.ended()
    assert len(seen) == 20
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_another_key(victims, role, transport):
    """Our side takes a peer without the key no further than its answer."""
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY)
        side.go_to("answer")
        side.catch_up()
        side.key = KEY + b"\n"
        sock.sendall(side.take())
        assert wire.everything(sock) == frame(FAILURE)
        code, text = victim.turned_away(name)
    assert (code, WRONG_ANSWER[1] in text) == (WRONG_ANSWER[0], True)
    victim.is_well()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_failure_is_not_lost(victims, role, transport):
    """What our side does not read would make a reset of its end, which on its
    way to the peer overtakes the #FAILURE#."""
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        name = victim.name(sock)
        side = wire.Side(sock, OTHER[role], KEY)
        side.catch_up()
        sock.sendall(frame(b"noise") + bytes(5000))
        assert wire.read_frame(sock) == FAILURE
        assert sock.recv(1) == b""
        code, _ = victim.turned_away(name)
    assert code == "TIELINE_EPROTOCOL"
    victim.is_well()
