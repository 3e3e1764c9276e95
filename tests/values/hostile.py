# SPDX-License-Identifier: MIT
"""Pickles that want to harm, or are none: (name, pickle, verdict). The verdict
is TAKEN, or what the error's text has to have in it, or EITHER where only the
cost matters."""

import pickle
import struct

TAKEN = True
EITHER = None

MANY = 10 ** 6
DEEP = 10 ** 6

# What calls, and whom: all of it becomes symbols.
CALLABLES = [
    "os.system", "posix.system", "nt.system", "os.popen", "os.execv",
    "os.remove", "builtins.eval", "builtins.exec", "builtins.open",
    "builtins.compile", "builtins.__import__", "builtins.getattr",
    "__builtin__.eval", "__builtin__.apply", "subprocess.Popen",
    "subprocess.check_output", "importlib.import_module", "pickle.loads",
    "marshal.loads", "types.FunctionType", "socket.create_connection",
    "shutil.rmtree", "ctypes.CDLL", "pty.spawn", "runpy.run_path",
    "commands.getoutput", "code.interact", "pip.main", "nobody.nothing",
]

TEXT = b"X\x0c\0\0\0touch /tmp/x"

WAYS = {
    "REDUCE": b"%(global)s" + TEXT + b"\x85R.",
    "STACK_GLOBAL, REDUCE": b"%(stacked)s" + TEXT + b"\x85R.",
    "INST": b"(" + TEXT + b"i%(lines)s.",
    "OBJ": b"(%(global)s" + TEXT + b"o.",
    "NEWOBJ": b"%(global)s" + TEXT + b"\x85\x81.",
    "NEWOBJ_EX": b"%(global)s" + TEXT + b"\x85}\x92.",
    "BUILD": b"%(global)s)R" + TEXT + b"b.",
    "APPENDS": b"%(global)s)R(" + TEXT + b"e.",
    "SETITEM": b"%(global)s)R" + TEXT + TEXT + b"s.",
    "a call's result called": b"%(global)s)R" + TEXT + b"\x85R.",
    "a key": b"}%(global)s" + TEXT + b"\x85RNs.",
    "a member": b"\x8f(%(global)s" + TEXT + b"\x85R\x90.",
}


def calls():
    for callee in CALLABLES:
        module, _, name = callee.encode().rpartition(b".")
        parts = {
            b"lines": module + b"\n" + name + b"\n",
            b"global": b"c" + module + b"\n" + name + b"\n",
            b"stacked": short_text(module) + short_text(name) + b"\x93",
        }
        for way, template in WAYS.items():
            yield f"{callee} by {way}", template % parts, TAKEN


def short_text(text):
    return b"\x8c" + bytes([len(text)]) + text


def word(number):
    return struct.pack("<I", number)


def long_word(number):
    return struct.pack("<Q", number)


# Counts and sizes that are claimed.
CLAIMS = [
    ("BINBYTES", b"B" + word(2 ** 32 - 1)),
    ("BINBYTES8", b"\x8e" + long_word(2 ** 62)),
    ("BINBYTES8", b"\x8e" + long_word(2 ** 64 - 1)),
    ("BINUNICODE", b"X" + word(2 ** 32 - 1)),
    ("BINUNICODE8", b"\x8d" + long_word(2 ** 62)),
    ("BINUNICODE8", b"\x8d" + long_word(2 ** 63)),
    ("BYTEARRAY8", b"\x96" + long_word(2 ** 62)),
    ("BYTEARRAY8", b"\x96" + long_word(2 ** 64 - 1)),
    ("BINSTRING", b"T" + word(2 ** 32 - 1)),
    ("BINSTRING", b"T" + word(2 ** 31)),
    ("BINSTRING", b"T" + word(2 ** 31 - 1)),
    ("SHORT_BINBYTES", b"C\xffabc"),
    ("SHORT_BINSTRING", b"U\xffabc"),
    ("SHORT_BINUNICODE", b"\x8c\xffabc"),
    ("LONG1", b"\x8a\xffabc"),
    ("LONG4", b"\x8b" + word(2 ** 32 - 1)),
    ("LONG4", b"\x8b" + word(2 ** 31)),
    ("LONG4", b"\x8b" + word(2 ** 31 - 1)),
    ("LONG_BINPUT", b"]r" + word(2 ** 32 - 1)),
    ("LONG_BINPUT", b"]r" + word(2 ** 31)),
    ("LONG_BINPUT", b"]r" + word(10 ** 8)),
    ("PUT", b"]p4294967295\n"),
    ("PUT", b"]p18446744073709551616\n"),
    ("PUT", b"]p" + b"9" * 10000 + b"\n"),
    ("PUT", b"]p-1\n"),
    ("PUT", b"]px\n"),
    ("PUT", b"]p\n"),
    ("GET", b"g0\n"),
    ("GET", b"g-1\n"),
    ("GET", b"gx\n"),
    ("GET", b"g4294967296\n"),
    ("GET", b"]p1\ng4294967297\n"),
    ("BINGET", b"h\0"),
    ("BINGET", b"]\x94h\1"),
    ("LONG_BINGET", b"j" + word(2 ** 32 - 1)),
    ("FRAME", b"\x80\4\x95" + long_word(2 ** 63) + b"N"),
    ("FRAME", b"\x80\4\x95" + long_word(2 ** 64 - 1) + b"N"),
    ("FRAME", b"\x80\4\x95" + long_word(100) + b"N"),
]


