# SPDX-License-Identifier: MIT
"""Locks and the like without memory: whichever allocation fails, once or from
then on, an operation is done or was not begun."""

import pytest

from lines import outcome
from model import Model

TRUE = ("returned", True)


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture(params=[False, True], ids=["once", "for good"])
def shortages(process, request):
    """Yields a fresh model for each n, in which the n-th allocation of what
    is tried by its attempt() fails; ends when there are no more."""
    def each():
        for n in range(1, 100):
            process.new()
            shortage = Shortage(process, n, request.param)
            yield shortage
            if shortage.survived:
                assert n > 1, "nothing was allocated"
                return
        pytest.fail("there is no end of it")
    return each


class Shortage:
    def __init__(self, model, n, for_good):
        self.model, self.n, self.for_good = model, n, for_good
        self.survived = False

    def attempt(self, function, *args, **keywords):
        """The answer of one operation; None if it lacked memory."""
        self.model.fail(self.n, self.for_good)
        answer = function(*args, **keywords)
        self.survived = answer.survived
        if answer.status == "NO_MEMORY":
            assert not self.survived
            assert not answer.granted and not answer.dropped
            return None
        return answer

    def stat(self, alias):
        return self.model.call(None, "stat", alias).value


@pytest.mark.parametrize("kind, options", [
    ("Lock", {}), ("RLock", {}), ("Semaphore", {"value": 2}),
    ("BoundedSemaphore", {"value": 2}), ("Event", {}),
    ("Condition", {}), ("Condition", {"lock": "l"}), ("Barrier", {
        "parties": 2, "timeout": 1})])
def test_opening(shortages, kind, options):
    for shortage in shortages():
        model = shortage.model
        model.open("l", "Lock")
        done = shortage.attempt(model.open, "it", kind, **options)
        if not done:
            assert model.call(None, "usage").value["objects"] == 1
            assert model.open("it", kind, **options).ok


@pytest.mark.parametrize("kind, depth", [
    ("Lock", 0), ("RLock", 0), ("RLock", 1), ("Condition", 0),
    ("Condition", 1)])
def test_acquiring_a_lock(shortages, kind, depth):
    for shortage in shortages():
        model = shortage.model
        model.open("it", kind)
        for _ in range(depth):
            model.call("it", "acquire")
        done = shortage.attempt(model.call, "it", "acquire")
        assert shortage.stat("it")["depth"] == depth + bool(done)
        for _ in range(depth + bool(done)):
            assert model.call("it", "release").ok
        assert outcome(model.call("it", "acquire", owner=2)) == TRUE


@pytest.mark.parametrize("kind", ["Lock", "RLock", "Condition"])
def test_releasing_a_lock(shortages, kind):
    for shortage in shortages():
        model = shortage.model
        model.open("it", kind)
        model.call("it", "acquire")
        if not shortage.attempt(model.call, "it", "release"):
            assert model.call("it", "release").ok
        assert outcome(model.call("it", "acquire", owner=2)) == TRUE


@pytest.fixture
def managers(process):
    """Who asks are managers' clients."""
    process.python()
    yield
    process.python(False)


def test_releasing_anothers_lock(shortages, managers):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Lock")
        model.call("it", "acquire", owner=2)
        if not shortage.attempt(model.call, "it", "release"):
            assert model.call("it", "release").dropped_owner == 2
        assert model.call("it", "release").status == "RUNTIME_ERROR"


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_a_lock_whose_owner_went(shortages, managers, kind):
    for shortage in shortages():
        model = shortage.model
        model.open("it", kind)
        token = model.call("it", "acquire").granted
        model.give_back("it", token)
        if not shortage.attempt(model.call, "it", "release", owner=2):
            assert model.call("it", "release", owner=2).ok
        assert model.call("it", "release").status == "RUNTIME_ERROR"


@pytest.mark.parametrize("method, args", [
    ("release", ()), ("acquire", (False,)), ("acquire", (False, 1)),
    ("holders", ())])
