# SPDX-License-Identifier: MIT
"""What is waited for, method by method: Condition, Event, Barrier."""

import pytest

from lines import outcome
from model import Model

TRUE, FALSE = ("returned", True), ("returned", False)
NONE = ("returned", None)
BROKEN = ("BrokenBarrierError", ("the barrier is broken",))


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    return process


def stat(model, alias):
    answer = model.call(None, "stat", alias)
    assert answer.ok
    return answer.value


def raised(answer, name, text):
    return outcome(answer) == (name, (text,))


# ---- Condition --------------------------------------------------------------


@pytest.fixture(params=[None, "Lock", "RLock"])
def condition(model, request):
    """A condition with a lock of its own, or with a named one."""
    if request.param:
        model.open("l", request.param)
        assert model.open("c", "Condition", lock="l").ok
    else:
        assert model.open("c", "Condition").ok
    return model


def start_waiting(model, owner, *args):
    """Its place, and the token of the lock that it had."""
    acquired = model.call("c", "acquire", False, owner=owner)
    assert outcome(acquired) == TRUE
    waiting = model.call("c", "wait", *args, owner=owner)
    assert waiting.waits and waiting.dropped == acquired.granted
    return waiting


def notify(model, owner, *args):
    """With the lock; who is notified can have it then."""
    assert outcome(model.call("c", "acquire", False, owner=owner)) == TRUE
    assert outcome(model.call("c", "notify", *args, owner=owner)) == NONE
    assert outcome(model.call("c", "release", owner=owner)) == NONE


def test_a_condition_is_a_lock(condition):
    first = condition.call("c", "acquire", owner=1)
    assert outcome(first) == TRUE
    assert first.object == stat(condition, "c")["lock"]
    assert outcome(condition.call("c", "acquire", False, owner=2)) == FALSE
    assert outcome(condition.call("c", "locked", owner=2)) == TRUE
    waiting = condition.call("c", "__enter__", owner=2)
    assert waiting.on == stat(condition, "c")["lock"]
    assert waiting.wait_class == "TURN"
    answer = condition.call("c", "release", owner=1)
    assert answer.dropped == first.granted
    assert outcome(condition.retry(waiting)) == TRUE
    assert outcome(condition.call("c", "__exit__", 1, 2, 3, owner=2)) == NONE


def test_what_needs_the_lock(condition):
    for method, what in [("wait", "wait"), ("notify", "notify"),
                         ("notify_all", "notify")]:
        text = f"cannot {what} on un-acquired lock"
        assert raised(condition.call("c", method), "RuntimeError", text)
        condition.call("c", "acquire", owner=2)
        answer = condition.call("c", method, owner=1)
        assert raised(answer, "RuntimeError", text)
        condition.call("c", "release", owner=2)


def test_who_is_notified_has_the_lock_again(condition):
    waiting = start_waiting(condition, 1)
    assert waiting.wait_class == "SIGNAL" and waiting.timeout_ms == -1
    assert outcome(condition.call("c", "acquire", owner=2)) == TRUE
    answer = condition.call("c", "notify", owner=2)
    assert answer.woken
    still = condition.retry(waiting)
    assert still.waits and still.wait_class == "TURN"
    assert still.on == stat(condition, "c")["lock"]
    condition.call("c", "release", owner=2)
    answer = condition.retry(waiting)
    assert outcome(answer) == TRUE
    assert answer.granted > waiting.ticket
    assert answer.object == stat(condition, "c")["lock"]
    assert stat(condition, "c")["holder"]["token"] == answer.granted
    assert condition.call("c", "release", owner=1).dropped == answer.granted


def test_who_is_not_notified_waits_on(condition):
    waiting = start_waiting(condition, 1, 2.5)
    assert waiting.timeout_ms == 2500
    for _ in range(3):
        again = condition.retry(waiting)
        assert again.waits and again.ticket == waiting.ticket
        assert again.timeout_ms == 2500
    assert stat(condition, "c")["waiting"] == 1


def test_who_waits_too_long_has_the_lock_again(condition):
    waiting = start_waiting(condition, 1, 1)
    assert outcome(condition.call("c", "acquire", owner=2)) == TRUE
    late = condition.expire(waiting)
    assert late.waits and late.wait_class == "TURN"
    assert stat(condition, "c")["waiting"] == 0
    assert condition.retry(waiting).waits
    condition.call("c", "release", owner=2)
    answer = condition.retry(waiting)
    assert outcome(answer) == FALSE and answer.granted
    assert outcome(condition.call("c", "release", owner=1)) == NONE


