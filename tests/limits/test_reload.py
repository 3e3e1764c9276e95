# SPDX-License-Identifier: MIT
"""Reloading and ending under load: connections go on, a bad reload changes
nothing, and an end is told to everybody."""

import contextlib
import os
import signal
import threading

import pytest

from conftest import KEY
from hostile import wire
from hostile.wire import frame, short_header

from .broker import ask, eventually, hear, say
from .test_lengths import PAIRS, see_break

OTHER_KEY = b"quite another key of 32 bytes..."


class Exchange:
    """A pair that exchanges messages until it is told to stop."""

    def __init__(self, broker, name, accepts="tcp", dials="tcp"):
        self.pair = broker.pair(name, accepts, dials)
        self.over = threading.Event()
        self.count = 0
        self.error = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        acceptor, dialler = self.pair
        try:
            while not self.over.is_set():
                body = os.urandom(self.count % 1000)
                dialler.sendall(frame(body))
                assert wire.read_frame(acceptor) == body
                acceptor.sendall(frame(body[::-1]))
                assert wire.read_frame(dialler) == body[::-1]
                self.count += 1
        except Exception as error:  # told by finish()
            self.error = error

    def finish(self):
        """It has gone on to now."""
        before = self.count
        eventually(lambda: self.error or self.count > before + 2)
        self.over.set()
        self.thread.join()
        for sock in self.pair:
            sock.close()
        if self.error:
            raise self.error


@contextlib.contextmanager
def load(broker):
    exchanges = [Exchange(broker, f"load{at}", *PAIRS[at])
                 for at in range(len(PAIRS))]
    try:
        yield exchanges
    finally:
        for exchange in exchanges:
            exchange.over.set()


def login_fails(broker, key):
    with broker.connect() as sock:
        side = wire.Side(sock, "client", key)
        sock.sendall(side.take())
        return wire.everything(sock) == frame(wire.FAILURE)


def test_reload_under_load(run_broker):
    """Limits hold for what comes from then on."""
    broker = run_broker()
    with load(broker) as exchanges:
        with broker.park("old") as old:
            for at in range(20):
                broker.configure(relay_window_bytes=4096 << at % 10,
                                 relay_total_bytes=1 << 22,
                                 max_message_bytes=1000 + at, max_parked=1)
                assert "reloaded" in broker.reload()
            for exchange in exchanges:
                exchange.finish()
            with broker.login() as sock:
                assert ask(sock, accept="new")["error"] == "full"
            with broker.dial("old") as dialler:
                assert hear(old)["ok"]
                dialler.sendall(short_header(1000 + 20))
                see_break(old)
    broker.rests()


def test_new_key(run_broker):
    """It is the key of all who come then, and who has begun to log in with the
    old one is not let in; who was there stays."""
    broker = run_broker()
    with broker.connect() as under_way, broker.login() as there:
        side = wire.Side(under_way, "client", KEY)
        side.go_to("challenge")
        broker.key.write_bytes(OTHER_KEY)
        assert "reloaded" in broker.reload()
        side.finish()
        assert wire.everything(under_way) == b""
        assert ask(there, ping="x")["ok"]
        assert login_fails(broker, KEY)
        broker.login(key=OTHER_KEY).close()
        assert broker.stat()["ok"]


