# SPDX-License-Identifier: MIT
"""Somebody without the key between programs that have it. Over TCP he passes
their proofs on and is let in on both sides, which no handshake of that wire can
keep him from; over TLS they are good for one connection alone, whatever
certificate he has."""

import contextlib
import os
import socket
import ssl

import pytest

from conftest import HANG
from hostile.wire import CHALLENGE, FAILURE, WELCOME, frame, read_frame

from .ends import host_and_port, key_pair

# Who stands in between may have a certificate that the client trusts: one of
# his own, or the server's.
HIS = pytest.mark.parametrize("his", ["rsa", "good"])


class Attacker:
    """Listens where clients come to, and connects to where they want to."""

    def __init__(self, certificates, scheme, his="rsa"):
        self.stack = contextlib.ExitStack()
        self.is_secure = scheme == "tls"
        self.serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.serving.load_cert_chain(*key_pair(certificates, f"server-{his}"))
        self.trusting = ssl.create_default_context()
        self.trusting.check_hostname = False
        self.trusting.verify_mode = ssl.CERT_NONE
        self.socket = self.stack.enter_context(
            socket.create_server(("127.0.0.1", 0)))
        self.socket.settimeout(HANG)
        self.address = f"{scheme}://127.0.0.1:{self.socket.getsockname()[1]}"

    def secured(self, sock, context, **options):
        sock.settimeout(HANG)
        if self.is_secure:
            sock = context.wrap_socket(sock, **options)
        return self.stack.enter_context(sock)

    def accept(self):
        return self.secured(
            self.socket.accept()[0], self.serving, server_side=True)

    def connect(self, address):
        return self.secured(
            socket.create_connection(host_and_port(address)), self.trusting)


@pytest.fixture
def attacker(certificates):
    """attacker(scheme, his certificate)."""
    with contextlib.ExitStack() as stack:
        def make(*options):
            made = Attacker(certificates, *options)
            stack.callback(made.stack.close)
            return made
        yield make


@pytest.fixture
def programs(peer, certificates):
    """A server, and clients of it that come elsewhere: server(scheme,
    *options), client(address, *options)."""
    certificate, key = key_pair(certificates, "server-good")

    def server(scheme, *options):
        return peer("serve", f"{scheme}://127.0.0.1:0", *options,
                    f"--certificate-file={certificate}",
                    f"--private-key-file={key}")

    def client(address, *options):
        return peer("receive", address, *options,
                    f"--ca-file={certificates / 'ca.crt'}")

    return server, client


def pass_on(source, target):
    """One frame; returns it."""
    body = read_frame(source)
    target.sendall(frame(body))
    return body


def relay(client, server):
    """What each proves to the other; whether both are satisfied."""
    pass_on(server, client)             # its challenge
    pass_on(client, server)             # the answer
    if pass_on(server, client) != WELCOME:
        return False
    pass_on(client, server)             # the other way round
    pass_on(server, client)
    return pass_on(client, server) == WELCOME


def attack_between(attacker, programs, scheme, his="rsa", options=()):
    """Relays a login; returns its success, and all that had a part in it."""
    make_server, make_client = programs
    server = make_server(scheme, *options)
    between = attacker(scheme, his)
    their_address = server.listening_at()
    client = make_client(between.address, *options)
    ends = between.accept(), between.connect(their_address)
    return relay(*ends), ends, client, server


def see_him_let_in(ends, client, server):
    """He talks to the server as if he were the client, and the reverse."""
    assert server.lines_until("accepted")
    ends[1].sendall(frame(b"evil"))
    assert read_frame(ends[1]) == b"evil"
    assert client.lines_until("connected")
    ends[0].sendall(frame(b"evil"))
    assert client.line() == "message 4"


def test_a_relay_is_let_in_without_tls(attacker, programs):
    done, *rest = attack_between(attacker, programs, "tcp")
    assert done
    see_him_let_in(*rest)


def test_a_relay_is_let_in_by_those_that_bind_nothing(attacker, programs):
    """It is the binding that keeps him out, and not TLS."""
    done, *rest = attack_between(
        attacker, programs, "tls", "rsa", ["--allow-unbound"])
    assert done
    see_him_let_in(*rest)


@HIS
@pytest.mark.parametrize("verify", ["full", "none"])
def test_a_relay_is_not_let_in_over_tls(attacker, programs, his, verify):
    done, _, client, server = attack_between(
        attacker, programs, "tls", his, [f"--verify={verify}"])
    assert not done
    assert "TIELINE_EAUTH" in server.lines_until("refused ")[-1]
    line = client.lines_until("ended ")[-1]
    assert "TIELINE_EAUTH" in line and "stands between" in line


def reflect(one, other):
    """Proves to a client that he is its server, by another client of the same
    key; returns that client's verdict."""
    one.sendall(frame(CHALLENGE + b"{sha256}" + os.urandom(40)))
    read_frame(one)                     # he cannot tell, and takes it
    one.sendall(frame(WELCOME))
    pass_on(one, other)                 # to who answers first, and asks later
    pass_on(other, one)
    return read_frame(one)


def attack_clients(attacker, programs, scheme):
    _, make_client = programs
    between = attacker(scheme)
    clients, ends = [], []
    for _ in range(2):
        clients.append(make_client(between.address))
        ends.append(between.accept())
    return clients[0], ends[0], reflect(*ends)


def test_a_reflection_is_let_in_without_tls(attacker, programs):
    client, end, verdict = attack_clients(attacker, programs, "tcp")
    assert verdict == WELCOME
    assert client.lines_until("connected")
    end.sendall(frame(b"evil"))
    assert client.line() == "message 4"


def test_a_reflection_is_not_let_in_over_tls(attacker, programs):
    client, _, verdict = attack_clients(attacker, programs, "tls")
    assert verdict == FAILURE
    assert "TIELINE_EAUTH" in client.lines_until("ended ")[-1]