def claims():
    for number, (name, data) in enumerate(CLAIMS):
        yield f"claim {number} of {name}", data + b".", name


# What each needs is not there, or is of another kind.
WRONG = [
    # too little on the stack
    ("APPEND", b"a"), ("APPEND", b"]a"), ("APPENDS", b"](0e"),
    ("APPENDS", b"(K\1e"), ("BUILD", b"b"), ("BUILD", b"Nb"),
    ("SETITEM", b"s"), ("SETITEM", b"}K\1s"), ("SETITEMS", b"(K\1K\2u"),
    ("ADDITEMS", b"(K\1\x90"), ("REDUCE", b"R"), ("REDUCE", b"cos\nsystem\nR"),
    ("NEWOBJ", b"\x81"), ("NEWOBJ", b")\x81"), ("NEWOBJ_EX", b")}\x92"),
    ("STACK_GLOBAL", b"\x93"), ("STACK_GLOBAL", b"\x8c\2os\x93"),
    ("TUPLE1", b"\x85"), ("TUPLE2", b"N\x86"), ("TUPLE3", b"NN\x87"),
    ("POP", b"0"), ("DUP", b"2"), ("PUT", b"p0\n"), ("BINPUT", b"q\0"),
    ("LONG_BINPUT", b"r\0\0\0\0"), ("MEMOIZE", b"\x94"), ("STOP", b""),
    ("STOP", b"("), ("STOP", b"N("), ("OBJ", b"(o"),
    # things below a mark are out of reach
    ("APPEND", b"]K\1(a"), ("APPEND", b"](K\1a"), ("SETITEM", b"}K\1(K\2s"),
    ("TUPLE2", b"N(N\x86"), ("REDUCE", b"cos\nsystem\n()R"),
    ("BUILD", b"cos\nsystem\n)R(Nb"), ("DUP", b"N(2"), ("MEMOIZE", b"N(\x94"),
    ("BINPUT", b"N(q\0"), ("STACK_GLOBAL", b"\x8c\2os(\x8c\1x\x93"),
    # no mark
    ("APPENDS", b"]K\1e"), ("TUPLE", b"Nt"), ("LIST", b"Nl"),
    ("DICT", b"NNd"), ("SETITEMS", b"}K\1K\2u"), ("ADDITEMS", b"\x8fN\x90"),
    ("FROZENSET", b"N\x91"), ("POP_MARK", b"N1"), ("POP_MARK", b"1"),
    ("INST", b"ios\nsystem\n"), ("OBJ", b"cos\nsystem\no"),
    # odd numbers
    ("DICT", b"(K\1d"), ("DICT", b"(K\1K\2K\3d"), ("SETITEMS", b"}(K\1u"),
    # other kinds
    ("APPEND", b"NNa"), ("APPEND", b")Na"), ("APPEND", b"K\1Na"),
    ("APPEND", b"}Na"), ("APPENDS", b"K\1(Ne"), ("APPENDS", b")(NNe"),
    ("SETITEM", b"]NNs"), ("SETITEM", b"NNNs"), ("SETITEMS", b"](K\0Nu"),
    ("SETITEMS", b"K\1(NNu"), ("ADDITEMS", b"](N\x90"),
    ("ADDITEMS", b"}(N\x90"), ("ADDITEMS", b"K\1(N\x90"),
    ("REDUCE", b"cos\nsystem\n]R"), ("REDUCE", b"cos\nsystem\nNR"),
    ("REDUCE", b"K\1)R"), ("REDUCE", b"])R"), ("REDUCE", b"N)R"),
    ("REDUCE", b"X\1\0\0\0a)R"), ("NEWOBJ", b"K\1)\x81"),
    ("NEWOBJ", b"cos\nsystem\nN\x81"), ("NEWOBJ", b"N)\x81"),
    ("NEWOBJ_EX", b"cos\nsystem\n)N\x92"),
    ("NEWOBJ_EX", b"cos\nsystem\n]}\x92"), ("NEWOBJ_EX", b"K\1)}\x92"),
    ("NEWOBJ_EX", b"cos\nsystem\n})\x92"),
    ("STACK_GLOBAL", b"K\1K\2\x93"), ("STACK_GLOBAL", b"C\2os\x8c\1x\x93"),
    ("STACK_GLOBAL", b"NN\x93"), ("OBJ", b"(K\1o"), ("OBJ", b"(No"),
    ("BUILD", b"K\1}b"), ("BUILD", b"]}b"), ("BUILD", b"N}b"),
    ("BUILD", b")}b"), ("BUILD", b"X\1\0\0\0a}b"),
    # what cannot be a key
    ("SETITEM", b"}]Ns"), ("SETITEM", b"}}Ns"), ("SETITEM", b"}\x8fNs"),
    ("SETITEM", b"}]\x85Ns"), ("SETITEM", b"})]\x86\x85Ns"),
    ("SETITEM", b"}\x96" + long_word(0) + b"Ns"), ("SETITEMS", b"}(]Nu"),
    ("SETITEMS", b"}(NN}Nu"), ("DICT", b"(]Nd"), ("DICT", b"(NN]\x85Nd"),
    ("ADDITEMS", b"\x8f(]\x90"), ("ADDITEMS", b"\x8f(N}\x90"),
    ("ADDITEMS", b"\x8f(\x8f\x90"), ("FROZENSET", b"(]\x91"),
    ("FROZENSET", b"(N]\x85\x91"),
    # texts
    ("BINUNICODE", b"X\1\0\0\0\xff"), ("BINUNICODE", b"X\2\0\0\0\xc0\x80"),
    ("BINUNICODE", b"X\2\0\0\0\xe4\xb8"), ("BINUNICODE", b"X\1\0\0\0\x80"),
    ("BINUNICODE", b"X\4\0\0\0\xf4\x90\x80\x80"),
    ("BINUNICODE", b"X\3\0\0\0\xe0\x80\x80"),
    ("BINUNICODE", b"X\4\0\0\0\xf8\x88\x80\x80"),
    ("SHORT_BINUNICODE", b"\x8c\1\xff"), ("SHORT_BINUNICODE", b"\x8c\2a\xc3"),
    ("BINUNICODE8", b"\x8d" + long_word(1) + b"\xff"),
    ("UNICODE", b"V\\u12\n"), ("UNICODE", b"V\\uzzzz\n"),
    ("UNICODE", b"V\\U00110000\n"), ("UNICODE", b"V\\Uffffffff\n"),
    ("UNICODE", b"V\\U1\n"), ("UNICODE", b"V\\u\n"),
    ("GLOBAL", b"c\xff\nx\n"), ("GLOBAL", b"cx\n\xff\n"),
    ("INST", b"(i\xff\nx\n"),
    ("INT", b"Iabc\n"), ("INT", b"I\n"), ("INT", b"I1.5\n"),
    ("INT", b"I1 2\n"), ("INT", b"I--1\n"), ("INT", b"I0x1f\n"),
    ("INT", b"I" + b"9" * MANY + b"\n"), ("INT", b"I-\n"),
    ("LONG", b"Labc\n"), ("LONG", b"LL\n"), ("LONG", b"L\n"),
    ("LONG", b"L12X\n"), ("LONG", b"L" + b"9" * MANY + b"L\n"),
    ("LONG", b"L-L\n"), ("LONG", b"L1LL\n"),
    ("FLOAT", b"Fabc\n"), ("FLOAT", b"F\n"), ("FLOAT", b"F1,5\n"),
    ("FLOAT", b"F0x1p3\n"), ("FLOAT", b"F1e\n"), ("FLOAT", b"F1.5 x\n"),
    ("STRING", b"Sabc\n"), ("STRING", b"S'abc\n"), ("STRING", b"S'\n"),
    ("STRING", b"S\n"), ("STRING", b"S\"a'\n"), ("STRING", b"S'\\x1'\n"),
    ("STRING", b"S'\\xzz'\n"), ("STRING", b"S'\\'\n"),
    # others
    ("PROTO", b"\x80\6N"), ("PROTO", b"\x80\7N"), ("PROTO", b"\x80\xffN"),
    ("PERSID", b"Pa\n"), ("BINPERSID", b"NQ"), ("EXT1", b"\x82\1"),
    ("EXT2", b"\x83\1\0"), ("EXT4", b"\x84\1\0\0\0"),
    ("NEXT_BUFFER", b"\x97"), ("READONLY_BUFFER", b"N\x98"),
]


