# SPDX-License-Identifier: MIT
"""The comparison that the other tests stand on sees what it has to see."""

import array
import copy
import math
import sys

import pytest

from .conftest import HERE

sys.path.insert(0, str(HERE))  # as for the scripts: pickles name the modules

import classes  # noqa: E402
from isomorphism import difference  # noqa: E402
from objects import Objects  # noqa: E402


def twice(one):
    return [one, one]


def loop():
    one = []
    one.append(one)
    return one


def node(**attributes):
    one = classes.Node(1)
    one.__dict__.update(attributes)
    return one


@pytest.mark.parametrize("one,other", [
    (1, True), (1, 1.0), (0.0, -0.0), (1j, complex(-0.0, 1)), ("a", b"a"),
    (b"a", bytearray(b"a")), ([1], (1,)), ([1, 2], [2, 1]), ([1], [1, 2]),
    ((), (None,)), (frozenset(), frozenset([1])), ({1}, {2}),
    ({1, 2}, frozenset([1, 2])), ({1: 2, 3: 4}, {3: 4, 1: 2}),
    ({1: 2}, {1: 3}), (range(0), range(1, 1)), (slice(1), slice(2)),
    (math.nan, 1.0), (array.array("i", [1]), array.array("l", [1])),
    (array.array("d", [0.0]), array.array("d", [-0.0])),
    (twice([]), [[], []]), ([[], []], twice([])),
    (twice((1, 2)), [(1, 2), tuple([1, 2])]),
    (twice(bytearray()), [bytearray(), bytearray()]),
    (twice(classes.Plain()), [classes.Plain(), classes.Plain()]),
    (loop(), [[]]), (loop(), [loop()]),
    (classes.Plain, classes.Slots), (classes.Colour.RED, classes.Colour.GREEN),
    (node(a=1), node(a=2)), (node(a=1, b=2), node(b=2, a=1)),
    (classes.List([1]), [1]), (classes.Reduced(1), classes.Reduced(2)),
    (ValueError(1), ValueError(2)), (ValueError(1), KeyError(1)),
])
def test_a_difference_is_seen(one, other):
    assert difference(one, other)
    assert difference([1, {2: one}], [1, {2: other}])
    assert difference(node(a=(one,)), node(a=(other,)))


@pytest.mark.parametrize("one,other", [
    (math.nan, -math.nan), ({2, 1}, {1, 2}), (twice("ab"), ["ab", "ab"]),
    (loop(), loop()), (twice([]), twice([])), (10 ** 40, 10 ** 40),
    (node(a=1), node(a=1)),
])
def test_what_is_the_same_is_the_same(one, other):
    assert difference(one, other) is None


def test_objects_are_varied_and_repeatable():
    kinds = set()
    for number in range(2000):
        one, again = (Objects(number).any() for _ in range(2))
        if type(one).__module__ in ("builtins", "classes", "collections"):
            assert difference(one, again) is None
        kinds.add(type(one))
    assert {list, dict, set, frozenset, tuple, bytearray, range, slice,
            classes.Slots, classes.Reduced, classes.Colour} <= kinds
    assert len(kinds) >= 60
    assert difference(*map(copy.deepcopy, twice(loop()))) is None
