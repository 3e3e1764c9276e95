# SPDX-License-Identifier: MIT
"""Proxies inside values: what they refer to stays as long as they are there,
wherever that is, and no longer."""

import pytest

from model import Model
from proxies import EPOCH, Proxy, make, objects, read, stat

MOST = 200  # allocations of one operation


@pytest.fixture(scope="module")
def process():
    with Model() as one:
        yield one


@pytest.fixture
def model(process):
    process.new(epoch=EPOCH)
    return process


# Kinds that keep values: how one gets in, is looked at, and gets out.
PLACES = {
    "list": (("append",), ("__getitem__", 0), ("pop",)),
    "dict": (("__setitem__", "key"), ("get", "key"), ("pop", "key")),
    "Namespace": (("__setattr__", "name"), ("__getattribute__", "name"),
                  ("__delattr__", "name")),
    "Value": (("set",), ("get",), ("set", 0)),
    "Queue": (("put",), ("peek",), ("get",)),
    "LifoQueue": (("put",), ("peek",), ("get",)),
    "SimpleQueue": (("put",), ("peek",), ("get",)),
}
OPTIONS = {"Value": {"typecode": "x", "value": None}}


def open_place(model, kind, name="place"):
    return Proxy(model.open("place", kind, name=name,
                            **OPTIONS.get(kind, {})).object)


@pytest.mark.parametrize("kind", PLACES)
def test_what_a_value_refers_to_stays(model, kind):
    put, look, take = PLACES[kind]
    open_place(model, kind)
    inner = make(model, "inner")
    model.call("inner", "append", 7)
    assert model.call_proxies("place", *put, inner).ok
    model.close_handle("inner")
    assert stat(model, inner)["references"] == 1
    assert stat(model, inner)["links"] == 1
    token = read(model.call("place", *look))
    assert (token.typeid, token.address, token.id) == (
        "list", ("127.0.0.1", 5000), inner.token.id)
    assert objects(model) == 2
    assert model.call("place", *take).ok
    assert objects(model) == 1


@pytest.mark.parametrize("way", ["look", "take"])
@pytest.mark.parametrize("kind", PLACES)
def test_what_is_on_its_way_keeps_it(model, kind, way):
    put, look, take = PLACES[kind]
    open_place(model, kind)
    model.call_proxies("place", *put, make(model, "inner"))
    model.close_handle("inner")
    model.hold()
    looked = model.call("place", *(look if way == "look" else take))
    if way == "look":
        model.call("place", *take)
    is_told = looked.pickle is not None
    assert objects(model) == 1 + is_told
    model.arrive()
    assert objects(model) == 1
    assert is_told or way == "take"


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("is_open", [False, True])
def test_what_is_removed_keeps_nothing(model, kind, is_open):
    """Even while somebody has it open."""
    put, _, _ = PLACES[kind]
    place = open_place(model, kind)
    model.call_proxies("place", *put, make(model, "inner"))
    model.close_handle("inner")
    if not is_open:
        model.close_handle("place")
    assert objects(model) == 2
    assert model.do("call", 1, None, "rm", ("place",)).ok
    assert objects(model) == is_open
    if is_open:
        model.close_handle("place")
    assert objects(model) == 0 and stat(model, place) is None


def test_keys_refer_too(model):
    open_place(model, "dict")
    key = ("a", 1)
    model.call_proxies("place", "__setitem__", key, [make(model, "inner")])
    model.close_handle("inner")
    assert objects(model) == 2
    assert model.call("place", "__delitem__", key).ok
    assert objects(model) == 1


def test_what_is_made_of_values_refers_to_them(model):
    inner = make(model, "inner")
    assert model.make_of_proxies("place", "list", [[inner], inner]).ok
    model.close_handle("inner")
    assert stat(model, inner)["links"] == 2
    model.call("place", "__delitem__", 0)
    assert stat(model, inner)["links"] == 1
    model.call("place", "clear")
    assert objects(model) == 1


@pytest.mark.parametrize("change", [
    ("__setitem__", 0, 1), ("__delitem__", 0), ("pop", 0), ("clear",),
    ("__imul__", 0), ("__setitem__", slice(0, 9), [])])
