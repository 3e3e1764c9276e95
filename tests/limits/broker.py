# SPDX-License-Identifier: MIT
"""A broker whose state is read from its own counters, and the raw connections
that load it."""

import contextlib
import itertools
import json
import os
import resource
import signal
import socket
import struct
import threading
import time

from conftest import BUILD, HANG, KEY, Broker
from hostile import wire
from hostile.conftest import PATIENCE, patient
from hostile.wire import frame

def eventually(condition, seconds=PATIENCE):
    """What the condition says once it is true; looked at again and again."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.005)
    return found


def say(sock, **request):
    sock.sendall(frame(json.dumps(request).encode()))


def hear(sock):
    return json.loads(wire.read_frame(sock))


def ask(sock, **request):
    say(sock, **request)
    return hear(sock)


def authenticate(sock, key=KEY, **side):
    wire.Side(sock, "client", key, **side).finish()
    return sock


def reset(sock):
    """Ends a TCP connection with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


def is_turned_away(sock):
    """The connection ended with nothing said; its reset may come first."""
    return wire.everything(sock) == b""


@contextlib.contextmanager
def sending(sock, data):
    """Sends in a thread, which may fail: the other side may break it off."""
    def send():
        with contextlib.suppress(OSError):
            sock.sendall(data)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        thread.join()


class LoadedBroker(Broker):
    """It listens at all addresses of the machine, and is asked for its counters
    on a connection of its own."""

    lifetime = 5 * HANG

    def __init__(self, folder, build=BUILD, program="broker/tielined",
                 **settings):
        self.key = folder / "key"
        self.key.touch(mode=0o600)
        self.key.write_bytes(KEY)
        super().__init__(folder, self.key, (), {
            "listen": ["tcp://:0", f"unix:{folder}/broker"],
            "allow_plaintext_remote": True, **settings},
            build, program)
        self.pid = self.process.pid
        self.port = int(self.at["tcp"].rsplit(":", 1)[1])
        self.unix = self.at["unix"][len("unix:"):]
        # It is there before any load is, and needs no login under it.
        self.control = self.login("unix")

    def connect(self, transport="tcp", host=None):
        """A raw connection; from loopback, unless another host is given."""
        if transport == "unix":
            # Blocking: with a time limit it would not wait for a full backlog.
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(self.unix)
            return patient(sock)
        return patient(socket.create_connection(
            (host or "127.0.0.1", self.port), PATIENCE))

    def login(self, transport="tcp", key=KEY, host=None, **side):
        return authenticate(self.connect(transport, host), key, **side)

    def park(self, name, transport="tcp", **request):
        sock = self.login(transport)
        assert ask(sock, accept=name, confirm=True, **request) == {
            "ok": True, "parked": name}
        return sock

    def dial(self, name, transport="tcp", **request):
        sock = self.login(transport)
        reply = ask(sock, dial=name, **request)
        assert reply["ok"], reply
        return sock

    def pair(self, name, accepts="tcp", dials="tcp"):
        """Acceptor and dialler, paired."""
        acceptor = self.park(name, accepts)
        dialler = self.dial(name, dials)
        assert hear(acceptor)["ok"]
        return acceptor, dialler

    def stat(self):
        return ask(self.control, stat=True)

    def connections(self):
        return self.stat()["connections"]

    def relay(self):
        return self.stat()["relay"]

    def states(self):
        """How many connections are at which stage."""
        return {state: len(list(group)) for state, group in itertools.groupby(
            sorted(entry["state"] for entry in self.connection_list()))}

    def connection_list(self):
        return ask(self.control, list="connections")["connections"]

    def rests(self, connections=1):
        """Waits until only these are left, and nothing of the others, those
        included who were not accepted yet: they come before these logins."""
        for transport in ("tcp", "unix"):
            self.login(transport).close()

        def nothing_left():
            stat = self.stat()
            return (stat["connections"]["open"] == connections
                    and stat["connections"]["authenticating"] == 0
                    and stat["relay"]["held_bytes"] == 0)
        eventually(nothing_left)

    def is_well(self):
        """It lets somebody in, and two of them talk."""
        acceptor, dialler = self.pair("well")
        with acceptor, dialler:
            dialler.sendall(frame(b"well"))
            assert wire.read_frame(acceptor) == b"well"

    def lines(self, part):
        """Those of its log with that part."""
        return [line for line in list(self.log.lines) if part in line]

    def reload(self):
        """Has it read its settings; what it says of that, among the rest."""
        before = len(self.lines("reload"))
        self.process.send_signal(signal.SIGHUP)
        return eventually(lambda: self.lines("reload")[before:])[0]

    def fds(self):
        return {int(fd) for fd in os.listdir(f"/proc/{self.pid}/fd")}

    def memory(self, what):
        """VmRSS or VmHWM, in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith(what))
        return 1024 * int(line.split()[1])

    def processor_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(") ", 1)[1].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    @contextlib.contextmanager
    def descriptors(self, spare):
        """It can open so many more."""
        which = resource.RLIMIT_NOFILE
        limits = resource.prlimit(self.pid, which)
        used = self.fds()
        free = (fd for fd in itertools.count() if fd not in used)
        limit = next(itertools.islice(free, spare, None))
        resource.prlimit(self.pid, which, (limit, limits[1]))
        try:
            yield
        finally:
            resource.prlimit(self.pid, which, limits)

    def stop(self):
        self.control.close()
        super().stop()
