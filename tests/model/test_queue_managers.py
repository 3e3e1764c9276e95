# SPDX-License-Identifier: MIT
"""What managers' clients get of queues: leased to the connection until its
reply is on the way, and otherwise as if it were gone."""

import pytest

from lines import Lines
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
    process.python()
    yield process
    process.python(False)


def fill(model, *values):
    for value in values:
        assert model.call("q", "put", value).ok


@pytest.mark.parametrize("method", ["get", "get_nowait"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_got_is_leased_until_that_is_known(model, kind, method):
    model.open("q", kind)
    fill(model, 1)
    got = model.call("q", method)
    assert (got.value, got.attempts) == (1, 1) and got.granted
    assert (stat(model)["leased"], stat(model)["gets"]) == (1, 1)
    assert model.call("q", "empty").value is True
    assert model.call("q", "qsize").value == 0
    assert model.pass_time(10 ** 9).next is None
    answer = model.ack("q", got.granted)
    assert answer.ok and answer.dropped == got.granted
    assert stat(model)["items"] == 0


def test_what_a_session_calls_get_for_is_gone(model):
    model.open("q", "Queue")
    fill(model, 1)
    model.python(False)
    got = model.call("q", "get")
    assert (got.value, got.granted) == (1, 0)
    assert stat(model)["items"] == 0


def test_another_format_is_leased_too(model):
    model.open("q", "Queue")
    model.put("q", "text", format="text")
    got = model.call("q", "get")
    assert got.value == "text" and got.granted
    model.give_back("q", got.granted)
    assert model.get("q").format == "text"


def test_what_a_connection_did_not_hear_of_goes_back_to_the_head(model):
    model.open("q", "Queue")
    fill(model, 1, 2, 3)
    first, second = (model.call("q", "get") for _ in range(2))
    answer = model.give_back("q", second.granted)
    assert answer.ok and woken(answer) & ITEMS
    model.give_back("q", first.granted)
    again = model.call("q", "get", owner=2)
    assert (again.value, again.attempts) == (1, 2)
    assert stat(model)["redelivered"] == 1
    assert all_of(model) == [2, 3]


def test_who_goes_while_it_waits_takes_nothing(model):
    lines = Lines(model)
    model.open("q", "Queue")
    lines.call("q", "get", owner=1)
    waiting = lines.call("q", "get", owner=2)
    lines.leave(1)
    lines.call("q", "put", "it", owner=3)
    lines.serve()
    assert waiting.outcome == ("returned", "it")


def test_who_goes_with_it_leaves_it_to_who_waits(model):
    lines = Lines(model)
    model.open("q", "Queue")
    fill(model, "it")
    assert lines.call("q", "get", owner=1).outcome == ("returned", "it")
    waiting = lines.call("q", "get", owner=2)
    lines.leave(1)
    lines.serve()
    assert waiting.outcome == ("returned", "it")
    assert waiting.answer.attempts == 2


def test_get_makes_room_at_once(model):
    lines = Lines(model)
    model.open("q", "Queue", maxsize=1)
    fill(model, 1)
    assert model.call("q", "full").value is True
    putting = lines.call("q", "put", 2, owner=2)
    got = lines.call("q", "get")
    assert woken(got.answer) & ROOM
    lines.serve()
    assert putting.outcome == ("returned", None)
    assert model.call("q", "qsize").value == 1


def test_what_comes_back_may_be_too_much(model):
    model.open("q", "Queue", maxsize=1)
    fill(model, 1)
    token = model.call("q", "get").granted
    fill(model, 2)
    model.give_back("q", token)
    assert model.call("q", "qsize").value == 2
    assert model.call("q", "full").value is True
    assert model.call("q", "put", 3, False).status == "FULL"
    assert all_of(model) == [1, 2]


def test_get_makes_room_for_bytes_at_once(model):
    model.open("q", "Queue", max_bytes=100)
    fill(model, b"x" * 60)
    assert model.call("q", "put", b"y" * 60, False).status == "FULL"
    model.call("q", "get")
    fill(model, b"y" * 60)


@pytest.mark.parametrize("kind", ["Queue", "JoinableQueue"])
def test_only_task_done_ends_a_task(model, kind):
    model.open("q", kind)
    fill(model, 1)
    joining = model.call("q", "join", owner=2)
    got = model.call("q", "get")
    acked = model.ack("q", got.granted)
    assert not woken(acked) & DONE and stat(model)["unfinished"] == 1
    assert model.retry(joining).waits
    assert woken(model.call("q", "task_done")) & DONE
    assert model.retry(joining).ok
    assert model.call("q", "task_done").raised == "ValueError"


def test_a_task_may_be_done_before_its_get_is_known_of(model):
    model.open("q", "JoinableQueue")
    fill(model, 1)
    token = model.call("q", "get").granted
    assert model.call("q", "task_done").ok
    assert model.ack("q", token).ok
    assert stat(model)["unfinished"] == 0


def test_a_task_that_comes_back_is_still_to_be_done(model):
    model.open("q", "JoinableQueue")
    fill(model, 1)
    model.give_back("q", model.call("q", "get").granted)
    assert stat(model)["unfinished"] == 1
    model.ack("q", model.call("q", "get").granted)
    assert model.call("q", "task_done").ok
    assert model.call("q", "join").ok


def test_attempts_are_counted(model):
    model.open("dead", "Queue")
    model.open("q", "Queue", max_attempts=2, dead_letter="dead")
    fill(model, 1)
    for attempts in (1, 2):
        got = model.call("q", "get")
        assert got.attempts == attempts
        model.give_back("q", got.granted)
    assert model.call("q", "get_nowait").status == "EMPTY"
    assert model.call("dead", "get").value == 1


def test_peek_leases_nothing(model):
    model.open("q", "Queue")
    fill(model, 1)
    assert not model.call("q", "peek").granted
    assert stat(model)["leased"] == 0


def test_after_a_shutdown_at_once_nothing_comes_back(model):
    model.open("q", "Queue")
    fill(model, 1, 2)
    token = model.call("q", "get").granted
    model.call("q", "shutdown", True)
    model.give_back("q", token)
    assert stat(model)["items"] == 0 and stat(model)["unfinished"] == 0


def test_what_is_deleted_takes_nothing_back(model):
    model.open("q", "Queue")
    fill(model, 1)
    token = model.call("q", "get").granted
    assert model.call(None, "rm", "q").ok
    assert model.give_back("q", token).ok
