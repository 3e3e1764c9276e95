# SPDX-License-Identifier: MIT
"""Whether operations on one key of a dict can have happened one at a time, each
at a moment between its invocation and its completion: the search of Wing and
Gong, with Lowe's memory of where it has been. What has an unknown outcome may
happen at any time after its invocation, or never."""

import math

NONE = "-"


def _set(state, arguments, results):
    return arguments[0]


def _read(state, arguments, results):
    return state if results == (state,) else None


def _pop(state, arguments, results):
    return NONE if results in ((state,), ()) else None


def _cas(state, arguments, results):
    expected, value = arguments
    done = "1" if state == expected else "0"
    if results not in ((done,), ()):
        return None
    return value if state == expected else state


# The value after an operation on a key with that value; None if it cannot have
# had these results, which are () if they are unknown.
STEPS = {"set": _set, "read": _read, "pop": _pop, "cas": _cas}


def matters(operation):
    return operation.ok or (
        operation.outcome == "unknown" and operation.verb != "read")


class Search:
    """For an order of the operations on one key."""

    def __init__(self, operations):
        self.operations = sorted(
            filter(matters, operations), key=lambda one: one.invoked)
        self.ends = [one.completed if one.ok else math.inf
                     for one in self.operations]
        self.known = sum(1 << place for place, one
                         in enumerate(self.operations) if one.ok)
        # The most that was ever in order: the sequence, and what it leaves.
        self.best = ([], NONE)

    def open(self, done):
        """Who can be next: all that began before any of the rest ended."""
        end = math.inf
        found = []
        for place, one in enumerate(self.operations):
            if one.invoked > end:
                break
            if not done >> place & 1:
                found.append(place)
                end = min(end, self.ends[place])
        return [place for place in found
                if self.operations[place].invoked <= end]

    def steps(self, done, state):
        """Who can be next, and what the value is then."""
        for place in self.open(done):
            one = self.operations[place]
            after = STEPS[one.verb](state, one.arguments[1:], one.results)
            if after is not None:
                yield place, after

    def succeeds(self):
        seen = set()
        order = []
        stack = [(0, NONE, self.steps(0, NONE))]
        while stack:
            done, state, steps = stack[-1]
            if done & self.known == self.known:
                return True
            if len(order) > len(self.best[0]):
                self.best = (list(order), state)
            for place, after in steps:
                follows = (done | 1 << place, after)
                if follows not in seen:
                    seen.add(follows)
                    order.append(place)
                    stack.append((*follows, self.steps(*follows)))
                    break
            else:
                stack.pop()
                if order:
                    order.pop()
        return False

    def story(self):
        """Why it failed, in as many words as are of use."""
        order, state = self.best
        done = sum(1 << place for place in order)

        def lines(places):
            return "".join(f"\n    {self.operations[place]}"
                           for place in places)
        return (f"in no order do they make sense. After{lines(order[-6:])}\n"
                f"  the value is {state}, and none of these can be next:"
                f"{lines(self.open(done))}")


def find_anomalies(name, operations):
    """What is wrong with the operations on a dict, key by key."""
    keys = {}
    for one in operations:
        keys.setdefault(one.arguments[0], []).append(one)
    for key, ones in keys.items():
        search = Search(ones)
        if not search.succeeds():
            yield f"dict {name}, key {key}: {search.story()}"
