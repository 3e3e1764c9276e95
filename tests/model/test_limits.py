# SPDX-License-Identifier: MIT
"""Limits of the whole: of one object, of those made with one key, of all. What
is refused changes nothing, and what goes makes room."""

import pytest

from model import Model

KEYS = [1, 2]


@pytest.fixture
def model():
    with Model() as model:
        yield model


@pytest.mark.parametrize("limit,others_can", [
    ("max_identity_objects", True), ("max_objects", False)])
def test_objects(model, limit, others_can):
    model.new(**{limit: 3})
    for name in ("a", "b"):
        assert model.open(name, "Queue", identity=KEYS[0]).ok
    assert model.open("c", "dict", identity=KEYS[0], name=None).ok
    refused = model.open("d", "Queue", identity=KEYS[0])
    assert refused.status == "LIMIT"
    assert refused.value[0].endswith(f": {limit} is 3")
    assert model.open("e", "Queue", identity=KEYS[1]).ok == others_can
    assert model.do("find", "d").id in (0, None)
    model.close_handle("c")
    assert model.open("d", "Queue", identity=KEYS[0]).ok
    assert model.call(None, "usage").value["objects"] == 3 + others_can


@pytest.mark.parametrize("limit,same_object,same_key,others", [
    ("max_object_items", False, True, True),
    ("max_identity_items", False, False, True),
    ("max_items", False, False, False)])
def test_items(model, limit, same_object, same_key, others):
    model.new(**{limit: 2})
    assert model.open("a", "Queue", identity=KEYS[0]).ok
    assert model.open("b", "list", identity=KEYS[0]).ok
    assert model.open("c", "dict", identity=KEYS[1]).ok
    assert model.put("a", 0).ok and model.put("a", 1).ok
    assert model.put("a", 2).ok == same_object
    assert model.call("b", "append", 2).ok == same_key
    assert model.call("c", "__setitem__", "k", 2).ok == others
    lease = model.get("a").granted
    assert not model.put("a", 3).ok, "what is leased still counts"
    model.ack("a", lease)
    assert model.put("a", 3).ok
    assert model.call("a", "qsize").value == 2


@pytest.mark.parametrize("limit,same_key,others", [
    ("max_object_bytes", True, True), ("max_identity_bytes", False, True),
    ("max_bytes", False, False)])
def test_bytes(model, limit, same_key, others):
    model.new(**{limit: 3000})
    assert model.open("a", "Queue", identity=KEYS[0]).ok
    assert model.open("b", "list", identity=KEYS[0]).ok
    assert model.open("c", "dict", identity=KEYS[1]).ok
    big = b"x" * 1600
    assert model.put("a", big, format="bytes").ok
    refused = model.put("a", big, format="bytes")
    assert refused.status == "LIMIT"
    assert refused.value[0].endswith("_bytes is 3000")
    assert model.call("b", "append", big).ok == same_key
    assert model.call("c", "__setitem__", "k", big).ok == others
    assert model.call("a", "qsize").value == 1
    model.call(None, "rm", "a")
    model.close_handle("a")
    assert model.call("b", "append", b"x" * 1000).ok


def test_all_that_goes_makes_room(model):
    model.new(max_items=10)
    for _ in range(3):
        assert model.open("q", "Queue").ok
        for i in range(10):
            assert model.put("q", i).ok
        assert model.put("q", 10).status == "LIMIT"
        model.call(None, "rm", "q")
        model.close_handle("q")
        assert model.call(None, "usage").value == {
            "objects": 0, "items": 0, "bytes": 0}
