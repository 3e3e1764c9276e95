# SPDX-License-Identifier: MIT
"""What a seed makes happen: clients (tests/helpers/historian.c) at one broker,
each behind the proxy, which are killed, stopped and cut off at any time, and
come again. In the end the queue is emptied, and what they recorded checked."""

import contextlib
import random
import signal
import subprocess
import time

from conftest import BUILD, HANG
from limits.broker import eventually

from .checker import find_anomalies
from .events import ENDS, read_history
from .proxy import Proxy

CLIENTS = "abcd"
OPERATIONS = 25

# Who comes last.
DRAIN = "drain"

# What clients may be up to, each some of it.
ROLES = ("produce", "produce", "lease", "take", "consume", "lock", "hesitate",
         "share", "share")


class Client:
    """A process. Its record is in the file of its name."""

    def __init__(self, scenario, name, place, operations, *roles):
        self.name = name
        with open(scenario.history / name, "wb") as record:
            self.process = subprocess.Popen(
                [BUILD / "tests/historian", place, scenario.broker.key,
                 scenario.objects, name, str(scenario.luck.getrandbits(31)),
                 str(operations), *roles],
                stdout=record, stderr=subprocess.PIPE, text=True)
        self.killed = False

    def runs(self):
        return self.process.poll() is None

    def end(self):
        """What is wrong with how it ended."""
        try:
            _, text = self.process.communicate(timeout=HANG)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return [f"{self.name} hangs"]
        good = self.process.returncode == (-signal.SIGKILL if self.killed
                                           else 0)
        # Who is killed while it looks for leaks complains of that.
        if good and (self.killed and "Sanitizer" not in text or not text):
            return []
        return [f"{self.name} ended with {self.process.returncode}: {text}"]


class Scenario:
    """Its history is in a folder of its own, in that one."""

    def __init__(self, seed, broker, folder):
        self.luck = random.Random(seed)
        self.broker = broker
        self.objects = f"seed{seed}"
        self.history = folder / self.objects
        self.history.mkdir()
        # Sockets must have short paths.
        self.sockets = folder / f"{seed}"
        self.ends = open(self.history / ENDS, "w", buffering=1,
                         encoding="ascii")
        self.proxy = Proxy(seed, lambda name: self.tell(name, "cut"))
        self.clients = []

    def tell(self, name, what):
        self.ends.write(f"{time.monotonic_ns()} {name} {what}\n")

    def run(self):
        """What is wrong."""
        with self.ends, contextlib.closing(self.proxy):
            for name in CLIENTS:
                self.start(name)
            self.harm()
            found = [text for client in self.clients for text in client.end()]
        found += self.drain()
        history = read_history(self.history)
        return found + list(find_anomalies(history)) + [
            f"nobody holds it, and it cannot be had: {one}"
            for one in history.operations
            if one.client == DRAIN and one.verb == "acquire" and not one.ok]

    def start(self, name):
        roles = self.luck.sample(ROLES, self.luck.randrange(2, len(ROLES)))
        operations = self.luck.randrange(OPERATIONS // 2, OPERATIONS)
        self.clients.append(Client(self, name, self.address(name), operations,
                                   *roles))

    def address(self, name):
        """Of its own, on the way to the broker's by TCP or a Unix socket."""
        if self.luck.random() < 0.5:
            place = self.proxy.listen(name, ("127.0.0.1", self.broker.port))
            return "tcp://%s:%d" % place
        return "unix:" + self.proxy.listen(name, self.broker.unix,
                                           f"{self.sockets}{name}")

    def harm(self):
        """While anybody runs."""
        while running := [one for one in self.clients if one.runs()]:
            time.sleep(self.luck.uniform(0.005, 0.06))
            harm = self.luck.choice((self.kill, self.stop, self.cut))
            harm(self.luck.choice(running))

    def kill(self, client):
        """Seldom of those who come instead, so that it ends."""
        if self.luck.random() < 0.5 ** client.name.count("+"):
            self.tell(client.name, "killed")
            client.process.kill()
            client.killed = client.process.wait(HANG) != 0
            self.start(client.name + "+")

    def stop(self, client):
        client.process.send_signal(signal.SIGSTOP)
        time.sleep(self.luck.uniform(0, 0.05))
        client.process.send_signal(signal.SIGCONT)

    def cut(self, client):
        self.proxy.cut(client.name)

    def drain(self):
        """By somebody who is there when all others are gone."""
        eventually(lambda: self.broker.connections()["open"] == 1)
        return Client(self, DRAIN, "unix:" + self.broker.unix, 1_000_000,
                      "drain").end()
