# SPDX-License-Identifier: MIT
"""Locks and semaphores, method by method: Lock, RLock, Semaphore,
BoundedSemaphore."""

import pytest

from lines import outcome
from model import Model

TRUE, FALSE = ("returned", True), ("returned", False)
NONE = ("returned", None)


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    return process


@pytest.fixture(params=["Lock", "RLock"])
def lock(model, request):
    assert model.open("l", request.param).ok
    return model


def stat(model, alias):
    answer = model.call(None, "stat", alias)
    assert answer.ok
    return answer.value


def raised(answer, name, text):
    return outcome(answer) == (name, (text,))


# ---- Lock and RLock ---------------------------------------------------------


def test_a_lock_has_one_owner_until_it_is_released(lock):
    first = lock.call("l", "acquire", owner=1)
    assert outcome(first) == TRUE and first.granted
    assert outcome(lock.call("l", "acquire", False, owner=2)) == FALSE
    assert outcome(lock.call("l", "acquire", True, 0, owner=2)) == FALSE
    assert outcome(lock.call("l", "locked", owner=2)) == TRUE
    released = lock.call("l", "release", owner=1)
    assert outcome(released) == NONE and released.dropped == first.granted
    assert released.woken
    second = lock.call("l", "acquire", blocking=False, owner=2)
    assert outcome(second) == TRUE and second.granted > first.granted


def test_who_waits_for_a_lock_gets_it_when_it_is_released(lock):
    lock.call("l", "acquire", owner=1)
    waiting = lock.call("l", "acquire", timeout=1.5, owner=2)
    assert waiting.waits and waiting.wait_class == "TURN"
    assert waiting.timeout_ms == 1500
    assert lock.retry(waiting).waits
    lock.call("l", "release", owner=1)
    answer = lock.retry(waiting)
    assert outcome(answer) == TRUE and answer.granted
    assert outcome(lock.call("l", "locked")) == TRUE


def test_who_waited_too_long_for_a_lock_has_it_not(lock):
    lock.call("l", "acquire", owner=1)
    waiting = lock.call("l", "acquire", owner=2)
    assert waiting.timeout_ms == -1
    assert outcome(lock.expire(waiting)) == FALSE
    lock.call("l", "release", owner=1)
    assert outcome(lock.call("l", "locked")) == FALSE


def test_a_lock_that_is_free_at_the_last_moment_is_acquired(lock):
    lock.call("l", "acquire", owner=1)
    waiting = lock.call("l", "acquire", timeout=1, owner=2)
    lock.call("l", "release", owner=1)
    assert outcome(lock.expire(waiting)) == TRUE


def test_who_has_withdrawn_gets_no_lock(lock):
    lock.call("l", "acquire", owner=1)
    waiting = lock.call("l", "acquire", owner=2)
    assert lock.withdraw(waiting).ok
    lock.call("l", "release", owner=1)
    assert outcome(lock.call("l", "acquire", False, owner=3)) == TRUE


def test_a_lock_is_freed_when_its_owner_goes(lock):
    token = lock.call("l", "acquire", owner=1).granted
    answer = lock.give_back("l", token, owner=1)
    assert answer.ok and answer.dropped == token and answer.woken
    assert outcome(lock.call("l", "locked")) == FALSE


def test_what_is_gone_takes_nothing_back(model):
    model.open("l", "Lock", name=None)
    token = model.call("l", "acquire").granted
    model.close_handle("l")
    answer = model.give_back("l", token)
    assert (answer.ok, answer.value, answer.dropped) == (True, None, 0)


def test_an_old_token_frees_nothing(lock):
    old = lock.call("l", "acquire", owner=1).granted
    lock.call("l", "release", owner=1)
    lock.call("l", "acquire", owner=2)
    answer = lock.give_back("l", old, owner=1)
    assert answer.ok and not answer.woken
    assert outcome(lock.call("l", "locked")) == TRUE
    assert lock.give_back("l", 12345, owner=1).ok
    assert outcome(lock.call("l", "locked")) == TRUE


def test_a_lock_is_entered_and_left(lock):
    assert outcome(lock.call("l", "__enter__", owner=1)) == TRUE
    waiting = lock.call("l", "__enter__", owner=2)
    assert waiting.waits and waiting.timeout_ms == -1
    assert outcome(lock.call("l", "__exit__", None, None, None)) == NONE
    assert outcome(lock.retry(waiting)) == TRUE
    assert outcome(lock.call("l", "__exit__", owner=2)) == NONE
    assert outcome(lock.call("l", "locked")) == FALSE


