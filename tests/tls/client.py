# SPDX-License-Identifier: MIT
"""A program that connects to a broker over TLS: Python's ssl, and the login of
docs/protocol.md with a key that is bound to the channel, or is not."""

import contextlib
import hashlib
import hmac
import os
import socket
import ssl
import struct
from multiprocessing.connection import (
    AuthenticationError, answer_challenge, deliver_challenge)

from conftest import KEY
from rendezvous.client import PATIENCE, Peer, open_socket

BROKEN = "broken"


def context(certificates, client=None, ca="ca", version=None):
    """A client's, which trusts that CA; client is whose certificate it has."""
    made = ssl.create_default_context(cafile=certificates / f"{ca}.crt")
    if client:
        made.load_cert_chain(certificates / f"client-{client}.crt",
                             certificates / f"client-{client}.key")
    if version:
        made.minimum_version = made.maximum_version = version
    return made


def plain_address(address):
    """The same place without TLS, for who connects by himself."""
    return address.replace("tls://", "tcp://")


def bound_key(key, certificate, role):
    """What proves the key on a channel to the server with this certificate."""
    text = b"tieline-cb1 %s tls-server-end-point:" % role.encode()
    return hmac.digest(
        key, text + hashlib.sha256(certificate).digest(), "sha256")


class Connection:
    """Messages over TLS, as far as logins and the tests need them."""

    def __init__(self, sock):
        self.sock = sock

    def send_bytes(self, body):
        header = struct.pack("!i", len(body))
        if len(body) >= 1 << 31:
            header = struct.pack("!iQ", -1, len(body))
        self.sock.sendall(header + body)

    def read(self, size, may_end=False):
        data = bytearray()
        while len(data) < size:
            got = self.sock.recv(min(size - len(data), 1 << 20))
            if not got:
                raise EOFError if may_end and not data else OSError(
                    "got end of file during message")
            data += got
        return bytes(data)

    def recv_bytes(self, maxlength=None):
        size, = struct.unpack("!i", self.read(4, may_end=True))
        if size == -1:
            size, = struct.unpack("!Q", self.read(8))
        if maxlength is not None and size > maxlength:
            raise OSError("bad message length")
        return self.read(size)

    def close(self):
        self.sock.close()


def answer(connection, key):
    """As CPython from 3.12 on answers, which 3.11 cannot do."""
    challenge = connection.recv_bytes(256)
    assert challenge.startswith(b"#CHALLENGE#{sha256}"), challenge
    message = challenge[len(b"#CHALLENGE#"):]
    connection.send_bytes(
        b"{sha256}" + hmac.digest(key, message, "sha256"))
    verdict = connection.recv_bytes(256)
    if verdict != b"#WELCOME#":
        raise AuthenticationError(verdict)


def challenge(connection, key):
    message = b"{sha256}" + os.urandom(40)
    connection.send_bytes(b"#CHALLENGE#" + message)
    given = connection.recv_bytes(256)
    wanted = b"{sha256}" + hmac.digest(key, message, "sha256")
    if given != wanted:
        connection.send_bytes(b"#FAILURE#")
        raise AuthenticationError(given)
    connection.send_bytes(b"#WELCOME#")


class SecurePeer(Peer):
    """One that has authenticated over TLS. bound: whether its key is bound to
    the channel, to the server with the certificate that it has or that one;
    "stock": what this Python's own multiprocessing does."""

    def __init__(self, address, tls, key=KEY, bound=True, certificate=None,
                 **options):
        plain = open_socket(plain_address(address), **options)
        with contextlib.ExitStack() as stack:
            stack.callback(plain.close)
            self.sock = tls.wrap_socket(
                plain, server_hostname="localhost",
                suppress_ragged_eofs=False)
            stack.callback(self.sock.close)
            self.connection = Connection(self.sock)
            self.certificate = certificate or self.sock.getpeercert(True)
            self.log_in(key, bound)
            stack.pop_all()

    def log_in(self, key, bound):
        if bound == "stock":
            answer_challenge(self.connection, key)
            deliver_challenge(self.connection, key)
            return
        ours, theirs = (
            bound_key(key, self.certificate, role) if bound else key
            for role in ("client", "listener"))
        answer(self.connection, ours)
        challenge(self.connection, theirs)

    def version(self):
        return self.sock.version()

    def is_quiet(self):
        self.sock.setblocking(False)
        try:
            return not self.sock.recv(1)
        except ssl.SSLWantReadError:
            return True
        finally:
            self.sock.settimeout(PATIENCE)

    def rest(self):
        """All messages until it ends, and how that shows."""
        got = []
        try:
            while True:
                got.append(self.receive())
        except EOFError:
            return got, "EOFError"
        except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLSyscallError):
            return got, BROKEN
        except OSError as error:
            return got, f"OSError: {error}"

    def stop_sending(self):
        """Says that nothing more comes, as far as Python lets: not without
        reading the other side's word too."""
        raise NotImplementedError

    def cut(self):
        """Ends the socket without a word of TLS."""
        fd = self.sock.detach()
        with socket.socket(fileno=fd) as bare:
            bare.shutdown(socket.SHUT_RDWR)

    def close(self):
        """With the word of TLS that it is an end."""
        with contextlib.suppress(OSError, ValueError):
            self.sock.settimeout(0)
            self.sock.unwrap()
        self.sock.close()
