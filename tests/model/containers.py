# SPDX-License-Identifier: MIT
"""What the tests of shared containers have in common: the same operations on
the model and on what Python has, values to do them with, and operations for
which some allocation fails."""

import copy
import random

import pytest

from model import Model

FEW, MANY = 100, 10_000
STEPS = 25

HASHABLE = [
    0, 1, 2, 3, -1, True, False, 0.0, 1.0, 2.5, -0.0, 1j, 2 ** 70, -2 ** 70,
    float(2 ** 70), float("inf"), None, "", "a", "b", "ab", "\xe4\u20ac\U0001d11e",
    "\ud800", b"", b"a", (), (1,), (1.0,), (1, (2, "a")), frozenset(),
    frozenset({1, 2}), range(3), range(0), "x" * 300, 10 ** 400,
]
ANY = [*HASHABLE, [], [1], [1, [2]], {}, {"a": [1]}, {1: 2, "b": ()}, set(),
       {1, 2}, bytearray(b"a"), [[[]]], {"k": {"k": None}}]
ITERABLES = [
    [], [1, 2, 3], (), ("a", "b"), {}, {"a": 1, 2: "b"}, set(), {1, 2},
    frozenset({3}), "", "ab\u20ac", b"", b"ab", bytearray(b"\xff"), range(4),
    range(5, -3, -2), range(2 ** 62, 2 ** 62 + 3),
]
NOT_ITERABLE = [None, 1, 2.5, True]

# What Python says in other versions.
ALSO_SAID = {
    "must assign iterable to extended slice": "can only assign an iterable",
}


def some_hashable(rng):
    return rng.choice(HASHABLE)


def some_value(rng):
    return copy.deepcopy(rng.choice(ANY))


def some_iterable(rng):
    return copy.deepcopy(rng.choice(NOT_ITERABLE if rng.random() < 0.1
                                    else ITERABLES))


def some_index(rng, count):
    if rng.random() < 0.1:
        return rng.choice([None, "a", 1.0, 2 ** 70, -2 ** 70, True, False,
                           count, -count - 1])
    return rng.randint(-count - 1, count + 1)


def some_slice(rng, count):
    def bound():
        return rng.choice([None, None, 2 ** 70, -2 ** 70, *range(-2, 3),
                           *range(-count - 2, count + 3)])
    step = rng.choice([None, None, None, 1, 1, -1, 2, -2, 3, 2 ** 70,
                       -2 ** 70, 0])
    if rng.random() < 0.03:
        return slice(bound(), "a", step)
    return slice(bound(), bound(), step)


def strict(value):
    """Something that differs for values that are equal and yet not the same:
    1 and True. The order of sets makes no difference."""
    kind = type(value)
    if kind in (list, tuple):
        return kind, [strict(item) for item in value]
    if kind is dict:
        return kind, [(strict(key), strict(item))
                      for key, item in value.items()]
    if kind in (set, frozenset):
        return kind, sorted((strict(item) for item in value), key=repr)
    return kind, repr(value)


class Raised:
    """An exception as both have it."""

    def __init__(self, name, args):
        self.name = name
        self.args = tuple(ALSO_SAID.get(arg, arg) if isinstance(arg, str)
                          else arg for arg in args or ())


def outcome_of_python(call):
    try:
        return call()
    except Exception as error:
        return Raised(type(error).__name__, error.args)


def outcome_of_model(answer):
    if answer.ok:
        return answer.value
    return Raised(answer.raised, answer.value)


def compare(ours, theirs, loosely=False):
    """Whether both outcomes are the same; loosely: equal values are, and the
    text of an exception makes no difference."""
    if isinstance(ours, Raised) or isinstance(theirs, Raised):
        return type(ours) is type(theirs) and ours.name == theirs.name and (
            loosely or strict(ours.args) == strict(theirs.args))
    return ours == theirs if loosely else strict(ours) == strict(theirs)