def wrong():
    for number, (name, data) in enumerate(WRONG):
        yield f"wrong {number} at {name}", data + b".", name


def cut():
    """What ends too early."""
    yield "nothing", b"", ""
    yield "PROTO alone", b"\x80\4", ""
    yield "no STOP", b"N", ""
    for name, data in ("INT", b"I1"), ("GLOBAL", b"cos\nsystem"), \
            ("GLOBAL", b"cos"), ("BININT", b"J\0\0\0"), ("PROTO", b"\x80"), \
            ("BINFLOAT", b"G\0\0\0\0\0\0\0"), ("FRAME", b"\x95\0\0"), \
            ("STRING", b"S'a'"), ("PUT", b"Np1"), ("BINPUT", b"Nq"), \
            ("LONG_BINPUT", b"Nr\0\0"), ("BINBYTES8", b"\x8e\0\0\0"):
        yield f"cut inside {name}, {len(data)} bytes", data, name


def truncated():
    """A rich pickle, at each byte, in each protocol."""
    for protocol in range(6):
        data = pickle.dumps(rich(), protocol)
        for length in range(len(data)):
            yield f"{length} bytes of protocol {protocol}", data[:length], ""


def rich():
    loop = [1, -2, 300, 70000, 2 ** 40, 2 ** 100, 1.5, True, None, "text",
            "\u20ac", b"bytes", bytearray(b"array"), (1,), (1, 2), (1, 2, 3),
            (1, 2, 3, 4), {"a": 1}, {1, 2}, frozenset([3]), range(3), 1j,
            KeyError("gone"), "x" * 300, b"y" * 300]
    loop.append(loop)
    return loop


