# SPDX-License-Identifier: MIT
"""Every verb of docs/protocol.md, section 9, permitted and refused."""

import pytest

from rendezvous.client import END, echo_both_ways
from rendezvous.conftest import BOTH
from rendezvous.test_monitor import Monitor

# What needs a right: the request, and what stands behind the verb in an entry.
VERBS = {
    "accept": ({"accept": "echo", "confirm": True}, " echo"),
    "dial": ({"dial": "echo", "timeout": 0}, " echo"),
    "pipe": ({"pipe": "echo", "timeout": 0}, " echo"),
    "list": ({"list": "names"}, ""),
    "stat": ({"stat": True}, ""),
    "monitor": ({"monitor": True}, ""),
    "typeid": ({"typeid": "Queue"}, ""),
}
EACH = pytest.mark.parametrize("verb", VERBS)

# What is said to those that may, where that is no success.
NOBODY = {"dial": "no_listener", "pipe": "timed_out"}


def reload(hub):
    assert "settings and keys reloaded" in hub.broker.reload()


def explained(id, entry):
    return f'{id} may not {entry}: add this to the "rights" of its {id}.json'


@BOTH
@EACH
def test_what_is_permitted_is_done(hub, keys, kind, verb):
    """With this one right."""
    request, name = VERBS[verb]
    keys.add("robot", verb + name)
    reload(hub)
    reply = hub.connect(kind, id="robot").asked(**request)
    assert reply.get("error") == NOBODY.get(verb), reply
    assert reply["ok"] == (verb not in NOBODY)
    assert hub.refusals() == 0


@BOTH
@EACH
def test_all_else_does_not_permit_it(hub, keys, kind, verb):
    request, name = VERBS[verb]
    others = [other for other in VERBS if other != verb]
    keys.add("robot", *others, verb + " other" if name else "dial x")
    reload(hub)
    hub.connect(kind, id="robot")
    robot = hub.connect(kind, id="robot")
    robot.ask(**request)
    robot.is_refused("not_permitted", explained("robot", verb + name))
    hub.broker.log.wait_for(
        f'robot may not {verb + name}: its "rights" have no "{verb + name}"')
    assert hub.refusals() == 1


@EACH
def test_nothing_is_permitted_by_no_rights(hub, keys, verb):
    keys.add("robot")
    reload(hub)
    robot = hub.connect(id="robot")
    assert robot.asked(ping="x")["ping"] == "x"
    robot.ask(**VERBS[verb][0])
    robot.is_refused("not_permitted")


@EACH
def test_all_is_everything(hub, keys, verb):
    keys.add("robot", "all")
    reload(hub)
    reply = hub.connect(id="robot").asked(**VERBS[verb][0])
    assert reply.get("error") == NOBODY.get(verb), reply


@pytest.mark.parametrize("pattern, name, is_permitted", [
    ("echo.*", "echo.a", True),
    ("echo.*", "echo", False),
    ("echo.*", "xecho.a", False),
    ("*", "echo", True),
    ("*.a", "echo.a", True),
    ("*.a", "echo.ab", False),
    ("Echo", "echo", False),
])
def test_a_star_stands_for_any_characters(
        hub, keys, pattern, name, is_permitted):
    keys.add("robot", f"dial {pattern}")
    reload(hub)
    reply = hub.connect(id="robot").asked(dial=name, timeout=0)
    assert reply["error"] == (
        "no_listener" if is_permitted else "not_permitted")


def test_what_is_refused_takes_nobody(hub, keys):
    """The listener still waits for those who may."""
    keys.add("robot", "dial other")
    reload(hub)
    listener = hub.connect().parks("echo")
    robot = hub.connect(id="robot")
    robot.ask(dial="echo")
    robot.is_refused("not_permitted")
    dialler = hub.connect()
    dialler.ask(dial="echo")
    dialler.is_paired("echo")
    listener.is_paired("echo")
    echo_both_ways(listener, dialler)


@BOTH
def test_a_bound_address_dials(serve, keys, kind, tmp_path):
    """Who may not is sent away with nothing said."""
    keys.add("caller", "dial echo")
    keys.add("robot", "dial other", "accept")
    hub = serve(keys_dir=str(keys.folder), listen=[
        f"unix:{tmp_path}/plain", {
            "address": {"tcp": "tcp://127.0.0.1:0",
                        "unix": f"unix:{tmp_path}/bound"}[kind],
            "bind": "echo"}])
    bound = hub.broker.addresses[1]
    listener = hub.connect(id="robot").parks("echo")
    assert hub.connect(bound, id="robot").rest() == ([], END)
    caller = hub.connect(bound, id="caller")
    assert listener.is_paired("echo")["identity"] == "caller"
    echo_both_ways(caller, listener)


def test_who_meets_is_told_whom(hub, keys):
    keys.add("alice", "accept echo")
    keys.add("bob", "dial echo")
    reload(hub)
    alice = hub.connect(id="alice").parks("echo")
    bob = hub.connect("tcp", id="bob")
    bob.ask(dial="echo")
    assert bob.is_paired("echo")["identity"] == "alice"
    assert alice.is_paired("echo")["identity"] == "bob"
    assert [entry["identity"] for entry in hub.connect().connections()] == [
        "alice", "bob", "authkey"]


def test_monitors_are_told_of_refusals(hub, keys):
    keys.add("robot")
    reload(hub)
    all_names = Monitor(hub)
    others = Monitor(hub, prefix="other")
    robot = hub.connect("tcp", id="robot")
    robot.ask(dial="echo")
    robot.is_refused("not_permitted")
    event = all_names.until(event="refused")[-1]
    assert event == {
        "event": "refused", "id": event["id"], "identity": "robot",
        "address": "tcp://%s:%d" % robot.sock.getsockname(),
        "reason": "may not dial echo", "name": "echo"}
    hub.connect().parks("other")
    assert others.until(event="parked")[0]["event"] == "parked"


def test_many_refusals_are_counted_and_not_all_logged(hub, keys):
    keys.add("robot")
    reload(hub)
    for _ in range(200):
        robot = hub.connect(id="robot")
        robot.ask(stat=True)
        robot.is_refused("not_permitted")
        robot.close()
    assert hub.refusals() == 200
    lines = [line for line in hub.broker.log.lines if "may not stat" in line]
    assert 1 <= len(lines) < 200
