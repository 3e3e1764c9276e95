# SPDX-License-Identifier: MIT
"""The handshake: the vectors of docs/protocol.md on our side of it, peers that
break it in every way, and those who stand between a process and itself."""

import importlib.util
import socket
import struct
import threading

import pytest

from conftest import HANG, KEY, ROOT

from .conftest import KINDS, everything, meanwhile, tieline, turning_away

FAILURE = struct.pack("!i", 9) + b"#FAILURE#"
WELCOME = struct.pack("!i", 9) + b"#WELCOME#"

# What is said of each reason of docs/protocol.md, section 5.
TEXTS = {
    "BAD_LENGTH": "a length that no handshake has",
    "NO_CHALLENGE": "something else than a challenge",
    "SHORT_CHALLENGE": "less than 20 bytes",
    "UNKNOWN_DIGEST": "a digest that is not known",
    "NO_ANSWER": "something else than an answer",
    "REFUSED_DIALECT": "not allowed here",
    "WRONG_ANSWER": "with another key",
    "REFLECTED": "our own challenge back",
    "REJECTED": "rejected our key",
    "NO_VERDICT": "neither took nor rejected",
}


def load_vectors():
    spec = importlib.util.spec_from_file_location(
        "vectors", ROOT / "tests/unit/test_vectors.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.VECTORS


# It has no legacy-answer: Python's own Client is there for such listeners.
VECTORS = [vector for vector in load_vectors()
           if "legacy-answer" not in vector]


def of(vector, side):
    return b"".join(frame for who, frame in vector["frames"] if who == side)


def log_in(sock, role, key=KEY, timeout=HANG):
    """What went wrong, or None."""
    connection = tieline.Connection(sock)
    login = tieline.Login(connection, role, tieline.deadline_in(timeout))
    try:
        tieline.complete(login.run([tieline.plain_keys(key)]))
    except (tieline.AuthenticationError, EOFError, OSError) as error:
        return error
    finally:
        connection.close()
    return None


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    other.settimeout(HANG)
    with one, other:
        yield one, other


def talk(ends, role, incoming, **options):
    """A login with a peer that says just that: what went wrong, and what it
    heard."""
    ours, theirs = ends
    theirs.sendall(incoming)
    theirs.shutdown(socket.SHUT_WR)
    error = log_in(ours, role, **options)
    return error, everything(theirs)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_vectors(vector, ends, monkeypatch):
    nonces = [vector["nonce"]]
    monkeypatch.setattr(tieline.os, "urandom", lambda _: nonces.pop())
    monkeypatch.setattr(
        tieline, "is_local", lambda _: vector["policy"] == "local")
    error, heard = talk(
        ends, vector["role"], of(vector, "recv"), key=vector["key"])
    assert heard == of(vector, "send")
    if vector["result"] == "done":
        assert error is None
    else:
        assert TEXTS[vector["result"].split()[1]] in str(error)
        assert isinstance(error, tieline.AuthenticationError)


def frame(body):
    return struct.pack("!i", len(body)) + body


CHALLENGE = frame(b"#CHALLENGE#{sha256}" + bytes(40))

HOSTILE = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a length of 257": struct.pack("!i", 257),
    "a length of -1": struct.pack("!iQ", -1, 20),
    "a length of -2": struct.pack("!i", -2),
    "a length of 2 GiB": b"\x7f\xff\xff\xff" + bytes(300),
    "half a body": CHALLENGE[:30],
    "an empty body": frame(b""),
    "no handshake at all": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + bytes(64),
    "a verdict": WELCOME,
    "half a word": frame(b"#CHALLENG"),
    "a digest without an end": frame(b"#CHALLENGE#{sha256" + bytes(40)),
    "SHA-1": frame(b"#CHALLENGE#{sha1}" + bytes(40)),
    "19 bytes": frame(b"#CHALLENGE#" + bytes(19)),
    "the longest that there is": frame(b"x" * 256),
    "an answer of zeros": frame(b"{sha256}" + bytes(32)),
    "an answer that is too short": frame(b"{sha256}" + bytes(31)),
    "an answer of no digest": frame(b"{}" + bytes(38)),
    "the same, again and again": CHALLENGE * 100,
    "a failure": FAILURE,
}


