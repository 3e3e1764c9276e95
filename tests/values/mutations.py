# SPDX-License-Identifier: MIT
"""mutations.py PROGRAM SEED COUNT: pickles with something changed, at random,
in the program and in this Python's own unpickler, with stand-ins for all that
it would import: both take them, or both refuse them; what is plain data is the
same to both. Runs on every Python from 3.6."""

import io
import pickle
import pickletools
import random
import re
import resource
import sys
import warnings

from codec import Codec
from objects import Objects

OPCODES = [ord(opcode.code) for opcode in pickletools.opcodes]
MEMORY = 2 << 30  # what Python may try to take for a claimed size

# What Python says when it refuses what the program takes, and why that is.
PYTHON_REFUSES = [
    ("NEWOBJ.* class argument", "it may be a class: it is only a name here"),
    ("'ascii' codec can't decode", "text of Python 2, which has no encoding"),
    ("invalid load key, '.x9[678]'", "this Python is older than protocol 5"),
    ("unsupported pickle protocol: 5", "this Python is older than protocol 5"),
    ("too large to convert to float", "FLOAT: as float() has it, an infinity"),
]

# What the program says when it refuses what Python takes, and why that is.
PROGRAM_REFUSES = [
    ("more than 4300 digits", "older Pythons have no such limit"),
    ("the memo ends before", "nobody leaves numbers out"),
    ("READONLY_BUFFER", "even if there is no such buffer"),
    ("(global|slice|bytes|bytearray|array.array|complex|range|set|frozenset|"
     "list|dict)(:|$)", "data of that type; Python has a stand-in there"),
    ("unhashable type", "a set is one there, not a stand-in"),
    ("a name has", "Python looks for no name here"),
]

# In a pickle, what the two take differently, and why that is.
DIFFERENT = [
    (rb"[IL]\s*[-+]?0\d", "INT and LONG with leading zeros: octal, or refused"),
    (rb"I[^0][01]\n", "INT of two characters that is 0 or 1: a bool"),
    (rb"I[^\n]*0[xXoObB]", "INT of another base than ten"),
    (rb"\([eu\x90]", "nothing is put into what takes nothing"),
    (rb"[ILpg]\s|\d[ \t\r\v\f]+\n", "numbers with white space around them"),
    (rb"[IL][^\n]*\d_\d", "INT and LONG with underscores"),
    (rb"[ILFgp][^\n]*\0", "numbers as text, which end at a NUL for Python"),
    (rb"[ci][^\n]*\n\n|[ci]\n", "names of nothing"),
]


class Symbol:
    """Stands in for what a name would be, and for what calls would give."""

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Symbol()

    def __setstate__(self, state):
        pass

    def nothing(self, *args):
        pass

    append = extend = add = __setitem__ = nothing


class DataOnly(pickle.Unpickler):
    names = 0

    def find_class(self, module, name):
        self.names += 1
        return type("Symbol", (Symbol,), {})


def python_takes(data):
    """(repr or None if it is not all plain, error or None)."""
    # Buffered as a whole: what is beyond a frame gets lost otherwise.
    unpickler = DataOnly(io.BufferedReader(io.BytesIO(data), 1 << 16))
    try:
        one = unpickler.load()
    except Exception as error:
        return None, "%s: %s" % (type(error).__name__, error)
    try:
        return (None if unpickler.names else repr(one)), None
    except (ValueError, RecursionError):
        return None, None


def program_takes(codec, data, has_repr):
    """The same of the program."""
    taken, _, _, error = codec.check(data)
    if not taken:
        return None, error
    return (codec.repr(data) if has_repr else None), None


def mutate(dice, data, other):
    """With one of a few changes."""
    data, at = bytearray(data), dice.randrange(len(data))
    length = dice.choice([1, 1, 1, 2, 4, 9])
    which = dice.randrange(8)
    if which == 0:
        data[at] ^= 1 << dice.randrange(8)
    elif which == 1:
        data[at] = dice.choice(OPCODES)
    elif which == 2:
        data[at] = dice.choice([0, 1, 0x7f, 0x80, 0xff])
    elif which == 3:
        data.insert(at, dice.choice(OPCODES))
    elif which == 4:
        del data[at:at + length]
    elif which == 5:
        data[at:at] = data[at:at + length]
    elif which == 6:
        start = dice.randrange(len(other))
        data[at:at + length] = other[start:start + length]
    else:
        data[at:] = other[dice.randrange(len(other)):]
    return bytes(data)


def sample(seed):
    """A small pickle, of any protocol."""
    objects = Objects(seed)
    while True:
        one = objects.any() if objects.random.random() < .3 else \
            objects.plain()
        try:
            data = pickle.dumps(one, objects.random.randrange(
                pickle.HIGHEST_PROTOCOL + 1))
        except (TypeError, AttributeError, pickle.PicklingError):
            continue
        if len(data) < 5000:
            return data


def known(error, table):
    return error is not None and any(
        re.search(pattern, error) for pattern, _ in table)


def check(codec, data):
    """"same", "known", or how they differ."""
    theirs, their_error = python_takes(data)
    ours, our_error = program_takes(codec, data, theirs is not None)
    if (their_error is None) == (our_error is None) and (
            theirs is None or ours is None or same_repr(theirs, ours)):
        return "same"
    if known(their_error, PYTHON_REFUSES) or known(our_error, PROGRAM_REFUSES) \
            or any(re.search(pattern, data) for pattern, _ in DIFFERENT):
        return "known"
    return "Python: %.300s\nprogram: %.300s" % (
        their_error or theirs, our_error or ours)


def same_repr(theirs, ours):
    """The members of a set have no order; which characters are printable
    changes with Unicode."""
    return sorted(theirs) == sorted(ours) or max(theirs + ours) > "\x7f"


def main(program, seed, count):
    warnings.simplefilter("ignore")
    dice = random.Random(seed)
    outcomes = {"same": 0, "known": 0}
    with Codec(program) as codec:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        other = sample("%s first" % seed)
        for number in range(int(count)):
            data = sample("%s %d" % (seed, number // 8))
            for _ in range(dice.choice([1, 1, 2, 5])):
                data = mutate(dice, data, other) or data
            outcome = check(codec, data)
            assert outcome in outcomes, "mutation %d: %r\n%s" % (
                number, data, outcome)
            outcomes[outcome] += 1
            other = data
    print("done", outcomes)


if __name__ == "__main__":
    main(*sys.argv[1:])
