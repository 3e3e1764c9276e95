# SPDX-License-Identifier: MIT
"""Objects that refer to themselves by proxies inside of them are gone with the
last reference, whatever a client has seen of them."""

from multiprocessing.managers import AutoProxy, RebuildProxy, Token

import pytest


class Nested:
    """A proxy, as one of stock Python is pickled."""

    def __init__(self, typeid, ident):
        self.token = Token(typeid, "wherever", ident)

    def __reduce__(self):
        return RebuildProxy, (AutoProxy, self.token, "pickle", {"exposed": ()})


@pytest.mark.parametrize("typeid, put, look", [
    ("list", ("append",), ("__getitem__", 0)),
    ("dict", ("__setitem__", "k"), ("get", "k")),
    ("Queue", ("put",), ("peek",)),
    ("Value", ("set",), ("get",)),
    ("Namespace", ("__setattr__", "x"), ("__getattribute__", "x"))])
def test_one_that_was_looked_at(hub, typeid, put, look):
    arguments = ("i", 0) if typeid == "Value" else ()
    ident = hub.create(typeid, *arguments)
    one = hub.proxy()
    one.returns(ident, *put, Nested(typeid, ident))
    one.say(ident, *look)
    assert b"RebuildProxy" in one.receive()
    hub.give_back(ident)
    one.close()
    hub.is_at_rest()