def test_what_is_refused_or_told(shortages, method, args):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Lock")
        token = model.call("it", "acquire", owner=2).granted
        shortage.attempt(model.call, "it", method, *args)
        assert [one["token"] for one in model.call("it", "holders").value] \
            == [token]


def test_taking_a_permit(shortages):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Semaphore", value=3)
        done = shortage.attempt(model.call, "it", "acquire")
        told = shortage.stat("it")
        assert told["permits"] == (2 if done else 3)
        assert told["items"] == len(told["holders"]) == bool(done)
        if not done:
            assert model.call("it", "acquire").granted


def test_giving_permits(shortages):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Semaphore", value=3)
        model.call("it", "acquire")
        model.call("it", "acquire")
        done = shortage.attempt(model.call, "it", "release", 2)
        told = shortage.stat("it")
        assert told["permits"] == (3 if done else 1)
        assert len(told["holders"]) == (0 if done else 2)
        if not done:
            assert model.call("it", "release", 2).ok


@pytest.mark.parametrize("timeout", [None, 0])
def test_beginning_to_wait_for_a_condition(shortages, timeout):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Condition")
        model.call("it", "acquire")
        done = shortage.attempt(model.call, "it", "wait", timeout)
        told = shortage.stat("it")
        assert told["depth"] == (0 if done else 1)
        assert told["waiting"] == (1 if done and timeout is None else 0)


def test_waiting_for_a_condition(shortages):
    """Who is notified and cannot be told lets the next one have it."""
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Condition")
        waiting = []
        for owner in (1, 2):
            model.call("it", "acquire", owner=owner)
            waiting.append(model.call("it", "wait", owner=owner))
        model.call("it", "acquire", owner=3)
        model.call("it", "notify", owner=3)
        model.call("it", "release", owner=3)
        done = shortage.attempt(model.retry, waiting[0])
        if done:
            assert outcome(done) == TRUE
            assert shortage.stat("it")["waiting"] == 1
        else:
            assert outcome(model.retry(waiting[1])) == TRUE
            assert shortage.stat("it")["waiting"] == 0


def test_notifying(shortages):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Condition")
        model.call("it", "acquire", owner=1)
        model.call("it", "wait", owner=1)
        model.call("it", "acquire", owner=3)
        done = shortage.attempt(model.call, "it", "notify_all", owner=3)
        assert shortage.stat("it")["waiting"] == (0 if done else 1)


@pytest.mark.parametrize("method", ["set", "wait", "is_set", "clear"])
def test_events(shortages, method):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Event")
        done = shortage.attempt(model.call, "it", method)
        assert shortage.stat("it")["set"] == bool(done and method == "set")


def test_coming_to_a_barrier(shortages):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Barrier", parties=2)
        done = shortage.attempt(model.call, "it", "wait")
        assert shortage.stat("it")["waiting"] == bool(done)
        assert model.call("it", "wait").waits == (not done)


def test_coming_last_to_a_barrier(shortages):
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Barrier", parties=2)
        waiting = model.call("it", "wait")
        done = shortage.attempt(model.call, "it", "wait", owner=2)
        assert model.retry(waiting).waits == (not done)


def test_waiting_at_a_barrier(shortages):
    """Who cannot go on waiting breaks it, as if gone."""
    for shortage in shortages():
        model = shortage.model
        model.open("it", "Barrier", parties=3)
        waiting = [model.call("it", "wait") for _ in range(2)]
        done = shortage.attempt(model.retry, waiting[0])
        assert shortage.stat("it")["broken"] == (not done)
        assert model.retry(waiting[1]).waits == bool(done)


@pytest.mark.parametrize("name", ["parties", "none"])
def test_asking_a_barrier(shortages, name):
    for shortage in shortages():
        shortage.model.open("it", "Barrier", parties=3)
        shortage.attempt(shortage.model.call, "it", "__getattribute__", name)
