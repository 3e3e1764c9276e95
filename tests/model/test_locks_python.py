# SPDX-License-Identifier: MIT
"""Locks and the like compared with Python's own threading: the same sequence
of operations, that do not block, by several owners, each with a thread of its
own in Python, has the same results and exceptions."""

import queue
import random
import threading

import pytest

from lines import outcome
from model import Model

FEW, MANY = 200, 10_000
STEPS = 25
OWNERS = (1, 2, 3)

# What Python says in other words from one version to the next.
OLD_WORDS = {
    "timeout value must be positive":
        "timeout value must be a non-negative number",
    "timestamp too large to convert to C _PyTime_t":
        "timestamp out of range for platform time_t",
    "timestamp too large to convert to C PyTime_t":
        "timestamp out of range for platform time_t",
}


class Owner(threading.Thread):
    """Runs what it is given, one after the other."""

    def __init__(self):
        super().__init__(daemon=True)
        self.asked, self.done = queue.SimpleQueue(), queue.SimpleQueue()
        self.start()

    def run(self):
        while (function := self.asked.get()) is not None:
            self.done.put(self.attempt(*function))

    @staticmethod
    def attempt(function, args, keywords):
        try:
            return ("returned", function(*args, **keywords))
        except Exception as error:
            return (type(error).__name__, error.args)

    def __call__(self, function, args, keywords):
        self.asked.put((function, args, keywords))
        return self.done.get()

    def end(self):
        self.asked.put(None)
        self.join()


@pytest.fixture(scope="module")
def owners():
    owners = {number: Owner() for number in OWNERS}
    yield owners
    for owner in owners.values():
        owner.end()


def in_our_words(outcome):
    """An outcome as it is compared: of some errors only the class, as their
    text is Python's own business."""
    name, value = outcome
    if name in ("TypeError", "BrokenBarrierError"):
        return (name,)
    if name != "returned":
        value = tuple(OLD_WORDS.get(text, text) for text in value)
    return (name, value)


# ---- kinds ------------------------------------------------------------------
#
# Each has what it is opened with, the same as Python's object, and chooses the
# next call by the state of that: (method, args, keywords), and the outcome if
# Python's would be another one. None: it would block.

FREELY = [((False,), {}), ((), {"blocking": False}), ((True, 0), {}),
          ((0, -1), {}), ((), {"timeout": 0})]
WRONGLY = [((False, 1), {}), ((False, 0), {}), ((1, 2, 3), {}),
           ((), {"what": 1}), ((True, "1"), {}), ((True, float("nan")), {})]
BLOCKING = [((), {}), ((True,), {}), ((True, 5), {}),
            ((), {"timeout": 2.5, "blocking": True})]
WRONG_FOR_LOCKS = [((True, -2), {}), ((True, -0.5), {}), ((True, 1e300), {}),
                   ((True, threading.TIMEOUT_MAX * 1.001), {}),
                   ((True, 9223372037), {}), ((True, 10**30), {})]


class Lock:
    name, options = "Lock", {}

    def __init__(self, rng):
        self.rng = rng
        self.python = threading.Lock()
        self.holder, self.depth = None, 0

    def would_block(self, owner):
        return self.holder is not None

    def choose(self, owner):
        method = self.rng.choice(
            ["acquire"] * 4 + ["release", "release", "__enter__", "__exit__",
                               "locked", "nonsense"])
        choose = getattr(self, "choose_" + method.strip("_"), None)
        return choose(owner) if choose else (method, (), {})

    def choose_acquire(self, owner):
        forms = FREELY + WRONGLY + WRONG_FOR_LOCKS
        if not self.would_block(owner):
            forms = BLOCKING * 3 + forms
        return ("acquire", *self.rng.choice(forms))

    def choose_enter(self, owner):
        return None if self.would_block(owner) else ("__enter__", (), {})

    def choose_release(self, owner, method="release"):
        args = (None, None, None) if method == "__exit__" else \
            self.rng.choice([(), (), (), (1,)])
        if self.holder not in (None, owner) and len(args) != 1:
            return (method, args, {},
                    ("RuntimeError", ("somebody else holds it",)))
        return (method, args, {})

    def choose_exit(self, owner):
        return self.choose_release(owner, "__exit__")

    def note(self, owner, method, outcome):
        if method in ("acquire", "__enter__") and \
                outcome == ("returned", True):
            self.holder, self.depth = owner, self.depth + 1
        if method in ("release", "__exit__") and outcome[0] == "returned":
            self.depth -= 1
            self.holder = owner if self.depth else None


class RLock(Lock):
    name = "RLock"

    def __init__(self, rng):
        super().__init__(rng)
        self.python = threading.RLock()

    def would_block(self, owner):
        return self.holder not in (None, owner)

    def choose_locked(self, owner):
        """Python's has it only from 3.14 on."""
        return ("locked", (), {}, ("returned", self.holder is not None))

    def choose_release(self, owner, method="release"):
        args = (None, None, None) if method == "__exit__" else ()
        return (method, args, {})


