# SPDX-License-Identifier: MIT
"""How connections through a tunnel end: ends as ends, breaks as breaks, and
what came before in either case."""

import os
import signal
import socket
import threading

import pytest

from cli.conftest import ended, receive
from cli.ends import (
    break_off, expect_a_break_passed_on, expect_an_end_passed_on, is_break,
    memory_of)

MIB = 1 << 20


@pytest.fixture(params=["near", "far"])
def one_and_other(request, both):
    return both if request.param == "near" else both[::-1]


def test_an_end_is_passed_on_and_the_other_way_goes_on(one_and_other):
    expect_an_end_passed_on(*one_and_other)


def test_a_break_is_passed_on_as_one(target, tunnel):
    carrier = tunnel(target.url, local="tcp://127.0.0.1:0")
    for swap in (False, True):
        both = [carrier.connect(), target.accept()]
        expect_a_break_passed_on(*both[::-1 if swap else 1])
    carrier.news.wait_for("lost")


def test_a_break_far_away_is_seen_on_a_unix_socket(both):
    near, far = both
    far.send_bytes(b"whole")
    assert receive(near) == b"whole"
    break_off(far)
    assert ended(near) is OSError


def test_a_break_comes_behind_all_that_came_before(both):
    near, far = both
    messages = [os.urandom(16384) for _ in range(8)]
    for message in messages:
        near.send_bytes(message)
    break_off(near)
    for message in messages:
        assert receive(far) == message
    assert is_break(ended(far))


def test_a_slow_reader_holds_the_sender_back(one_and_other, both):
    one, other = one_and_other
    sent = []
    data = os.urandom(64 * MIB)
    carrier = both[0].tunnel.program
    memory = memory_of(carrier)
    thread = threading.Thread(
        target=lambda: (one.send_bytes(data), sent.append(True)))
    thread.start()
    # Less than a sixth fits into all the sockets on the way.
    thread.join(0.5)
    assert not sent
    assert memory_of(carrier) < memory + 8 * MIB
    assert receive(other) == data
    thread.join()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_breaks_what_is_under_way(both, number):
    near, far = both
    path = near.tunnel.url[len("unix:"):]
    near.tunnel.process.send_signal(number)
    assert is_break(ended(near))
    assert is_break(ended(far))
    assert near.tunnel.process.wait() == -number
    assert not os.path.exists(path)


def test_what_cannot_be_delivered_breaks_the_connection(both):
    near, far = both
    far.close()
    with pytest.raises(OSError):
        while True:
            near.send_bytes(b"x" * 65536)


def test_silence_is_no_end(both):
    """Nothing goes and nothing comes, and then both."""
    near, far = both
    assert not near.poll(0.2) and not far.poll(0)
    far.send_bytes(b"awake")
    assert receive(near) == b"awake"


def test_bytes_that_are_no_messages_go_through_too(both):
    """It looks at them to know where one may break, and no more."""
    near, far = both
    data = b"\xff\xff\xff\xff\x80" + os.urandom(100)
    with socket.socket(fileno=os.dup(near.fileno())) as raw:
        raw.sendall(data)
    with socket.socket(fileno=os.dup(far.fileno())) as raw:
        assert raw.recv(len(data), socket.MSG_WAITALL) == data
