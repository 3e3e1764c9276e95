# SPDX-License-Identifier: MIT
"""A peer that has the key, and then misbehaves: message lengths, ends and
resets at every place, and sizes that are claimed but never sent."""

import contextlib
import socket

import pytest

from conftest import KEY

from . import wire
from .conftest import LATE, ROLES, TRANSPORTS
from .wire import OTHER, frame, long_header, short_header

MAX_BYTES = 65536
LIMITED = (*LATE, "--max-message-bytes", str(MAX_BYTES))
MIB = 1 << 20

EOF = "TIELINE_EEOF", "the peer has closed the connection"
CUT = "TIELINE_ETRUNCATED", "inside a message"
LOST = "TIELINE_ELOST", "the connection is lost"
BAD_LENGTH = "TIELINE_EPROTOCOL", "a message length that no Python sends"
TOO_LONG = "TIELINE_EMSGSIZE", "max_message_bytes is 65536"

in_both_roles = pytest.mark.parametrize("role", ROLES)
on_all_transports = pytest.mark.parametrize("transport", TRANSPORTS)


@contextlib.contextmanager
def opened(victim):
    with victim.meet() as sock:
        wire.Side(sock, OTHER[victim.role], KEY).finish()
        victim.opened()
        yield sock


def see_end(victim, expected):
    code, text = victim.ended()
    assert code == expected[0]
    assert expected[1] in text
    victim.is_well()


# A header alone is enough to be refused.
HEADERS = {
    "-2": (short_header(-2), BAD_LENGTH),
    "-5": (short_header(-5), BAD_LENGTH),
    "INT_MIN": (short_header(-1 << 31), BAD_LENGTH),
    "-1 + 2^63": (long_header(1 << 63), BAD_LENGTH),
    "-1 + 2^64-1": (long_header((1 << 64) - 1), BAD_LENGTH),
    "maximum + 1": (short_header(MAX_BYTES + 1), TOO_LONG),
    "2^31-1": (short_header((1 << 31) - 1), TOO_LONG),
    "-1 + maximum + 1": (long_header(MAX_BYTES + 1), TOO_LONG),
    "-1 + 2^32": (long_header(1 << 32), TOO_LONG),
    "-1 + 2^63-1": (long_header((1 << 63) - 1), TOO_LONG),
}


@pytest.mark.parametrize("before", [[], [b"good", b""]],
                         ids=["first", "third"])
@pytest.mark.parametrize("header, expected", HEADERS.values(), ids=HEADERS)
@on_all_transports
@in_both_roles
def test_bad_header(victims, role, transport, header, expected, before):
    victim = victims(role, transport, *LIMITED)
    with opened(victim) as sock:
        sock.sendall(b"".join(map(frame, before)) + header)
        assert wire.everything(sock) == b"".join(map(frame, before))
        see_end(victim, expected)


@pytest.mark.parametrize("body", [b"", b"x", bytes(MAX_BYTES)],
                         ids=["empty", "one byte", "maximum"])
@pytest.mark.parametrize("header", [short_header, long_header])
@on_all_transports
@in_both_roles
def test_good_header(victims, role, transport, header, body):
    """CPython takes the 8-byte form of any length, and so does our side."""
    victim = victims(role, transport, *LIMITED)
    with opened(victim) as sock:
        for _ in range(3):
            sock.sendall(header(len(body)) + body)
            assert wire.read_frame(sock) == body
        sock.shutdown(socket.SHUT_WR)
        assert wire.everything(sock) == b""
        see_end(victim, EOF)


MESSAGES = {"short": frame(b"abc"), "long": long_header(3) + b"abc",
            "large": short_header(40000) + bytes(40000)}
CUTS = [(name, offset) for name in ("short", "long")
        for offset in range(len(MESSAGES[name]) + 1)] + [
            ("large", offset) for offset in (3, 4, 5, 16384, 20000, 40003)]


@pytest.mark.parametrize("name, offset", CUTS)
@on_all_transports
@in_both_roles
def test_end(victims, role, transport, name, offset):
    victim = victims(role, transport, *LIMITED)
    whole = offset == len(MESSAGES[name])
    with opened(victim) as sock:
        sock.sendall(frame(b"good") + MESSAGES[name][:offset])
        sock.shutdown(socket.SHUT_WR)
        assert wire.everything(sock) == \
            frame(b"good") + (frame(b"abc") if whole else b"")
        see_end(victim, EOF if offset == 0 or whole else CUT)


@pytest.mark.parametrize("data", [b"", b"\0\0", short_header(9) + b"x"],
                         ids=["at a boundary", "in a header", "in a body"])
@on_all_transports
@in_both_roles
def test_reset(victims, role, transport, data):
    victim = victims(role, transport, *LIMITED)
    with opened(victim) as sock:
        sock.sendall(frame(b"good"))
        wire.await_input(sock)
        sock.sendall(data)
        wire.reset(sock)
        see_end(victim, LOST)


def memory_kib(pid):
    """Resident and virtual memory of a process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return [int(fields[name].split()[0]) for name in ("VmRSS", "VmSize")]


def claim(victim, stack, header):
    """A connection that claims what follows the header, and sends 10 bytes."""
    sock = stack.enter_context(victim.meet())
    wire.Side(sock, "client", KEY).finish()
    victim.opened()
    sock.sendall(frame(b"good") + header)
    assert wire.read_frame(sock) == b"good"
    sock.sendall(bytes(10))


@pytest.mark.parametrize("header", [short_header, long_header])
@on_all_transports
def test_claimed_size_takes_no_memory(victims, transport, header):
    """100 times 64 MiB are claimed, 50 at a time: well below what 2 of them
    would take may be allocated, and less be used."""
    victim = victims("listener", transport, *LATE)
    victim.right_peer()
    before = memory_kib(victim.pid)
    for _ in range(2):
        with contextlib.ExitStack() as stack:
            for _ in range(50):
                claim(victim, stack, header(64 * MIB))
            victim.right_peer()
            resident, virtual = memory_kib(victim.pid)
            # A sanitizer keeps what was freed for a while.
            assert resident - before[0] < 16 << 10
            assert virtual - before[1] < 64 << 10
        for _ in range(50):
            assert victim.ended()[0] == CUT[0]
    victim.is_well()
