# SPDX-License-Identifier: MIT
"""Shared sets: as Python's, and limits, watching."""

import operator

import pytest

from containers import (HASHABLE, Sequence, compare_sequences,
                        run_out_of_memory, some_hashable, some_iterable,
                        some_value, strict)
from model import Model

OPERATORS = {
    "__and__": operator.and_, "__or__": operator.or_, "__sub__": operator.sub,
    "__xor__": operator.xor, "__iand__": operator.iand,
    "__ior__": operator.ior, "__isub__": operator.isub,
    "__ixor__": operator.ixor, "__le__": operator.le, "__lt__": operator.lt,
    "__ge__": operator.ge, "__gt__": operator.gt, "__eq__": operator.eq,
    "__ne__": operator.ne, "__rand__": lambda it, other: other & it,
    "__ror__": lambda it, other: other | it,
    "__rsub__": lambda it, other: other - it,
    "__rxor__": lambda it, other: other ^ it,
}


@pytest.fixture
def model():
    with Model() as one:
        yield one


def some_item(rng):
    return some_value(rng) if rng.random() < 0.2 else some_hashable(rng)


def some_other(rng, it):
    chance = rng.random()
    if chance < 0.15:
        return some_iterable(rng)
    items = [some_hashable(rng) for _ in range(rng.randint(0, 6))]
    if it and rng.random() < 0.5:
        items += rng.sample(sorted(it, key=repr), rng.randint(1, len(it)))
    if chance < 0.2:
        items.append([])
    kinds = [list, tuple, frozenset]
    kind = rng.choice(kinds[:2] if chance < 0.2 else kinds)
    return kind(items)


def some_set(rng, it):
    other = some_other(rng, it)
    if rng.random() < 0.1:
        return other
    try:
        return rng.choice([set, frozenset])(other)
    except TypeError:
        return set()


def in_place(it, result):
    return None if result is it else result


def item_method(name):
    return lambda rng, it: (name, (some_item(rng),), lambda it, item:
                            getattr(it, name)(item))


def plain(name):
    return lambda rng, it: (name, (), lambda it: getattr(it, name)())


def hashable(other):
    """Python does not look at what is unhashable behind what decides."""
    return other[:-1] if isinstance(other, (list, tuple)) and [] in other \
        else other


