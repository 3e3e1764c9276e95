# SPDX-License-Identifier: MIT
"""Shared dicts: as Python's, and versions, limits, watching."""

import operator

import pytest

from containers import (ANY, Sequence, compare_sequences, run_out_of_memory,
                        some_hashable, some_iterable, some_value)
from model import Model


@pytest.fixture
def model():
    with Model() as one:
        yield one


def some_key(rng):
    return some_value(rng) if rng.random() < 0.1 else some_hashable(rng)


def some_keys(rng):
    if rng.random() < 0.3:
        return some_iterable(rng)
    return [some_key(rng) for _ in range(rng.randint(0, 4))]


def some_pairs(rng):
    """What update() takes, or nearly."""
    pairs = [(some_key(rng), some_value(rng)) for _ in range(rng.randint(0, 4))]
    chance = rng.random()
    if chance < 0.4:
        try:
            return dict(pairs)
        except TypeError:
            return {}
    if chance < 0.7:
        return rng.choice([list, tuple])(map(rng.choice([list, tuple]), pairs))
    if chance < 0.8:
        return ["ab", (1, 2, 3), "c"][:rng.randint(1, 3)]
    return some_iterable(rng)


def method(name, *makers, run=None):
    def make(rng, it):
        args = tuple(maker(rng) for maker in makers)
        return name, args, run or (
            lambda it, *args: getattr(it, name)(*args))
    return make


def listed(name):
    return method(name, run=lambda it: list(getattr(it, name)()))


def update(rng, it):
    args = tuple(some_pairs(rng) for _ in range(rng.choice([0, 1, 1, 1, 2])))
    return "update", args, lambda it, *args: it.update(*args)


def ior(it, other):
    operator.ior(it, other)


class Dicts(Sequence):
    kind = "dict"
    steps = [
        method("__contains__", some_key), method("__delitem__", some_key),
        method("__getitem__", some_key), method("get", some_key),
        method("get", some_key, some_value), listed("__iter__"),
        method("__len__"), method("__setitem__", some_key, some_value),
        method("__setitem__", some_key, some_value),
        method("__setitem__", some_key, some_value), listed("__reversed__"),
        method("__or__", some_pairs, run=operator.or_),
        method("__ror__", some_pairs, run=lambda it, other: other | it),
        method("__ior__", some_pairs, run=ior), method("__repr__"),
        method("__str__"), method("copy"), listed("keys"), listed("values"),
        listed("items"), method("pop", some_key),
        method("pop", some_key, some_value), method("popitem"),
        method("fromkeys", some_keys), method("fromkeys", some_keys, some_value),
        method("setdefault", some_key), update, update,
        method("setdefault", some_key, some_value),
        lambda rng, it: ("clear", (), lambda it: it.clear())
        if rng.random() < 0.1 else ("__len__", (), len),
    ]

    def start(self, rng):
        if rng.random() < 0.3:
            return {}, {}
        items = {some_hashable(rng): some_value(rng) for _ in range(5)}
        return {"items": items}, dict(items)


def test_as_pythons(request):
    compare_sequences(Dicts, request)


def test_a_key_keeps_its_place_and_its_first_form(model):
    model.open("d", "dict", items=[(1, "a"), (2, "b")])
    model.call("d", "__setitem__", True, "c")
    assert model.call("d", "__repr__").value == "{1: 'c', 2: 'b'}"


def test_update_with_keywords(model):
    model.open("d", "dict")
    assert model.call("d", "update", {"a": 1, "b": 2}, b=3, c=4).ok
    assert model.call("d", "copy").value == {"a": 1, "b": 3, "c": 4}
    assert model.call("d", "update", a=5).ok
    assert model.call("d", "__getitem__", "a").value == 5


def test_update_is_whole_or_not_at_all(model):
    model.open("d", "dict", items={"a": 1})
    assert model.call("d", "update", [("b", 2), ([], 3)]).raised == "TypeError"
    assert model.call("d", "copy").value == {"a": 1}


def test_a_nan_is_one_key(model):
    model.open("d", "dict")
    for i in range(3):
        model.call("d", "__setitem__", float("nan"), i)
        model.call("d", "__setitem__", ("k", float("nan")), i)
    assert model.call("d", "__len__").value == 2
    assert model.call("d", "__getitem__", float("nan")).value == 2
    assert model.call("d", "pop", ("k", float("nan"))).value == 2


@pytest.mark.parametrize("items", [5, ["abc"], [5], [([], 1)]])
def test_a_dict_that_cannot_be_made(model, items):
    answer = model.open("d", "dict", items=items)
    with pytest.raises((TypeError, ValueError)) as wrong:
        dict(items)
    assert answer.raised == wrong.type.__name__
    assert answer.value == wrong.value.args
    assert model.call(None, "usage").value["objects"] == 0


def test_values_of_any_kind_come_back_as_they_went(model):
    model.open("d", "dict")
    for value in ANY:
        model.call("d", "__setitem__", "k", value)
        assert repr(model.call("d", "__getitem__", "k").value) == repr(value)


def test_versions(model):
    model.open("d", "dict", items={"a": 1})
    assert model.call("d", "get_versioned", "b").value == (None, 0)
    _, first = model.call("d", "get_versioned", "a").value
    model.call("d", "__setitem__", "b", 2)
    _, second = model.call("d", "get_versioned", "b").value
    assert 0 < first < second
    assert model.call("d", "get_versioned", "a").value == (1, first)
    model.call("d", "update", {"a": 3, "c": 4})
    versions = {model.call("d", "get_versioned", key).value[1] for key in "ac"}
    assert len(versions) == 1 and versions.pop() > second


