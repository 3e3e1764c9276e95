# SPDX-License-Identifier: MIT
"""Two that have met, one of them or both over TLS: what they send, how they end
and break, and what the broker holds meanwhile."""

import hashlib
import os
import pathlib
import threading

import pytest

from conftest import BUILD
from rendezvous.client import BREAK, END, echo_both_ways, long_frame
from rendezvous.test_monitor import Monitor

from .client import BROKEN

MEBI = 1 << 20
OTHERS = pytest.mark.parametrize("other", ["unix", "tcp", "tls"])
SECURE_MIXES = pytest.mark.parametrize(
    "mix", [("tls", "unix"), ("tcp", "tls"), ("tls", "tls")], ids="-".join)


def is_sanitized():
    return "-fsanitize=address" in (BUILD / "build.ninja").read_text()


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if "VmRSS" in line)
    return int(line.split()[1]) * 1024


@OTHERS
def test_two_meet(secure, other):
    one, two = secure().pair(("tls", other))
    echo_both_ways(one, two)
    echo_both_ways(one, two, os.urandom(100_000))


def test_what_was_said_before_the_two_met(secure):
    hub = secure()
    dialler = hub.connect("tls")
    dialler.ask(dial="x")
    dialler.send(b"early", b"and more")
    acceptor = hub.connect("tls")
    acceptor.ask(accept="x")
    acceptor.is_paired("x")
    assert [acceptor.receive(), acceptor.receive()] == [b"early", b"and more"]


# ---- Much

class Flow:
    """Random bytes from one to the other, as one message after the other."""

    def __init__(self, sender, receiver, total, piece):
        self.sender, self.receiver = sender, receiver
        self.count, self.piece = total // piece, piece
        self.sent, self.got = hashlib.sha256(), hashlib.sha256()
        self.threads = [threading.Thread(target=run, daemon=True)
                        for run in (self.send, self.take)]
        for thread in self.threads:
            thread.start()

    def send(self):
        for _ in range(self.count):
            body = os.urandom(self.piece)
            self.sent.update(body)
            self.sender.send(body)

    def take(self):
        for _ in range(self.count):
            self.got.update(self.receiver.receive())

    def is_whole(self):
        for thread in self.threads:
            thread.join(200)
            assert not thread.is_alive()
        assert self.sent.digest() == self.got.digest()


@SECURE_MIXES
@pytest.mark.parametrize("piece", [1000, 3 * MEBI + 1])
def test_much_at_once_in_both_directions(secure, mix, piece):
    hub = secure()
    one, two = hub.pair(mix)
    total = (20 if is_sanitized() else 100) * MEBI
    if piece < 10_000:
        total //= 10
    before = resident_bytes(hub.broker.process.pid)
    flows = [Flow(one, two, total, piece), Flow(two, one, total, piece)]
    for flow in flows:
        flow.is_whole()
    stat = hub.connect().asked(stat=True)
    assert stat["relay"]["held_bytes"] == 0
    assert stat["relay"]["held_bytes_peak"] <= 2 * MEBI
    if not is_sanitized():
        grown = resident_bytes(hub.broker.process.pid) - before
        assert grown < 8 * MEBI, grown


def flood(peer):
    """Sends a long message until nobody takes more; how much that was."""
    body, sent = bytes(64 << 10), 0
    peer.write(long_frame(b"")[:4], (1 << 40).to_bytes(8, "big"))
    peer.sock.settimeout(1)
    try:
        while True:
            sent += peer.sock.send(body)
    except OSError:
        return sent


@SECURE_MIXES
def test_who_does_not_read_holds_up_its_partner_alone(secure, mix):
    hub = secure()
    one, two = hub.pair(mix, name="stalled")
    assert flood(one) > 0
    held, = hub.connect().until(lambda peer: [
        entry["held"] for entry in peer.connections() if entry["held"]])
    # A window, and what a write leaves of it in records of TLS.
    assert held <= (256 + 96) * 1024
    echo_both_ways(*hub.pair(mix))
    two.close()


# ---- Ends and breaks

def is_broken(peer):
    got, how = peer.rest()
    return got == [] and how in (BROKEN, *BREAK.values())


@OTHERS
def test_an_end_is_an_end(secure, other):
    one, two = secure().pair(("tls", other))
    one.send(b"the last")
    one.close()
    assert two.rest() == ([b"the last"], END)


@OTHERS
def test_an_end_of_the_other(secure, other):
    one, two = secure().pair((other, "tls"))
    one.send(b"the last")
    one.close()
    assert two.rest() == ([b"the last"], END)


@OTHERS
def test_a_socket_that_ends_without_a_word_is_a_break(secure, other):
    """TLS has a word for an end, so that nobody in between can cut one off."""
    one, two = secure().pair(("tls", other))
    one.send(b"the last")
    assert two.receive() == b"the last"
    one.cut()
    assert is_broken(two)


@OTHERS
def test_a_break_of_the_other(secure, other):
    """Unix sockets break inside a message."""
    one, two = secure().pair((other, "tls"))
    one.send(b"the last")
    assert two.receive() == b"the last"
    if other == "unix":
        one.write(b"\0\0")
        one.close()
    elif other == "tls":
        one.cut()
    else:
        one.reset()
    got, how = two.rest()
    assert got == [] and how != END


def test_who_closes_with_much_under_way_loses_nothing_of_it(secure):
    one, two = secure().pair(("tls", "tls"))
    body = os.urandom(8 * MEBI)

    def send():
        one.send(body)
        one.close()
    sending = threading.Thread(target=send)
    sending.start()
    assert two.rest() == ([body], END)
    sending.join()


def test_a_broker_that_is_told_to_end_lets_pairs_end(secure):
    hub = secure()
    one, two = hub.pair(("tls", "tls"))
    parked = hub.connect("tls").parks("other")
    hub.broker.process.terminate()
    assert parked.rest()[1] == END
    echo_both_ways(one, two)
    one.close()
    assert two.rest() == ([], END)
    two.close()
    assert hub.broker.ended() == 0


# ---- What is told of it

def test_listings_name_tls(secure):
    hub = secure()
    hub.pair(("tls", "unix"))
    monitor = Monitor(hub)
    hub.connect("tls")
    assert monitor.next()["tls"] == "TLSv1.3"
    assert [entry.get("tls") for entry in hub.connect().connections()] == [
        "TLSv1.3", None, None, "TLSv1.3", None]
