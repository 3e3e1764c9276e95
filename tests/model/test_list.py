# SPDX-License-Identifier: MIT
"""Shared lists: as Python's, and versions, limits, watching."""

import array
import random

import pytest

from containers import (Sequence, compare_sequences, run_out_of_memory,
                        some_index, some_iterable, some_slice, some_value)
from model import Model

LONGEST = 40


@pytest.fixture
def model():
    with Model() as one:
        yield one


def some_place(rng, it):
    return some_slice(rng, len(it)) if rng.random() < 0.5 else \
        some_index(rng, len(it))


def a_member(rng, it):
    return rng.choice(it) if it and rng.random() < 0.7 else some_value(rng)


def in_place(it, method, *args):
    """What changes a list answers with nothing, not with the list."""
    result = getattr(it, method)(*args)
    return None if result is it else result


def method(name, *makers):
    def make(rng, it):
        args = tuple(maker(rng, it) for maker in makers)
        return name, args, lambda it, *args: in_place(it, name, *args)
    return make


def listed(name):
    return lambda rng, it: (name, (), lambda it: list(getattr(it, name)()))


def index_of(rng, it):
    return some_index(rng, len(it))


def value(rng, it):
    return some_value(rng)


def iterable(rng, it):
    return some_iterable(rng)


def same_length(rng, it):
    """A slice and as many values."""
    place = some_slice(rng, len(it))
    try:
        values = tuple(some_value(rng) for _ in it[place])
    except (TypeError, ValueError):
        values = ()
    return "__setitem__", (place, values), lambda it, *args: \
        it.__setitem__(*args)


def bounds(rng, it):
    args = [a_member(rng, it)]
    args += [some_index(rng, len(it)) for _ in range(rng.randint(0, 2))]
    return "index", tuple(args), lambda it, *args: it.index(*args)


def times(rng, it):
    if len(it) > LONGEST:
        return rng.choice([0, -1, 1])
    return rng.choice([0, 1, 2, 3, -1, True, 2.0, None, "a", 2 ** 70])


def sort(rng, it):
    named = rng.choice([{}, {}, {"reverse": True}, {"key": None},
                        {"key": None, "reverse": False}, {"key": 5}])
    return "sort", (), lambda it, **named: it.sort(**named), named


def shorten(rng, it):
    if len(it) > LONGEST:
        return "__delitem__", (slice(3, None, None),), lambda it, where: \
            it.__delitem__(where)
    return "__len__", (), len


class Lists(Sequence):
    kind = "list"
    steps = [
        method("__add__", value), method("__contains__", a_member),
        method("__delitem__", some_place), method("__delitem__", some_place),
        method("__getitem__", some_place), method("__getitem__", some_place),
        method("__iadd__", iterable), method("__imul__", times),
        method("__mul__", times), method("__rmul__", times),
        listed("__iter__"), listed("__reversed__"), method("__repr__"),
        method("__str__"), method("__len__"), bounds, bounds,
        method("__setitem__", index_of, value),
        method("__setitem__", some_place, iterable), same_length,
        method("append", value), method("append", value), shorten,
        shorten, method("copy"),
        method("count", a_member), method("extend", iterable),
        method("insert", index_of, value), method("pop"),
        method("pop", index_of), method("remove", a_member),
        method("reverse"), sort,
    ]

    def start(self, rng):
        items = [some_value(rng) for _ in range(rng.randint(0, 8))]
        return {"items": items} if items else {}, list(items)


# What can be sorted: kinds that have an order, each in itself.
SORTABLE = [
    [-5, -1, 0, 1, 2.5, 3, True, False, 2 ** 70, -2 ** 70, 1e300, -0.0, 1.0],
    ["", "a", "b", "ab", "A", "\u20ac", "\U0001d11e", "\uffff", "aa"],
    [(1, "a"), (1, "b"), (0,), (), (1,), (1.0, "a"), (1, "a", [2])],
    [[1, 2], [1], [], [0, "x"], [1, 2.5]], [b"", b"a", b"\xff", bytearray(b"b")],
]


