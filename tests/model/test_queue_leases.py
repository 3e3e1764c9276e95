# SPDX-License-Identifier: MIT
"""Items that are given out and may come back: leases, delays, lives, attempts,
dead letters. Time is the test's."""

import pytest

from model import Model
from queues import DONE, ITEMS, ROOM, all_of, stat, woken

KINDS = ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "JoinableQueue"]


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    return process


def fill(model, *values):
    for value in values:
        assert model.put("q", value).ok


# ---- Leases ------------------------------------------------------------------

def test_tokens_only_grow(model):
    model.new(first_token=1000)
    model.open("q", "Queue")
    fill(model, 1, 2, 3)
    tokens = [model.get("q").granted for _ in range(3)]
    assert 1000 < tokens[0] < tokens[1] < tokens[2]


def test_an_unleased_item_is_gone(model):
    model.open("q", "Queue")
    fill(model, 1)
    answer = model.get("q", unleased=1)
    assert (answer.value, answer.granted, answer.attempts) == (1, 0, 1)
    assert stat(model)["items"] == 0 and stat(model)["leased"] == 0


def test_an_ack_ends_it(model):
    model.open("q", "Queue")
    fill(model, 1)
    got = model.get("q")
    assert (got.attempts, stat(model)["leased"]) == (1, 1)
    assert model.call("q", "empty").value is True
    ack = model.ack("q", got.granted)
    assert ack.ok and ack.dropped == got.granted
    assert stat(model)["items"] == 0
    for again in (model.ack("q", got.granted), model.nack("q", got.granted),
                  model.touch("q", got.granted), model.ack("q", 0)):
        assert again.status == "NO_LEASE" and not again.dropped
    assert model.give_back("q", got.granted).ok


def test_what_is_no_lease_of_the_queue_is_kept(model):
    """A token is only a number: whoever has it keeps what it stands for."""
    handle = model.open("q", "Queue").granted
    model.open("l", "Lock")
    lock = model.call("l", "acquire").granted
    for token in (handle, lock, lock + 1):
        for again in (model.ack("q", token), model.nack("q", token),
                      model.touch("q", token)):
            assert again.status == "NO_LEASE" and not again.dropped


def test_only_its_owner_has_a_lease(model):
    model.open("q", "Queue")
    fill(model, 1)
    got = model.get("q", owner=1)
    for other in (model.ack("q", got.granted, owner=2),
                  model.nack("q", got.granted, owner=2),
                  model.touch("q", got.granted, owner=2)):
        assert other.status == "NOT_OWNER" and other.dropped == 0
    assert model.give_back("q", got.granted, owner=2).ok
    assert stat(model)["leased"] == 1
    assert model.ack("q", got.granted, owner=1).ok


@pytest.mark.parametrize("kind, first, then", [
    ("Queue", [1, 2], [1, 2, 3]), ("JoinableQueue", [1, 2], [1, 2, 3]),
    ("SimpleQueue", [1, 2], [1, 2, 3]), ("LifoQueue", [3, 2], [3, 2, 9, 1]),
    ("PriorityQueue", [1, 2], [1, 2, 3])])
def test_what_comes_back_goes_to_the_head(model, kind, first, then):
    model.open("q", kind)
    fill(model, 1, 2, 3)
    got = [model.get("q"), model.get("q")]
    assert [one.value for one in got] == first
    if kind == "LifoQueue":
        fill(model, 9)
    for one in got:
        back = model.give_back("q", one.granted)
        assert back.ok and woken(back) & ITEMS
    answers = [model.get("q") for _ in then]
    assert [answer.value for answer in answers] == then
    assert [answer.attempts for answer in answers] == \
        [2, 2] + [1] * (len(then) - 2)


def test_many_come_back_in_their_order(model):
    model.open("q", "Queue")
    fill(model, *range(100))
    tokens = [model.get("q").granted for _ in range(60)]
    for i in range(60):
        model.give_back("q", tokens[i * 17 % 60])
    assert [model.peek("q", skip).value for skip in range(100)] == \
        [*range(100)]
    assert all_of(model) == [*range(100)]


def test_what_comes_back_may_be_more_than_the_bound(model):
    model.open("q", "Queue", maxsize=1)
    fill(model, 1)
    got = model.get("q")
    fill(model, 2)
    model.give_back("q", got.granted)
    assert model.call("q", "qsize").value == 2
    assert model.put("q", 3).status == "FULL"
    assert all_of(model) == [1, 2]


