# SPDX-License-Identifier: MIT
"""What a broker tells of the names by which managers' clients ask it."""

import pytest

RELOADED = "settings and keys reloaded"
UNCHANGED = "nothing is changed by the reload: "

TYPEIDS = {
    "get_task_queue": {"type": "Queue", "name": "tasks", "args": [100]},
    "get_queue": {"type": "Queue", "name": "queue-{0}"},
    "permits": {"type": "Semaphore", "args": ["{0}"],
                "options": {"owned": True}, "exposed": ["acquire"]},
    "get": {"type": "dict", "name": "state", "call": "get"},
    "short": {"type": "list", "value": ["x" * 4000]},
    "long": {"type": "list", "value": ["x" * 5000]},
}


@pytest.fixture
def told(serve):
    """What it says of a typeid and arguments, but "ok" and the typeid."""
    peer = serve(typeids=TYPEIDS).connect()

    def run(typeid, *args, **kwargs):
        members = {"args": list(args), "kwargs": kwargs}
        reply = peer.asked(typeid=typeid,
                           **{key: value for key, value in members.items()
                              if value})
        assert (reply.pop("ok"), reply.pop("typeid")) == (True, typeid)
        return reply
    return run


def test_what_python_has(told):
    reply = told("Queue", 3, x="y")
    assert {"put", "get", "qsize", "task_done"} <= set(reply.pop("exposed"))
    assert reply == {"origin": "python", "kind": "Queue",
                     "options": {"args": "(3,)", "kwds": "{'x': 'y'}"}}
    assert "__setitem__" in told("dict")["exposed"]


def test_what_the_configuration_has(told):
    reply = told("get_task_queue")
    assert reply.pop("exposed") == told("Queue")["exposed"]
    assert reply == {"origin": "configuration", "kind": "Queue",
                     "name": "tasks", "options": {"args": "(100,)"}}
    assert told("get_queue", "a")["name"] == "queue-a"
    assert told("permits", 2) == {
        "origin": "configuration", "kind": "Semaphore",
        "options": {"args": "(2,)", "owned": "True"}, "exposed": ["acquire"]}
    assert told("get", "key", {"$repr": "(1, b'')"}) == {
        "origin": "configuration", "kind": "dict", "name": "state",
        "options": {}, "call": "('get', ('key', (1, b'')))"}


def test_what_is_guessed(told):
    reply = told("get_lock", "a", 1)
    assert "acquire" in reply.pop("exposed")
    assert reply == {
        "origin": "guess", "kind": "Lock", "name": "get_lock-a-1",
        "options": {}, "entry": '"get_lock": {"type": "Lock", "name": '
                                '"get_lock-{0}-{1}"}'}


def test_what_is_not_made(told):
    reply = told("get_data")
    assert reply["origin"] == "none"
    assert 'to serve it, add to "typeids"' in reply["why"]
    assert set(reply) == {"origin", "why"}
    assert "never does" in told("Pool")["why"]
    assert "(0 given)" in told("get_queue")["why"]


def test_what_is_too_long_is_left_out(told):
    assert told("short")["options"]["args"] == "(['%s'],)" % ("x" * 4000)
    assert told("long")["options"] == {"args": "..."}


@pytest.mark.parametrize("members, message", [
    ({"args": [{"$repr": "f()"}]}, "'f' is no literal"),
    ({"kwargs": {"$repr": "[1]"}}, '"kwargs" an object'),
    ({"kwargs": {"$repr": "[1]", "a": 1}}, "one text and nothing else"),
])
def test_arguments_that_are_none(hub, members, message):
    peer = hub.connect()
    peer.ask(typeid="Queue", **members)
    peer.is_refused("bad_request", message)


def test_a_reload_brings_others_at_once(serve):
    hub = serve(typeids=TYPEIDS)
    peer = hub.connect()
    assert peer.asked(typeid="new")["origin"] == "none"
    hub.broker.configure(typeids={"new": {"type": "list"}},
                         guess_typeids=False)
    assert RELOADED in hub.broker.reload()
    assert peer.asked(typeid="new")["kind"] == "list"
    assert peer.asked(typeid="get")["origin"] == "none"
    assert peer.asked(typeid="get_lock")["origin"] == "none"


def test_a_reload_that_fails_leaves_them(serve):
    hub = serve(typeids=TYPEIDS)
    peer = hub.connect()
    hub.broker.configure(typeids={"new": {"type": "List"}})
    line = hub.broker.reload()
    assert UNCHANGED in line
    assert 'type: there is no kind of object "List"' in line
    assert peer.asked(typeid="get")["kind"] == "dict"
    assert peer.asked(typeid="new")["origin"] == "none"
