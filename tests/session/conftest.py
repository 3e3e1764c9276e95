# SPDX-License-Identifier: MIT
"""Brokers, and sessions with them. When these are gone, nobody waits any more.
"""

import contextlib
import time

import pytest

from conftest import ENGINES
from rendezvous.client import PATIENCE, Peer

from .sharer import Sharer
from .wire import Session


class Hub:
    """A broker, and sessions with it."""

    def __init__(self, broker):
        self.broker = broker
        self.stack = contextlib.ExitStack()

    def session(self, to="unix", **options):
        session = Session(self.broker.at[to], **options)
        self.stack.callback(session.close)
        return session

    def stat(self):
        """What the broker tells of itself, to a connection of its own."""
        peer = Peer(self.broker.at["unix"])
        try:
            return peer.asked(stat=True)
        finally:
            peer.close()

    def look(self):
        """What the broker tells of its connections, by number."""
        peer = Peer(self.broker.at["unix"])
        try:
            return {entry["id"]: entry for entry in peer.connections()}
        finally:
            peer.close()

    def until(self, is_so):
        """Looks at what it tells until that is so."""
        latest = time.monotonic() + PATIENCE
        while not is_so(stat := self.stat()):
            assert time.monotonic() < latest, stat

    def until_waiting(self, count):
        """Until so many requests wait."""
        self.until(lambda stat: stat["objects"]["waiting"] == count)

    def close(self):
        self.stack.close()
        if self.broker.process.poll() is None:
            self.until(lambda stat: stat["sessions"]["open"] == 0
                       and stat["objects"]["waiting"] == 0)


@pytest.fixture(params=ENGINES)
def tielined(request):
    return request.param


@pytest.fixture
def hub_type():
    return Hub


@pytest.fixture
def session(hub):
    return hub.session()


@pytest.fixture
def sharer(hub, start, key_file):
    """Starts programs that use locks and shared objects: sharer()."""
    def run(address=hub.broker.at["unix"]):
        return Sharer(start, address, key_file)
    return run
