# SPDX-License-Identifier: MIT
"""Whether two objects are the same but for where they are in memory: types,
content, order, and what is shared with what. Runs on every Python from 3.6."""

import array
import copyreg
import enum
import struct
import types


def float_bits(number):
    return "nan" if number != number else struct.pack("<d", number)


def float32_bits(one):
    """The bytes of an array, each NaN the same."""
    return [float_bits(item) for item in one]


def array_content(one):
    return one.typecode, (float32_bits(one) if one.typecode in "fd"
                          else one.tobytes())


# What has no identity worth keeping, and what of it has to be the same.
ATOMS = {
    type(None): lambda one: None,
    type(Ellipsis): lambda one: None,
    type(NotImplemented): lambda one: None,
    bool: lambda one: one,
    int: lambda one: one,
    float: float_bits,
    complex: lambda one: (float_bits(one.real), float_bits(one.imag)),
    str: lambda one: one,
    bytes: lambda one: one,
    range: lambda one: (one.start, one.stop, one.step),
}

# What has identity, and content that is no object.
LEAVES = {
    bytearray: bytes,
    array.array: array_content,
}

# What is named, not described: it has to be the very same one.
NAMED = (type, types.FunctionType, types.ModuleType, enum.Enum)


def is_atom(one):
    """Python has one empty tuple, and at times one empty frozenset."""
    return type(one) in ATOMS or type(one) in (tuple, frozenset) and not one


def text(one):
    """A repr that does not depend on hashes."""
    if type(one) is frozenset:
        return "frozenset(%s)" % sorted(map(text, one))
    if type(one) is tuple:
        return "(%s)" % ", ".join(map(text, one))
    return repr(one)


def by_name(one):
    """An order for members of a set that does not depend on hashes."""
    return type(one).__name__, text(one)


def parts(one):
    """What is inside, in order, as a list."""
    kind = type(one)
    if kind in (list, tuple):
        return list(one)
    if kind is dict:
        return [part for pair in one.items() for part in pair]
    if isinstance(one, (set, frozenset)):
        return sorted(one, key=by_name) + [getattr(one, "__dict__", None)]
    if kind is slice:
        return [one.start, one.stop, one.step]
    reduced = copyreg.dispatch_table.get(
        kind, lambda one: one.__reduce_ex__(4))(one)
    if isinstance(reduced, str):
        return [reduced]
    made, state, items, pairs = (list(reduced) + [None] * 3)[1:5]
    return [reduced[0], made, state,
            None if items is None else list(items),
            None if pairs is None else [part for pair in pairs
                                        for part in pair]]


def difference(one, other):
    """None if they are the same, or where they are not."""
    others, ones = {}, {}
    alive = []  # or something new would get the identity of something gone
    todo = [(one, other, "it")]
    while todo:
        one, other, path = todo.pop()
        kind = type(one)
        if kind is not type(other):
            return "%s: %r is now %r" % (path, kind, type(other))
        if is_atom(one):
            if kind in ATOMS and ATOMS[kind](one) != ATOMS[kind](other) \
                    or kind not in ATOMS and other:
                return "%s: %.80r is now %.80r" % (path, one, other)
            continue
        if isinstance(one, NAMED):
            if one is not other:
                return "%s: %r is now %r" % (path, one, other)
            continue
        if id(one) in others or id(other) in ones:
            if others.get(id(one)) != id(other) \
                    or ones.get(id(other)) != id(one):
                return "%s: %.80r is shared with something else" % (path, one)
            continue
        others[id(one)], ones[id(other)] = id(other), id(one)
        alive.append((one, other))
        if kind in LEAVES:
            if LEAVES[kind](one) != LEAVES[kind](other):
                return "%s: %.80r is now %.80r" % (path, one, other)
            continue
        of_one, of_other = parts(one), parts(other)
        if len(of_one) != len(of_other):
            return "%s: %d parts are now %d" % (
                path, len(of_one), len(of_other))
        alive.append((of_one, of_other))
        path = path if len(path) < 200 else path[:100] + "..." + path[-80:]
        todo.extend((of_one[i], of_other[i], "%s.%s[%d]" % (
            path, kind.__name__, i)) for i in range(len(of_one)))
    return None
