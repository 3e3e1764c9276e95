# SPDX-License-Identifier: MIT
"""Which values are equal, less than others, and keys: against every Python, for
each pair of some hundred values."""

import subprocess

import pytest

from conftest import BUILD, HANG

NUMBERS = """
    0 1 -1 2 255 256 -128 True False 0.0 -0.0 1.0 -1.0 0.5 -0.5 1.5 -1.5
    255.5 -128.5 1e-320 1e22 1e23 1e300 -1e300 inf -inf nan 1e16 1j 0j 1+0j
    -0.0+0j 0.5+0j 2+3j 2-3j nan+1j inf+0j (-0+1j) 1.5+0j 1.5-0j (1.5-0j)
    9007199254740991 9007199254740992 9007199254740993 9007199254740992.0
    9223372036854775807 9223372036854775808 -9223372036854775808
    -9223372036854775809 9223372036854775808.0 -9223372036854775808.0
    9223372036854774784.0 18446744073709551615 18446744073709551616
    18446744073709551616.0 36893488147419103232.0 36893488147419103233
    10000000000000000000000 9999999999999999999999 99999999999999991611392
    100000000000000000000000
""".split() + [str(10 ** 300), str(int(1e300)), str(-10 ** 300), str(2 ** 1024)]

TEXTS = [
    "''", "'a'", "'b'", "'ab'", "'A'", "'a\\x00'", "'a\\x00b'", "'1'", r"'\xe9'",
    r"'\uffff'", r"'\ud800'", r"'\udfff'", r"'\ue000'", r"'\U00010000'",
    r"'\U0010ffff'", f"'{'x' * 300}'", f"'{'x' * 299}y'",
    "b''", "b'a'", "b'b'", "b'ab'", r"b'\xff'", r"b'a\x00'",
    "bytearray(b'')", "bytearray(b'a')", "bytearray(b'ab')",
]

ARRAYS = [
    "array('b', [])", "array('d', [])", "array('u', '')",
    "array('b', [1, 2])", "array('B', [1, 2])", "array('q', [1, 2])",
    "array('d', [1.0, 2.0])", "array('f', [1.0, 2.5])", "array('d', [1.0, 2.5])",
    "array('b', [1])", "array('b', [-1])", "array('B', [255])",
    "array('Q', [18446744073709551615])", "array('q', [-1])",
    "array('d', [18446744073709551616.0])", "array('d', [nan])",
    "array('d', [0.0])", "array('d', [-0.0])", "array('u', 'ab')",
    "array('u', 'a\\u20ac')", "array('i', [97, 98])", "array('h', [1, 3])",
    "array('h', %r)" % list(range(-300, 300)),
    "array('q', %r)" % list(range(-300, 300)),
    "array('q', %r)" % (list(range(-300, 299)) + [7]),
]

RANGES = ["range(%s)" % parts for parts in (
    "0", "3, 3", "5, 1", "1", "0, 1, 5", "0, 1, 2", "1, 2", "3", "0, 3, 2",
    "0, 4, 2", "0, 5, 2", "3, 0, -1", "3, 0, -2", "3, -1, -2", "0, 0, -1",
    "-9223372036854775808, 9223372036854775807",
    "-9223372036854775808, 9223372036854775807, 9223372036854775807",
    "9223372036854775807, -9223372036854775808, -9223372036854775808",
    "0, 100000000000000000000", "0, 100000000000000000001")]

SLICES = ["slice(None, None, None)", "slice(None, 1, None)",
          "slice(None, 2, None)", "slice(0, 1, 2)", "slice(0, 1, 1.0)",
          "slice(False, True, 1)"]

