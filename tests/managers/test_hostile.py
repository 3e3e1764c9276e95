# SPDX-License-Identifier: MIT
"""Managers' clients that want too much, or make no sense: each is answered as
Python would, or cut off with a reason in the log. The broker serves others as
before, and nothing is left behind."""

import array
import multiprocessing.managers
import os

import pytest

from conftest import KEY
from hostile import wire
from rendezvous.client import frame, open_socket

from .victim import (  # noqa: F401
    FIRST, FOREIGN_EPOCH, KINDS, MAX_ITEM_BYTES, VALUES_MAX, Runs, hub, objects,
    victims)
from .wire import packed

# ---- Methods that are none ------------------------------------------------


NO_METHODS = [
    "", "nonsense", "_put", "_init", "mutex", "queue", "__class__", "__init__",
    "__new__", "__reduce__", "__reduce_ex__", "__dict__", "__del__",
    "__getattribute__", "__setattr__", "__subclasshook__", "#", "#NONE",
    "#getvalue", "Get", "get ", "get\0", "get\nput", "g\u00e9t", "\ud800",
    "get" * 1000, "x" * 100_000, "%s%n", "put;get", "id_to_obj", "create",
    "dummy", "incref",
]


@pytest.mark.parametrize("name", NO_METHODS, ids=lambda name: ascii(name)[:20])
def test_methods_that_are_none(hub, objects, name):
    ident = objects("Queue")
    proxy = hub.proxy()
    text = proxy.fails(ident, name)
    assert text.startswith(("AttributeError: ", "TypeError: ")), text
    assert len(text) < 2000
    assert proxy.returns(ident, "qsize") == 0


def test_the_servers_own_are_no_methods(hub):
    """Once a connection is for methods, and before."""
    proxy = hub.proxy()
    for name in ["dummy", "create", "incref", "accept_connection", "shutdown"]:
        assert proxy.fails(None, name).startswith("KeyError: ")
    for name in ["serve_client", "accepter", "__init__", "get", "", "stop"]:
        assert hub.refused(name).startswith("AssertionError: ")


def test_shutting_down_needs_a_right(hub):
    assert hub.refused("shutdown").startswith("PermissionError: ")


# ---- Arguments of all sorts -----------------------------------------------


SORTS = [
    (), (None,), (True,), (-1,), (2 ** 31,), (2 ** 63,), (-2 ** 63 - 1,),
    (2 ** 4000,), (0.5,), (float("nan"),), (float("-inf"),), (1e300,), (1j,),
    ("",), ("x" * 1000,), ("\0",), ("\ud800",), (b"",), (b"\xff" * 10,),
    (bytearray(b"x"),), ([],), ([[]],), ((),), ({},), ({1: 2},), (set(),),
    (frozenset([1]),), (range(5),), (slice(1, 2, 3),), (slice(None),),
    (slice("x", [], {}),), (array.array("i", [1, 2]),), (Exception("x"),),
    (int,), (print,), (object(),), (None, None), (1, 2), (1, 2, 3),
    ("a", "b", "c", "d"), (0, -1, 2 ** 70), tuple(range(50)),
]
WAITING = ["acquire", "get", "join", "put", "wait", "wait_for"]
TYPEIDS = {
    "Queue": (2,), "JoinableQueue": (), "Lock": (), "RLock": (),
    "Semaphore": (1,), "BoundedSemaphore": (1,), "Condition": (),
    "Event": (), "Barrier": (2,), "list": ([3, 1, 2],), "dict": ({"a": 1},),
    "Namespace": (), "Value": ("i", 1), "Array": ("i", [1, 2, 3]),
    "set": ([1, 2],), "LifoQueue": (), "PriorityQueue": (), "SimpleQueue": (),
    "Topic": (),
}
SPECIAL = ["__getattribute__", "__setattr__", "__delattr__", "__str__",
           "__repr__", "#GETVALUE"]


