# SPDX-License-Identifier: MIT
"""Shared namespaces: as those of Python's managers, and versions, limits,
watching."""

from multiprocessing.managers import Namespace

import pytest

from containers import (Sequence, compare_sequences, run_out_of_memory,
                        some_value)
from model import Model

NAMES = ["a", "b", "a1", "ab", "a_", "A", "_private", "__mine", "", "\u20ac",
         "no name"]


@pytest.fixture
def model():
    with Model() as one:
        yield one


def some_name(rng):
    return rng.choice([None, 1, b"a", ("a",)]) if rng.random() < 0.1 \
        else rng.choice(NAMES)


def method(name, *makers):
    def make(rng, it):
        args = tuple(maker(rng) for maker in makers)
        return name, args, lambda it, *args: getattr(it, name)(*args)
    return make


def delete(rng, it):
    def run(it, name):
        """As newer versions say it."""
        try:
            it.__delattr__(name)
        except AttributeError:
            raise AttributeError(
                f"'Namespace' object has no attribute '{name}'") from None
    return "__delattr__", (some_name(rng),), run


class Namespaces(Sequence):
    kind = "Namespace"
    all = "__getattribute__"
    all_args = ("__dict__",)
    steps = [
        method("__getattribute__", some_name), method("__repr__"),
        method("__setattr__", some_name, some_value),
        method("__setattr__", some_name, some_value), delete,
        method("__str__"),
        lambda rng, it: ("__getattribute__", ("__dict__",),
                         lambda it, name: vars(it)),
    ]

    def start(self, rng):
        items = {rng.choice(NAMES): some_value(rng)
                 for _ in range(rng.randint(0, 5))}
        return {"items": items} if items else {}, Namespace(**items)

    def content(self, it):
        return vars(it)

    def items(self, it):
        return len(vars(it))


def test_as_pythons(request):
    compare_sequences(Namespaces, request)


@pytest.mark.parametrize("items", [{1: 2}, [("a", 1)], 5])
def test_a_namespace_that_cannot_be_made(model, items):
    assert model.open("n", "Namespace", items=items).raised == "TypeError"
    assert model.call(None, "usage").value["objects"] == 0


def test_versions(model):
    model.open("n", "Namespace", items={"a": 1})
    value, version = model.call("n", "get_versioned", "a").value
    assert value == 1 and version > 0
    assert model.call("n", "get_versioned", "b").value == (None, 0)
    swap = lambda *args: model.call("n", "compare_and_set", *args)
    assert swap("b", 0, 2).value is True and swap("b", 0, 3).value is False
    assert swap("a", version, 4).value is True
    assert swap("a", version, 5).value is False
    assert swap(1, 0, 5).value == ("attribute name must be string, not 'int'",)
    assert model.call("n", "get_versioned", 1).raised == "TypeError"
    assert model.call("n", "__repr__").value == "Namespace(a=4, b=2)"


def test_limits(model):
    model.new(max_object_items=1)
    model.open("n", "Namespace", items={"a": 1})
    assert model.call("n", "__setattr__", "b", 1).status == "LIMIT"
    assert model.call("n", "__setattr__", "a", 2).ok
    model.call("n", "__delattr__", "a")
    assert model.call(None, "stat", "n").value["bytes"] == 0
    assert model.call("n", "__setattr__", "b", 1).ok


def test_watching(model):
    model.open("n", "Namespace")
    model.subscribe("n", "w")
    for call in [("__setattr__", "a", 1), ("__delattr__", "b"),
                 ("__getattribute__", "a"), ("__delattr__", "a")]:
        model.call("n", *call)
    told = [model.fetch("w").value for _ in range(2)]
    assert told == [{"version": 1, "method": "__setattr__", "key": "a"},
                    {"version": 2, "method": "__delattr__", "key": "a"}]
    assert model.fetch("w").waits


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("call", [
    ("__setattr__", "new", [1]), ("__setattr__", "a3", "x" * 100),
    ("__delattr__", "a3"), ("__repr__",), ("compare_and_set", "a", 0, 1),
])
def test_out_of_memory(call, for_good):
    items = {f"a{i}": i for i in range(30)}
    run_out_of_memory("Namespace", {"items": items},
                      ("__getattribute__", "__dict__"), call, for_good)
