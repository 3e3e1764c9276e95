# SPDX-License-Identifier: MIT
"""Queues, method by method: what they answer, what they refuse, whom they wake.
Leases have a file of their own."""

import pytest

from model import Model
from queues import DONE, ITEMS, ROOM, all_of, stat, woken

KINDS = ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "JoinableQueue"]
BOUNDED = [kind for kind in KINDS if kind != "SimpleQueue"]


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    return process


# ---- Order -------------------------------------------------------------------

@pytest.mark.parametrize("kind, order", [
    ("Queue", [2, 1, 3]), ("JoinableQueue", [2, 1, 3]),
    ("SimpleQueue", [2, 1, 3]), ("LifoQueue", [3, 1, 2]),
    ("PriorityQueue", [1, 2, 3])])
def test_each_kind_has_its_order(model, kind, order):
    model.open("q", kind)
    for value in (2, 1, 3):
        assert model.put("q", value).ok
    assert [model.peek("q", skip).value for skip in range(3)] == order
    assert [model.call("q", "peek", skip).value for skip in range(3)] == order
    assert all_of(model) == order


def test_small_priorities_go_first_then_values_then_arrival(model):
    model.open("q", "PriorityQueue")
    for value, priority in ((1, 5), (9, -5), ("a", 0), ("A", 0), (0, 5),
                            (-1, -2**63), (-2, 2**63 - 1)):
        assert model.put("q", value, priority=priority).ok
    assert all_of(model) == [-1, 9, "A", "a", 0, 1, -2]


def test_texts_and_bytes_are_in_order_too(model):
    model.open("q", "PriorityQueue")
    for text in ("b", "a", "ab", ""):
        model.put("q", text, format="text")
    model.put("q", "aa")  # a str, pickled
    assert all_of(model) == ["", "a", "aa", "ab", "b"]
    for octets in (b"b", b"a", b"", b"\xff", b"ab"):
        model.put("q", octets, format="bytes")
    assert all_of(model) == [b"", b"a", b"ab", b"b", b"\xff"]
    for number in ("10", "9", "9.5", "true"):
        model.put("q", number, format="json")
    assert all_of(model) == [True, 9, 9.5, 10]


def test_equal_ones_are_in_order_of_arrival(model):
    model.open("q", "PriorityQueue")
    for value in (1, True, 1.0, True, 1):
        model.put("q", value)
    assert [type(value) for value in all_of(model)] == \
        [int, bool, float, bool, int]


@pytest.mark.parametrize("first, second", [
    (1, "a"), (None, None), ((1, "a"), (1, 2)), ({}, {}), (1j, 1j),
    ("a", b"a"), ([1], (1,)), (1, [1])])
def test_what_python_cannot_compare_is_refused(model, first, second):
    model.open("q", "PriorityQueue")
    assert model.put("q", first).ok
    for answer in (model.put("q", second), model.call("q", "put", second)):
        assert answer.status == "TYPE_ERROR"
        assert "'<' not supported between instances of" in answer.value[0]
    assert model.call("q", "qsize").value == 1
    assert stat(model)["unfinished"] == 1
    assert stat(model)["items"] == 1
    assert all_of(model) == [first]


def test_what_cannot_be_read_is_refused_by_order(model):
    model.open("q", "PriorityQueue")
    answer = model.put("q", "{", format="json")
    assert answer.status == "VALUE_ERROR"
    assert model.call("q", "qsize").value == 0


def test_what_is_long_is_compared_by_its_number_alone(model):
    model.open("q", "PriorityQueue")
    long = b"x" * 513
    values = [(2, long), ("b", long), (1, "short"), (1.5, long), (1, long),
              ("a", long), (1, b"a" + long), (1, "brief"), (2**62, long)]
    for value in values:
        assert model.put("q", value).ok
    assert model.put("q", [1, long]).status == "TYPE_ERROR"
    assert model.put("q", 1).status == "TYPE_ERROR"
    order = [7, 2, 4, 6, 3, 0, 8, 1, 5]
    assert all_of(model) == [values[i] for i in order]


def test_what_is_not_long_is_compared(model):
    model.open("q", "PriorityQueue")
    same = [*range(150)]
    for last in (2, 1):
        model.put("q", ["a", same, last])
    assert [value[2] for value in all_of(model)] == [1, 2]
    for last in "ba":  # no values: never read
        model.put("q", "x" * 1000 + last, format="text")
    assert [value[-1] for value in all_of(model)] == ["a", "b"]


def test_many_come_in_order(model):
    model.open("q", "PriorityQueue")
    numbers = [i * 7919 % 1000 for i in range(1000)]
    model.run([model.line("put", 1, "q", (n, str(n)), {}) for n in numbers])
    assert all_of(model) == [(n, str(n)) for n in range(1000)]


