# SPDX-License-Identifier: MIT
"""Calls of objects, by proxies of stock Python, and what comes of each: at a
server of its own, or at the one at ADDRESS.

    python3 same_calls.py [ADDRESS KEY_FILE]

prints a line of JSON for each call: what it was, and its outcome.
"""

import array
import json
import queue
import sys
from multiprocessing import managers

# What is no typeid of SyncManager, with what its proxies have.
MORE = {
    "set": (set, [name for name in dir(set) if not name.startswith("__")] + [
        "__%s__" % name for name in (
            "contains", "len", "and", "or", "sub", "xor", "rsub", "eq", "le",
            "lt")]),
    "LifoQueue": (queue.LifoQueue, None),
    "PriorityQueue": (queue.PriorityQueue, None),
}


class Manager(managers.SyncManager):
    pass


for typeid, (callable_, exposed) in MORE.items():
    Manager.register(typeid, callable_, exposed=exposed)


def c(method, *args, **kwds):
    return method, args, kwds


def of(typeid, *args, **kwds):
    return typeid, args, kwds


QUEUE = [
    c("empty"), c("full"), c("qsize"), c("get_nowait"), c("get", False),
    c("get", True, -1), c("get", block=False), c("get", timeout=0),
    c("put", 1), c("put", "a", True), c("put", None, False), c("qsize"),
    c("put_nowait", [1]), c("full"), c("put", 5, timeout=0),
    c("put", 5, True, -2), c("put_nowait"), c("put"), c("get", "x", "y"),
    c("get"), c("task_done"), c("task_done"), c("get_nowait"), c("qsize", 1),
    c("nothing"), c("_init", 5), c("join", 1), c("__len__"),
]
LIST = [
    c("__len__"), c("__getitem__", 0), c("__getitem__", -1),
    c("__getitem__", 99), c("__getitem__", "a"), c("__getitem__", None),
    c("__getitem__", slice(None, None, 2)), c("__getitem__", slice(1, 0, 0)),
    c("__contains__", 2), c("__contains__", []), c("append", {"a": 1}),
    c("append"), c("append", 1, 2), c("extend", "ab"), c("extend", 5),
    c("insert", 1, "x"), c("insert", "a", "x"), c("insert", -100, None),
    c("count", "x"), c("index", "x"), c("index", "nowhere"),
    c("index", "x", 0, 1), c("pop"), c("pop", 0), c("pop", 99), c("pop", "a"),
    c("remove", "x"), c("remove", "x"), c("reverse"), c("__reversed__"),
    c("sort"), c("__setitem__", 0, (1, 2)), c("__setitem__", 99, 1),
    c("__setitem__", slice(0, 2), [7, 8, 9]), c("__setitem__", slice(0, 2), 7),
    c("__setitem__", slice(None, None, 2), [1]), c("__delitem__", 0),
    c("__delitem__", 99), c("__delitem__", slice(1, 2)), c("__add__", [1]),
    c("__add__", (1,)), c("__mul__", 2), c("__mul__", -1), c("__mul__", "a"),
    c("__rmul__", 2), c("pop"), c("pop", 0), c("extend", [3, 1, 2]),
    c("sort"), c("__getitem__", slice(None)), c("sort", reverse=True),
    c("__getitem__", slice(None)), c("sort", key=None),
    c("sort", 1), c("sort", keys=1), c("__str__"), c("__repr__"),
    c("nothing"), c("#GETVALUE"), c("__len__", 1),
]
DICT = [
    c("__len__"), c("__getitem__", "a"), c("__getitem__", "nowhere"),
    c("__getitem__", []), c("__setitem__", "b", [1]), c("__setitem__", {}, 1),
    c("__setitem__", 1, "x"), c("__setitem__", 1.0, "y"),
    c("__contains__", True), c("__contains__", "z"), c("__contains__", []),
    c("get", "a"), c("get", "z"), c("get", "z", 5), c("get"), c("get", {}),
    c("pop", "a"), c("pop", "a"), c("pop", "a", None), c("pop", []),
    c("setdefault", "s"), c("setdefault", "s", 4), c("setdefault", "t", 4),
    c("update", {"u": 1}), c("update", [("v", 2)]), c("update", w=3),
    c("update", 5), c("update", [5]), c("update", [(1, 2, 3)]),
    c("update", {}, {}), c("update"), c("__iter__"), c("items"), c("keys"),
    c("values"),
    c("copy"), c("__delitem__", "u"), c("__delitem__", "u"), c("popitem"),
    c("__str__"), c("__repr__"), c("#GETVALUE"), c("has_key", 1), c("clear"),
    c("popitem"), c("pop", []), c("__iter__"), c("nothing"), c("__len__"),
]
SET = [
    c("__len__"), c("add", 3), c("add", []), c("__contains__", 3),
    c("__contains__", []), c("discard", 4), c("discard", {}), c("remove", 4),
    c("remove", {}), c("union", [7], (8,)), c("union", 5),
    c("intersection", [3]), c("difference", {3}), c("__or__", {9}),
    c("__and__", {3}), c("__sub__", {3}), c("__xor__", {3}),
    c("issubset", [1, 2, 3, 4, 5]), c("issuperset", [3]), c("isdisjoint", [3]),
    c("__eq__", {1}), c("__le__", {1}), c("__lt__", {1}), c("update", [5], "a"),
    c("intersection_update", {3, 5, 6}), c("difference_update", [5]),
    c("symmetric_difference_update", [5]), c("symmetric_difference", [5], 6),
    c("copy"), c("#GETVALUE"), c("__rsub__", {1, 3}),
    c("clear"), c("pop"), c("__repr__"), c("nothing"), c("__len__"),
]
ACQUIRER = [
    c("release"), c("acquire", False), c("acquire", False, 1),
    c("acquire", True, -2), c("release"), c("release", 5, 6),
    c("acquire", True, 0.5), c("acquire", 1, 2, 3), c("#GETVALUE"),
    c("nothing"), c("release"), c("release"),
]
CASES = [
    (of("Queue", 3), QUEUE), (of("JoinableQueue", maxsize=2), QUEUE),
    (of("LifoQueue"), QUEUE),
    (of("PriorityQueue", 3), [
        c("put", 5), c("put", 3), c("put", 4), c("put", 1, False), c("get"),
        c("get"), c("get"), c("get_nowait"), c("qsize")]),
    (of("Queue", 1, 2, 3), []), (of("Queue", size=3), []),
    (of("list", [1, 2, 3]), LIST), (of("list"), LIST),
    (of("list", "abc"), LIST[:44]),
    (of("list", 5), []), (of("list", None), []), (of("list", 1, 2), []),
    (of("dict", {"a": 1}), DICT), (of("dict", [("a", 1)], b=2), DICT),
    (of("dict", a=1, items=2, name=3, kind=4), DICT), (of("dict"), DICT),
    (of("dict", 5), []), (of("dict", None), []), (of("dict", {}, {}), []),
    (of("set", [3, 1]), SET), (of("set"), SET), (of("set", 5), []),
    (of("Lock"), ACQUIRER), (of("RLock"), ACQUIRER),
    (of("Semaphore"), ACQUIRER), (of("Semaphore", 2), ACQUIRER),
    (of("Semaphore", value=0), ACQUIRER), (of("Semaphore", -1), []),
    (of("BoundedSemaphore"), ACQUIRER), (of("BoundedSemaphore", 2), ACQUIRER),
    (of("Lock", 5), []), (of("Semaphore", 1, 2), []),
    (of("Condition"), [
        c("wait", 0), c("notify"), c("notify_all"), c("release"), c("acquire"),
        c("wait", 0), c("wait", 0.01), c("wait", -1), c("notify"),
        c("notify", 3), c("notify_all"), c("notify_all", 1), c("release"),
        c("nothing"), c("#GETVALUE"), c("wait", 1, 2),
    ]),
    (of("Event"), [
        c("is_set"), c("wait", 0), c("wait", 0.01), c("wait", -1), c("set"),
        c("is_set"), c("wait"), c("wait", None), c("clear"), c("is_set"),
        c("set", 1), c("#GETVALUE"), c("nothing"),
    ]),
    (of("Event", 1), []),
    (of("Barrier", 1), [
        c("wait"), c("wait", 1), c("__getattribute__", "parties"),
        c("__getattribute__", "n_waiting"), c("__getattribute__", "broken"),
        c("__getattribute__", "nothing"), c("abort"), c("wait"),
        c("__getattribute__", "broken"), c("reset"), c("wait"),
        c("abort", 1), c("#GETVALUE"), c("nothing"), c("wait", 1, 2),
    ]),
    (of("Barrier", 2, None, 0.01), [c("wait"), c("wait")]),
    (of("Barrier", 2, timeout=5), [c("wait", 0), c("reset"), c("wait", 0.01)]),
    (of("Barrier"), []),
    (of("Value", "i", 5), [
        c("get"), c("set", "text"), c("get"), c("set", 2 ** 70), c("get"),
        c("set"), c("get", 1), c("__str__"), c("__repr__"), c("nothing"),
        c("#GETVALUE"),
    ]),
    (of("Value", "d", 1, False), [c("get")]), (of("Value", None, None), [
        c("get"), c("__repr__")]),
    (of("Value", "i"), []), (of("Value", "i", 1, 2, 3), []),
    (of("Array", "i", [1, 2, 3]), [
        c("__len__"), c("__getitem__", 0), c("__getitem__", -4),
        c("__getitem__", "a"), c("__getitem__", slice(1, None)),
        c("__setitem__", 0, 7), c("__setitem__", 5, 7),
        c("__setitem__", 0, 2 ** 40), c("__setitem__", 0, "a"),
        c("__setitem__", 0, 1.5), c("__setitem__", "a", 1),
        c("__setitem__", slice(0, 1), array.array("i", [5, 6])),
        c("__setitem__", slice(0, 1), array.array("h", [5, 6])),
        c("__setitem__", slice(0, 9, 2), array.array("i", [5])),
        c("__setitem__", slice(0, 1), 5), c("__setitem__", slice(0, 2),
                                            array.array("i")),
        c("__str__"), c("__repr__"), c("#GETVALUE"), c("__len__", 1),
        c("nothing"),
    ]),
    (of("Array", "d", (1, 2.5), lock=False), [c("__repr__")]),
    (of("Array", "x", []), []), (of("Array", "b", [300]), []),
    (of("Array", "b"), []), (of("Array", "bb", []), []),
    (of("Namespace", a=1, _b=2, items=[3]), [
        c("__getattribute__", "a"), c("__getattribute__", "_b"),
        c("__getattribute__", "nothing"), c("__getattribute__", 5),
        c("__getattribute__", "__dict__"), c("__setattr__", "n", {}),
        c("__setattr__", 5, 1), c("__setattr__", "n"), c("__delattr__", "n"),
        c("__delattr__", "n"), c("__delattr__", 5), c("__str__"),
        c("__repr__"), c("#GETVALUE"), c("nothing"),
    ]),
    (of("Namespace"), [c("__repr__"), c("#GETVALUE")]),
    (of("Namespace", 5), []),
]


