# SPDX-License-Identifier: MIT
"""Leases, delays and lives by chance: several owners put, get, give back or
lose, and time passes; every answer is what expected_queue.py says, and so are
the counts."""

import random

import pytest

import expected_queue
from model import Model
from queues import all_of, stat

FEW, MANY = 300, 10_000
STEPS = 40
KINDS = ["Queue", "LifoQueue", "PriorityQueue"]
OWNERS = (1, 2, 3)


class Run:
    """One queue in the model, the same as expected, and what was done."""

    def __init__(self, model, kind, seed):
        self.model = model
        self.rng = rng = random.Random("%s %d" % (kind, seed))
        self.letters = []
        self.tokens = [1]
        options = {"maxsize": rng.choice([0, 0, 3]),
                   "max_attempts": rng.choice([0, 1, 2, 3])}
        model.new()
        model.open("q", kind, dead_letter="dead", **options)
        model.open("dead")
        self.expected = expected_queue.Queue(
            kind, letters=self.letters, **options)
        self.expected.now = model.now_ms
        self.values = [*range(STEPS)]
        rng.shuffle(self.values)

    def some_ms(self, *others):
        return self.rng.choice([0, *others, self.rng.randint(1, 100)])

    def put(self):
        options = {"delay_ms": self.some_ms(0, 0), "ttl_ms": self.some_ms(0, 0),
                   "priority": self.rng.choice([0, 0, 0, -1, 1])}
        value = self.values.pop()
        return self.model.put("q", value, **options), \
            self.expected.put(value, **options)

    def get(self):
        owner = self.rng.choice(OWNERS)
        options = {"unleased": 1} if self.rng.random() < 0.1 else \
            {"lease_ms": self.some_ms(0)}
        answer = self.model.get("q", owner, **options)
        if answer.granted:
            self.tokens.append(answer.granted)
        return answer, self.expected.get(owner, answer.granted, **options)

    def token(self):
        """A lease, mostly one that is there, and an owner, mostly its own."""
        leased = self.expected.of(expected_queue.LEASED)
        if not leased or self.rng.random() < 0.15:
            return self.rng.choice(self.tokens), self.rng.choice(OWNERS)
        entry = self.rng.choice(leased)
        return entry.token, entry.owner

    def ack(self):
        token, owner = self.token()
        return self.model.ack("q", token, owner), \
            self.expected.ack(token, owner)

    def nack(self):
        token, owner = self.token()
        delay_ms = self.some_ms(0)
        return self.model.nack("q", token, delay_ms, owner), \
            self.expected.nack(token, owner, delay_ms)

    def touch(self):
        token, owner = self.token()
        lease_ms = self.some_ms()
        return self.model.touch("q", token, lease_ms, owner), \
            self.expected.touch(token, owner, lease_ms)

    def give_back(self):
        token, owner = self.token()
        return self.model.give_back("q", token, owner), \
            self.expected.give_back(token, owner)

    def peek(self):
        skip = self.rng.randint(0, 5)
        return self.model.peek("q", skip), self.expected.peek(skip)

    def purge(self):
        return self.model.call("q", "purge"), self.expected.purge()

    def pass_time(self):
        """Till something ends, or a while; sometimes nobody says so."""
        end = self.expected.next()
        if end == expected_queue.NEVER or self.rng.random() < 0.5:
            end = self.model.now_ms + self.rng.randint(1, 60)
        milliseconds = end - self.model.now_ms
        self.expected.pass_time(end)
        if self.rng.random() < 0.3:
            self.model.now_ms = end
        else:
            after = self.model.pass_time(milliseconds).next
            assert (after or expected_queue.NEVER) == self.expected.next()

    def step(self):
        what = self.rng.choices(
            ["put", "get", "ack", "nack", "touch", "give_back", "peek",
             "purge", "pass_time"], [10, 10, 3, 4, 2, 4, 2, 0.2, 6])[0]
        both = getattr(self, what)()
        if both is None:
            return what
        answer, (status, value) = both
        assert answer.status == status, what
        if what == "get" and answer.ok:
            assert (answer.value, answer.attempts) == value
        elif answer.ok:
            assert answer.value == value, what
        return what

    def check(self):
        size = self.model.call("q", "qsize").value
        told = stat(self.model)
        assert size == told["ready"]
        assert (told["ready"], told["delayed"], told["leased"],
                told["unfinished"]) == self.expected.counts()
        assert told["items"] == len(self.expected.entries)


@pytest.fixture
def count(request):
    return MANY if request.config.getoption("--long") else FEW


@pytest.mark.parametrize("kind", KINDS)
def test_leases_by_chance(kind, count):
    with Model() as model:
        for seed in range(count):
            run = Run(model, kind, seed)
            done = []
            try:
                for _ in range(STEPS):
                    done.append(run.step())
                    run.check()
                assert sorted(all_of(model, "dead")) == sorted(run.letters)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, after {done}") from error
