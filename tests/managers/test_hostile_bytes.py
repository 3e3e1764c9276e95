# SPDX-License-Identifier: MIT
"""Requests in pieces, pickles that are none or would run code, shapes that are
wrong: answered as Python would, or cut off with a reason in the log."""

import contextlib
import io
import os
import pickle
import pickletools
import struct

import pytest

from conftest import ENGINES, KEY
from hostile import wire
from rendezvous.client import frame, open_socket

from .victim import (  # noqa: F401
    FIRST, KINDS, MAX_ITEM_BYTES, Runs, hub, objects, victims)
from .wire import packed

# ---- Pieces of requests ---------------------------------------------------


def authenticated(hub, kind):
    sock = open_socket(hub.broker.at[kind])
    hub.stack.callback(sock.close)
    wire.Side(sock, "client", KEY).finish()
    return sock


@KINDS
def test_requests_cut_at_each_byte(hub, objects, kind):
    """Those that are whole are answered; then it ends."""
    ident = objects("list")
    whole = FIRST + frame(packed(ident, "append", (1,)))
    for cut in range(len(whole)):
        sock = authenticated(hub, kind)
        sock.sendall(whole[:cut])
        sock.shutdown(1)
        answers = wire.everything(sock)
        assert bool(answers) == (cut >= len(FIRST)), (cut, answers)
        sock.close()
    assert hub.proxy().returns(ident, "__len__") == 0


@KINDS
def test_those_who_break_off_at_each_byte(hub, objects, kind):
    """Without waiting for an answer; what was whole may be done."""
    ident = objects("list")
    whole = FIRST + frame(packed(ident, "append", (1,)))
    for cut in range(len(whole) + 1):
        sock = authenticated(hub, kind)
        sock.sendall(whole[:cut])
        wire.reset(sock) if kind == "tcp" else sock.close()
    assert hub.proxy().returns(ident, "__len__") <= 1


@KINDS
def test_many_requests_in_one_write(hub, objects, kind):
    ident = objects("Queue")
    one = hub.proxy(kind)
    names = [("put", (i,)) if i % 2 == 0 else ("get", ()) for i in range(400)]
    one.write(*(frame(packed(ident, name, args)) for name, args in names))
    for i, (name, _) in enumerate(names):
        assert one.answer() == (
            "#RETURN", i - 1 if name == "get" else None)


@KINDS
def test_the_servers_own_are_asked_one_at_a_time(hub, kind):
    """What is behind such a request is not looked at."""
    one = hub.speaker(kind)
    one.write(*[frame(packed(None, "dummy"))] * 10)
    assert one.answer() == ("#RETURN", None)
    assert one.rest()[0] == []


@KINDS
def test_one_byte_at_a_time(hub, objects, kind):
    ident = objects("list")
    one = hub.speaker(kind)
    for byte in FIRST + frame(packed(ident, "append", (1,))):
        one.write(bytes([byte]))
    assert one.answer() == one.answer() == ("#RETURN", None)


@KINDS
def test_requests_behind_one_that_waits(hub, objects, kind):
    """They have to wait, too, and are bounded."""
    ident = objects("Queue")
    one, other = hub.proxy(kind), hub.proxy()
    one.say(ident, "get")
    one.say(ident, "qsize")
    hub.until_waiting(1)
    other.returns(ident, "put", "x")
    assert one.answer() == ("#RETURN", "x")
    assert one.answer() == ("#RETURN", 0)


@KINDS
@pytest.mark.parametrize("tielined", ENGINES[:1], indirect=True)
def test_many_requests_of_who_says_no_more(serve, kind):
    hub = serve()
    ident, one = hub.create("list"), hub.proxy(kind)
    one.write(*(frame(packed(ident, "append", (number,)))
                for number in range(300)))
    one.stop_sending()
    for _ in range(300):
        assert one.answer() == ("#RETURN", None)
    assert hub.proxy().returns(ident, "__len__") == 300
    one.ends()


@KINDS
def test_too_many_requests_behind_one_that_waits(serve, kind):
    hub = serve()
    ident = hub.create("Queue")
    one = hub.proxy(kind)
    one.say(ident, "get")
    hub.until_waiting(1)
    with contextlib.suppress(ConnectionError):
        for _ in range(100):
            one.say(ident, "put", bytes(1000))
    assert one.rest()[0] == []
    hub.broker.log.wait_for("it asks for more before")
    hub.until_waiting(0)


@KINDS
def test_a_request_that_is_too_long(serve, kind):
    hub = serve(max_item_bytes=5000)
    one = hub.speaker(kind)
    one.write(wire.short_header(5001), HEAD)
    assert one.answer()[1].rstrip().endswith(
        "ValueError: a request is longer than max_item_bytes, 5000")
    assert one.rest()[0] == []
    hub.broker.log.wait_for("longer than max_item_bytes")