def shown(value):
    """As text, the same for what is the same to who gets it."""
    if isinstance(value, (set, frozenset)):
        return "%s %s" % (type(value).__name__, sorted(map(repr, value)))
    if isinstance(value, managers.Value):
        return "Value %r" % sorted(vars(value).items())
    if hasattr(value, "__next__"):
        return "%s %r" % (isinstance(value, managers.BaseProxy), list(value))
    return repr(value)


def outcome(call):
    try:
        value = call()
    except managers.RemoteError as error:
        lines = [line for line in str(error).splitlines() if line.strip("- ")]
        return ["RemoteError", lines[-1]]
    except Exception as error:
        return [type(error).__name__, repr(error.args)]
    return ["returned", shown(value)]


def tell(what, came):
    print(json.dumps([what, came]), flush=True)


def run(manager):
    for i, ((typeid, args, kwds), calls) in enumerate(CASES):
        made = []
        what = "%d: %s%r%r" % (i, typeid, args, kwds)
        came = outcome(lambda: made.append(
            getattr(manager, typeid)(*args, **kwds)))
        tell(what, came)
        for j, (method, *given) in enumerate(calls if made else ()):
            tell("%s %d: %s%r" % (what, j, method, tuple(given)),
                 outcome(lambda: made[0]._callmethod(method, *given)))


def main():
    if len(sys.argv) == 1:
        with Manager() as manager:
            run(manager)
        return
    with open(sys.argv[2], "rb") as file:
        manager = Manager(eval(sys.argv[1]), authkey=file.read())
    manager.connect()
    run(manager)


if __name__ == "__main__":
    main()
