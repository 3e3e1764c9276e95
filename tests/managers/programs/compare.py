#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks a broker, and a server of this Python's own, the same, over raw
connections: a line of JSON for each request, with what both have answered.

    compare.py ADDRESS KEY_FILE PROTOCOL

Runs on every CPython from 3.6."""

import json
import pickle
import re
import subprocess
import sys
from multiprocessing import managers
from multiprocessing.connection import Client

SERVER = """
import multiprocessing.managers, sys
with open(sys.argv[1], "rb") as file:
    key = file.read()
server = multiprocessing.managers.SyncManager(
    ("127.0.0.1", 0), key).get_server()
print(server.address[1], flush=True)
server.serve_forever()
"""

NOW = 0.01  # seconds


def ask(name, *args, **kwds):
    return name, args, kwds


# ---- Requests: (typeid, arguments, methods in their order) -----------------


QUEUE = [
    ask("empty"), ask("qsize"), ask("full"),
    ask("get_nowait"), ask("get", False), ask("get", True, NOW),
    ask("get", timeout=NOW), ask("get", block=False), ask("get", False, -1),
    ask("put", 1), ask("put", [1, "two", 3.0, None, (4,), {"5": {6}}]),
    ask("full"), ask("put", 3, False), ask("put_nowait", 3),
    ask("put", 3, True, NOW), ask("put", item=3, block=True, timeout=0),
    ask("put", 3, True, -1), ask("get", True, -1), ask("get", timeout=-0.5),
    ask("qsize"), ask("get"), ask("get", True, None), ask("empty"),
    ask("put"), ask("put", 1, 2, 3, 4), ask("put", 1, nothing=2),
    ask("get", 1, 2, 3), ask("qsize", 1), ask("get", nothing=1),
    ask("get", True, "soon"), ask("put", "more", True, "soon"),
    ask("put", 1, "yes"), ask("get", "yes"),
    ask("get", True, 1e300), ask("get", True, 2 ** 70),
    ask("get", True, float("inf")), ask("get", True, float("-inf")),
    ask("task_done"), ask("task_done"), ask("task_done"), ask("task_done"),
    ask("task_done"), ask("task_done"),
    ask("_put", 1), ask("__len__"), ask("mutex"), ask("nonsense"),
    ask("__class__"), ask("__init__"), ask("__reduce__"), ask("__dict__"),
    ask("__getattribute__", "queue"), ask("__setattr__", "maxsize", 1),
    ask("#GETVALUE"), ask("#GETVALUE", 1), ask("__repr__", 1), ask("#NONE"),
]

LOCK = [
    ask("acquire"), ask("acquire", False), ask("acquire", True, NOW),
    ask("acquire", blocking=False), ask("acquire", timeout=NOW),
    ask("acquire", True, -5), ask("acquire", False, 1),
    ask("acquire", "yes", "no"), ask("acquire", 1, 2, 3),
    ask("acquire", nothing=1), ask("release", 1), ask("release"),
    ask("release"), ask("_release_save"), ask("#GETVALUE"),
]

RLOCK = [
    ask("acquire"), ask("acquire", False), ask("acquire", True, NOW),
    ask("acquire", True, -5), ask("acquire", False, 1),
    ask("acquire", 1, 2, 3), ask("release", 1), ask("release"),
    ask("release"), ask("release"), ask("release"), ask("#GETVALUE"),
]

SEMAPHORE = [
    ask("acquire"), ask("acquire", False), ask("acquire", False),
    ask("acquire", True, NOW), ask("acquire", False, 1),
    ask("acquire", timeout=NOW), ask("acquire", 1, 2, 3),
    ask("release"), ask("release"), ask("release"), ask("acquire"),
    ask("#GETVALUE"),
]

CONDITION = [
    ask("wait", NOW), ask("notify"), ask("notify_all"), ask("release"),
    ask("acquire"), ask("acquire"), ask("wait", NOW), ask("wait", 0),
    ask("wait", -1), ask("notify"), ask("notify", 2), ask("notify", -1),
    ask("notify_all"), ask("notify", 1, 2), ask("notify", n=1),
    ask("wait", timeout=NOW), ask("wait", "soon"), ask("release"),
    ask("release"), ask("release"), ask("wait_for"), ask("#GETVALUE"),
]

EVENT = [
    ask("is_set"), ask("wait", NOW), ask("wait", 0), ask("wait", -1),
    ask("clear"), ask("set"), ask("set"), ask("is_set"), ask("wait"),
    ask("wait", timeout=5), ask("wait", None), ask("clear"), ask("is_set"),
    ask("set", 1), ask("wait", "soon"), ask("wait", 1, 2), ask("is_set", 1),
    ask("#GETVALUE"),
]

BARRIER = [
    ask("__getattribute__", "parties"), ask("__getattribute__", "n_waiting"),
    ask("__getattribute__", "broken"), ask("wait", NOW),
    ask("__getattribute__", "broken"), ask("wait"), ask("wait", 1), ask("reset"),
    ask("__getattribute__", "broken"), ask("abort"), ask("wait"),
    ask("__getattribute__", "nonsense"), ask("__getattribute__"),
    ask("__getattribute__", 5), ask("reset", 1), ask("wait", 1, 2),
    ask("reset"), ask("wait", -1), ask("#GETVALUE"),
]

LIST = [
    ask("__len__"), ask("append", 1), ask("append", "two"), ask("extend", [3]),
    ask("extend", (4,)), ask("extend", "ab"), ask("extend", 5),
    ask("__getitem__", 0), ask("__getitem__", -1), ask("__getitem__", 100),
    ask("__getitem__", slice(1, 3)), ask("__getitem__", slice(None, None, -2)),
    ask("__getitem__", "x"), ask("__getitem__", 1.0),
    ask("__getitem__", 2 ** 70), ask("__getitem__", slice(None, None, 0)),
    ask("__setitem__", 0, [1]), ask("__setitem__", -1, None),
    ask("__setitem__", 100, None), ask("__setitem__", slice(0, 1), "xyz"),
    ask("__setitem__", slice(0, 4, 2), "ab"),
    ask("__setitem__", slice(0, 4, 2), "abc"), ask("__setitem__", "x", 1),
    ask("__setitem__", slice(0, 1), 5),
    ask("#GETVALUE"), ask("__str__"), ask("__repr__"),
    ask("insert", 0, "first"), ask("insert", -1, "last but one"),
    ask("insert", 100, "last"), ask("insert", 2 ** 65, 1),
    ask("insert", "x", 1), ask("insert", 1), ask("#GETVALUE"),
    ask("index", "first"), ask("index", "nothing"), ask("index", "first", 1),
    ask("index", "last", 0, -1), ask("index", "last", 0, 100),
    ask("count", 1), ask("count", "last"), ask("count"),
    ask("__contains__", "last"), ask("__contains__", 77),
    ask("pop"), ask("pop", 0), ask("pop", 100), ask("pop", "x"),
    ask("remove", "two"), ask("remove", "nothing"),
    ask("reverse"), ask("sort"), ask("#GETVALUE"),
    ask("__delitem__", 0), ask("__delitem__", 100), ask("__delitem__", "x"),
    ask("__delitem__", slice(0, 100)), ask("pop"), ask("sort"),
    ask("extend", [3, 1, 2]), ask("sort", reverse=True), ask("#GETVALUE"),
    ask("sort"), ask("sort", 1),
    ask("__add__", [4]), ask("__add__", (4,)), ask("__mul__", 2),
    ask("__mul__", 0), ask("__mul__", -3), ask("__mul__", "x"),
    ask("__rmul__", 2), ask("__imul__", 2), ask("#GETVALUE"),
    ask("__imul__", 10 ** 12), ask("__mul__", 2 ** 70),
    ask("__reversed__", 1), ask("__eq__", 1),
    ask("__class__"), ask("append"), ask("append", 1, 2),
    ask("__len__", 1), ask("#GETVALUE"),
]

DICT = [
    ask("__len__"), ask("__setitem__", "a", 1), ask("__setitem__", 2, "b"),
    ask("__setitem__", (3, "c"), [3]), ask("__setitem__", None, None),
    ask("__setitem__", [1], 1), ask("__setitem__", 1.5, b"x"),
    ask("__setitem__", 2.0, "B"), ask("__setitem__", {}, 1),
    ask("__getitem__", "a"), ask("__getitem__", "z"), ask("__getitem__", 2),
    ask("__getitem__", [1]), ask("__getitem__", (3, "d")),
    ask("__getitem__", "it's"), ask("__getitem__", 10 ** 30),
    ask("get", "a"), ask("get", "z"), ask("get", "z", 5), ask("get", [1]),
    ask("get"), ask("__contains__", "a"), ask("__contains__", "z"),
    ask("__contains__", [1]), ask("keys"), ask("values"), ask("items"),
    ask("copy"), ask("#GETVALUE"), ask("__str__"), ask("__repr__"),
    ask("pop", "a"), ask("pop", "a"), ask("pop", "a", None), ask("pop"),
    ask("pop", [1]), ask("setdefault", "s"), ask("setdefault", "s", 1),
    ask("setdefault", "t", 1), ask("setdefault"), ask("update", {"u": 1}),
    ask("update", [("v", 1), ("w", 2)]), ask("update", x=1, y=2),
    ask("update", {"z": 1}, z=2), ask("update", 5), ask("update", [1]),
    ask("update", ["abc"]), ask("update"), ask("update", 1, 2),
    ask("popitem"), ask("__delitem__", "x"), ask("__delitem__", "nothing"),
    ask("__delitem__", [1]), ask("#GETVALUE"), ask("clear"), ask("popitem"),
    ask("__len__"), ask("clear", 1), ask("__iter__"), ask("__iter__", 1),
    ask("nonsense"), ask("__class__"), ask("#GETVALUE"),
]

NAMESPACE = [
    ask("__getattribute__", "a"), ask("__setattr__", "a", [1]),
    ask("__setattr__", "c", 1), ask("__getattribute__", "a"),
    ask("__getattribute__", "b"), ask("__delattr__", "a"),
    ask("__delattr__", "a"), ask("__getattribute__", 1),
    ask("__setattr__", 1, 1), ask("__setattr__", "a"), ask("__getattribute__"),
    ask("__str__"), ask("__repr__"), ask("nonsense"),
]

VALUE = [
    ask("get"), ask("set", 2), ask("get"), ask("set", "text"), ask("get"),
    ask("set"), ask("set", 1, 2), ask("get", 1), ask("__str__"),
    ask("__repr__"), ask("nonsense"),
]

ARRAY = [
    ask("__len__"), ask("__getitem__", 0), ask("__getitem__", -1),
    ask("__getitem__", 3), ask("__getitem__", slice(0, 2)),
    ask("__getitem__", "x"), ask("__setitem__", 0, 5),
    ask("__setitem__", 3, 5), ask("__setitem__", 0, "x"),
    ask("__setitem__", 0, 2 ** 40), ask("__setitem__", 0, 1.5),
    ask("__setitem__", 0), ask("__len__", 1), ask("#GETVALUE"),
    ask("__str__"), ask("__repr__"), ask("nonsense"),
]

OBJECTS = [
    ("Queue", (2,), QUEUE), ("JoinableQueue", (2,), QUEUE),
    ("Queue", (), [ask("full"), ask("put", 1), ask("full")]),
    ("Queue", (-1,), [ask("put", 1), ask("full"), ask("qsize")]),
    ("Queue", (2 ** 70,), [ask("put", 1), ask("full"), ask("qsize")]),
    ("Lock", (), LOCK), ("RLock", (), RLOCK), ("Semaphore", (2,), SEMAPHORE),
    ("Semaphore", (), SEMAPHORE), ("BoundedSemaphore", (2,), SEMAPHORE),
    ("Condition", (), CONDITION), ("Event", (), EVENT),
    ("Barrier", (2,), BARRIER), ("list", (), LIST),
    ("list", ([1, 2],), [ask("#GETVALUE")]),
    ("list", ("abc",), [ask("#GETVALUE")]),
    ("list", ({"a": 1},), [ask("#GETVALUE")]), ("dict", (), DICT),
    ("dict", ({"a": 1},), [ask("#GETVALUE")]),
    ("dict", ([(1, 2), (3, 4)],), [ask("#GETVALUE")]),
    ("Namespace", (), NAMESPACE), ("Value", ("i", 1), VALUE),
    ("Array", ("i", [1, 2, 3]), ARRAY), ("Array", ("d", (1, 2, 3)), ARRAY),
]

# What server calls are asked with, but for idents.
SERVER_CALLS = [
    ask("dummy"), ask("dummy", 1), ask("dummy", x=1), ask("nonsense"),
    ask("__init__"), ask("accepter"), ask("id_to_obj"), ask("serve_client"),
    ask("create"), ask("create", "nonsense"), ask("create", 5),
    ask("create", "list", 5), ask("create", "list", 1, 2),
    ask("create", "dict", 5),     ask("create", "Queue", 1, 2), ask("create", "Semaphore", -1),
    ask("create", "BoundedSemaphore", -1), ask("create", "Lock", 1),
    ask("create", "Barrier"), ask("create", "Event", 1),
    ask("create", "Array", "i"), ask("create", "Array", "nonsense", [1]),
    ask("create", "Array", "i", ["x"]), ask("create", "Array", "i", [2 ** 40]),
    ask("create", "Value", "i"), ask("create", "Namespace", 1),
    ask("create", "Iterator"), ask("create", "AsyncResult"),
    ask("incref"), ask("incref", "nonsense"), ask("incref", None),
    ask("incref", 5), ask("incref", "a", "b"), ask("decref"),
    ask("decref", "nonsense"), ask("decref", None), ask("get_methods"),
    ask("get_methods", "nonsense"), ask("get_methods", None),
    ask("get_methods", managers.Token("list", "here", "nonsense")),
    ask("number_of_objects", 1), ask("debug_info", 1),
    ask("accept_connection"), ask("accept_connection", 1, 2),
    ask("shutdown", 1, 2),
]

SHAPES = [
    (), (None,), (None, "dummy", ()), (None, "dummy", (), {}, 1),
    [None, "dummy", (), {}], (None, "dummy", [], {}), None, 5, "text", b"text",
    {}, (None, 5, (), {}), (None, None, (), {}), (None, "dummy", None, {}),
    (None, "dummy", 5, {}), (None, "dummy", (), None), (None, "dummy", (), 5),
    (5, "dummy", (), {}), ("x", "dummy", (), {}),
    (None, "dummy", (), {"self": 1}),
]


# ---- Answers, without what differs between any two servers -----------------


def raised(text):
    """The classes of what was raised, one while the other was handled."""
    return re.findall(r"^(?:\w+\.)*(\w+)(?::|$)", text, re.M)


def shown_value(value):
    if isinstance(value, (set, frozenset)):
        return [type(value).__name__, sorted(map(repr, value))]
    return repr(value)


# Python's own texts differ from version to version.
UNQUOTED = TypeError, OverflowError, MemoryError


def shown(kind, value):
    if kind == "#RETURN":
        return [kind, shown_value(value)]
    if kind == "#ERROR":
        what = type(value)
        args = "" if what in UNQUOTED else repr(value.args)
        return [kind, what.__module__, what.__name__, args]
    if kind == "#PROXY":
        return [kind, value[1].typeid]
    assert isinstance(value, str)
    return [kind, raised(value)]


# ---- Those who are asked ---------------------------------------------------


class Server:
    def __init__(self, address, key, protocol):
        self.address = address
        self.key = key
        self.protocol = protocol

    def connect(self):
        return Client(self.address, authkey=self.key)

    def exchange(self, conn, request):
        conn.send_bytes(pickle.dumps(request, self.protocol))
        return conn.recv()

    def once(self, request):
        """On a connection of its own, which ends with the answer."""
        conn = self.connect()
        try:
            answer = self.exchange(conn, request)
            try:
                conn.recv_bytes()
                raise AssertionError("there is something behind the answer")
            except EOFError:
                return answer
        finally:
            conn.close()

    def ask(self, name, *args, **kwds):
        return self.once((None, name, args, kwds))

    def returns(self, name, *args, **kwds):
        kind, value = self.ask(name, *args, **kwds)
        assert kind == "#RETURN", (name, args, kind, value)
        return value

    def serving(self):
        conn = self.connect()
        answer = self.exchange(conn, (None, "accept_connection", ("it",), {}))
        assert answer == ("#RETURN", None), answer
        return conn


def say(step, ours, stock):
    print(json.dumps(dict(step=step, ours=ours, stock=stock)), flush=True)


def compare(step, servers, function):
    say(step, *[function(server) for server in servers])


def step_text(typeid, name, args, kwds):
    words = [repr(arg) for arg in args]
    words += ["%s=%r" % pair for pair in sorted(kwds.items())]
    return "%s.%s(%s)" % (typeid, name, ", ".join(words))


def exposed_methods(servers, typeid, args):
    """An object with each of them: whatever has a method at a stock server,
    has it here. The idents."""
    answers = [server.ask("create", typeid, *args) for server in servers]
    if any(kind != "#RETURN" for kind, _ in answers):
        say(typeid, *[shown(*answer) for answer in answers])
        return None
    idents, exposed = zip(*[value for _, value in answers])
    assert all(type(one) is tuple for one in exposed)
    say(typeid + " exposes", *[
        ["methods", sorted(set(exposed[1]) & set(one))] for one in exposed])
    for server, ident, methods in zip(servers, idents, exposed):
        token = managers.Token(typeid, server.address, ident)
        again = server.returns("get_methods", token)
        assert set(again) == set(methods)
    return idents


def references(servers, typeid, idents):
    """They come and go, and with the last one the object."""
    def ask_all(server, ident):
        yield server.ask("incref", ident)
        for _ in range(3):
            yield server.ask("decref", ident)
        yield server.ask("incref", ident)
        yield server.ask("number_of_objects")
    answers = [[shown(*answer) for answer in ask_all(*pair)]
               for pair in zip(servers, idents)]
    for at, pair in enumerate(zip(*answers)):
        say("%s, reference %d" % (typeid, at), *pair)


def give_back_proxies(servers, answers):
    for server, (kind, value) in zip(servers, answers):
        if kind == "#PROXY":
            exposed, token = value
            assert "__next__" in exposed and token.address == server.address
            assert server.returns("decref", token.id) is None


def compare_object(servers, typeid, args, methods):
    idents = exposed_methods(servers, typeid, args)
    if not idents:
        return
    conns = [server.serving() for server in servers]
    for name, args, kwds in methods:
        answers = [
            server.exchange(conn, (ident, name, args, kwds))
            for server, conn, ident in zip(servers, conns, idents)]
        give_back_proxies(servers, answers)
        say(step_text(typeid, name, args, kwds),
            *[shown(*answer) for answer in answers])
    for conn in conns:
        conn.close()
    references(servers, typeid, idents)


def compare_shapes(servers):
    """No more than the kind of the answer: nobody tells these apart."""
    for shape in SHAPES:
        compare("on its own: %r" % (shape,), servers,
                lambda server: server.once(shape)[:1])
    conns = [server.serving() for server in servers]
    for shape in SHAPES:
        say("among methods: %r" % (shape,), *[
            server.exchange(conn, shape)[:1]
            for server, conn in zip(servers, conns)])
    for conn in conns:
        conn.close()


def run(servers):
    for name, args, kwds in SERVER_CALLS:
        compare(step_text("server", name, args, kwds), servers,
                lambda server: shown(*server.ask(name, *args, **kwds)))
    compare("server.debug_info()", servers,
            lambda server: shown(*server.ask("debug_info")))
    compare_shapes(servers)
    for row in OBJECTS:
        compare_object(servers, *row)


def python_address(text):
    """tcp://HOST:PORT or unix:PATH as multiprocessing has it."""
    if text.startswith("unix:"):
        return text[len("unix:"):]
    host, port = text[len("tcp://"):].rsplit(":", 1)
    return host.strip("[]"), int(port)


def main(address, key_file, protocol):
    with open(key_file, "rb") as file:
        key = file.read()
    stock = subprocess.Popen([sys.executable, "-c", SERVER, key_file],
                             stdout=subprocess.PIPE)
    try:
        port = int(stock.stdout.readline())
        run([Server(place, key, int(protocol)) for place in (
            python_address(address), ("127.0.0.1", port))])
    finally:
        stock.kill()
        stock.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
