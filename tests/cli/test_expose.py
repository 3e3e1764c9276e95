# SPDX-License-Identifier: MIT
"""expose: a stock Listener, which knows nothing of the broker, under a name."""

import contextlib
import os
import signal
import socket
import struct
import threading
import time
from multiprocessing.connection import Listener

import pytest

from conftest import HANG, KEY

from .conftest import OTHER_KEY, ended, fill_unread, receive
from .ends import (
    break_behind, expect_a_break_passed_on, expect_an_end_passed_on, is_break,
    memory_of)

MIB = 1 << 20

# An echo service as people write them; what it says is where it listens.
STOCK = """
import sys
from multiprocessing.connection import Listener
with Listener(eval(sys.argv[1]), authkey=eval(sys.argv[2])) as listener:
    place = listener.address
    print("listening at", place if isinstance(place, str)
          else "tcp://%s:%d" % place, flush=True)
    while True:
        with listener.accept() as connection:
            try:
                while True:
                    connection.send(["echo", connection.recv()])
            except EOFError:
                pass
"""


def meet(broker, target):
    """A dialler of "program", and the connection that the program accepts."""
    accepted = []
    thread = threading.Thread(target=lambda: accepted.append(target.accept()))
    thread.start()
    dialler = broker.paired("dial", "program")
    thread.join(HANG)
    return dialler, accepted[0]


def test_every_stock_listener_can_be_exposed(start, begin, broker, python):
    stock = start(python, "-c", STOCK, "('127.0.0.1', 0)", repr(KEY))
    begin("expose", "program", stock.listening_at())
    for _ in range(3):
        with broker.paired("dial", "program") as connection:
            for message in ("hello", None, {"a": [1]}, "x" * MIB):
                connection.send(message)
                assert connection.poll(HANG)
                assert connection.recv() == ["echo", message]


@pytest.mark.parametrize("place", ["unix:", "localhost", "127.0.0.1"])
def test_wherever_it_listens(start, begin, broker, tmp_path, place):
    unix = place == "unix:"
    stock = start("/usr/bin/python3", "-c", STOCK,
                  repr(f"{tmp_path}/stock") if unix else "('127.0.0.1', 0)",
                  repr(KEY))
    address = stock.listening_at()
    begin("expose", "program", f"unix:{address}" if unix
          else address.replace("127.0.0.1", place))
    with broker.paired("dial", "program") as connection:
        connection.send("hello")
        assert connection.poll(HANG) and connection.recv() == ["echo", "hello"]


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_a_key_of_its_own_or_none(start, begin, broker, other_key, key):
    stock = start("/usr/bin/python3", "-c", STOCK, "('127.0.0.1', 0)",
                  repr(key))
    begin("expose", "program", stock.listening_at(),
          *(("--target-authkey-file", other_key) if key
            else ("--target-no-authkey",)))
    with broker.paired("dial", "program") as connection:
        connection.send("hello")
        assert connection.poll(HANG) and connection.recv() == ["echo", "hello"]


def test_bytes_go_both_ways_as_they_are(begin, broker, target):
    begin("expose", "program", target.url)
    dialler, program = meet(broker, target)
    data = os.urandom(5 * MIB)
    for there, here in ((dialler, program), (program, dialler)):
        thread = threading.Thread(target=there.send_bytes, args=(data,))
        thread.start()
        assert receive(here) == data
        thread.join()
    dialler.close()
    program.close()


def test_early_bytes_are_the_programs(begin, broker, target):
    """What was sent behind the request, before anybody listened."""
    connection = broker.request('{"dial":"program"}')
    connection.send_bytes(b"early")
    begin("expose", "program", target.url)
    with target.accept() as program:
        assert receive(program) == b"early"
        program.send_bytes(b"answer")
        assert b'"ok":true' in receive(connection)
        assert receive(connection) == b"answer"
    connection.close()


def test_a_program_that_speaks_first(begin, broker, target):
    begin("expose", "program", target.url)
    for _ in range(10):
        dialler, program = meet(broker, target)
        program.send_bytes(b"welcome")
        assert receive(dialler) == b"welcome"
        program.close()
        assert ended(dialler) is EOFError
        dialler.close()