@pytest.mark.parametrize("args, name, text", [
    ((False, 1), "ValueError",
     "can't specify a timeout for a non-blocking call"),
    ((False, 0), "ValueError",
     "can't specify a timeout for a non-blocking call"),
    ((True, -2), "ValueError", "timeout value must be a non-negative number"),
    ((True, -1e10), "ValueError",
     "timeout value must be a non-negative number"),
    ((True, -0.5), "ValueError",
     "timeout value must be a non-negative number"),
    ((True, float("nan")), "ValueError", "Invalid value NaN (not a number)"),
    ((True, 1e300), "OverflowError",
     "timestamp out of range for platform time_t"),
    ((True, float("inf")), "OverflowError",
     "timestamp out of range for platform time_t"),
    *[((True, timeout), "OverflowError",
       "timestamp out of range for platform time_t")
      for timeout in (9223372037, 10**30)],
])
def test_what_acquire_refuses(lock, args, name, text):
    assert raised(lock.call("l", "acquire", *args), name, text)
    assert outcome(lock.call("l", "locked")) == FALSE


@pytest.mark.parametrize("args, keywords", [
    ((1, 2, 3), {}), ((), {"what": 1}), ((True, "1"), {}), ((True, []), {}),
    ((True,), {"blocking": False}),
])
def test_what_is_no_call_of_acquire(lock, args, keywords):
    answer = lock.call("l", "acquire", *args, **keywords)
    assert answer.raised == "TypeError"


@pytest.mark.parametrize("args", [
    (False, -1), (0,), (1, -1), (True, -1.0), (True, 10**6), (True, 0.001),
    (True, 9223372036), (True, 9223372036.0),
    (True, None), (2.5,)])
def test_what_acquire_takes(lock, args):
    assert outcome(lock.call("l", "acquire", *args)) == TRUE


def test_minus_one_second_is_forever(lock):
    lock.call("l", "acquire", owner=1)
    assert lock.call("l", "acquire", True, -1, owner=2).timeout_ms == -1


def test_a_lock_is_released_by_its_owner_alone(model):
    model.open("l", "Lock")
    free = model.call("l", "release")
    assert free.status == "RUNTIME_ERROR"
    assert raised(free, "RuntimeError", "release unlocked lock")
    model.call("l", "acquire", owner=1)
    not_mine = model.call("l", "release", owner=2)
    assert not_mine.status == "NOT_OWNER"
    assert raised(not_mine, "RuntimeError", "somebody else holds it")
    assert outcome(model.call("l", "locked")) == TRUE


def test_an_rlock_is_released_by_its_owner_alone(model):
    model.open("l", "RLock")
    text = "cannot release un-acquired lock"
    assert raised(model.call("l", "release"), "RuntimeError", text)
    model.call("l", "acquire", owner=1)
    not_mine = model.call("l", "release", owner=2)
    assert not_mine.status == "NOT_OWNER"
    assert raised(not_mine, "RuntimeError", text)


def test_a_lock_is_not_acquired_again(model):
    model.open("l", "Lock")
    model.call("l", "acquire")
    assert outcome(model.call("l", "acquire", False)) == FALSE
    assert model.call("l", "acquire").waits


def test_an_rlock_is_acquired_again_by_one_token(model):
    model.open("l", "RLock")
    token = model.call("l", "acquire").granted
    for _ in range(2):
        again = model.call("l", "acquire")
        assert outcome(again) == TRUE and not again.granted
    assert stat(model, "l")["depth"] == 3
    for _ in range(2):
        assert not model.call("l", "release").dropped
        assert outcome(model.call("l", "acquire", False, owner=2)) == FALSE
    assert model.call("l", "release").dropped == token
    assert outcome(model.call("l", "locked")) == FALSE


def test_an_rlock_is_freed_from_all_its_depth(model):
    model.open("l", "RLock")
    token = model.call("l", "acquire").granted
    model.call("l", "acquire")
    model.give_back("l", token)
    assert outcome(model.call("l", "acquire", False, owner=2)) == TRUE
    assert stat(model, "l")["depth"] == 1


def test_who_holds_a_lock_can_be_told(lock):
    assert stat(lock, "l")["holder"] is None and stat(lock, "l")["depth"] == 0
    assert lock.call("l", "holders").value == []
    token = lock.call("l", "acquire", owner=7).granted
    lock.pass_time(250)
    holder = {"owner": 7, "token": token, "held_ms": 250}
    assert stat(lock, "l")["holder"] == holder and stat(lock, "l")["depth"] == 1
    assert lock.call("l", "holders", owner=2).value == [holder]