def test_a_notification_is_not_for_who_is_too_late(condition):
    late = start_waiting(condition, 1, 1)
    other = start_waiting(condition, 2)
    condition.call("c", "acquire", owner=3)
    condition.expire(late)
    condition.call("c", "notify", owner=3)
    condition.call("c", "release", owner=3)
    assert outcome(condition.retry(other)) == TRUE
    condition.call("c", "release", owner=2)
    assert outcome(condition.retry(late)) == FALSE


def test_who_was_notified_in_time_is_not_too_late(condition):
    waiting = start_waiting(condition, 1, 1)
    condition.call("c", "acquire", owner=2)
    condition.call("c", "notify", owner=2)
    assert condition.expire(waiting).waits
    condition.call("c", "release", owner=2)
    assert outcome(condition.retry(waiting)) == TRUE


@pytest.mark.parametrize("timeout", [0, 0.0, -1, -0.001])
def test_who_will_not_wait_gives_others_their_turn(condition, timeout):
    condition.call("c", "acquire", owner=1)
    other = condition.call("c", "acquire", owner=2)
    waiting = condition.call("c", "wait", timeout, owner=1)
    assert waiting.waits and waiting.wait_class == "TURN" and waiting.woken
    assert outcome(condition.retry(other)) == TRUE
    assert condition.retry(waiting).waits
    condition.call("c", "release", owner=2)
    assert outcome(condition.retry(waiting)) == FALSE


def test_notifications_go_to_who_has_waited_longest(condition):
    waiting = [start_waiting(condition, owner) for owner in (1, 2, 3, 4)]
    notify(condition, 5, 2)
    assert stat(condition, "c")["waiting"] == 2
    for i in (0, 1):
        assert outcome(condition.retry(waiting[i])) == TRUE
        condition.call("c", "release", owner=i + 1)
    for i in (2, 3):
        assert condition.retry(waiting[i]).wait_class == "SIGNAL"
    condition.call("c", "acquire", owner=5)
    assert outcome(condition.call("c", "notify_all", owner=5)) == NONE
    condition.call("c", "release", owner=5)
    for i in (2, 3):
        assert outcome(condition.retry(waiting[i])) == TRUE
        condition.call("c", "release", owner=i + 1)


@pytest.mark.parametrize("n", [0, -3])
def test_nobody_is_notified(condition, n):
    waiting = start_waiting(condition, 1)
    notify(condition, 2, n)
    assert condition.retry(waiting).wait_class == "SIGNAL"


def test_who_comes_later_is_not_notified(condition):
    notify(condition, 1, 5)
    waiting = start_waiting(condition, 2)
    assert condition.retry(waiting).wait_class == "SIGNAL"


def test_a_notification_of_who_goes_is_the_next_ones(condition):
    first = start_waiting(condition, 1)
    second = start_waiting(condition, 2)
    notify(condition, 3)
    assert condition.withdraw(first).woken
    assert outcome(condition.retry(second)) == TRUE


def test_who_goes_unnotified_takes_nothing_along(condition):
    first = start_waiting(condition, 1)
    second = start_waiting(condition, 2)
    assert not condition.withdraw(first).woken
    assert condition.retry(second).wait_class == "SIGNAL"
    notify(condition, 3)
    assert outcome(condition.retry(second)) == TRUE


def test_who_goes_too_late_takes_nothing_along(condition):
    first = start_waiting(condition, 1, 1)
    second = start_waiting(condition, 2)
    condition.call("c", "acquire", owner=3)
    condition.expire(first)
    assert not condition.withdraw(first).woken
    condition.call("c", "release", owner=3)
    assert condition.retry(second).wait_class == "SIGNAL"


def test_a_place_that_is_unknown_is_given_back_for_nothing(condition):
    waiting = start_waiting(condition, 1)
    answer = condition.give_back("c", waiting.ticket + 1)
    assert answer.ok and not answer.woken
    assert stat(condition, "c")["waiting"] == 1


