# SPDX-License-Identifier: MIT
"""Fills a dict, a list and a namespace, and tells it. writer.py HOST PORT"""

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
d = manager.get_dict()
l = manager.get_list()
Global = manager.get_namespace()

d["alice"] = 1
d["bob"] = [1, 2.5, None]
d.update({3: "three", (4, 5): b"four"})
del d[3]
l.extend(range(5))
l.append("end")
l[1:3] = ["one", "two"]
l.reverse()
Global.x = 10
Global.y = "hello"
manager.get_event().set()
print(d)
print(l)
