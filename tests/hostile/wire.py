# SPDX-License-Identifier: MIT
"""The wire of multiprocessing.connection on a raw socket: framing, and both
roles of the handshake in all its dialects, with no code of ours in between."""

import hmac
import os
import select
import socket
import struct

CHALLENGE = b"#CHALLENGE#"
WELCOME = b"#WELCOME#"
FAILURE = b"#FAILURE#"

# How an answer starts, and which digest follows.
DIALECTS = {
    "raw md5": (b"", "md5"),
    "raw sha256": (b"", "sha256"),
    "md5": (b"{md5}", "md5"),
    "sha256": (b"{sha256}", "sha256"),
    "sha384": (b"{sha384}", "sha384"),
    "sha3_256": (b"{sha3_256}", "sha3_256"),
    "sha3_384": (b"{sha3_384}", "sha3_384"),
}
BARE_CHALLENGE_BYTES = 20  # of this length it names no digest

# What each role sends, in this order; each hears what the other one sends.
STEPS = {
    "client": ("answer", "challenge", "verdict"),
    "listener": ("challenge", "verdict", "answer"),
}
OTHER = {"client": "listener", "listener": "client"}


def short_header(length):
    return struct.pack("!i", length)


def long_header(length):
    return struct.pack("!iQ", -1, length)


def frame(body):
    return short_header(len(body)) + body


def read_exactly(sock, count):
    data = bytearray()
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError(f"ended after {bytes(data)!r}")
        data += more
    return bytes(data)


def read_frame(sock):
    length, = struct.unpack("!i", read_exactly(sock, 4))
    assert length >= 0, f"a length of {length}"
    return read_exactly(sock, length)


def everything(sock):
    """All that comes until the end, whether that is a FIN or a reset."""
    data = bytearray()
    try:
        while more := sock.recv(1 << 16):
            data += more
    except ConnectionResetError:
        pass
    return bytes(data)


def await_input(sock):
    """Waits until there is something to read, and leaves it there."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    assert poll.poll(sock.gettimeout() * 1000), "nothing came"


def reset(sock):
    """Closes so that the other side gets a reset; on Unix sockets that takes
    something unread."""
    if sock.family == socket.AF_UNIX:
        await_input(sock)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    sock.close()


def answer(key, message, dialect="sha256"):
    prefix, digest = DIALECTS[dialect]
    return prefix + hmac.new(key, message, digest).digest()


def dialect_asked_for(message, bare="raw md5"):
    if len(message) == BARE_CHALLENGE_BYTES:
        return bare
    name = message[1:message.index(b"}")].decode()
    assert message.startswith(b"{%s}" % name.encode())
    return name


def modern_challenge(digest="sha256"):
    return b"{%s}" % digest.encode() + os.urandom(40)


class Side:
    """One side of a handshake, a step at a time.

    `challenge` is what it challenges the other side with, `dialect` how it
    answers, and `bare` how it wants a challenge answered that names no digest.
    """

    def __init__(self, sock, role, key, *, challenge=None, dialect="sha256",
                 bare="raw md5"):
        self.sock = sock
        self.role = role
        self.key = key
        self.challenge = challenge or modern_challenge()
        self.dialect = dialect
        self.bare = bare
        self.sent = []
        self.heard = []

    @property
    def step(self):
        """What it has to send next; None at the end."""
        return (*STEPS[self.role], None)[len(self.sent)]

    def hear(self):
        body = read_frame(self.sock)
        kind = STEPS[OTHER[self.role]][len(self.heard)]
        if kind == "challenge":
            assert body.startswith(CHALLENGE), body
        elif kind == "verdict":
            assert body == WELCOME
        else:
            assert body == answer(self.key, self.challenge, dialect_asked_for(
                self.challenge, self.bare))
        self.heard.append(body)

    def catch_up(self):
        """Hears all that the other side says before the next step."""
        due = len(self.sent) + (self.role == "client")
        while len(self.heard) < min(due, 3):
            self.hear()

    def body(self):
        if self.step == "challenge":
            return CHALLENGE + self.challenge
        if self.step == "verdict":
            return WELCOME
        place = STEPS[OTHER[self.role]].index("challenge")
        return answer(self.key, self.heard[place][len(CHALLENGE):],
                      self.dialect)

    def take(self, count=1):
        """The next frames, as if sent, with no hearing between them."""
        self.catch_up()
        frames = b""
        for _ in range(count):
            self.sent.append(self.body())
            frames += frame(self.sent[-1])
        return frames

    def go_to(self, step):
        """Takes all steps before that one."""
        while self.step != step:
            self.sock.sendall(self.take())

    def finish(self):
        self.go_to(None)
        self.catch_up()