def test_tokens_of_locks_only_grow(lock):
    tokens = []
    for owner in range(1, 50):
        tokens.append(lock.call("l", "acquire", owner=owner).granted)
        lock.call("l", "release", owner=owner)
    assert tokens == sorted(set(tokens))
    lock.new(first_token=10**6)
    lock.open("l", "Lock")
    assert lock.call("l", "acquire").granted > 10**6


def test_an_rlock_can_stand_for_a_lock_and_not_the_other_way(model):
    model.open("l", "RLock")
    assert model.open("l", family="Lock").ok
    assert model.open("l", "Lock").status == "WRONG_KIND"


def test_locks_take_no_options(model):
    for kind in ("Lock", "RLock", "Event"):
        answer = model.open("l", kind, value=1)
        assert answer.raised == "TypeError"


def test_a_lock_that_is_deleted(lock):
    token = lock.call("l", "acquire", owner=1).granted
    waiting = lock.call("l", "acquire", owner=2)
    assert lock.call(None, "rm", "l").woken
    assert lock.retry(waiting).status == "DELETED"
    assert lock.give_back("l", token, owner=1).ok


# ---- Semaphore and BoundedSemaphore -----------------------------------------


@pytest.fixture(params=["Semaphore", "BoundedSemaphore"])
def two(model, request):
    """A semaphore with two permits."""
    assert model.open("s", request.param, value=2).ok
    return model


def test_a_semaphore_has_as_many_permits_as_it_says(two):
    tokens = [two.call("s", "acquire", owner=o).granted for o in (1, 2)]
    assert 0 < tokens[0] < tokens[1]
    assert outcome(two.call("s", "acquire", False, owner=3)) == FALSE
    assert outcome(two.call("s", "acquire", timeout=0, owner=3)) == FALSE
    assert outcome(two.call("s", "acquire", timeout=-7, owner=3)) == FALSE
    released = two.call("s", "release", owner=1)
    assert outcome(released) == NONE and released.dropped == tokens[0]
    assert released.woken
    assert outcome(two.call("s", "acquire", False, owner=3)) == TRUE


def test_a_semaphore_has_one_permit_unless_it_says_otherwise(model):
    model.open("s", "Semaphore")
    assert outcome(model.call("s", "acquire", False)) == TRUE
    assert outcome(model.call("s", "acquire", False)) == FALSE


def test_who_waits_for_a_permit_gets_it(two):
    for _ in range(2):
        two.call("s", "__enter__")
    waiting = two.call("s", "acquire", timeout=2, owner=2)
    assert waiting.wait_class == "TURN" and waiting.timeout_ms == 2000
    late = two.call("s", "__enter__", owner=3)
    assert late.timeout_ms == -1
    assert outcome(two.call("s", "__exit__", None, None, None)) == NONE
    assert outcome(two.retry(waiting)) == TRUE
    assert two.retry(late).waits
    assert outcome(two.expire(late)) == FALSE


def test_several_permits_at_once(model):
    model.open("s", "Semaphore", value=0)
    assert outcome(model.call("s", "release", 3)) == NONE
    assert outcome(model.call("s", "release", n=2)) == NONE
    assert stat(model, "s")["permits"] == 5


def test_permits_go_back_when_their_owner_goes(two):
    tokens = [two.call("s", "acquire", owner=1).granted for _ in range(2)]
    for left, token in enumerate(reversed(tokens), 1):
        assert two.give_back("s", token, owner=1).woken
        assert stat(two, "s")["permits"] == left
        assert not two.give_back("s", token, owner=1).woken
        assert stat(two, "s")["permits"] == left
    assert stat(two, "s")["items"] == 0


def test_a_permit_of_somebody_else_is_not_given_back(two):
    token = two.call("s", "acquire", owner=1).granted
    two.give_back("s", token, owner=2)
    assert stat(two, "s")["permits"] == 1


def test_the_oldest_permit_is_released_first(two):
    tokens = [two.call("s", "acquire").granted for _ in range(2)]
    assert [two.call("s", "release").dropped for _ in range(2)] == tokens


