# SPDX-License-Identifier: MIT
"""First frames: what they lead to, and those that are no requests."""

import pathlib

import pytest

from conftest import KEY, python_address

from .client import END, frame
from .conftest import BOTH

MANAGER = pathlib.Path(__file__).parent / "programs/manager.py"


@BOTH
@pytest.mark.parametrize("serializer", ["pickle", "xmlrpclib"])
def test_stock_managers_connect(hub, python, start, kind, serializer):
    address = python_address(hub.broker.at[kind])
    program = start(python, "-B", MANAGER, repr(address), repr(KEY),
                    serializer)
    status, out, err = program.finish()
    assert (status, out, err) == (0, "connected\n", "")


@BOTH
@pytest.mark.parametrize("start", [b"<", b"\x80"])
def test_what_managers_send_further_is_dropped(hub, kind, start):
    """The reply is readable all the same, and then the end comes."""
    peer = hub.connect(kind)
    peer.send(start + bytes(1 << 20), bytes(1 << 20))
    messages, how = peer.rest()
    assert len(messages) == 1 and b"unreadable request" in messages[0]
    assert how == END


def test_no_other_first_byte_is_known(hub):
    for byte in set(range(256)) - set(b"{<T\x80"):
        peer = hub.connect()
        peer.write(frame(bytes([byte]) + b'"dial":"echo"}'))
        peer.is_refused("unsupported", "it takes JSON objects such as")


@pytest.mark.parametrize("body", [
    b' {"ping":"x"}', b'[{"ping":"x"}]', b'\xef\xbb\xbf{"ping":"x"}', b"null",
    b'"ping"', b"GET / HTTP/1.1\r\n\r\n", b"(", b"#CHALLENGE#"])
def test_nearly_a_request(hub, body):
    peer = hub.connect()
    peer.write(frame(body))
    peer.is_refused("unsupported")


def test_the_first_byte_is_enough(hub):
    """No more has to come of it."""
    peer = hub.connect()
    peer.write(frame(bytes(1000))[:5])
    peer.is_refused("unsupported")
