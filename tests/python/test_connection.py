# SPDX-License-Identifier: MIT
"""The interface of multiprocessing.connection.Connection, beside the real one,
and where over TLS more is known than a socket shows."""

import array
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import selectors
import socket
import struct
import sys

import pytest

from conftest import HANG, KEY, ROOT

from .conftest import KINDS, meanwhile, tieline

MIB = 1 << 20
EACH = pytest.mark.parametrize("kind", [*KINDS, "stock"])
WAITS = [tieline.wait, multiprocessing.connection.wait]


@pytest.fixture
def pair(both_ends):
    """Two ends; of kind "stock" they are Python's own."""
    with contextlib.ExitStack() as stack:
        def run(kind):
            if kind != "stock":
                return both_ends(kind)
            return [stack.enter_context(end)
                    for end in multiprocessing.connection.Pipe()]
        yield run


@EACH
def test_sending_parts(pair, kind):
    one, other = pair(kind)
    numbers = array.array("i", [1, 2, 3])
    for arguments, expected in [
            ((b"0123",), b"0123"), ((b"0123", 1), b"123"),
            ((b"0123", 4), b""), ((b"0123", 1, 2), b"12"),
            ((bytearray(b"0123"), 0, 0), b""),
            ((memoryview(b"0123")[1:],), b"123"),
            ((numbers, 4), numbers.tobytes()[4:])]:
        one.send_bytes(*arguments)
        assert other.recv_bytes() == expected
    for arguments in [(b"0123", -1), (b"0123", 5), (b"0123", 0, -1),
                      (b"0123", 0, 5), (b"0123", 4, 1)]:
        with pytest.raises(ValueError):
            one.send_bytes(*arguments)
    with pytest.raises(TypeError):
        one.send_bytes("text")
    one.send_bytes(b"it goes on")
    assert other.recv_bytes() == b"it goes on"


@EACH
def test_receiving_into(pair, kind):
    one, other = pair(kind)
    buffer = array.array("i", [0, 0, 0])
    one.send_bytes(array.array("i", [7]))
    assert other.recv_bytes_into(buffer, 4) == 4
    assert list(buffer) == [0, 7, 0]
    with pytest.raises(ValueError):
        other.recv_bytes_into(buffer, -1)
    with pytest.raises(ValueError):
        other.recv_bytes_into(buffer, 13)
    one.send_bytes(b"too long for it")
    with pytest.raises(multiprocessing.BufferTooShort) as caught:
        other.recv_bytes_into(bytearray(3))
    assert caught.value.args == (b"too long for it",)
    with pytest.raises(TypeError):
        one.send_bytes(b"x")
        other.recv_bytes_into(b"not writable")


@EACH
def test_a_message_that_is_too_long(pair, kind):
    one, other = pair(kind)
    one.send_bytes(b"1234")
    assert other.recv_bytes(4) == b"1234"
    with pytest.raises(ValueError):
        other.recv_bytes(-1)
    one.send_bytes(b"12345")
    with pytest.raises(OSError, match="bad message length"):
        other.recv_bytes(4)
    assert not other.readable and other.writable
    with pytest.raises(OSError, match="write-only"):
        other.recv_bytes()
    with pytest.raises(OSError, match="write-only"):
        other.poll()
    other.send("it can still say so")
    assert one.recv() == "it can still say so"


@EACH
def test_a_closed_one(pair, kind):
    one, other = pair(kind)
    with one:
        assert not one.closed
        one.send(1)
    assert one.closed
    one.close()
    for call in (one.fileno, one.poll, one.recv, one.recv_bytes,
                 lambda: one.send(1), lambda: one.send_bytes(b"")):
        with pytest.raises(OSError, match="handle is closed"):
            call()
    assert other.recv() == 1
    assert other.poll(HANG)
    for call in (other.recv, other.recv_bytes,
                 lambda: other.recv_bytes_into(bytearray(1))):
        with pytest.raises(EOFError):
            call()


@EACH
def test_big_messages_both_ways(pair, kind):
    one, other = pair(kind)
    message = os.urandom(32 * MIB)
    with meanwhile(one.send_bytes, message):
        assert other.recv_bytes() == message
    with meanwhile(other.send, message):
        assert one.recv() == message


@EACH
def test_one_thread_sends_while_another_receives(pair, kind):
    """More than the kernel holds, so that both directions are full."""
    one, other = pair(kind)
    message = os.urandom(8 * MIB)
    with meanwhile(one.send_bytes, message), \
            meanwhile(other.send_bytes, message):
        with meanwhile(one.recv_bytes) as here:
            assert other.recv_bytes() == message
        assert here.value == message


@EACH
def test_sent_and_closed_at_once(pair, kind):
    """All of it comes, and then an end, which over TLS waits for room."""
    one, other = pair(kind)

    def send_and_close():
        with one:
            one.send_bytes(bytes(4 * MIB))
    with meanwhile(send_and_close):
        assert other.recv_bytes() == bytes(4 * MIB)
        with pytest.raises(EOFError):
            other.recv_bytes()


