# SPDX-License-Identifier: MIT
"""Brokers that now and then break one promise each."""

from .linearizable import NONE
from .reference import Broker


class Faulty(Broker):
    """`strikes` is how often it broke its promise, of the times at which it
    could have, `chance`."""

    strikes = 0
    chance = 0.2

    def now_and_then(self):
        hit = self.luck.random() < self.chance
        self.strikes += hit
        return hit


class LosesPuts(Faulty):
    """A put that is acknowledged is not in the queue."""

    finding = "is lost"

    def put(self, client, item):
        return ("ok",) if self.now_and_then() else super().put(client, item)


class LosesReturns(Faulty):
    """An item whose consumer is gone does not come back."""

    finding = "is lost"
    chance = 1

    def gone(self, client):
        leases = [lease for lease in self.leases
                  if self.leases[lease] == client]
        if leases and self.now_and_then():
            del self.leases[leases[0]]
        super().gone(client)


class DeliversTwice(Faulty):
    """An item is delivered, and once more as if it had not been."""

    finding = "delivered twice, unmarked"

    def deliver(self, client, item):
        if self.now_and_then():
            self.queue.insert(0, item)
            self.delivered[item] = self.delivered.get(item, 0)
            return "ok", item, str(self.delivered[item] + 1)
        return super().deliver(client, item)


class ForgetsAcks(Faulty):
    """What is acknowledged is delivered again."""

    finding = "although it was acknowledged"

    def ack(self, client, item, number):
        if (item, number) in self.leases and self.now_and_then():
            self.give_back((item, number))
            return "ok",
        return super().ack(client, item, number)


class Invents(Faulty):
    """Items that nobody has put."""

    finding = "out of nowhere"

    def get(self, client, lease_ms):
        if self.now_and_then():
            return self.deliver(client, f"nobody-{self.strikes}")
        return super().get(client, lease_ms)


class TakesWhatItRefuses(Faulty):
    """A put fails, and the item is there all the same."""

    finding = "was refused, and came"

    def put(self, client, item):
        answer = super().put(client, item)
        return ("refused",) if self.now_and_then() else answer


class LendsToTwo(Faulty):
    """A leased item is given to somebody else, marked as it should be."""

    finding = "came while it was leased"

    def get(self, client, lease_ms):
        if self.leases and self.now_and_then():
            item, _ = self.luck.choice(list(self.leases))
            return self.deliver(client, item)
        return super().get(client, lease_ms)


class SwapsItems(Faulty):
    """An item is put before the last one."""

    finding = " overtook "

    def put(self, client, item):
        answer = super().put(client, item)
        if len(self.queue) > 1 and self.now_and_then():
            self.queue[-2:] = self.queue[:-3:-1]
        return answer


class ReturnsToTheTail(Faulty):
    """An item that is given back comes after all others."""

    finding = " overtook "

    def give_back(self, lease):
        super().give_back(lease)
        if len(self.queue) > 1 and self.now_and_then():
            self.queue.append(self.queue.pop(0))


class GrantsTwice(Faulty):
    """A lock is given to somebody although somebody has it."""

    finding = "two holders"

    def acquire(self, client):
        if self.lock and self.now_and_then():
            return self.grant(client)
        return super().acquire(client)


class TakesLocksAway(Faulty):
    """A lock is free although its holder is there."""

    finding = "was taken away"

    def release(self, client, token):
        return ("refused",) if self.now_and_then() else super().release(
            client, token)


class TurnsTokensBack(Faulty):
    """A token is smaller than the one before."""

    finding = "the token went back"

    def grant(self, client):
        if self.token > 1 and self.now_and_then():
            self.token -= 2
        return super().grant(client)


class ReadsWhatWas(Faulty):
    """A key is read as it was before it was last set."""

    finding = "in no order"
    before = {}

    def set(self, client, key, value):
        self.before = {**self.before, key: self.values.get(key, NONE)}
        return super().set(client, key, value)

    def read(self, client, key):
        if key in self.before and self.now_and_then():
            return "ok", self.before[key]
        return super().read(client, key)


class SetsWithoutComparing(Faulty):
    """A compare_and_set overwrites what it did not expect."""

    finding = "in no order"

    def cas(self, client, key, expected, value):
        if self.values.get(key, NONE) != expected and self.now_and_then():
            self.values[key] = value
            return "ok", "1"
        return super().cas(client, key, expected, value)


class PopsAndKeeps(Faulty):
    """What is popped stays."""

    finding = "in no order"

    def pop(self, client, key):
        if key in self.values and self.now_and_then():
            return "ok", self.values[key]
        return super().pop(client, key)


FAULTS = Faulty.__subclasses__()