@KINDS
def test_a_request_of_the_greatest_length(hub, objects, kind):
    ident = objects("list")
    empty = len(packed(ident, "append", (b"x" * MAX_ITEM_BYTES,)))
    body = b"x" * (2 * MAX_ITEM_BYTES - empty)
    one = hub.proxy(kind)
    assert len(packed(ident, "append", (body,))) == MAX_ITEM_BYTES
    assert one.call(ident, "append", body) == ("#RETURN", None)
    assert one.returns(ident, "pop") == body
    one.say(ident, "append", body + b"x")
    assert one.answer()[0] == "#TRACEBACK"
    one.rest()


@pytest.mark.parametrize("header", [
    wire.short_header(-2), wire.short_header(-2 ** 31),
    wire.long_header(2 ** 63), wire.long_header(2 ** 64 - 1),
    wire.long_header(2 ** 40), wire.short_header(2 ** 31 - 1)],
    ids=["-2", "-2**31", "2**63", "2**64-1", "2**40", "2**31-1"])
def test_lengths_that_are_none(hub, header):
    """Behind a first request; as the first they are no dialect at all."""
    one = hub.proxy()
    one.write(header)
    answer = one.answer()
    assert answer[0] == "#TRACEBACK" and "max_item_bytes" in answer[1]
    one.ends()


@KINDS
def test_who_does_not_read(hub, objects, kind):
    """Long answers that nobody takes: one at a time is made."""
    ident = objects("list", [b"x" * 500_000])
    one, other = hub.proxy(kind), hub.proxy()
    for _ in range(50):
        one.say(ident, "#GETVALUE")
    assert other.returns(ident, "__len__") == 1
    held = [entry["held"] for entry in hub.look().values()]
    assert max(held) < 2 * MAX_ITEM_BYTES
    for _ in range(50):
        assert one.answer()[1] == [b"x" * 500_000]


# ---- Pickles --------------------------------------------------------------


class Marked:
    """What unpickling would run is only named."""

    def __init__(self, *args):
        self.args = args


class Reader(pickle.Unpickler):
    """Names what the globals are, and runs nothing."""

    def __init__(self, *args):
        super().__init__(*args)
        self.globals = []

    def find_class(self, module, name):
        self.globals.append(f"{module}.{name}")
        return Marked


CODE = {
    "system": (os.system, "touch {}"),
    "eval": (eval, "open({!r}, 'w')"),
    "exec": (exec, "open({!r}, 'w')"),
    "open": (open, "{}", "w"),
    "import": (__import__, "{}"),
    "getattr": (getattr, os, "system"),
}


def dangerous(which, path):
    function, *args = CODE[which]
    return Runs(function, *[
        arg.format(path) if isinstance(arg, str) else 1 for arg in args])


def read_symbolically(body):
    reader = Reader(io.BytesIO(body))
    reader.load()
    return reader.globals


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("which", CODE)
def test_pickles_that_would_run_code(hub, objects, tmp_path, which, protocol):
    """They are values like others, and come back as they were."""
    path = tmp_path / "ran"
    value = dangerous(which, path)
    function = CODE[which][0]
    one = hub.proxy()
    one.protocol = protocol
    for typeid, put, get in [("Queue", "put", "get"), ("list", "append", "pop"),
                             ("Value", "set", "get")]:
        ident = objects(typeid, *(("i", 0) if typeid == "Value" else ()))
        assert one.call(ident, put, value) == ("#RETURN", None)
        one.say(ident, get)
        names = read_symbolically(one.receive())
        assert [name.rpartition(".")[2] for name in names] == [
            function.__name__]
    assert not path.exists()


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("which", CODE)
def test_code_in_the_wrong_place(hub, objects, tmp_path, which, place):
    path = tmp_path / "ran"
    value = dangerous(which, path)
    ident = objects("dict")
    request = [ident, "get", ("x",), {}]
    if place < 4:
        request[place] = value
        request = tuple(request)
    else:
        request = value if place == 4 else (ident, "get", (), {"nothing": value})
    one = hub.proxy()
    one.send(pickle.dumps(request, 4))
    kind, answer = one.answer()
    assert kind in ("#TRACEBACK", "#ERROR"), answer
    assert one.returns(ident, "__len__") == 0
    assert not path.exists()


def op(name, *args):
    [code] = [one.code for one in pickletools.opcodes if one.name == name]
    return code.encode("latin-1") + b"".join(args)


