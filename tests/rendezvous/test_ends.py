# SPDX-License-Identifier: MIT
"""How relayed connections end: ends are passed on as ends, and breaks as
breaks, each behind all that was sent before it, however slow the reader is."""

import fcntl
import signal
import socket
import struct
import termios
import time

import pytest

from .client import (
    BREAK, END, PATIENCE, echo_both_ways, frame, long_frame, meanwhile,
    request)
from .conftest import BOTH, MIXES

KIBI, MEBI = 1 << 10, 1 << 20
SLOW = {"receive_bytes": 8 * KIBI}

# What is under way when it ends: small messages are copied, large ones are
# spliced.
LOADS = {
    "a few": [b"one", b"", b"three"],
    "many small": [bytes([i % 251]) * 1000 for i in range(1500)],
    "large": [bytes(range(256)) * 3 * KIBI, b"between", bytes(MEBI)],
}
LOAD = pytest.mark.parametrize("load", LOADS.values(), ids=LOADS)


def slow_pair(hub, mix):
    """Who sends, and who reads when it likes."""
    sender = hub.connect(mix[0]).parks("echo")
    reader = hub.connect(mix[1], **SLOW)
    reader.ask(dial="echo")
    reader.is_paired("echo")
    sender.is_paired("echo")
    return sender, reader


def has_arrived(peer):
    """Waits until the broker's kernel has all that the peer has sent."""
    latest = time.monotonic() + PATIENCE
    while fcntl.ioctl(peer.sock, termios.TIOCOUTQ, bytes(4)) != bytes(4):
        assert time.monotonic() < latest


def writes_until_it_fails(peer):
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        while True:
            peer.write(bytes(64 * KIBI))


# ---- Ends


