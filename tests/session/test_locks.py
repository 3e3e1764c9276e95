# SPDX-License-Identifier: MIT
"""Locks between programs: libtieline with a broker."""

import pytest

FOREVER = -1
WAIT = 30_000  # ms: longer than anything takes


@pytest.fixture
def pair(sharer):
    return sharer(), sharer()


def opened(sharers, command, *arguments):
    for one in sharers:
        one.ask(command, *arguments)
        one.answer()
    return sharers


# ---- Lock, RLock -----------------------------------------------------------


def test_one_at_a_time(pair):
    one, other = opened(pair, "lock_open", "lock")
    first = one.lock_acquire("lock", WAIT)
    assert other.fails("lock_acquire", "lock", 0) == "TIELINE_ETIMEDOUT"
    assert other.fails("lock_acquire", "lock", 20) == "TIELINE_ETIMEDOUT"
    assert one.fails("lock_acquire", "lock", 0) == "TIELINE_ETIMEDOUT"
    assert other.fails("lock_release", "lock") == "TIELINE_ENOTOWNER"
    other.ask("lock_acquire", "lock", FOREVER)
    one.lock_release("lock")
    assert other.answer() > first
    other.lock_release("lock")
    assert other.fails("lock_release", "lock") == "TIELINE_ERAISED"


@pytest.mark.parametrize("options", [{}, {"recursive": True}])
def test_who_is_killed_frees_it(hub, pair, options):
    one, other = opened(pair, "lock_open", "lock", options)
    first = one.lock_acquire("lock", WAIT)
    other.ask("lock_acquire", "lock", FOREVER)
    hub.until_waiting(1)
    one.kill()
    assert other.answer() > first


def test_an_rlock_keeps_its_token(pair):
    one, other = opened(pair, "lock_open", "lock", {"recursive": True})
    first = one.lock_acquire("lock", WAIT)
    assert one.lock_acquire("lock", 0) == first
    one.lock_release("lock")
    assert other.fails("lock_acquire", "lock", 0) == "TIELINE_ETIMEDOUT"
    one.lock_release("lock")
    assert other.lock_acquire("lock", 0) > first


def test_an_rlock_is_no_lock(pair):
    one, other = pair
    one.lock_open("lock", {"recursive": True})
    assert other.fails("lock_open", "lock") == "TIELINE_EKIND"


def test_in_the_order_of_coming(hub, sharer):
    first, *others = opened([sharer() for _ in range(5)], "lock_open", "lock")
    tokens = [first.lock_acquire("lock", WAIT)]
    for count, one in enumerate(others, 1):
        one.ask("lock_acquire", "lock", FOREVER)
        hub.until_waiting(count)
    first.lock_release("lock")
    for one in others:
        tokens.append(one.answer())
        one.lock_release("lock")
    assert tokens == sorted(set(tokens))


def test_a_broker_that_starts_anew_knows_of_no_lock(
        broker, tmp_path, sharer):
    path = tmp_path / "again"
    listen = [f"unix:{path}"]
    first = broker(listen=listen)
    one = sharer(listen[0])
    one.lock_open("lock")
    one.lock_acquire("lock", WAIT)
    first.process.kill()
    first.ended()
    path.unlink()
    broker(listen=listen)
    codes = [one.fails("lock_release", "lock")]
    while codes[-1] in ("TIELINE_EOUTCOME", "TIELINE_ENOTSENT"):
        codes.append(one.fails("lock_release", "lock"))
    assert codes[-1] == "TIELINE_ERAISED"
    assert one.lock_acquire("lock", WAIT) > 0


# ---- Semaphore -------------------------------------------------------------


def test_permits_go_with_their_owner(hub, pair):
    one, other = opened(pair, "semaphore_open", "permits", 2)
    assert one.semaphore_acquire("permits", WAIT) < \
        one.semaphore_acquire("permits", WAIT)
    assert other.fails("semaphore_acquire", "permits", 0) == \
        "TIELINE_ETIMEDOUT"
    other.ask("semaphore_acquire", "permits", FOREVER)
    hub.until_waiting(1)
    one.kill()
    other.answer()
    other.semaphore_acquire("permits", WAIT)
    assert other.fails("semaphore_acquire", "permits", 0) == \
        "TIELINE_ETIMEDOUT"


def test_unowned_permits_stay_taken(hub, pair):
    one, other = opened(
        pair, "semaphore_open", "permits", 1, {"unowned": True})
    assert one.semaphore_acquire("permits", WAIT) == 0
    one.kill()
    hub.until(lambda stat: stat["sessions"]["open"] == 1)
    assert other.fails("semaphore_acquire", "permits", 0) == \
        "TIELINE_ETIMEDOUT"
    other.semaphore_release("permits", 2)
    for _ in range(2):
        assert other.semaphore_acquire("permits", 0) == 0


def test_bounds_of_semaphores(sharer):
    one = sharer()
    one.semaphore_open("bounded", 1, {"bounded": True})
    one.semaphore_open("signals", 0)
    assert one.fails("semaphore_release", "bounded", 1) == "TIELINE_ERAISED"
    assert one.fails("semaphore_release", "signals", 0) == "TIELINE_ERAISED"
    one.semaphore_release("signals", 3)
    for _ in range(3):
        one.semaphore_acquire("signals", 0)
    assert one.fails("semaphore_acquire", "signals", 0) == "TIELINE_ETIMEDOUT"


