# SPDX-License-Identifier: MIT
"""What a stock program exchanges with an echo: everything that it sends has to
come back as it was. For any Python from 3.6 on."""

import array
import collections
import datetime
import decimal
import enum
import fractions
import pathlib
import uuid
from multiprocessing import BufferTooShort
from multiprocessing.connection import wait

# Longer than anything takes.
HANG = 60

MIB = 1 << 20
# Up to 16384 Python sends header and body at once, above that one by one.
LENGTHS = [0, 1, 16383, 16384, 16385, MIB, 9 * MIB]


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return self.__dict__ == other.__dict__


class Colour(enum.Enum):
    RED = 1
    GREEN = "two"


Pair = collections.namedtuple("Pair", "left right")


def recursive_list():
    ring = [1, 2]
    ring.append(ring)
    return ring


def shared_list():
    shared = ["shared"]
    return [shared, shared, {"again": shared}]


OBJECTS = [
    None,
    True,
    False,
    0,
    -1,
    255,
    2 ** 31,
    -2 ** 63,
    3 ** 5000,
    0.0,
    -0.0,
    1.5e300,
    float("inf"),
    float("-inf"),
    float("nan"),
    1 - 2j,
    "",
    "plain",
    "caf\u00e9 \u6f22\u5b57 \U0001f600",
    "a\0NUL",
    "long " * 50000,
    b"",
    b"\0\xff#CHALLENGE#",
    bytes(range(256)) * 300,
    bytearray(b"bytearray"),
    [],
    [1, [2, [3, ["deep"]]]],
    (),
    (1, ("two", (3.0,))),
    {},
    {"key": [1, 2], (3, 4): {"nested": None}},
    {1, "two", (3,)},
    frozenset([1, 2, 3]),
    range(3, 30, 4),
    slice(1, None, 2),
    Ellipsis,
    NotImplemented,
    datetime.datetime(2024, 2, 29, 23, 59, 59, 999999, datetime.timezone.utc),
    datetime.date(1, 1, 1),
    datetime.timedelta(days=-1, microseconds=1),
    decimal.Decimal("-0.10"),
    fractions.Fraction(22, 7),
    ValueError("wrong", 42),
    Point(1, [2]),
    Pair("left", ["right"]),
    Colour.GREEN,
    Point,
    len,
    recursive_list(),
    shared_list(),
    collections.OrderedDict([("z", 1), ("a", 2)]),
    collections.defaultdict(list, {"k": [1]}),
    collections.deque([1, 2, 3], maxlen=5),
    collections.Counter("counter"),
    array.array("d", [0.5, -1.5]),
    array.array("H", range(10000)),
    uuid.UUID(int=2 ** 127 + 1),
    pathlib.PurePosixPath("/some/where/\u00e9"),
    list(range(100000)),
]


def same_error(sent, got):
    return sent.args == got.args


def same_float(sent, got):
    return repr(sent) == repr(got)  # tells -0.0 from 0.0, and nan is nan


def same_list(sent, got):
    """As ==, but also where the list holds itself or the same thing twice."""
    if len(sent) != len(got):
        return False
    for i, item in enumerate(sent):
        if item is sent:
            equal = got[i] is got
        else:
            equal = same(item, got[i]) and \
                (item is sent[0]) == (got[i] is got[0])
        if not equal:
            return False
    return True


SAME = {ValueError: same_error, float: same_float, list: same_list}


def same(sent, got):
    equal = SAME.get(type(sent), lambda sent, got: sent == got)
    return type(sent) is type(got) and equal(sent, got)


def pattern(length):
    """Bytes in which no block looks like its neighbour."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def brief(value):
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."


def objects(connection):
    for sent in OBJECTS:
        connection.send(sent)
        got = connection.recv()
        assert same(sent, got), "%s came back as %s" % (brief(sent), brief(got))
    return "%d objects" % len(OBJECTS)


def lengths(connection):
    for length in LENGTHS:
        sent = pattern(length)
        connection.send_bytes(sent)
        got = connection.recv_bytes()
        assert sent == got, "%d bytes came back as %d" % (length, len(got))


def many_before_reading(connection):
    """Few enough bytes that nobody has to wait for room."""
    sent = [pattern(length) for length in range(200)]
    for message in sent:
        connection.send_bytes(message)
    got = [connection.recv_bytes() for _ in sent]
    assert sent == got, "not the messages, or not their order"


def parts_of_buffers(connection):
    connection.send_bytes(memoryview(b"0123456789"), 3, 4)
    buffer = bytearray(b"." * 10)
    assert connection.recv_bytes_into(buffer, 2) == 4
    assert buffer == b"..3456....", buffer


def too_short_a_buffer(connection):
    connection.send_bytes(b"0123456789")
    try:
        connection.recv_bytes_into(bytearray(9))
    except BufferTooShort as error:
        assert error.args == (b"0123456789",), error
    else:
        raise AssertionError("10 bytes went into 9")


def polling(connection):
    assert not connection.poll(), "something came by itself"
    connection.send_bytes(b"ready?")
    assert connection.poll(HANG), "poll() did not see the message"
    assert wait([connection], HANG) == [connection]
    assert connection.recv_bytes() == b"ready?"
    assert not connection.poll(0), "something was left over"


def everything(connection):
    said = objects(connection)
    lengths(connection)
    many_before_reading(connection)
    parts_of_buffers(connection)
    too_short_a_buffer(connection)
    polling(connection)
    return "%s, %d lengths" % (said, len(LENGTHS))


def a_little(connection):
    for sent in ["text", ["a", 1], pattern(9 * MIB)]:
        connection.send(sent)
        assert same(sent, connection.recv()), brief(sent)
    return "a little"
