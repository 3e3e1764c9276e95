# SPDX-License-Identifier: MIT
"""Waits for what writer.py tells, and shows it. reader.py HOST PORT"""

import sys
from multiprocessing.managers import (
    BaseManager, DictProxy, EventProxy, ListProxy, NamespaceProxy)


class DataManager(BaseManager):
    pass


DataManager.register("get_dict", proxytype=DictProxy)
DataManager.register("get_list", proxytype=ListProxy)
DataManager.register("get_namespace", proxytype=NamespaceProxy)
DataManager.register("get_event", proxytype=EventProxy)

manager = DataManager((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
print("waiting", manager.get_event().is_set(), flush=True)
manager.get_event().wait()
d = manager.get_dict()
l = manager.get_list()
Global = manager.get_namespace()

print(sorted(map(str, d.keys())), len(d), "alice" in d, "eve" in d)
print(d.get("bob"), d.get("eve", "nobody"), d.setdefault("alice", 7))
try:
    d["eve"]
except KeyError as error:
    print("KeyError", error)
print(list(l), l[-1], l[1:3], len(l), 4 in l, l.index("one"))
try:
    l[100]
except IndexError as error:
    print("IndexError", error)
try:
    l.remove("nothing")
except ValueError as error:
    print("ValueError", error)
print(Global.x, Global.y)
try:
    Global.z
except AttributeError:
    print("AttributeError")
