# SPDX-License-Identifier: MIT
"""Measures tielined as the server of Python's managers in one run, beside
Python's own server, and prints ratios.

    python3 bench/managers.py [--build build] [--rounds 9] [--seconds 1]
                              [--only TITLE] [--unix]

Clients are stock, each a process, of the Python that runs this, and so is the
server "python". "null" is bench/null-manager, which answers all with None: what
such clients can reach at most. Contestants take turns in every round; a ratio is
the median over the rounds, with its range. Above 1, the other one took longer,
or used more CPU time of the server, than tielined."""

import argparse
import contextlib
import json
import multiprocessing
import pathlib
import queue
import statistics
import subprocess
import tempfile
import time
from multiprocessing.managers import (
    AcquirerProxy, DictProxy, MakeProxyType, SyncManager, Token)

KEY = b"a key of 32 bytes for the bench!"
HERE = pathlib.Path(__file__).resolve().parent
ALL = ("tielined", "python", "null")
REAL = ALL[:2]
fork = multiprocessing.get_context("fork")


class Server(SyncManager):
    """Python's own."""


class Stock(SyncManager):
    """A client's manager."""


QueueProxy = MakeProxyType("QueueProxy", ("put", "get"))
for typeid, shared, proxytype in [("shared_queue", queue.Queue(), QueueProxy),
                                  ("shared_dict", {}, DictProxy)]:
    Server.register(typeid, lambda shared=shared: shared, proxytype)
    Stock.register(typeid, proxytype=proxytype)


class Null(SyncManager):
    """Proxies without a server that could make them."""

    def proxy(self, proxytype):
        return proxytype(Token("", self.address, "0"), "pickle", manager=self,
                         authkey=KEY, exposed=(), incref=False)

    def shared_queue(self):
        return self.proxy(QueueProxy)

    def shared_dict(self):
        return self.proxy(DictProxy)

    def Lock(self):
        return self.proxy(AcquirerProxy)


# What a client does: functions that are given its manager and number, and
# return what is then done over and over.

def connect(manager, number):
    return manager.connect


def make(manager, number):
    return lambda: manager.dict() and None


def put_get(manager, number):
    shared = manager.shared_queue()

    def once():
        shared.put(number)
        shared.get()
    return once


def dict_get(manager, number):
    shared = manager.shared_dict()
    return lambda: shared.get(number)


def dict_set(manager, number):
    shared = manager.shared_dict()
    return lambda: shared.__setitem__(number, number)


def lock(manager, number):
    own = manager.Lock()

    def once():
        own.acquire()
        own.release()
    return once


# Title, what clients do, calls in it, how many clients, contestants.
MEASURES = [
    (f"{title}, {clients}", work, calls, clients, contestants)
    for title, work, calls, crowds, contestants in [
        ("connect()", connect, 1, (1, 8), ALL),
        ("make and drop a dict proxy", make, 1, (1, 8), REAL),
        ("Queue put, get", put_get, 2, (1, 8, 32), ALL),
        ("dict get", dict_get, 1, (1, 8, 32), ALL),
        ("dict set", dict_set, 1, (1, 8, 32), ALL),
        ("Lock acquire, release", lock, 2, (1, 8, 32), ALL),
    ]
    for clients in crowds
]


def start(stack, *command):
    process = subprocess.Popen([str(word) for word in command], text=True,
                               stdout=subprocess.PIPE)
    stack.callback(process.wait)
    stack.callback(process.kill)
    url = process.stdout.readline().split()[-1]
    kind, _, place = url.partition(":")
    if kind == "unix":
        return place, process.pid
    host, _, port = place.strip("/").rpartition(":")
    return (host, int(port)), process.pid


def place(folder, name, unix):
    return f"unix:{folder / name}" if unix else "tcp://127.0.0.1:0"


def tielined(stack, build, folder, unix):
    config = folder / "tielined.json"
    config.write_text(json.dumps({
        "listen": [place(folder, "tielined", unix)],
        "authkey_file": str(folder / "key"),
        "typeids": {"shared_queue": {"type": "Queue", "name": "queue"},
                    "shared_dict": {"type": "dict", "name": "dict"}}}))
    return start(stack, build / "broker/tielined", "--print-address",
                 "--config", config)


def null(stack, build, folder, unix):
    return start(stack, build / "bench/null-manager",
                 place(folder, "null", unix), folder / "key")


def python(stack, build, folder, unix):
    address = str(folder / "python") if unix else ("127.0.0.1", 0)
    server = Server(address, authkey=KEY).get_server()
    process = fork.Process(target=server.serve_forever)
    process.start()
    stack.callback(server.listener.close)
    stack.callback(process.join)
    stack.callback(process.kill)
    return server.address, process.pid


def cpu_seconds(pid):
    """Of all its threads; what clock_getcpuclockid() does."""
    return time.clock_gettime(~pid << 3 | 2)


def client(manager, work, number, seconds, barrier, rates):
    with contextlib.ExitStack() as stack:
        stack.callback(barrier.abort)
        manager.connect()
        once = work(manager, number)
        once()
        barrier.wait()
        count, began, now = 0, time.perf_counter(), 0.0
        while now < seconds:
            once()
            count += 1
            now = time.perf_counter() - began
        barrier.wait()
        rates.put((count, count / now))
        stack.pop_all()


def run(server, manager, measure, seconds):
    """Calls per second, and CPU seconds of the server for each."""
    (address, pid), (_, work, calls, crowd, _) = server, measure
    barrier, rates = fork.Barrier(crowd + 1), fork.SimpleQueue()
    clients = [
        fork.Process(target=client, args=(
            manager(address, authkey=KEY), work, number, seconds, barrier,
            rates))
        for number in range(crowd)]
    for process in clients:
        process.start()
    barrier.wait(60)
    before = cpu_seconds(pid)
    barrier.wait(60 + seconds)
    spent = cpu_seconds(pid) - before
    counts, each = zip(*(rates.get() for _ in clients))
    for process in clients:
        process.join()
    return sum(each) * calls, spent / (sum(counts) * calls)


def ratios(pairs):
    all_ = [above / below for above, below in pairs]
    return "%.2f (%.2f-%.2f)" % (statistics.median(all_), min(all_), max(all_))


def compare(servers, measure, args):
    title, contestants = measure[0], measure[-1]
    results = {name: [] for name in contestants}
    for _ in range(args.rounds):
        for name in contestants:
            results[name].append(run(
                servers[name], Null if name == "null" else Stock, measure,
                args.seconds))
    ours = results[contestants[0]]
    line = "%-30s %8.0f/s, cpu %6.2f us" % (
        title, statistics.median(rate for rate, _ in ours),
        statistics.median(cpu for _, cpu in ours) * 1e6)
    for name in contestants[1:]:
        pairs = list(zip(ours, results[name]))
        line += " | %s %s, cpu %s" % (
            name, ratios((mine[0], theirs[0]) for mine, theirs in pairs),
            ratios((theirs[1], mine[1]) for mine, theirs in pairs))
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path,
                        default=HERE.parent / "build")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--only", default="", help="part of a title")
    parser.add_argument("--unix", action="store_true",
                        help="Unix sockets instead of TCP")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory()))
        (folder / "key").touch(mode=0o600)
        (folder / "key").write_bytes(KEY)
        servers = {start.__name__: start(stack, args.build, folder, args.unix)
                   for start in (tielined, python, null)}
        for measure in MEASURES:
            if args.only in measure[0]:
                compare(servers, measure, args)


main()
