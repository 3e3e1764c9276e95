# SPDX-License-Identifier: MIT
"""What a queue promises, checked over what clients have seen of it. Only what
is certain counts: an item is in a queue from the moment at which its put is
known to have been done until the first moment at which somebody may have got
it, and leased from when its consumer has it until it may be given back."""

import collections
import math


class Item:
    """What happened to it, by the lines of the history."""

    def __init__(self, name):
        self.name = name
        self.put = None
        self.deliveries = []
        self.returns = {"ack": [], "nack": []}

    def settled(self):
        self.deliveries.sort(key=attempts)
        return self

    def delivery(self, number):
        """The one with so many attempts; None if nobody tells of it."""
        return next((one for one in self.deliveries
                     if attempts(one) == number), None)

    def delivery_to(self, give_back):
        """The one that its client acknowledges or gives back."""
        return next(one for one in self.deliveries
                    if one.client == give_back.client
                    and attempts(one) == number_of(give_back))


def attempts(delivery):
    return int(delivery.results[1])


def item_of(operation):
    return operation.arguments[0]


def number_of(give_back):
    """Which delivery is acknowledged or given back."""
    return int(give_back.arguments[1])


def told(heading, *operations):
    return heading + "".join(f"\n    {one}" for one in operations)


class Queue:
    def __init__(self, name, operations, history):
        self.name = name
        self.history = history
        self.items = {}
        self.takes = []
        for one in operations:
            getattr(self, "_" + one.verb)(one)
        for item in self.items.values():
            item.settled()

    def item(self, name):
        return self.items.setdefault(name, Item(name))

    def _put(self, one):
        self.item(item_of(one)).put = one

    def _get(self, one):
        if one.ok:
            self.item(one.results[0]).deliveries.append(one)
        elif one.verb == "take" and one.completed == math.inf:
            self.takes.append(one)

    _take = _get

    def _ack(self, one):
        self.item(item_of(one)).returns[one.verb].append(one)

    _nack = _ack

    def lease_end(self, item, delivery):
        """Until when a delivered item is certainly its consumer's."""
        ends = [one.invoked for ones in item.returns.values() for one in ones
                if number_of(one) == attempts(delivery)]
        ends.append(self.history.end_after(delivery.client, delivery.invoked))
        if delivery.verb == "take":
            ends.append(delivery.invoked)
        elif delivery.arguments[0] != "0":
            # The broker's time is whole milliseconds.
            whole_ms = int(delivery.arguments[0]) - 1
            ends.append(delivery.invoked + whole_ms * 1_000_000)
        return min(ends)

    def times_in(self, item):
        """The times in which it certainly was in the queue, to be got: pairs of
        when they begin and end. Each ends with the next delivery, if somebody
        tells of that one."""
        begins = [(1, item.put.completed)]
        begins += [(number_of(one) + 1, one.completed)
                   for one in item.returns["nack"] if one.ok]
        for number, begin in begins:
            following = item.delivery(number)
            if following and begin < following.invoked:
                yield begin, following.invoked

    def anomalies(self):
        for item in self.items.values():
            for found in (self.out_of_nowhere, self.unmarked, self.after_ack,
                          self.leased_to_two, self.taken_away):
                yield from found(item)
        yield from self.lost()
        yield from self.overtaken()
        yield from self.out_of_order()

    def out_of_nowhere(self, item):
        seen = item.deliveries
        if not seen:
            return
        if not item.put:
            yield told(f"{item.name} comes out of nowhere", *seen)
        elif item.put.refused:
            yield told(f"{item.name} was refused, and came", item.put, *seen)
        elif min(one.completed for one in seen) < item.put.invoked:
            yield told(f"{item.name} came before it was put", item.put, *seen)

    def unmarked(self, item):
        """Each delivery but the first says that it is none, and how many there
        were before."""
        for one, other in zip(item.deliveries, item.deliveries[1:]):
            if attempts(one) == attempts(other):
                yield told(f"{item.name} was delivered twice, unmarked",
                           one, other)
            elif other.completed < one.invoked:
                yield told(f"{item.name} came with attempts going back",
                           other, one)

    def after_ack(self, item):
        acks = [one for one in item.returns["ack"] if one.ok]
        later = [one for one in item.deliveries
                 if acks and attempts(one) > min(map(number_of, acks))]
        if later or len(acks) > 1:
            yield told(f"{item.name} came again although it was acknowledged",
                       *acks, *later)

    def leased_to_two(self, item):
        for one in item.deliveries:
            for other in item.deliveries:
                if (attempts(other) > attempts(one) and one.completed
                        < other.completed < self.lease_end(item, one)):
                    yield told(f"{item.name} came while it was leased", one,
                               other)

    def taken_away(self, item):
        """A lease that its consumer certainly had is not refused."""
        for one in item.returns["ack"] + item.returns["nack"]:
            delivery = item.delivery_to(one)
            if (one.refused and delivery.arguments == ("0",)
                    and self.history.end_after(one.client, delivery.invoked)
                    > one.completed
                    and self.first_return(item, delivery) is one):
                yield told(f"the lease of {item.name} was taken away",
                           delivery, one)

    def first_return(self, item, delivery):
        return min((one for ones in item.returns.values() for one in ones
                    if number_of(one) == attempts(delivery)),
                   key=lambda one: one.invoked)

    def lost(self):
        """What was put is consumed in the end: by an acknowledgement that may
        have been taken, or by who was killed and may have had it, of which each
        accounts for one item."""
        missing = [item for item in self.items.values() if item.put
                   and item.put.ok and not self.is_consumed(item)]
        missing.sort(key=lambda item: item.put.invoked)
        takes = [self.history.end_after(one.client, one.invoked)
                 for one in self.takes]
        for item in missing:
            end = min((end for end in takes if end > item.put.invoked),
                      default=None)
            if end is None:
                yield told(f"{item.name} is lost", item.put, *item.deliveries,
                           *item.returns["nack"])
            else:
                takes.remove(end)

    def is_consumed(self, item):
        return (any(not one.refused for one in item.returns["ack"])
                or any(one.verb == "take" for one in item.deliveries))

    def firsts(self):
        """The items that were delivered for the first time, by that."""
        found = [(item, item.delivery(1)) for item in self.items.values()
                 if item.put]
        return [(item, first) for item, first in found if first]

    def overtaken(self):
        """Nobody gets an item while one that was put before is there."""
        times = sorted(((begin, end, item) for item in self.items.values()
                        if item.put and item.put.ok
                        for begin, end in self.times_in(item)),
                       key=lambda time: time[0])
        for later, first in self.firsts():
            for begin, end, item in times:
                if begin > first.invoked:
                    break
                if (first.completed < end
                        and item.put.completed < later.put.invoked):
                    yield told(f"{later.name} overtook {item.name}", item.put,
                               *item.returns["nack"], *item.deliveries,
                               later.put, first)
                    break

    def out_of_order(self):
        """A consumer gets the items of one producer in their order."""
        streams = collections.defaultdict(list)
        for item, first in self.firsts():
            if item.put.ok:
                streams[first.client, item.put.client].append((item, first))
        for pairs in streams.values():
            pairs.sort(key=lambda pair: pair[1].completed)
            latest = pairs[0]
            for pair in pairs[1:]:
                if pair[0].put.completed < latest[0].put.invoked:
                    yield told(f"{pair[0].name} came after {latest[0].name}",
                               pair[0].put, latest[0].put, latest[1], pair[1])
                else:
                    latest = pair


def find_anomalies(name, operations, history):
    """What is wrong with a queue that was emptied in the end."""
    for found in Queue(name, operations, history).anomalies():
        yield f"queue {name}: {found}"