def test_the_depth_of_a_lock_comes_back(model):
    model.open("c", "Condition")
    for _ in range(3):
        model.call("c", "acquire")
    waiting = model.call("c", "wait")
    assert stat(model, "c")["depth"] == 0
    notify(model, 2)
    assert outcome(model.retry(waiting)) == TRUE
    assert stat(model, "c")["depth"] == 3
    assert [model.call("c", "release").dropped > 0 for _ in range(3)] == \
        [False, False, True]


def test_a_place_resumes_only_with_a_free_lock(model):
    """Even if the owner has it by another operation."""
    model.open("c", "Condition")
    waiting = start_waiting(model, 1)
    notify(model, 2)
    model.call("c", "acquire", owner=1)
    assert model.retry(waiting).wait_class == "TURN"
    model.call("c", "release", owner=1)
    assert outcome(model.retry(waiting)) == TRUE


def test_the_lock_is_freed_when_its_owner_goes(condition):
    answer = condition.call("c", "acquire", owner=1)
    assert condition.give_back(answer.object, answer.granted, owner=1).woken
    assert outcome(condition.call("c", "locked")) == FALSE


def test_conditions_share_a_lock(model):
    model.open("l", "Lock")
    model.open("c", "Condition", lock="l")
    model.open("d", "Condition", lock="l")
    model.call("l", "acquire", owner=1)
    assert outcome(model.call("c", "acquire", False, owner=2)) == FALSE
    waiting = model.call("d", "wait", owner=1)
    notify(model, 2)
    assert model.retry(waiting).wait_class == "SIGNAL"
    model.call("l", "acquire", owner=2)
    model.call("d", "notify", owner=2)
    assert outcome(model.call("l", "release", owner=2)) == NONE
    assert outcome(model.retry(waiting)) == TRUE
    assert outcome(model.call("l", "release", owner=1)) == NONE


def test_a_lock_lives_as_long_as_its_condition(model):
    model.open("l", "Lock")
    model.open("c", "Condition", lock="l")
    waiting = start_waiting(model, 1)
    held = model.call("l", "acquire", owner=2)
    model.call(None, "rm", "l")
    assert model.call("l", "release", owner=2).status == "DELETED"
    assert model.give_back("l", held.granted, owner=2).woken
    notify(model, 3)
    assert outcome(model.retry(waiting)) == TRUE
    model.close_handle("l")
    model.call(None, "rm", "c")
    model.close_handle("c")
    assert model.call(None, "usage").value["objects"] == 0


def test_a_condition_goes_with_its_own_lock(model):
    model.open("c", "Condition", name=None)
    assert model.call(None, "usage").value["objects"] == 2
    held = model.call("c", "acquire")
    model.close_handle("c")
    assert model.call(None, "usage").value["objects"] == 0
    assert model.give_back(held.object, held.granted).ok


def test_a_condition_that_is_deleted(condition):
    waiting = start_waiting(condition, 1)
    assert condition.call(None, "rm", "c").woken
    assert condition.retry(waiting).status == "DELETED"


def test_places_are_forgotten_with_what_has_them(model):
    model.open("c", "Condition")
    model.open("b", "Barrier", parties=3)
    start_waiting(model, 1)
    model.call("b", "wait")
    model.new()


def test_what_no_condition_is_made_of(model):
    model.open("e", "Event")
    answer = model.open("c", "Condition", lock="e")
    assert answer.status == "WRONG_KIND"
    assert answer.value == ("a condition's lock is of kind Lock or RLock, "
                            "not Event",)
    answer = model.open("c", "Condition", lock="x")
    assert answer.status == "NO_OBJECT"
    assert answer.value == ("there is no lock 'x'",)
    assert model.open("c", "Condition", lock=1).raised == "TypeError"
    assert model.open("c", "Condition", lock="x" * 200).raised == "ValueError"
    assert model.call(None, "usage").value["objects"] == 1
    model.new(max_objects=1)
    assert model.open("c", "Condition").status == "LIMIT"
    assert model.call(None, "usage").value["objects"] == 0


def test_what_is_no_call_of_a_condition(condition):
    condition.call("c", "acquire")
    for method, args in [("wait", (1, 2)), ("wait", ("1",)),
                         ("notify", (1, 2)), ("notify", ("1",)),
                         ("notify_all", (1,)), ("acquire", (1, 2, 3))]:
        assert condition.call("c", method, *args).raised == "TypeError"
    nan = condition.call("c", "wait", float("nan"))
    assert nan.raised == "ValueError"
    assert outcome(condition.call("c", "release")) == NONE
    assert condition.call("c", "wait_for").raised == "AttributeError"


