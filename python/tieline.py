# SPDX-License-Identifier: MIT
"""Tieline for Python: what multiprocessing.connection cannot do by itself.

    import tieline

    with tieline.connect("tls://broker.example:7601#echo") as connection:
        connection.send("hello")
        print(connection.recv())

Connections over TLS, with a login that is bound to the TLS channel, so that
nobody between the two ends can relay it; and names at a Tieline broker, to dial
and to listen under. The objects have the interface of
multiprocessing.connection, and the other end may be a stock Python program, one
in C, or this file again. Stock Python does not need it for plain TCP and Unix
sockets.

An address is tcp://host:port, unix:/path or tls://host:port. With #name behind
it, it is the name at the broker there. "#name" alone is the name at the user's
own broker: the one that $TIELINE_URL says, with what $TIELINE_CA_FILE and the
like say of its TLS, or else the default one.

One file, without anything but the standard library of Python 3.8 and newer;
docs/python.md and docs/protocol.md say more. As with stock connections, recv()
unpickles what comes, which can run anything: only talk to those who are trusted
with the key.
"""

import collections
import contextlib
import errno
import functools
import hashlib
import hmac
import io
import ipaddress
import itertools
import json
import logging
import multiprocessing.connection
import multiprocessing.managers
import multiprocessing.util
import os
import pickle
import random
import re
import secrets
import select
import selectors
import socket
import ssl
import stat
import struct
import threading
import time
from multiprocessing import AuthenticationError, BufferTooShort
from multiprocessing.reduction import ForkingPickler

__all__ = ["AuthenticationError", "BufferTooShort", "Client", "Connection",
           "Listener", "Refused", "connect", "manager", "wait"]

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
KEY_MAX = 4096
HANDSHAKE_FRAME_MAX = 256   # as in CPython
CONTROL_FRAME_MAX = 4096    # a broker's reply
COPY_MAX = 16384            # longer messages are not copied to their header
CHUNK = 1 << 16
WRITE_MAX = 1 << 20
HANDSHAKES_MAX = 64         # of a listener, at a time
END_SECONDS = 5.0           # for the last word of a TLS connection
AWAY_SECONDS = 1.0
RETRY_SECONDS = 0.01
YEAR_SECONDS = 31_536_000   # as long as a broker lets anyone wait
LONGEST_SLEEP = 1_000_000   # poll(2) counts milliseconds in an int
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

log = logging.getLogger("tieline")


class BadLength(OSError):
    """After such a length nobody knows where the next message starts."""

    def __init__(self, text="bad message length"):
        super().__init__(text)


class Refused(ConnectionRefusedError):
    """A broker has refused what it was asked; `code` says why in a word, as in
    docs/protocol.md, section 9.3: "no_listener", "name_taken", "full" ...
    ("not_permitted" is a PermissionError instead.)"""

    def __init__(self, code, message):
        super().__init__(errno.ECONNREFUSED,
                         f"the broker refuses ({code}): {message}")
        self.code = code
        self.message = message

    def __reduce__(self):
        return Refused, (self.code, self.message)


# ---- Time -------------------------------------------------------------------

def deadline_in(seconds):
    """None is for ever, as everywhere here."""
    return None if seconds is None else time.monotonic() + seconds


def time_left(deadline):
    return None if deadline is None else max(0, deadline - time.monotonic())


def sleep_seconds(deadline):
    """What a selector may be given; it may be less than is left."""
    left = time_left(deadline)
    return None if left is None else min(left, LONGEST_SLEEP)


def earliest(deadlines):
    return min((one for one in deadlines if one is not None), default=None)


# ---- Waiting ----------------------------------------------------------------
#
# What may have to wait is a generator. It yields a Want, and is sent whether
# that was fulfilled in time; so connect() waits for one, and a Listener for
# many side by side.

Want = collections.namedtuple("Want", "sock events deadline")
Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def is_ready(sock, events, deadline):
    """Waits. False if the time was over before; without a socket, just that."""
    with Selector() as selector:
        if sock:
            selector.register(sock, events)
        while True:
            if selector.select(sleep_seconds(deadline)):
                return True
            if time_left(deadline) == 0:
                return False


def complete(steps):
    """Runs a generator to its end; what it returns."""
    try:
        want = next(steps)
        while True:
            want = steps.send(is_ready(*want))
    except StopIteration as end:
        return end.value


# ---- Addresses --------------------------------------------------------------

Address = collections.namedtuple("Address", "scheme host port path name")

NAME = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
INTERNET = re.compile(
    r"(tcp|tls)://(?:\[([^\[\]]*:[^\[\]]*)\]|([A-Za-z0-9._-]*)):([0-9]{1,5})")
UNIX = re.compile(r"unix:([^\0#]+)")


def is_url(address):
    return isinstance(address, str) and bool(
        re.match(r"tcp://|tls://|unix:|#", address))


def parse_address(url):
    if not isinstance(url, str):
        raise ValueError(f"an address is a str, not {url!r}")
    place, hash_sign, name = url.partition("#")
    if hash_sign and not NAME.fullmatch(name):
        raise ValueError(f"{url!r}: a name has 1 to 128 letters, digits and "
                         ". _ - : /")
    if not place:
        place = os.environ.get("TIELINE_URL") or default_broker()
    unix, internet = UNIX.fullmatch(place), INTERNET.fullmatch(place)
    if unix:
        return Address("unix", None, None, unix.group(1), name)
    if not internet or int(internet.group(4)) > 65535:
        raise ValueError(f"{place!r} is neither tcp://host:port nor "
                         "tls://host:port nor unix:/path")
    scheme, ipv6, host, port = internet.groups()
    return Address(scheme, ipv6 or host, int(port), None, name)


def format_place(scheme, place):
    """A socket's address, as text."""
    if isinstance(place, tuple):
        host = f"[{place[0]}]" if ":" in place[0] else place[0]
        return f"{scheme}://{host}:{place[1]}"
    return f"unix:{place}"