def test_many_side_by_side(begin, broker, target):
    begin("expose", "program", target.url, "--backlog", "8")
    pairs = [meet(broker, target) for _ in range(50)]
    for number, (dialler, program) in enumerate(pairs):
        dialler.send_bytes(b"%d" % number)
    for number, (dialler, program) in reversed([*enumerate(pairs)]):
        assert receive(program) == b"%d" % number
        program.close()
        assert ended(dialler) is EOFError
        dialler.close()


# ---- Ends and breaks ------------------------------------------------------

@pytest.mark.parametrize("swap", [False, True])
def test_an_end_is_passed_on_and_the_other_way_goes_on(begin, broker, target,
                                                       swap):
    begin("expose", "program", target.url)
    expect_an_end_passed_on(*meet(broker, target)[::-1 if swap else 1])


def broken(broker):
    """What a break is on the dialler's socket."""
    return OSError if broker.url.startswith("unix:") else ConnectionResetError


@pytest.mark.parametrize("swap", [False, True])
def test_a_break_is_passed_on_as_one(begin, broker, target, swap):
    begin("expose", "program", target.url)
    expect_a_break_passed_on(*meet(broker, target)[::-1 if swap else 1])


@pytest.mark.parametrize("sent", [b"", b"\0\0\0\4four", b"\0", b"\0\0\0\3ab",
                                  b"\xff\xff\xff\xff\0\0\0\0\0\0\0\1x",
                                  b"\xff\xff\xff\xff\0\0\0"])
@pytest.mark.parametrize("broker", ["tcp"], indirect=True)
def test_a_reset_is_a_break_on_a_unix_socket_too(begin, broker, tmp_path,
                                                 sent):
    """Wherever in a message it comes: the program sees no clean end."""
    path = str(tmp_path / "program")
    with Listener(path, authkey=KEY) as target:
        begin("expose", "program", f"unix:{path}")
        dialler, program = meet(broker, target)
        os.write(dialler.fileno(), sent)
        half = os.read(program.fileno(), 100) if sent else b""
        assert half == sent
        with socket.socket(fileno=os.dup(dialler.fileno())) as reset:
            reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        dialler.close()
        rest = b""
        while chunk := os.read(program.fileno(), 100):
            rest += chunk
        at_boundary = sent in (b"", b"\0\0\0\4four",
                               b"\xff\xff\xff\xff\0\0\0\0\0\0\0\1x")
        assert rest == (b"\0" if at_boundary else b"")
        program.close()


def ask(broker, request):
    with broker.request(request) as connection:
        return receive(connection)


@pytest.mark.parametrize("broker", ["tcp"], indirect=True)
def test_a_break_comes_behind_all_that_came_before(begin, broker, target):
    """Also what there is no room for at the program, which does not read."""
    target._listener._socket.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    begin("expose", "program", target.url)
    dialler, program = meet(broker, target)
    messages = [os.urandom(16384) for _ in range(8)]
    break_behind(dialler, messages)
    # It is at expose when the broker knows the next parked one, and us, alone.
    while b'"total":2}' not in ask(broker, '{"list":"connections"}'):
        pass
    for message in messages:
        assert receive(program) == message
    assert is_break(ended(program))
    program.close()


def test_what_cannot_be_delivered_breaks_the_connection(begin, broker, target):
    """The program goes while the dialler still sends to it."""
    begin("expose", "program", target.url)
    dialler, program = meet(broker, target)
    program.close()
    with pytest.raises(OSError):
        deadline = time.monotonic() + HANG
        while time.monotonic() < deadline:
            dialler.send_bytes(b"x" * 65536)
    dialler.close()


def test_a_slow_reader_holds_the_sender_back(begin, broker, target):
    expose = begin("expose", "program", target.url)
    dialler, program = meet(broker, target)
    sent = []
    memory = memory_of(expose)
    data = os.urandom(64 * MIB)
    thread = threading.Thread(
        target=lambda: (dialler.send_bytes(data), sent.append(True)))
    thread.start()
    # Less than a sixth fits into all the sockets on the way.
    thread.join(0.5)
    assert not sent
    assert memory_of(expose) < memory + 8 * MIB
    assert receive(program) == data
    thread.join(HANG)
    assert sent
    dialler.close()
    program.close()


