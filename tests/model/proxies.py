# SPDX-License-Identifier: MIT
"""Proxies as multiprocessing.managers pickles them, without a manager, and
what they refer to in a model."""

import io
import pickle
from multiprocessing.managers import ListProxy, RebuildProxy, Token

EPOCH = "00112233aabbccdd"


class Proxy:
    """Of the object with that number."""

    def __init__(self, number, typeid="list"):
        self.number = number
        self.token = Token(typeid, ("127.0.0.1", 5000),
                           f"{EPOCH}-{number:x}-{typeid}")

    def __reduce__(self):
        return RebuildProxy, (ListProxy, self.token, "pickle", {})


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if name == "RebuildProxy":
            return lambda func, token, serializer, kwds: token
        return super().find_class(module, name)


def read(answer):
    """What was answered, with a Token for each proxy."""
    assert answer.ok, answer
    if answer.pickle is None:
        return answer.value
    return Reader(io.BytesIO(answer.pickle)).load()


def make(model, alias, kind="list", **options):
    """A proxy of a new anonymous object, to which the test has a reference."""
    return Proxy(model.open(alias, kind, name=None, **options).object, kind)


def settle(model):
    """Has all done that is due."""
    while model.pass_time(0).next == 0:
        pass


def objects(model):
    """How many objects there are."""
    settle(model)
    return model.do("call", 1, None, "usage", ()).value["objects"]


def stat(model, proxy):
    """What there is to tell of its object; None if that is gone."""
    settle(model)
    answer = model.do("call", 1, None, "stat", (proxy.number,))
    return answer.value if answer.ok else None
