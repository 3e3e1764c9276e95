# SPDX-License-Identifier: MIT
"""The limits of each identity count what it has made, by sessions and by
managers' clients, and nothing of others', though they be one process."""

import itertools

import pytest

LIMIT = 3
TOO_MANY = f"max_identity_objects is {LIMIT}"


@pytest.fixture
def narrow(serve, keys):
    """A broker with narrow limits, and two who may do everything."""
    keys.add("alice", "all")
    keys.add("bob", "all")
    return serve(keys_dir=str(keys.folder), max_identity_objects=LIMIT,
                 max_identity_items=LIMIT)


def manager_of(hub, id):
    """What makes a list, and answers whether it is there."""
    def make():
        kind, value = hub.speaker(id).call(None, "create", "list")
        assert kind == "#RETURN" or TOO_MANY in str(value)
        return kind == "#RETURN"
    return make


def session_of(hub, id):
    session, handles = hub.session(id), itertools.count(1)

    def make():
        reply = session.open(next(handles), None, "list")
        assert reply.outcome == "OK" or TOO_MANY in str(reply.value)
        return reply.outcome == "OK"
    return make


WAYS = [manager_of, session_of]


@pytest.mark.parametrize("others", WAYS)
def test_objects_made_by_others_do_not_count(narrow, others):
    make = manager_of(narrow, "alice")
    assert [make() for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]
    for id in ("bob", None):
        make = others(narrow, id)
        assert [make() for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("then", WAYS)
def test_objects_made_in_all_ways_count(narrow, first, then):
    before = first(narrow, "alice")
    assert [before() for _ in range(LIMIT)] == [True] * LIMIT
    assert not then(narrow, "alice")()


def test_items_in_others_objects_do_not_count(narrow):
    def list_of(id, *items):
        return narrow.speaker(id).call(None, "create", "list", items)
    assert list_of("alice", 1, 2, 3)[0] == "#RETURN"
    assert f"max_identity_items is {LIMIT}" in str(list_of("alice", 4))
    assert list_of("bob", 1, 2, 3)[0] == "#RETURN"
