# SPDX-License-Identifier: MIT
"""How much memory the broker takes: for a pair under load, for readers that do
not read, and for connections that do nothing."""

import contextlib
import hashlib
import random
import threading
import time

import pytest

from hostile import wire
from hostile.conftest import Stopwatch
from hostile.wire import frame
from limits.broker import eventually, hear, say
from limits.test_memory import LARGE, SMALL, Stalled, round_trips, stall

from .conftest import KIB, MIB, sizes

# What an idle connection may cost, and all that a few of them may.
IDLE_BYTES = 1024
BROKER_BYTES = 32 * MIB

# ---- One pair ------------------------------------------------------------


class Sender(threading.Thread):
    """Sends messages of 1 byte to 1 MiB, as many small as large ones."""

    def __init__(self, sock, total, seed):
        super().__init__()
        self.sock = sock
        self.total = total
        self.chance = random.Random(seed)
        self.digest = hashlib.sha256()
        self.messages = self.bytes = 0
        self.noise = self.chance.randbytes(2 * MIB)
        self.start()

    def run(self):
        while self.bytes < self.total:
            at = self.chance.randrange(MIB)
            size = int(2 ** self.chance.uniform(0, 20))
            message = frame(self.noise[at:at + size])
            self.digest.update(message)
            self.bytes += len(message)
            self.messages += 1
            self.sock.sendall(message)
        self.sock.shutdown(wire.socket.SHUT_WR)


class Reader(threading.Thread):
    """Reads to the end, with a pause after each piece."""

    def __init__(self, sock, pause_s):
        super().__init__()
        self.sock = sock
        self.pause_s = pause_s
        self.digest = hashlib.sha256()
        self.bytes = 0
        self.start()

    def run(self):
        while more := self.sock.recv(1 << 16):
            self.digest.update(more)
            self.bytes += len(more)
            if self.pause_s:
                time.sleep(self.pause_s)


@pytest.mark.parametrize("total_mb", sizes(20, 100))
@pytest.mark.parametrize("accepts, dials", [("tcp", "unix"), ("unix", "tcp")])
def test_both_ways_at_once(run_broker, figure, accepts, dials, total_mb):
    broker = run_broker()
    pair = broker.pair("both", accepts, dials)
    watch = Stopwatch()
    senders = [Sender(sock, total_mb * 10**6, seed)
               for seed, sock in enumerate(pair)]
    readers = [Reader(pair[1], 0), Reader(pair[0], 0.001)]
    for thread in senders + readers:
        thread.join()
    for sock in pair:
        sock.close()
    for sender, reader in zip(senders, readers):
        assert reader.bytes == sender.bytes
        assert reader.digest.digest() == sender.digest.digest()
    relay = broker.relay()
    assert relay["messages"] == sum(one.messages for one in senders)
    assert relay["bytes"] == sum(one.bytes for one in senders)
    peak = broker.memory("VmHWM")
    figure(f"{accepts} to {dials}, {total_mb} MB each way at once, one reader "
           f"slow: {watch.seconds():.1f} s, at most {peak / MIB:.1f} MiB of "
           f"memory, {relay['held_bytes_peak'] / KIB:.0f} KiB held")
    assert peak < BROKER_BYTES
    broker.rests()


# ---- Stalled pairs --------------------------------------------------------


@pytest.mark.parametrize("count", sizes(100, 1000))
@pytest.mark.parametrize("message", [SMALL, LARGE], ids=["small", "large"])
def test_stalled_pairs(run_broker, figure, message, count):
    """Their memory is that of the settings, and a little for each."""
    total = count * 64 * KIB  # an eighth of what they would take
    broker = run_broker(relay_total_bytes=total)
    with contextlib.ExitStack() as stack:
        pair = broker.pair("others", "unix", "unix")
        for sock in pair:
            stack.enter_context(sock)
        before = round_trips(pair, 0.5)
        empty = broker.memory("VmRSS")
        stalled = stall(stack, broker, count, message, total)
        used = broker.memory("VmRSS") - empty
        held = broker.relay()["held_bytes"]
        after = round_trips(pair, 0.5)
        figure(f"{count} stalled pairs, {message_text(message)}: "
               f"{held / MIB:.1f} MiB held of {total / MIB:.1f} allowed, "
               f"memory {used / MIB:+.1f} MiB; others' exchanges at "
               f"{after / before:.0%} of their rate without")
        # Each direction has 4096 bytes of its own, as the allocator rounds.
        assert used < 1.1 * total + count * 2 * (4096 + 2 * KIB)
        assert after > before / 50
        for one in stalled:
            one.read()
    broker.rests()


def message_text(message):
    return f"messages of {int.from_bytes(message[:4], 'big')} bytes"


def test_broken_pairs(run_broker, figure):
    """Who breaks the rules, and reads nothing, gets no memory for that."""
    count, total = 300, 4 * MIB
    broker = run_broker(relay_total_bytes=total)
    with contextlib.ExitStack() as stack:
        empty = broker.memory("VmRSS")
        for at in range(count):
            one = stack.enter_context(contextlib.closing(
                Stalled(broker, at, SMALL)))
            eventually(lambda: one.fill_from(0) == 0)
            one.pair[1].sendall(wire.short_header(-2))
        eventually(lambda: broker.relay()["pairs"] == 0)
        assert broker.relay()["held_bytes"] > 0
        used = broker.memory("VmRSS") - empty
        figure(f"{count} broken pairs, not read: memory {used / MIB:+.1f} MiB "
               f"with {total / MIB:.1f} allowed")
        assert used < 1.1 * total + count * (4096 + 4 * KIB)
    broker.rests()


# ---- Idle connections -----------------------------------------------------


@contextlib.contextmanager
def crowd(broker, count, transport):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(broker.login(transport))
               for _ in range(count)]


def warm_up(broker, transport):
    """What the first connections cost is not the others' fault."""
    with crowd(broker, 100, transport):
        pass
    broker.rests()
    return broker.memory("VmRSS")


@pytest.mark.parametrize("count", sizes(2000, 10000))
@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_idle(run_broker, figure, transport, count):
    broker = run_broker()
    empty = warm_up(broker, transport)
    with crowd(broker, count, transport) as socks:
        idle = (broker.memory("VmRSS") - empty) / count
        watch = Stopwatch()
        before = broker.processor_seconds()
        time.sleep(2)
        used = (broker.processor_seconds() - before) / watch.seconds()
        for sock in socks:
            say(sock, accept="crowd", confirm=True)
        for sock in socks:
            assert hear(sock)["parked"] == "crowd"
        parked = (broker.memory("VmRSS") - empty) / count
        assert broker.stat()["names"]["parked"] == count
        figure(f"{count} idle connections, {transport}: {idle:.0f} bytes each, "
               f"{used:.1%} of a processor; parked under one name: "
               f"{parked:.0f} bytes each")
        assert idle <= IDLE_BYTES
        assert used <= 0.01
        watch = Stopwatch()
        for sock in socks:
            with sock, broker.dial("crowd", transport) as dialler:
                assert hear(sock)["ok"]
                dialler.sendall(frame(b"hello"))
                assert wire.read_frame(sock) == b"hello"
        figure(f"all {count} dialled: {watch.seconds() / count * 1000:.2f} ms "
               "each, login, pairing and a message")
    broker.rests()
    assert broker.relay()["total"] == count