def test_compare_and_set(model):
    model.open("d", "dict")
    swap = lambda *args: model.call("d", "compare_and_set", *args).value
    assert swap("a", 1, "x") is False and swap("a", 0, "x") is True
    assert swap("a", 0, "y") is False
    value, version = model.call("d", "get_versioned", "a").value
    assert value == "x"
    model.call("d", "__setitem__", "b", 1)
    assert swap("a", version, "y") is True and swap("a", version, "z") is False
    model.call("d", "__delitem__", "a")
    _, version = model.call("d", "get_versioned", "b").value
    assert swap("a", 0, 1) is True
    assert model.call("d", "get_versioned", "a").value[1] > version


@pytest.mark.parametrize("args,raised", [
    (("a", -1, 1), "ValueError"), (("a", "1", 1), "TypeError"),
    (("a", None, 1), "TypeError"), (([], 0, 1), "TypeError"),
    (("a", 0), "TypeError"),
])
def test_compare_and_set_refuses(model, args, raised):
    model.open("d", "dict")
    assert model.call("d", "compare_and_set", *args).raised == raised
    assert model.call("d", "__len__").value == 0


@pytest.mark.parametrize("call", [
    ("__setitem__", "c", 1), ("setdefault", "c"), ("compare_and_set", "c", 0, 1),
    ("update", {"a": 5, "c": 6}), ("__ior__", [("c", 1)]),
])
def test_too_many_items(model, call):
    model.new(max_object_items=2)
    model.open("d", "dict", items={"a": 1, "b": 2})
    answer = model.call("d", *call)
    assert answer.status == "LIMIT" and answer.raised == "MemoryError"
    assert "2" in answer.value[0]
    assert model.call("d", "copy").value == {"a": 1, "b": 2}
    assert model.call("d", "update", {"a": 5, "b": 6}).ok
    model.call("d", "__delitem__", "a")
    assert model.call("d", *call).ok == (call[0] != "update")


def test_too_many_bytes(model):
    model.new(max_object_bytes=1000)
    model.open("d", "dict", items={"a": "x" * 500, "b": "y" * 200})
    bytes_used = model.call(None, "stat", "d").value["bytes"]
    assert model.call("d", "__setitem__", "b", "z" * 900).status == "LIMIT"
    assert model.call("d", "update", b="z" * 900).status == "LIMIT"
    assert model.call("d", "update", c="z" * 900).status == "LIMIT"
    assert model.call(None, "stat", "d").value["bytes"] == bytes_used
    assert model.call("d", "update", a=1, c="z" * 500).ok
    assert model.call("d", "clear").ok
    assert model.call(None, "stat", "d").value["bytes"] == 0


def test_a_dict_that_is_too_large_to_be_made(model):
    model.new(max_object_items=2)
    assert model.open("d", "dict", items={1: 1, 2: 2, 3: 3}).status == "LIMIT"
    assert model.call(None, "usage").value == {
        "objects": 0, "items": 0, "bytes": 0}


def test_watching(model):
    model.open("d", "dict", items={"a": 1})
    model.subscribe("d", "s")
    for call in [("__setitem__", "b", 2), ("__getitem__", "b"), ("pop", "b"),
                 ("pop", "b", None), ("setdefault", "a", 7), ("update",),
                 ("update", {1: 2}), ("compare_and_set", "a", 0, 1),
                 ("popitem",), ("clear",), ("clear",)]:
        model.call("d", *call)
    told = [model.fetch("s").value for _ in range(5)]
    assert [(one["method"], one["key"]) for one in told] == [
        ("__setitem__", "b"), ("pop", "b"), ("update", None), ("popitem", 1),
        ("clear", None)]
    versions = [one["version"] for one in told]
    assert versions == sorted(set(versions))
    assert versions[-1] == model.call(None, "stat", "d").value["version"]
    assert model.fetch("s").waits


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("call", [
    ("__setitem__", "new", [1]), ("__setitem__", "a", [1] * 50),
    ("__delitem__", "a"), ("pop", "a"), ("popitem",), ("setdefault", "x", [1]),
    ("update", {i: i for i in range(0, 200, 3)}), ("clear",),
    ("compare_and_set", "new", 0, 1), ("__or__", {"x": 1}), ("copy",),
    ("items",), ("__repr__",), ("__ior__", [("a", 5), ("x", 6)]),
])
def test_out_of_memory(call, for_good):
    items = {"a": [1, 2], **{i: str(i) for i in range(100)}}
    run_out_of_memory("dict", {"items": items}, ("items",), call, for_good)


# ---- what is raised has a text

@pytest.mark.parametrize("form", ["pickle", "json"])
def test_what_is_too_much_is_said(model, form):
    """Even when there is no room for another value."""
    model.open("d", "dict")
    model.call("d", "update", {i: i for i in range(400_000)})
    answer = model.do("call", 1, "d", "items", (), {}, form)
    assert answer.status == "LIMIT"
    assert answer.value[0] == "it has more than 1048576 parts"


@pytest.mark.parametrize("name", ["a" + "\xe9" * 60, "\xe9" * 60,
                                  "ab" + "\ud800" * 40,
                                  "a" + "\U0001f600" * 30])
def test_what_is_quoted_may_be_cut_anywhere(model, name):
    model.open("d", "dict")
    for answer in (model.call("d", name), model.call("d", "get", **{name: 1}),
                   model.open("e", name)):
        assert name[:20] in answer.value[0]
        assert len(answer.value[0]) < 200