def unknown(known):
    """Each byte that is no opcode."""
    for byte in set(range(256)) - known:
        yield f"the opcode {byte:#04x}", bytes([byte]) + b".", ""
        yield f"{byte:#04x} later", b"\x80\4NN0" + bytes([byte]) + b".", ""


TENS = {
    "lists": (b"]", lambda ten: b"](" + b"".join(ten) + b"e"),
    "tuples": (b")", lambda ten: b"(" + b"".join(ten) + b"t"),
    "dicts": (b"}", lambda ten: b"}(" + b"".join(
        b"K%c%b" % (i, one) for i, one in enumerate(ten)) + b"u"),
    "frozensets": (b"(\x91", lambda ten: b"(" + ten[0] + ten[0]
                   + b"\x85\x91"),
}


def laughs(kind, levels, end=b"."):
    """Each level is made of ten of the one below it."""
    start, level = TENS[kind]
    return b"\x80\4" + start + b"\x94" + b"".join(
        level([b"j" + word(i)] * 10) + b"\x94" for i in range(levels)) + end


def bombs():
    """Small pickles that stand for much."""
    for levels in 9, 30, 1000:
        for kind in TENS:
            yield f"laughs of {levels} {kind}", laughs(kind, levels), EITHER
        for kind in "tuples", "frozensets":
            yield (f"laughs of {levels} {kind} as a key", laughs(
                kind, levels, b"}j" + word(levels) + b"Ns."), EITHER)
    yield "each tuple a key, and inside the next", keys_in_keys(20000), EITHER
    yield "a long tuple in many keys", tuple_in_keys(100000, 2000), EITHER
    worst = [(2 ** 61 - 1) * i for i in range(1, 10000)]
    yield "keys whose hash is Python's worst", pickle.dumps(
        dict.fromkeys(worst), 4), EITHER
    yield "members whose hash is Python's worst", b"\x80\4\x8f(" + b"".join(
        pickle.dumps(one, 2)[2:-1] for one in worst) + b"\x90.", EITHER


