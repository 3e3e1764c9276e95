# SPDX-License-Identifier: MIT
"""Two of it wait for each other, twice. meeting.py HOST PORT"""

import sys
from multiprocessing.managers import BarrierProxy, BaseManager


class MeetingManager(BaseManager):
    pass


MeetingManager.register("get_barrier", proxytype=BarrierProxy)
manager = MeetingManager((sys.argv[1], int(sys.argv[2])), b"abracadabra")
manager.connect()
barrier = manager.get_barrier()
for _ in range(2):
    print(barrier.wait(60) in (0, 1), barrier.parties, flush=True)