def is_own_folder(path, look=os.stat):
    """Whether nobody else can change what is in there."""
    try:
        status = look(path)
    except OSError:
        return False
    return (stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
            and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def default_broker():
    """Where this user's broker listens, if nobody says otherwise."""
    last = f"/tmp/tieline-{os.geteuid()}"
    for folder in [os.environ.get("XDG_RUNTIME_DIR", ""),
                   f"/run/user/{os.geteuid()}", last]:
        if folder.startswith("/") and is_own_folder(folder, os.lstat):
            return f"unix:{folder}/tieline.sock"
    raise FileNotFoundError(
        errno.ENOENT, "there is no broker of this user's own: set TIELINE_URL",
        last)


# ---- Keys -------------------------------------------------------------------

def open_secret(path, flags=0):
    """Opens a file for reading that nobody else can read or change."""
    # O_NONBLOCK: opening a fifo must not wait for its writer.
    file = os.open(
        path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags)
    status = os.fstat(file)
    wrong = None
    if not stat.S_ISREG(status.st_mode):
        wrong = "it is not a regular file"
    elif status.st_uid not in (0, os.geteuid()):
        wrong = "it belongs to another user"
    elif status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        wrong = "it can be used by group or others: chmod 600 it"
    if wrong:
        os.close(file)
        raise PermissionError(errno.EACCES, wrong, os.fspath(path))
    return open(file, "rb")


def default_key_file():
    settings = os.environ.get("XDG_CONFIG_HOME", "")
    if not settings.startswith("/"):
        settings = os.path.expanduser("~/.config")
    folder = os.path.join(settings, "tieline")
    if os.path.exists(folder) and not is_own_folder(folder):
        raise PermissionError(
            errno.EACCES, "it is not the user's own, or others can change it: "
            "chmod 700 it", folder)
    return os.path.join(folder, "authkey")


def find_key(authkey, authkey_file):
    """The key, all bytes of it."""
    if authkey is not None and authkey_file is not None:
        raise ValueError("only one of authkey and authkey_file can be given")
    where = "the authkey"
    if authkey is None:
        where = (authkey_file or os.environ.get("TIELINE_AUTHKEY_FILE") or
                 default_key_file())
        with open_secret(where, os.O_NOFOLLOW) as file:
            authkey = file.read(KEY_MAX + 1)
    if not isinstance(authkey, bytes):
        raise TypeError("an authkey should be bytes")
    if not 1 <= len(authkey) <= KEY_MAX:
        raise ValueError(f"{where} is to have 1 to {KEY_MAX} bytes")
    return authkey


# ---- TLS --------------------------------------------------------------------

FROM_ENVIRONMENT = ["ca_file", "crl_file", "certificate_file",
                    "private_key_file", "server_name"]
CLIENT_CERTIFICATES = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL,
                       "required": ssl.CERT_REQUIRED}


def environment_options():
    """What is said of the broker that $TIELINE_URL says."""
    found = {name: os.environ.get("TIELINE_" + name.upper())
             for name in FROM_ENVIRONMENT}
    return {name: value for name, value in found.items() if value}


class Tls:
    """The options that are about TLS, and the contexts that they come to."""

    def __init__(self, *, ca_file=None, crl_file=None, certificate_file=None,
                 private_key_file=None, server_name=None, verify="full",
                 client_certificates="none", allow_unbound=False,
                 allow_tls12=False):
        if verify not in ("full", "chain", "none"):
            raise ValueError('verify is "full", "chain" or "none"')
        if client_certificates not in CLIENT_CERTIFICATES:
            raise ValueError('client_certificates is "none", "optional" or '
                             '"required"')
        if private_key_file and not certificate_file:
            raise ValueError("a private_key_file takes a certificate_file")
        if verify == "none" and allow_unbound:
            raise ValueError('with verify="none" the bound login alone tells '
                             "who the server is: it excludes allow_unbound")
        self.ca_file = ca_file
        self.crl_file = crl_file
        self.certificate_file = certificate_file
        self.private_key_file = private_key_file
        self.server_name = server_name
        self.verify = verify
        self.client_certificates = client_certificates
        self.allow_unbound = allow_unbound
        self.allow_tls12 = allow_tls12

    def client_context(self):
        context = self.new_context(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = self.verify == "full"
        context.hostname_checks_common_name = False
        if self.verify == "none":
            context.verify_mode = ssl.CERT_NONE
        else:
            self.load_authorities(context)
        if self.certificate_file:
            self.load_own_certificate(context)
        return context

    def server_context(self):
        if not self.certificate_file:
            raise ValueError("to listen at tls:// takes a certificate_file")
        context = self.new_context(ssl.PROTOCOL_TLS_SERVER)
        context.num_tickets = 0  # nobody comes back with them
        context.verify_mode = CLIENT_CERTIFICATES[self.client_certificates]
        if context.verify_mode != ssl.CERT_NONE:
            self.load_authorities(context)
        self.load_own_certificate(context)
        return context

    def new_context(self, protocol):
        context = ssl.SSLContext(protocol)
        context.minimum_version = (
            ssl.TLSVersion.TLSv1_2 if self.allow_tls12
            else ssl.TLSVersion.TLSv1_3)
        context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # of TLS 1.2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        # An end without close_notify could be anybody's.
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        return context

    def load_authorities(self, context):
        if self.ca_file:
            with explaining("ca_file", self.ca_file, "certificate in PEM"):
                context.load_verify_locations(self.ca_file)
        else:
            context.load_default_certs()
        if self.crl_file:
            with explaining("crl_file", self.crl_file,
                            "revocation list in PEM"):
                context.load_verify_locations(self.crl_file)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF

    def load_own_certificate(self, context):
        with explaining("certificate_file", self.certificate_file,
                        "certificate in PEM"):
            # So that what is wrong below is wrong with the key.
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
                self.certificate_file)
        option = ("private_key_file" if self.private_key_file
                  else "certificate_file")
        key_file = getattr(self, option)
        with explaining(option, key_file, "private key in PEM, without a "
                        "password, for the certificate"):
            open_secret(key_file).close()
            # Without a password OpenSSL would ask for one at the terminal.
            context.load_cert_chain(
                self.certificate_file, key_file, password="")


@contextlib.contextmanager
def explaining(option, path, content):
    """OpenSSL's errors do not say which file it is."""
    try:
        yield
    except ssl.SSLError as error:
        error.strerror = (f"{option}: {os.fspath(path)!r} has no {content}: "
                          f"{error.strerror}")
        raise
    except OSError as error:
        error.filename = os.fspath(path)
        error.strerror = f"{option}: {error.strerror}"
        raise


def read_certificate(path):
    """The first one of a PEM file, as DER."""
    with open(path, encoding="ascii", errors="replace") as file:
        text = file.read()
    begin, end = ssl.PEM_HEADER, ssl.PEM_FOOTER
    start = text.index(begin)
    return ssl.PEM_cert_to_DER_cert(
        text[start:text.index(end, start) + len(end)])