def test_a_timed_lease_runs_out(model):
    model.open("q", "Queue")
    fill(model, 1, 2)
    got = model.get("q", lease_ms=100)
    assert model.pass_time(0).next == model.now_ms + 100
    assert model.pass_time(99).woken == []
    assert model.ack("q", got.granted + 1).status == "NO_LEASE"
    over = model.pass_time(1)
    assert woken(over) & ITEMS and over.next is None
    late = model.ack("q", got.granted)
    assert late.status == "NO_LEASE" and not late.dropped
    again = model.get("q")
    assert (again.value, again.attempts) == (1, 2)
    assert again.granted > got.granted


def test_a_lease_that_is_over_is_over_before_anybody_says_so(model):
    model.open("q", "Queue")
    fill(model, 1)
    got = model.get("q", lease_ms=100)
    model.now_ms += 100
    assert model.ack("q", got.granted).status == "NO_LEASE"
    assert model.get("q").attempts == 2


def test_a_touch_begins_it_anew(model):
    model.open("q", "Queue")
    fill(model, 1)
    got = model.get("q", lease_ms=100)
    model.pass_time(60)
    assert model.touch("q", got.granted).ok
    assert model.pass_time(99).next == model.now_ms + 1
    assert model.touch("q", got.granted, 500).ok
    assert model.pass_time(499).next == model.now_ms + 1
    assert model.touch("q", got.granted).ok
    assert model.pass_time(500).next is None
    assert model.touch("q", got.granted).status == "NO_LEASE"


def test_a_touch_can_set_a_limit(model):
    model.open("q", "Queue")
    fill(model, 1)
    got = model.get("q")
    assert model.touch("q", got.granted).ok
    assert model.pass_time(10_000_000).next is None
    assert model.touch("q", got.granted, 50).ok
    assert model.pass_time(0).next == model.now_ms + 50
    assert model.ack("q", got.granted).ok
    assert model.pass_time(0).next is None


@pytest.mark.parametrize("lease_ms, done", [(0, False), (100, True)])
def test_the_ack_of_a_timed_lease_is_task_done(model, lease_ms, done):
    model.open("q", "Queue")
    fill(model, 1)
    waiting = model.call("q", "join")
    ack = model.ack("q", model.get("q", lease_ms=lease_ms).granted)
    assert bool(woken(ack) & DONE) == done
    assert model.retry(waiting).waits != done
    assert model.call("q", "task_done").ok != done


def test_a_nack_gives_it_back(model):
    model.open("q", "Queue")
    fill(model, 1, 2)
    got = model.get("q")
    nack = model.nack("q", got.granted)
    assert nack.ok and nack.dropped == got.granted and woken(nack) & ITEMS
    assert model.get("q").value == 1
    assert stat(model)["unfinished"] == 2


def test_a_nack_may_take_time(model):
    model.open("q", "Queue", maxsize=2)
    fill(model, 1, 2)
    got = model.get("q")
    nack = model.nack("q", got.granted, 100)
    assert nack.ok and nack.dropped == got.granted and not woken(nack) & ITEMS
    assert stat(model)["delayed"] == 1
    assert model.call("q", "qsize").value == 1
    assert model.call("q", "full").value is True
    assert model.pass_time(99).next == model.now_ms + 1
    fill_more = model.put("q", 3)
    assert fill_more.status == "FULL"
    assert woken(model.pass_time(1)) & ITEMS
    again = model.get("q")
    assert (again.value, again.attempts) == (1, 2)


# ---- Delays and lives --------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_a_delayed_item_comes_later(model, kind):
    model.open("q", kind)
    put = model.put("q", 1, delay_ms=50)
    assert put.ok and not woken(put) & ITEMS
    assert model.call("q", "qsize").value == 0
    assert model.call("q", "empty").value is True
    assert model.peek("q").status == "EMPTY"
    waiting = model.get("q", timeout_ms=-1)
    assert waiting.waits
    assert model.pass_time(49).woken == []
    assert woken(model.pass_time(1)) & ITEMS
    answer = model.retry(waiting)
    assert (answer.value, answer.attempts) == (1, 1)


