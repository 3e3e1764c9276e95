# SPDX-License-Identifier: MIT
"""opcodes.py PROGRAM: each opcode that this Python's pickletools knows, by
name, in a pickle that uses it: taken as Python takes it, or refused. Runs on
every Python from 3.6."""

import pickle
import pickletools
import sys

from codec import Codec, Refused
from isomorphism import difference

P = b"\x80\x02"
PLAIN = b"cclasses\nPlain\n"

# name: pickles, each with that opcode, that mean the same here and there.
TAKEN = {
    "INT": [b"I42\n.", b"I-1\n.", b"I01\n.", b"I00\n.", b"I 7\n.",
            b"I123456789012345678901234567890\n."],
    "BININT": [b"J\x00\x00\x00\x80.", b"J\xff\xff\xff\x7f."],
    "BININT1": [b"K\x00.", b"K\xff."],
    "BININT2": [b"M\x00\x00.", b"M\xff\xff."],
    "LONG": [b"L42L\n.", b"L-1L\n.", b"L0L\n.", b"L42\n.",
             b"L" + b"9" * 4000 + b"L\n."],
    "LONG1": [b"\x8a\x00.", b"\x8a\x01\xff.", b"\x8a\x02\xff\x00.",
              b"\x8a\xff" + b"\x07" * 255 + b".", b"\x8a\x03\x01\x00\x00."],
    "LONG4": [b"\x8b\x00\x00\x00\x00.", b"\x8b\x01\x00\x00\x00\x80.",
              b"\x8b\x00\x04\x00\x00" + b"\x81" * 1024 + b"."],
    "STRING": [b"S'abc'\n.", b'S"abc"\n.', b"S''\n.", b"S'a\\'\\n\\x41\\\\'\n.",
               b"S'\\101\\t'\n."],
    "BINSTRING": [b"T\x03\x00\x00\x00abc.", b"T\x00\x00\x00\x00."],
    "SHORT_BINSTRING": [b"U\x03abc.", b"U\x00."],
    "BINBYTES": [b"B\x03\x00\x00\x00a\xff\x00."],
    "SHORT_BINBYTES": [b"C\x03a\xff\x00.", b"C\x00."],
    "BINBYTES8": [b"\x8e\x03\0\0\0\0\0\0\0a\xff\x00."],
    "BYTEARRAY8": [b"\x96\x03\0\0\0\0\0\0\0a\xff\x00."],
    "NONE": [b"N."],
    "NEWTRUE": [P + b"\x88."],
    "NEWFALSE": [P + b"\x89."],
    "UNICODE": [b"Vabc\n.", b"V\n.", b"V\\u0041\\U0001f600\\ud800\n.",
                b"V\xe9\\\\\n.", b"V\\n\\\n."],
    "SHORT_BINUNICODE": [b"\x8c\x00.", b"\x8c\x02\xc3\xa9.",
                         b"\x8c\x03\xed\xa0\x80."],
    "BINUNICODE": [b"X\x04\x00\x00\x00\xf0\x9f\x98\x80."],
    "BINUNICODE8": [b"\x8d\x01\0\0\0\0\0\0\0a."],
    "FLOAT": [b"F1.5\n.", b"F-0\n.", b"Finf\n.", b"Fnan\n.", b"F1e-400\n."],
    "BINFLOAT": [b"G\x3f\xf0\0\0\0\0\0\0.", b"G\x7f\xf8\0\0\0\0\0\1.",
                 b"G\0\0\0\0\0\0\0\1."],
    "EMPTY_LIST": [b"]."],
    "APPEND": [b"]K\1a."],
    "APPENDS": [b"](K\1K\2e.", b"](e."],
    "LIST": [b"(K\1K\2l.", b"(l."],
    "EMPTY_TUPLE": [b")."],
    "TUPLE": [b"(K\1K\2K\3K\4t.", b"(t."],
    "TUPLE1": [P + b"K\1\x85."],
    "TUPLE2": [P + b"K\1K\2\x86."],
    "TUPLE3": [P + b"K\1K\2K\3\x87."],
    "EMPTY_DICT": [b"}."],
    "DICT": [b"(K\1K\2d.", b"(d.", b"(K\1K\2K\1K\3d."],
    "SETITEM": [b"}K\1K\2s."],
    "SETITEMS": [b"}(K\1K\2K\3K\4u.", b"}(u."],
    "EMPTY_SET": [b"\x8f."],
    "ADDITEMS": [b"\x8f(K\1K\1K\2\x90."],
    "FROZENSET": [b"(K\1K\1K\2\x91.", b"(\x91."],
    "POP": [b"K\1K\x020.", b"K\1(0."],
    "DUP": [b"]2\x86.", b"]2a."],
    "MARK": [b"((K\1tt."],
    "POP_MARK": [b"K\1(K\2K\x031."],
    "GET": [b"]p7\ng7\n\x86."],
    "BINGET": [b"]q\7h\7\x86."],
    "LONG_BINGET": [b"]r\7\0\0\0j\7\0\0\0\x86."],
    "PUT": [b"]p0\n0g0\n."],
    "BINPUT": [b"]q\0h\0\x86."],
    "LONG_BINPUT": [b"]r\1\2\0\0j\1\2\0\0\x86."],
    "MEMOIZE": [b"]\x94h\0\x86."],
    "GLOBAL": [b"cclasses\nPlain\n.", b"cclasses\nfunction\n."],
    "STACK_GLOBAL": [b"\x80\x04\x8c\x07classes\x8c\x0bOuter.Inner\x93."],
    "REDUCE": [PLAIN + b")R.", b"cclasses\nReduced\n(K\1tR."],
    "BUILD": [PLAIN + b")R}X\1\0\0\0aK\1sb.", PLAIN + b")\x81N}X\1\0\0\0aK\1s"
              b"\x86b.", PLAIN + b")\x81K\1K\2\x860}b."],
    "INST": [b"(iclasses\nPlain\n.", b"(K\1iclasses\nReduced\n."],
    "OBJ": [b"(" + PLAIN + b"o.", b"(cclasses\nReduced\nK\1o."],
    "NEWOBJ": [PLAIN + b")\x81.", b"cclasses\nNewArgs\nK\1\x85\x81."],
    "NEWOBJ_EX": [b"cclasses\nNewKeywords\nK\1\x85}\x8c\1aK\2s\x92."],
    "PROTO": [b"\x80" + bytes([protocol]) + b"N." for protocol in range(5)],
    "STOP": [b"N.", b"N.trailing"],
    "FRAME": [b"\x80\x04\x95\2\0\0\0\0\0\0\0N."],
}