# The object identifiers of signatures whose digest is not SHA-256, in DER.
SHA384_OR_512 = {
    bytes.fromhex(text): digest for text, digest in {
        "2a864886f70d01010c": "sha384",  # sha384WithRSAEncryption
        "2a864886f70d01010d": "sha512",  # sha512WithRSAEncryption
        "2a8648ce3d040303": "sha384",    # ecdsa-with-SHA384
        "2a8648ce3d040304": "sha512",    # ecdsa-with-SHA512
        "608648016503040202": "sha384",  # id-sha384
        "608648016503040203": "sha512",  # id-sha512
    }.items()}
RSASSA_PSS = bytes.fromhex("2a864886f70d01010a")


def der_elements(data):
    """The contents of the elements one behind the other."""
    elements = []
    at = 0
    while at < len(data):
        length, at = data[at + 1], at + 2
        if length & 0x80:
            behind = at + (length & 0x7f)
            length, at = int.from_bytes(data[at:behind], "big"), behind
        if at + length > len(data):
            raise IndexError("it ends within an element")
        elements.append(data[at:at + length])
        at += length
    return elements


def signature_digest(certificate):
    """The digest for tls-server-end-point (RFC 5929): that of the certificate's
    signature, but SHA-256 for MD5, SHA-1 and what has none of its own."""
    try:
        _, algorithm, _ = der_elements(der_elements(certificate)[0])
        identifier, *parameters = der_elements(algorithm)
        if identifier == RSASSA_PSS:
            # [0] of the parameters is the digest; else it is SHA-1.
            first = der_elements(parameters[0])[0]
            identifier = der_elements(der_elements(first)[0])[0]
    except (IndexError, ValueError):
        identifier = b""
    return SHA384_OR_512.get(identifier, "sha256")


def end_point(certificate):
    return hashlib.new(signature_digest(certificate), certificate).digest()


# ---- Connections ------------------------------------------------------------

class Readiness:
    """A descriptor that is readable while a TLS socket is, and while bytes that
    were read from it wait in OpenSSL, where nobody can see them."""

    def __init__(self, sock):
        self.sock = sock
        self.epoll = select.epoll()
        self.epoll.register(sock, select.EPOLLIN)
        # What has ended is always readable.
        self.ended, other_end = os.pipe()
        os.close(other_end)
        self.is_ringing = False
        self.settle()

    def fileno(self):
        return self.epoll.fileno()

    def settle(self):
        if (self.sock.pending() > 0) == self.is_ringing:
            return
        if self.is_ringing:
            self.epoll.unregister(self.ended)
        else:
            self.epoll.register(self.ended, select.EPOLLIN)
        self.is_ringing = not self.is_ringing

    def close(self):
        self.epoll.close()
        os.close(self.ended)


# What OpenSSL says of bytes that are none of TLS.
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "BAD_RECORD_TYPE")


