# SPDX-License-Identifier: MIT
"""Does jobs until it is told that there are no more. consumer.py HOST PORT"""

import sys
from multiprocessing.managers import BaseManager


class JobManager(BaseManager):
    pass


JobManager.register("get_joinable_queue")
manager = JobManager((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
jobs = manager.get_joinable_queue()
while True:
    job = jobs.get()
    if job is None:
        jobs.task_done()
        break
    print("%(text)s of %(number)d" % job, flush=True)
    jobs.task_done()
