# SPDX-License-Identifier: MIT
"""Shared values and arrays: typed as array.array, and versions, limits,
watching."""

import array
import operator

import pytest

from containers import (Sequence, compare_sequences, run_out_of_memory,
                        some_index, some_slice, some_value, strict)
from model import Model

TYPECODES = "bBhHiIlLqQfdu"
NUMBERS = [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768,
           -32769, 65535, 65536, 2 ** 31 - 1, 2 ** 31, -2 ** 31, -2 ** 31 - 1,
           2 ** 32 - 1, 2 ** 32, 2 ** 63 - 1, 2 ** 63, -2 ** 63, -2 ** 63 - 1,
           2 ** 64 - 1, 2 ** 64, -2 ** 64, 10 ** 30, -10 ** 30, 10 ** 400,
           True, False, 0.0, 1.5, -2.0, 1e300, -1e-300, float("inf"), 1e39]
OTHERS = ["a", "", "ab", "\u20ac", "\U0001d11e", None, b"a", 1j, [], (1,), {}]


@pytest.fixture
def model():
    with Model() as one:
        yield one


def fitting(rng, typecode):
    while True:
        value = rng.choice(NUMBERS + OTHERS)
        try:
            return array.array(typecode, [value])[0]
        except (TypeError, OverflowError):
            pass


def some_item(rng, typecode):
    if rng.random() < 0.3:
        return rng.choice(NUMBERS + OTHERS)
    return fitting(rng, typecode)


# ---- arrays ---------------------------------------------------------------

def get(rng, it):
    place = some_slice(rng, len(it)) if rng.random() < 0.4 else \
        some_index(rng, len(it))
    return "__getitem__", (place,), lambda it, place: it[place]


def put(rng, it):
    args = some_index(rng, len(it)), some_item(rng, it.typecode)
    return "__setitem__", args, lambda it, *args: it.__setitem__(*args)


def put_many(it, place, values):
    """The length stays as it is, and lists will do."""
    count = len(it[place])
    if isinstance(values, list):
        values = array.array(it.typecode, values)
    if isinstance(values, array.array) and \
            values.typecode == it.typecode and len(values) != count:
        raise ValueError(f"attempt to assign array of size {len(values)} "
                         f"to extended slice of size {count}")
    it[place] = values


def put_slice(rng, it):
    place = some_slice(rng, len(it))
    try:
        count = len(it[place])
    except (TypeError, ValueError):
        count = 0
    if rng.random() < 0.1:
        count += 1
    if rng.random() < 0.1:
        return "__setitem__", (place, rng.choice([5, "ab", None])), put_many
    chance = rng.random()
    typecode = it.typecode if chance < 0.9 else rng.choice(TYPECODES)
    values = array.array(typecode, [fitting(rng, typecode)
                                    for _ in range(count)])
    if chance < 0.4:
        values = list(values)
        if values and chance < 0.1:
            values[-1] = rng.choice(NUMBERS + OTHERS)
    return "__setitem__", (place, values), put_many


class Arrays(Sequence):
    kind = "Array"
    all = "__getitem__"
    all_args = (slice(None, None, None),)
    steps = [
        get, get, put, put, put_slice, put_slice,
        lambda rng, it: ("__len__", (), len),
        lambda rng, it: ("__iter__", (), list),
        lambda rng, it: ("__repr__", (), repr),
        lambda rng, it: ("__str__", (), str),
    ]

    def start(self, rng):
        typecode = rng.choice(TYPECODES)
        items = [fitting(rng, typecode) for _ in range(rng.randint(0, 8))]
        it = array.array(typecode, items)
        sequence = rng.choice([items, tuple(items), it])
        return {"typecode": typecode, "sequence": sequence}, it


def put_any(rng, it):
    """What makes it longer or shorter, too. Slices with steps and no values,
    which Python takes to be deleted, are refused."""
    place = some_slice(rng, len(it))
    count = rng.choice([0, 1, 2, 5] if place.step in (None, 1) else [1, 2, 5])
    typecode = it.typecode if rng.random() < 0.9 else rng.choice(TYPECODES)
    values = array.array(typecode, [fitting(rng, typecode)
                                    for _ in range(count)])
    args = place, rng.choice([values, values, values, 5])
    return "__setitem__", args, lambda it, *args: it.__setitem__(*args)


class PythonsArrays(Arrays):
    is_python = True
    steps = [get, put, put_any, put_any, put_any,
             lambda rng, it: ("__len__", (), len),
             lambda rng, it: ("#GETVALUE", (), lambda it: it)]


@pytest.mark.parametrize("sequence", [Arrays, PythonsArrays])
def test_arrays_as_pythons(request, sequence):
    compare_sequences(sequence, request)


@pytest.mark.parametrize("typecode", TYPECODES)
def test_what_fits(model, typecode):
    model.open("a", "Array", typecode=typecode, sequence=1)
    for value in NUMBERS + OTHERS:
        answer = model.call("a", "__setitem__", 0, value)
        try:
            expected = array.array(typecode, [value])[0]
        except (TypeError, OverflowError) as wrong:
            assert answer.raised == type(wrong).__name__, value
            assert answer.value == wrong.args, value
        else:
            assert answer.ok, value
            assert strict(model.call("a", "__getitem__", 0).value) == \
                strict(expected)


