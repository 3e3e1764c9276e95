# SPDX-License-Identifier: MIT
"""A broker as it should be, small and in one process, and clients that use it
in an order and at times that a seed says: they make histories."""

import random

from .events import History, Operation
from .linearizable import NONE


class Broker:
    """Each operation returns an outcome and results; None if it has to wait.
    What it hands out belongs to a client until that is gone."""

    def __init__(self, luck):
        self.luck = luck
        self.queue = []
        self.delivered = {}
        self.leases = {}
        self.lock = None
        self.token = 0
        self.values = {}

    def do(self, client, operation):
        method = getattr(self, operation.verb)
        return method(client, *operation.arguments)

    def gone(self, client):
        """What its connection owned is free."""
        for lease in [lease for lease, owner in self.leases.items()
                      if owner == client]:
            self.give_back(lease)
        if self.lock and self.lock[0] == client:
            self.lock = None

    def put(self, client, item):
        self.queue.append(item)
        return "ok",

    def get(self, client, lease_ms):
        if not self.queue:
            return "refused",
        item = self.queue.pop(0)
        return self.deliver(client, item)

    def deliver(self, client, item):
        number = self.delivered.get(item, 0) + 1
        self.delivered[item] = number
        self.leases[item, str(number)] = client
        return "ok", item, str(number)

    def take(self, client):
        """It is acknowledged when it has arrived."""
        return self.get(client, "0")

    def ack(self, client, item, number):
        found = self.leases.pop((item, number), None)
        return "ok" if found else "refused",

    def nack(self, client, item, number):
        if (item, number) not in self.leases:
            return "refused",
        self.give_back((item, number))
        return "ok",

    def give_back(self, lease):
        del self.leases[lease]
        self.queue.insert(0, lease[0])

    def acquire(self, client):
        return None if self.lock else self.grant(client)

    def grant(self, client):
        self.token += 1
        self.lock = client, str(self.token)
        return "ok", str(self.token)

    def release(self, client, token):
        if self.lock != (client, token):
            return "refused",
        self.lock = None
        return "ok",

    def set(self, client, key, value):
        self.values[key] = value
        return "ok",

    def read(self, client, key):
        return "ok", self.values.get(key, NONE)

    def pop(self, client, key):
        return "ok", self.values.pop(key, NONE)

    def cas(self, client, key, expected, value):
        if self.values.get(key, NONE) != expected:
            return "ok", "0"
        self.values[key] = value
        return "ok", "1"

    def close(self, client):
        return "ok",


# What clients do: generators of a verb, an object and arguments, that are sent
# the outcome and the results.

def producer(name, luck):
    for number in range(20):
        yield "put", "jobs", f"{name}-{number}"


def consumer(name, luck):
    for _ in range(15):
        outcome, *results = yield "get", "jobs", "0"
        if luck.random() < 0.2:
            yield "take", "jobs"
        if outcome == "ok" and luck.random() < 0.9:
            verb = "nack" if luck.random() < 0.2 else "ack"
            yield verb, "jobs", *results


def locker(name, luck):
    for _ in range(10):
        outcome, *results = yield "acquire", "door"
        if outcome == "ok":
            yield "release", "door", *results


def writer(name, luck):
    known = {}
    for number in range(15):
        key, value = luck.choice("ab"), f"{name}-{number}"
        verb = luck.choice(("set", "pop", "read", "cas", "cas"))
        writes = {"set": [value], "cas": [known.get(key, NONE), value]}
        _, *results = yield verb, "table", key, *writes.get(verb, ())
        if verb == "read" and results:
            known[key] = results[0]


ROLES = (producer, producer, consumer, consumer, locker, locker, locker,
         writer, writer, writer)


class Client:
    """One operation at a time, in three steps: it begins, it happens, it is
    known. In between the others have their turns."""

    def __init__(self, name, role, world):
        self.name = name
        self.role = role
        self.world = world
        self.program = role(name, world.luck)
        self.answer = None
        self.operation = None
        self.happened = None
        self.count = 0

    def step(self):
        """False at its end."""
        if not self.operation:
            return self.begin()
        if self.happened:
            self.finish(*self.happened)
        else:
            self.happened = self.world.broker.do(self.name, self.operation)
        return True

    def begin(self):
        try:
            verb, what, *arguments = self.program.send(self.answer)
        except StopIteration:
            self.world.cut(self)
            return False
        self.count += 1
        self.operation = Operation(self.name, self.count, verb, what,
                                   tuple(arguments), self.world.now())
        self.world.operations.append(self.operation)
        return True

    def finish(self, *answer):
        self.operation.end(self.world.now(), *answer)
        self.acknowledge()
        self.answer, self.operation, self.happened = answer, None, None

    def acknowledge(self):
        if self.operation.verb == "take" and self.happened[0] == "ok":
            self.world.broker.ack(self.name, *self.happened[1:])

    def is_cut(self):
        """Nobody knows whether what has begun happens."""
        if self.operation:
            self.may_happen()
            self.happened = "unknown",
            self.finish(*self.happened)

    def is_killed(self):
        """Nor does anybody know what it knew."""
        if self.operation:
            self.may_happen()
            if self.happened and self.world.luck.random() < 0.5:
                self.acknowledge()

    def may_happen(self):
        if not self.happened and self.world.luck.random() < 0.5:
            self.happened = self.world.broker.do(self.name, self.operation)


class World:
    """Clients at a broker, and what happens to them."""

    def __init__(self, seed, make_broker=Broker):
        self.luck = random.Random(seed)
        self.broker = make_broker(random.Random(seed + 1))
        self.time = 0
        self.operations = []
        self.ends = []
        self.clients = [Client(f"{role.__name__}{place}", role, self)
                        for place, role in enumerate(ROLES)]

    def now(self):
        self.time += 1
        return self.time

    def cut(self, client, how=Client.is_cut):
        """Its connection ends, which the broker sees."""
        self.ends.append((self.now(), client.name))
        how(client)
        self.broker.gone(client.name)

    def kill(self, client):
        """Another one comes in its place."""
        self.cut(client, Client.is_killed)
        place = self.clients.index(client)
        self.clients[place] = Client(client.name + "x", client.role, self)

    def run(self):
        """All that happens, and in the end somebody empties the queue."""
        while self.clients:
            client = self.luck.choice(self.clients)
            luck = self.luck.random()
            if luck < 0.005:
                self.kill(client)
            elif luck < 0.01:
                self.cut(client)
            elif not client.step():
                self.clients.remove(client)
        return self.drained()

    def drained(self):
        def drainer(name, luck):
            answer = "ok",
            while answer[0] == "ok":
                answer = yield "take", "jobs"

        drain = Client("drain", drainer, self)
        while drain.step():
            pass
        return History(self.operations, self.ends)