# name: a pickle of which that opcode alone is wrong.
REFUSED = {
    "PERSID": b"Pid\n.",
    "BINPERSID": b"K\1Q.",
    "EXT1": P + b"\x82\1.",
    "EXT2": P + b"\x83\1\0.",
    "EXT4": P + b"\x84\1\0\0\0.",
    "NEXT_BUFFER": b"\x80\x05\x97.",
    "READONLY_BUFFER": b"\x80\x05C\1a\x98.",
}


def uses(data, name):
    """Whether pickletools, too, finds the opcode in there."""
    try:
        return any(opcode.name == name for opcode, _, _ in
                   pickletools.genops(data))
    except ValueError:  # what it is stricter about than pickle is
        return True


def check_taken(codec, name, data):
    """The same to Python in each protocol that it is written in."""
    assert uses(data, name), (name, data)
    expected = pickle.loads(data)
    for protocol, recoded in codec.recode(data).items():
        if protocol <= pickle.HIGHEST_PROTOCOL:
            wrong = difference(expected, pickle.loads(recoded))
            assert wrong is None, (name, data, protocol, wrong, recoded)


def check_refused(codec, name, data):
    try:
        codec.recode(data)
    except Refused as refusal:
        assert name in str(refusal), (name, str(refusal))
    else:
        raise AssertionError("%s is taken: %r" % (name, data))


def main(program):
    names = {opcode.name for opcode in pickletools.opcodes}
    missing = names - set(TAKEN) - set(REFUSED)
    assert not missing, missing
    with Codec(program) as codec:
        for name in sorted(names):
            for data in TAKEN.get(name, []):
                check_taken(codec, name, data)
            if name in REFUSED:
                check_refused(codec, name, REFUSED[name])
    print("done", len(names), "opcodes")


if __name__ == "__main__":
    main(*sys.argv[1:])