HEAD = b"\x80\x04"
DEEP = 500_000
BROKEN = {
    "nothing": HEAD, "only a stop": HEAD + b".", "no stop": HEAD + b"N",
    "an unknown opcode": HEAD + b"\xff.", "protocol 77": b"\x80\x4dN.",
    "bytes of 2**63": HEAD + op("BINBYTES8", struct.pack("<Q", 2 ** 63)),
    "bytes of 2**62": HEAD + op("BINBYTES8", struct.pack("<Q", 2 ** 62)),
    "bytes of 4 GB": HEAD + op("BINBYTES", struct.pack("<I", 2 ** 32 - 1)),
    "text of 4 GB": HEAD + op("BINUNICODE", struct.pack("<I", 2 ** 32 - 1)),
    "text of 2**64": HEAD + op("BINUNICODE8", struct.pack("<Q", 2 ** 64 - 1)),
    "a number of 2 GB": HEAD + op("LONG4", struct.pack("<i", 2 ** 31 - 1)),
    "a number of -1": HEAD + op("LONG4", struct.pack("<i", -1)),
    "a frame of 2**64": HEAD + op("FRAME", struct.pack("<Q", 2 ** 64 - 1)),
    "a bytearray": b"\x80\x05" + op("BYTEARRAY8", struct.pack("<Q", 2 ** 60)),
    "memo 2**32": HEAD + b"N" + op("LONG_BINPUT", b"\xff\xff\xff\xff") + b".",
    "no such memo": HEAD + op("LONG_BINGET", b"\xff\xff\xff\xff") + b".",
    "pops of nothing": HEAD + b"0" * 100 + b".",
    "no mark": HEAD + b"Nt.", "a tuple of none": HEAD + b"\x87.",
    "marks": HEAD + b"(" * DEEP + b".",
    "deep lists": HEAD + b"]" * DEEP + b"a" * (DEEP - 1) + b".",
    "deep tuples": HEAD + b")" + b"\x85" * DEEP + b".",
    "a persistent id": HEAD + b"NQ.", "an extension": HEAD + b"\x82\x01.",
    "a buffer": b"\x80\x05\x97.", "build on None": HEAD + b"N}b.",
    "append to None": HEAD + b"NNa.", "items of None": HEAD + b"(NNu.",
    "a key that is a list": HEAD + b"}]Ns.",
    "text that is no UTF-8": HEAD + op("SHORT_BINUNICODE", b"\x01\xff") + b".",
    "a global without names": HEAD + b"NN\x93.",
    "two stops": HEAD + b"N..", "trailing": HEAD + b"N.trailing",
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_pickles(hub, objects, what):
    """Each is said to be unreadable, and the next request is served."""
    ident = objects("list")
    one = hub.proxy()
    one.send(BROKEN[what])
    kind, text = one.answer()
    assert kind == "#TRACEBACK", text
    assert one.returns(ident, "__len__") == 0
    first = hub.speaker()
    first.send(BROKEN[what])
    assert first.answer()[0] == "#TRACEBACK"
    first.ends()


def test_old_protocols(hub, objects):
    """What is not known for a pickle by its first byte, once it is known what
    comes."""
    ident = objects("list")
    one = hub.proxy()
    for protocol in (0, 1):
        one.send(pickle.dumps((ident, "append", (protocol,), {}), protocol))
        assert pickle.loads(one.receive()) == ("#RETURN", None)
    assert one.returns(ident, "#GETVALUE") == [0, 1]


def laughs(count=60):
    """2**count items, for those who do not know that they are the same."""
    value = ("ha",)
    for _ in range(count):
        value = (value, value)
    return value


@pytest.mark.parametrize("typeid, name, args", [
    ("list", "append", (laughs(),)), ("list", "__contains__", (laughs(),)),
    ("list", "count", (laughs(),)), ("list", "index", (laughs(),)),
    ("list", "extend", (laughs(),)), ("list", "__imul__", (2,)),
    ("list", "sort", ()), ("list", "#GETVALUE", ()),
    ("dict", "__setitem__", (laughs(), 1)), ("dict", "get", (laughs(),)),
    ("Queue", "put", (laughs(),)), ("Namespace", "__setattr__", ("a", laughs())),
    ("set", "add", (laughs(),)), ("Value", "set", (laughs(),)),
    ("Queue", "get", laughs()[:3]), ("Event", "wait", (laughs(),)),
])
def test_values_that_are_long_when_written_out(hub, objects, typeid, name,
                                               args):
    ident = objects(typeid, *(("i", 0) if typeid == "Value" else ()))
    one = hub.proxy()
    if typeid == "list":
        one.returns(ident, "append", laughs())
    assert one.call(ident, name, *args)[0] in ("#RETURN", "#ERROR")


# ---- Shapes ---------------------------------------------------------------


SHAPES = [
    None, 5, "text", b"bytes", (), (None,), (None, "dummy"),
    (None, "dummy", ()), (None, "dummy", (), {}, 1), {"a": 1}, {1, 2},
    (None, 5, (), {}), (None, None, (), {}), (None, b"dummy", (), {}),
    (None, "dummy", None, {}), (None, "dummy", "abc", {}),
    (None, "dummy", (), None), (None, "dummy", (), []), (None, "dummy", {}, ()),
    (None, "dummy", (), {1: 2}), (5, "dummy", (), 5),
]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_wrong_shapes(hub, objects, shape):
    ident = objects("list")
    first = hub.speaker()
    first.send(pickle.dumps(shape, 4))
    assert first.answer()[0] == "#TRACEBACK"
    first.ends()
    one = hub.proxy()
    one.send(pickle.dumps(shape, 4))
    assert one.answer()[0] == "#TRACEBACK"
    assert one.returns(ident, "__len__") == 0


def test_lists_instead_of_tuples(hub, objects):
    ident = objects("list")
    one = hub.proxy()
    one.send(pickle.dumps([ident, "append", [1], {}], 4))
    assert one.answer() == ("#RETURN", None)
