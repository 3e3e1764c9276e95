# SPDX-License-Identifier: MIT
"""Does tasks until there are none. task_worker.py HOST PORT"""

import queue
import sys
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


QueueManager.register("get_task_queue")
QueueManager.register("get_result_queue")

server_addr, port = sys.argv[1], int(sys.argv[2])
print("connect to server %s ..." % server_addr, flush=True)
m = QueueManager(address=(server_addr, port), authkey=b"abracadabra")
m.connect()
task = m.get_task_queue()
result = m.get_result_queue()

while True:
    try:
        n = task.get(timeout=1)
        print("run task %d * %d ..." % (n, n), flush=True)
        result.put("%d * %d = %d" % (n, n, n * n))
    except queue.Empty:
        print("task queue is empty.")
        break
print("worker exit.")
