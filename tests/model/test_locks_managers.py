# SPDX-License-Identifier: MIT
"""Locks and the like as managers' clients have them: as Python's threading,
where the threads of a server stand for its clients' connections."""

import pytest

from lines import Lines, outcome
from model import Model

TRUE = ("returned", True)
NONE = ("returned", None)
UNLOCKED = {"Lock": "release unlocked lock",
            "RLock": "cannot release un-acquired lock",
            "Condition": "cannot release un-acquired lock"}
NOT_MINE = dict(UNLOCKED, Lock="somebody else holds it")


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    process.python()
    yield process
    process.python(False)


@pytest.fixture(params=["Lock", "RLock", "Condition"])
def kind(model, request):
    assert model.open("l", request.param).ok
    return request.param


def raises(answer, text, name="RuntimeError"):
    return outcome(answer) == (name, (text,))


def is_held(model, alias="l"):
    return model.call(alias, "locked", owner=99).value


def by_session(model, *call, **options):
    """The same of a client that is none of a manager's."""
    model.python(False)
    answer = model.call(*call, **options)
    model.python()
    return answer


def holder_goes(model, owner=1, depth=1):
    """Somebody acquires it so often, and its connection ends."""
    answer = model.call("l", "acquire", owner=owner)
    assert outcome(answer) == TRUE
    for _ in range(depth - 1):
        assert outcome(model.call("l", "acquire", owner=owner)) == TRUE
    model.do("return", owner, answer.object, answer.granted)
    assert not is_held(model)


# ---- Whose it is to release -------------------------------------------------


def test_a_lock_is_released_by_whoever_does_it(model):
    model.open("l", "Lock")
    token = model.call("l", "acquire", owner=1).granted
    answer = model.call("l", "release", owner=2)
    assert outcome(answer) == NONE and answer.woken
    assert (answer.dropped, answer.dropped_owner) == (token, 1)
    assert not is_held(model)
    assert raises(model.call("l", "release", owner=1), UNLOCKED["Lock"])


def test_what_was_released_by_another_does_not_come_back(model):
    model.open("l", "Lock")
    token = model.call("l", "acquire", owner=1).granted
    model.call("l", "release", owner=2)
    model.call("l", "acquire", owner=3)
    model.give_back("l", token, owner=1)
    assert is_held(model)
    assert model.call("l", "release", owner=3).ok
    assert raises(model.call("l", "release", owner=3), UNLOCKED["Lock"])


def test_who_waits_gets_what_another_has_released(model):
    lines = Lines(model)
    model.open("l", "Lock")
    assert lines.call("l", "acquire", owner=1).outcome == TRUE
    again = lines.call("l", "acquire", owner=1)
    lines.call("l", "release", owner=2)
    lines.serve()
    assert again.outcome == TRUE


@pytest.mark.parametrize("kind", ["RLock", "Condition"])
def test_an_rlock_is_its_connections(model, kind):
    model.open("l", kind)
    model.call("l", "acquire", owner=1)
    answer = model.call("l", "release", owner=2)
    assert answer.status == "NOT_OWNER"
    assert raises(answer, NOT_MINE[kind])
    assert is_held(model)


def test_what_a_session_holds_is_its_own(model, kind):
    token = by_session(model, "l", "acquire", owner=1).granted
    answer = model.call("l", "release", owner=2)
    assert answer.status == "NOT_OWNER" and raises(answer, NOT_MINE[kind])
    assert by_session(model, "l", "release", owner=1).dropped == token


def test_a_session_cannot_release_what_a_manager_holds(model, kind):
    model.call("l", "acquire", owner=1)
    answer = by_session(model, "l", "release", owner=2)
    assert answer.status == "NOT_OWNER" and raises(answer, NOT_MINE[kind])
    assert is_held(model)


# ---- Who goes with a lock ---------------------------------------------------


def test_a_lock_is_free_when_its_connection_ends(model, kind):
    lines = Lines(model)
    lines.call("l", "acquire", owner=1)
    waiting = lines.call("l", "acquire", owner=2)
    lines.leave(1)
    lines.serve()
    assert waiting.outcome == TRUE


def test_one_release_is_expected_of_a_lock_that_was_freed(model, kind):
    holder_goes(model)
    answer = model.call("l", "release", owner=2)
    assert outcome(answer) == NONE and not answer.dropped
    assert raises(model.call("l", "release", owner=2), UNLOCKED[kind])