# ---- Items -------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_given_as_it_came_and_as_a_value(model, kind):
    formats = [("pickle", (1, [b"x"]), (1, [b"x"])),
               ("bytes", b"\x00\xff", b"\x00\xff"), ("text", "\xe9", "\xe9"),
               ("json", '{"a":[1,null]}', {"a": [1, None]})]
    model.open("q", kind)
    for format, put, got in formats:
        model.put("q", put, format=format)
        answer = model.get("q", unleased=1)
        assert (answer.format, answer.value) == (format, got)
        model.put("q", put, format=format)
        answer = model.call("q", "peek")
        assert (answer.format, answer.value) == ("pickle", got)
        answer = model.call("q", "get")
        assert (answer.format, answer.value) == ("pickle", got)


def test_a_value_that_cannot_be_read_stays(model):
    model.open("q", "Queue")
    model.put("q", "[", format="json")
    assert model.call("q", "get").status == "VALUE_ERROR"
    assert model.call("q", "qsize").value == 1
    assert stat(model)["gets"] == 0


# ---- Waiting and bounds ------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_a_get_waits_for_an_item(model, kind):
    model.open("q", kind)
    for waiting in (model.get("q", timeout_ms=-1), model.call("q", "get")):
        assert waiting.wait_class == "ITEMS" and waiting.timeout_ms == -1
        assert model.retry(waiting).waits
        put = model.put("q", "x")
        assert put.ok and woken(put) & ITEMS
        assert model.retry(waiting).value == "x"
    assert model.get("q").status == "EMPTY"
    assert model.call("q", "get_nowait").raised == "queue.Empty"
    waiting = model.call("q", "get", timeout=0.25)
    assert waiting.timeout_ms == 250
    assert model.expire(waiting).raised == "queue.Empty"


@pytest.mark.parametrize("kind", BOUNDED)
def test_a_put_waits_for_room(model, kind):
    model.open("q", kind, maxsize=1)
    assert model.call("q", "full").value is False
    assert model.put("q", 1).ok
    assert model.call("q", "full").value is True
    for waiting in (model.put("q", 2, timeout_ms=70),
                    model.call("q", "put", 2, timeout=0.07)):
        assert waiting.wait_class == "ROOM" and waiting.timeout_ms == 70
        assert model.expire(waiting).raised == "queue.Full"
    assert model.put("q", 2).status == "FULL"
    assert model.call("q", "put_nowait", 2).raised == "queue.Full"
    waiting = model.put("q", 2, timeout_ms=-1)
    got = model.get("q")
    assert woken(got) & ROOM
    assert model.retry(waiting).ok
    assert model.put("q", 3).status == "FULL"


def test_bytes_are_a_bound_too(model):
    model.open("q", "SimpleQueue", max_bytes=10)
    assert model.put("q", b"12345", format="bytes").ok
    assert model.put("q", b"12345", format="bytes").ok
    assert model.put("q", b"", format="bytes").ok
    waiting = model.put("q", b"1", format="bytes", timeout_ms=-1)
    assert waiting.wait_class == "ROOM"
    assert stat(model)["bytes"] == 10
    got = model.get("q", unleased=1)
    assert woken(got) & ROOM and model.retry(waiting).ok
    too_long = model.put("q", b"x" * 11, format="bytes", timeout_ms=-1)
    assert too_long.status == "VALUE_ERROR"
    assert "11 bytes" in too_long.value[0] and "max_bytes" in too_long.value[0]
    too_long = model.call("q", "put", "x" * 11)
    assert too_long.status == "VALUE_ERROR"


def test_full_is_about_bytes_too(model):
    model.open("q", "Queue", max_bytes=4)
    model.put("q", b"123", format="bytes")
    assert model.call("q", "full").value is False
    model.put("q", b"4", format="bytes")
    assert model.call("q", "full").value is True


def test_limits_of_the_broker_are_raised(model):
    model.new(max_object_items=2, max_bytes=100)
    model.open("q", "Queue")
    assert model.put("q", b"x" * 90, format="bytes").ok
    assert model.put("q", b"x" * 20, format="bytes").status == "LIMIT"
    assert model.put("q", b"x", format="bytes").ok
    assert model.put("q", b"x", format="bytes", timeout_ms=-1).status == "LIMIT"
    assert model.get("q", unleased=1).ok
    assert model.put("q", b"x" * 90, format="bytes").ok
    assert model.call("q", "purge").value == 2
    assert (stat(model)["items"], stat(model)["bytes"]) == (0, 0)


