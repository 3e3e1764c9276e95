# SPDX-License-Identifier: MIT
"""More peers than our Listener has room for, none of them right: it drops the
oldest, never spins, and serves the right ones meanwhile."""

import contextlib
import itertools
import os
import random
import resource
import socket
import time

import pytest

from conftest import KEY

from . import wire
from .conftest import LATE, PATIENCE, ROLES, TRANSPORTS, Stopwatch
from .wire import OTHER, frame

on_all_transports = pytest.mark.parametrize("transport", TRANSPORTS)


class Crowd:
    """Silent connections to a listener, in order of arrival."""

    def __init__(self, victim, count):
        self.victim = victim
        self.stack = contextlib.ExitStack()
        self.socks = [self.stack.enter_context(victim.meet())
                      for _ in range(count)]
        self.names = list(map(victim.name, self.socks))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def see_oldest_go(self, count, why):
        """The next that are refused are the next oldest ones."""
        for sock, name in zip(self.socks[:count], self.names):
            code, refused, text = self.victim.refused()
            assert (code, refused) == ("TIELINE_EHANDSHAKE", name)
            assert why in text
            side = wire.Side(sock, "client", KEY)
            side.catch_up()  # it was challenged
            assert wire.everything(sock) == frame(wire.FAILURE)
        del self.socks[:count], self.names[:count]

    def see_others_alive(self):
        """They can still authenticate, the last one first."""
        for sock in reversed(self.socks):
            wire.Side(sock, "client", KEY).finish()
            self.victim.opened()
            sock.close()
            assert self.victim.ended()[0] == "TIELINE_EEOF"

    def see_others_leave(self):
        self.stack.close()
        gone = [self.victim.refused() for _ in self.names]
        assert {code for code, _, _ in gone} == {"TIELINE_ELOST"}
        assert sorted(name for _, name, _ in gone) == sorted(self.names)


@on_all_transports
def test_oldest_handshake_goes(victims, transport):
    victim = victims("listener", transport, *LATE, "--max-handshakes", "8")
    with Crowd(victim, 50) as crowd:
        crowd.see_oldest_go(42, "max_handshakes were under way")
        victim.right_peer()
        crowd.see_oldest_go(1, "max_handshakes were under way")
        crowd.see_others_alive()
    victim.is_well()


@on_all_transports
def test_one_handshake_at_a_time(victims, transport):
    victim = victims("listener", transport, *LATE, "--max-handshakes", "1")
    with Crowd(victim, 5) as crowd:
        crowd.see_oldest_go(4, "max_handshakes were under way")
        crowd.see_others_alive()
    victim.is_well()


KINDS = {"TIELINE_EAUTH", "TIELINE_EPROTOCOL", "TIELINE_ELOST"}


def noise(seed):
    chance = random.Random(seed)
    return chance.randbytes(chance.randrange(1, 600))


def shout(sock, data):
    """Sends it all and a FIN; our side may be gone before that."""
    with contextlib.suppress(OSError):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)


@on_all_transports
def test_noise(victims, transport):
    """Nobody has to pause because of what others say, so it does not add up."""
    victim = victims("listener", transport, *LATE)
    watch = Stopwatch()
    for seed in range(300):
        with victim.meet() as sock:
            name = victim.name(sock)
            side = wire.Side(sock, "client", KEY)
            shout(sock, noise(seed))
            side.catch_up()
            assert wire.everything(sock) in (b"", frame(wire.FAILURE))
            assert victim.turned_away(name)[0] in KINDS, f"seed {seed}"
        if seed % 10 == 0:
            victim.right_peer()
    assert watch.seconds() < PATIENCE
    victim.is_well()


@on_all_transports
def test_noise_of_many_at_once(victims, transport):
    """All are connected before the first one speaks."""
    victim = victims("listener", transport, *LATE)
    with Crowd(victim, 300) as crowd:
        for seed, sock in enumerate(crowd.socks):
            shout(sock, noise(seed))
            if seed % 30 == 0:
                victim.right_peer()
        gone = [victim.refused() for _ in crowd.names]
    assert {code for code, _, _ in gone} <= KINDS
    assert sorted(name for _, name, _ in gone) == sorted(crowd.names)
    victim.is_well()


@pytest.mark.parametrize("role", ROLES)
@on_all_transports
def test_endless_noise(victims, role, transport):
    """Our side does not stay to read it all."""
    victim = victims(role, transport, *LATE)
    with victim.meet() as sock:
        name = victim.name(sock)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(64):
                sock.sendall(bytes(1 << 20))
        assert victim.turned_away(name)[0] == "TIELINE_EPROTOCOL"
    victim.is_well()


