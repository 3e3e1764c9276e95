# SPDX-License-Identifier: MIT
"""What the relay takes for the length of a message, and what it does with the
rest: messages in front of it arrive, and both sides see a break."""

import contextlib
import os
import socket

import pytest

from hostile import wire
from hostile.wire import frame, long_header, short_header

from .broker import LoadedBroker, eventually, hear, say, sending

PAIRS = [("tcp", "tcp"), ("unix", "unix"), ("tcp", "unix"), ("unix", "tcp")]
on_all_transports = pytest.mark.parametrize("accepts, dials", PAIRS)

GOOD = [
    short_header(0),
    short_header(1),
    short_header(255),
    short_header(256),
    short_header(65536),
    short_header(0x7fffffff),
    long_header(0),
    long_header(1),
    long_header(0x7fffffff),
    long_header(0x80000000),
    long_header(0xffffffff),
    long_header(1 << 32),
    long_header((1 << 63) - 1),
]
BAD = [
    short_header(-2),
    short_header(-5),
    short_header(-256),
    short_header(-(1 << 24)),
    short_header(-(1 << 31)),
    short_header(-(1 << 31) + 1),
    long_header(1 << 63),
    long_header((1 << 63) + 1),
    long_header((1 << 64) - 1),
]
BEFORE = frame(b"before") + frame(b"") + frame(bytes(3000))


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    one = LoadedBroker(tmp_path_factory.mktemp("lengths"))
    yield one
    one.stop()


def see_break(sock, most=1):
    """A reset on TCP, which may come behind the start of a header; on a Unix
    socket an end behind that."""
    rest = b""
    if sock.family == socket.AF_UNIX:
        rest = wire.everything(sock)
        assert len(rest) > 0
    else:
        with pytest.raises(ConnectionResetError):
            while more := sock.recv(1 << 16):
                rest += more
    assert len(rest) <= most


@on_all_transports
@pytest.mark.parametrize("header", GOOD, ids=bytes.hex)
def test_good_length(broker, accepts, dials, header):
    """It goes on as it is, and so does what there is of the body."""
    length = int.from_bytes(header[-8:], "big") if len(header) > 4 else \
        int.from_bytes(header, "big")
    sent = BEFORE + header + b"start"[:length]
    acceptor, dialler = broker.pair("good", accepts, dials)
    with acceptor, dialler:
        dialler.sendall(sent)
        assert wire.read_exactly(acceptor, len(sent)) == sent
        acceptor.sendall(frame(b"back"))
        assert wire.read_frame(dialler) == b"back"
    broker.rests()


@on_all_transports
@pytest.mark.parametrize("header", BAD, ids=bytes.hex)
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "bytewise"])
def test_bad_length(broker, accepts, dials, header, cut):
    acceptor, dialler = broker.pair("bad", accepts, dials)
    with acceptor, dialler:
        before = broker.relay()
        dialler.sendall(BEFORE)
        assert wire.read_exactly(acceptor, len(BEFORE)) == BEFORE
        for piece in (map(bytes, zip(header)) if cut else [header]):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                dialler.sendall(piece)
        see_break(acceptor, len(header) - 1)
        see_break(dialler)
        after = broker.relay()
        assert after["messages"] == before["messages"] + 3
        assert after["pairs"] == before["pairs"] - 1
    broker.rests()
    broker.log.wait_for("no Python sends")


@on_all_transports
@pytest.mark.parametrize("header", BAD[::3], ids=bytes.hex)
def test_bad_length_behind_messages(broker, accepts, dials, header):
    """In one go: what is in front of it is delivered."""
    acceptor, dialler = broker.pair("bad", accepts, dials)
    with acceptor, dialler:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            dialler.sendall(BEFORE + header + bytes(5000))
        assert wire.read_exactly(acceptor, len(BEFORE)) == BEFORE
        see_break(acceptor, len(header) - 1)
        see_break(dialler)
    broker.rests()


@on_all_transports
def test_bad_length_before_being_paired(broker, accepts, dials):
    with broker.login(dials) as dialler, broker.login(accepts) as acceptor:
        say(dialler, dial="early")
        dialler.sendall(BEFORE + BAD[0])
        say(acceptor, accept="early")
        assert hear(acceptor)["ok"]
        assert wire.read_exactly(acceptor, len(BEFORE)) == BEFORE
        see_break(acceptor, 3)
        assert hear(dialler)["ok"]
        see_break(dialler)
    broker.rests()


@on_all_transports
def test_headers_cut_at_each_byte(broker, accepts, dials):
    """Both forms, and messages of all small lengths, are counted right."""
    acceptor, dialler = broker.pair("cut", accepts, dials)
    with acceptor, dialler:
        before = broker.relay()["messages"]
        headers = short_header, long_header
        for at in range(1, 12):
            for header in headers:
                message = header(9) + b"nine and."
                for piece in (message[:at], message[at:]):
                    dialler.sendall(piece)
                    # Each piece has come before the next one is sent.
                    assert wire.read_exactly(acceptor, len(piece)) == piece
        for length in range(64):
            dialler.sendall(headers[length % 2](length) + bytes(length))
        want = b"".join(headers[length % 2](length) + bytes(length)
                        for length in range(64))
        assert wire.read_exactly(acceptor, len(want)) == want
        assert broker.relay()["messages"] == before + 22 + 64
    broker.rests()


# Of one read, of many, and long enough to be spliced.
LIMITS = [1, 10000, 700000]


@on_all_transports
@pytest.mark.parametrize("limit", LIMITS)
def test_longest_message(run_broker, accepts, dials, limit):
    """Those as long as it is arrive, one that is longer does not; nobody has
    to send its body for that."""
    broker = run_broker(max_message_bytes=limit)
    acceptor, dialler = broker.pair("longest", accepts, dials)
    longest = [header(limit) + os.urandom(limit)
               for header in (short_header, long_header)]
    with acceptor, dialler:
        for message in longest * 2:
            with sending(dialler, message):
                assert wire.read_exactly(acceptor, len(message)) == message
        assert broker.relay()["messages"] == 4
        dialler.sendall(short_header(limit + 1))
        see_break(acceptor, 3)
        see_break(dialler)
    broker.rests()
    broker.log.wait_for("max_message_bytes")


@on_all_transports
def test_too_long_behind_messages(run_broker, accepts, dials):
    """Those in front of it arrive, although the receiver was busy when it came
    and its kernel had no room; those in the other direction do too."""
    broker = run_broker(max_message_bytes=1 << 20, relay_window_bytes=1 << 22)
    acceptor, dialler = broker.pair("behind", accepts, dials)
    messages = frame(os.urandom(1 << 20)) * 16 + frame(bytes(100)) * 100
    with acceptor, dialler:
        acceptor.sendall(messages[:100000])
        with sending(dialler, messages + long_header(1 << 21) + bytes(1000)):
            eventually(lambda: broker.relay()["held_bytes"] > 0)
            assert wire.read_exactly(acceptor, len(messages)) == messages
            see_break(acceptor, 11)
            got = wire.everything(dialler)
            assert got[:100000] == messages[:100000]
    broker.rests()