def keys():
    """One thing is looked up, or hashed, again and again."""
    numbers = b"".join(b"J" + word(i) for i in range(20000))
    things = {
        "a deep tuple": b"(" * 900 + b"t" * 900,
        "a deep frozenset": b"(" * 900 + b"\x91" * 900,
        "a deep call": b"ca\nb\n" + b")R" * 900,
        "a long tuple": b"(" + numbers + b"t",
        "a long frozenset": b"(" + numbers + b"\x91",
        "long bytes": b"B" + word(200000) + b"x" * 200000,
        "a long text": b"X" + word(200000) + b"x" * 200000,
        "a long number": b"\x8b" + word(200000) + b"x" * 200000,
    }
    places = {
        "dicts": b"}h\0Ns0",
        "sets": b"\x8f(h\0\x900",
        "frozensets": b"(h\0\x910",
        "tuples in dicts": b"}h\0\x85Ns0",
    }
    for name, thing in things.items():
        for place, data in places.items():
            yield (f"{name} in many {place}", b"\x80\4" + thing + b"\x940"
                   + data * 20000 + b"N.", EITHER)
    for closing, name in (b"\x91", "frozensets"), (b"\x91\x85", "both"):
        yield f"many deep {name}", b"\x80\4" + (
            b"(" * 400 + closing * 400 + b"0") * 50 + b"N.", EITHER


def keys_in_keys(count):
    return b"\x80\4})\x940" + b"".join(
        b"j" + word(i) + b"\x85\x94Ns" for i in range(count)) + b"."


def tuple_in_keys(length, count):
    return (b"\x80\4}(" + b"N" * length + b"t\x940" + b"".join(
        b"h\0J" + word(i) + b"\x86Ns" for i in range(count)) + b".")


def depths():
    """A million levels."""
    many = {
        "lists": b"]" * DEEP + b"a" * (DEEP - 1),
        "lists by LIST": b"(" * DEEP + b"l" * DEEP,
        "tuples": b"(" * DEEP + b"t" * DEEP,
        "tuples of one": b")" + b"\x85" * DEEP,
        "tuples of two": b"N" * DEEP + b"\x86" * (DEEP - 1),
        "frozensets": b"(" * DEEP + b"\x91" * DEEP,
        "dicts": b"}N" * DEEP + b"N" + b"s" * DEEP,
        "calls": b"ca\nb\n" + b")R" * DEEP,
        "arguments": b"ca\nb\n" * 100000 + b")" + b"\x85R" * 99999,
        "instances": b"(" * 300000 + b"ia\nb\n" * 300000,
        "marks": b"(" * DEEP,
    }
    for name, data in many.items():
        yield f"a depth of {name}", data + b".", ""
    yield "things on the stack", b"N" * MANY + b".", EITHER
    yield "lists on the stack", b"]" * MANY + b".", EITHER
    yield "things in the memo", b"N" + b"\x94" * MANY + b".", EITHER
    yield "copies", b"N" + b"2" * MANY + b".", EITHER
    yield "a list of itself", b"]" + b"2a" * 99999 + b".", EITHER
    yield "states of one", b"ca\nb\n)R" + b"Nb" * MANY + b".", EITHER
    frames = (b"\x95" + long_word(0)) * 90000
    yield "empty frames", b"\x80\4" + frames + b"N.", EITHER