@pytest.mark.parametrize("role", ["listener", "client"])
@pytest.mark.parametrize("incoming", HOSTILE.values(), ids=HOSTILE)
def test_hostile_peers(incoming, role, ends):
    """They are not let in, and get no more than one failure."""
    error, heard = talk(ends, role, incoming)
    assert isinstance(error, (tieline.AuthenticationError, EOFError, OSError))
    assert heard.count(FAILURE) <= 1 and WELCOME not in heard
    assert len(heard) <= 151


@pytest.mark.parametrize("vector", [
    vector for vector in VECTORS if vector["result"] == "done"],
    ids=lambda vector: vector["name"])
def test_every_end_and_every_byte_changed(vector, monkeypatch):
    """Of what goes well. A challenge's random bytes can be any; our answer is
    then another one."""
    monkeypatch.setattr(tieline.os, "urandom", lambda _: vector["nonce"])
    good = of(vector, "recv")
    for at in range(len(good)):
        changed = bytes([good[at] ^ 1])
        for incoming in (good[:at], good[:at] + changed + good[at + 1:]):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                error, heard = talk((ours, theirs), vector["role"], incoming,
                                    key=vector["key"])
            assert error or heard != of(vector, "send")
            assert heard.count(FAILURE) <= 1


@pytest.mark.parametrize("role", ["listener", "client"])
def test_a_silent_peer(role, ends):
    ours, theirs = ends
    error = log_in(ours, role, timeout=0.05)
    assert isinstance(error, TimeoutError)
    assert everything(theirs).endswith(FAILURE)


class Relay:
    """Somebody without the key: what two of them hear goes to each other."""

    def __init__(self, one, other):
        self.pairs = [(one, other), (other, one)]
        self.threads = [threading.Thread(target=self.run, args=pair)
                        for pair in self.pairs]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def run(source, target):
        try:
            while True:
                data = source.recv(1 << 16)
                if not data:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def join(self):
        for thread in self.threads:
            thread.join(HANG)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_process_does_not_answer_itself(listen, kind):
    """Through somebody who is connected to its listener, and listens for it."""
    listener = listen(kind, timeout=HANG)
    impostor = socket.create_server(("127.0.0.1", 0))
    with impostor, turning_away(listener):
        with meanwhile(tieline.connect, "tcp://127.0.0.1:%d" %
                       impostor.getsockname()[1], KEY) as connected:
            client, _ = impostor.accept()
            address = tieline.parse_address(listener.address)
            server = socket.socket(
                socket.AF_UNIX if kind == "unix" else socket.AF_INET)
            server.connect(address.path or (address.host, address.port))
            with client, server:
                Relay(client, server).join()
            connected.thread.join(HANG)
            assert "our own challenge back" in str(connected.error)
            connected.error = None
    assert tieline.outstanding == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_can_connect_to_itself(both_ends, kind):
    client, server = both_ends(kind)
    client.send("hello")
    assert server.recv() == "hello"


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_keys(listen, client_options, said, kind):
    listener = listen(kind, timeout=HANG)
    with meanwhile(listener.accept, HANG) as accepted:
        for key in (b"k", KEY + b"\n", KEY[:-1]):
            with pytest.raises(tieline.AuthenticationError,
                               match="rejected our key"):
                tieline.connect(listener.address, key, **client_options(kind))
        tieline.connect(listener.address, KEY, **client_options(kind)).close()
    assert accepted.value.peer == listener.last_accepted
    assert sum("with another key" in text for text in said()) == 3
    accepted.value.close()


def test_the_silent_hold_up_nobody(listen):
    listener = listen("tcp", timeout=HANG)
    address = tieline.parse_address(listener.address)
    with socket.create_connection((address.host, address.port)), \
            socket.create_connection((address.host, address.port)) as talks:
        talks.sendall(b"\0")
        with meanwhile(listener.accept, HANG) as accepted:
            tieline.connect(listener.address, KEY).close()
    accepted.value.close()


def test_at_the_limit_the_oldest_goes(listen):
    listener = listen("tcp", timeout=HANG, backlog=128)
    address = tieline.parse_address(listener.address)
    silent = [socket.create_connection((address.host, address.port))
              for _ in range(tieline.HANDSHAKES_MAX + 1)]
    with meanwhile(listener.accept, HANG) as accepted:
        for sock in silent:
            sock.settimeout(HANG)
        assert len(silent[0].recv(100)) > 0
        everything(silent[0])
        tieline.connect(listener.address, KEY).close()
    accepted.value.close()
    for sock in silent:
        sock.close()