@pytest.mark.parametrize("typecode,sequence", [
    ("i", [1, 2]), ("i", (True, 2)), ("d", range(3)), ("u", "a\u20ac"),
    ("u", ""), ("b", b"ab"), ("i", bytearray(b"abcdefgh")), ("i", b""),
    ("B", {1: 2, 3: 4}), ("d", array.array("i", [1, 2])),
])
def test_making_an_array(model, typecode, sequence):
    assert model.open("a", "Array", typecode=typecode, sequence=sequence).ok
    expected = array.array(typecode, sequence)
    assert strict(model.call("a", "__getitem__", slice(None, None)).value) == \
        strict(expected)
    stat = model.call(None, "stat", "a").value
    assert stat["items"] == len(expected)
    assert stat["bytes"] == len(expected) * expected.itemsize


@pytest.mark.parametrize("typecode,sequence", [
    ("x", []), ("ii", []), (5, []), ("i", b"abc"), ("i", "ab"), ("i", None),
    ("i", ["a"]), ("b", [200]), ("i", [1.5]), ("u", [1]), ("i", 1.5),
])
def test_an_array_that_cannot_be_made(model, typecode, sequence):
    answer = model.open("a", "Array", typecode=typecode, sequence=sequence)
    with pytest.raises(Exception) as wrong:
        array.array(typecode, sequence)
    assert answer.raised == wrong.type.__name__
    assert answer.value == wrong.value.args
    assert model.call(None, "usage").value == {
        "objects": 0, "items": 0, "bytes": 0}


def test_bytes_that_are_no_characters(model):
    assert model.open("a", "Array", typecode="u",
                      sequence=b"\xff" * 4).raised == "ValueError"


def test_an_array_of_zeros(model):
    model.open("a", "Array", typecode="h", sequence=3)
    assert model.call("a", "__iter__").value == [0, 0, 0]
    assert model.open("b", "Array", typecode="h", sequence=-1).raised == \
        "ValueError"


@pytest.mark.parametrize("typecode,count", [
    ("d", 2 ** 63 - 1), ("d", 2 ** 61), ("b", 10 ** 15), ("q", 126)])
def test_an_array_that_would_be_too_large(model, typecode, count):
    model.new(max_object_bytes=1000)
    assert model.open("a", "Array", typecode=typecode,
                      sequence=count).raised == "MemoryError"
    assert model.call(None, "usage").value["objects"] == 0
    assert model.open("a", "Array", typecode="q", sequence=125).ok


def test_versions_of_an_array(model):
    model.open("a", "Array", typecode="b", sequence=[1, 2])
    value, version = model.call("a", "get_versioned", -1).value
    assert value == 2
    swap = lambda *args: model.call("a", "compare_and_set", *args)
    assert swap(1, version, 3).value is True
    assert swap(1, version, 4).value is False
    assert swap(1, version, 400).raised == "OverflowError"
    assert swap(2, version, 4).raised == "IndexError"
    assert swap("a", version, 4).raised == "TypeError"
    assert swap(0, None, 4).raised == "TypeError"
    assert model.call("a", "get_versioned", 5).raised == "IndexError"
    assert model.call("a", "__iter__").value == [1, 3]


def test_watching_an_array(model):
    model.open("a", "Array", typecode="b", sequence=[1, 2])
    model.subscribe("a", "w")
    for call in [("__setitem__", -1, 5), ("__setitem__", 0, 500),
                 ("__setitem__", slice(0, 2), [5, 6]),
                 ("__setitem__", slice(0, 0), [])]:
        model.call("a", *call)
    assert model.fetch("w").value["key"] == 1
    assert model.fetch("w").value["key"] is None
    assert model.fetch("w").waits


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("call", [
    ("__setitem__", 0, 5), ("__setitem__", slice(0, 20), list(range(20))),
    ("__getitem__", slice(None, None, -1)), ("__iter__",), ("__repr__",),
    ("compare_and_set", 3, 0, 7),
])
def test_an_array_out_of_memory(call, for_good):
    run_out_of_memory("Array", {"typecode": "i", "sequence": [9] * 50},
                      ("__iter__",), call, for_good)


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("count", [0, 30])
def test_an_array_that_changes_its_size_out_of_memory(count, for_good):
    values = array.array("i", range(count))
    with Model() as model:
        model.python()
        before = list(range(100, 150))
        model.make("a", "Array", "i", before)
        for n in range(1, 100):
            model.fail(n, for_good)
            answer = model.call("a", "__setitem__", slice(10, 20), values)
            content = model.call("a", "__iter__").value
            assert content == (before[:10] + list(values) + before[20:]
                               if answer.ok else before)
            assert model.call(None, "stat", "a").value["items"] == len(content)
            if answer.ok:
                return