@EACH
def test_poll(pair, kind):
    one, other = pair(kind)
    assert other.poll() is other.poll(0) is other.poll(0.01) is False
    one.send_bytes(b"1")
    assert other.poll(None) is other.poll(HANG) is other.poll() is True
    other.recv_bytes()
    assert other.poll() is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_forked_child_closes(both_ends, listen, kind):
    """Its parent goes on, and so does the listener."""
    listener = listen("unix")
    one, other = both_ends(kind)
    child = os.fork()
    if child == 0:
        one.close()
        listener.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    one.send("still there")
    assert other.recv() == "still there"
    with meanwhile(listener.accept, HANG) as accepted:
        tieline.connect(listener.address, KEY).close()
    accepted.value.close()


def test_a_listener_that_is_forgotten_leaves_no_file(place):
    url = place("unix")
    listener = tieline.Listener(url, KEY)
    with pytest.raises(OSError, match="in use"):
        tieline.Listener(url, KEY)
    del listener
    tieline.Listener(url, KEY).close()


def test_a_listener_leaves_the_file_of_another_one(place):
    url = place("unix")
    first = tieline.Listener(url, KEY)
    os.unlink(url[len("unix:"):])
    with tieline.Listener(url, KEY) as second:
        first.close()
        del first
        with meanwhile(second.accept, HANG) as accepted:
            tieline.connect(url, KEY).close()
        accepted.value.close()


def test_a_child_that_ends_leaves_no_file(place):
    url = place("unix")

    def run():
        run.listener = tieline.Listener(url, KEY)

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(HANG)
    assert child.exitcode == 0
    assert not os.path.lexists(url[len("unix:"):])


def test_a_program_that_ends_leaves_no_file(start, modern, tmp_path):
    path = tmp_path / "socket"
    program = start(
        modern, "-B", "-c",
        f"import os, sys; sys.path.insert(0, {str(ROOT / 'python')!r})\n"
        f"import tieline; a = tieline.Listener('unix:{path}', b'k' * 32)\n"
        "child = os.fork()\n"
        "if child: os.waitpid(child, 0)\n"
        f"print(os.path.exists('{path}'), flush=True)")
    assert program.finish() == (0, "True\nTrue\n", "")
    assert not path.exists()


def test_a_file_that_is_gone_already(place):
    url = place("unix")
    with tieline.Listener(url, KEY):
        os.unlink(url[len("unix:"):])


# ---- TLS: bytes that a socket does not show ---------------------------------

def send_in_one_record(connection, *bodies):
    connection._sock.send(b"".join(
        struct.pack("!i", len(body)) + body for body in bodies))


@pytest.mark.parametrize("waits", WAITS, ids=["ours", "python's"])
@pytest.mark.parametrize("kind", KINDS)
def test_waiting_for_what_was_read_already(both_ends, kind, waits):
    one, other = both_ends(kind)
    assert waits([one, other], 0) == []
    send_in_one_record(one, b"1", b"2", b"3")
    for body in (b"1", b"2", b"3"):
        assert waits([one, other], HANG) == [other]
        assert other.poll()
        assert other.recv_bytes() == body
    assert waits([one, other], 0) == []
    send_in_one_record(one, b"4")
    one.close()
    assert waits([other], HANG) == [other]
    other.recv_bytes()
    assert waits([other], HANG) == [other]


@pytest.mark.parametrize("kind", KINDS)
def test_waiting_for_some_of_many(both_ends, kind):
    one, other = both_ends(kind)
    with contextlib.ExitStack() as stack:
        plain = [stack.enter_context(end) for end in socket.socketpair()]
        send_in_one_record(one, b"1", b"2")
        other.recv_bytes()
        plain[0].send(b"x")
        assert tieline.wait([plain[1], one, other], HANG) in (
            [plain[1], other], [other])
        other.recv_bytes()
        assert tieline.wait([plain[1], one, other], HANG) == [plain[1]]


def test_waiting_where_there_is_no_epoll(both_ends, monkeypatch):
    one, other = both_ends("tls")
    monkeypatch.delattr(tieline.select, "epoll")
    send_in_one_record(one, b"1", b"2")
    other.recv_bytes()
    assert tieline.wait([one, other], HANG) == [other]
    assert multiprocessing.connection.wait([other], 0) == []


@pytest.mark.parametrize("kind", KINDS)
def test_in_an_event_loop(both_ends, kind):
    """The descriptor stays the same, and is gone with the connection."""
    one, other = both_ends(kind)
    with selectors.DefaultSelector() as selector:
        selector.register(other, selectors.EVENT_READ)
        send_in_one_record(one, b"1", b"2")
        for body in (b"1", b"2"):
            assert selector.select(HANG)
            assert other.recv_bytes() == body
        assert not selector.select(0)
        selector.unregister(other)
    descriptor = other.fileno()
    assert descriptor == other.fileno()
    other.close()
    with pytest.raises(OSError):
        os.fstat(descriptor)