def call(callee, *arguments):
    module, name = callee.encode().rsplit(b".", 1)
    return (b"\x80\4c" + module + b"\n" + name + b"\n("
            + b"".join(pickle.dumps(one, 2)[2:-1] for one in arguments)
            + b"tR.")


def foldable():
    """Constructors that are run, in a way: with much, or nonsense."""
    huge = 10 ** 12
    for number, (callee, *arguments) in enumerate([
            ("builtins.range", 10 ** 100), ("builtins.range", 0, 9, 0),
            ("builtins.range",), ("builtins.range", "x"),
            ("builtins.bytearray", huge), ("builtins.bytearray", -1),
            ("builtins.bytearray", "x", "utf-7"),
            ("builtins.bytearray", [256]), ("builtins.bytes", huge),
            ("__builtin__.bytes", "x" * 9, "idna"),
            ("_codecs.encode", "\u20ac", "latin1"),
            ("_codecs.encode", "x", "zlib"), ("_codecs.encode", 1, "latin1"),
            ("_codecs.encode", "x" * 99999, "latin1"),
            ("builtins.complex", "x"), ("builtins.complex", 1, 2, 3),
            ("builtins.complex", huge ** 99, 1), ("builtins.slice",),
            ("builtins.slice", 1, 2, 3, 4), ("builtins.set", 5),
            ("builtins.set", [[]]), ("builtins.frozenset", [{}]),
            ("builtins.set", "abc" * 9999), ("builtins.list", huge),
            ("builtins.list", "abc"), ("builtins.dict", [1]),
            ("builtins.dict", [[1, 2, 3]]), ("builtins.dict", [[[], 1]]),
            ("array.array", "i", b"abc"), ("array.array", "Z", b"abcd"),
            ("array.array", "i", [huge]), ("array.array", "d", ["x"]),
            ("array.array", "u", b"\xff" * 4), ("array.array", 5),
            ("array._array_reconstructor", 1, "i", 8, b"abcd"),
            ("array._array_reconstructor", None, "i", 99, b"abcd"),
            ("array._array_reconstructor", None, "i", 8, b"abc"),
            ("array._array_reconstructor", None, "u", 18, b"\0\0\0\xff"),
            ("collections.deque", huge), ("itertools.repeat", 0, huge),
            ("builtins.pow", huge, huge), ("builtins.str", b"x" * 9, "utf-7")]):
        text = ", ".join(repr(one)[:20] for one in arguments)
        yield (f"call {number}, {callee}({text})", call(callee, *arguments),
               EITHER)
    shared = b"\x80\4cbuiltins\nlist\n" + b"cbuiltins\nrange\nJ\0\0\0\x7f\x85R"
    yield "list(range(2130706432))", shared + b"\x85R.", EITHER
    yield "set of a long range", shared.replace(b"list", b"set") + b"\x85R.", \
        EITHER
    yield "a list copied again and again", b"\x80\4(" + b"N" * 99999 + \
        b"l\x940" + b"cbuiltins\nset\nh\0\x85R0" * 999 + b"N.", EITHER


DUPLICATES = [
    ("1 twice", b"}(K\1NK\1K\2u.", TAKEN),
    ("1 and True", b"}(K\1N\x88Nu.", TAKEN),
    ("1 and 1.0", b"(K\1NG\x3f\xf0\0\0\0\0\0\0Nd.", TAKEN),
    ("0.0 and -0.0", b"}(G\0\0\0\0\0\0\0\0NG\x80\0\0\0\0\0\0\0Nu.", TAKEN),
    ("a NaN twice", b"}G\x7f\xf8\0\0\0\0\0\0\x94Nsh\0Ns.", TAKEN),
    ("itself inside", b"}q\0Nh\0s.", TAKEN),
]


def cases(known):
    """All of them; `known` are the bytes that are opcodes."""
    for group in (calls(), claims(), wrong(), cut(), truncated(),
                  unknown(known), bombs(), keys(), depths(), foldable(),
                  DUPLICATES):
        yield from group
