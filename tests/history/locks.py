# SPDX-License-Identifier: MIT
"""What a lock promises. A holder certainly has it from when it knows that until
it begins to release it, or its connection may have ended. These times never
overlap, and in their order the tokens grow."""

import math


class Hold:
    def __init__(self, acquire, release, history):
        self.acquire = acquire
        self.release = release
        self.token = int(acquire.results[0])
        self.begin = acquire.completed
        self.cut = history.end_after(acquire.client, acquire.invoked)
        self.end = min(self.cut, release.invoked if release else math.inf)

    def was_taken_away(self):
        return (self.release and self.release.refused
                and self.release.completed < self.cut)

    def __str__(self):
        release = f"\n    {self.release}" if self.release else ""
        return f"\n    {self.acquire}{release}"


def release_of(acquire, operations):
    """The first attempt to release what it got."""
    return next((one for one in operations if one.verb == "release"
                 and one.client == acquire.client
                 and one.arguments == acquire.results
                 and one.invoked > acquire.completed), None)


def holds(operations, history):
    """By when they are known to have begun."""
    found = [Hold(one, release_of(one, operations), history)
             for one in operations if one.verb == "acquire" and one.ok]
    return sorted(found, key=lambda hold: hold.begin)


def two_holders(found):
    """Pairs that had it at one time."""
    last = None
    for hold in found:
        if last and hold.begin < min(last.end, hold.end):
            yield last, hold
        if not last or hold.end > last.end:
            last = hold


def going_back(found):
    """Pairs of which the later one has no greater token. One that was cut off
    before it knew that it held the lock may have held it at any time."""
    last = None
    for hold in found:
        if hold.begin <= hold.end:
            if last and hold.token <= last.token:
                yield last, hold
            last = hold


def find_anomalies(name, operations, history):
    found = holds(operations, history)
    for one, other in two_holders(found):
        yield f"lock {name}: two holders at a time{one}{other}"
    for one, other in going_back(found):
        yield f"lock {name}: the token went back{one}{other}"
    for hold in found:
        if hold.was_taken_away():
            yield f"lock {name}: was taken away from its holder{hold}"
