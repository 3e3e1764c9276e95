# SPDX-License-Identifier: MIT
"""Shows what counter.py has counted. total.py HOST PORT"""

import sys
from multiprocessing.managers import ArrayProxy, BaseManager, ValueProxy


class CountManager(BaseManager):
    pass


CountManager.register("get_value", proxytype=ValueProxy)
CountManager.register("get_array", proxytype=ArrayProxy)

manager = CountManager((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
print(manager.get_value().value, list(manager.get_array()[:]))