def mutated(data, chance):
    """The bytes with some changed, dropped, doubled or put in."""
    data = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data))
        change = chance.choice(("flip", "drop", "double", "insert"))
        if change == "flip":
            data[at] ^= 1 << chance.randrange(8)
        elif change == "drop":
            del data[at:at + chance.randrange(1, 5)]
        elif change == "double":
            data[at:at] = data[at:at + 8]
        else:
            data[at:at] = chance.randbytes(chance.randrange(1, 4))
        if not data:
            break
    return bytes(data)


@on_all_transports
@pytest.mark.parametrize("role", ROLES)
def test_mutated_frames(victims, role, transport):
    """An answer or a verdict with any change in it is not the right one."""
    victim = victims(role, transport, *LATE)
    for seed in range(100):
        chance = random.Random(seed)
        with victim.meet() as sock:
            name = victim.name(sock)
            side = wire.Side(sock, OTHER[role], KEY)
            side.go_to(("answer", "verdict")[seed % 2])
            right = side.take()
            wrong = mutated(right, chance)
            shout(sock, right[:-1] if wrong.startswith(right) else wrong)
            assert wire.everything(sock) in (b"", frame(wire.FAILURE))
            assert victim.turned_away(name)[0] in KINDS, f"seed {seed}"
        victim.is_well()


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def see_it_rests(pid, seconds=0.7):
    """It takes next to no processor time. Only time can show that."""
    before = processor_seconds(pid)
    watch = Stopwatch()
    time.sleep(seconds)
    assert processor_seconds(pid) - before < 0.2 * watch.seconds()


def open_descriptors(pid, connections):
    """Which ones, once so many connections and the listening socket are all
    its sockets: it reports an end just before it closes one."""
    watch = Stopwatch()
    while True:
        links = {}
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                links[int(fd)] = os.readlink(f"/proc/{pid}/fd/{fd}")
        sockets = [link for link in links.values() if "socket:" in link]
        if len(sockets) == 1 + connections:
            return links
        assert watch.seconds() < PATIENCE, links


@contextlib.contextmanager
def descriptors(pid, spare, connections=0):
    """The process can open so many more."""
    which = resource.RLIMIT_NOFILE
    limits = resource.prlimit(pid, which)
    used = open_descriptors(pid, connections)
    free = (fd for fd in itertools.count() if fd not in used)
    limit = next(itertools.islice(free, spare, None))
    resource.prlimit(pid, which, (limit, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, which, limits)


@on_all_transports
def test_silent_peers_hold_all_descriptors(victims, transport):
    victim = victims("listener", transport, *LATE)
    with descriptors(victim.pid, 16), Crowd(victim, 60) as crowd:
        crowd.see_oldest_go(44, "no descriptor was left")
        see_it_rests(victim.pid)
        for _ in range(5):
            victim.right_peer()
        crowd.see_oldest_go(1, "no descriptor was left")
        see_it_rests(victim.pid)
        crowd.see_others_leave()
        victim.right_peer()
    victim.is_well()


@on_all_transports
def test_last_descriptor(victims, transport):
    """A right peer gets in on the only one that is left."""
    victim = victims("listener", transport, *LATE)
    with descriptors(victim.pid, 1):
        for _ in range(3):
            victim.right_peer()
    victim.is_well()


@on_all_transports
def test_last_descriptor_is_kept_by_its_peer(victims, transport):
    """A peer under way goes only for another one that does come."""
    victim = victims("listener", transport, *LATE)
    with descriptors(victim.pid, 2), Crowd(victim, 2) as crowd:
        crowd.see_others_alive()
    victim.is_well()


@pytest.mark.parametrize("count", [0, 1, 8])
@on_all_transports
def test_served_peers_hold_all_descriptors(victims, transport, count):
    """Nobody is dropped for whoever comes then; he waits, and gets in when
    there is room. Meanwhile our Listener rests, and says what is wrong."""
    victim = victims("listener", transport, *LATE)
    with contextlib.ExitStack() as stack:
        served = [stack.enter_context(victim.meet()) for _ in range(count)]
        for sock in served:
            wire.Side(sock, "client", KEY).finish()
            victim.opened()
        with descriptors(victim.pid, 0, count):
            waiting = stack.enter_context(victim.meet())
            assert "TIELINE_EDESCRIPTORS" in victim.peer.report("accept")
            watch = Stopwatch()
            see_it_rests(victim.pid)
            for sock in served:
                sock.sendall(frame(b"still there"))
                assert wire.read_frame(sock) == b"still there"
        wire.Side(waiting, "client", KEY).finish()
        assert victim.peer.report("accepted") == victim.name(waiting)
        reports = victim.peer.reports
        assert {line.split()[1] for line in reports} == {
            "TIELINE_EDESCRIPTORS"}
        assert len(reports) <= 10 * watch.seconds() + 2
        reports.clear()
    for _ in range(count + 1):
        assert victim.ended()[0] == "TIELINE_EEOF"
    victim.is_well()