# ---- Event ------------------------------------------------------------------


@pytest.fixture
def event(model):
    assert model.open("e", "Event").ok
    return model


def test_an_event_is_set_and_cleared(event):
    assert outcome(event.call("e", "is_set")) == FALSE
    assert outcome(event.call("e", "wait", 0)) == FALSE
    assert outcome(event.call("e", "wait", -1)) == FALSE
    assert outcome(event.call("e", "set")) == NONE
    assert outcome(event.call("e", "is_set")) == TRUE
    assert outcome(event.call("e", "wait")) == TRUE
    assert stat(event, "e")["set"] is True
    assert outcome(event.call("e", "clear")) == NONE
    assert outcome(event.call("e", "is_set")) == FALSE


def test_who_waits_for_an_event(event):
    waiting = [event.call("e", "wait", owner=1),
               event.call("e", "wait", timeout=3, owner=2)]
    assert [one.wait_class for one in waiting] == ["SIGNAL"] * 2
    assert [one.timeout_ms for one in waiting] == [-1, 3000]
    assert event.retry(waiting[0]).ticket == waiting[0].ticket
    assert event.call("e", "set").woken
    assert [outcome(event.retry(one)) for one in waiting] == [TRUE, TRUE]


def test_who_waits_too_long_for_an_event(event):
    waiting = event.call("e", "wait", 3)
    assert outcome(event.expire(waiting)) == FALSE


def test_who_waited_when_it_was_set_has_seen_it(event):
    waiting = [event.call("e", "wait") for _ in range(3)]
    event.call("e", "set")
    event.call("e", "clear")
    assert outcome(event.retry(waiting[0])) == TRUE
    assert outcome(event.expire(waiting[1])) == TRUE
    later = event.call("e", "wait")
    assert event.retry(later).waits
    assert outcome(event.expire(later)) == FALSE
    assert event.withdraw(waiting[2]).ok


def test_what_is_no_call_of_an_event(event):
    for method, args in [("wait", (1, 2)), ("wait", ("1",)), ("set", (1,))]:
        assert event.call("e", method, *args).raised == "TypeError"
    assert event.call("e", "wait", float("nan")).raised == "ValueError"


# ---- Barrier ----------------------------------------------------------------


@pytest.fixture
def barrier(model):
    """Of three."""
    assert model.open("b", "Barrier", parties=3).ok
    return model


def ask(model):
    """What Python's proxy asks for."""
    return tuple(model.call("b", "__getattribute__", name).value
                 for name in ("parties", "n_waiting", "broken"))


def test_all_come_through_together(barrier):
    waiting = [barrier.call("b", "wait", owner=owner) for owner in (1, 2)]
    assert [one.wait_class for one in waiting] == ["SIGNAL"] * 2
    assert ask(barrier) == (3, 2, False)
    assert barrier.retry(waiting[0]).waits
    assert ask(barrier) == (3, 2, False)
    last = barrier.call("b", "wait", owner=3)
    assert outcome(last) == ("returned", 2) and last.woken
    assert ask(barrier) == (3, 0, False)
    assert outcome(barrier.retry(waiting[1])) == ("returned", 1)
    assert outcome(barrier.expire(waiting[0])) == ("returned", 0)


def test_the_next_can_come_before_the_last_have_gone(barrier):
    first = [barrier.call("b", "wait") for _ in range(2)]
    barrier.call("b", "wait")
    second = [barrier.call("b", "wait") for _ in range(2)]
    assert barrier.retry(second[1]).waits
    assert [outcome(barrier.retry(one)) for one in first] == \
        [("returned", 0), ("returned", 1)]
    assert outcome(barrier.call("b", "wait")) == ("returned", 2)
    assert [outcome(barrier.retry(one)) for one in second] == \
        [("returned", 0), ("returned", 1)]


def test_a_barrier_of_one_holds_nobody_up(model):
    model.open("b", "Barrier", parties=1)
    for _ in range(3):
        assert outcome(model.call("b", "wait", 0)) == ("returned", 0)


