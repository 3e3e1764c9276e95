# SPDX-License-Identifier: MIT
"""A stock Python client that has references, and stays: says the ids of so many
lists, one a line, then ends when its standard input does. With a start method
it also starts a child that has proxies of them."""

import multiprocessing
import os
import signal
import sys
from multiprocessing.managers import SyncManager


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def use(proxies):
    """Says who it is, and what the lists have when it gets SIGUSR1."""
    signals = [signal.SIGUSR1]
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    say(os.getpid())
    while True:
        signal.sigwait(signals)
        say(*map(len, proxies))


def main(host, port, key_file, count, method=None):
    with open(key_file, "rb") as file:
        key = file.read()
    multiprocessing.current_process().authkey = key
    manager = SyncManager((host, int(port)) if port else host, key)
    manager.connect()
    proxies = [manager.list([1, 2, 3]) for _ in range(int(count))]
    if method:
        context = multiprocessing.get_context(method)
        context.Process(target=use, args=(proxies,), daemon=True).start()
    for proxy in proxies:
        say(proxy._id)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