class Connection:
    """A connection; its interface is multiprocessing.connection.Connection's.

    It comes from connect() and Listener.accept(). `peer` is the other end's
    address, as far as it is known; by name it is what the broker says.

    One thread may send while another one receives. A connection cannot be sent
    to another process; and a child that fork() has made can only close it,
    which its parent does not notice.
    """

    _sock = None
    _loads = staticmethod(pickle.loads)

    def __init__(self, sock):
        sock.setblocking(False)
        self._sock = sock
        self._readable = self._writable = True
        self._readiness = None
        self._process = os.getpid()
        self._lock = threading.Lock()  # OpenSSL takes one call at a time
        self.peer = ""

    # ---- What waits, as generators

    def _attempt(self, call, argument, events, deadline):
        """What a call on the socket returns, when it does not have to wait."""
        is_late = False
        while True:
            try:
                with self._lock:
                    return call(argument)
            except BlockingIOError:
                wanted = events
            except ssl.SSLWantReadError:
                wanted = READ
            except ssl.SSLWantWriteError:
                wanted = WRITE
            except ssl.SSLCertVerificationError:
                raise
            except ssl.SSLError as error:
                advice = (": does the peer speak TLS?"
                          if error.reason in NO_TLS else "")
                raise ConnectionResetError(
                    errno.ECONNRESET,
                    f"TLS failed: {error}{advice}") from error
            sock = self._sock
            if sock is None:
                raise OSError("handle is closed")
            if is_late or not (yield Want(sock, wanted, deadline)):
                raise TimeoutError(
                    errno.ETIMEDOUT, "the peer did not go on in time")
            # Over TLS it may be ready time and again with nothing for us.
            is_late = time_left(deadline) == 0

    def _write(self, data, deadline):
        data = memoryview(data)
        while data:
            sent = yield from self._attempt(
                self._sock.send, data[:WRITE_MAX], WRITE, deadline)
            data = data[sent:]

    def _read(self, size, deadline, may_end=False):
        """So many bytes. Memory grows by what has come."""
        data, filled = bytearray(min(size, CHUNK)), 0
        while filled < size:
            if filled == len(data):
                data.extend(bytes(min(size - filled, filled)))
            with memoryview(data)[filled:] as room:
                got = yield from self._attempt(
                    self._sock.recv_into, room, READ, deadline)
            if got == 0 and filled == 0 and may_end:
                raise EOFError
            if got == 0:
                raise OSError("got end of file during message")
            filled += got
        return data

    def _send(self, body, deadline=None):
        size = len(body)
        header = (struct.pack("!i", size) if size <= 0x7fffffff
                  else struct.pack("!iQ", -1, size))
        if size <= COPY_MAX:
            yield from self._write(header + body, deadline)
        else:
            yield from self._write(header, deadline)
            yield from self._write(body, deadline)

    def _receive(self, size_max):
        size, = struct.unpack("!i", (yield from self._read(4, None, True)))
        if size == -1:
            size, = struct.unpack("!Q", (yield from self._read(8, None)))
        if size < 0 or (size_max is not None and size > size_max):
            self._readable = False
            raise BadLength
        return (yield from self._read(size, None))

    def _receive_short(self, size_max, deadline):
        """A frame of those that come before the program's."""
        size, = struct.unpack("!i", (yield from self._read(4, deadline, True)))
        if not 0 <= size <= size_max:
            raise BadLength
        return bytes((yield from self._read(size, deadline)))

    def _finish(self, steps):
        try:
            return complete(steps)
        finally:
            if self._readiness:
                with self._lock:
                    self._readiness.settle()

    # ---- TLS

    def _is_tls(self):
        return isinstance(self._sock, ssl.SSLSocket)

    def _start_tls(self, context, deadline, **options):
        self._sock = context.wrap_socket(
            self._sock, do_handshake_on_connect=False,
            suppress_ragged_eofs=False, **options)
        yield from self._attempt(
            lambda _: self._sock.do_handshake(), None, READ, deadline)

    def _end_tls(self, seconds):
        """Says that this is the end. The peer's own end is not awaited."""
        deadline = deadline_in(seconds)
        while True:
            try:
                with self._lock:
                    self._sock.unwrap()
                    # For other threads it would go on, without TLS.
                    self._sock.close()
            except ssl.SSLWantWriteError:
                if is_ready(self._sock, WRITE, deadline):
                    continue
            except (OSError, ValueError):
                pass  # it is not awaited, or everything is over already
            return

    def _pending(self):
        """Whether bytes wait where select() does not see them."""
        if not self._is_tls():
            return False
        with self._lock:
            return self._sock.pending() > 0

    # ---- The interface of multiprocessing.connection.Connection

    def _check(self, direction=True, other="only"):
        if self.closed:
            raise OSError("handle is closed")
        if self._is_tls() and self._process != os.getpid():
            raise OSError("the TLS of this connection is its parent process's")
        if not direction:
            raise OSError(f"connection is {other}")

    @property
    def closed(self):
        """Whether close() was called."""
        return self._sock is None

    @property
    def readable(self):
        """Whether messages can be received; not after "bad message length"."""
        return self._readable

    @property
    def writable(self):
        """Whether messages can be sent."""
        return self._writable

    def fileno(self):
        """A descriptor that is readable when there is something to receive, for
        multiprocessing.connection.wait(), selectors and event loops.

        Over TLS it is not the socket's: bytes can have been read from that
        already, so that select() on it alone would sleep on them. It is an
        epoll(7) descriptor which knows of those too; on systems without, it is
        the socket's all the same, and tieline.wait() is to be used. As with
        every connection, there may be less than a whole message.
        """
        self._check()
        if not self._is_tls() or not hasattr(select, "epoll"):
            return self._sock.fileno()
        with self._lock:
            if not self._readiness:
                self._readiness = Readiness(self._sock)
            return self._readiness.fileno()

    def poll(self, timeout=0.0):
        """Whether there is something to receive, or the end, within so many
        seconds; None waits for ever."""
        self._check(self._readable, "write-only")
        return self._pending() or is_ready(
            self._sock, READ, deadline_in(timeout))

    def send(self, obj):
        """Pickle an object and send it, as send_bytes()."""
        self._check(self._writable, "read-only")
        self._finish(self._send(ForkingPickler.dumps(obj)))

    def send_bytes(self, buf, offset=0, size=None):
        """Send bytes as one message; `offset` and `size` choose a part of them.

        Raises ValueError if there is no such part, and ConnectionError when the
        connection is lost. Blocks while the other end does not read.
        """
        self._check(self._writable, "read-only")
        data = memoryview(buf).cast("B")
        end = len(data) if size is None else offset + size
        if not 0 <= offset <= end <= len(data):
            raise ValueError("there is no such part of the buffer")
        self._finish(self._send(data[offset:end]))

    def recv(self):
        """Receive a message and unpickle it, as recv_bytes()."""
        return self._loads(self._receive_message(None))

    def recv_bytes(self, maxlength=None):
        """Receive a message.

        Raises EOFError at the end of the connection; OSError if it ends within
        a message, or the message has more than `maxlength` bytes, after which
        nothing can be received any more; ConnectionError when the connection is
        lost, which over TLS is any end that the other side did not announce.
        Blocks until there is one.
        """
        if maxlength is not None and maxlength < 0:
            raise ValueError("negative maxlength")
        return bytes(self._receive_message(maxlength))

    def recv_bytes_into(self, buf, offset=0):
        """Receive a message into a writable buffer, from `offset` on, as
        recv_bytes(); how many bytes it has. If it does not fit, BufferTooShort
        has it as its argument."""
        room = memoryview(buf).cast("B")
        if not 0 <= offset <= len(room):
            raise ValueError("offset is outside of the buffer")
        message = self._receive_message(None)
        end = offset + len(message)
        if end > len(room):
            raise BufferTooShort(bytes(message))
        room[offset:end] = message
        return len(message)

    def _receive_message(self, maxlength):
        self._check(self._readable, "write-only")
        return self._finish(self._receive(maxlength))

    def close(self):
        """Close the connection; again does nothing. Over TLS the end is
        announced to the other side, and that waits up to 5 seconds if there is
        no room for it because what was sent before has not been read."""
        self._close(END_SECONDS)

    def _close(self, end_seconds):
        if self.closed:
            return
        try:
            if self._is_tls() and self._process == os.getpid():
                self._end_tls(end_seconds)
        finally:
            if self._readiness:
                self._readiness.close()
            self._sock.close()
            self._sock = None

    def __del__(self):
        self._close(0)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def wait(object_list, timeout=None):
    """Those of the connections, sockets and other objects with a fileno() that
    have something to receive, as soon as there are any, or after `timeout`
    seconds an empty list. It is multiprocessing.connection.wait(), and right
    for TLS on systems without epoll too."""
    object_list = list(object_list)
    held = [one for one in object_list
            if isinstance(one, Connection) and one._pending()]
    deadline = deadline_in(0 if held else timeout)
    while True:
        ready = multiprocessing.connection.wait(
            object_list, sleep_seconds(deadline))
        if ready or time_left(deadline) == 0:
            return [one for one in object_list if one in held or one in ready]


# ---- The handshake: docs/protocol.md, section 2 -----------------------------

CHALLENGE, WELCOME, FAILURE = b"#CHALLENGE#", b"#WELCOME#", b"#FAILURE#"
LEGACY_CHALLENGE_BYTES = 20

# The ways to answer: what stands before the MAC, its digest, its bytes.
DIALECTS = [
    (b"", "md5", 16),
    (b"", "sha256", 32),
    (b"{md5}", "md5", 16),
    (b"{sha256}", "sha256", 32),
    (b"{sha384}", "sha384", 48),
    (b"{sha3_256}", "sha3_256", 32),
    (b"{sha3_384}", "sha3_384", 48),
]
RAW_MD5, RAW_SHA256, *NAMED_DIALECTS = DIALECTS

SAME_KEY = "both sides need the same authkey, byte for byte"
TALKED = "it talked before it had authenticated; is its authkey set?"

# The keys of both roles, and whether they hold for one TLS channel alone.
Keys = collections.namedtuple("Keys", "listener client is_bound")

# Challenges that wait for their answer: message -> the two ends. One of them
# that comes back on another connection would have this process answer itself.
outstanding = {}


def plain_keys(authkey):
    return Keys(authkey, authkey, False)