def test_who_waits_too_long_breaks_it(barrier):
    waiting = [barrier.call("b", "wait", 1), barrier.call("b", "wait")]
    late = barrier.expire(waiting[0])
    assert outcome(late) == BROKEN and late.woken
    assert ask(barrier) == (3, 0, True)
    assert outcome(barrier.retry(waiting[1])) == BROKEN
    assert outcome(barrier.call("b", "wait")) == BROKEN


@pytest.mark.parametrize("timeout", [0, -1])
def test_who_will_not_wait_breaks_it(barrier, timeout):
    waiting = barrier.call("b", "wait")
    assert outcome(barrier.call("b", "wait", timeout)) == BROKEN
    assert outcome(barrier.retry(waiting)) == BROKEN
    assert ask(barrier) == (3, 0, True)


def test_the_barrier_has_a_timeout_of_its_own(model):
    model.open("b", "Barrier", parties=2, timeout=1.5)
    waiting = model.call("b", "wait")
    assert waiting.timeout_ms == 1500
    assert model.retry(waiting).timeout_ms == 1500
    model.withdraw(waiting)
    model.call("b", "reset")
    assert model.call("b", "wait", 2).timeout_ms == 2000
    model.call("b", "reset")
    assert model.call("b", "wait", None).timeout_ms == 1500
    model.open("never", "Barrier", parties=2, timeout=-1)
    assert outcome(model.call("never", "wait")) == BROKEN


def test_who_goes_breaks_it(barrier):
    waiting = [barrier.call("b", "wait") for _ in range(2)]
    assert barrier.withdraw(waiting[0]).woken
    assert outcome(barrier.retry(waiting[1])) == BROKEN
    assert ask(barrier) == (3, 0, True)


def test_who_is_through_breaks_nothing(barrier):
    waiting = [barrier.call("b", "wait") for _ in range(2)]
    barrier.call("b", "wait")
    next_one = barrier.call("b", "wait")
    assert not barrier.withdraw(waiting[0]).woken
    assert outcome(barrier.retry(waiting[1])) == ("returned", 1)
    assert barrier.retry(next_one).waits
    assert ask(barrier) == (3, 1, False)


def test_a_barrier_is_aborted_and_reset(barrier):
    waiting = barrier.call("b", "wait")
    assert outcome(barrier.call("b", "abort")) == NONE
    assert ask(barrier) == (3, 0, True)
    assert outcome(barrier.call("b", "wait")) == BROKEN
    assert outcome(barrier.call("b", "reset")) == NONE
    assert ask(barrier) == (3, 0, False)
    again = barrier.call("b", "wait")
    assert again.waits
    assert outcome(barrier.retry(waiting)) == BROKEN
    assert ask(barrier) == (3, 1, False)
    assert barrier.call("b", "reset").woken
    assert outcome(barrier.retry(again)) == BROKEN
    assert ask(barrier) == (3, 0, False)


def test_what_there_is_to_know_of_a_barrier(barrier):
    barrier.call("b", "wait")
    assert [barrier.call("b", name).value
            for name in ("parties", "n_waiting", "broken")] == [3, 1, False]
    told = stat(barrier, "b")
    assert (told["parties"], told["waiting"], told["broken"]) == (3, 1, False)
    answer = barrier.call("b", "__getattribute__", "_count")
    assert raised(answer, "AttributeError",
                  "'Barrier' object has no attribute '_count'")
    assert barrier.call("b", "__getattribute__", 1).raised == "TypeError"


def test_what_no_barrier_is_made_of(model):
    for parties in (0, -1):
        answer = model.open("b", "Barrier", parties=parties)
        assert raised(answer, "ValueError", "parties must be > 0")
    assert model.open("b", "Barrier").raised == "TypeError"
    assert model.open("b", "Barrier", parties="3").raised == "TypeError"
    assert model.open("b", "Barrier", parties=3, timeout="1").raised == \
        "TypeError"


def test_what_is_no_call_of_a_barrier(barrier):
    for method, args in [("wait", (1, 2)), ("wait", ("1",)), ("abort", (1,))]:
        assert barrier.call("b", method, *args).raised == "TypeError"
    assert barrier.call("b", "wait", float("nan")).raised == "ValueError"
    assert ask(barrier) == (3, 0, False)


def test_a_place_in_a_barrier_that_is_unknown(barrier):
    waiting = barrier.call("b", "wait")
    assert barrier.give_back("b", waiting.ticket + 1).ok
    assert ask(barrier) == (3, 1, False)
