# SPDX-License-Identifier: MIT
"""What is told of objects: who waits for them, and who has something of them."""

import pickle

import pytest


def waits(session, handle, method, *arguments):
    return session.send("CALL", pickle.dumps((method, arguments)),
                        handle=handle)


def test_those_who_wait_are_counted_and_listed(hub):
    holder, first, second = (hub.session() for _ in range(3))
    for session in (holder, first, second):
        session.has_open(1, "lock", "Lock")
    token = holder.call(1, "acquire").argument
    waits(first, 1, "acquire")
    hub.until_waiting(1)
    waits(second, 1, "acquire", True, 1000)
    hub.until_waiting(2)
    [row] = holder.returns(0, "ls")
    assert (row["name"], row["waiting"]) == ("lock", 2)
    told = holder.returns(0, "stat", "lock")
    assert told["waiting"] == 2
    one, other = told["waiters"]
    assert one["connection"] != other["connection"]
    assert one["left_ms"] is None and 0 < other["left_ms"] <= 1_000_001
    assert "token" not in one
    assert token in [owner["token"] for owner in told["owners"]]
    first.close()
    hub.until_waiting(1)
    [left] = holder.returns(0, "stat", "lock")["waiters"]
    assert left["connection"] == other["connection"]


def test_leases_are_listed_with_their_time(session):
    session.has_open(1, "q", "Queue")
    session.put(1, b"x")
    lease = session.ask("GET", handle=1, count=1, lease=60_000).items[0].lease
    owners = session.returns(0, "stat", "q")["owners"]
    [entry] = [one for one in owners if one["token"] == lease]
    assert 0 < entry["left_ms"] <= 60_001


def test_json_is_completed_too(session):
    session.has_open(1, "q", "Queue")
    reply = session.ask("CALL", b'["ls", []]', handle=0, form="JSON")
    assert reply.outcome == "OK" and reply.value[0]["waiting"] == 0


@pytest.mark.parametrize("call", [("usage", ()), ("ls", ("nothing",))])
def test_what_has_no_objects_is_as_it_was(session, call):
    method, arguments = call
    value = session.returns(0, method, *arguments)
    assert value == [] or "waiting" not in value