# ---- Programs and brokers that are not there -------------------------------

def test_a_program_that_is_not_there(begin, broker, tmp_path):
    path = str(tmp_path / "later")
    expose = begin("expose", "program", f"unix:{path}")
    with broker.paired("dial", "program") as connection:
        assert ended(connection) is broken(broker)
    assert expose.process.stderr.readline().startswith(
        f"tieline: cannot connect to unix:{path}: ")
    with Listener(path, authkey=KEY) as target:
        dialler, program = meet(broker, target)
        dialler.send_bytes(b"there now")
        assert receive(program) == b"there now"
        dialler.close()
        program.close()


def test_who_reads_no_complaints_holds_nothing_up(begin, broker, tmp_path):
    expose = begin("expose", "program", f"unix:{tmp_path}/none")
    fill_unread(expose.process.stderr)
    for _ in range(3):
        with broker.paired("dial", "program") as connection:
            assert ended(connection) is broken(broker)
    expose.process.terminate()
    assert expose.process.wait() == -signal.SIGTERM
    assert not expose.process.stderr.read().strip()


def test_dialling_a_program_that_is_not_there_fails(tool, begin, broker,
                                                    tmp_path):
    begin("expose", "program", f"unix:{tmp_path}/nobody")
    done = tool("dial", "program", input="hi\n")
    assert (done.returncode, done.stdout) == (9, "")
    assert done.stderr.startswith("tieline: program: ")


def test_a_program_with_another_key(begin, broker, target, other_key):
    expose = begin("expose", "program", target.url,
                   "--target-authkey-file", other_key)
    connection = broker.paired("dial", "program")
    with pytest.raises(Exception, match="digest"):
        target.accept()
    assert ended(connection) is broken(broker)
    assert "rejected our key" in expose.process.stderr.readline()
    connection.close()


def test_a_program_that_does_not_answer(begin, broker):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        expose = begin("expose", "program", "--timeout", "2",
                       "tcp://127.0.0.1:%d" % silent.getsockname()[1])
        first = broker.paired("dial", "program")
        second = broker.paired("dial", "program")
        assert ended(first) is broken(broker)
        assert ended(second) is broken(broker)
        assert "tcp://127.0.0.1" in expose.process.stderr.readline()
        first.close()
        second.close()


def test_a_host_that_is_unknown(tool, broker):
    done = tool("expose", "program", "tcp://no-such.invalid:80")
    assert done.returncode == 3
    assert done.stderr.startswith("tieline: tcp://no-such.invalid:80: ")


def test_expose_lives_through_a_restart_of_the_broker(begin, broker, target):
    expose = begin("expose", "program", target.url)
    dialler, program = meet(broker, target)
    dialler.send_bytes(b"one")
    assert receive(program) == b"one"
    broker.restart()
    assert is_break(ended(program))
    dialler.close()
    program.close()
    with contextlib.closing(broker.request(
            '{"dial":"program","timeout":50}')) as dialler:
        with target.accept() as program:
            assert b'"ok":true' in receive(dialler)
            dialler.send_bytes(b"two")
            assert receive(program) == b"two"
    expose.process.terminate()
    status, _, err = expose.finish()
    assert status == -signal.SIGTERM
    assert "is being tried again" in err


def test_a_signal_breaks_what_is_under_way(begin, broker, target):
    expose = begin("expose", "program", target.url)
    dialler, program = meet(broker, target)
    expose.process.send_signal(signal.SIGINT)
    assert is_break(ended(dialler))
    assert is_break(ended(program))
    assert expose.finish() == (-signal.SIGINT, "", "")
    dialler.close()
    program.close()


def test_a_name_can_be_had_alone(tool, begin, broker, target):
    begin("expose", "program", target.url, "--exclusive")
    dialler, program = meet(broker, target)
    assert tool("listen", "program").returncode == 8
    dialler.close()
    program.close()
