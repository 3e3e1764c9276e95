# SPDX-License-Identifier: MIT
"""Calls functions of the server, and takes locks by name.
functions.py HOST PORT"""

import sys
from multiprocessing.managers import AcquirerProxy, BaseManager


class Functions(BaseManager):
    pass


Functions.register("get")
Functions.register("set")
Functions.register("locked", proxytype=AcquirerProxy)

manager = Functions((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
print(manager.get("colour"))
manager.set("colour", "blue")
print(manager.get("colour"), manager.get("colour")._getvalue())
one, same, other = map(manager.locked, ("a", "a", "b"))
with one:
    print(same.acquire(False), other.acquire(False))
    other.release()
print(same.acquire(False))
same.release()