def test_whatever_takes_it_out(model, change):
    open_place(model, "list")
    model.call_proxies("place", "append", make(model, "inner"))
    model.close_handle("inner")
    assert model.call("place", "reverse").ok
    assert objects(model) == 2
    assert model.call("place", *change).ok
    assert objects(model) == 1


def test_elements_that_are_there_many_times(model):
    open_place(model, "list")
    model.call_proxies("place", "append", make(model, "inner"))
    model.close_handle("inner")
    model.call("place", "__imul__", 3)
    for _ in range(2):
        assert model.call("place", "pop").ok
        assert objects(model) == 2
    assert model.call("place", "pop").ok
    assert objects(model) == 1


def test_one_value_with_many_proxies(model):
    open_place(model, "list")
    inner = [make(model, f"inner {i}") for i in range(30)]
    model.call_proxies("place", "append", {"all": inner + inner})
    for i in range(30):
        model.close_handle(f"inner {i}")
    assert [stat(model, one)["links"] for one in inner] == [1] * 30
    model.call("place", "clear")
    assert objects(model) == 1


@pytest.mark.parametrize("ident", [
    EPOCH + "-1", EPOCH + "-0-list", EPOCH + "-ffffffffffffffff-list", EPOCH,
    "00112233aabbccde-1-list", "", "7fd5a8c0", EPOCH + "-x-list", b"bytes", 7])
def test_what_is_not_ours_is_a_value(model, ident):
    """Nor what is not there, or is no ident at all."""
    place = open_place(model, "list")
    other = Proxy(1)
    other.token.id = ident
    assert model.call_proxies("place", "append", other).ok
    assert stat(model, place)["links"] == 0
    assert read(model.call("place", "__getitem__", 0)).id == ident


def test_what_was_removed_is_not_referred_to(model):
    open_place(model, "list")
    inner = make(model, "inner")
    assert model.do("call", 1, None, "rm", (inner.number,)).ok
    assert model.call_proxies("place", "append", inner).ok
    model.close_handle("inner")
    assert objects(model) == 1


def test_without_an_epoch_nothing_is_ours(process):
    process.new()
    place = open_place(process, "list")
    process.call_proxies("place", "append", place)
    assert stat(process, place)["links"] == 0


def test_named_objects_stay_anyway(model):
    place = open_place(model, "list")
    model.call_proxies("place", "append", place)
    assert stat(model, place)["links"] == 1
    model.close_handle("place")
    assert objects(model) == 1


# ---- queues -----------------------------------------------------------------

def test_a_lease_keeps_it(model):
    open_place(model, "Queue")
    model.call_proxies("place", "put", make(model, "inner"))
    model.close_handle("inner")
    lease = model.get("place", lease_ms=1000)
    assert lease.ok and objects(model) == 2
    model.nack("place", lease.granted)
    lease = model.get("place", lease_ms=1000)
    assert objects(model) == 2
    model.ack("place", lease.granted)
    assert objects(model) == 1


def test_an_item_that_comes_back_keeps_it(model):
    open_place(model, "Queue")
    model.call_proxies("place", "put", make(model, "inner"))
    model.close_handle("inner")
    model.hold()
    assert model.get("place", unleased=1).ok
    assert model.do("come_back", 1, "place").ok
    model.arrive()
    assert objects(model) == 2
    assert model.call("place", "get").ok
    assert objects(model) == 1


def test_nothing_comes_back_to_a_queue_that_was_removed(model):
    open_place(model, "Queue")
    model.call_proxies("place", "put", make(model, "inner"))
    model.close_handle("inner")
    model.hold()
    assert model.get("place", unleased=1).ok
    model.do("call", 1, None, "rm", ("place",))
    assert model.do("come_back", 1, "place").ok
    model.arrive()
    assert objects(model) == 1


