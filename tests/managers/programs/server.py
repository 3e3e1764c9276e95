# SPDX-License-Identifier: MIT
"""The tutorials' server scripts, which the broker's configuration replaces:
they make what their clients share, and wait. server.py"""

import queue
import threading
from array import array
from multiprocessing.managers import (
    AcquirerProxy, ArrayProxy, BarrierProxy, DictProxy, EventProxy, ListProxy,
    Namespace, NamespaceProxy, SyncManager, Value, ValueProxy)

tasks, results, messages, jobs = (queue.Queue() for _ in range(4))
scores, names, settings = {}, [], {"colour": "red"}
lock, event, barrier = threading.Lock(), threading.Event(), \
    threading.Barrier(2)
total, row, place = Value("i", 0), array("i", [0] * 10), Namespace()
locks = {}


class QueueManager(SyncManager):
    pass


QueueManager.register("get_task_queue", callable=lambda: tasks)
QueueManager.register("get_result_queue", callable=lambda: results)
QueueManager.register("get_queue", callable=lambda: messages)
QueueManager.register("get_joinable_queue", callable=lambda: jobs)
QueueManager.register("get_dict", callable=lambda: scores,
                      proxytype=DictProxy)
QueueManager.register("get_list", callable=lambda: names,
                      proxytype=ListProxy)
QueueManager.register("get_value", callable=lambda: total,
                      proxytype=ValueProxy)
QueueManager.register("get_array", callable=lambda: row,
                      proxytype=ArrayProxy)
QueueManager.register("get_namespace", callable=lambda: place,
                      proxytype=NamespaceProxy)
QueueManager.register("get_lock", callable=lambda: lock,
                      proxytype=AcquirerProxy)
QueueManager.register("get_event", callable=lambda: event,
                      proxytype=EventProxy)
QueueManager.register("get_barrier", callable=lambda: barrier,
                      proxytype=BarrierProxy)
QueueManager.register("locked", proxytype=AcquirerProxy, callable=lambda name:
                      locks.setdefault(name, threading.Lock()))
QueueManager.register("get", callable=lambda key: settings.get(key))
QueueManager.register("set", callable=lambda key, value:
                      settings.update({key: value}))

if __name__ == "__main__":
    manager = QueueManager(address=("127.0.0.1", 0), authkey=b"abracadabra")
    server = manager.get_server()
    print("listening at tcp://%s:%d" % server.address, flush=True)
    server.serve_forever()
