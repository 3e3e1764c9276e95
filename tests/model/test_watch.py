# SPDX-License-Identifier: MIT
"""Watching an object: a message for each of its changes."""

import pytest

from model import Model


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    process.open("d", "dict")
    return process


def changes(model, watch):
    """All that there are: (version, method, key), and ("lost", how many)
    where they are missing; then the status if it is over."""
    got = []
    while True:
        answer = model.fetch(watch)
        if answer.lost_messages:
            got.append(("lost", answer.lost_messages))
        if isinstance(answer.value, dict):
            got.append(tuple(answer.value[key]
                             for key in ("version", "method", "key")))
        elif answer.waits:
            return got
        elif not answer.ok:
            return got + [answer.status]


def test_who_watches_is_told_of_each_change(model):
    model.call("d", "__setitem__", "old", 0)
    model.subscribe("d", "w")
    model.call("d", "__setitem__", "k", 1)
    model.call("d", "get", "k")
    model.call("d", "pop", "missing")
    model.call("d", "update", {"a": 1})
    model.call("d", "pop", ("t", 1), None)
    model.call("d", "__delitem__", "k")
    assert changes(model, "w") == [
        (2, "__setitem__", "k"), (3, "update", None), (4, "__delitem__", "k")]


def test_a_key_of_any_kind_is_told(model):
    model.subscribe("d", "w")
    keys = [1, 2.5, None, b"b", ("t", (1,)), "\u00e4", 10 ** 30]
    for key in keys:
        model.call("d", "__setitem__", key, 0)
    assert [key for _, _, key in changes(model, "w")] == keys


def test_all_who_watch_are_told(model):
    for watch in ("w1", "w2", "w3"):
        model.subscribe("d", watch)
    waiting = [model.fetch(watch) for watch in ("w1", "w2")]
    answer = model.call("d", "__setitem__", 1, 1)
    assert {one.on for one in waiting} < {on for on, _ in answer.woken}
    assert model.retry(waiting[0]).value == model.retry(waiting[1]).value == \
        {"version": 1, "method": "__setitem__", "key": 1}
    model.close_handle("w1")
    model.call("d", "clear")
    assert changes(model, "w2") == [(2, "clear", None)]
    assert changes(model, "w3") == [(1, "__setitem__", 1), (2, "clear", None)]


def test_who_falls_behind_learns_what_is_missing(model):
    model.subscribe("d", "w", max_messages=2)
    model.subscribe("d", "v", max_messages=2, overflow="drop_newest")
    model.subscribe("d", "u", max_messages=2, overflow="cut_off")
    for key in range(4):
        model.call("d", "__setitem__", key, 0)
    change = [(key + 1, "__setitem__", key) for key in range(4)]
    assert changes(model, "w") == [("lost", 2), *change[2:]]
    assert changes(model, "v") == [*change[:2], ("lost", 2)]
    assert changes(model, "u") == [*change[:2], ("lost", 2), "CUT_OFF"]


def test_a_key_too_long_to_be_told_is_reported_missing(model):
    model.subscribe("d", "w", max_bytes=1 << 30)
    model.call("d", "__setitem__", "k" * (1 << 20), 0)
    model.call("d", "__setitem__", "k", 0)
    assert changes(model, "w") == [("lost", 1), (2, "__setitem__", "k")]


def test_watching_ends_with_the_object(model):
    model.subscribe("d", "w")
    model.call("d", "clear")
    model.call("d", "__setitem__", 1, 1)
    waiting = model.fetch("w")
    assert waiting.ok
    waiting = model.fetch("w")
    assert (waiting.on, 1) in model.call(None, "rm", "d").woken
    assert model.retry(waiting).status == "DELETED"
    model.close_handle("w")
    model.close_handle("d")
    assert model.call(None, "usage").value == \
        {"objects": 0, "items": 0, "bytes": 0}


def test_watching_keeps_no_nameless_object(model):
    model.open("e", "dict", name=None)
    model.subscribe("e", "w")
    model.call("e", "__setitem__", 1, 1)
    model.close_handle("e")
    assert changes(model, "w") == [(1, "__setitem__", 1), "DELETED"]


def test_a_model_can_end_with_watched_objects(model):
    model.open("e", "dict", name=None)
    for watched in "de":
        for i in range(3):
            model.subscribe(watched, watched + str(i))
        model.call(watched, "__setitem__", 1, 1)


def test_every_kind_can_be_watched(model):
    for kind in ("Queue", "Lock", "list"):
        model.open(kind, kind)
        assert model.subscribe(kind, "w" + kind).ok
        assert model.fetch("w" + kind).waits


@pytest.mark.parametrize("options", [
    {"pattern": "a"}, {"group": "g"}, {"retained": True}])
def test_options_of_topics_are_refused(model, options):
    answer = model.subscribe("d", "w", **options)
    assert answer.status == "TYPE_ERROR"
    assert answer.value == (
        f"Watch() got an unexpected keyword argument '{next(iter(options))}'",)


@pytest.mark.parametrize("for_good", [False, True])
def test_without_memory_a_change_is_missing_or_was_none(model, for_good):
    for watch in ("w", "v"):
        model.subscribe("d", watch)
    told = {"w": 0, "v": 0}
    for n in range(1, 1000):
        for key in range(8):
            model.call("d", "__setitem__", (n, key), 0)
        model.fail(n, for_good)
        answer = model.call("d", "__setitem__", n, "x" * 100)
        assert answer.status in ("OK", "NO_MEMORY")
        version = model.call(None, "stat", "d").value["version"]
        for watch in told:
            told[watch] += sum(change[1] if change[0] == "lost" else 1
                               for change in changes(model, watch))
            assert told[watch] == version
        if answer.survived:
            break
    assert answer.survived and answer.ok
    assert model.call(None, "stat", 2).value["lost_messages"] > 0


@pytest.mark.parametrize("for_good", [False, True])
def test_without_memory_nobody_watches(model, for_good):
    for n in range(1, 1000):
        model.fail(n, for_good)
        answer = model.subscribe("d", "w", max_messages=5)
        if answer.survived:
            break
        assert answer.status in ("OK", "NO_MEMORY")
        if answer.ok:
            model.close_handle("w")
        assert model.call(None, "usage").value["objects"] == 1
    assert answer.survived and answer.ok