def test_delayed_items_are_in_the_order_of_being_put(model):
    model.open("q", "Queue")
    for value in range(20):
        model.put("q", value, delay_ms=50 - value)
    model.pass_time(40)
    fill(model, 20, 21)
    assert all_of(model) == [*range(10, 22)]
    model.pass_time(100)
    assert all_of(model) == [*range(10)]


def test_delayed_items_count_as_there_and_leased_ones_do_not(model):
    model.open("q", "Queue", maxsize=2, max_bytes=8)
    assert model.put("q", b"1234", format="bytes", delay_ms=50).ok
    assert model.put("q", b"12345", format="bytes").status == "FULL"
    assert model.put("q", b"1234", format="bytes").ok
    assert model.put("q", b"", format="bytes").status == "FULL"
    got = model.get("q", lease_ms=10)
    assert woken(got) & ROOM
    assert model.put("q", b"1234", format="bytes").ok


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_expires(model, kind):
    model.open("q", kind)
    model.put("q", 1, ttl_ms=100)
    model.put("q", 2)
    waiting = model.call("q", "join") if kind == "Queue" else None
    assert model.pass_time(99).next == model.now_ms + 1
    assert model.call("q", "qsize").value == 2
    assert model.pass_time(1).next is None
    assert model.call("q", "qsize").value == 1
    assert stat(model)["expired"] == 1 and stat(model)["unfinished"] == 1
    assert all_of(model) == [2]
    if waiting:
        assert woken(model.call("q", "task_done")) & DONE


def test_an_expired_item_is_not_seen_before_anybody_says_so(model):
    model.open("q", "Queue", maxsize=1)
    model.put("q", 1, ttl_ms=100)
    waiting = model.put("q", 2, timeout_ms=-1)
    model.now_ms += 100
    assert model.get("q").status == "EMPTY"
    assert model.retry(waiting).ok
    assert model.get("q").value == 2


def test_an_expired_item_leaves_room(model):
    model.open("q", "Queue", maxsize=1)
    model.put("q", 1, ttl_ms=100)
    waiting = model.put("q", 2, timeout_ms=-1)
    assert woken(model.pass_time(100)) & (ROOM | DONE) == ROOM | DONE
    assert model.retry(waiting).ok


def test_a_life_may_be_shorter_than_a_delay(model):
    model.open("q", "Queue")
    model.put("q", 1, ttl_ms=10, delay_ms=100)
    assert model.pass_time(0).next == model.now_ms + 10
    assert model.pass_time(10).next is None
    assert stat(model)["expired"] == 1 and stat(model)["delayed"] == 0


@pytest.mark.parametrize("lease_ms", [0, 500])
def test_a_lease_outlives_its_item_which_then_is_gone(model, lease_ms):
    model.open("q", "Queue")
    model.put("q", 1, ttl_ms=100)
    model.put("q", 2, ttl_ms=100)
    kept = model.get("q", lease_ms=lease_ms)
    back = model.get("q", lease_ms=lease_ms)
    model.pass_time(100)
    assert stat(model)["leased"] == 2
    assert model.ack("q", kept.granted).ok
    assert model.nack("q", back.granted).ok
    assert model.get("q").status == "EMPTY"
    assert stat(model)["expired"] == 1 and stat(model)["items"] == 0
    assert model.pass_time(0).next is None


def test_who_comes_back_in_time_expires_in_time(model):
    model.open("q", "Queue")
    model.put("q", 1, ttl_ms=100)
    got = model.get("q")
    model.pass_time(40)
    model.give_back("q", got.granted)
    assert model.pass_time(0).next == model.now_ms + 60
    assert model.peek("q").value == 1
    model.pass_time(60)
    assert stat(model)["expired"] == 1 and stat(model)["items"] == 0


# ---- Attempts and dead letters -----------------------------------------------

def test_after_its_attempts_an_item_is_dropped(model):
    model.open("q", "Queue", max_attempts=2)
    fill(model, 1)
    assert model.nack("q", model.get("q").granted).ok
    got = model.get("q")
    assert got.attempts == 2
    assert woken(model.nack("q", got.granted, 1000)) & DONE
    assert model.get("q").status == "EMPTY"
    told = stat(model)
    assert (told["dropped"], told["dead_lettered"], told["items"]) == (1, 0, 0)
    assert model.pass_time(0).next is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["nack", "give_back", "elapse"])