# What a reload must refuse, each for its own reason.
BAD = {
    "no file": lambda broker: broker.config.unlink(),
    "no JSON": lambda broker: broker.config.write_text("{"),
    "a value": lambda broker: broker.configure(max_message_bytes=-1),
    "an address": lambda broker: broker.configure(
        listen=["unix:/nonexistent/folder/socket"], max_message_bytes=0,
        relay_window_bytes=1 << 20, legacy_auth="any"),
    "no key": lambda broker: broker.key.unlink(),
    "an open key": lambda broker: broker.key.chmod(0o644),
    "an empty key": lambda broker: broker.key.write_bytes(b""),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_reload(run_broker, what):
    """The policy and the addresses are the old ones."""
    broker = run_broker(max_message_bytes=1000, legacy_auth="off")
    with load(broker) as exchanges:
        BAD[what](broker)
        for _ in range(3):
            assert "nothing is changed" in broker.reload()
        for exchange in exchanges:
            exchange.finish()
        assert login_fails(broker, OTHER_KEY)
        with broker.connect() as sock:
            side = wire.Side(sock, "client", KEY, dialect="md5")
            sock.sendall(side.take())
            assert wire.everything(sock) == frame(wire.FAILURE)
        acceptor, dialler = broker.pair("policy", "unix", "tcp")
        with acceptor, dialler:
            dialler.sendall(short_header(1001))
            see_break(acceptor)
    broker.rests()


def test_window_of_a_bad_reload(run_broker):
    """It is what it was: the window shows in what is held of a slow reader."""
    broker = run_broker(relay_window_bytes=4096)
    BAD["an address"](broker)
    assert "nothing is changed" in broker.reload()
    acceptor, dialler = broker.pair("window", "unix", "unix")
    with acceptor, dialler:
        fill(dialler)
        eventually(lambda: broker.relay()["held_bytes"] > 0)
        assert broker.relay()["held_bytes_peak"] <= 4096
    broker.rests()


def fill(sock):
    """Sends messages until nobody takes more."""
    message = frame(bytes(60000)) * 100
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            sock.send(message)


def test_addresses_come_and_go(run_broker):
    """Those who came in at one that is closed go on."""
    broker = run_broker()
    with load(broker) as exchanges:
        where = broker.config.parent / "other"
        for _ in range(10):
            broker.configure(listen=[f"unix:{where}"])
            assert "reloaded" in broker.reload()
            with pytest.raises(ConnectionRefusedError):
                broker.connect()
            assert not os.path.exists(broker.unix)
            broker.configure(listen=["tcp://127.0.0.1:%d" % broker.port,
                                     "unix:" + broker.unix])
            assert "reloaded" in broker.reload()
            broker.login().close()
            broker.login("unix").close()
            assert not where.exists()
        for exchange in exchanges:
            exchange.finish()
    broker.rests()


# ---- Ending -------------------------------------------------------------


def end(broker):
    broker.process.send_signal(signal.SIGTERM)
    broker.log.wait_for("ending")


def test_drain_under_load(run_broker):
    """Pairs go on, all others are sent away, and nobody gets in."""
    broker = run_broker(drain_timeout_ms=60000)
    with contextlib.ExitStack() as stack:
        exchanges = stack.enter_context(load(broker))
        idle = stack.enter_context(broker.login())
        silent = stack.enter_context(broker.connect())
        told = {"parked": stack.enter_context(broker.park("alone"))}
        for verb in ("dial", "pipe"):
            told[verb] = stack.enter_context(broker.login("unix"))
            say(told[verb], **{verb: "nobody"}, timeout=1000)
        eventually(lambda: broker.stat()["names"]["waiting"] == 1)
        end(broker)
        for sock in told.values():
            assert hear(sock)["error"] == "draining"
            assert wire.everything(sock) == b""
        for sock in (idle, broker.control):
            assert wire.everything(sock) == b""
            sock.close()
        wire.everything(silent)
        for transport in ("tcp", "unix"):
            with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
                broker.connect(transport)
        for exchange in exchanges:
            exchange.finish()
    for sock in told.values():
        sock.close()
    assert broker.ended() == 0


def cut(broker, pairs, how):
    how(broker)
    for pair in pairs:
        for sock in pair:
            see_break(sock)
            sock.close()
    assert broker.ended() == 1


def wait_for_it(broker):
    end(broker)


def insist(broker):
    end(broker)
    broker.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("how", [wait_for_it, insist])
@pytest.mark.parametrize("accepts, dials", PAIRS)
def test_cut(run_broker, accepts, dials, how):
    """Pairs that do not end are cut, and each of them sees a break."""
    broker = run_broker(drain_timeout_ms=200 if how is wait_for_it else 60000)
    pairs = [broker.pair(f"pair{at}", accepts, dials) for at in range(5)]
    for acceptor, dialler in pairs:
        dialler.sendall(frame(b"whole"))
        assert wire.read_frame(acceptor) == b"whole"
    cut(broker, pairs, how)