def test_limits_of_an_array_that_grows():
    with Model() as model:
        model.python()
        model.new(max_object_items=5)
        model.make("a", "Array", "b", [1, 2, 3])
        put = lambda *values: model.call(
            "a", "__setitem__", slice(0, 1), array.array("b", values))
        assert put(1, 2, 3, 4).status == "LIMIT"
        assert model.call("a", "__iter__").value == [1, 2, 3]
        assert put(7, 8, 9).ok and put().ok
        assert model.call("a", "__iter__").value == [8, 9, 2, 3]


# ---- values ---------------------------------------------------------------

class Typed:
    """A managers.Value as it would be, were it typed."""

    def __init__(self, typecode, value):
        self.typecode = typecode
        self.value = self.convert(value)

    def convert(self, value):
        if self.typecode not in TYPECODES:
            return value
        return array.array(self.typecode, [value])[0]

    def get(self):
        return self.value

    def set(self, value):
        self.value = self.convert(value)

    def add(self, number):
        if not isinstance(self.value, (int, float)) or \
                not isinstance(number, (int, float)):
            raise TypeError("unsupported operand type(s) for +=: "
                            f"'{type(self.value).__name__}' and "
                            f"'{type(number).__name__}'")
        self.set(operator.iadd(self.value, number))
        return self.value

    def __repr__(self):
        return f"Value({self.typecode!r}, {self.value!r})"


def value_method(name, *makers):
    def make(rng, it):
        args = tuple(maker(rng, it) for maker in makers)
        return name, args, lambda it, *args: getattr(it, name)(*args)
    return make


def value_item(rng, it):
    if it.typecode not in TYPECODES:
        return some_value(rng)
    return some_item(rng, it.typecode)


def addend(rng, it):
    return rng.choice([1, -1, 100, *NUMBERS, *OTHERS])


class Values(Sequence):
    kind = "Value"
    all = "get"
    steps = [
        value_method("get"), value_method("__repr__"),
        value_method("set", value_item), value_method("set", value_item),
        value_method("add", addend), value_method("add", addend),
        lambda rng, it: ("__getattribute__", ("value",), lambda it, name:
                         it.value),
        lambda rng, it: ("__setattr__", ("value", value_item(rng, it)),
                         lambda it, name, value: it.set(value)),
    ]

    def start(self, rng):
        typecode = rng.choice([*TYPECODES, "O", "object"])
        value = fitting(rng, typecode) if typecode in TYPECODES else \
            some_value(rng)
        return {"typecode": typecode, "value": value}, Typed(typecode, value)

    def content(self, it):
        return it.get()

    def items(self, it):
        return 1


def test_values_as_expected(request):
    compare_sequences(Values, request)


@pytest.mark.parametrize("args,raised,text", [
    (("x",), "AttributeError", "'Value' object has no attribute 'x'"),
    ((5,), "TypeError", "attribute name must be string, not 'int'"),
])
def test_a_value_has_one_attribute(model, args, raised, text):
    model.open("v", "Value", typecode="i", value=1)
    for method, more in (("__getattribute__", ()), ("__setattr__", (1,))):
        answer = model.call("v", method, *args, *more)
        assert answer.raised == raised and answer.value == (text,)


def test_a_value_that_cannot_be_made(model):
    assert model.open("v", "Value", typecode="b", value=200).value == (
        "signed char is greater than maximum",)
    assert model.open("v", "Value", typecode="b").raised == "TypeError"
    assert model.call(None, "usage").value["objects"] == 0


def test_sums_of_any_size(model):
    model.open("v", "Value", typecode="O", value=0)
    total = 0
    for n in range(70):
        for number in (1 << n, -(1 << 2 * n), (1 << n) - 1, -255, 255):
            total += number
            assert model.call("v", "add", number).value == total


def test_versions_of_a_value(model):
    model.open("v", "Value", typecode="b", value=1)
    value, version = model.call("v", "get_versioned").value
    assert value == 1 and version > 0
    swap = lambda *args: model.call("v", "compare_and_set", *args)
    assert swap(version, 2).value is True and swap(version, 3).value is False
    assert swap(version, 300).raised == "OverflowError"
    assert swap("a", 3).raised == "TypeError"
    value, later = model.call("v", "get_versioned").value
    assert value == 2 and later > version


def test_watching_a_value(model):
    model.open("v", "Value", typecode="b", value=1)
    model.subscribe("v", "w")
    for call in [("add", 1), ("add", 200), ("set", "a"), ("set", 5)]:
        model.call("v", *call)
    assert [model.fetch("w").value["method"] for _ in range(2)] == [
        "add", "set"]
    assert model.fetch("w").waits


def test_limits_of_a_value(model):
    model.new(max_object_bytes=500)
    assert model.open("v", "Value", typecode="x" * 600,
                      value=1).status == "LIMIT"
    model.open("v", "Value", typecode="O", value=1)
    assert model.call("v", "set", "x" * 600).status == "LIMIT"
    assert model.call("v", "get").value == 1


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("call", [
    ("set", 7), ("add", 2 ** 40), ("get",), ("__repr__",),
    ("compare_and_set", 1, 7), ("__setattr__", "value", 9),
])
def test_a_value_out_of_memory(call, for_good):
    run_out_of_memory("Value", {"typecode": "q", "value": 5}, ("get",), call,
                      for_good)