def test_a_peek_changes_nothing_and_has_an_end(model):
    model.open("q", "Queue")
    assert model.peek("q").status == "EMPTY"
    assert model.call("q", "peek").raised == "queue.Empty"
    model.put("q", 1)
    assert model.peek("q").value == 1
    assert model.peek("q", 1).status == "EMPTY"
    assert model.peek("q", 1000).status == "VALUE_ERROR"
    assert model.call("q", "peek", 1000).status == "VALUE_ERROR"
    assert model.call("q", "peek", -1).status == "VALUE_ERROR"
    assert model.call("q", "peek", "x").status == "TYPE_ERROR"
    assert stat(model)["gets"] == 0 and stat(model)["ready"] == 1


# ---- Options -----------------------------------------------------------------

def test_options_are_checked(model):
    for options, status in (({"maxsize": "3"}, "TYPE_ERROR"),
                            ({"max_bytes": 1.5}, "TYPE_ERROR"),
                            ({"max_attempts": None}, "TYPE_ERROR"),
                            ({"dead_letter": 3}, "TYPE_ERROR"),
                            ({"dead_letter": "q"}, "VALUE_ERROR"),
                            ({"dead_letter": ""}, "VALUE_ERROR"),
                            ({"dead_letter": "a\0b"}, "VALUE_ERROR"),
                            ({"dead_letter": "x" * 129}, "VALUE_ERROR"),
                            ({"dead_letter": "lock"}, "WRONG_KIND"),
                            ({"maxsise": 3}, "TYPE_ERROR")):
        model.open("lock", "Lock")
        assert model.open("q", "Queue", **options).status == status, options
    assert model.open("q", "SimpleQueue", maxsize=1).status == "TYPE_ERROR"
    assert model.do("find", "q").id is None
    assert model.open("q", "Queue", maxsize=-5, max_bytes=-1).ok
    assert (stat(model)["maxsize"], stat(model)["max_bytes"]) == (0, 0)


@pytest.mark.parametrize("method, status", [
    ("full", "ATTRIBUTE_ERROR"), ("join", "ATTRIBUTE_ERROR"),
    ("shutdown", "ATTRIBUTE_ERROR"), ("task_done", "ATTRIBUTE_ERROR"),
    ("close", "OK"), ("empty", "OK"), ("qsize", "OK"), ("purge", "OK")])
def test_a_simple_queue_has_only_what_pythons_has_and_more(
        model, method, status):
    model.open("q", "SimpleQueue")
    assert model.call("q", method).status == status


# ---- Tasks -------------------------------------------------------------------

@pytest.mark.parametrize("kind", BOUNDED)
def test_join_waits_for_all_tasks(model, kind):
    model.open("q", kind)
    assert model.call("q", "join").ok
    model.put("q", 1)
    model.call("q", "put", 2)
    waiting = model.call("q", "join")
    assert waiting.wait_class == "DONE" and waiting.timeout_ms == -1
    all_of(model)
    assert model.retry(waiting).waits
    assert not woken(model.call("q", "task_done")) & DONE
    assert woken(model.call("q", "task_done")) & DONE
    assert model.retry(waiting).ok
    answer = model.call("q", "task_done")
    assert answer.raised == "ValueError"
    assert answer.value == ("task_done() called too many times",)


# ---- Ends --------------------------------------------------------------------

@pytest.mark.parametrize("kind", BOUNDED)
def test_after_a_shutdown_gets_drain(model, kind):
    model.open("q", kind, maxsize=2)
    model.put("q", 1)
    model.put("q", 2)
    waiting = model.put("q", 3, timeout_ms=-1)
    shut = model.call("q", "shutdown")
    assert woken(shut) & ROOM and woken(shut) & ITEMS
    assert model.retry(waiting).raised == "queue.ShutDown"
    assert model.put("q", 3).status == "SHUT_DOWN"
    assert model.call("q", "put", 3, timeout=-1).status == "SHUT_DOWN"
    assert model.call("q", "put_nowait", 3).status == "SHUT_DOWN"
    assert model.call("q", "get").ok
    assert model.call("q", "get", timeout=-1).status == "VALUE_ERROR"
    assert model.get("q", unleased=1).ok
    assert model.get("q").status == "SHUT_DOWN"
    assert model.call("q", "get", timeout=-1).status == "SHUT_DOWN"
    assert model.call("q", "get_nowait").raised == "queue.ShutDown"
    assert model.call("q", "join").waits
    assert model.call("q", "task_done").ok
    assert model.call("q", "task_done").ok
    assert model.call("q", "join").ok
    assert stat(model)["shut_down"] is True


def test_who_waits_for_an_item_learns_of_a_shutdown(model):
    model.open("q", "Queue")
    waiting = [model.get("q", timeout_ms=-1), model.call("q", "get")]
    assert woken(model.call("q", "shutdown")) & ITEMS
    assert [model.retry(one).status for one in waiting] == ["SHUT_DOWN"] * 2