CONTAINERS = [
    "None", "[]", "()", "{}", "set()", "frozenset()", "[[]]", "[()]", "((),)",
    "([],)", "[None]", "(None,)", "[1]", "[True]", "[1.0]", "[2]", "[1, 2]",
    "[1, 2, 3]", "[2, 1]", "(1,)", "(1.0,)", "(1, 2)", "(1, 2, 3)", "(1, 3)",
    "[[1, 2], 3]", "[[1, 2.0], 3]", "[[1, 3], 2]", "[[1], 4]", "[(1,)]", "[{}]",
    "[{1: 2}]", "[nan]", "[nan, 1]", "(nan,)", "[1j]", "[2j]", "['a', 'b']",
    "[b'a']", "[bytearray(b'a')]", "[array('b', [1])]", "[array('d', [1.0])]",
    "('a',)", "(('a',),)", "('a', ['b'])", "[{1}, 2]", "[{1, 2}, 1]",
    "[{1}, {2}]", "[frozenset({1}), 2]", "{1}", "{1.0}", "{1, 2}", "{2, 1}",
    "{1, 2, 3}", "{'a'}", "{b'a'}", "{None}", "{(1, 2)}", "{(1, 2), 1}",
    "{nan}", "{frozenset({1})}", "{frozenset({1}), 1, 2}", "frozenset({1})",
    "frozenset({1, 2})", "frozenset({2, 1, True})", "frozenset({(1, 2)})",
    "{1: 2}", "{1.0: 2}", "{True: 2.0}", "{1: 3}", "{2: 1}", "{1: 2, 3: 4}",
    "{3: 4, 1: 2}", "{3: 4, 1: 2, 'a': []}", "{'a': {}, 3: 4, 1: 2}",
    "{None: None}", "{(): ()}", "{'a': 1, 'a': 2}", "{'a': 2}", "{1: 2, 1.0: 4}",
    "{1: 4}", "{nan: 1}", "{1: nan}", "{(1, 'a'): frozenset({2})}",
    "{(1.0, 'a'): {2}}", "({1: 2},)", "({1: [2]}, 1)", "({1: [2.0]}, 2)",
    repr(list(range(100))), repr(list(range(99)) + [99.5]),
    repr({i: str(i) for i in range(30)}),
    repr({i: str(i) for i in range(29, -1, -1)}),
    repr(set(range(30))), repr(set(range(29))),
    repr({(i,) for i in range(30)}), repr({(i,) for i in range(1, 30)}),
    f"{'[' * 50}1{']' * 50}", f"{'[' * 50}1.0{']' * 50}",
    f"{'[' * 50}2{']' * 50}", f"{'(' * 50}1{',)' * 50}",
    f"{'(' * 50}2{',)' * 50}",
]

VALUES = NUMBERS + TEXTS + ARRAYS + RANGES + SLICES + CONTAINERS

SAY_ALL = r"""
import sys
from array import array

# No two of these NaNs are one object.
def value_of(text):
    return eval(text, {"array": array, "inf": float("inf"), "nan": float("nan")})

def said(question):
    try:
        return str(question())
    except TypeError as error:
        return str(error)

texts = sys.stdin.read().splitlines()
ones, others = [[value_of(text) for text in texts] for i in range(2)]
for one in ones:
    print(said(lambda: bool({one})))
for one in ones:
    for other in others:
        print(one == other, said(lambda: one < other))
"""


def lines_of(*command):
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, timeout=HANG,
        input="".join(text + "\n" for text in VALUES).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


@pytest.fixture(scope="module")
def ours():
    return lines_of(BUILD / "tests/unit/pairs")


def is_known(question, mine, right):
    """Slices are hashable since Python 3.12, and here. A bytearray is equal to
    an array of the same bytes, which is not equal to bytes: here no array
    is."""
    kinds = {text.lstrip("[").split("(")[0] for text in question}
    return kinds == {"array", "bytearray"} or \
        (mine, right) == ("True", "unhashable type: 'slice'")


def test_pairs_are_what_python_says(ours, python):
    theirs = lines_of(python, "-W", "ignore", "-c", SAY_ALL)
    assert len(ours) == len(theirs) == len(VALUES) * (len(VALUES) + 1)
    questions = VALUES + [(one, other) for one in VALUES for other in VALUES]
    assert [(question, mine, right) for question, mine, right
            in zip(questions, ours, theirs)
            if mine != right and not is_known(question, mine, right)] == []
