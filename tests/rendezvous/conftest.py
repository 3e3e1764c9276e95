# SPDX-License-Identifier: MIT
"""Brokers with those who are connected to them. When these are gone, nothing
of them may be left."""

import contextlib

import pytest

from .client import Peer

KINDS = ("tcp", "unix")
MIXES = pytest.mark.parametrize(
    "mix", [(one, other) for one in KINDS for other in KINDS], ids="-".join)
BOTH = pytest.mark.parametrize("kind", KINDS)


class Hub:
    """A broker, and connections to it."""

    def __init__(self, broker):
        self.broker = broker
        self.stack = contextlib.ExitStack()

    def connect(self, to="unix", **options):
        """to: an address, or "tcp" or "unix"."""
        peer = Peer(self.broker.at.get(to, to), **options)
        self.stack.callback(peer.close)
        return peer

    def pair(self, mix=("unix", "unix"), name="echo"):
        """Two that have met: who accepts, and who dials."""
        acceptor = self.connect(mix[0]).parks(name)
        dialler = self.connect(mix[1])
        dialler.ask(dial=name)
        dialler.is_paired(name)
        acceptor.is_paired(name)
        return acceptor, dialler

    def is_at_rest(self):
        """Nobody is left but who asks."""
        self.stack.close()
        peer = self.connect(self.broker.addresses[0])
        peer.until(lambda peer: len(peer.connections()) == 1)
        stat = peer.asked(stat=True)
        assert stat["names"] == dict.fromkeys(
            ["names", "parked", "waiting", "pipes"], 0)
        assert stat["relay"]["pairs"] == stat["relay"]["held_bytes"] == 0
        assert stat["connections"]["authenticating"] == 0
        peer.close()

    def close(self):
        self.stack.close()
        if self.broker.process.poll() is None:
            self.is_at_rest()


@pytest.fixture
def hub_type():
    return Hub