def test_dead_letters_keep_it(model):
    model.open("place", "Queue", max_attempts=1, dead_letter="letters")
    model.open("letters", "Queue")
    model.call_proxies("place", "put", make(model, "inner"))
    model.close_handle("inner")
    model.nack("place", model.get("place").granted)
    assert objects(model) == 3
    letter = model.get("letters")
    assert letter.headers["dead-letter-from"] == "place"
    assert objects(model) == 3
    model.ack("letters", letter.granted)
    assert objects(model) == 2


def test_a_queue_that_waits_for_room_has_not_taken_it(model):
    model.open("place", "Queue", maxsize=1)
    model.put("place", 1)
    waiting = model.call_proxies("place", "put", make(model, "inner"))
    assert waiting.waits and stat(model, Proxy(2))["links"] == 0
    model.call("place", "get")
    assert model.retry(waiting).ok
    assert stat(model, Proxy(2))["links"] == 1


# ---- topics -----------------------------------------------------------------

def test_messages_keep_it(model):
    model.open("place", "Topic", retain=True)
    model.subscribe("place", "sub", pattern=">")
    model.call_proxies("place", "publish", "a", make(model, "inner"))
    model.close_handle("inner")
    before = objects(model)
    model.call("place", "purge")
    assert objects(model) == before
    assert model.fetch("sub").ok
    assert objects(model) == before - 1


# ---- many -------------------------------------------------------------------

def test_the_loop_is_told_to_come_again(model):
    """A run gives up so many and no more; then there is something due."""
    open_place(model, "list")
    inner = make(model, "inner")
    for _ in range(30):
        model.call_proxies("place", "append",
                           [Proxy(inner.number) for _ in range(100)])
    model.close_handle("inner")
    assert stat(model, inner)["links"] == 3000
    model.call("place", "clear")
    assert model.pass_time(0).next == 0
    assert model.pass_time(0).next is None
    assert objects(model) == 1


# ---- memory -----------------------------------------------------------------

@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("kind", PLACES)
def test_without_memory_nothing_is_kept(model, kind, for_good):
    """Putting and looking: done or not begun, and every reference is right."""
    put, look, take = PLACES[kind]
    open_place(model, kind)
    inner = make(model, "inner")
    for n in range(1, MOST):
        model.fail(n, for_good)
        answer = model.call_proxies("place", *put, [inner] * 2 + [inner])
        assert stat(model, inner)["links"] == answer.ok, (n, answer)
        if not answer.ok:
            assert answer.status == "NO_MEMORY"
            continue
        model.fail(n, for_good)
        looked = model.call("place", *look)
        assert looked.ok or looked.status == "NO_MEMORY"
        assert stat(model, inner)["links"] == 1
        assert model.call("place", *take).ok
        assert stat(model, inner)["links"] == 0
        if answer.survived and looked.survived:
            return
    pytest.fail("there is no end of it")


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
def test_dead_letters_without_memory(process, for_good):
    for n in range(1, MOST):
        process.new(epoch=EPOCH)
        process.open("place", "Queue", max_attempts=1, dead_letter="letters")
        process.open("letters", "Queue")
        inner = make(process, "inner")
        process.call_proxies("place", "put", inner)
        lease = process.get("place")
        process.fail(n, for_good)
        nacked = process.nack("place", lease.granted)
        assert nacked.ok
        kept = process.call("letters", "qsize").value
        assert stat(process, inner)["links"] == kept
        if nacked.survived:
            return
    pytest.fail("there is no end of it")


# Makings that fail, or do not, behind a proxy of what is being made.
MAKINGS = [
    ("list", [[Proxy(1)]], True),
    ("dict", [[("a", Proxy(1)), 1]], False),
    ("dict", [{"a": Proxy(1), "b" * 3000: 0}], False),
    ("list", [[Proxy(1), Proxy(1), "b" * 3000]], False),
    ("Condition", [Proxy(1)], False),
]


@pytest.mark.parametrize("kind,args,comes", MAKINGS)
def test_what_is_being_made_is_not_there_yet(model, kind, args, comes):
    """A client that makes its number up refers to nothing."""
    model.new(epoch=EPOCH, max_object_bytes=2000)
    assert model.make_of_proxies("place", kind, *args).ok == comes
    assert objects(model) == comes
    assert not comes or stat(model, Proxy(1))["links"] == 0
