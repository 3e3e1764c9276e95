# SPDX-License-Identifier: MIT
"""What a broker tells of itself: ping, list and stat."""

import os
import string

from conftest import BUILD
from hostile import wire

from .client import frame, open_socket, request
from .conftest import BOTH


# ---- ping


@BOTH
def test_ping(hub, start, kind):
    """Any text of up to 128 bytes comes back as it was."""
    program = start(BUILD / "broker/tielined", "--version")
    version = program.finish()[1].split()[1]
    peer = hub.connect(kind)
    for text in ["", "x", "x" * 128, "\u00e9" * 64, "\U0001f600" * 32,
                 '"\\/\b\f\n\r\t\x01\x7f', "\u2028</script>"]:
        reply = peer.asked(ping=text)
        assert set(reply) == {"ok", "ping", "version", "epoch"}
        assert (reply["ok"], reply["ping"]) == (True, text)
        assert reply["version"] == version


def test_the_epoch_is_another_one_for_each_start(serve):
    epochs = []
    for hub in [serve(), serve()]:
        of_this = {hub.connect().asked(ping="")["epoch"] for _ in range(3)}
        of_this.add(hub.connect().asked(stat=True)["epoch"])
        epochs += of_this
    assert len(epochs) == len(set(epochs)) == 2
    assert all(len(epoch) >= 8 for epoch in epochs)


# ---- list


def test_names(hub):
    """In the order of their bytes, each with what is under it."""
    acceptor, dialler = hub.pair(name="a/2")
    for name in ["b", "a/2", "a/1", "A"]:
        hub.connect().parks(name)
    hub.connect().parks("b", listener="l")
    hub.connect().parks("b", listener="l")
    hub.connect().ask(pipe="b")
    hub.connect().ask(dial="c")
    eye = hub.connect()
    eye.until_seated("b", pipes=1)
    eye.until_seated("c", waiting=1)
    expected = [  # name, parked, listeners, waiting, pipes, relayed
        ("A", 1, 1, 0, 0, 0), ("a/1", 1, 1, 0, 0, 0), ("a/2", 1, 1, 0, 0, 1),
        ("b", 3, 2, 0, 1, 0), ("c", 0, 0, 1, 0, 0)]
    keys = ["name", "parked", "listeners", "waiting", "pipes", "relayed"]
    assert eye.asked(list="names") == {
        "ok": True, "total": 5, "names": [
            {**dict(zip(keys, row)), "exclusive": False} for row in expected]}
    acceptor.close()
    dialler.close()


def test_listings_of_names_by_prefix_and_limit(hub):
    names = sorted(string.ascii_letters + string.digits + "._-:/")
    names = [first + second for first in names for second in "12"]
    for name in reversed(names):
        hub.connect().parks(name)
    eye = hub.connect()

    def listed(**members):
        reply = eye.asked(list="names", **members)
        return [entry["name"] for entry in reply["names"]], reply["total"]

    assert listed() == listed(prefix="") == listed(limit=1000) == (names, 134)
    assert listed(prefix="a") == (["a1", "a2"], 2)
    assert listed(prefix="a1") == (["a1"], 1)
    assert listed(prefix="a1x") == ([], 0)
    assert listed(prefix="p" * 128) == ([], 0)
    assert listed(limit=1) == (names[:1], 134)
    assert listed(limit=133) == (names[:133], 134)
    assert listed(limit=1, prefix="z") == (["z1"], 2)


def described(peer, *keys):
    """The entries of all connections but the last, in parts."""
    return [{key: entry.get(key) for key in keys}
            for entry in peer.connections()[:-1]]


def test_states_of_connections(serve):
    hub = serve(linger_timeout_ms=60_000)
    with open_socket(hub.broker.at["tcp"]):
        made = {"authenticating": None, "idle": hub.connect()}
        made["control"] = hub.connect()
        made["control"].asked(ping="x")
        made["monitor"] = hub.connect()
        made["monitor"].asked(monitor=True)
        made["parked"] = hub.connect().parks("p")
        made["waiting"] = hub.connect()
        made["waiting"].ask(dial="d")
        made["waiting pipe"] = hub.connect()
        made["waiting pipe"].ask(pipe="q")
        made["closing"] = hub.connect()
        made["closing"].write(frame(b"{}"))
        made["closing"].reply()
        acceptor, dialler = hub.pair(name="r")
        made.update({"relayed": acceptor, "relayed too": dialler})
        eye = hub.connect()
        eye.until_seated("q", pipes=1)
        assert described(eye, "state", "name") == [
            {"state": state.split()[0], "name": name} for state, name in
            zip(made, [None, None, None, None, "p", "d", "q", None,
                       "r", "r"])]


