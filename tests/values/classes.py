# SPDX-License-Identifier: MIT
"""Users' classes, in every way in which Python lets them be pickled. Runs on
every Python from 3.6."""

import collections
import enum
import typing


class Plain:
    """Attributes, no say in anything."""


class Node:
    """For graphs; hashable, and told apart in sets by its label."""

    def __init__(self, label):
        self.label = label

    def __repr__(self):
        return "Node(%r)" % (self.label,)


class Slots:
    __slots__ = "x", "y"

    def __getstate__(self):
        return None, {name: getattr(self, name)
                      for name in self.__slots__ if hasattr(self, name)}

    def __setstate__(self, state):
        for name, value in state[1].items():
            setattr(self, name, value)


class SlotsAndDict(Plain):
    """Without a say: protocols from 2 on know what to do."""
    __slots__ = "z",


class State:
    """A state that is no dict."""

    def __init__(self, state):
        self.state = state

    def __getstate__(self):
        return ["state", self.state]

    def __setstate__(self, state):
        self.state = state[1]


class Reduced:
    """A call, a state, items of a list and of a dict."""

    def __init__(self, *args):
        self.args = args
        self.items = []
        self.pairs = {}

    def __reduce__(self):
        return (Reduced, self.args, {"note": self.__dict__.get("note")},
                iter(self.items), iter(self.pairs.items()))

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, key, value):
        self.pairs[key] = value


class NewArgs:
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class NewKeywords:
    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        self.made = args, kwargs
        return self

    def __getnewargs_ex__(self):
        return self.made


class List(list):
    pass


class Dict(dict):
    pass


class Set(set):
    pass


class Tuple(tuple):
    pass


class Int(int):
    pass


class Str(str):
    pass


class Bytes(bytes):
    pass


class Float(float):
    pass


class Outer:
    """Whose names have a dot in them."""

    class Inner:
        pass

    @staticmethod
    def static():
        pass

    @classmethod
    def of_class(cls):
        pass

    def method(self):
        pass


class Error(Exception):
    def __init__(self, message, code=0):
        super().__init__(message, code)
        self.code = code


class Colour(enum.Enum):
    RED = 1
    GREEN = "green"
    BLUE = (1, 2)


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2


class Right(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    RUN = enum.auto()


class Mode(enum.IntFlag):
    A = 1
    B = 2
    C = 4


Pair = collections.namedtuple("Pair", "one other")


class Point(typing.NamedTuple):
    x: object
    y: object = 0


def function():
    pass


try:
    import dataclasses
except ImportError:  # Python 3.6
    Data = Frozen = None
else:
    @dataclasses.dataclass
    class Data:
        name: object
        items: object = dataclasses.field(default_factory=list)

    @dataclasses.dataclass(frozen=True)
    class Frozen:
        name: object
        value: object = None