class Semaphore(Lock):
    name = "Semaphore"

    def __init__(self, rng):
        self.rng = rng
        value = rng.randint(0, 3)
        self.options = {"value": value, "owned": rng.random() < 0.5}
        self.python = getattr(threading, self.name)(value)

    def would_block(self, owner):
        return self.python._value == 0

    def choose_acquire(self, owner):
        forms = [((False,), {}), ((), {"timeout": 0}), ((True, -2), {}),
                 ((False, None), {}), *WRONGLY[:4]]
        if not self.would_block(owner):
            forms += [*BLOCKING, ((True, None), {}), ((1, 2), {})] * 2
        return ("acquire", *self.rng.choice(forms))

    def choose_release(self, owner):
        return ("release", *self.rng.choice(
            [((), {})] * 3 + [((n,), {}) for n in (-1, 0, 1, 2, 3)] +
            [((), {"n": 2}), ((1, 2), {}), (("1",), {})]))

    def choose_exit(self, owner):
        return ("__exit__", (None, None, None), {})

    def choose_locked(self, owner):
        return None

    def note(self, owner, method, outcome):
        pass


class BoundedSemaphore(Semaphore):
    name = "BoundedSemaphore"


class Condition(RLock):
    name = "Condition"

    def __init__(self, rng):
        super().__init__(rng)
        self.python = threading.Condition()

    def choose(self, owner):
        if self.rng.random() < 0.5:
            return super().choose(owner)
        if self.rng.random() < 0.5:
            return (self.rng.choice(["notify", "notify_all"]), (), {})
        return self.rng.choice([
            ("notify", (2,), {}), ("notify", (), {"n": 0}),
            ("notify", (1, 2), {}), ("notify_all", (1,), {}),
            ("wait", (0,), {}), ("wait", (-1,), {}),
            ("wait", (), {"timeout": 0.0}), ("wait", (1, 2), {})])


class Event(Lock):
    name = "Event"

    def __init__(self, rng):
        self.rng = rng
        self.python = threading.Event()

    def choose(self, owner):
        forms = [("is_set", (), {}), ("set", (), {}), ("clear", (), {}),
                 ("wait", (0,), {}), ("wait", (), {"timeout": -1}),
                 ("set", (1,), {}), ("wait", (1, 2), {}),
                 ("nonsense", (), {})]
        if self.python.is_set():
            forms += [("wait", (), {}), ("wait", (5,), {})] * 2
        return self.rng.choice(forms)

    def note(self, owner, method, outcome):
        pass


class Barrier(Lock):
    """Nobody can wait here but who breaks it, or is alone."""
    name = "Barrier"

    def __init__(self, rng):
        self.rng = rng
        parties = rng.choice([1, 1, 2, 3])
        timeout = rng.choice([None, 0, -1])
        self.options = {"parties": parties, "timeout": timeout}
        self.python = threading.Barrier(parties, timeout=timeout)

    def choose(self, owner):
        forms = [("abort", (), {}), ("reset", (), {}), ("reset", (), {}),
                 ("wait", (0,), {}), ("wait", (-1,), {}), ("abort", (1,), {}),
                 ("nonsense", (), {}), ("__getattribute__", ("none",), {}),
                 *[("__getattribute__", (name,), {})
                   for name in ("parties", "n_waiting", "broken")]]
        if self.options["timeout"] is not None or self.python.broken or \
                self.python.parties == 1:
            forms += [("wait", (), {}), ("wait", (None,), {})] * 2
        return self.rng.choice(forms)

    def note(self, owner, method, outcome):
        pass


# ---- sequences --------------------------------------------------------------


def python_does(subject, owner, call):
    if len(call) > 3:
        return call[3]
    method, args, keywords = call
    function = getattr(subject.python, method, None)
    if function is None:
        text = f"'{subject.name}' object has no attribute '{method}'"
        return ("AttributeError", (text,))
    return in_our_words(owner(function, args, keywords))


def make_sequence(owners, subject):
    """The calls, and what Python makes of each."""
    calls = []
    for _ in range(STEPS):
        number = subject.rng.choice(OWNERS)
        call = subject.choose(number)
        if call is None:
            continue
        outcome = python_does(subject, owners[number], call)
        subject.note(number, call[0], outcome)
        calls.append((number, call[:3], outcome))
    return calls


def run_in_model(model, subject, calls):
    """What waits, for its turn alone, is tried again at once."""
    options = dict(subject.options, name="it", kind=subject.name)
    lines = [model.line("new", {}), model.line("open", 1, "it", options, 0)]
    waiting = 0
    for number, (method, args, keywords), outcome in calls:
        lines.append(model.line(
            "call", number, "it", method, args, keywords))
        if method == "wait" and subject.name == "Condition" and \
                outcome[0] == "returned":
            lines.append(model.line("retry", waiting))
            waiting += 1
    answers = model.run(lines)
    assert answers[1].ok, answers[1]
    return [answer for answer in answers[2:] if not answer.waits]


@pytest.mark.parametrize("kind", [
    Lock, RLock, Semaphore, BoundedSemaphore, Condition, Event, Barrier])
def test_it_does_what_pythons_does(kind, owners, request):
    count = MANY if request.config.getoption("--long") else FEW
    with Model() as model:
        for seed in range(count):
            subject = kind(random.Random(seed))
            calls = make_sequence(owners, subject)
            answers = run_in_model(model, subject, calls)
            assert len(answers) == len(calls), f"seed {seed}"
            for i, (call, answer) in enumerate(zip(calls, answers)):
                assert in_our_words(outcome(answer)) == call[2], \
                    f"seed {seed}, call {i}: {call[:2]} of {calls}"
