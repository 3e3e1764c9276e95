# SPDX-License-Identifier: MIT
"""Proxies inside values: what they refer to stays as long as they are there,
wherever that is, and no longer."""

import pytest

from model import Model
from proxies import EPOCH, Proxy, read

MANY = 200_000


@pytest.fixture(scope="module")
def process():
    with Model() as one:
        yield one


@pytest.fixture
def model(process):
    process.new(epoch=EPOCH)
    return process


def make(model, alias, kind="list", **options):
    """An anonymous object, which the test has a reference to; a proxy of it."""
    return Proxy(model.open(alias, kind, name=None, **options).object, kind)


def objects(model):
    """How many objects there are, when all is done that is due."""
    while model.pass_time(0).next == 0:
        pass
    return model.do("call", 1, None, "usage", ()).value["objects"]


def stat(model, proxy):
    number = int(proxy.token.id.split("-")[1], 16)
    return model.do("call", 1, None, "stat", (number,))


# Kinds that keep values: how one gets in, is looked at, and gets out.
PLACES = {
    "list": (("append",), ("__getitem__", 0), ("pop",)),
    "dict": (("__setitem__", "key"), ("get", "key"), ("pop", "key")),
    "Namespace": (("__setattr__", "name"), ("__getattribute__", "name"),
                  ("__delattr__", "name")),
    "Value": (("set",), ("get",), ("set", 0)),
    "Queue": (("put",), ("peek",), ("get",)),
    "LifoQueue": (("put",), ("peek",), ("get",)),
    "SimpleQueue": (("put",), ("peek",), ("get",)),
}


def open_place(model, kind):
    model.open("place", kind, **({"typecode": "x", "value": None}
                                 if kind == "Value" else {}))


@pytest.mark.parametrize("kind", PLACES)
def test_what_a_value_refers_to_stays(model, kind):
    put, look, take = PLACES[kind]
    open_place(model, kind)
    inner = make(model, "inner")
    model.call("inner", "append", 7)
    assert model.call_proxies("place", *put, inner).ok
    model.close_handle("inner")
    assert stat(model, inner).value["references"] == 1
    assert stat(model, inner).value["links"] == 1
    token = read(model.call("place", *look))
    assert (token.typeid, token.address, token.id) == (
        "list", ("127.0.0.1", 5000), inner.token.id)
    assert objects(model) == 2
    assert model.call("place", *take).ok
    assert objects(model) == 1
    assert stat(model, inner).status == "NO_OBJECT"


def test_a_list_that_contains_itself_is_collected(model):
    one = make(model, "one")
    assert model.call_proxies("one", "append", one).ok
    model.close_handle("one")
    assert objects(model) == 0