def bound_keys(authkey, channel):
    """What only holds for TLS with one certificate of the server's."""
    binding = b"tls-server-end-point:" + channel
    return Keys(*(
        hmac.digest(authkey, b"tieline-cb1 " + role + b" " + binding, "sha256")
        for role in (b"listener", b"client")), True)


def host_of(place):
    """An IPv4 address that is written as an IPv6 one is the same."""
    host = ipaddress.ip_address(place[0].partition("%")[0])
    return getattr(host, "ipv4_mapped", None) or host


def is_internet(sock):
    return sock.family in (socket.AF_INET, socket.AF_INET6)


def is_local(sock):
    """Whether the peer is on this machine for certain."""
    return not is_internet(sock) or host_of(sock.getpeername()).is_loopback


def ends_of(sock, role):
    """The ends of a connection, the listener's first: the same from both."""
    if is_internet(sock):
        us, them = ((host_of(place), place[1]) for place in (
            sock.getsockname(), sock.getpeername()))
    else:
        us, them = os.getpid(), sock.getpeername()
        if hasattr(socket, "SO_PEERCRED"):
            them, _, _ = struct.unpack("3i", sock.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return (us, them) if role == "listener" else (them, us)


class Login:
    """The handshake, on one side of a connection."""

    def __init__(self, connection, role, deadline):
        # Before TLS: who has hung up in the middle of it has no address.
        sock = connection._sock
        self.connection = connection
        self.role = role
        self.peer_role = "client" if role == "listener" else "listener"
        self.candidates = []
        self.deadline = deadline
        self.ends = ends_of(sock, role)
        self.is_local = is_local(sock)
        self.answered = RAW_MD5
        self.is_rejected = False
        self.message = b"{sha256}" + os.urandom(40)

    def run(self, candidates):
        """The peer may have one of those Keys."""
        self.candidates = candidates
        steps = [self.deliver_challenge, self.answer_challenge]
        if self.role == "client":
            steps.reverse()
        try:
            for step in steps:
                yield from step()
        except (AuthenticationError, TimeoutError):
            if not self.is_rejected:
                self.say_failure()
            raise

    def say_failure(self):
        """The same whatever is wrong, and without waiting."""
        steps = self.send(FAILURE)
        try:
            next(steps, None)
        except OSError:
            pass

    def advice_on_tls(self):
        """A server with TLS waits for the client to begin, and then is gone."""
        may_help = (self.role == "client" and not self.connection._is_tls()
                    and is_internet(self.connection._sock))
        return " If it speaks TLS, its address is tls://..." if may_help else ""

    def send(self, body):
        yield from self.connection._send(body, self.deadline)

    def receive(self):
        try:
            body = yield from self.connection._receive_short(
                HANDSHAKE_FRAME_MAX, self.deadline)
        except BadLength:
            raise AuthenticationError(
                "the peer sent a length that no handshake has: does it speak "
                "multiprocessing.connection, and is its authkey set?") from None
        except EOFError:
            raise EOFError(
                "the peer closed the connection during the handshake: does it "
                "speak multiprocessing.connection, and is its authkey set?"
                + self.advice_on_tls()) from None
        if body == FAILURE:
            self.is_rejected = True
            raise AuthenticationError(
                "the peer rejected our key: " + SAME_KEY)
        return body

    def is_allowed(self, keys, digest):
        """HMAC-MD5 is only for peers on this machine that know no better."""
        return digest != "md5" or (self.is_local and not keys.is_bound)

    def deliver_challenge(self):
        outstanding[self.message] = self.ends
        try:
            yield from self.send(CHALLENGE + self.message)
            answer = yield from self.receive()
        finally:
            del outstanding[self.message]
        self.take_answer(answer)
        yield from self.send(WELCOME)

    def take_answer(self, answer):
        for dialect in DIALECTS:
            prefix, digest, size = dialect
            if answer.startswith(prefix) and len(answer) == len(prefix) + size:
                break
        else:
            raise AuthenticationError(
                "the peer sent something else than an answer to our challenge: "
                + TALKED)
        allowed = self.allowed_keys(digest)
        # Each is tried, so that the time tells nothing.
        matching = [
            keys for keys in allowed if hmac.compare_digest(
                answer[len(prefix):], compute_mac(
                    getattr(keys, self.peer_role), self.message, digest))]
        if not matching:
            raise AuthenticationError(
                "the peer answered our challenge with another key: " + SAME_KEY)
        self.candidates, self.answered = matching[:1], dialect

    def allowed_keys(self, digest):
        allowed = [keys for keys in self.candidates
                   if self.is_allowed(keys, digest)]
        if not allowed:
            raise AuthenticationError(
                f"the peer uses {digest}, which is not allowed here: Python "
                "up to 3.11 can only do MD5, which is taken over loopback and "
                "Unix sockets alone")
        return allowed

    def answer_challenge(self):
        body = yield from self.receive()
        message = body[len(CHALLENGE):]
        if not body.startswith(CHALLENGE):
            raise AuthenticationError(
                "the peer sent something else than a challenge: " + TALKED)
        if len(message) < LEGACY_CHALLENGE_BYTES:
            raise AuthenticationError(
                "the peer sent a challenge of less than 20 bytes")
        if (message == self.message or
                outstanding.get(message, self.ends) != self.ends):
            raise AuthenticationError(
                "the peer sent our own challenge back: it stands between this "
                "program and itself")
        prefix, digest, _ = self.dialect_for(message)
        keys = self.allowed_keys(digest)[0]
        yield from self.send(
            prefix + compute_mac(getattr(keys, self.role), message, digest))
        if (yield from self.receive()) != WELCOME:
            raise AuthenticationError(
                "the peer neither took nor rejected our answer")

    def dialect_for(self, message):
        if len(message) == LEGACY_CHALLENGE_BYTES:
            return RAW_SHA256 if self.answered is RAW_SHA256 else RAW_MD5
        for dialect in NAMED_DIALECTS:
            if message.startswith(dialect[0]):
                return dialect
        raise AuthenticationError(
            "the peer asks for a digest that is not known here")


def compute_mac(key, message, digest):
    try:
        return hmac.digest(key, message, digest)
    except ValueError as error:
        raise AuthenticationError(
            f"OpenSSL does not compute {digest} here: {error}") from error


# ---- Opening connections ----------------------------------------------------

def parse_reply(body):
    try:
        reply = json.loads(body.decode())
        if isinstance(reply, dict) and isinstance(reply.get("ok"), bool):
            return reply
    except (ValueError, RecursionError):
        pass
    raise ConnectionError(errno.EPROTO, "this is not a broker's reply")


def check_reply(reply):
    if reply["ok"]:
        return
    code, message = str(reply.get("error")), str(reply.get("message"))
    if code == "not_permitted":
        raise PermissionError(errno.EACCES, message)
    raise Refused(code, message)


class Settings:
    """What all connections of a connect() or Listener() have in common."""

    def __init__(self, url, authkey=None, *, authkey_file=None, timeout=10.0,
                 listens=False, **tls):
        self.address = parse_address(url)
        self.authkey = find_key(authkey, authkey_file)
        self.timeout = timeout
        if not url or url.startswith("#"):
            tls = {**environment_options(), **tls}
        self.tls = Tls(**tls)
        self.context = self.certificate = None
        if self.address.scheme != "tls":
            return
        if listens and not self.address.name:
            self.context = self.tls.server_context()
            self.certificate = read_certificate(self.tls.certificate_file)
        else:
            self.context = self.tls.client_context()

    def places(self):
        """Where the other end is: socket families and addresses."""
        if self.address.scheme == "unix":
            return [(socket.AF_UNIX, self.address.path)]
        found = socket.getaddrinfo(
            self.address.host or None, self.address.port,
            type=socket.SOCK_STREAM)
        return [(family, place) for family, _, _, _, place in found]

    def reach(self, deadline):
        """A connected socket. A silent address leaves others their share of the
        time."""
        places = self.places()
        for i, (family, place) in enumerate(places):
            left = time_left(deadline)
            share = None if left is None else left / (len(places) - i)
            try:
                return (yield from reach_one(
                    family, place, deadline_in(share)))
            except OSError:
                if i + 1 == len(places):
                    raise

    def authenticate(self, sock, role, deadline):
        """A connection over the socket, when both ends have proved their key.
        """
        connection = Connection(sock)
        try:
            connection.peer = format_place(
                self.address.scheme, sock.getpeername())
            login = Login(connection, role, deadline)
            candidates = [plain_keys(self.authkey)]
            if self.context:
                candidates = yield from self.secure(connection, role, deadline)
            yield from login.run(candidates)
        except BaseException:
            connection.close()
            raise
        return connection

    def secure(self, connection, role, deadline):
        """Begins TLS; the keys that the peer may have."""
        if role == "listener":
            yield from connection._start_tls(
                self.context, deadline, server_side=True)
            certificate = self.certificate
        else:
            host = self.address.host.partition("%")[0]
            yield from connection._start_tls(
                self.context, deadline,
                server_hostname=self.tls.server_name or host or None)
            certificate = connection._sock.getpeercert(binary_form=True)
        bound = bound_keys(self.authkey, end_point(certificate))
        plain = plain_keys(self.authkey)
        if not self.tls.allow_unbound:
            return [bound]
        return [bound, plain] if role == "listener" else [plain]

    def meet(self, deadline, parking=None, on_stage=None):
        """A connection to the partner that the broker finds; who dials, or who
        is parked with that request and hears of its stages."""
        sock = yield from self.reach(deadline)
        connection = yield from self.authenticate(sock, "client", deadline)
        try:
            if self.address.name:
                request = parking or dialling(self.address.name, deadline)
                yield from ask_broker(
                    connection, request, deadline, on_stage)
        except BaseException:
            connection.close()
            raise
        return connection


def reach_one(family, place, deadline):
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex(place)
        # What a Unix socket says whose queue is full; nothing tells when it is
        # not any more.
        while code == errno.EAGAIN and time_left(deadline) != 0:
            yield Want(None, 0, earliest(
                [deadline, deadline_in(RETRY_SECONDS)]))
            code = sock.connect_ex(place)
        if code == errno.EINPROGRESS and (
                yield Want(sock, WRITE, deadline)):
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code in (errno.EINPROGRESS, errno.EAGAIN):
            code = errno.ETIMEDOUT
        if code:
            raise OSError(code, f"{os.strerror(code)}: {place}")
        set_options(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def set_options(sock):
    """It sends at once, and a machine that is gone is noticed."""
    if not is_internet(sock):
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def ask_broker(connection, request, deadline, on_stage):
    """Waits until there is a partner."""
    yield from connection._send(json.dumps(request).encode(), deadline)
    if on_stage:
        on_stage(ASKED)
    reply = yield from next_reply(connection, deadline)
    if on_stage:
        on_stage(PARKED)
        if "parked" in reply:
            # Whoever dials may take his time.
            reply = yield from next_reply(connection, None)
    if "parked" in reply:
        raise ConnectionError(
            errno.EPROTO, "the broker confirms what it was not asked to")
    peer = reply.get("peer")
    connection.peer = str(
        peer.get("address", "") if isinstance(peer, dict) else "")


def next_reply(connection, deadline):
    reply = parse_reply((yield from connection._receive_short(
        CONTROL_FRAME_MAX, deadline)))
    check_reply(reply)
    return reply


def dialling(name, deadline):
    """The broker gives up before we do, because it knows why."""
    left = (YEAR_SECONDS if deadline is None
            else min(YEAR_SECONDS, time_left(deadline)))
    return {"dial": name, "timeout": left - min(0.5, left / 10)}


def dial(settings):
    return complete(settings.meet(deadline_in(settings.timeout)))


def connect(url, authkey=None, **options):
    """Connect to an address, or by a name at a broker; the Connection.

    url: an address, as the module says.
    authkey: the key, as bytes; or
    authkey_file: the file with it, all bytes of which are the key, and which
        nobody else may read or change. If neither is given, it is the file that
        $TIELINE_AUTHKEY_FILE says, or else the user's default one.
    timeout: seconds for everything, waiting for a listener under the name
        included; None is without limit. Default 10.

    For tls://:

    ca_file: the certificates, in PEM, of those who may vouch for the server;
        None is the system's.
    crl_file: what they have revoked, in PEM.
    verify: "full" checks who vouches for the server's certificate and that it
        is for server_name; "chain" only the first; "none" nothing: then the key
        alone tells who it is, which is safe only because the login is bound to
        the certificate, and takes a key that nobody can guess.
    server_name: default is the host of the address.
    certificate_file, private_key_file: our own certificate, in PEM, if the
        server wants one; the second can be left out if it is in the first.
    allow_unbound: log in without binding to the channel, to a server that knows
        of none: a TLS terminator before a stock Python program.
    allow_tls12: TLS 1.2 too; default is 1.3 alone.

    Raises AuthenticationError if the keys differ; ssl.SSLCertVerificationError
    if the certificate is not good; PermissionError if the broker does not
    permit it; Refused for its other refusals; TimeoutError; EOFError,
    ConnectionError or another OSError if the peer cannot be reached or is lost;
    ValueError if something in the arguments is wrong; an OSError that names the
    file if one cannot be used, ssl.SSLError for what is in it.

    Blocks up to `timeout`, but for looking up the host. Any thread may call it.
    """
    return dial(Settings(url, authkey, **options))


def Client(address, family=None, authkey=None, **options):
    """multiprocessing.connection.Client(), where the address may also be one
    for connect(); the options then are too."""
    if is_url(address):
        return connect(address, authkey, **options)
    return multiprocessing.connection.Client(
        address, family, authkey=authkey, **options)


managers = itertools.count()


class ManagerPlace:
    """What Python has of a manager instead of an address and a serializer: by
    the former it keeps its connections, one of a thread for each."""

    def __init__(self, url, settings):
        self.settings = settings
        self.serializer = f"tieline {next(managers)}"
        self.address = f"{url} {self.serializer}"

    def connect(self, address, authkey=None):
        if address != self.address:
            # It came out of a stock manager's connection, and others with the
            # same address have other rights.
            return multiprocessing.connection.Client(address, authkey=authkey)
        connection = dial(self.settings)
        connection._loads = lambda data: ProxyUnpickler(data, self).load()
        return connection


class ProxyUnpickler(pickle.Unpickler):
    """Has proxies that a tieline.manager() put into shared objects come out as
    those of another one."""

    def __init__(self, data, place):
        super().__init__(io.BytesIO(data))
        self.place = place

    def find_class(self, module, name):
        found = super().find_class(module, name)
        is_rebuilding = found is multiprocessing.managers.RebuildProxy
        return self.rebuild if is_rebuilding else found

    def rebuild(self, kind, token, serializer, options):
        # The broker has put its own address there, if it has the object.
        if (serializer.startswith("tieline ")
                and not str(token.address).endswith(f" {serializer}")):
            token.address = self.place.address
            serializer = self.place.serializer
        return multiprocessing.managers.RebuildProxy(
            kind, token, serializer, options)


def manager(url, authkey=None, *,
            manager_class=multiprocessing.managers.SyncManager, **options):
    """A manager of multiprocessing.managers that is connected to the broker at
    an address without a name, over TLS if that says so. The options are those
    of connect().

    It has connections, and so locks and rights, that it shares with no other
    manager; its `address` tells it from them and is none to connect to. Its
    proxies work in this process, and in children that fork() makes. Those that
    are put into shared objects come out by every manager that was made so.
    Stock Python cannot take them out, and what it has put in it connects by
    itself, without TLS: programs that need that use `tieline tunnel`.
    """
    settings = Settings(url, authkey, **options)
    place = ManagerPlace(url, settings)
    multiprocessing.managers.listener_client[place.serializer] = (
        None, place.connect)
    connected = manager_class(
        place.address, settings.authkey, place.serializer)
    connected.connect()
    return connected


# ---- Listening --------------------------------------------------------------

LOGIN, ASKED, PARKED = range(3)


class Opening:
    """A generator under way, and what it waits for."""

    def __init__(self, steps=None, peer=""):
        self.steps = steps
        self.peer = peer
        self.want = None
        self.stage = LOGIN

    def advance(self, is_ready):
        """The Connection, when there is one."""
        try:
            self.want = self.steps.send(is_ready)
        except StopIteration as end:
            return end.value
        return None


class Port:
    """Those who come to an address of our own."""

    def __init__(self, settings, backlog):
        self.settings = settings
        self.openings = []
        self.sock = listening_socket(settings.address, backlog)
        self.sock.setblocking(False)
        self.address = format_place(
            settings.address.scheme, self.sock.getsockname())
        self.remove_file = None
        if settings.address.scheme == "unix":
            path = os.path.abspath(settings.address.path)
            # As Python's own listener: not in processes that are forked off.
            self.remove_file = multiprocessing.util.Finalize(
                self, remove_file, (path, file_at(path)), exitpriority=0)

    def resume(self, away_seconds):
        pass

    def has_begun(self):
        """Whether it has logins of its own under way."""
        return False

    def start(self):
        """Takes in who has come; at the limit the oldest goes."""
        for _ in range(HANDSHAKES_MAX):
            try:
                sock, place = self.sock.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            set_options(sock)
            if len(self.openings) >= HANDSHAKES_MAX:
                self.openings.pop(0).steps.close()
            deadline = deadline_in(self.settings.timeout)
            self.openings.append(Opening(
                self.settings.authenticate(sock, "listener", deadline),
                format_place(self.settings.address.scheme, place)))

    def wants(self):
        return [Want(self.sock, READ, None)]

    def failed(self, opening, error):
        log.warning("%s: turned away %s: %s", self.address, opening.peer,
                    describe(error))

    def close(self):
        self.sock.close()
        if self.remove_file:
            self.remove_file()


def listening_socket(address, backlog):
    if address.scheme == "unix":
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.bind(address.path)
            os.chmod(address.path, 0o600)  # nobody gets in before listen()
            sock.listen(backlog)
        except BaseException:
            sock.close()
            raise
        return sock
    both = not address.host and socket.has_dualstack_ipv6()
    ipv6 = both or ":" in address.host
    return socket.create_server(
        (address.host, address.port), backlog=backlog, dualstack_ipv6=both,
        family=socket.AF_INET6 if ipv6 else socket.AF_INET)


def file_at(path):
    status = os.lstat(path)
    return status.st_dev, status.st_ino


def remove_file(path, file):
    """Unless another one is there now."""
    with contextlib.suppress(FileNotFoundError):
        if file_at(path) == file:
            os.unlink(path)


def describe(error):
    return str(error) or "it closed the connection"


class Parking:
    """Connections that wait under a name at a broker."""

    def __init__(self, settings, backlog, exclusive):
        self.settings = settings
        self.backlog = backlog
        self.openings = []
        self.request = {"accept": settings.address.name, "confirm": True,
                        "listener": secrets.token_hex(16)}
        if exclusive:
            self.request["exclusive"] = True
        self.address = format_url(settings.address)
        self.was_found = False
        self.is_absent = False
        self.pause = 0.0
        self.pause_until = None

    def resume(self, away_seconds):
        """The broker does not wait while nobody accepts: logins under way would
        seem to fail by its fault. Who has asked may have been dialled."""
        if away_seconds < AWAY_SECONDS:
            return
        for opening in [one for one in self.openings if one.stage == LOGIN]:
            self.openings.remove(opening)
            opening.steps.close()

    def start(self):
        """Replaces what is missing; as long as the broker is lost, one by one.
        """
        if self.is_pausing():
            return
        self.pause_until = None
        while self.lacks_one():
            deadline = deadline_in(self.settings.timeout)
            opening = Opening()
            opening.steps = self.settings.meet(
                deadline, self.request,
                functools.partial(self.reached, opening))
            self.openings.append(opening)

    def has_begun(self):
        return any(one.want and one.stage != PARKED for one in self.openings)

    def is_pausing(self):
        return (self.pause_until is not None and
                time.monotonic() < self.pause_until)

    def lacks_one(self):
        under_way = sum(one.stage != PARKED for one in self.openings)
        is_probing = self.is_absent or not self.was_found
        return len(self.openings) < self.backlog and not (
            is_probing and under_way)

    def reached(self, opening, stage):
        opening.stage = stage
        if stage == PARKED:
            self.was_found = True
            self.is_absent, self.pause = False, 0.0

    def wants(self):
        """Only the end of the pause."""
        return [Want(None, 0, self.pause_until)]

    def failed(self, opening, error):
        if not self.was_found:
            raise error
        if not self.is_absent:
            self.is_absent = True
            log.warning("%s: waiting at the broker is being tried again: %s",
                        self.address, describe(error))
        if self.is_pausing():
            return
        self.pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self.pause))
        if isinstance(error, AuthenticationError):
            self.pause = LONGEST_PAUSE
        # By chance, so that not all come back at the same time.
        self.pause_until = deadline_in(self.pause * random.uniform(0.75, 1.25))

    def close(self):
        pass