def answered(hub, proxy):
    """False if it waits."""
    def waits_or_answers(stat):
        return stat["objects"]["waiting"] > 0 or not proxy.is_quiet()
    hub.until(waits_or_answers)
    return not proxy.is_quiet()


@pytest.mark.parametrize("typeid", TYPEIDS)
def test_arguments_of_all_sorts(hub, typeid):
    """Every method with all of them: an answer, or it waits."""
    ident, exposed = hub.ask("create", typeid, *TYPEIDS[typeid])
    assert exposed or typeid == "Namespace"
    proxy = hub.proxy()
    for name in [*exposed, *SPECIAL]:
        for args in SORTS:
            if typeid == "dict" and slice in map(type, args):
                continue  # a key that not every Python has
            proxy.say(ident, name, *args)
            if name in WAITING and not answered(hub, proxy):
                proxy.close()
                proxy = hub.proxy()
                continue
            kind, value = proxy.answer()
            assert kind in ("#RETURN", "#ERROR", "#TRACEBACK", "#PROXY",
                            "#UNSERIALIZABLE"), (name, args, kind)
            if kind == "#PROXY":
                hub.give_back(value[1].id)
            assert kind != "#ERROR" or isinstance(value, Exception)
        assert name == "__exit__" or proxy.call(
            ident, name, *[0] * 10, nothing=1)[0] in ("#ERROR", "#TRACEBACK")
    proxy.close()
    hub.give_back(ident)


@pytest.mark.parametrize("typeid", TYPEIDS)
def test_constructors_with_arguments_of_all_sorts(hub, typeid):
    for args in SORTS:
        with hub.server() as server:
            kind, value = server.call(None, "create", typeid, *args)
        if kind == "#RETURN":
            hub.give_back(value[0])
        else:
            assert kind == "#TRACEBACK", (args, kind, value)


# ---- Sizes ----------------------------------------------------------------


HUGE = 2 ** 70


@pytest.mark.parametrize("maxsize", [-1, -HUGE, HUGE, 2 ** 63 - 1])
def test_queues_with_room_for_everything(hub, objects, maxsize):
    ident = objects("Queue", maxsize)
    proxy = hub.proxy()
    for i in range(3):
        assert proxy.returns(ident, "put", i, False) is None
    assert proxy.returns(ident, "full") is False
    assert proxy.returns(ident, "qsize") == 3


@pytest.mark.parametrize("typeid, args, error", [
    ("Semaphore", (-1,), "ValueError"), ("Barrier", (-1,), "ValueError"),
    ("Array", ("i", -1), "ValueError"), ("Array", ("i", HUGE), "TypeError"),
    ("Array", ("d", 2 ** 61), "MemoryError"),
    ("Array", ("i", 10 ** 12), "MemoryError"),
    ("Array", ("i", [HUGE]), "OverflowError"),
    ("Array", ("i", [10 ** 4000]), "OverflowError"),
    ("Array", ("d", [10 ** 4000]), "OverflowError"),
    ("Value", ("i", HUGE), None),
    ("list", (range(10 ** 12),), "MemoryError"),
    ("list", (range(HUGE),), "MemoryError"),
    ("set", (range(10 ** 12),), "MemoryError"),
    ("list", (5,), "TypeError"), ("dict", ([1, 2],), "TypeError"),
    ("dict", (range(10 ** 12),), "MemoryError"),
])
def test_sizes_of_new_objects(hub, typeid, args, error):
    with hub.server() as server:
        kind, value = server.call(None, "create", typeid, *args)
    if error is None:
        hub.give_back(value[0])
    else:
        assert kind == "#TRACEBACK"
        assert f"\n{error}: " in value