@BOTH
def test_who_is_connected(hub, kind):
    """Where it is, where it came in, since when; ids are given in order."""
    acceptor, dialler = hub.pair((kind, kind))
    acceptor.send(b"12345", b"")
    assert (dialler.receive(), dialler.receive()) == (b"12345", b"")
    dialler.write(frame(b"123")[:6])
    eye = hub.connect()
    eye.until(lambda eye: eye.connections()[1]["bytes"] == 6)
    entries = eye.connections()
    mine, other = entries[:2]
    assert mine["id"] < other["id"] < entries[2]["id"]
    assert (mine["with"], other["with"]) == (other["id"], mine["id"])
    assert (mine["messages"], mine["bytes"]) == (2, 4 + 5 + 4)
    assert (other["messages"], other["bytes"]) == (1, 6)
    for entry, peer in [(mine, acceptor), (other, dialler)]:
        assert 0 <= entry["age"] < 60
        assert entry["held"] == 0
        assert entry["listening"] == hub.broker.at[kind]
        if kind == "unix":
            assert (entry["address"], entry["uid"]) == ("unix:", os.getuid())
        else:
            assert "uid" not in entry
            assert entry["address"] == "tcp://%s:%d" % peer.sock.getsockname()


def test_listings_of_connections_by_prefix_and_limit(hub):
    for name in ["a1", "b1", "a2", "a1"]:
        hub.connect().parks(name)
    acceptor, dialler = hub.pair(name="ab")
    eye = hub.connect()

    def listed(**members):
        reply = eye.asked(list="connections", **members)
        return ([entry.get("name") for entry in reply["connections"]],
                reply["total"])

    assert listed() == (["a1", "b1", "a2", "a1", "ab", "ab", None], 7)
    assert listed(prefix="a") == (["a1", "a2", "a1", "ab", "ab"], 5)
    assert listed(prefix="ab") == (["ab", "ab"], 2)
    assert listed(prefix="c") == ([], 0)
    assert listed(limit=2) == (["a1", "b1"], 7)
    assert listed(prefix="a", limit=4) == (["a1", "a2", "a1", "ab"], 5)
    acceptor.close()
    dialler.close()


def test_what_is_held_is_listed(hub):
    acceptor, dialler, eye = hub.connect(), hub.connect(), hub.connect()
    acceptor.write(request(accept="echo"), frame(bytes(100)), b"\0\0")
    eye.until_seated("echo", parked=1)
    assert [entry["held"] for entry in eye.connections(prefix="echo")] == [106]
    dialler.ask(dial="echo")
    dialler.is_paired("echo")
    assert dialler.receive() == bytes(100)
    assert [entry["held"] for entry in eye.connections(prefix="echo")] == [
        0, 0]


# ---- stat


def test_stat_is_complete(hub):
    stat = hub.connect().asked(stat=True)
    assert set(stat) == {"ok", "version", "epoch", "pid", "uptime",
                         "connections", "identities", "names", "relay",
                         "sessions", "managers", "objects"}
    assert stat["pid"] == hub.broker.process.pid
    assert 0 <= stat["uptime"] < 60
    assert stat["connections"] == {
        "open": 1, "authenticating": 0, "total": 1, "refused": 0, "dropped": 0}
    assert stat["names"] == {"names": 0, "parked": 0, "waiting": 0, "pipes": 0}
    assert stat["relay"] == {
        "pairs": 0, "total": 0, "messages": 0, "bytes": 0, "held_bytes": 0,
        "held_bytes_peak": stat["relay"]["held_bytes_peak"]}
    assert stat["sessions"] == {"open": 0, "total": 0, "requests": 0}
    assert stat["managers"] == {
        "open": 0, "requests": 0, "references": 0, "lost_items": 0}
    assert stat["objects"] == {
        "objects": 0, "items": 0, "bytes": 0, "waiting": 0}


def test_stat_adds_up(hub):
    """With the listings, and with what was done."""
    pairs = [hub.pair(name=name) for name in ["a", "a", "b"]]
    hub.connect().parks("a")
    hub.connect().parks("a")
    hub.connect().ask(pipe="c")
    hub.connect().ask(dial="d")
    hub.connect().ask(dial="d")
    eye = hub.connect()
    eye.until_seated("c", pipes=1)
    eye.until_seated("d", waiting=2)
    for _ in range(10):
        pairs[0][0].send(bytes(96))
        assert pairs[0][1].receive() == bytes(96)
    with open_socket(hub.broker.at["unix"]) as stranger:
        stat = eye.until(lambda eye: (stat := eye.asked(stat=True))[
            "connections"]["authenticating"] == 1 and stat)
        assert stat["connections"] == {
            "open": 13, "authenticating": 1, "total": 12, "refused": 0,
            "dropped": 0}
        assert stat["names"] == {
            "names": 4, "parked": 2, "waiting": 2, "pipes": 1}
        assert stat["relay"]["pairs"] == stat["relay"]["total"] == 3
        assert (stat["relay"]["messages"], stat["relay"]["bytes"]) == (
            10, 1000)
        wire.read_frame(stranger)
        stranger.sendall(frame(b"no answer"))
        assert wire.read_frame(stranger) == wire.FAILURE
    for acceptor, dialler in pairs:
        acceptor.close()
        dialler.close()
    stat = eye.until(lambda eye: (stat := eye.asked(stat=True))[
        "relay"]["pairs"] == 0 and stat)
    assert stat["relay"]["total"] == 3
    assert stat["connections"] == {
        "open": 6, "authenticating": 0, "total": 12, "refused": 1,
        "dropped": 0}


def test_replies_are_of_the_moment(hub):
    """Behind each other on one connection, with something between them."""
    eye = hub.connect()
    assert eye.asked(list="names")["total"] == 0
    hub.connect().parks("a")
    assert eye.asked(list="names")["total"] == 1
    assert eye.asked(stat=True)["names"]["parked"] == 1
