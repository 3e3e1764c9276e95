# SPDX-License-Identifier: MIT
"""What queues with leases should do, as simply as it can be said: all entries
are in one list, and every question looks through it."""

READY, DELAYED, LEASED = "ready", "delayed", "leased"
NEVER = float("inf")


class Entry:
    def __init__(self, queue, value, priority, number):
        self.queue = queue
        self.value = value
        self.priority = priority
        self.number = number
        self.attempts = 0
        self.was_away = False
        self.expires = NEVER
        self.until = NEVER
        self.state = READY


class Queue:
    """kind as the model's. Every method answers (status, value ...)."""

    def __init__(self, kind, maxsize=0, max_attempts=0, letters=None):
        self.kind = kind
        self.maxsize = maxsize
        self.max_attempts = max_attempts
        self.letters = letters
        self.entries = []
        self.number = 0
        self.unfinished = 0
        self.now = 0

    # ---- what there is

    def of(self, state):
        return [entry for entry in self.entries if entry.state == state]

    def waiting(self):
        return len(self.of(READY)) + len(self.of(DELAYED))

    def in_order(self):
        def key(entry):
            if self.kind == "PriorityQueue":
                return entry.priority, entry.value, entry.number
            number = entry.number
            return not entry.was_away, \
                -number if self.kind == "LifoQueue" else number
        return sorted(self.of(READY), key=key)

    def find(self, token, owner):
        for entry in self.of(LEASED):
            if entry.token == token:
                return entry if entry.owner == owner else "NOT_OWNER"
        return "NO_LEASE"

    # ---- what happens to it

    def gone(self, entry):
        self.entries.remove(entry)
        self.unfinished = max(self.unfinished - 1, 0)

    def ready(self, entry):
        entry.state, entry.until, entry.was_away = READY, NEVER, True

    def failed(self, entry, until):
        if self.max_attempts and entry.attempts >= self.max_attempts:
            self.gone(entry)
            if self.letters is not None:
                self.letters.append(entry.value)
        elif until > self.now:
            entry.state, entry.until = DELAYED, until
        else:
            self.ready(entry)

    def pass_time(self, now):
        """Everything that ends until then, in order."""
        self.now = now
        for entry in list(self.entries):
            if entry.state != READY and entry.until <= now:
                if entry.state == LEASED:
                    self.failed(entry, entry.until)
                else:
                    self.ready(entry)
        for entry in list(self.entries):
            if entry.state != LEASED and entry.expires <= now:
                self.gone(entry)

    def put(self, value, delay_ms=0, ttl_ms=0, priority=0):
        if self.maxsize and self.waiting() >= self.maxsize:
            return "FULL", None
        self.number += 1
        entry = Entry(self, value, priority, self.number)
        if ttl_ms:
            entry.expires = self.now + ttl_ms
        if delay_ms:
            entry.state, entry.until = DELAYED, self.now + delay_ms
        self.entries.append(entry)
        self.unfinished += 1
        return "OK", None

    def get(self, owner, token, lease_ms=0, unleased=0):
        ready = self.in_order()
        if not ready:
            return "EMPTY", None
        entry = ready[0]
        entry.attempts += 1
        if unleased:
            self.entries.remove(entry)
        else:
            entry.state, entry.token, entry.owner = LEASED, token, owner
            entry.lease_ms = lease_ms
            entry.until = self.now + lease_ms if lease_ms else NEVER
        return "OK", (entry.value, entry.attempts)

    def peek(self, skip):
        ready = self.in_order()
        if skip >= len(ready):
            return "EMPTY", None
        return "OK", ready[skip].value

    def ack(self, token, owner):
        entry = self.find(token, owner)
        if isinstance(entry, str):
            return entry, None
        if entry.lease_ms:
            self.gone(entry)
        else:
            self.entries.remove(entry)
        return "OK", None

    def nack(self, token, owner, delay_ms):
        entry = self.find(token, owner)
        if isinstance(entry, str):
            return entry, None
        self.failed(entry, self.now + delay_ms)
        self.pass_time(self.now)
        return "OK", None

    def give_back(self, token, owner):
        if not isinstance(self.find(token, owner), str):
            self.nack(token, owner, 0)
        return "OK", None

    def touch(self, token, owner, lease_ms):
        entry = self.find(token, owner)
        if isinstance(entry, str):
            return entry, None
        entry.lease_ms = lease_ms or entry.lease_ms
        entry.until = self.now + entry.lease_ms if entry.lease_ms else NEVER
        return "OK", None

    def purge(self):
        purged = [entry for entry in self.entries if entry.state != LEASED]
        for entry in purged:
            self.gone(entry)
        return "OK", len(purged)

    def counts(self):
        return (len(self.of(READY)), len(self.of(DELAYED)),
                len(self.of(LEASED)), self.unfinished)

    def next(self):
        """When something ends."""
        ends = [entry.until for entry in self.entries]
        ends += [entry.expires for entry in self.entries
                 if entry.expires > self.now]
        return min(ends, default=NEVER)
