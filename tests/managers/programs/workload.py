#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many clients of a remote manager, each a process that uses all there is, in
no order, until it is killed:

    workload.py ADDRESS KEY_FILE COUNT SEED

Each says its number behind whatever it has done. Runs on every CPython from
3.6."""

import multiprocessing
import os
import random
import sys
from multiprocessing.managers import SyncManager

from holding import python_address

SHARED = ["a_queue", "a_joinable", "a_lock", "an_rlock", "a_semaphore",
          "a_condition", "an_event", "a_barrier", "a_list", "a_dict"]
SHORT = 0.05  # seconds


def use_queue(one, chance):
    one.a_queue.put(chance.random(), chance.random() < 0.9, SHORT)


def use_queue_for_good(one, _chance):
    one.a_queue.get()


def use_joinable(one, _chance):
    one.a_joinable.put("task")
    one.a_joinable.get()
    one.a_joinable.task_done()


def use_lock(one, chance):
    one.a_lock.acquire()
    if chance.random() < 0.8:
        one.a_lock.release()


def use_rlock(one, _chance):
    one.an_rlock.acquire()
    one.an_rlock.acquire()
    one.an_rlock.release()
    one.an_rlock.release()


def use_semaphore(one, _chance):
    if one.a_semaphore.acquire(True, SHORT):
        one.a_semaphore.release()


def use_condition(one, chance):
    one.a_condition.acquire()
    if chance.random() < 0.5:
        one.a_condition.notify_all()
    else:
        one.a_condition.wait(SHORT)
    one.a_condition.release()


def use_event(one, chance):
    if chance.random() < 0.3:
        one.an_event.set()
    elif chance.random() < 0.5:
        one.an_event.clear()
    else:
        one.an_event.wait(SHORT)


def use_barrier(one, _chance):
    try:
        one.a_barrier.wait(SHORT)
    except Exception:  # its class is another module's
        one.a_barrier.reset()


def use_own(one, chance):
    """Objects without a name, in each other."""
    outer, inner = one.manager.list(), one.manager.dict()
    outer.append(inner)
    outer[0]["key"] = chance.random()
    one.own.append(outer)
    if len(one.own) > 3:
        one.own.pop(0)
    if chance.random() < 0.3:
        outer.append(outer)


def use_proxies(one, _chance):
    """What others may find, for as long as it is there."""
    one.a_list.append(one.manager.Queue())
    one.a_dict[os.getpid()] = one.manager.Value("i", 1)
    one.a_list.pop(0)
    one.a_dict.pop(os.getpid())


def use_connection(one, _chance):
    """As a program that begins anew."""
    one.connect()


USES = [value for name, value in sorted(globals().items())
        if name.startswith("use_")]


class Client:
    def __init__(self, address, key):
        self.address = address
        self.key = key
        self.own = []
        self.connect()

    def connect(self):
        self.manager = SyncManager(self.address, self.key)
        self.manager.connect()
        for name in SHARED:
            setattr(self, name, getattr(self.manager, name)())


def client(address, key, number, seed):
    """Says so much in one write that no other is in it."""
    multiprocessing.current_process().authkey = key
    chance = random.Random(seed * 1000 + number)
    one = Client(address, key)
    while True:
        try:
            chance.choice(USES)(one, chance)
        except (EOFError, ConnectionError):
            raise
        except Exception as error:
            if type(error).__name__ not in ("Full", "Empty", "RemoteError",
                                            "IndexError", "KeyError"):
                raise
        os.write(1, b"%d\n" % number)


def main(address, key_file, count, seed):
    with open(key_file, "rb") as file:
        key = file.read()
    for name in SHARED:
        SyncManager.register(name)
    for number in range(int(count)):
        pid = os.fork()
        if pid == 0:
            client(python_address(address), key, number, int(seed))
        os.write(1, b"client %d\n" % pid)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    os.write(1, b"over\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