class Sorted(Sequence):
    """Longer lists, sorted and changed."""

    kind = "list"
    steps = [sort, sort, method("reverse"), method("pop"),
             method("__getitem__", index_of), method("append", a_member)]

    def start(self, rng):
        pool = rng.choice(SORTABLE)
        items = [rng.choice(pool) for _ in range(rng.randint(0, 120))]
        return {"items": items}, list(items)


def test_as_pythons(request):
    compare_sequences(Lists, request)


def test_sorting_as_python(request):
    compare_sequences(Sorted, request)


def test_a_long_list_is_sorted(model):
    items = list(range(5000))
    random.Random(1).shuffle(items)
    model.open("l", "list", items=items)
    assert model.call("l", "sort", reverse=True).ok
    assert model.call("l", "copy").value == list(range(4999, -1, -1))


@pytest.mark.parametrize("items", [[1, "a"], [None, None], [1, 2, 1j], [{}, {}]])
def test_what_has_no_order_stays_as_it_is(model, items):
    model.open("l", "list", items=items)
    answer = model.call("l", "sort")
    with pytest.raises(TypeError) as wrong:
        sorted(items)
    assert answer.raised == "TypeError" and answer.value == wrong.value.args
    assert model.call("l", "copy").value == items


@pytest.mark.parametrize("args,named", [
    ((1,), {}), ((), {"key": "len"}), ((), {"what": 1})])
def test_sort_takes_no_more(model, args, named):
    model.open("l", "list", items=[2, 1])
    assert model.call("l", "sort", *args, **named).raised == "TypeError"
    assert model.call("l", "copy").value == [2, 1]


@pytest.mark.parametrize("call", [
    ("__mul__", 10 ** 9), ("__mul__", 2 ** 62), ("__rmul__", 2 ** 40),
    ("__imul__", 10 ** 12), ("__imul__", 2 ** 62), ("__imul__", 2 ** 63 - 1),
    ("extend", range(10 ** 12)), ("__iadd__", range(-2 ** 63, 2 ** 63 - 1)),
    ("extend", range(10 ** 30, 10 ** 30 + 2)),
    ("__setitem__", slice(0, 1), range(10 ** 9)),
])
def test_what_would_be_huge_is_refused(model, call):
    model.new(max_object_bytes=1 << 30)
    model.open("l", "list", items=[1, 2])
    assert model.call("l", *call).raised == "MemoryError"
    assert model.call("l", "copy").value == [1, 2]
    assert model.call(None, "stat", "l").value["items"] == 2


def test_an_empty_list_times_anything(model):
    model.open("l", "list")
    for method in ("__mul__", "__imul__"):
        assert model.call("l", method, 2 ** 63 - 1).ok
    assert model.call("l", "copy").value == []


NAN = float("nan")
NANS = [NAN, (1, NAN), complex(NAN, 1), complex(1, NAN), complex(NAN, NAN),
        array.array("d", [1, NAN]), array.array("d", [2, NAN]), [NAN, [NAN]]]


def test_a_nan_is_itself_wherever_it_comes_from(model):
    model.open("l", "list", items=NANS)
    for i, value in enumerate(NANS):
        assert model.call("l", "count", value).value == 1
        assert model.call("l", "index", value).value == i
    assert model.call("l", "__contains__", complex(1, 1)).value is False
    assert model.call("l", "remove", NAN).ok
    assert model.call("l", "__contains__", NAN).value is False


@pytest.mark.parametrize("items", [5, 2.5])
def test_a_list_that_cannot_be_made(model, items):
    answer = model.open("l", "list", items=items)
    with pytest.raises(TypeError) as wrong:
        list(items)
    assert answer.raised == "TypeError" and answer.value == wrong.value.args
    assert model.call(None, "usage").value["objects"] == 0


@pytest.mark.parametrize("call", [
    ("append", 1), ("insert", 0, 1), ("extend", "a"), ("__iadd__", "a"),
    ("__imul__", 2), ("__setitem__", slice(0, 1), "ab"),
])
def test_too_many_items(model, call):
    model.new(max_object_items=3)
    model.open("l", "list", items="abc")
    answer = model.call("l", *call)
    assert answer.status == "LIMIT" and "3" in answer.value[0]
    assert model.call("l", "copy").value == ["a", "b", "c"]
    model.call("l", "__delitem__", slice(1, None))
    assert model.call("l", *call).ok


