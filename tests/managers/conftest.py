# SPDX-License-Identifier: MIT
"""Brokers, and clients of managers. When these are gone, nobody waits any more,
and whoever had an object can have given it back."""

import contextlib

import pytest

from conftest import ENGINES
from session.conftest import Hub as SessionHub

from .wire import Speaker


class Hub(SessionHub):
    """A broker, and clients of managers that are connected to it."""

    def speaker(self, to="unix", **options):
        """A connection on which nothing has been asked yet."""
        speaker = Speaker(self.broker.at[to], **options)
        self.stack.callback(speaker.close)
        return speaker

    def proxy(self, to="unix"):
        """A connection for methods."""
        return self.speaker(to).serves()

    @contextlib.contextmanager
    def server(self, to="unix"):
        """A connection for one request of the server's own, which ends it."""
        speaker = self.speaker(to)
        try:
            yield speaker
            speaker.ends()
        finally:
            speaker.close()

    def ask(self, name, *args, **kwds):
        """What a call of the server's own returns."""
        with self.server() as server:
            return server.returns(None, name, *args, **kwds)

    def refused(self, name, *args, **kwds):
        with self.server() as server:
            return server.fails(None, name, *args, **kwds)

    def create(self, typeid, *args, **kwds):
        """A new object's ident, with a reference of ours."""
        ident, _ = self.ask("create", typeid, *args, **kwds)
        return ident

    def give_back(self, *idents):
        for ident in idents:
            assert self.ask("decref", ident) is None

    def is_at_rest(self, objects=0):
        """Nothing is left behind but that."""
        self.until(lambda stat: stat["objects"]["waiting"] == 0
                   and stat["objects"]["objects"] == objects)
        assert self.ask("number_of_objects") == objects


@pytest.fixture(params=ENGINES)
def tielined(request):
    return request.param


@pytest.fixture
def hub_type():
    return Hub