def test_or_it_is_a_dead_letter(model, kind, how):
    model.open("q", kind, max_attempts=1, dead_letter="dead")
    model.open("dead")
    model.put("q", b"body", format="bytes", ttl_ms=200, subject="a.b")
    got = model.get("q", lease_ms=100)
    if how == "elapse":
        failed = model.pass_time(100)
    else:
        failed = getattr(model, how)("q", got.granted)
    assert woken(failed) & ITEMS
    assert stat(model)["items"] == 0 and stat(model)["unfinished"] == 0
    assert stat(model)["dead_lettered"] == 1 and stat(model)["dropped"] == 0
    assert model.pass_time(0).next is None
    letter = model.get("dead")
    assert (letter.value, letter.format) == (b"body", "bytes")
    assert letter.subject == "a.b" and letter.attempts == 1
    assert letter.headers == {"dead-letter-from": "q", "attempts": "1"}
    assert stat(model, "dead")["unfinished"] == 1
    assert stat(model, "dead")["bytes"] == len(b"body") + len("a.b") + sum(
        3 + len(key) + len(value) for key, value in letter.headers.items())
    model.nack("dead", letter.granted)
    assert model.get("dead").headers == letter.headers


def test_the_queue_for_dead_letters_is_made_or_found(model):
    assert model.open("dead", "PriorityQueue", maxsize=1).created
    assert model.open("q", "Queue", max_attempts=1, dead_letter="dead").created
    model.put("dead", 0)
    fill(model, 3, 2)
    for _ in range(2):
        model.nack("q", model.get("q").granted)
    assert all_of(model, "dead") == [0, 2, 3]
    assert model.open("r", "LifoQueue", max_attempts=1, dead_letter="new").ok
    assert not model.open("new", "Queue").created


def test_a_dead_letter_that_finds_no_place_is_dropped(model):
    model.open("q", "Queue", max_attempts=1, dead_letter="dead")
    model.open("dead")
    fill(model, 1, 2, 3, 4)
    model.put("dead", "x", format="text")
    model.call("dead", "shutdown", True)
    model.nack("q", model.get("q").granted)
    model.do("call", 1, None, "rm", ("dead",), {})
    model.nack("q", model.get("q").granted)
    model.open("dead", "Lock")
    model.nack("q", model.get("q").granted)
    assert (stat(model)["dropped"], stat(model)["dead_lettered"]) == (3, 0)
    model.do("call", 1, None, "rm", ("dead",), {})
    model.open("dead", "SimpleQueue")
    model.nack("q", model.get("q").granted)
    assert (stat(model)["dropped"], stat(model)["dead_lettered"]) == (3, 1)
    assert all_of(model, "dead") == [4]


def test_a_dead_letter_counts_against_limits(model):
    model.new(max_object_bytes=20)
    model.open("q", "Queue", max_attempts=1, dead_letter="dead")
    model.put("q", b"x" * 10, format="bytes")
    model.nack("q", model.get("q").granted)
    assert (stat(model)["dropped"], stat(model)["dead_lettered"]) == (1, 0)
    usage = model.do("call", 1, None, "usage", (), {}).value
    assert (usage["items"], usage["bytes"]) == (0, 0)


def test_a_letter_may_die_more_than_once(model):
    model.open("q", "Queue", max_attempts=1, dead_letter="r")
    model.do("call", 1, None, "rm", ("r",), {})
    model.open("r", "Queue", max_attempts=2, dead_letter="q")
    fill(model, 1)
    model.nack("q", model.get("q").granted)
    for _ in range(2):
        model.nack("r", model.get("r").granted)
    again = model.get("q")
    assert again.value == 1 and again.attempts == 1
    assert again.headers == {"dead-letter-from": "r", "attempts": "2"}


def test_headers_have_room_for_so_many_deaths(model):
    """When there is no room for more, the item goes on without."""
    model.open("r", "Queue", max_attempts=1, dead_letter="q")
    model.do("call", 1, None, "rm", ("q",), {})
    model.open("q", "Queue", max_attempts=1, dead_letter="r")
    fill(model, "value")
    lengths = []
    for _ in range(30):
        for name in ("q", "r"):
            assert model.nack(name, model.get(name).granted).ok
        lengths.append(stat(model)["bytes"])
    assert lengths[0] < lengths[1] < lengths[2]
    assert 900 < lengths[-1] == lengths[-2] < 1100
    assert model.get("q").value == "value"