@pytest.mark.parametrize("name, args, errors", [
    ("__imul__", (10 ** 12,), ["MemoryError"]),
    ("__imul__", (HUGE,), ["MemoryError", "OverflowError"]),
    ("__mul__", (10 ** 12,), ["MemoryError"]),
    ("__mul__", (HUGE,), ["MemoryError", "OverflowError"]),
    ("__rmul__", (2 ** 62,), ["MemoryError"]),
    ("__mul__", (-HUGE,), ["OverflowError", None]),
    ("extend", (range(10 ** 12),), ["MemoryError"]),
    ("extend", (range(HUGE),), ["MemoryError", "OverflowError"]),
    ("__add__", (range(10 ** 12),), ["TypeError"]),
    ("insert", (2 ** 65, 1), ["OverflowError"]),
    ("insert", (-2 ** 65, 1), ["OverflowError"]),
    ("__getitem__", (HUGE,), ["IndexError"]),
    ("__getitem__", (slice(-HUGE, HUGE, HUGE),), [None]),
    ("__getitem__", (slice(-HUGE, HUGE, -HUGE),), [None]),
    ("__setitem__", (slice(0, HUGE), range(10 ** 12)), ["MemoryError"]),
    ("__setitem__", (slice(None, None, -1), range(10 ** 12)),
     ["MemoryError", "ValueError"]),
    ("__delitem__", (slice(HUGE, -HUGE, -HUGE),), [None]),
    ("pop", (HUGE,), ["IndexError", "OverflowError"]),
    ("index", (1, -HUGE, HUGE), [None, "ValueError"]),
    ("__contains__", (range(10 ** 12),), [None]),
    ("append", (range(10 ** 12),), [None]),
    ("append", ("x" * (MAX_ITEM_BYTES - 1000),), [None]),
])
def test_sizes_of_a_list(hub, objects, name, args, errors):
    ident = objects("list", [1, 2, 3])
    proxy = hub.proxy()
    kind, value = proxy.call(ident, name, *args)
    assert kind in ("#RETURN", "#ERROR"), (kind, value)
    found = type(value).__name__ if kind == "#ERROR" else None
    assert found in errors, value
    assert proxy.returns(ident, "__len__") <= 6


@pytest.mark.parametrize("name, args", [
    ("update", (range(10 ** 12),)), ("__setitem__", (range(10 ** 12), 1)),
    ("get", (10 ** 4000,)), ("__contains__", (2.0 ** 1000,)),
    ("setdefault", (frozenset(range(1000)), range(10 ** 12))),
])
def test_sizes_of_a_dict(hub, objects, name, args):
    proxy = hub.proxy()
    assert proxy.call(objects("dict"), name, *args)[0] in (
        "#RETURN", "#ERROR")


TIMEOUTS = [(float("nan"), "ValueError"), (float("inf"), "OverflowError"),
            (1e300, "OverflowError"), (HUGE, "OverflowError"),
            (10 ** 4000, "OverflowError"), ("1", "TypeError")]


@pytest.mark.parametrize("timeout, error", TIMEOUTS)
@pytest.mark.parametrize("typeid, args, name, before", [
    ("Queue", (), "get", (True,)), ("Queue", (1,), "put", (1, True)),
    ("Lock", (), "acquire", (True,)), ("RLock", (), "acquire", (True,)),
    ("Semaphore", (0,), "acquire", (True,)),
    ("Condition", (), "wait", ()), ("Event", (), "wait", ()),
    ("Barrier", (2,), "wait", ()),
])
def test_timeouts(hub, objects, typeid, args, name, before, timeout, error):
    ident = objects(typeid, *args)
    one, other = hub.proxy(), hub.proxy()
    if typeid in ("Lock", "RLock"):
        assert other.returns(ident, "acquire")
    if typeid == "Condition":
        assert one.returns(ident, "acquire")
    if name == "put":
        one.returns(ident, "put", 0)
    found = one.raises(ident, name, *before, timeout)
    assert type(found).__name__ == error
    assert hub.stat()["objects"]["waiting"] == 0


# ---- Idents ---------------------------------------------------------------


