# SPDX-License-Identifier: MIT
"""What documentation has of Manager(), at a remote one.
server_process.py HOST PORT METHOD"""

import multiprocessing
import sys
from multiprocessing import Process
from multiprocessing.managers import SyncManager


def f(d, l):
    d[1] = '1'
    d['2'] = 2
    d[0.25] = None
    l.reverse()


def work(lock, queue, results, value, array):
    while True:
        n = queue.get()
        if n is None:
            break
        with lock:
            value.value += n
            array[n % len(array)] += n
        results.append(n)
        queue.task_done()
    queue.task_done()


def server_process(manager):
    d = manager.dict()
    l = manager.list(range(10))
    p = Process(target=f, args=(d, l))
    p.start()
    p.join()
    print(d)
    print(l)


def workers(manager):
    lock, queue = manager.Lock(), manager.JoinableQueue(20)
    results = manager.list()
    value, array = manager.Value('i', 0), manager.Array('i', [0, 0, 0])
    processes = [
        Process(target=work, args=(lock, queue, results, value, array))
        for _ in range(3)]
    for p in processes:
        p.start()
    for n in range(10):
        queue.put(n)
    queue.join()
    for _ in processes:
        queue.put(None)
    for p in processes:
        p.join()
    print(sorted(results), value.value, list(array), queue.empty())
    print([p.exitcode for p in processes])


def namespaces(manager):
    Global = manager.Namespace()
    Global.x = 10
    Global.y = 'hello'
    Global._z = 12.3    # this is an attribute of the proxy
    print(Global)


def nested(manager):
    a = manager.list()
    b = manager.list()
    a.append(b)         # referent of a now contains referent of b
    b.append('hello')
    print(a[0], b)
    outer = manager.list([{} for _ in range(2)])
    d = outer[0]
    d['a'] = 1
    outer[0] = d
    print(outer)
    lists = manager.list([manager.dict() for _ in range(2)])
    lists[0]['a'] = 1
    lists[1]['b'] = 2
    print(lists[0]['a'], [str(one) for one in lists])


if __name__ == '__main__':
    multiprocessing.set_start_method(sys.argv[3])
    # What processes get proxies also need the key.
    multiprocessing.current_process().authkey = b'abracadabra'
    manager = SyncManager((sys.argv[1], int(sys.argv[2])),
                          authkey=b'abracadabra')
    manager.connect()
    server_process(manager)
    workers(manager)
    namespaces(manager)
    nested(manager)
