# SPDX-License-Identifier: MIT
"""A program that connects to a broker: a socket with the connection and the
handshake of this Python's multiprocessing on it, and the requests of
docs/protocol.md, section 9. Whatever is waited for must come."""

import concurrent.futures
import contextlib
import json
import os
import socket
import struct
import time
from multiprocessing.connection import (
    Connection, answer_challenge, deliver_challenge)

from conftest import KEY, python_address

# Seconds. What is to happen at once happens within them on a busy machine.
PATIENCE = 15

# How a connection ends for a stock Python program.
END = "EOFError"
BREAK = {"tcp": "ConnectionResetError",
         "unix": "OSError: got end of file during message"}


def open_socket(address, receive_bytes=None):
    """A blocking one: a call that takes too long fails with
    BlockingIOError. With receive_bytes, as slow a reader as that makes it."""
    place = python_address(address)
    sock = socket.socket(
        socket.AF_UNIX if isinstance(place, str) else socket.AF_INET)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(
            socket.SOL_SOCKET, option, struct.pack("ll", PATIENCE, 0))
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if receive_bytes:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    sock.connect(place)
    return sock


def frame(body):
    return struct.pack("!i", len(body)) + body


def long_frame(body):
    return struct.pack("!iQ", -1, len(body)) + body


def request(**members):
    """The frame of a request."""
    return frame(json.dumps(members).encode())


class Peer:
    """One that has authenticated."""

    def __init__(self, address, key=KEY, **options):
        self.sock = open_socket(address, **options)
        self.connection = Connection(os.dup(self.sock.fileno()))
        try:
            answer_challenge(self.connection, key)
            deliver_challenge(self.connection, key)
        except BaseException:
            self.close()
            raise

    # ---- Bytes

    def write(self, *parts):
        self.sock.sendall(b"".join(parts))

    def send(self, *bodies):
        for body in bodies:
            self.connection.send_bytes(body)

    def receive(self):
        return self.connection.recv_bytes()

    def is_quiet(self):
        """There is nothing to be had of it now."""
        return not self.connection.poll(0)

    def rest(self):
        """All messages until it ends, and how that shows."""
        got = []
        try:
            while True:
                got.append(self.receive())
        except EOFError:
            return got, END
        except ConnectionResetError:
            return got, BREAK["tcp"]
        except OSError as error:
            if isinstance(error, BlockingIOError):
                raise
            return got, f"OSError: {error}"

    def stop_sending(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.connection.close()
        self.sock.close()

    def reset(self):
        """Breaks it, which only TCP can."""
        self.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    # ---- Requests

    def ask(self, **members):
        self.write(request(**members))

    def reply(self):
        return json.loads(self.receive())

    def asked(self, **members):
        self.ask(**members)
        return self.reply()

    def parks(self, name, **members):
        """Accepts, and is parked by now."""
        assert self.asked(accept=name, confirm=True, **members) == {
            "ok": True, "parked": name}
        return self

    def is_paired(self, name):
        """It is told so; its partner, as it is told."""
        reply = self.reply()
        assert reply["ok"] and reply["name"] == name, reply
        return reply["peer"]

    def is_refused(self, error, message=""):
        """It is told so, and that is the end."""
        reply = self.reply()
        assert set(reply) == {"ok", "error", "message"}, reply
        assert (reply["ok"], reply["error"]) == (False, error), reply
        assert message in reply["message"], reply
        assert self.rest() == ([], END)

    # ---- Looking at the broker

    def names(self, **members):
        """What there is, by name."""
        reply = self.asked(list="names", **members)
        return {entry["name"]: entry for entry in reply["names"]}

    def connections(self, **members):
        return self.asked(list="connections", **members)["connections"]

    def until(self, found):
        """Asks the broker until the function, given this peer, finds what it
        wants; what that is."""
        latest = time.monotonic() + PATIENCE
        while not (what := found(self)):
            assert time.monotonic() < latest, (
                "it does not come to that", self.names(), self.connections())
        return what

    def until_seated(self, name, **counts):
        """Until so many are there: parked=1, waiting=2 ..."""
        def as_wanted(peer):
            entry = peer.names().get(name, {})
            return all(entry.get(key) == count
                       for key, count in counts.items())
        self.until(as_wanted)


@contextlib.contextmanager
def meanwhile(function, *arguments):
    """Runs it in a thread during the context; it must succeed."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = pool.submit(function, *arguments)
        yield
        running.result(PATIENCE)


def echo_both_ways(one, other, what=b"to and fro"):
    """The two are partners, and nothing else is under way between them."""
    for sender, receiver in [(one, other), (other, one)]:
        with meanwhile(sender.send, what):
            assert receiver.receive() == what