def many(name):
    def make(rng, it):
        others = [some_other(rng, it)
                  for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        if "intersection" in name:
            others = map(hashable, others)
        return name, tuple(others), lambda it, *others: \
            getattr(it, name)(*others)
    return make


def one(name):
    return lambda rng, it: (name, (some_other(rng, it),), lambda it, other:
                            getattr(it, name)(other))


def asked(name):
    return lambda rng, it: (name, (hashable(some_other(rng, it)),),
                            lambda it, other: getattr(it, name)(other))


def of_sets(name):
    return lambda rng, it: (name, (some_set(rng, it),), lambda it, other:
                            in_place(it, OPERATORS[name](it, other)))


def pop(rng, it):
    """Which one Python would take is not known."""
    return plain("pop" if len(it) < 2 else "__len__")(rng, it)


class Sets(Sequence):
    """Which of two equal items stays is up to Python, and what kind a
    reflected operator gives."""

    kind = "set"
    loose = True
    steps = [
        *map(item_method, ["__contains__", "add", "add", "add", "discard",
                           "remove", "remove"]),
        *map(plain, ["__len__", "copy"]), pop,
        *map(many, ["difference", "difference_update", "intersection",
                    "intersection_update", "union", "update", "update"]),
        *map(asked, ["isdisjoint", "issubset", "issuperset"]),
        *map(one, ["symmetric_difference", "symmetric_difference_update"]),
        *map(of_sets, OPERATORS),
        lambda rng, it: ("clear", (), lambda it: it.clear())
        if rng.random() < 0.2 else ("__len__", (), len),
    ]

    def start(self, rng):
        items = [some_hashable(rng) for _ in range(rng.randint(0, 9))]
        return {"items": items} if items else {}, set(items)


def test_as_pythons(request):
    compare_sequences(Sets, request)


@pytest.mark.parametrize("method,args,run", [
    ("__or__", ([1],), lambda it: it | [1]),
    ("__ror__", ([1],), lambda it: [1] | it),
    ("__isub__", (5,), lambda it: operator.isub(it, 5)),
    ("__lt__", (None,), lambda it: it < None),
    ("__ge__", ([],), lambda it: it >= []),
    ("add", ([],), lambda it: it.add([])),
    ("__contains__", ({},), lambda it: {} in it),
    ("discard", ([],), lambda it: it.discard([])),
    ("remove", (7,), lambda it: it.remove(7)),
    ("remove", ({1, 2},), lambda it: it.remove({1, 2})),
    ("update", ([1], 5), lambda it: it.update([1], 5)),
    ("union", ([[]],), lambda it: it.union([[]])),
    ("isdisjoint", (5,), lambda it: it.isdisjoint(5)),
    ("issuperset", ([[]],), lambda it: it.issuperset([[]])),
])
def test_errors(model, method, args, run):
    model.open("s", "set", items=[1])
    answer = model.call("s", method, *args)
    with pytest.raises(Exception) as wrong:
        run({1})
    assert answer.raised == wrong.type.__name__
    assert answer.value == wrong.value.args
    assert model.call("s", "copy").value == {1}


def test_pop(model):
    model.open("s", "set", items=[3, 1, 2])
    assert [model.call("s", "pop").value for _ in range(3)] == [3, 1, 2]
    answer = model.call("s", "pop")
    assert answer.raised == "KeyError"
    assert answer.value == ("pop from an empty set",)


def test_keywords_are_refused(model):
    model.open("s", "set")
    answer = model.call("s", "union", a=1)
    assert answer.raised == "TypeError"
    assert answer.value == ("set.union() takes no keyword arguments",)


def test_a_set_is_found_among_frozensets(model):
    model.open("s", "set", items=[frozenset({1, 2})])
    assert model.call("s", "__contains__", {2, 1}).value is True
    assert model.call("s", "add", {1, 2}).raised == "TypeError"
    assert model.call("s", "discard", {1.0, 2}).ok
    assert model.call("s", "__len__").value == 0


def test_as_text_and_as_a_list(model):
    model.open("s", "set")
    assert model.call("s", "__repr__").value == "set()"
    model.call("s", "update", "ba")
    assert model.call("s", "__str__").value == "{'b', 'a'}"
    assert model.call("s", "__iter__").value == ["b", "a"]


def test_the_first_of_equal_items_stays(model):
    model.open("s", "set", items=[1])
    model.call("s", "update", [True, 2.0], {2})
    assert strict(model.call("s", "__iter__").value) == strict([1, 2.0])


def test_a_set_that_cannot_be_made(model):
    assert model.open("s", "set", items=[[]]).raised == "TypeError"
    assert model.open("s", "set", items=5).raised == "TypeError"
    assert model.call(None, "usage").value["objects"] == 0


def test_limits(model):
    model.new(max_object_items=3)
    model.open("s", "set", items="abc")
    for call in [("add", "d"), ("update", "abcd"), ("__ixor__", {"a", 1, 2}),
                 ("symmetric_difference_update", "de")]:
        answer = model.call("s", *call)
        assert answer.status == "LIMIT" and "3" in answer.value[0]
    assert model.call("s", "copy").value == set("abc")
    assert model.call("s", "add", "c").ok
    assert model.call("s", "symmetric_difference_update", "cde").status == \
        "LIMIT"
    assert model.call("s", "symmetric_difference_update", "cd").ok
    assert model.call("s", "copy").value == set("abd")


def test_watching(model):
    model.open("s", "set", items=[1, 2])
    model.subscribe("s", "w")
    for call in [("add", 3), ("add", 3), ("discard", 1), ("discard", 1),
                 ("update", [2]), ("update", [5], [6]), ("__iand__", {2, 5, 6}),
                 ("__ior__", set()), ("difference_update", [9]), ("pop",),
                 ("remove", 5), ("symmetric_difference_update", [6, 7]),
                 ("clear",), ("clear",)]:
        model.call("s", *call)
    told = [model.fetch("w").value for _ in range(8)]
    assert [(one["method"], one["key"]) for one in told] == [
        ("add", 3), ("discard", 1), ("update", None), ("__iand__", None),
        ("pop", 2), ("remove", 5), ("symmetric_difference_update", None),
        ("clear", None)]
    assert model.fetch("w").waits


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("call", [
    ("add", "new"), ("discard", 5), ("remove", 5), ("pop",), ("clear",),
    ("update", list(range(30, 90)), ["x"]), ("union", [1, 2, "x"]),
    ("__ixor__", set(range(30, 70))), ("intersection_update", range(0, 99, 3)),
    ("difference", range(30)), ("issubset", range(40)), ("copy",),
    ("__repr__",), ("__rsub__", {1, 99}),
])
def test_out_of_memory(call, for_good):
    run_out_of_memory("set", {"items": list(range(40))}, ("__iter__",), call,
                      for_good)


def test_many_items(model):
    model.open("s", "set", items=range(5000))
    assert model.call("s", "__len__").value == 5000
    assert model.call("s", "intersection", range(4990, 6000)).value == set(
        range(4990, 5000))
    model.call("s", "difference_update", range(10, 5000))
    assert model.call("s", "copy").value == set(range(10))
    assert all(model.call("s", "__contains__", item).value is False
               for item in HASHABLE if item not in range(10))
