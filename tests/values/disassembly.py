# SPDX-License-Identifier: MIT
"""disassembly.py PROGRAM SEED COUNT: pickles of objects, of each protocol, are
shown as pickletools.dis() shows them, but for its last line, which tells the
protocol. Runs on every Python from 3.6."""

import io
import pickle
import pickletools
import re
import sys
import warnings

from codec import Codec
from objects import Objects

# Each opcode of Python 2 that Python 3 does not write, and what else is rare.
WRITTEN_BY_HAND = [
    b"N.", b"(lp0\nI1\naL-5L\naF1.5\na.", b"S'a\\nb'\n.", b"Va\\u20ac\n.",
    b"T\3\0\0\0abc.", b"U\3abc.", b"U\2'\".", b"I01\n.", b"I00\n.",
    b"(c__main__\nPoint\no.", b"(i__main__\nPoint\n.", b"(N1N.", b"N20.",
    b"]r\0\1\0\0j\0\1\0\0a.", b"J\xff\xff\xff\xff.", b"M\xff\xff.",
    b"\x8a\x00.", b"\x8b\1\0\0\0\xff.", b"G\x7f\xf0\0\0\0\0\0\0.",
    b"G\xff\xf8\0\0\0\0\0\0.", b"((dtQ.", b"Pname\n.", b"\x82\1.",
    b"\x83\1\1.", b"\x84\1\1\0\0.", b"(](}(NNueNt.", b"\x80\5\x97\x98.",
    b"\x8d\3\0\0\0\0\0\0\0\xe2\x82\xac.", b"\x8e\2\0\0\0\0\0\0\0\0\xff.",
    b"\x96\2\0\0\0\0\0\0\0\0\xff.", b"\x8c\4\xf0\x9f\x90\x8d.",
    b"X\4\0\0\0a\n\0b.", b"B\1\0\0\0'.", b"C\1\".",
]


def escape(match):
    code = ord(match.group())
    return ("\\x%02x" if code < 0x100 else
            "\\u%04x" if code < 0x10000 else "\\U%08x") % code


def plain(text):
    """Which characters are shown differs with the Unicode that is known; and
    the program moves in only so far."""
    text = re.sub("[^\x00-\x7f]", escape, text)
    return re.sub(" {129,}", " ... ", text).splitlines()


def dis(data):
    """None if this Python will not show it."""
    out = io.StringIO()
    try:
        pickletools.dis(data, out)
    except (ValueError, KeyError, UnicodeDecodeError):
        return None
    return out.getvalue()


def check(codec, data):
    """Whether it could be compared."""
    expected = dis(data)
    if expected is None:
        return False
    theirs = plain(expected)
    assert theirs.pop().startswith("highest protocol among opcodes")
    ours = plain(codec.disassemble(data))
    for their, our in zip(theirs, ours):
        assert their == our, (data[:200], their, our)
    assert len(ours) == len(theirs), (data[:200], ours)
    return True


def pickles(seed, count):
    for number in range(count):
        one = Objects("%s %s" % (seed, number)).any()
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            try:
                data = pickle.dumps(one, protocol)
            except (TypeError, RecursionError, pickle.PicklingError,
                    AttributeError):
                continue
            yield data


def main(program, seed, count):
    warnings.simplefilter("ignore")  # iterators will not be pickled for ever
    shown = other = 0
    with Codec(program) as codec:
        for data in WRITTEN_BY_HAND:
            assert check(codec, data) or b"\x96" in data or b"\x97" in data, \
                data
        for data in pickles(seed, int(count)):
            if check(codec, data):
                shown += 1
            else:
                other += 1
    assert other < shown / 20, (shown, other)
    print("done", shown, "not shown by Python", other)


if __name__ == "__main__":
    main(*sys.argv[1:])
