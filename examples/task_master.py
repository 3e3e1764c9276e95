# SPDX-License-Identifier: MIT
"""The tutorials' task master, a stock client of a remote manager:
task_master.py ADDRESS KEYFILE NUMBER...

It puts numbers into one queue, and takes their squares, as workers find them,
out of another. No server script: tielined has the queues."""

import sys
from multiprocessing.managers import BaseManager


class QueueManager(BaseManager):
    pass


QueueManager.register("get_task_queue")
QueueManager.register("get_result_queue")

address, key_file, *numbers = sys.argv[1:]
if address.startswith("unix:"):
    address = address[len("unix:"):]
else:
    host, port = address[len("tcp://"):].rsplit(":", 1)
    address = (host, int(port))

manager = QueueManager(address, authkey=open(key_file, "rb").read())
manager.connect()
tasks = manager.get_task_queue()
results = manager.get_result_queue()
for number in numbers:
    tasks.put(int(number))
for _ in numbers:
    number, square, worker = results.get()
    print("%d * %d = %d, says %s" % (number, number, square, worker))
