# SPDX-License-Identifier: MIT
"""Every allocation of every operation on a queue made to fail, once and from
then on for good: it raises and has changed nothing, or it is done; and after
that all goes on as if nothing had been."""

import pytest

from model import Model
from queues import all_of, stat

MOST = 60  # allocations of one operation


@pytest.fixture(scope="module")
def model():
    with Model() as process:
        yield process


def some(model):
    """A few items, so that there is something to compare with."""
    for value in ((1, "b"), (1, "a"), (3, "c")):
        model.put("q", value)


def many(model):
    """As many as the first room of a heap has."""
    for value in range(16):
        model.put("q", (value, "x"))


def leased(model, **options):
    some(model)
    model.token = model.get("q", **options).granted


def given_out(model):
    """As many leases as there is room for at first."""
    many(model)
    model.token = [model.get("q").granted for _ in range(16)][0]
    model.put("q", (16, "x"))


def by_manager(model, method):
    """A call of a manager's client."""
    model.python()
    answer = model.call("q", method)
    model.python(False)
    return answer


# What is there before, and what then lacks memory.
OPERATIONS = {
    "put": (some, lambda m: m.put("q", (1, "aa"))),
    "put the 17th": (many, lambda m: m.put("q", (1, "aa"))),
    "put text": (lambda m: m.put("q", "a", format="text"),
                 lambda m: m.put("q", "b", format="text")),
    "put json": (lambda m: m.put("q", "[1]", format="json"),
                 lambda m: m.put("q", "[1, 2]", format="json")),
    "put with a delay": (
        some, lambda m: m.put("q", (1, "aa"), delay_ms=10, ttl_ms=20)),
    "put a value": (some, lambda m: m.call("q", "put", (1, "aa"))),
    "get": (some, lambda m: m.get("q")),
    "get for a time": (some, lambda m: m.get("q", lease_ms=10)),
    "get the 17th": (given_out, lambda m: m.get("q")),
    "get the 17th for a time": (given_out, lambda m: m.get("q", lease_ms=10)),
    "get and be done": (some, lambda m: m.get("q", unleased=1)),
    "get a value": (some, lambda m: m.call("q", "get")),
    "get a text": (lambda m: m.put("q", "a", format="text"),
                   lambda m: m.call("q", "get")),
    "get a manager's value": (some, lambda m: by_manager(m, "get")),
    "get the 17th of a manager": (
        given_out, lambda m: by_manager(m, "get_nowait")),
    "get a manager's text": (lambda m: m.put("q", "a", format="text"),
                             lambda m: by_manager(m, "get")),
    "peek": (some, lambda m: m.peek("q", 1)),
    "peek at a value": (some, lambda m: m.call("q", "peek", 1)),
    "ack": (leased, lambda m: m.ack("q", m.token)),
    "nack": (leased, lambda m: m.nack("q", m.token)),
    "nack with a delay": (leased, lambda m: m.nack("q", m.token, 10)),
    "touch": (leased, lambda m: m.touch("q", m.token, 10)),
    "give back": (given_out, lambda m: m.give_back("q", m.token)),
    "purge": (some, lambda m: m.call("q", "purge")),
    "shut down": (some, lambda m: m.call("q", "shutdown", True)),
    "join": (some, lambda m: m.call("q", "join")),
    "task_done": (some, lambda m: m.call("q", "task_done")),
}


def state(model):
    """All that there is to tell of it, and all that is in it."""
    told = stat(model)
    told.pop("idle_ms")
    return told, [model.peek("q", skip).value for skip in range(told["ready"])]


def start(model, kind, before):
    model.new()
    model.open("q", kind)
    before(model)


def outcome(answer):
    return answer.status, answer.value, answer.attempts, answer.granted > 0


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("kind", ["Queue", "LifoQueue", "PriorityQueue"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_without_memory_nothing_is_changed(model, kind, name, for_good):
    before, operation = OPERATIONS[name]
    start(model, kind, before)
    should_be = outcome(operation(model))
    should_leave = state(model)
    for n in range(1, MOST):
        start(model, kind, before)
        was = state(model)
        model.fail(n, for_good)
        answer = operation(model)
        if answer.status == "NO_MEMORY":
            assert state(model) == was
            answer = operation(model)
        elif answer.survived:
            break
        assert outcome(answer) == should_be
        assert state(model) == should_leave
    else:
        raise AssertionError("there is no end to it")


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("kind", ["Queue", "LifoQueue", "PriorityQueue"])
def test_what_runs_out_without_memory_is_not_lost(model, kind, for_good):
    for n in range(1, MOST):
        start(model, kind, given_out)
        for i in range(4):
            model.put("q", (-1 - i, "y"), delay_ms=10 if i % 2 else 0)
        for _ in range(3):
            model.get("q", lease_ms=10)
        model.now_ms += 10
        model.fail(n, for_good)
        answer = model.call("q", "qsize")
        assert model.call("q", "qsize").value == 5
        assert len(all_of(model)) == 5
        if answer.survived:
            return
    raise AssertionError("there is no end to it")


@pytest.mark.parametrize("letters", ["Queue", "PriorityQueue"])
@pytest.mark.parametrize("for_good", [False, True])
def test_a_dead_letter_may_lack_its_headers_or_be_dropped_and_counted(
        model, letters, for_good):
    seen = set()
    for n in range(1, MOST):
        model.new()
        model.open("dead", letters)
        model.open("q", "Queue", max_attempts=1, dead_letter="dead")
        model.put("dead", (1, "a"))
        some(model)
        token = model.get("q").granted
        model.fail(n, for_good)
        answer = model.nack("q", token)
        assert answer.ok
        told = stat(model)
        assert (told["dead_lettered"], told["dropped"]) in ((1, 0), (0, 1))
        assert told["ready"] == 2 and told["leased"] == 0
        assert stat(model, "dead")["ready"] == 1 + told["dead_lettered"]
        assert sorted(all_of(model, "dead")) == \
            [(1, "a"), (1, "b")][:1 + told["dead_lettered"]]
        seen.add((told["dead_lettered"], answer.survived))
        if answer.survived:
            break
    assert (1, 1) in seen and len(seen) > 1


@pytest.mark.parametrize("for_good", [False, True])
def test_a_queue_is_made_or_not(model, for_good):
    for n in range(1, MOST):
        model.new()
        model.fail(n, for_good)
        answer = model.open("q", "PriorityQueue", maxsize=1,
                            max_attempts=1, dead_letter="dead")
        if answer.survived:
            assert answer.created
            return
        assert answer.status == "NO_MEMORY"
        assert model.do("find", "q").id is None
        assert model.open("q", "Queue", dead_letter="dead").created
        assert not model.open("dead").created
    raise AssertionError("there is no end to it")
