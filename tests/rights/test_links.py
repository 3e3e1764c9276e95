# SPDX-License-Identifier: MIT
"""What a value refers to stays only if whoever brings the value has a right to
it: a token can be made by hand."""

import pickle
from multiprocessing.managers import BaseProxy, RebuildProxy, Token

import pytest

from conftest import python_address


class Made:
    """As a proxy is pickled."""

    def __init__(self, ident):
        self.token = Token("any", ("127.0.0.1", 5000), ident)

    def __reduce__(self):
        return RebuildProxy, (BaseProxy, self.token, "pickle", {})


def created(hub, id, *args):
    """The ident of an object, to which one reference is counted."""
    return hub.speaker(id).returns(None, "create", *args)[0]


def drop(hub, ident):
    assert hub.speaker().returns(None, "decref", ident) is None


def is_there(hub, ident):
    kind, value = hub.speaker().serves().call(ident, "__repr__")
    assert kind == "#RETURN" or "KeyError" in value
    return kind == "#RETURN"


def keep_by_call(hub, id, value):
    made = hub.speaker(id).returns(None, "create", "list")[0]
    hub.speaker(id).serves().returns(made, "append", value)


def keep_by_create(hub, id, value):
    created(hub, id, "list", [[value]])


def keep_by_session(hub, id, value):
    session = hub.session(id)
    session.has_open(1, "kept", "list")
    session.returns(1, "append", value)
    return session


def keep_by_topic(hub, id, value):
    session = hub.session(id)
    session.has_open(1, "news", "Topic", retain=True)
    session.returns(1, "publish", "subject", value)
    return session


WAYS = {keep_by_call: "@list", keep_by_create: "@list",
        keep_by_session: "kept", keep_by_topic: "news"}


@pytest.mark.parametrize("keep", WAYS)
@pytest.mark.parametrize("right", ["put @Queue", "get @*", "delete"])
def test_what_one_may_use_is_kept(hub, keys, keep, right):
    name = WAYS[keep]
    keys.add("alice", f"create {name}", f"call {name}", f"publish {name}",
             right)
    hub.reloads()
    ident = created(hub, None, "Queue")
    kept = keep(hub, "alice", Made(ident))
    drop(hub, ident)
    assert is_there(hub, ident), kept


@pytest.mark.parametrize("keep", WAYS)
def test_what_one_has_no_right_to_is_not_kept(hub, keys, keep):
    name = WAYS[keep]
    keys.add("alice", f"create {name}", f"call {name}", f"publish {name}",
             "put some", "call @Lock", "list", "stat")
    hub.reloads()
    ident = created(hub, None, "Queue")
    assert "KeyError" in hub.speaker("alice").fails(None, "incref", ident)
    kept = keep(hub, "alice", Made(ident))
    drop(hub, ident)
    assert not is_there(hub, ident), kept


def test_the_value_is_what_it_was(hub, keys):
    keys.add("alice", "create @list", "call @list")
    hub.reloads()
    ident = created(hub, None, "Queue")
    mine = created(hub, "alice", "list", [1, Made(ident), 2])
    proxy = hub.speaker("alice").serves()
    assert proxy.returns(mine, "__len__") == 3
    assert proxy.returns(mine, "count", Made(ident)) == 1


def stored(hub, ident):
    """The ident of the list "shared", in which there is a proxy."""
    session = hub.session()
    session.has_open(1, "shared", "list")
    epoch = session.greeting["epoch"]
    session.returns(1, "append", Made(ident))
    return f"{epoch}-{session.has_open(2, 'shared').argument:x}-list"


def test_answers_keep_nothing_either(hub, keys):
    """Who asks for what is stored, and then is silent."""
    keys.add("alice", "call shared")
    hub.reloads()
    ident = created(hub, None, "Queue")
    shared = stored(hub, ident)
    drop(hub, ident)
    silent = hub.speaker("alice").serves()
    silent.say(shared, "pop")
    silent.receive()
    assert not is_there(hub, ident)


def test_answers_lead_to_where_one_has_come(hub, keys):
    """Also what one has no right to."""
    keys.add("alice", "call shared")
    hub.reloads()
    shared = stored(hub, created(hub, None, "Queue"))
    path = python_address(hub.broker.at["unix"]).encode()
    for id in ("alice", None):
        speaker = hub.speaker(id).serves()
        speaker.say(shared, "__getitem__", 0)
        answer = speaker.receive()
        assert path in answer and b"127.0.0.1" not in answer


def test_what_a_function_makes_is_as_its_asker(serve, keys):
    """It is made without a right of its own, but keeps no more for that."""
    keys.add("alice", "put jobs", "get jobs", "call @list")
    hub = serve(keys_dir=str(keys.folder), typeids={
        "take": {"type": "Queue", "name": "jobs", "call": "get_nowait"}})
    owner = hub.session()
    owner.has_open(1, "jobs", "Queue")
    ident = created(hub, None, "Queue")
    owner.returns(1, "put", [Made(ident)])
    taken = created(hub, "alice", "take")
    drop(hub, ident)
    assert not is_there(hub, ident)
    assert hub.speaker("alice").serves().returns(taken, "__len__") == 1


@pytest.mark.parametrize("right, stays", [
    ("all", True), ("call", True), ("call named", False)])
def test_objects_with_names_are_kept_by_a_right_to_all(
        hub, keys, right, stays):
    keys.add("alice", right, "create @list", "call @list")
    hub.reloads()
    session = hub.session()
    number = session.has_open(1, "named", "list").argument
    keep_by_call(hub, "alice", Made(
        f"{session.greeting['epoch']}-{number:x}-list"))
    links = session.returns(0, "stat", "named")["links"]
    assert links == int(stays)


@pytest.mark.parametrize("id, links", [(None, 1), ("alice", 0)])
def test_what_nobody_opens_is_kept_by_those_who_may_do_everything(
        hub, keys, id, links):
    """A subscription has a number as any object."""
    keys.add("alice", "create @list", "call @list", "call named")
    hub.reloads()
    session = hub.session()
    topic = session.has_open(1, "news", "Topic").argument
    session.send("SUBSCRIBE", pickle.dumps({}), handle=1, count=1)
    session.returns(1, "subjects")
    [row] = [row for row in session.returns(0, "ls")
             if row["id"] > topic]
    keep_by_call(hub, id, Made(
        f"{session.greeting['epoch']}-{row['id']:x}-any"))
    assert session.returns(0, "stat", row["id"])["links"] == links