def forged(ident):
    """What is like it, and is not."""
    epoch, number, typeid = ident.split("-")
    return [
        "", "-", "--", "0", "1", "x", epoch, f"{epoch}-", f"{epoch}-{number}",
        f"{FOREIGN_EPOCH}-{number}-{typeid}", f"{epoch}-0-{typeid}",
        f"{epoch}--{typeid}", f"{epoch}- {number}-{typeid}",
        f"{epoch}-0x{number}-{typeid}", f"{epoch}-+{number}-{typeid}",
        f"{epoch}--{number}-{typeid}", f"{epoch}-ffffffffffffffff-{typeid}",
        f"{epoch}-{'f' * 17}-{typeid}", f"{epoch}-{'1' * 1000}-{typeid}",
        f"{epoch}-7fffffffffffffff-{typeid}", f" {ident}", f"\n{ident}",
        f"{ident}\0", f"{epoch}\0-{number}-{typeid}",
        f"{epoch[:-1]}-{number}-{typeid}", f"{epoch}0-{number}-{typeid}",
        f"{epoch}-{number}-{typeid * 1000}", f"{epoch}-{number}-",
        f"{epoch}-{number}-{'x' * (MAX_ITEM_BYTES // 2)}",
        "x" * (MAX_ITEM_BYTES // 2), "\ud800", "\u00e9\U0001f600" * 100,
        None, 0, 5, -1, 2 ** 70, 1.5, b"x", ident.encode(), [ident], (ident,),
        {ident: 1}, True,
    ]


def test_forged_idents(hub, objects):
    """As if they were never there."""
    ident = objects("list")
    one = hub.proxy()
    for number, other in enumerate(forged(ident)):
        text = one.fails(other, "append", number)
        assert text.startswith(("KeyError: ", "AttributeError: ")), text
        assert len(text) < 2000
    assert one.returns(ident, "__len__") == 0
    for other in forged(ident):
        for name in ["incref", "decref"]:
            assert hub.refused(name, other).startswith("KeyError: "), other
    assert hub.ask("number_of_objects") == 1


TYPES = ["dict", "Queue", "nonsense", "a/b", "../..", "%s", "\u00e9", "-", "--",
         "list ", "list\n", "\x7f", "\ud800", "\U0001f600", "x" * 128]


@pytest.mark.parametrize("typeid", TYPES)
def test_idents_with_another_typeid(hub, objects, typeid):
    """They name the object, with methods that it does not have."""
    ident = objects("list")
    other = ident.rpartition("-")[0] + "-" + typeid
    one = hub.proxy()
    for name in ["__setitem__", "put", "get", "append", "__iter__", "nothing"]:
        kind, value = one.call(other, name, "x", 1)
        assert kind in ("#TRACEBACK", "#ERROR"), (name, value)
    assert one.returns(ident, "#GETVALUE") == []
    with hub.server() as server:
        kind, value = server.call(None, "incref", other)
    assert kind == "#RETURN"
    assert ident in hub.ask("debug_info")
    hub.give_back(other)


def test_methods_of_what_is_no_token(hub, objects):
    token = multiprocessing.managers.Token
    ident = objects("list")
    assert "append" in hub.ask("get_methods", token("x", None, ident))
    for what in [None, 5, ident, [], (), {}, ("list", "address", ident),
                 token("list", None, None), token("list", None, 5),
                 token("list", None, ident.encode()), Runs(os.getpid),
                 Exception(ident)]:
        text = hub.refused("get_methods", what)
        assert text.startswith(("AttributeError: ", "KeyError: ")), text


def test_objects_that_are_gone(hub):
    ident = hub.create("Queue")
    hub.give_back(ident)
    one = hub.proxy()
    for name in ["put", "get", "__str__", "#GETVALUE"]:
        assert one.fails(ident, name).startswith("KeyError: ")
    assert hub.refused("incref", ident).startswith("KeyError: ")
    assert hub.refused("decref", ident).startswith("KeyError: ")


def test_references_never_go_below_zero(hub):
    ident = hub.create("Queue")
    for _ in range(3):
        assert hub.ask("incref", ident) is None
    for _ in range(4):
        assert hub.ask("decref", ident) is None
    for _ in range(4):
        assert hub.refused("decref", ident).startswith("KeyError: ")


# ---- Before authentication ------------------------------------------------


@KINDS
def test_a_wrong_key_gets_the_verdict_alone(hub, kind):
    sock = open_socket(hub.broker.at[kind])
    hub.stack.callback(sock.close)
    challenge = wire.read_frame(sock)
    assert challenge.startswith(wire.CHALLENGE)
    sock.sendall(frame(wire.answer(
        b"a wrong key", challenge[len(wire.CHALLENGE):])) + FIRST)
    assert wire.everything(sock) == frame(wire.FAILURE)


@KINDS
def test_requests_before_authentication(hub, kind):
    for body in [packed(None, "dummy"), packed(None, "shutdown"),
                 packed(None, "create", ("list",))]:
        sock = open_socket(hub.broker.at[kind])
        hub.stack.callback(sock.close)
        challenge = frame(wire.read_frame(sock))
        sock.sendall(frame(body) * 3)
        said = wire.everything(sock)
        assert said in (b"", frame(wire.FAILURE)), (challenge, said)


def test_half_an_authentication(hub):
    """The broker's challenge is answered, but it is never challenged."""
    sock = open_socket(hub.broker.at["unix"])
    hub.stack.callback(sock.close)
    side = wire.Side(sock, "client", KEY)
    side.go_to("challenge")
    sock.sendall(FIRST)
    side.hear()
    assert wire.everything(sock) in (b"", frame(wire.FAILURE))


# ---- Limits ---------------------------------------------------------------


def test_references_are_bounded(serve):
    hub = serve(max_references=2)
    idents = [hub.create("list") for _ in range(2)]
    assert hub.refused("create", "list").startswith("MemoryError: ")
    assert hub.ask("incref", idents[0]) is None
    hub.give_back(*idents, idents[0])
    idents = [hub.create("list") for _ in range(2)]
    hub.give_back(*idents)
    hub.is_at_rest()


def test_objects_are_bounded(serve):
    hub = serve(max_objects=2)
    idents = [hub.create("list") for _ in range(2)]
    assert "max_objects" in hub.refused("create", "list")
    hub.give_back(*idents)
    hub.is_at_rest()


def test_waiting_requests_are_bounded(serve):
    hub = serve(max_waiting_requests=1)
    ident = hub.create("Queue")
    one, other = hub.proxy(), hub.proxy()
    one.say(ident, "get")
    hub.until_waiting(1)
    kind, value = other.call(ident, "get")
    assert kind in ("#ERROR", "#TRACEBACK"), value
    assert other.returns(ident, "put", 1) is None
    assert one.answer() == ("#RETURN", 1)


@pytest.mark.parametrize("left_over", [1, 6, 7, 8])
def test_requests_of_all_the_values_there_may_be(serve, left_over):
    """The answer has room even so, and what is too much is told."""
    hub = serve()
    ident = hub.create("list")
    proxy = hub.proxy()
    kind, value = proxy.call(ident, "append",
                             [0] * (VALUES_MAX - left_over))
    assert (kind, value) == ("#RETURN", None) or (
        kind == "#TRACEBACK" and "ValueError: unreadable request" in value)
    assert proxy.returns(ident, "__len__") == (kind == "#RETURN")


def test_creating_of_all_the_values_there_may_be(serve):
    """There is none left for its options."""
    hub = serve()
    why = hub.refused("create", "list", [[0] * (VALUES_MAX - 12)])
    assert why.startswith("ValueError: ")
    hub.is_at_rest()