def test_too_many_bytes(model):
    model.new(max_object_bytes=1000)
    model.open("l", "list", items=["x" * 300, "y" * 300])
    for call in [("append", "z" * 400), ("__setitem__", 0, "z" * 800),
                 ("__setitem__", slice(None, None, -1), ["", "z" * 1000]),
                 ("__imul__", 2)]:
        assert model.call("l", *call).status == "LIMIT"
    assert model.call("l", "copy").value == ["x" * 300, "y" * 300]
    assert model.call("l", "__setitem__", slice(None, None, -1),
                      ["", "z" * 600]).ok
    assert model.call("l", "clear").ok
    assert model.call(None, "stat", "l").value["bytes"] == 0


def test_it_works_as_a_queue_without_growing(model):
    model.open("l", "list")
    for i in range(300):
        model.call("l", "append", i)
        if i >= 10:
            assert model.call("l", "pop", 0).value == i - 10
    assert model.call("l", "__len__").value == 10


def test_versions(model):
    model.open("l", "list", items=["a", "b"])
    value, version = model.call("l", "get_versioned", -1).value
    assert value == "b" and version > 0
    swap = lambda *args: model.call("l", "compare_and_set", *args)
    assert swap(-1, version, "c").value is True
    assert swap(-1, version, "d").value is False
    assert model.call("l", "copy").value == ["a", "c"]
    assert swap(2, version, "d").value == (
        "list assignment index out of range",)
    assert swap("a", version, "d").raised == "TypeError"
    assert swap(0, "1", "d").raised == "TypeError"
    assert model.call("l", "get_versioned", 2).value == (
        "list index out of range",)
    _, version = model.call("l", "get_versioned", 0).value
    model.call("l", "insert", 0, "z")
    assert swap(1, version, "d").value is False


def test_watching(model):
    model.open("l", "list", items=[3, 1, 2])
    model.subscribe("l", "s")
    for call in [("append", 5), ("__setitem__", -1, 6), ("__getitem__", 0),
                 ("pop",), ("pop", 9), ("insert", 0, 1), ("remove", 2),
                 ("sort",), ("reverse",), ("extend", [1]), ("extend", []),
                 ("__imul__", 1), ("__imul__", 2),
                 ("__delitem__", slice(5, 5)), ("__delitem__", slice(0, 4)),
                 ("__setitem__", slice(0, 0), []),
                 ("__setitem__", slice(0, 1), [1, 2]), ("clear",), ("clear",)]:
        model.call("l", *call)
    told = [model.fetch("s").value for _ in range(12)]
    assert [(one["method"], one["key"]) for one in told] == [
        ("append", 3), ("__setitem__", 3), ("pop", 3), ("insert", 0),
        ("remove", 3), ("sort", None), ("reverse", None), ("extend", None),
        ("__imul__", None), ("__delitem__", None), ("__setitem__", None),
        ("clear", None)]
    assert model.fetch("s").waits


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("call", [
    ("append", [1]), ("extend", list(range(60))), ("insert", 3, "x"),
    ("pop",), ("pop", 0), ("remove", "5"), ("reverse",), ("sort",), ("clear",),
    ("__setitem__", 3, [1] * 30), ("__delitem__", 3), ("__imul__", 3),
    ("__setitem__", slice(2, 5), list(range(30))), ("__mul__", 2),
    ("__setitem__", slice(None, None, 2), list(range(20))),
    ("__delitem__", slice(1, None, 3)), ("__add__", [1]), ("copy",),
    ("compare_and_set", 0, 1, "x"), ("__repr__",), ("index", "7"),
])
def test_out_of_memory(call, for_good):
    items = [str(i) for i in range(40)]
    run_out_of_memory("list", {"items": items}, ("copy",), call, for_good)


def test_out_of_memory_for_an_error_text():
    with Model() as model:
        model.open("l", "list", items=[1])
        for n in range(1, 1000):
            model.fail(n, False)
            answer = model.call("l", "index", "x" * 1000)
            assert answer.raised in ("ValueError", "MemoryError")
            if answer.survived:
                break
        assert answer.value == (f"{'x' * 1000!r} is not in list",)