def test_a_shutdown_at_once_drops_what_waits(model):
    model.open("q", "Queue")
    for value in range(3):
        model.put("q", value)
    model.put("q", "later", delay_ms=1000)
    leased = model.get("q")
    waiting = model.call("q", "join")
    shut = model.call("q", "shutdown", immediate=True)
    assert shut.ok and woken(shut) & ITEMS
    assert model.get("q").status == "SHUT_DOWN"
    assert model.call("q", "qsize").value == 0
    assert model.retry(waiting).waits
    assert stat(model)["unfinished"] == 1
    back = model.give_back("q", leased.granted)
    assert woken(back) & DONE
    assert model.get("q").status == "SHUT_DOWN"
    assert model.retry(waiting).ok
    assert stat(model)["dropped"] == 1 and stat(model)["items"] == 0
    assert model.pass_time(5000).next is None


def test_a_shutdown_goes_from_one_state_to_the_next_and_not_back(model):
    model.open("q", "Queue")
    model.put("q", 1)
    assert model.call("q", "shutdown").ok
    assert model.call("q", "shutdown").ok
    assert model.call("q", "qsize").value == 1
    assert model.call("q", "shutdown", True).ok
    assert model.call("q", "qsize").value == 0
    assert model.call("q", "shutdown", False).ok
    assert model.put("q", 1).status == "SHUT_DOWN"


def test_delayed_items_are_waited_for_after_a_shutdown(model):
    model.open("q", "Queue")
    model.put("q", 1, delay_ms=100)
    model.put("q", 2, delay_ms=100, ttl_ms=50)
    model.call("q", "shutdown")
    assert model.get("q").status == "EMPTY"
    waiting = model.get("q", timeout_ms=-1, unleased=1)
    assert waiting.waits
    model.pass_time(100)
    assert model.retry(waiting).value == 1
    assert model.get("q", timeout_ms=-1).status == "SHUT_DOWN"


def test_the_last_delayed_item_that_goes_wakes_who_waits(model):
    model.open("q", "Queue")
    model.put("q", 1, delay_ms=1000, ttl_ms=10)
    model.call("q", "shutdown")
    waiting = model.get("q", timeout_ms=-1)
    assert woken(model.pass_time(10)) & ITEMS
    assert model.retry(waiting).status == "SHUT_DOWN"


def test_a_purge_takes_what_waits_and_its_tasks(model):
    model.open("q", "Queue", maxsize=4)
    for value in range(3):
        model.put("q", value)
    model.put("q", 3, delay_ms=10)
    leased = model.get("q")
    purged = model.call("q", "purge")
    assert purged.value == 3 and woken(purged) & ROOM
    assert not woken(purged) & DONE
    assert stat(model)["unfinished"] == 1 and stat(model)["items"] == 1
    assert model.call("q", "purge").value == 0
    assert model.ack("q", leased.granted).ok
    model.put("q", 1)
    assert woken(model.call("q", "purge")) == ROOM
    model.call("q", "task_done")
    model.put("q", 1)
    assert woken(model.call("q", "purge")) & DONE


def test_close_leaves_it_to_others(model):
    model.open("q", "Queue")
    assert model.call("q", "close").ok
    assert model.put("q", 1).ok


def test_a_queue_that_is_deleted_holds_nothing(model):
    model.open("q", "PriorityQueue")
    for value in range(5):
        model.put("q", value, ttl_ms=1000, delay_ms=value % 2)
    leased = model.get("q", lease_ms=500)
    assert model.do("call", 1, None, "rm", ("q",), {}).ok
    usage = model.do("call", 1, None, "usage", (), {}).value
    assert (usage["items"], usage["bytes"]) == (0, 0)
    assert model.get("q").status == "DELETED"
    assert model.give_back("q", leased.granted).ok
    assert model.pass_time(2000).next is None
    assert model.close_handle("q").ok


# ---- What there is to tell of it ---------------------------------------------

def test_stat_counts(model):
    model.open("q", "Queue", max_attempts=5, dead_letter="dead")
    model.put("q", "abc", format="text")
    model.now_ms += 40
    model.put("q", 1, ttl_ms=10)
    model.put("q", 2, delay_ms=500)
    one = model.get("q")
    model.nack("q", one.granted)
    model.get("q")
    model.now_ms += 10
    told = stat(model)
    assert {name: told[name] for name in (
        "ready", "delayed", "leased", "unfinished", "puts", "gets",
        "redelivered", "dead_lettered", "expired", "dropped", "oldest_ms",
        "max_attempts", "dead_letter", "maxsize", "shut_down")} == {
        "ready": 0, "delayed": 1, "leased": 1, "unfinished": 2, "puts": 3,
        "gets": 2, "redelivered": 1, "dead_lettered": 0, "expired": 1,
        "dropped": 0, "oldest_ms": 50, "max_attempts": 5,
        "dead_letter": "dead", "maxsize": 0, "shut_down": False}
