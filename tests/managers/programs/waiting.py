#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Threads of stock Python that wait for items of a queue at a remote manager,
each on a connection of its own, as proxies have it:

    waiting.py ADDRESS KEY_FILE THREADS

Says "ready" once, and then what all of them got. Runs on every CPython from
3.6."""

import sys
import threading
from multiprocessing.managers import BaseManager

from holding import python_address


def main(address, key_file, threads):
    BaseManager.register("get_queue")
    with open(key_file, "rb") as file:
        manager = BaseManager(python_address(address), file.read())
    manager.connect()
    queue = manager.get_queue()
    got = []
    threading.stack_size(128 * 1024)
    waiting = [threading.Thread(target=lambda: got.append(queue.get()))
               for _ in range(int(threads))]
    for thread in waiting:
        thread.start()
    print("ready", flush=True)
    for thread in waiting:
        thread.join()
    print(sorted(got), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