def test_it_is_one_release_however_many_went(model, kind):
    holder_goes(model, owner=1)
    holder_goes(model, owner=2)
    assert outcome(model.call("l", "release", owner=3)) == NONE
    assert raises(model.call("l", "release", owner=3), UNLOCKED[kind])


@pytest.mark.parametrize("kind", ["RLock", "Condition"])
def test_it_is_one_release_however_deep_it_was(model, kind):
    model.open("l", kind)
    holder_goes(model, depth=3)
    assert outcome(model.call("l", "release", owner=2)) == NONE
    assert raises(model.call("l", "release", owner=2), UNLOCKED[kind])


def test_that_release_frees_nobody_elses(model, kind):
    holder_goes(model, owner=1)
    token = model.call("l", "acquire", owner=2).granted
    answer = model.call("l", "release", owner=3)
    assert outcome(answer) == NONE
    assert not answer.dropped and not answer.woken
    assert is_held(model)
    assert model.call("l", "release", owner=2).dropped == token
    assert raises(model.call("l", "release", owner=2), UNLOCKED[kind])


def test_that_release_frees_no_sessions(model, kind):
    holder_goes(model, owner=1)
    by_session(model, "l", "acquire", owner=2)
    assert outcome(model.call("l", "release", owner=3)) == NONE
    assert model.call("l", "release", owner=3).status == "NOT_OWNER"
    assert is_held(model)


def test_that_release_is_not_the_next_holders(model, kind):
    holder_goes(model, owner=1)
    for owner in (2, 3):
        model.call("l", "acquire", owner=owner)
        assert model.call("l", "release", owner=owner).dropped
    assert outcome(model.call("l", "release", owner=3)) == NONE
    assert raises(model.call("l", "release", owner=3), UNLOCKED[kind])


def test_that_release_is_not_a_sessions(model, kind):
    holder_goes(model)
    assert raises(by_session(model, "l", "release", owner=2), UNLOCKED[kind])
    assert outcome(model.call("l", "release", owner=2)) == NONE


def test_a_session_leaves_no_release_to_others(model, kind):
    answer = by_session(model, "l", "acquire", owner=1)
    model.do("return", 1, answer.object, answer.granted)
    assert not is_held(model)
    assert raises(model.call("l", "release", owner=2), UNLOCKED[kind])


def test_who_never_heard_of_it_leaves_no_release_to_others(model, kind):
    answer = model.call("l", "acquire", owner=1)
    model.do("return", 1, answer.object, answer.granted, 0, True)
    assert not is_held(model)
    assert raises(model.call("l", "release", owner=2), UNLOCKED[kind])


def test_who_only_waited_leaves_no_release_to_others(model, kind):
    lines = Lines(model)
    lines.call("l", "acquire", owner=1)
    lines.call("l", "acquire", owner=2)
    lines.leave(2)
    assert lines.call("l", "release", owner=1).outcome == NONE
    assert raises(model.call("l", "release", owner=2), UNLOCKED[kind])


# ---- Times ------------------------------------------------------------------


def test_none_is_no_time_for_a_lock(model, kind):
    text = "'NoneType' object cannot be interpreted as an integer"
    for args, keywords in [((True, None), {}), ((), {"timeout": None})]:
        answer = model.call("l", "acquire", *args, **keywords)
        assert raises(answer, text, "TypeError")
    assert not is_held(model)
    assert outcome(by_session(model, "l", "acquire", True, None)) == TRUE


@pytest.mark.parametrize("kind", ["Semaphore", "BoundedSemaphore"])
def test_none_is_a_time_for_a_semaphore(model, kind):
    model.open("s", kind)
    assert outcome(model.call("s", "acquire", True, None)) == TRUE
    waiting = model.call("s", "acquire", timeout=None)
    assert waiting.waits and waiting.timeout_ms == -1


# ---- Conditions -------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"lock": "l"}])
@pytest.mark.parametrize("method, word", [
    ("wait", "wait"), ("notify", "notify"), ("notify_all", "notify")])
def test_a_condition_needs_its_lock(model, options, method, word):
    model.open("l", "Lock")
    model.open("c", "Condition", **options)
    text = f"cannot {word} on un-acquired lock"
    assert raises(model.call("c", method), text)
    by_session(model, "c", "acquire", owner=2)
    assert raises(model.call("c", method), text)


def test_a_condition_needs_the_rlock_of_this_connection(model):
    model.open("c", "Condition")
    model.call("c", "acquire", owner=2)
    for method, word in [("wait", "wait"), ("notify", "notify")]:
        text = f"cannot {word} on un-acquired lock"
        assert raises(model.call("c", method), text)