# ---- Condition -------------------------------------------------------------


def waiting(hub, sharers):
    """They wait for the condition."""
    for count, one in enumerate(sharers, 1):
        one.condition_acquire("news", WAIT)
        one.ask("condition_wait", "news", FOREVER)
        hub.until_waiting(count)


def test_who_is_notified(hub, sharer):
    caller, *others = opened(
        [sharer() for _ in range(4)], "condition_open", "news", None)
    waiting(hub, others)
    caller.condition_acquire("news", WAIT)
    caller.condition_notify("news", 1)
    caller.condition_release("news")
    others[0].answer()
    assert caller.stat("news")["waiting"] == 2
    others[0].condition_notify_all("news")
    # Each has the lock, in any order.
    for one in others[1:]:
        one.ask("condition_release", "news")
    others[0].condition_release("news")
    for one in others[1:]:
        one.answer()
        one.answer()


def test_a_condition_that_is_not_notified(pair):
    one, other = opened(pair, "condition_open", "news", None)
    one.condition_acquire("news", WAIT)
    assert one.fails("condition_wait", "news", 20) == "TIELINE_ETIMEDOUT"
    assert other.fails("condition_acquire", "news", 0) == "TIELINE_ETIMEDOUT"
    one.condition_release("news")
    other.condition_acquire("news", 0)


def test_a_condition_needs_its_lock(sharer):
    one = sharer()
    one.condition_open("news", None)
    for command in [("condition_wait", "news", 0),
                    ("condition_notify", "news", 1),
                    ("condition_notify_all", "news"),
                    ("condition_release", "news")]:
        assert one.fails(*command) == "TIELINE_ERAISED"


def test_a_condition_of_a_named_lock(pair):
    one, other = pair
    assert one.fails("condition_open", "news", "lock") == "TIELINE_ENOOBJECT"
    one.lock_open("lock")
    one.condition_open("news", "lock")
    other.lock_open("lock")
    token = other.lock_acquire("lock", WAIT)
    assert one.fails("condition_acquire", "news", 0) == "TIELINE_ETIMEDOUT"
    other.lock_release("lock")
    assert one.condition_acquire("news", WAIT) > token


def test_the_lock_is_waited_for_behind_the_end_of_time(hub, pair):
    """The condition's time is over, and somebody has its lock."""
    one, other = opened(pair, "condition_open", "news", None)
    one.condition_acquire("news", WAIT)
    other.ask("condition_acquire", "news", WAIT)
    hub.until_waiting(1)
    one.ask("condition_wait", "news", 100)
    assert other.answer()
    # From then on it waits for the lock.
    hub.until(lambda stat: other.stat("news")["waiting"] == 0)
    other.condition_release("news")
    assert one.failure() == "TIELINE_ETIMEDOUT"
    one.condition_release("news")


# ---- Event, Barrier --------------------------------------------------------


def test_an_event(hub, sharer):
    one, *others = opened(
        [sharer() for _ in range(3)], "event_open", "ready")
    assert one.event_is_set("ready") == 0
    assert one.fails("event_wait", "ready", 20) == "TIELINE_ETIMEDOUT"
    for other in others:
        other.ask("event_wait", "ready", FOREVER)
    hub.until_waiting(2)
    one.event_set("ready")
    one.event_clear("ready")
    for other in others:
        other.answer()
    assert one.event_is_set("ready") == 0
    one.event_set("ready")
    assert others[0].event_is_set("ready") == 1
    one.event_wait("ready", 0)


def test_a_barrier_of_three(hub, sharer):
    three = opened(
        [sharer() for _ in range(3)], "barrier_open", "gate", 3)
    for _ in range(2):
        for count, one in enumerate(three):
            one.ask("barrier_wait", "gate", FOREVER)
            hub.until_waiting((count + 1) % 3)
        assert [one.answer() for one in three] == [0, 1, 2]


def broken_by(sharer, hub, *command):
    """A barrier at which one waits, when another does that."""
    one, other = opened(
        [sharer(), sharer()], "barrier_open", "gate", 3)
    one.ask("barrier_wait", "gate", FOREVER)
    hub.until_waiting(1)
    if command:
        other.ask(*command)
    else:
        other.kill()
    assert one.failure() == "TIELINE_EBARRIER"
    return one, other


@pytest.mark.parametrize("command, is_broken", [
    ("barrier_abort", True), ("barrier_reset", False)])
def test_a_broken_barrier(sharer, hub, command, is_broken):
    one, other = broken_by(sharer, hub, command, "gate")
    other.answer()
    assert one.stat("gate")["broken"] == is_broken
    other.barrier_reset("gate")
    assert one.stat("gate")["broken"] is False


def test_a_barrier_is_broken_by_who_does_not_want_to_wait(sharer, hub):
    one, other = broken_by(sharer, hub, "barrier_wait", "gate", 20)
    assert other.failure() == "TIELINE_EBARRIER"
    assert one.fails("barrier_wait", "gate", FOREVER) == "TIELINE_EBARRIER"


def test_a_barrier_is_broken_by_who_goes(sharer, hub):
    three = opened(
        [sharer() for _ in range(3)], "barrier_open", "gate", 3)
    for count, one in enumerate(three[:2], 1):
        one.ask("barrier_wait", "gate", FOREVER)
        hub.until_waiting(count)
    three[0].kill()
    assert three[1].failure() == "TIELINE_EBARRIER"