def format_url(address):
    place = (address.path if address.scheme == "unix"
             else (address.host, address.port))
    return f"{format_place(address.scheme, place)}#{address.name}"


class Listener:
    """Listens at an address, or under a name at a broker.

    url: an address, as the module says.
    authkey: as for connect().
    backlog: how many may wait for accept(): in the kernel, or at the broker
        under the name. Default 1.
    exclusive: the name is to be this listener's alone.
    options: those of connect(). With a name they are about the broker; without,
        `timeout` is for the handshake with each peer, and tls:// takes
        certificate_file and private_key_file, and
    client_certificates: "none", "optional" or "required"; ca_file then says who
        may vouch for them.
    allow_unbound: here it takes logins that are not bound to the channel too.

    Under a name, the constructor returns when the name can be dialled, or
    raises what connect() raises. When the broker is lost later, waiting there
    is tried again and again, with pauses, by accept(): nothing happens outside
    of it, as there is no thread. The loss is said to the logger "tieline".

    `address` is where it listens, with the port that was found for port 0;
    `last_accepted` is the address of the last peer.

    Programs in C bind their logins by another type: to one that listens at a
    tls:// address of its own they log in with `bind_to_certificate`.
    """

    def __init__(self, url, authkey=None, *, backlog=1, exclusive=False,
                 **options):
        settings = Settings(url, authkey, listens=True, **options)
        if backlog < 1:
            raise ValueError("backlog is at least 1")
        if exclusive and not settings.address.name:
            raise ValueError("only a name can be exclusive")
        self.last_accepted = None
        self._source = (Parking(settings, backlog, exclusive)
                        if settings.address.name else Port(settings, backlog))
        self._accepted = []
        self._is_closed = False
        self._left_at = time.monotonic()
        try:
            if settings.address.name:
                self._go_on_until(lambda: self._source.was_found, None)
        except BaseException:
            self.close()
            raise

    @property
    def address(self):
        return self._source.address

    def accept(self, timeout=None):
        """Wait for a peer that has authenticated; its Connection.

        Those who do not are turned away, which is said to the logger "tieline",
        and hold up nobody. Raises TimeoutError after `timeout` seconds, and
        OSError once the listener is closed. One thread at a time.
        """
        deadline = deadline_in(timeout)
        self._source.resume(time.monotonic() - self._left_at)
        try:
            if not self._go_on_until(lambda: self._accepted, deadline):
                raise TimeoutError(
                    errno.ETIMEDOUT,
                    "nobody connected and authenticated in time")
            self._settle()
        finally:
            self._left_at = time.monotonic()
        connection = self._accepted.pop(0)
        self.last_accepted = connection.peer
        return connection

    def close(self):
        """Stop listening; connections that were accepted go on. Again does
        nothing. A Unix socket's file is removed, as it is when the listener is
        forgotten or the program ends."""
        if self._is_closed:
            return
        self._is_closed = True
        for opening in self._source.openings:
            opening.steps.close()
        self._source.openings.clear()
        for connection in self._accepted:
            connection.close()
        self._source.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _go_on_until(self, is_done, deadline):
        """Takes the openings on. False if the time was over before; something
        that is there already is found in any time."""
        is_over = False
        while True:
            if self._is_closed:
                raise OSError("listener is closed")
            # With what begins when that is done nobody would go on.
            if not is_done():
                self._begin()
            if is_done():
                return True
            if is_over:
                return False
            is_over = time_left(deadline) == 0
            self._go_on(deadline)

    def _settle(self):
        """Has those park who have begun: a login that nobody goes on with, the
        broker takes for a failure of this machine."""
        deadline = deadline_in(AWAY_SECONDS)
        while self._source.has_begun() and time_left(deadline):
            self._go_on(deadline)

    def _begin(self):
        self._source.start()
        for opening in [
                one for one in self._source.openings if not one.want]:
            self._advance(opening, None)

    def _go_on(self, deadline):
        """Sleeps once, and takes those on who can go on."""
        ready = self._sleep(deadline)
        now = time.monotonic()
        for opening in self._source.openings[:]:
            limit = opening.want.deadline
            if opening in ready:
                self._advance(opening, True)
            elif limit is not None and now >= limit:
                self._advance(opening, False)

    def _sleep(self, deadline):
        """Those of the openings for which something has come."""
        wants = [(one.want, one) for one in self._source.openings]
        wants += [(want, None) for want in self._source.wants()]
        until = earliest([deadline, *(want.deadline for want, _ in wants)])
        with Selector() as selector:
            for want, opening in wants:
                if want.sock is not None:
                    selector.register(want.sock, want.events, opening)
            return [key.data for key, _ in selector.select(sleep_seconds(until))]

    def _advance(self, opening, is_ready):
        try:
            connection = opening.advance(is_ready)
        except (AuthenticationError, EOFError, OSError) as error:
            self._source.openings.remove(opening)
            self._source.failed(opening, error)
            return
        except BaseException:
            self._source.openings.remove(opening)
            raise
        if connection:
            self._source.openings.remove(opening)
            self._accepted.append(connection)