@pytest.mark.parametrize("kind", KINDS)
def test_no_descriptor_is_left(both_ends, kind):
    both_ends(kind)
    before = os.listdir("/proc/self/fd")
    listening = set()
    for _ in range(3):
        for end in both_ends(kind):
            end.fileno()
            end.close()
        listening.add(len(os.listdir("/proc/self/fd")))
    assert listening == {len(before) + n for n in (1, 2, 3)}


# ---- What breaks ------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_an_end_within_a_message(both_ends, kind):
    for part in (b"\0", b"\0\0\0\x05", b"\0\0\0\x05hell"):
        one, other = both_ends(kind)
        one._sock.send(part)
        one.close()
        with pytest.raises(OSError, match="got end of file during message"):
            other.recv_bytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [-2, -2 ** 31])
def test_negative_lengths(both_ends, kind, length):
    one, other = both_ends(kind)
    one._sock.send(struct.pack("!i", length))
    with pytest.raises(OSError, match="bad message length"):
        other.recv_bytes()
    assert not other.readable


@pytest.mark.parametrize("kind", KINDS)
def test_the_long_form_of_lengths(both_ends, kind):
    one, other = both_ends(kind)
    one._sock.send(struct.pack("!iQ", -1, 2) + b"hi")
    assert other.recv_bytes() == b"hi"
    one._sock.send(struct.pack("!iQ", -1, 2 ** 62) + b"hi")
    one.close()
    with pytest.raises(OSError, match="got end of file during message"):
        other.recv_bytes()


def test_an_end_that_was_not_announced(both_ends):
    one, other = both_ends("tls")
    one.send("first")
    # SSLSocket's own would drop TLS.
    socket.socket.shutdown(one._sock, socket.SHUT_WR)
    assert other.recv() == "first"
    with pytest.raises(ConnectionResetError, match="TLS failed"):
        other.recv()


def test_bytes_that_are_not_tls(both_ends):
    one, other = both_ends("tls")
    os.write(one._sock.fileno(), b"not TLS at all, nor anything like it")
    with pytest.raises(ConnectionResetError, match="TLS failed"):
        other.recv()
    with pytest.raises(OSError):
        other.recv()


def test_a_record_that_was_changed(both_ends):
    """By somebody between the two ends."""
    one, other = both_ends("tls")
    os.write(one._sock.fileno(), b"\x17\x03\x03\0\x20" + bytes(32))
    with pytest.raises(ConnectionResetError, match="TLS failed"):
        other.recv()


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_a_reset(both_ends, kind):
    one, other = both_ends(kind)
    one._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
    os.close(one._sock.detach())
    with pytest.raises(ConnectionResetError):
        other.recv()
    with pytest.raises(OSError):
        while True:
            other.send_bytes(bytes(MIB))


def test_an_end_of_tls_is_the_end_of_the_socket(both_ends):
    """Python goes on without TLS behind the words of both sides: another thread
    would."""
    one, other = both_ends("tls")
    other.close()
    assert one.poll(HANG)
    sock = one._sock
    one._end_tls(0)
    for call in (sock.send, sock.recv):
        with pytest.raises(OSError):
            call(b"in the clear" if call == sock.send else 1)


def test_one_that_is_forgotten_does_not_block(both_ends, monkeypatch):
    one, other = both_ends("tls")
    with pytest.raises(TimeoutError):
        tieline.complete(one._write(bytes(64 * MIB), tieline.deadline_in(0.1)))
    waits = []

    def is_ready(sock, events, deadline):
        waits.append(tieline.time_left(deadline))
        return False
    monkeypatch.setattr(tieline, "is_ready", is_ready)
    one.__del__()
    assert one.closed and waits in ([], [0])


def test_a_forked_child_does_not_speak(both_ends):
    """It would spoil the parent's TLS."""
    one, other = both_ends("tls")
    child = os.fork()
    if child == 0:
        for call in (lambda: one.send("x"), one.recv, one.poll, one.fileno):
            with contextlib.suppress(OSError):
                call()
                os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    one.send("whole")
    assert other.recv() == "whole"


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_machines_that_are_gone_are_noticed(both_ends, kind):
    for end in both_ends(kind):
        for level, option, value in [
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
                (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
                (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
                (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)]:
            assert end._sock.getsockopt(level, option) == value


def test_waiting_for_an_iterator(both_ends):
    one, other = both_ends("tcp")
    other.send("x")
    assert tieline.wait(iter([one]), HANG) == [one]


def test_very_long_waits(both_ends):
    one, other = both_ends("tcp")
    other.send("x")
    assert one.poll(tieline.YEAR_SECONDS)


@pytest.mark.parametrize("error", [
    tieline.BadLength(), tieline.Refused("full", "there is no room")])
def test_errors_that_other_processes_are_sent(error, monkeypatch):
    monkeypatch.setitem(sys.modules, "tieline", tieline)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error)
    assert vars(copy) == vars(error)
