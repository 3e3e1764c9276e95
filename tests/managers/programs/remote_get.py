# SPDX-License-Identifier: MIT
"""The other client of "Using a remote manager". remote_get.py HOST PORT"""

import sys
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


QueueManager.register('get_queue')
m = QueueManager(address=(sys.argv[1], int(sys.argv[2])),
                 authkey=b'abracadabra')
m.connect()
queue = m.get_queue()
print(repr(queue.get()))
