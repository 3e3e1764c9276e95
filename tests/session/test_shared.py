# SPDX-License-Identifier: MIT
"""Objects that programs share: libtieline with a broker."""

import pytest

FAR = 30_000  # ms: longer than anything takes


@pytest.fixture
def one(sharer):
    return sharer()


@pytest.fixture
def other(sharer):
    return sharer()


def test_a_dict(one, other):
    for each in one, other:
        each.dict_open("shared")
    one.dict_set("shared", (1, None), ["x", b"y"])
    one.dict_set_text("shared", "text", {"deep": {1, 2}})
    assert other.dict_get("shared", (1, None)) == ["x", b"y"]
    assert other.dict_get_text("shared", "text") == {"deep": {1, 2}}
    assert other.dict_len("shared") == 2
    assert other.dict_contains("shared", "text") == 1
    assert other.dict_contains("shared", "txet") == 0
    other.dict_update("shared", {"text": 1, 2.5: [None]})
    assert one.dict_copy("shared") == {
        (1, None): ["x", b"y"], "text": 1, 2.5: [None]}
    assert one.dict_pop("shared", 2.5) == [None]
    assert one.dict_pop_text("shared", "text") == 1
    one.dict_clear("shared")
    assert other.dict_copy("shared") == {}


def test_errors_of_dicts(one):
    one.dict_open("shared")
    for command in ("dict_get", "dict_pop", "dict_get_text", "dict_pop_text"):
        assert one.fails(command, "shared", "no") == "TIELINE_ENOITEM"
    assert one.fails("dict_set", "shared", [], 1) == "TIELINE_ERAISED"
    assert one.fails("dict_get", "shared", {}) == "TIELINE_ERAISED"
    assert one.fails("dict_update", "shared", 3) == "TIELINE_ERAISED"
    assert one.fails("list_open", "shared") == "TIELINE_EKIND"
    one.delete("shared")
    assert one.fails("dict_len", "shared") == "TIELINE_EDELETED"


def test_versions_of_a_dict(one, other):
    for each in one, other:
        each.dict_open("shared")
    assert one.dict_get_versioned("shared", "k") == 0
    assert one.dict_compare_and_set("shared", "k", 0, "first") == 1
    assert other.dict_compare_and_set("shared", "k", 0, "second") == 0
    item, version = other.dict_get_versioned("shared", "k")
    assert item == "first" and version > 0
    assert one.dict_compare_and_set("shared", "k", version, "third") == 1
    assert other.dict_compare_and_set("shared", "k", version, "fourth") == 0
    item, later = other.dict_get_versioned("shared", "k")
    assert item == "third" and later > version


def test_no_update_is_lost(sharer):
    four = [sharer() for _ in range(4)]
    for each in four:
        each.dict_open("shared")
    for each in four:
        each.ask("dict_count", "shared", "count", 100)
    for each in four:
        each.answer()
    assert four[0].dict_get("shared", "count") == 400


def test_watching_a_dict(sharer, one):
    watcher = sharer()
    for each in one, watcher:
        each.dict_open("shared")
    watcher.dict_watch("shared")
    watcher.ask("next_change", "shared", FAR)
    one.dict_set("shared", "k", 1)
    first = watcher.answer()
    one.dict_pop("shared", "k")
    second = watcher.next_change("shared", FAR)
    assert [(change["method"], change["key"]) for change in (first, second)] \
        == [("__setitem__", "k"), ("pop", "k")]
    assert second["version"] > first["version"]
    assert watcher.fails("next_change", "shared", 0) == "TIELINE_ETIMEDOUT"
    one.delete("shared")
    assert watcher.fails("next_change", "shared", FAR) == "TIELINE_EDELETED"


def test_a_list(one, other):
    for each in one, other:
        each.list_open("shared")
    one.list_append("shared", ("a", 1))
    one.list_extend("shared", [2, None, b"c"])
    one.list_insert("shared", 1, "new")
    assert other.list_copy("shared") == [("a", 1), "new", 2, None, b"c"]
    assert other.list_get("shared", 0) == ("a", 1)
    assert other.list_get("shared", -1) == b"c"
    other.list_set("shared", -1, [])
    assert one.list_pop("shared", -1) == []
    assert one.list_contains("shared", None) == 1
    one.list_remove("shared", None)
    assert one.list_contains("shared", None) == 0
    assert other.list_len("shared") == 3


def test_errors_of_lists(one):
    one.list_open("shared")
    assert one.fails("list_get", "shared", 0) == "TIELINE_ENOITEM"
    assert one.fails("list_set", "shared", 0, 1) == "TIELINE_ENOITEM"
    assert one.fails("list_pop", "shared", -1) == "TIELINE_ENOITEM"
    assert one.fails("list_remove", "shared", 1) == "TIELINE_ERAISED"
    assert one.fails("list_extend", "shared", 1) == "TIELINE_ERAISED"


def test_a_set(one, other):
    for each in one, other:
        each.set_open("shared")
    for item in (1, "two", (3,), 1.0):
        one.set_add("shared", item)
    assert other.set_len("shared") == 3
    assert other.set_copy("shared") == {1, "two", (3,)}
    assert other.set_contains("shared", (3,)) == 1
    for _ in range(2):
        other.set_discard("shared", (3,))
    assert one.set_contains("shared", (3,)) == 0
    assert one.fails("set_add", "shared", []) == "TIELINE_ERAISED"


@pytest.mark.parametrize("typecode, first, then, wrong", [
    ("i", 5, -7, 1 << 40), ("d", 0.5, 2, "text"), ("u", "a", "b", "ab"),
    ("B", 255, 0, -1)])
def test_a_value(one, other, typecode, first, then, wrong):
    one.value_open("shared", typecode, first)
    other.value_open("shared", typecode, then)
    assert other.value_get("shared") == first
    other.value_set("shared", then)
    assert one.value_get("shared") == then
    assert one.fails("value_set", "shared", wrong) == "TIELINE_ERAISED"
    assert one.value_get("shared") == then


def test_values_of_any_kind(one):
    one.value_open("shared", "O", {"a": [1]})
    one.value_set("shared", "text")
    assert one.value_get("shared") == "text"


def test_an_array(one, other):
    one.array_open("shared", "h", [1, 2, 3])
    other.array_open("shared", "h", 5)
    other.array_set("shared", -1, -30)
    assert one.array_get("shared", 2) == -30
    assert one.array_copy("shared") == [1, 2, -30]
    assert one.array_len("shared") == 3
    assert one.fails("array_get", "shared", 3) == "TIELINE_ENOITEM"
    assert one.fails("array_set", "shared", 0, 1 << 15) == "TIELINE_ERAISED"
    one.array_open("zeros", "d", 4)
    assert one.array_copy("zeros") == [0.0] * 4
    assert one.fails("array_open", "other", "O", [1]) == "TIELINE_ERAISED"


def test_a_namespace(one, other):
    for each in one, other:
        each.namespace_open("shared")
    one.namespace_set("shared", "colour", "red")
    assert other.namespace_get("shared", "colour") == "red"
    other.namespace_delete("shared", "colour")
    assert one.fails("namespace_get", "shared", "colour") == "TIELINE_ERAISED"
    assert one.fails("namespace_delete", "shared", "colour") == \
        "TIELINE_ERAISED"


def test_what_is_temporary_goes(hub, one, other):
    one.dict_open("shared", {"temporary": True})
    other.dict_open("shared")
    one.kill()
    hub.until(lambda stat: stat["sessions"]["open"] == 1)
    assert other.fails("dict_len", "shared") == "TIELINE_EDELETED"