@MIXES
def test_half_closing_one_after_the_other(hub, mix):
    one, other = hub.pair(mix)
    for first, second in [(one, other), (other, one)]:
        first, second = hub.pair(mix) if first is other else (first, second)
        first.send(b"question", b"")
        first.stop_sending()
        assert second.rest() == ([b"question", b""], END)
        second.send(b"answer", bytes(MEBI // 16))
        second.stop_sending()
        assert first.rest() == ([b"answer", bytes(MEBI // 16)], END)


@MIXES
def test_a_half_closed_side_is_sent_to_for_long(hub, mix):
    asker, server = hub.pair(mix)
    asker.stop_sending()
    assert server.rest() == ([], END)
    with meanwhile(server.send, *LOADS["large"], *LOADS["many small"]):
        for body in LOADS["large"] + LOADS["many small"]:
            assert asker.receive() == body
    server.close()
    assert asker.rest() == ([], END)


@MIXES
@LOAD
def test_an_end_is_behind_everything(hub, mix, load):
    """The sender closes at once, and the reader takes its time."""
    sender, reader = slow_pair(hub, mix)

    def send_and_close():
        sender.send(*load)
        sender.close()

    with meanwhile(send_and_close):
        assert reader.rest() == (load, END)


@MIXES
def test_both_directions_at_once(hub, mix):
    one, other = hub.pair(mix)
    load = LOADS["large"] + LOADS["many small"]

    def send(peer):
        peer.send(*load)
        peer.stop_sending()

    with meanwhile(send, one), meanwhile(send, other), \
            meanwhile(lambda: one.rest() == (load, END) or 1 / 0):
        assert other.rest() == (load, END)


def test_an_end_inside_a_message_stays_there(hub):
    """Nothing is added, and nothing is held back."""
    for mix in [("tcp", "unix"), ("unix", "tcp")]:
        for cut in [1, 4, 5, MEBI]:
            sender, reader = hub.pair(mix)
            with meanwhile(sender.write, frame(bytes(2 * MEBI))[:cut]):
                read = b""
                while len(read) < cut:
                    read += reader.sock.recv(MEBI)
            sender.close()
            assert reader.sock.recv(1) == b""
            assert read == frame(bytes(2 * MEBI))[:cut]
            reader.close()


@MIXES
def test_both_close_with_something_under_way(hub, mix):
    """Neither can take it, and the pair is over all the same."""
    one, other = hub.pair(mix)
    with hub.broker.asleep():
        for peer in (one, other):
            peer.send(b"farewell", bytes(10_000))
            peer.close()
    hub.connect().until(lambda eye: len(eye.connections()) == 1)


@BOTH
def test_a_reader_that_has_ended_its_own_side_gets_all(hub, kind):
    """Of a sender that was gone before they were paired, slowly. What a TCP
    socket has not sent when the broker writes to it in vain, is lost."""
    load = [bytes(15_000)] * (3 if kind == "tcp" else 10)
    sender = hub.connect(kind)
    sender.write(request(accept="echo"), *map(frame, load))
    sender.close()
    hub.connect().until_seated("echo", parked=1)
    reader = hub.connect("tcp", **SLOW)
    reader.ask(dial="echo")
    reader.stop_sending()
    hub.connect().until(lambda eye: eye.names() == {})
    reader.is_paired("echo")
    assert reader.rest() == (load, END)


# ---- Breaks


@BOTH
@LOAD
def test_a_reset_is_behind_everything(hub, kind, load):
    """That came before it."""
    sender, reader = slow_pair(hub, ("tcp", kind))

    def send_and_reset():
        sender.send(*load)
        has_arrived(sender)
        sender.reset()

    with meanwhile(send_and_reset):
        assert reader.rest() == (load, BREAK[kind])


@BOTH
@pytest.mark.parametrize("load", [[bytes(999)] * 100, [bytes(300_000)]],
                         ids=["many small", "large"])
def test_a_slow_reader_gets_all_before_a_reset(hub, kind, load):
    """It reads when the sender has long been gone."""
    sender, reader = slow_pair(hub, ("tcp", kind))
    sender.send(*load)
    has_arrived(sender)
    sender.reset()
    with meanwhile(hub.pair, ("tcp", "tcp"), "others"):
        pass
    assert reader.rest() == (load, BREAK[kind])


@BOTH
@pytest.mark.parametrize("at", [1, 3, 4, 5, 300_000])
@pytest.mark.parametrize("make", [frame, long_frame])
def test_a_reset_inside_a_message(hub, kind, make, at):
    """Also right behind a header, or half of one."""
    sender, reader = slow_pair(hub, ("tcp", kind))
    sender.write(frame(b"whole"), make(bytes(MEBI))[:at])
    has_arrived(sender)
    sender.reset()
    assert reader.rest() == ([b"whole"], BREAK[kind])


@BOTH
@pytest.mark.parametrize("at", range(4, 12))
def test_a_reset_inside_a_long_header(hub, kind, at):
    sender, reader = slow_pair(hub, ("tcp", kind))
    sender.write(long_frame(b"never")[:at])
    has_arrived(sender)
    sender.reset()
    assert reader.rest() == ([], BREAK[kind])


@pytest.mark.parametrize("length", [1, 2])
def test_a_reset_makes_no_message_whole(hub, length):
    """Whatever has to be added for it to be seen."""
    sender, reader = hub.pair(("tcp", "unix"))
    sender.write(frame(bytes(length))[:3 + length])
    has_arrived(sender)
    sender.reset()
    assert reader.rest()[0] == []


@BOTH
def test_a_reset_with_nothing_under_way(hub, kind):
    for first_is_reset in (True, False):
        acceptor, dialler = hub.pair(("tcp", kind) if first_is_reset
                                     else (kind, "tcp"))
        echo_both_ways(acceptor, dialler)
        gone, left = (acceptor, dialler) if first_is_reset \
            else (dialler, acceptor)
        gone.reset()
        assert left.rest() == ([], BREAK[kind])
        left.close()


@MIXES
def test_who_closes_with_something_unread(hub, mix):
    """As without a broker: what it did not take is lost, and that shows."""
    sender, other = hub.pair(mix)
    sender.send(b"never read")
    hub.connect().until(lambda eye: eye.connections()[0]["messages"] == 1)
    other.close()
    assert sender.rest() == ([], BREAK[mix[0]])


@MIXES
@LOAD
def test_a_reader_that_closes_stops_the_sender(hub, mix, load):
    sender, reader = hub.pair(mix)
    with meanwhile(sender.send, *load):
        for body in load:
            assert reader.receive() == body
    reader.close()
    writes_until_it_fails(sender)


@BOTH
def test_a_reader_that_breaks_after_its_end_stops_the_sender(hub, kind):
    sender, reader = hub.pair((kind, "tcp"))
    reader.stop_sending()
    assert sender.rest() == ([], END)
    reader.reset()
    writes_until_it_fails(sender)


@pytest.mark.parametrize("under_way", [0, 10, 3 * MEBI])
def test_a_broker_that_is_killed_is_a_break(serve, under_way):
    """Over TCP, which can say so."""
    hub = serve()
    one, other = hub.pair(("tcp", "tcp"))
    echo_both_ways(one, other)
    one.write(frame(bytes(4 * MEBI))[:under_way])
    hub.broker.process.send_signal(signal.SIGKILL)
    hub.broker.ended()
    for peer in (one, other):
        assert peer.rest() == ([], BREAK["tcp"])


# ---- Lengths

NO_LENGTHS = {
    "-2": b"\xff\xff\xff\xfe",
    "-2^31": b"\x80\0\0\0",
    "2^63": b"\xff\xff\xff\xff\x80\0\0\0\0\0\0\0",
    "2^64-1": b"\xff" * 12,
}


@MIXES
@pytest.mark.parametrize("head", NO_LENGTHS.values(), ids=NO_LENGTHS)
def test_a_length_that_no_python_sends_breaks_both(hub, mix, head):
    """Everything before it is delivered, also by a slow reader."""
    sender, reader = slow_pair(hub, mix)
    load = LOADS["many small"][:100]
    sender.send(*load)
    sender.write(head, b"never")
    assert reader.rest() == (load, BREAK[mix[1]])
    assert sender.rest()[1] != END
    hub.broker.log.wait_for("sends a message length that no Python sends")


@BOTH
@pytest.mark.parametrize("head", NO_LENGTHS.values(), ids=NO_LENGTHS)
def test_such_a_length_in_pieces(hub, kind, head):
    sender, reader = hub.pair(("tcp", kind))
    sender.send(b"before")
    for byte in head:
        sender.write(bytes([byte]))
        hub.connect().asked(ping="the broker has seen it")
    assert reader.rest() == ([b"before"], BREAK[kind])
    assert sender.rest() == ([], BREAK["tcp"])


@BOTH
@pytest.mark.parametrize("when", ["early", "paired"])
def test_max_message_bytes(serve, kind, when):
    hub = serve(max_message_bytes=100_000)
    load = [bytes(100_000), b"", b"x" * 100_000]
    too_long = [frame(bytes(100_001)), struct.pack("!iQ", -1, 100_001),
                struct.pack("!iQ", -1, 1 << 62)]
    for head in too_long:
        sender, reader = hub.connect("tcp"), hub.connect(kind)
        sender.ask(accept="echo")
        if when == "paired":
            reader.ask(dial="echo")
            reader.is_paired("echo")
        with meanwhile(sender.write, *map(frame, load), head):
            if when == "early":
                reader.ask(dial="echo")
                reader.is_paired("echo")
            assert reader.rest() == (load, BREAK[kind])
        reader.close()
        sender.close()
    hub.broker.log.wait_for("a message longer than max_message_bytes")


def test_lengths_that_python_does_not_use_but_takes(hub):
    """The long form of a short one, and more than anybody will send."""
    sender, reader = hub.pair()
    sender.write(struct.pack("!iQ", -1, 5), b"hello", struct.pack("!iQ", -1, 0),
                 struct.pack("!iQ", -1, 1 << 62), b"start")
    assert [reader.receive(), reader.receive()] == [b"hello", b""]
    reader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 17)
    assert reader.sock.recv(100) == struct.pack("!iQ", -1, 1 << 62) + b"start"
    hub.connect().until(lambda eye: eye.connections()[0]["messages"] == 3)


# ---- Waiting


@MIXES
def test_a_slow_reader_holds_up_nothing_else(serve, mix):
    """Its sender has to wait, the broker holds little, the way back is free,
    and others do not notice."""
    window = 64 * KIBI
    hub = serve(relay_window_bytes=window)
    sender, reader = slow_pair(hub, mix)
    load = [bytes([i]) * 200_000 for i in range(100)]
    eye = hub.connect()
    with meanwhile(sender.send, *load):
        stat = eye.until(lambda eye: (stat := eye.asked(stat=True))[
            "relay"]["held_bytes"] > 0 and stat)
        assert stat["relay"]["held_bytes"] <= window
        for _ in range(10):
            reader.send(b"the way back")
            assert sender.receive() == b"the way back"
        others = hub.pair(name="others")
        echo_both_ways(*others, bytes(MEBI))
        for body in load:
            assert reader.receive() == body
    peak = eye.asked(stat=True)["relay"]["held_bytes_peak"]
    assert 0 < peak <= 4 * window
    echo_both_ways(sender, reader)
