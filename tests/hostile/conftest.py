# SPDX-License-Identifier: MIT
"""Our programs as a hostile peer meets them: a Listener, and Clients that
connect to the peer. Both are used alike, so that a test is written once."""

import contextlib
import itertools
import os
import select
import socket
import time

import pytest

from conftest import BUILD, HANG, KEY, Program

from . import wire

TRANSPORTS = ("tcp", "unix")
ROLES = ("listener", "client")

# What is to happen at once happens within PATIENCE seconds also on a busy
# machine; our side's deadline is later, so that waiting for it shows.
PATIENCE = 15
LATE = ("--handshake-timeout-ms", "60000", "--connect-timeout-ms", "60000")


def patient(sock):
    sock.settimeout(PATIENCE)
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def raw_address(address):
    """Family and address of "tcp://host:port" or "unix:/path"."""
    if address.startswith("unix:"):
        return socket.AF_UNIX, address[len("unix:"):]
    host, port = address[len("tcp://"):].rsplit(":", 1)
    return socket.AF_INET, (host, int(port))


class Peer(Program):
    """tests/helpers/peer, whose reports are taken by their first word. It
    serves many tests; no report is waited for longer than PATIENCE."""

    lifetime = 60 * HANG

    def __init__(self, place, options, command, address):
        super().__init__(BUILD / "tests/peer", "--authkey-file",
                         place / "key", *options, command, address)
        self.unread = b""
        self.reports = []

    def line(self):
        fd = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        while b"\n" not in self.unread:
            assert poll.poll(PATIENCE * 1000), \
                f"it says nothing more; unused reports: {self.reports}"
            more = os.read(fd, 1 << 16)
            assert more, f"it has ended; unused reports: {self.reports}, " \
                f"stderr: {self.process.stderr.read()}"
            self.unread += more
        line, _, self.unread = self.unread.partition(b"\n")
        return line.decode()

    def report(self, word, part=""):
        """What follows the word in the next report that starts with it, and
        has the part in it; the others are left."""
        start = word + " "
        for at in itertools.count():
            if at == len(self.reports):
                self.reports.append(self.line())
            if self.reports[at].startswith(start) and part in self.reports[at]:
                return self.reports.pop(at)[len(start):]

    def ended(self):
        """Code and text of how an authenticated connection ended."""
        code, text = self.report("ended").split(" ", 1)
        return code, text


class OurListener:
    """One server that many hostile peers connect to."""

    role = "listener"

    def __init__(self, place, transport, options):
        self.place = place
        self.transport = transport
        address = "tcp://127.0.0.1:0" if transport == "tcp" else \
            f"unix:{place / 'listener'}"
        self.peer = Peer(place, options, "serve", address)
        self.address = self.peer.report("listening").split(" ")[1]
        self.names = 0

    @property
    def pid(self):
        return self.peer.process.pid

    def connect(self):
        """A raw connection, with a name also on a Unix socket."""
        family, address = raw_address(self.address)
        sock = socket.socket(family)
        if family == socket.AF_UNIX:
            self.names += 1
            sock.bind(str(self.place / f"c{self.names}"))
        # With a timeout a full backlog would be an error.
        sock.connect(address)
        patient(sock)
        return sock

    @contextlib.contextmanager
    def meet(self):
        with self.connect() as sock:
            yield sock

    @staticmethod
    def name(sock):
        """What our side calls the peer."""
        name = sock.getsockname()
        return f"unix:{name}" if sock.family == socket.AF_UNIX else \
            "tcp://%s:%d" % name

    def refused(self, name=""):
        """Code, peer and text of the next one turned away, or of that one."""
        report = self.peer.report("refused", f" {name} " if name else "")
        return report.split(" ", 2)

    def turned_away(self, name):
        """Code and text of how that peer's handshake ended."""
        code, _, text = self.refused(name)
        return code, text

    def opened(self):
        self.peer.report("accepted")

    def ended(self):
        return self.peer.ended()

    def right_peer(self):
        """Somebody with the key, who is served at once."""
        with self.connect() as sock:
            wire.Side(sock, "client", KEY).finish()
            sock.sendall(wire.frame(b"right"))
            assert wire.read_frame(sock) == b"right"
            assert self.peer.report("accepted") == self.name(sock)
        assert self.ended()[0] == "TIELINE_EEOF"

    def is_well(self):
        """It goes on, and has reported nothing that no test asked for."""
        self.right_peer()
        assert self.peer.reports == []
        self.sound = True

    def stop(self):
        self.peer.stop()


class OurClient:
    """Clients, each a process of its own, that come to a raw socket."""

    role = "client"

    def __init__(self, place, transport, options):
        self.place = place
        self.options = options
        self.peer = None
        self.peers = []
        if transport == "tcp":
            self.sock = patient(socket.create_server(("127.0.0.1", 0)))
            self.address = "tcp://127.0.0.1:%d" % self.sock.getsockname()[1]
        else:
            path = str(place / "raw")
            self.sock = patient(socket.create_server(
                path, family=socket.AF_UNIX))
            self.address = "unix:" + path

    @contextlib.contextmanager
    def meet(self):
        self.peer = Peer(self.place, self.options, "echo", self.address)
        self.peers.append(self.peer)
        with self.sock.accept()[0] as sock:
            yield patient(sock)

    def name(self, _sock):
        """Each Client is a process, so that stands for the connection."""
        return self.peer

    @staticmethod
    def turned_away(peer):
        """Also looks at how the process ended: sanitizers tell that way."""
        how = peer.ended()
        _, err = peer.process.communicate(timeout=PATIENCE)
        assert (peer.process.returncode, err) == (0, "")
        return how

    def opened(self):
        self.peer.report("connected")

    def ended(self):
        return self.turned_away(self.peer)

    def is_well(self):
        assert self.peer.reports == []
        self.sound = True

    def stop(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.sock)
            for peer in self.peers:
                stack.callback(peer.stop)


MAKE = {"listener": OurListener, "client": OurClient}


@pytest.fixture(scope="module")
def victims(tmp_path_factory):
    """victims(role, transport, *options): the same one for all tests of a
    module, as long as each leaves it well."""
    current = {}

    def get(role, transport, *options):
        which = (role, transport, options)
        if which not in current or not current[which].sound:
            place = tmp_path_factory.mktemp(role)
            (place / "key").touch(mode=0o600)
            (place / "key").write_bytes(KEY)
            current[which] = MAKE[role](place, transport, options)
            stack.callback(current[which].stop)
        current[which].sound = False
        return current[which]

    with contextlib.ExitStack() as stack:
        yield get


class Stopwatch:
    def __init__(self):
        self.start = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.start