def test_who_has_no_permit_adds_one(model):
    model.open("s", "Semaphore", value=1)
    token = model.call("s", "acquire", owner=1).granted
    assert not model.call("s", "release", owner=2).dropped
    model.give_back("s", token, owner=1)
    assert stat(model, "s")["permits"] == 2


def test_a_bounded_semaphore_never_has_more_than_at_first(model):
    model.open("s", "BoundedSemaphore", value=1)
    text = "Semaphore released too many times"
    assert raised(model.call("s", "release"), "ValueError", text)
    token = model.call("s", "acquire", owner=1).granted
    assert raised(model.call("s", "release", 2), "ValueError", text)
    assert outcome(model.call("s", "release", owner=2)) == NONE
    assert not model.give_back("s", token, owner=1).woken
    assert stat(model, "s")["permits"] == 1


def test_permits_released_together_are_told_of_one_by_one(model):
    model.open("s", "Semaphore", value=4)
    tokens = [model.call("s", "acquire").granted for _ in range(4)]
    dropped = [model.call("s", "release", 3).dropped]
    assert stat(model, "s")["permits"] == 3
    assert [one["token"] for one in model.call("s", "holders").value] == \
        tokens[3:]
    dropped.append(model.call("s", "acquire").dropped)
    assert not model.give_back("s", tokens[2]).woken
    assert stat(model, "s")["permits"] == 2
    assert dropped == tokens[:2]
    assert stat(model, "s")["items"] == 2
    assert not model.call("s", "acquire").dropped


def test_permits_that_are_signals_have_no_owner(model):
    model.open("s", "Semaphore", value=1, owned=False)
    assert not model.call("s", "acquire").granted
    assert stat(model, "s")["items"] == 0
    assert model.call("s", "holders").value == []
    assert not model.call("s", "release").dropped
    assert stat(model, "s")["permits"] == 1


def test_permits_are_limited(model):
    model.new(max_object_items=3)
    model.open("s", "Semaphore", value=10)
    for _ in range(3):
        assert model.call("s", "acquire").ok
    assert model.call("s", "acquire").status == "LIMIT"
    assert stat(model, "s")["permits"] == 7
    model.call("s", "release")
    assert model.call("s", "acquire").ok


@pytest.mark.parametrize("args, name, text", [
    ((0,), "ValueError", "n must be one or more"),
    ((-1,), "ValueError", "n must be one or more"),
])
def test_what_release_refuses(two, args, name, text):
    assert raised(two.call("s", "release", *args), name, text)


def test_what_is_no_call_of_a_semaphore(two):
    text = "can't specify timeout for non-blocking acquire"
    assert raised(two.call("s", "acquire", False, 1), "ValueError", text)
    assert raised(two.call("s", "acquire", False, 0), "ValueError", text)
    for method, args in [("acquire", (1, 2, 3)), ("release", (1, 2)),
                         ("release", ("1",)), ("acquire", (True, "1"))]:
        assert two.call("s", method, *args).raised == "TypeError"
    assert stat(two, "s")["permits"] == 2


def test_more_permits_than_can_be_counted(model):
    model.open("s", "Semaphore", value=2**63 - 2)
    assert outcome(model.call("s", "release")) == NONE
    answer = model.call("s", "release")
    assert raised(answer, "OverflowError", "too many permits")
    assert stat(model, "s")["permits"] == 2**63 - 1


@pytest.mark.parametrize("kind", ["Semaphore", "BoundedSemaphore"])
def test_what_no_semaphore_is_made_of(model, kind):
    answer = model.open("s", kind, value=-1)
    assert raised(answer, "ValueError", "semaphore initial value must be >= 0")
    assert model.open("s", kind, value="1").raised == "TypeError"
    assert model.open("s", kind, value=1, what=2).raised == "TypeError"
    assert model.do("find", "s").fields.get("id", 0) == 0


def test_who_has_permits_can_be_told(two):
    assert stat(two, "s")["owned"] is True
    first = two.call("s", "acquire", owner=5).granted
    two.pass_time(10)
    second = two.call("s", "acquire", owner=6).granted
    assert two.call("s", "holders").value == stat(two, "s")["holders"] == [
        {"owner": 5, "token": first, "held_ms": 10},
        {"owner": 6, "token": second, "held_ms": 0}]
    assert stat(two, "s")["permits"] == 0


def test_a_bounded_semaphore_can_stand_for_a_semaphore(model):
    model.open("s", "BoundedSemaphore")
    assert model.open("s", family="Semaphore").ok
    assert model.open("s", "Semaphore").status == "WRONG_KIND"
