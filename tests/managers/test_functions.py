# SPDX-License-Identifier: MIT
"""Typeids that stand for a function of the server: what it returns is the
client's, and nobody else's."""

TAKING = {
    "tasks": {"type": "Queue", "name": "tasks"},
    "take": {"type": "Queue", "name": "tasks", "call": "get"},
}


def test_an_item_that_a_function_gets_is_gone(serve):
    hub = serve(typeids=TAKING)
    tasks, proxy = hub.create("tasks"), hub.proxy()
    proxy.returns(tasks, "put", ["a", 1])
    with hub.server() as server:
        server.say(None, "create", "take")
        kind, (taken, _) = server.answer()
    assert kind == "#RETURN"
    assert proxy.returns(taken, "__len__") == 2
    assert proxy.returns(tasks, "qsize") == 0


def test_an_item_that_a_function_gets_for_nobody_stays(serve):
    """There is no room for an object that could hold it."""
    hub = serve(typeids=TAKING, max_objects=1)
    tasks, proxy = hub.create("tasks"), hub.proxy()
    proxy.returns(tasks, "put", "x")
    hub.refused("create", "take")
    assert proxy.returns(tasks, "get") == "x"
