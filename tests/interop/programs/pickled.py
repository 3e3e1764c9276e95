# SPDX-License-Identifier: MIT
"""Loads pickles of trees.c from standard input and says what is wrong with
them: lines of name, protocol and hexadecimal digits, separated by tabs."""

import array
import collections
import datetime
import decimal
import functools
import math
import pickle
import pickletools
import sys
import urllib.parse

import shapes

SIZES = 0, 1, 2, 3, 4, 999, 1000, 1001, 2000, 2001
CHECKS = {}


def check(function):
    CHECKS[function.__name__.replace("_", " ").strip()] = function
    return function


def same(one, other):
    """Equal, of the same types, and the same floats."""
    return repr(one) == repr(other) and type(one) is type(other)


@check
def constants(x):
    return same(x, [None, True, False])


@check
def integers(x):
    return same(x, [0, 1, 255, 256, 65535, 65536, -1, -128, 2**31 - 1, -2**31,
                    2**31, -2**31 - 1, 2**63 - 1, -2**63, 2**64, -2**2399])


@check
def floats(x):
    return same(x, [0.0, -0.0, 0.1, math.inf, -math.inf, math.nan, 5e-324,
                    complex(1.5, -0.0), complex(0.25, 3)])


@check
def strings(x):
    return same(x, ["", "a\0b\n", "\xe9\U0001f600", "\ud800", "x" * 255,
                    "y" * 256, "z" * 100000])


@check
def bytes_(x):
    return same(x, [b"", b"ab", bytes(range(256)), b"\xe9" * 70000])


@check
def bytearrays(x):
    return same(x, [*map(bytearray, (b"", b"ab", bytes(range(256)),
                                     b"\xe9" * 70000))])


@check
def arrays(x):
    zeros = [array.array(code, bytes(16)) for code in "bBuhHiIlLqQfd"]
    return same(x, zeros + [array.array("i", [-1, 2, -2**31]),
                            array.array("d")])


@check
def lists(x):
    return same(x, [list(range(size)) for size in SIZES])


@check
def tuples(x):
    return same(x, [tuple(range(size)) for size in SIZES])


@check
def dicts(x):
    return same(x, [{2 * i: 2 * i + 1 for i in range(size)} for size in SIZES])


@check
def sets(x):
    return x == [set(range(size)) for size in SIZES] and \
        {*map(type, x)} == {set}


@check
def frozensets(x):
    return x == [frozenset(range(size)) for size in SIZES] and \
        {*map(type, x)} == {frozenset}


@check
def ranges(x):
    return same(x, [range(1, -5, -2), slice(None, 7, None)])


@check
def nested(x):
    for i in reversed(range(20000)):
        if i % 2:
            x, = x
        else:
            number, x = x
            if number != i:
                return False
    return x == []


@check
def shared(x):
    half = len(x) // 2
    return all(one is other for one, other in zip(x[:half], x[half:])) and \
        x[:5] == [[0], (0, 1), (0, 1, 2, 3, 4), {0, 1, 2},
                  frozenset(range(4))] and \
        x[5:half] == [{0: 1}, "shared", b"twice", bytearray(b"here"),
                      array.array("B", b"abc"), collections.OrderedDict,
                      slice(1, 2, 3), decimal.Decimal("1.5")]


@check
def much_shared(x):
    return x == [[0]] * 600 and \
        all(x[i] is x[i + 1] for i in range(0, 600, 2)) and \
        len({*map(id, x)}) == 300


@check
def list_in_itself(x):
    return len(x) == 1 and x[0] is x


@check
def dict_in_itself(x):
    return [*x] == ["self"] and x["self"] is x


@check
def tuple_of_one_in_itself(x):
    return len(x) == len(x[0]) == 1 and x[0][0] is x


@check
def tuple_of_five_in_itself(x):
    first, second = x
    return first[:4] == (0, 1, 2, 3) and first[4] is second and \
        len(second) == 1 and second[0] is first


@check
def set_in_itself(x):
    item, = x
    return type(x) is set and item.home is x


@check
def frozenset_in_itself(x):
    item, = x
    return type(x) is frozenset and item.home is x


@check
def object_in_its_arguments(x):
    return type(x) is shapes.Argued and x.args[0][0] is x and \
        x.appended == [0, 1, 2]


@check
def object_in_a_copy(x):
    item, = x
    return type(x) is shapes.Set and item.home is x


@check
def object_in_its_state(x):
    return x.__dict__ == {"self": x}


@check
def globals_(x):
    return x == [len, collections.OrderedDict, KeyError, functools.reduce,
                 urllib.parse.quote]


@check
def inner_globals(x):
    inner = shapes.Outer.Inner
    return x == [inner, inner, inner.Core, str.upper]


@check
def foreign_global(x):
    return x is shapes.Étude


@check
def calls(x):
    return x[:2] == [decimal.Decimal("1.5"), datetime.timedelta(0, 1, 2)] and \
        x[2].args == (0, 1) and type(x[3]) is shapes.Plain


@check
def keyword_calls(x):
    return [item.made_of for item in x] == [((0, 1), {"key": 7}), ((0,), {})]


@check
def states(x):
    return x[0] is x[1] and type(x[0]) is shapes.Plain and \
        x[0].__dict__ == x[2] == {"x": 1}


@check
def filled_objects(x):
    return [*map(type, x)] == [shapes.List, collections.OrderedDict,
                               shapes.List] and \
        x == [[*range(2001)], {i: i + 1 for i in range(0, 2002, 2)},
              [0, 0, 1]]


@check
def added(x):
    return type(x) is shapes.Set and x == {0, 1, 2}


def newest_opcode(data):
    """Of which protocol the newest of its opcodes is."""
    return max(opcode.proto for opcode, _, _ in pickletools.genops(data))


def faults(name, protocol, data):
    """What is wrong with it; the Python that runs this can read it."""
    if data[:2] != bytes([0x80, protocol]):
        yield "says another protocol"
    # pickletools cannot read names other than ASCII.
    if name != "foreign global" and newest_opcode(data) > protocol:
        yield "has newer opcodes"
    for load in pickle.loads, pickle._loads:
        if not CHECKS[name](load(data)):
            yield load.__name__ + " has another value of it"


seen = set()
for line in sys.stdin:
    name, protocol, digits = line.rstrip("\n").split("\t")
    if int(protocol) > pickle.HIGHEST_PROTOCOL:
        continue
    seen.add(name)
    for fault in faults(name, int(protocol), bytes.fromhex(digits)):
        print(name, protocol, fault)
print("not seen:", *set(CHECKS) - seen)
