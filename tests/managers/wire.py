# SPDX-License-Identifier: MIT
"""The wire of managers, from the side of a client that does nothing by itself:
requests out, answers in, each a pickle of the protocol that is asked for."""

import io
import pickle

from rendezvous.client import END, Peer

NO_KWDS = {}


class ShutDown(Exception):
    """Of `queue`, from Python 3.13 on."""


class Unpickler(pickle.Unpickler):
    """Also what only newer Pythons have."""

    def find_class(self, module, name):
        if (module, name) == ("queue", "ShutDown"):
            return ShutDown
        return super().find_class(module, name)


def packed(ident, name, args=(), kwds=NO_KWDS, protocol=4):
    """A request, without its length."""
    return pickle.dumps((ident, name, args, kwds), protocol)


class Speaker(Peer):
    """One that has authenticated."""

    protocol = 4

    def say(self, ident, name, *args, **kwds):
        """Asks, and does not wait."""
        self.send(packed(ident, name, args, kwds, self.protocol))

    def answer(self):
        """(kind, value)"""
        body = self.receive()
        assert body[1] <= self.protocol
        return Unpickler(io.BytesIO(body)).load()

    def call(self, ident, name, *args, **kwds):
        self.say(ident, name, *args, **kwds)
        return self.answer()

    def returns(self, ident, name, *args, **kwds):
        kind, value = self.call(ident, name, *args, **kwds)
        assert kind == "#RETURN", (name, kind, value)
        return value

    def raises(self, ident, name, *args, **kwds):
        """The exception that the method has raised."""
        kind, value = self.call(ident, name, *args, **kwds)
        assert kind == "#ERROR", (name, kind, value)
        return value

    def fails(self, ident, name, *args, **kwds):
        """What the server says went wrong, the last line of a traceback."""
        kind, value = self.call(ident, name, *args, **kwds)
        assert kind == "#TRACEBACK", (name, kind, value)
        assert value.startswith("Traceback (most recent call last):\n")
        return value.rstrip("\n").rpartition("\n")[2]

    def serves(self):
        """It is for methods from now on."""
        assert self.returns(None, "accept_connection", "a test") is None
        return self

    def ends(self):
        """Without another message."""
        assert self.rest() == ([], END)
