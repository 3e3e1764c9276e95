# SPDX-License-Identifier: MIT
"""agreement.py PROGRAM ASSIGNED SEED COUNT: what the program and this Python
say of the same plain data: its repr; ==, hash and < of pairs. ASSIGNED is a
file with the characters that the build's Unicode has. Runs on every Python from
3.6."""

import array
import json
import pickle
import sys
import unicodedata
import warnings

from codec import Codec
from objects import Objects

BIG = 2 ** 53
HUGE = 2 ** 1024

# Each is compared with each. What is equal across types is what it is about.
PAIRED = [
    None, True, False, 0, 1, -1, 2, 0.0, -0.0, 1.0, -1.0, 1.5, 0j, 1 + 0j, 1j,
    complex(-0.0, 1), complex(1.5, -0.0),
    complex(-0.0, -0.0), complex("nan"), float("nan"), float("inf"),
    float("-inf"), 2 ** 31, 2.0 ** 31, 2 ** 63, 2.0 ** 63, -2 ** 63,
    -2.0 ** 63, 2 ** 63 - 1, 2 ** 64, 2.0 ** 64, BIG, float(BIG), BIG + 1,
    BIG - 1, float(BIG - 1), BIG + 2, float(BIG + 2), complex(BIG), HUGE,
    -HUGE, HUGE - 1, sys.float_info.max, int(sys.float_info.max),
    int(sys.float_info.max) + 1, 5e-324,
    "", "1", "a", "ab", "b", "\xe9", "\u4e2d", "\ud800", "\U0001f600", "\x00",
    b"", b"1", b"a", b"ab", b"\xe9", b"\x00", bytearray(), bytearray(b"1"),
    bytearray(b"ab"),
    (), (1,), (1.0,), (True,), (1, 2), (2,), ((),), ("1",), (0.0,), (-0.0,),
    (None,), (1, None),
    [], [1], [1.0], [1, 2], [2], [[]], [None], [1, None], ["a"], [b"a"],
    {}, {1: 2}, {1.0: 2}, {True: 2.0}, {1: 2, 3: 4}, {3: 4, 1: 2}, {"a": []},
    {1}, {1.0}, {1, 2}, {2, 1.0}, {3}, set(), {frozenset()}, frozenset(),
    frozenset({1}), frozenset({True}), frozenset({1, 2}), {(1,)}, {(True,)},
    frozenset({frozenset({1})}), {frozenset({1.0})},
    range(0), range(3), range(0, 3, 1), range(0, 4, 2), range(0, 3, 2),
    range(5, 0), range(10, 0, -1), range(1), range(0, 1, 9),
    range(10 ** 30), range(0, 10 ** 30, 1),
    slice(1), slice(None, 1), slice(1, 2, 3), slice(1.0), slice(None),
    array.array("i"), array.array("i", [1]), array.array("q", [1]),
    array.array("d", [1]), array.array("f", [1]), array.array("d", [1.5]),
    array.array("i", [1, 2]), array.array("i", [2]), array.array("Q", [1]),
    array.array("d", [float("nan")]),
]


def order(one, other):
    """1, 0 or the text of the TypeError of one < other."""
    try:
        return int(bool(one < other))
    except TypeError as error:
        return str(error)


def hash_of(one):
    """None if it is unhashable. Slices are hashable from Python 3.12 on."""
    if isinstance(one, slice):
        one = slice, one.start, one.stop, one.step
    try:
        return hash(one)
    except TypeError:
        return None


def check_pair(codec, pickles, one, other):
    """Objects out of pickles, which share nothing with each other."""
    if {type(one), type(other)} == {bytearray, array.array}:
        return  # equal if they are the same bytes in memory: not for us
    equal, hashed, less, text = codec.compare(*pickles)
    assert equal == (one == other), ("equal", one, other, equal)
    hashes = hash_of(one), hash_of(other)
    if None in hashes:
        assert hashed == -1, ("unhashable", one, other, hashed)
    elif one == other:
        assert hashes[0] == hashes[1] and hashed == 1, ("hash", one, other)
    expected = order(one, other)
    if isinstance(expected, int):
        assert less == expected, ("less", one, other, less, text)
    else:
        assert less < 0 and text == expected, ("order", expected, less, text)


def check_pairs(codec):
    pickles = [pickle.dumps(one, 3) for one in PAIRED]
    for first in pickles:
        for second in pickles:
            check_pair(codec, (first, second),
                       pickle.loads(first), pickle.loads(second))
    return len(PAIRED) ** 2


def check_random_pairs(codec, seed, count):
    """Random data, its like with one thing changed, and itself."""
    for number in range(count):
        objects = Objects("pair %s %s" % (seed, number))
        one = objects.hashable()
        other = objects.random.choice(
            [one, objects.hashable(), (one,), [one], {one}])
        pickles = pickle.dumps(one, 2), pickle.dumps(other, 3)
        check_pair(codec, pickles, *map(pickle.loads, pickles))


def known_characters(path):
    """Those that both Unicodes give a meaning, one string."""
    with open(path) as file:
        spans = json.load(file)
    return "".join(
        chr(code) for first, last in spans for code in range(first, last + 1)
        if unicodedata.category(chr(code)) != "Cn")


def check_characters(codec, known):
    """In one go, and if that differs, one by one to say which."""
    if codec.repr(pickle.dumps(known, 4)) == repr(known):
        return
    for character in known:
        got = codec.repr(pickle.dumps(character, 4))
        assert got == repr(character), (hex(ord(character)), got)


def expected_repr(one):
    """None if Python has none: an int is too long."""
    try:
        return repr(one)
    except (ValueError, RecursionError):
        return None


def check_reprs(codec, known, seed, count):
    known, done = set(known), 0
    for number in range(count):
        one = Objects("repr %s %s" % (seed, number)).plain()
        protocol = number % (pickle.HIGHEST_PROTOCOL + 1)
        data = pickle.dumps(one, protocol)
        expected = expected_repr(one)
        if expected is None:
            continue
        got = codec.repr(data)
        # Others are shown as they are in one Unicode, escaped in the next.
        if not known.issuperset(expected + got):
            continue
        assert got == expected, (number, protocol, expected[:500], got[:500])
        done += 1
    assert done > count / 2
    return done


def main(program, assigned, seed, count):
    warnings.simplefilter("ignore")
    known = known_characters(assigned)
    with Codec(program) as codec:
        check_characters(codec, known)
        reprs = check_reprs(codec, known, seed, int(count))
        pairs = check_pairs(codec)
        check_random_pairs(codec, seed, int(count))
    print("done", reprs, "reprs", pairs + int(count), "pairs")


if __name__ == "__main__":
    main(*sys.argv[1:])
