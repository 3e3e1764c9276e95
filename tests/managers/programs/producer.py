# SPDX-License-Identifier: MIT
"""Puts jobs, and waits until all are done. producer.py HOST PORT"""

import sys
from multiprocessing.managers import BaseManager


class JobManager(BaseManager):
    pass


JobManager.register("get_joinable_queue")
manager = JobManager((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
jobs = manager.get_joinable_queue()
for number in range(6):
    jobs.put({"number": number, "text": "job %d" % number})
print("waiting", flush=True)
jobs.join()
print("all done")
try:
    jobs.task_done()
except ValueError as error:
    print(error)
for _ in range(2):
    jobs.put(None)
