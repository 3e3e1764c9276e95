# SPDX-License-Identifier: MIT
"""The tutorials' task worker, a stock client of a remote manager:
task_worker.py ADDRESS KEYFILE COUNT

It does so many tasks. task-worker.c does the same in C, on the same queues."""

import sys
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


QueueManager.register("get_task_queue")
QueueManager.register("get_result_queue")

address, key_file, count = sys.argv[1:]
if address.startswith("unix:"):
    address = address[len("unix:"):]
else:
    host, port = address[len("tcp://"):].rsplit(":", 1)
    address = (host, int(port))

manager = QueueManager(address, authkey=open(key_file, "rb").read())
manager.connect()
tasks = manager.get_task_queue()
results = manager.get_result_queue()
for _ in range(int(count)):
    number = tasks.get()
    results.put((number, number * number, "the worker in Python"))
