# SPDX-License-Identifier: MIT
"""Many that meet, talk and go away in an order that nobody has thought of: at
any time all that the broker tells of itself fits together."""

import contextlib
import random

import pytest

from .client import frame, request
from .conftest import KINDS

BURSTS, LONGEST_BURST, CROWD = 40, 12, 40


class Crowd:
    """Peers, each of which has asked for something."""

    def __init__(self, hub, chance):
        self.hub = hub
        self.chance = chance
        self.peers = []

    def request(self):
        """It ends by itself, or what is early would wait for ever."""
        verb = self.chance.choice(["accept", "dial", "pipe"])
        members = {verb: self.chance.choice("ab"),
                   "timeout": self.chance.choice([0, 0.01, 0.1])}
        if verb == "accept":
            members["confirm"] = self.chance.random() < 0.5
            members["exclusive"] = self.chance.random() < 0.2
            if self.chance.random() < 0.5:
                members["listener"] = self.chance.choice("xyz")
        return request(**members)

    def message(self):
        return frame(bytes(self.chance.choice([0, 10, 3000, 300_000])))

    def come(self):
        if len(self.peers) < CROWD:
            self.peers.append(self.hub.connect(self.chance.choice(KINDS)))
            self.write(self.peers[-1], self.request())

    def any(self):
        return self.chance.choice(self.peers)

    def write(self, peer, data):
        """As much as is taken at once."""
        with contextlib.suppress(OSError):
            peer.sock.setblocking(False)
            peer.sock.send(data)

    def say(self):
        self.write(self.any(), self.message())

    def read(self):
        with contextlib.suppress(OSError):
            self.any().sock.recv(1 << 20)

    def stop_sending(self):
        with contextlib.suppress(OSError):
            self.any().stop_sending()

    def go(self):
        peer = self.any()
        self.peers.remove(peer)
        self.chance.choice([peer.close, peer.reset])()

    def burst(self, act):
        for _ in range(self.chance.randint(1, LONGEST_BURST)):
            if self.peers:
                self.chance.choice(
                    [self.say, self.read, self.stop_sending, self.go])()
            act()


def told(eye):
    """Everything that there is to be told but times."""
    connections = eye.connections()
    for entry in connections:
        del entry["age"]
    stat = eye.asked(stat=True)
    del stat["uptime"]
    return [*eye.names().values()], connections, stat


def snapshot(eye):
    """The same two times is what it was between them."""
    return eye.until(lambda eye: (first := told(eye)) == told(eye) and first)


def fits_together(names, connections, stat):
    states = [entry["state"] for entry in connections]
    by_id = {entry["id"]: entry for entry in connections}
    assert len(connections) == stat["connections"]["open"]
    assert len(names) == stat["names"]["names"]
    for key in ["parked", "waiting", "pipes"]:
        assert stat["names"][key] == sum(entry[key] for entry in names)
    assert states.count("parked") == stat["names"]["parked"]
    assert states.count("waiting") == (
        stat["names"]["waiting"] + stat["names"]["pipes"])
    assert states.count("relayed") == 2 * stat["relay"]["pairs"]
    assert sum(entry["relayed"] for entry in names) == stat["relay"]["pairs"]
    for entry in connections:
        if entry["state"] == "relayed":
            partner = by_id[entry["with"]]
            assert (partner["with"], partner["name"]) == (
                entry["id"], entry["name"])
    for entry in names:
        assert entry["listeners"] <= entry["parked"]
        assert not (entry["parked"] and entry["waiting"])
        assert entry["pipes"] <= 1
    assert 0 <= stat["relay"]["held_bytes"] <= stat["relay"]["held_bytes_peak"]


@pytest.mark.parametrize("seed", range(8))
def test_any_order(serve, seed):
    """Half of the bursts find the broker asleep, which then sees all at once.
    """
    hub = serve(linger_timeout_ms=100, relay_window_bytes=8192)
    chance = random.Random(seed)
    crowd, eye = Crowd(hub, chance), hub.connect()
    for _ in range(BURSTS):
        for _ in range(chance.randint(1, 4)):
            crowd.come()
        if chance.random() < 0.5:
            with hub.broker.asleep():
                crowd.burst(lambda: None)
        else:
            crowd.burst(lambda: eye.asked(ping=""))
        fits_together(*snapshot(eye))
