# SPDX-License-Identifier: MIT
"""Counts with a Value and an Array under a Lock. counter.py HOST PORT TIMES"""

import sys
from multiprocessing.managers import (
    AcquirerProxy, ArrayProxy, BaseManager, ValueProxy)


class CountManager(BaseManager):
    pass


CountManager.register("get_value", proxytype=ValueProxy)
CountManager.register("get_array", proxytype=ArrayProxy)
CountManager.register("get_lock", proxytype=AcquirerProxy)

manager = CountManager((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
value = manager.get_value()
array = manager.get_array()
lock = manager.get_lock()
for i in range(int(sys.argv[3])):
    with lock:
        value.value += 1
        array[i % len(array)] += 1
print(value.value >= int(sys.argv[3]), len(array[:]))
