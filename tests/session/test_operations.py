# SPDX-License-Identifier: MIT
"""Each operation of a session, and each way to get it wrong."""

import pickle

import pytest

from .wire import FLAGS, FOREVER, item


def test_hello(session):
    greeting = session.greeting
    assert set(greeting) == {
        "version", "epoch", "connection", "identity", "limits"}
    assert greeting["limits"]["max_item_bytes"] == 64 << 20
    assert session.hello().outcome == "BAD_REQUEST"


def test_hello_in_json(hub):
    session = hub.session(is_silent=True)
    reply = session.hello(form="JSON")
    assert reply.outcome == "OK"
    assert set(reply.value) == {
        "version", "epoch", "connection", "identity", "limits"}


def test_put_and_get(session):
    reply = session.has_open(1, "q", "Queue")
    assert (reply.count, reply.argument > 0) == (1, True)
    assert session.put(1, b"a", b"b", b"c").count == 3
    assert session.get(1).bodies == [b"a"]
    assert session.get(1, count=5).bodies == [b"b", b"c"]
    reply = session.get(1)
    assert (reply.outcome, reply.count) == ("EMPTY", 0)


def test_call(session):
    session.has_open(1, "d", "dict")
    assert session.returns(1, "__setitem__", "k", [1]) is None
    assert session.returns(1, "__getitem__", "k") == [1]
    reply = session.call(1, "__getitem__", "x")
    assert (reply.outcome, reply.value) == ("KEY_ERROR", ("x",))
    assert session.returns(0, "usage")["objects"] == 1
