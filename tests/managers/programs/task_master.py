# SPDX-License-Identifier: MIT
"""Puts tasks, and waits for their results. task_master.py HOST PORT"""

import sys
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


QueueManager.register("get_task_queue")
QueueManager.register("get_result_queue")

manager = QueueManager(address=(sys.argv[1], int(sys.argv[2])),
                       authkey=b"abracadabra")
manager.connect()
task = manager.get_task_queue()
result = manager.get_result_queue()

for n in range(10):
    print("put task %d ..." % n, flush=True)
    task.put(n)
print("try get results ...", flush=True)
for _ in range(10):
    r = result.get(timeout=60)
    print("result: %s" % r, flush=True)
print("master exit.")