def test_a_condition_on_a_lock_goes_by_whether_it_is_held(model):
    """As in Python, where a Lock is nobody's."""
    lines = Lines(model)
    model.open("l", "Lock")
    model.open("c", "Condition", lock="l")
    token = lines.call("c", "acquire", owner=1).answer.granted
    waiting = lines.call("c", "wait", owner=2)
    assert (waiting.answer.dropped, waiting.answer.dropped_owner) == (token, 1)
    assert not is_held(model)
    lines.call("l", "acquire", owner=3)
    assert lines.call("c", "notify", owner=4).outcome == NONE
    lines.serve()
    assert not waiting.done
    lines.call("l", "release", owner=4)
    lines.serve()
    assert waiting.outcome == TRUE
    assert model.call("l", "release", owner=2).ok


def test_who_waits_has_no_lock_to_leave(model):
    lines = Lines(model)
    model.open("c", "Condition")
    lines.call("c", "acquire", owner=1)
    lines.call("c", "wait", owner=1)
    lines.leave(1)
    assert model.call(None, "stat", "c").value["waiting"] == 0
    assert raises(model.call("c", "release", owner=2), UNLOCKED["Condition"])


def test_a_notification_goes_to_who_is_still_there(model):
    lines = Lines(model)
    model.open("c", "Condition")
    waiting = []
    for owner in (1, 2):
        lines.call("c", "acquire", owner=owner)
        waiting.append(lines.call("c", "wait", owner=owner))
    lines.call("c", "acquire", owner=3)
    lines.call("c", "notify", owner=3)
    lines.leave(1)
    lines.call("c", "release", owner=3)
    lines.serve()
    assert waiting[1].outcome == TRUE and not waiting[0].done


# ---- Semaphores, events, barriers -------------------------------------------


@pytest.mark.parametrize("kind", ["Semaphore", "BoundedSemaphore"])
def test_a_permit_is_nobodys(model, kind):
    lines = Lines(model)
    model.open("s", kind)
    taken = lines.call("s", "acquire", owner=1)
    assert taken.outcome == TRUE and not taken.answer.granted
    waiting = lines.call("s", "acquire", owner=2)
    lines.leave(1)
    lines.serve()
    assert not waiting.done
    lines.call("s", "release", owner=3)
    lines.serve()
    assert waiting.outcome == TRUE


def test_a_permit_is_its_takers_if_that_is_asked_for(model):
    lines = Lines(model)
    model.open("s", "Semaphore", owned=True)
    lines.call("s", "acquire", owner=1)
    waiting = lines.call("s", "acquire", owner=2)
    lines.leave(1)
    lines.serve()
    assert waiting.outcome == TRUE


@pytest.mark.parametrize("kind, method", [
    ("Semaphore", "acquire"), ("BoundedSemaphore", "acquire")])
def test_who_waits_for_a_permit_and_goes_takes_none(model, kind, method):
    lines = Lines(model)
    model.open("s", kind)
    lines.call("s", method, owner=1)
    lines.call("s", method, owner=2)
    lines.leave(2)
    lines.call("s", "release", owner=1)
    lines.serve()
    assert lines.call("s", method, False, owner=3).outcome == TRUE


def test_who_waits_for_an_event_and_goes_leaves_nothing(model):
    lines = Lines(model)
    model.open("e", "Event")
    lines.call("e", "wait", owner=1)
    waiting = lines.call("e", "wait", owner=2)
    lines.leave(1)
    lines.call("e", "set", owner=3)
    lines.serve()
    assert waiting.outcome == TRUE


def test_a_barrier_breaks_when_a_party_goes(model):
    lines = Lines(model)
    model.open("b", "Barrier", parties=3)
    lines.call("b", "wait", owner=1)
    waiting = lines.call("b", "wait", owner=2)
    lines.leave(1)
    lines.serve()
    assert waiting.outcome[0] == "BrokenBarrierError"
    assert model.call("b", "broken").value is True
    assert model.call("b", "n_waiting").value == 0


def test_a_barrier_stays_whole_when_who_was_let_through_goes(model):
    lines = Lines(model)
    model.open("b", "Barrier", parties=2)
    lines.call("b", "wait", owner=1)
    assert lines.call("b", "wait", owner=2).outcome == ("returned", 1)
    lines.leave(1)
    assert model.call("b", "broken").value is False
