# SPDX-License-Identifier: MIT
"""Locks and the like by chance: several owners call what they like, some of it
waits, is tried anew for no reason, expires, is cancelled, or its connection
ends; each operation must come to what expected.py says."""

import random

import pytest

import expected
from lines import Lines
from model import Model

FEW, MANY = 100, 10_000
STEPS = 40
OWNERS = (1, 2, 3, 4)

# Methods, with the arguments of the model and of what is expected.
ACQUIRE = [
    ("acquire", (), ()), ("acquire", (True, 5), ()), ("__enter__", (), ()),
    ("acquire", (False,), (False,)), ("acquire", (True, 0), (False,)),
]
LOCK = [*ACQUIRE, ("locked", (), ()), ("release", (), ()),
        ("release", (), ()), ("__exit__", (None, None, None), ())]
SEMAPHORE = [*ACQUIRE, *[("release", (n,), (n,)) for n in (0, 1, 2, 3)],
             ("release", (), ()), ("release", (), ()),
             ("__exit__", (None, None, None), ())]
CONDITION = [
    *LOCK, *ACQUIRE, ("wait", (), ()), ("wait", (), ()), ("wait", (5,), ()),
    ("wait", (0,), (0,)), ("wait", (-1,), (0,)), ("notify", (), ()),
    ("notify", (2,), (2,)), ("notify", (0,), (0,)), ("notify_all", (), ()),
]
EVENT = [("is_set", (), ()), ("set", (), ()), ("clear", (), ()),
         ("wait", (), ()), ("wait", (5,), ()), ("wait", (0,), (0,))]
BARRIER = [
    *[("wait", (), ())] * 6, ("wait", (5,), ()), ("wait", (-3,), (0,)),
    ("abort", (), ()), ("reset", (), ()), ("reset", (), ()),
    ("parties", (), ()), ("n_waiting", (), ()), ("broken", (), ()),
]
PLAIN = {"__enter__": "acquire", "__exit__": "release"}


def a_lock(model, rng):
    model.open("it", "Lock")
    return expected.Lock(), LOCK


def an_rlock(model, rng):
    model.open("it", "RLock")
    return expected.RLock(), LOCK


def a_semaphore(model, rng):
    value = rng.randint(0, 3)
    model.open("it", "Semaphore", value=value)
    return expected.Semaphore(value), SEMAPHORE


def a_bounded_semaphore(model, rng):
    value = rng.randint(1, 3)
    model.open("it", "BoundedSemaphore", value=value)
    return expected.BoundedSemaphore(value), SEMAPHORE


def a_condition(model, rng):
    lock = rng.choice([None, "Lock", "RLock"])
    if lock:
        model.open("lock", lock)
        model.open("it", "Condition", lock="lock")
    else:
        model.open("it", "Condition")
    lock = expected.Lock if lock == "Lock" else expected.RLock
    return expected.Condition(lock()), CONDITION


def an_event(model, rng):
    model.open("it", "Event")
    return expected.Event(), EVENT


def a_barrier(model, rng):
    parties = rng.randint(1, 4)
    model.open("it", "Barrier", parties=parties)
    return expected.Barrier(parties), BARRIER


class Run:
    """One sequence. `lazily`: who was woken may be tried only later."""

    def __init__(self, model, make, seed):
        self.rng = random.Random(seed)
        model.new()
        self.expected, self.methods = make(model, self.rng)
        self.lines = Lines(model)
        self.lazily = make in (an_event, a_barrier)
        self.all = []
        self.log = []

    def waiting(self):
        return self.lines.waiting

    def owner(self):
        """Mostly who has the lock, if there is one: others can do little."""
        holder = getattr(self.expected, "holder", None)
        if holder and self.rng.random() < 0.6:
            return holder
        return self.rng.choice(OWNERS)

    def call(self):
        owner = self.owner()
        method, args, theirs = self.rng.choice(self.methods)
        operation = self.lines.call("it", method, *args, owner=owner)
        self.log.append((len(self.all), owner, method, args))
        self.all.append(operation)
        run = getattr(self.expected, PLAIN.get(method, method))
        outcome = run(operation, owner, *theirs)
        if outcome:
            self.expected.outcomes[operation] = outcome

    def one(self, what):
        operation = self.rng.choice(self.waiting())
        self.log.append((what, self.all.index(operation)))
        return operation

    def retry(self):
        operation = self.one("retry")
        before = operation.answer.ticket
        self.expected.retry(operation)
        self.lines.retry(operation)
        assert before == 0 or operation.done or \
            operation.answer.ticket == before

    def expire(self):
        operation = self.one("expire")
        self.expected.expire(operation)
        self.lines.expire(operation)

    def forget(self, operation):
        self.expected.withdraw(operation)
        self.all[self.all.index(operation)] = None

    def withdraw(self):
        operation = self.one("withdraw")
        self.lines.withdraw(operation)
        self.forget(operation)

    def leave(self):
        owner = self.rng.choice(OWNERS)
        self.log.append(("leave", owner))
        for operation in list(self.waiting()):
            if operation.owner == owner:
                self.forget(operation)
        self.lines.leave(owner)
        self.expected.leave(owner)

    def step(self):
        chosen = self.rng.choices(
            [self.call, self.retry, self.expire, self.withdraw, self.leave],
            [20, 2, 1, 1, 1])[0]
        if chosen in (self.call, self.leave) or self.waiting():
            chosen()

    def serve_and_compare(self):
        self.lines.serve()
        self.expected.serve()
        for operation in self.all:
            if operation:
                assert operation.outcome == \
                    self.expected.outcomes.get(operation), \
                    self.all.index(operation)

    def run(self):
        for _ in range(STEPS):
            self.step()
            if not self.lazily or self.rng.random() < 0.5:
                self.serve_and_compare()
        for owner in OWNERS:
            self.lines.leave(owner)
        self.lines.serve()
        assert self.lines.waiting == [] and self.lines.grants == {}


@pytest.mark.parametrize("make", [
    a_lock, an_rlock, a_semaphore, a_bounded_semaphore, a_condition, an_event,
    a_barrier])
def test_each_operation_comes_to_what_is_expected(make, request):
    count = MANY if request.config.getoption("--long") else FEW
    with Model() as model:
        for seed in range(count):
            run = Run(model, make, seed)
            try:
                run.run()
            except AssertionError as wrong:
                pytest.fail(f"seed {seed}: {wrong}\n{run.log}")
