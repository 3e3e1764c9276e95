# SPDX-License-Identifier: MIT
"""Objects made at random from a seed: all that Python's own types, and users'
classes, can be. Runs on every Python from 3.6.

Objects(seed).any() is anything that can be pickled, .plain() what Python can
write as a literal, or nearly so."""

import array
import collections
import datetime
import decimal
import fractions
import functools
import itertools
import operator
import pathlib
import random
import re
import struct
import sys
import types
import unicodedata
import uuid

import classes

try:
    import numpy
except ImportError:
    numpy = None

LONG = 70000

FLOATS = [0.0, -0.0, 1.0, -1.0, 0.1, 1e16, 1e15, 9999999999999998.0, 1e-4,
          1e-5, 5e-324, -5e-324, 2.2250738585072014e-308,
          2.225073858507201e-308, sys.float_info.max, -sys.float_info.max,
          float("inf"), float("-inf"), float("nan"), 2.0 ** 53,
          2.0 ** 53 + 2, 2.0 ** 63, 2.0 ** 64, 1e22, 1e23, 123456789.125]

CHARACTERS = [
    (0, 0x20), (0x20, 0x7f), (0x7f, 0x100), (0x100, 0x250), (0x370, 0x600),
    (0x2000, 0x2070), (0x4e00, 0x9fff), (0xd800, 0xe000), (0xe000, 0xf900),
    (0xfff0, 0x10000), (0x1f300, 0x1f700), (0x10000, 0x20000),
    (0, 0x110000),
]

NAMES = [
    len, print, open, eval, int, type, object, Exception, KeyError,
    collections.OrderedDict, classes.Plain, classes.Outer.Inner,
    classes.Outer.static, classes.function, decimal.Decimal, operator.add,
    type(None), type(Ellipsis), type(NotImplemented),
]

TIMEZONES = [
    None, datetime.timezone.utc,
    datetime.timezone(datetime.timedelta(hours=-5, minutes=-30)),
    datetime.timezone(datetime.timedelta(seconds=3600), "named"),
]

TYPECODES = "bBuhHiIlLqQfd" + ("w" if sys.version_info >= (3, 13) else "")


def assigned(low, high):
    """The characters there to which Unicode, as this Python has it, gives a
    meaning."""
    return [chr(code) for code in range(low, high)
            if unicodedata.category(chr(code)) != "Cn"]