class Sequence:
    """Operations on one object, and what Python makes of them. A kind has a
    subclass: `kind`; start(rng) gives the options and Python's object; `steps`
    are functions of rng and that object that give the method, its arguments,
    what to do in Python, and arguments by name if there are any;
    content(object) is what the method `all` answers then. is_python: whether a
    stock manager's client asks."""

    loose = False
    is_python = False
    all = "copy"
    all_args = ()

    def __init__(self, seed):
        rng = random.Random(seed)
        self.seed = seed
        options, self.object = self.start(rng)
        self.options = copy.deepcopy(options)
        self.calls, self.expected = [], []
        for _ in range(STEPS):
            self.step(rng)

    def step(self, rng):
        method, args, run, *named = rng.choice(self.steps)(rng, self.object)
        named = named[0] if named else {}
        before = copy.deepcopy(self.object)
        given = copy.deepcopy(args)
        outcome = outcome_of_python(lambda: run(self.object, *args, **named))
        if isinstance(outcome, Raised):
            self.object = before
        self.calls.append((method, given, named))
        self.expected.append(copy.deepcopy(outcome))

    def lines(self, model):
        """With what there is at the end."""
        yield model.line("open", 1, "it", dict(
            self.options, kind=self.kind, name="it"), 0)
        for call in [*self.calls, (self.all, self.all_args, {})]:
            yield model.line("call", 1, "it", *call)
        yield model.line("call", 1, None, "stat", ("it",), {})
        yield model.line("call", 1, None, "rm", ("it",), {})
        yield model.line("close", 1, "it")

    def check(self, answers):
        opened, *answers, content, stat, removed, closed = answers
        assert opened.ok and removed.ok and closed.ok, opened
        for i, (answer, expected) in enumerate(zip(answers, self.expected)):
            loose = self.loose or (self.calls[i][0] == "sort" and
                                   isinstance(expected, Raised))
            if not compare(outcome_of_model(answer), expected, loose):
                theirs = getattr(expected, "args", expected)
                self.fail(i, f"{answer}, not {theirs!r}")
        if not compare(content.value, self.content(self.object), self.loose):
            self.fail(len(answers), f"{content}, not {self.object!r}")
        assert stat.value["items"] == self.items(self.object)

    def fail(self, i, what):
        calls = "\n".join(map(repr, self.calls[:i + 1]))
        pytest.fail(f"seed {self.seed}: {what}\n{self.options}\n{calls}")

    def content(self, it):
        return it

    def items(self, it):
        return len(it)


def compare_sequences(sequence, request):
    """Many of that class, and that nothing is left of them in the end."""
    count = MANY if request.config.getoption("--long") else FEW
    with Model() as model:
        model.python(sequence.is_python)
        for seed in range(count):
            one = sequence(seed)
            one.check(model.run(list(one.lines(model))))
        usage = model.call(None, "usage").value
        assert usage == {"objects": 0, "items": 0, "bytes": 0}


def content_of(model, look):
    stat = model.call(None, "stat", "it").value
    return [strict(model.call("it", *look).value), stat["items"],
            stat["bytes"], stat["version"]]


def run_out_of_memory(kind, options, look, call, for_good):
    """Each allocation of a call fails in turn: then everything is as before,
    or as after a call that had all memory. `look` is a call that answers with
    the content."""
    with Model() as model:
        def start():
            model.new()
            assert model.open("it", kind, **options).ok

        start()
        before = content_of(model, look)
        whole = model.call("it", *call)
        assert whole.ok, whole
        after = content_of(model, look)
        answer = None
        for n in range(1, 100_000):
            if answer is None or answer.ok:
                start()
            model.fail(n, for_good)
            answer = model.call("it", *call)
            assert answer.ok or answer.raised == "MemoryError", answer
            assert content_of(model, look) == (
                after if answer.ok else before), (n, answer)
            assert not answer.ok or strict(answer.value) == strict(whole.value)
            if answer.survived:
                assert answer.ok and n > 1
                return
