# SPDX-License-Identifier: MIT
"""Histories: what clients did and when they knew what came of it. All times are
nanoseconds of this machine's CLOCK_MONOTONIC.

A history is a folder with a file for each client, which is one process. Each of
its lines is about one operation, and in the file before anything else is done:

    TIME + NUMBER VERB OBJECT ARGUMENT...      it is about to begin
    TIME - NUMBER OUTCOME RESULT...            it has ended

    put QUEUE ITEM               each item is put once
    get QUEUE LEASE_MS           ITEM ATTEMPTS; 0 is a lease without limit
    take QUEUE                   ITEM ATTEMPTS, acknowledged by itself
    ack QUEUE ITEM ATTEMPTS
    nack QUEUE ITEM ATTEMPTS
    acquire LOCK                 TOKEN
    release LOCK TOKEN
    set DICT KEY VALUE           each value is written once
    read DICT KEY                VALUE; - is none
    pop DICT KEY                 VALUE
    cas DICT KEY EXPECTED VALUE  1 if that was the value, 0 if it was not
    close -                      the session ends

An outcome is "ok", "refused" if nothing was done, or "unknown", as it also is
if there is no second line. The file "ends" says what was done to clients, each
line before it was done; the broker knows of it at some time after that:

    TIME CLIENT killed
    TIME CLIENT cut
"""

import dataclasses
import math

ENDS = "ends"


@dataclasses.dataclass
class Operation:
    client: str
    number: int
    verb: str
    object: str
    arguments: tuple
    invoked: int
    completed: float = math.inf
    outcome: str = "unknown"
    results: tuple = ()

    @property
    def ok(self):
        return self.outcome == "ok"

    @property
    def refused(self):
        return self.outcome == "refused"

    def end(self, time, outcome, *results):
        self.completed, self.outcome, self.results = time, outcome, results

    def __str__(self):
        words = " ".join([self.verb, self.object, *self.arguments])
        results = " ".join([self.outcome, *self.results])
        return f"{self.invoked}..{self.completed} {self.client} " \
            f"#{self.number}: {words}: {results}"


class History:
    """All operations, and the times at which each client's connection ended, or
    may have, in order."""

    def __init__(self, operations, ends=()):
        self.operations = sorted(operations, key=lambda one: one.invoked)
        self.ends = {}
        closed = [(one.invoked, one.client) for one in self.operations
                  if one.verb == "close"]
        for time, client in sorted([*ends, *closed]):
            self.ends.setdefault(client, []).append(time)

    def of(self, *verbs):
        """The operations of these verbs by their objects."""
        found = {}
        for one in self.operations:
            if one.verb in verbs:
                found.setdefault(one.object, []).append(one)
        return found

    def end_after(self, client, time):
        """When that client's connection of that time ends, at the earliest."""
        return next((end for end in self.ends.get(client, ()) if end > time),
                    math.inf)


def client_operations(path):
    """The operations that a client's file tells of."""
    found = {}
    for line in path.read_text().splitlines():
        time, mark, number, *words = line.split(" ")
        if mark == "+":
            verb, what, *arguments = words
            found[number] = Operation(path.name, int(number), verb, what,
                                      tuple(arguments), int(time))
        else:
            found[number].end(int(time), *words)
    return found.values()


def read_history(folder):
    files = [path for path in folder.iterdir() if path.name != ENDS]
    lines = (folder / ENDS).read_text().splitlines()
    ends = [line.split(" ")[:2] for line in lines]
    return History(
        [one for path in files for one in client_operations(path)],
        [(int(time), client) for time, client in ends])


def write_history(folder, history):
    """As clients would have: for what a test makes up."""
    folder.mkdir()
    lines = [f"{time} {client} cut\n" for client, times in history.ends.items()
             for time in times]
    (folder / ENDS).write_text("".join(lines))
    for one in history.operations:
        with open(folder / one.client, "a", encoding="ascii") as file:
            print(one.invoked, "+", one.number, one.verb, one.object,
                  *one.arguments, file=file)
            if one.completed < math.inf:
                print(one.completed, "-", one.number, one.outcome,
                      *one.results, file=file)