class Objects:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pool = []    # what was made, to be met again
        self.budget = 40  # how many more there may be
        self.labels = itertools.count()
        self.choices = []

    def any(self):
        """A new object, with nothing left of the last one."""
        return self.new(self.ANY)

    def plain(self):
        return self.new(self.PLAIN)

    def new(self, choices):
        self.pool, self.choices = [], choices
        self.budget = self.random.choice([3, 10, 40, 120])
        return self.make()

    def make(self):
        """Anything, for the inside of something else."""
        self.budget -= 1
        if self.pool and self.random.random() < .12:
            return self.random.choice(self.pool)
        if self.budget < 0 or self.random.random() < .35:
            return self.atom()
        return self.random.choice(self.choices)(self)

    def made(self, one):
        """That, which may be met again: also inside itself, if it is not full
        yet."""
        self.pool.append(one)
        return one

    def some(self, make=None, most=6):
        return [(make or self.make)()
                for _ in range(self.random.randrange(most))]

    # Atoms, all of which are hashable.

    def atom(self):
        return self.random.choice(self.ATOMS)(self)

    def constant(self):
        return self.random.choice([None, True, False])

    def integer(self):
        sign = self.random.choice([1, -1])
        which = self.random.randrange(8)
        if which < 3:
            return sign * self.random.randrange(300)
        if which < 6:
            bits = self.random.choice([7, 8, 15, 16, 31, 32, 63, 64])
        else:
            bits = self.random.randrange(self.random.choice([200, 9000]))
        if which == 7:
            return sign * self.random.getrandbits(bits + 1)
        return sign * (1 << bits) + self.random.randrange(-2, 3)

    def floating(self):
        if self.random.random() < .5:
            return self.random.choice(FLOATS)
        if self.random.random() < .5:
            return struct.unpack("<d", self.octets(8))[0]
        return round(self.random.uniform(-1000, 1000),
                     self.random.randrange(6))

    def complex(self):
        return complex(self.floating(), self.floating())

    def character(self):
        return chr(self.random.randrange(*self.random.choice(CHARACTERS)))

    def text(self):
        which = self.random.random()
        if which < .02:
            return self.character() * LONG
        if which < .04:
            return self.character() * self.random.choice(
                [63, 64, 255, 256, 257, 65535, 65536])
        if which < .4:
            return "".join(self.random.choice("abcxyz_")
                           for _ in range(self.random.randrange(12)))
        if which < .5:
            return self.random.choice([
                "", "'", '"', "'\"", "\\", "\n", "\\n", "\x00", "\r\n", "\x1a",
                "\ud800", "\udfff", "\ud83d\ude00", "\U0001f600", "\\u0041"])
        return self.made("".join(self.some(self.character, 20)))

    def octets(self, count):
        return bytes(self.random.getrandbits(8) for _ in range(count))

    def bytes(self):
        if self.random.random() < .03:
            return self.octets(1) * self.random.choice(
                [255, 256, 65535, 65536, LONG])
        return self.octets(self.random.randrange(20))

    ATOMS = [constant, integer, integer, floating, floating, complex, text,
             text, text, bytes]

    # Plain data.

    def hashable(self):
        which = self.random.random()
        if which < .8 or self.budget < 0:
            return self.atom()
        if which < .9:
            return tuple(self.some(self.hashable, 4))
        return frozenset(self.some(self.hashable, 4))

    def bytearray(self):
        return self.made(bytearray(self.bytes()))

    def list(self):
        one = self.made([])
        one.extend(self.some())
        return one

    def long_list(self):
        """More than a pickler writes in one go, at times."""
        one = self.made([])
        one.extend(range(self.random.choice([5, 255, 999, 1000, 1001, 2001])))
        return one

    def tuple(self):
        return self.made(tuple(self.some()))

    def tuple_in_itself(self):
        one = self.made([])
        both = one, self.make()
        one.append(both)
        return both

    def dict(self):
        one = self.made({})
        for _ in range(self.random.randrange(6)):
            one[self.hashable()] = self.make()
        return one

    def long_dict(self):
        one = self.made({})
        one.update((key, None) for key in range(self.random.choice(
            [9, 999, 1000, 1001, 2001])))
        return one

    def set(self):
        return self.made(set(self.some(self.hashable)))

    def frozenset(self):
        return self.made(frozenset(self.some(self.hashable)))

    def range(self):
        step = self.random.choice([1, 1, 2, -1, -7, 10 ** 30])
        return range(self.integer(), self.integer(), step)

    def slice(self):
        return self.made(slice(*[self.random.choice([None, self.integer()])
                                 for _ in range(3)]))

    def nested(self):
        one = inner = self.made([])
        for _ in range(self.random.randrange(80)):
            inner.append(self.random.choice([[], [1]]))
            inner = inner[-1]
        inner.append(self.make())
        return one

    PLAIN = [bytearray, list, list, tuple, tuple, tuple_in_itself, dict, dict,
             set, frozenset, range, slice, nested, long_list, long_dict]

    # All else.

    def attributes(self, one):
        """Puts some into it."""
        for name in self.random.sample("abcdef", self.random.randrange(4)):
            setattr(one, name, self.make())
        return one

    def instance(self):
        return self.attributes(self.made(self.random.choice(
            [classes.Plain, classes.Outer.Inner])()))

    def slots(self):
        one = self.made(classes.Slots())
        one.x = self.make()
        if self.random.random() < .5:
            one.y = self.make()
        return one

    def slots_and_dict(self):
        one = self.attributes(self.made(classes.SlotsAndDict()))
        one.z = self.make()
        return one

    def state(self):
        return self.made(classes.State(self.make()))

    def reduced(self):
        one = self.made(classes.Reduced(*self.some(self.atom)))
        one.note = self.make()
        one.items.extend(self.some())
        for _ in range(self.random.randrange(4)):
            one[self.hashable()] = self.make()
        return one

    def newargs(self):
        return self.made(classes.NewArgs(*self.some(most=3)))

    def newkeywords(self):
        return self.made(classes.NewKeywords(
            *self.some(most=3), a=self.make(), b=self.make()))

    def subclass(self):
        one = self.random.choice([
            lambda: classes.List(self.some()),
            lambda: classes.Dict({self.atom(): self.make()}),
            lambda: classes.Set(self.some(self.hashable)),
            lambda: classes.Tuple(self.some()),
            lambda: classes.Int(self.integer()),
            lambda: classes.Str(self.text()),
            lambda: classes.Bytes(self.bytes()),
            lambda: classes.Float(self.floating()),
        ])()
        return self.attributes(self.made(one))

    def data(self):
        if not classes.Data:
            return self.instance()
        if self.random.random() < .5:
            return self.made(classes.Frozen(self.make(), self.make()))
        one = self.made(classes.Data(self.make()))
        one.items.extend(self.some())
        return one

    def enum(self):
        right, mode = classes.Right, classes.Mode
        return self.random.choice([
            *classes.Colour, *classes.Number, right.READ,
            right.READ | right.RUN, mode.A, mode.A | mode.C])

    def namedtuple(self):
        if self.random.random() < .5:
            return self.made(classes.Pair(self.make(), self.make()))
        return self.made(classes.Point(self.make()))

    def exception(self):
        one = self.random.choice([
            lambda: ValueError(*self.some()),
            lambda: KeyError(self.make()),
            lambda: OSError(2, "No such file", "/nowhere"),
            lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
            lambda: StopIteration(self.make()),
            lambda: classes.Error(self.text(), self.integer()),
        ])()
        one.__cause__ = KeyError("a cause")
        return self.attributes(self.made(one))

    def time(self):
        moment = datetime.datetime(
            self.random.randrange(1, 10000), self.random.randrange(1, 13),
            self.random.randrange(1, 29), self.random.randrange(24),
            self.random.randrange(60), self.random.randrange(60),
            self.random.randrange(10 ** 6),
            tzinfo=self.random.choice(TIMEZONES),
            fold=self.random.randrange(2))
        return self.random.choice([
            moment, moment.date(), moment.time(), moment.timetz(),
            datetime.timedelta(self.random.randrange(-10000, 10000), 1, 5)])

    def number(self):
        return self.random.choice([
            lambda: decimal.Decimal("%d.%dE%d" % (
                self.integer(), abs(self.integer()),
                self.random.randrange(-50, 50)))
            if self.random.random() < .8 else decimal.Decimal("-Infinity"),
            lambda: fractions.Fraction(self.random.getrandbits(200),
                                       1 + self.random.getrandbits(200)),
        ])()

    def identifier(self):
        return self.random.choice([
            lambda: uuid.UUID(int=self.random.getrandbits(128)),
            lambda: pathlib.PurePosixPath("/a", "b c", "d.txt"),
            lambda: pathlib.PureWindowsPath("c:\\a", "b"),
            lambda: pathlib.Path("relative") / "path",
            lambda: re.compile("a+(b|c)", re.I),
        ])()

    def array(self):
        code = self.random.choice(TYPECODES)
        if code in "uw":
            return self.made(array.array(code, "a\u00e9\u4e2d\U0001f600"))
        one = array.array(code)
        one.frombytes(self.octets(
            one.itemsize * self.random.randrange(9)))
        return self.made(one)

    def collection(self):
        kind = self.random.randrange(7)
        pairs = [(self.atom(), self.make()) for _ in range(3)]
        if kind == 0:
            return self.made(collections.OrderedDict(pairs))
        if kind == 1:
            return self.made(collections.defaultdict(
                self.random.choice([None, list, int]), pairs))
        if kind == 2:
            return self.made(collections.Counter(self.text()[:20]))
        if kind == 3:
            return self.made(collections.deque(
                self.some(), self.random.choice([None, 3, 100])))
        if kind == 4:
            return self.made(collections.ChainMap(dict(pairs), {}))
        if kind == 5:
            return self.attributes(self.made(types.SimpleNamespace()))
        return self.made(collections.UserDict(pairs))

    def named(self):
        return self.random.choice(NAMES)

    def bound(self):
        return self.random.choice([
            lambda: [1, 2].append, lambda: "a".join, lambda: {}.get,
            lambda: classes.Outer.of_class, lambda: classes.Outer().method,
            lambda: functools.partial(int, base=self.random.randrange(2, 37)),
            lambda: operator.itemgetter(1, 2),
            lambda: operator.attrgetter("a.b"),
        ])()

    def constants(self):
        return self.random.choice([Ellipsis, NotImplemented])

    def iterator(self):
        one = self.random.choice([
            lambda: iter(self.some()), lambda: iter((1, 2, 3)),
            lambda: iter("abc"), lambda: iter(range(5)),
            lambda: reversed([1, 2]),
            lambda: enumerate(["a"]), lambda: zip([1], [2]),
            lambda: map(len, ["a"]),
        ])()
        return self.made(one)

    def graph(self):
        """Objects that know each other, in attributes, lists, dicts, sets."""
        nodes = [self.made(classes.Node(next(self.labels)))
                 for _ in range(self.random.randrange(1, 6))]
        for node in nodes:
            node.next = self.random.choice(nodes)
            node.all = nodes
            node.some = set(self.random.sample(
                nodes, self.random.randrange(len(nodes) + 1)))
            node.named = {node: self.random.choice(nodes) for node in nodes}
            node.frozen = frozenset(self.random.sample(nodes, 1))
            node.pair = node, self.random.choice(nodes)
        return self.made(nodes[0])

    def numpy(self):
        if not numpy:
            return self.array()
        values = numpy.frombuffer(self.octets(24), self.random.choice(
            ["<u1", "<i4", ">u2", "<i8"]))
        return self.made(self.random.choice([
            lambda: values.copy(),
            lambda: values.reshape(-1, 1).copy(order="F"),
            lambda: self.array_of_objects(self.some()),
            lambda: numpy.float64(self.random.random()),
            lambda: numpy.dtype([("a", "<i4"), ("b", "S3")]),
        ])())

    @staticmethod
    def array_of_objects(some):
        """As they are: numpy.array() would spread ranges out."""
        array = numpy.empty(len(some), dtype=object)
        for i, one in enumerate(some):
            array[i] = one
        return array

    ANY = PLAIN + [
        instance, slots, slots_and_dict, state, reduced, newargs, newkeywords,
        subclass, subclass, data, enum, namedtuple, exception, time, number,
        identifier, array, collection, collection, named, bound, constants,
        iterator, graph, numpy]
