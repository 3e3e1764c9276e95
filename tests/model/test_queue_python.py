# SPDX-License-Identifier: MIT
"""The same calls of Python's own queues and of the model's, by chance: the same
values, the same exceptions, and what would block waits."""

import ast
import random
import subprocess
import sys

import pytest

from conftest import HANG, PYTHONS
from model import Model

FEW, MANY = 500, 10_000
STEPS = 30
KINDS = ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"]

# The newest that has shutdown(), if one is there.
WITH_SHUTDOWN = [path for version, path in PYTHONS.items()
                 if version >= (3, 13)][-1:]

# Values that can be compared with each other, and few of them, so that some are
# there twice.
FAMILIES = [
    lambda rng: rng.randint(-3, 20),
    lambda rng: rng.choice([True, 0.5, -1.5, 2, 2.0, 10**20, -10**20, 3]),
    lambda rng: rng.choice(["", "a", "b", "ab", "\xe9", "\u20ac", "x" * 300]),
    lambda rng: rng.choice([b"", b"a", b"\x00", b"\xff", b"ab"]),
    lambda rng: (rng.randint(0, 3), rng.choice("abc")),
    lambda rng: [rng.choice([0.5, 1, 2]), "job", rng.randint(0, 9)],
    lambda rng: ("a", rng.randint(0, 5)),
]
# Of any kind, but for those that are compared.
ANYTHING = [None, {"a": 1}, {1, 2}, (None, 1), [[]], 1j, "t", 7]

BLOCKS = [True, False, 0, 1, "", "x", None]
TIMEOUTS = [None, None, 0, 0.0, -1, -0.25, 5, 0.5, "soon"]
# None of which waits.
WRONG = [("put", (), {"block": False}), ("put", (1, False, 0, 4), {}),
         ("put", (1,), {"item": 2, "block": False}), ("qsize", (1,), {}),
         ("get", (False,), {"wait": True}), ("get_nowait", (1,), {}),
         ("no_such_method", (), {})]


def blocking(rng):
    """Arguments that say whether and for how long to wait."""
    chance = rng.random()
    if chance < 0.5:
        return (), {}
    if chance < 0.75:
        return (rng.choice(BLOCKS), rng.choice(TIMEOUTS)), {}
    return (), {name: rng.choice(values) for name, values in
                (("block", BLOCKS), ("timeout", TIMEOUTS))
                if rng.random() < 0.7}


class Sequence:
    """Calls by chance, of a kind."""

    def __init__(self, kind, seed, shuts_down):
        self.rng = rng = random.Random("%s %d %s" % (kind, seed, shuts_down))
        self.kind = kind
        self.maxsize = rng.choice([0, 0, -1, 1, 2, 5])
        self.family = rng.choice(FAMILIES)
        self.puts = rng.uniform(0.2, 0.7)
        self.shuts_down = shuts_down
        self.calls = [self.call() for _ in range(STEPS)]

    def value(self):
        if self.kind != "PriorityQueue" or self.rng.random() < 0.03:
            return self.rng.choice([*ANYTHING, self.family(self.rng)])
        return self.family(self.rng)

    def call(self):
        rng = self.rng
        chance = rng.random()
        if chance < 0.01:
            return rng.choice(WRONG)
        if chance < 0.25:
            return self.of_the_rest()
        args, keywords = blocking(rng)
        if rng.random() < self.puts:
            if rng.random() < 0.2:
                return "put_nowait", (self.value(),), {}
            return "put", (self.value(), *args), keywords
        if rng.random() < 0.2:
            return "get_nowait", (), {}
        return "get", args, keywords

    def of_the_rest(self):
        if self.shuts_down and self.rng.random() < 0.1:
            return "shutdown", (), self.rng.choice(
                [{}, {"immediate": True}, {"immediate": False}])
        return self.rng.choice(
            ["qsize", "empty", "full", "task_done", "join"]), (), {}


def came_of(answer):
    if answer.waits:
        return ("waits",)
    if answer.ok:
        return ("is", answer.value)
    return ("raises", answer.raised.split(".")[-1])


def in_the_model(model, sequence, by_manager):
    """What a manager's client gets is leased, and here stays so: that is not to
    be seen."""
    model.new()
    model.python(by_manager)
    options = {"maxsize": sequence.maxsize}
    model.open("q", sequence.kind,
               **{} if sequence.kind == "SimpleQueue" else options)
    return [came_of(answer) for answer in model.run(
        [model.line("call", 1, "q", *call) for call in sequence.calls])]


class Python:
    """Another one, or this."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [path, __file__.replace("test_queue_python", "queue_reference")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, sequence):
        print(repr((sequence.kind, sequence.maxsize, sequence.calls)),
              file=self.process.stdin, flush=True)
        return ast.literal_eval(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(HANG) == 0


def compare(path, kind, count, shuts_down):
    python = Python(path)
    with Model() as model:
        for seed in range(count):
            sequence = Sequence(kind, seed, shuts_down)
            is_so = in_the_model(model, sequence, by_manager=seed % 2)
            should_be = python.run(sequence)
            for step, call in enumerate(sequence.calls):
                assert is_so[step] == should_be[step], \
                    f"seed {seed}, maxsize {sequence.maxsize}, call {step}: " \
                    f"{call} of {sequence.calls[:step]}"
    python.close()


@pytest.fixture
def count(request):
    return MANY if request.config.getoption("--long") else FEW


@pytest.mark.parametrize("kind", KINDS)
def test_queues_do_what_this_pythons_do(kind, count):
    compare(sys.executable, kind, count, shuts_down=False)


@pytest.mark.skipif(not WITH_SHUTDOWN, reason="no CPython from 3.13 is found")
@pytest.mark.parametrize("kind", KINDS)
def test_queues_shut_down_as_a_newer_pythons_do(kind, count):
    compare(WITH_SHUTDOWN[0], kind, count, shuts_down=True)
