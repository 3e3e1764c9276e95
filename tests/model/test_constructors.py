# SPDX-License-Identifier: MIT
"""Objects made with the arguments that Python's constructors take, found by
their ids, and what every object has: its text, and what Python pickles of it.
"""

import array
import multiprocessing.managers as managers
import pickle

import pytest

from containers import run_out_of_memory
from model import Model
from proxies import EPOCH, Proxy


@pytest.fixture
def model():
    with Model() as one:
        one.python()
        yield one


def whole(model, alias):
    return model.call(alias, "#GETVALUE").value


# ---- what they take -------------------------------------------------------

@pytest.mark.parametrize("kind", [list, dict, set])
@pytest.mark.parametrize("args,keywords", [
    ((), {}), (([],), {}), ((((1, 2), (3, 4)),), {}), (("",), {}),
    (({5: 6},), {}), ((range(0),), {})])
def test_containers_are_made_as_pythons(model, kind, args, keywords):
    assert model.make("it", kind.__name__, *args, **keywords).ok
    assert whole(model, "it") == kind(*args, **keywords)


@pytest.mark.parametrize("args,keywords", [
    ((), {"a": 1}), (({"a": 0, "b": 2},), {"a": 1}), ((), {"items": 5}),
    ((), {"args": 1, "kwds": 2, "name": 3})])
def test_a_dict_of_keywords(model, args, keywords):
    assert model.make("it", "dict", *args, **keywords).ok
    assert whole(model, "it") == dict(*args, **keywords)


@pytest.mark.parametrize("kind,value", [
    (list, None), (list, 5), (dict, None), (dict, 5), (dict, [1]), (set, None),
    (set, [[]]), (dict, [(1, 2, 3)])])
def test_what_a_container_is_not_made_of(model, kind, value):
    with pytest.raises(Exception) as wrong:
        kind(value)
    answer = model.make("it", kind.__name__, value)
    assert answer.raised == wrong.type.__name__
    assert answer.value == wrong.value.args


def test_a_namespace_of_keywords(model):
    assert model.make("n", "Namespace", a=1, items=2, name="x").ok
    assert model.call("n", "__repr__").value == \
        "Namespace(a=1, items=2, name='x')"
    assert model.make("m", "Namespace", 5).value == (
        "Namespace() takes at most 0 arguments (1 given)",)
    assert model.open("m", "Namespace", kwds={5: 6}).value == (
        "keywords must be strings",)


@pytest.mark.parametrize("kind,args,keywords", [
    ("Queue", (), {}), ("Queue", (3,), {}), ("Queue", (), {"maxsize": 3}),
    ("JoinableQueue", (3,), {}), ("LifoQueue", (3,), {}),
    ("PriorityQueue", (3,), {}), ("SimpleQueue", (), {}), ("Lock", (), {}),
    ("RLock", (), {}), ("Event", (), {}), ("Semaphore", (2,), {}),
    ("BoundedSemaphore", (), {"value": 0}), ("Condition", (), {}),
    ("Condition", (None,), {}), ("Barrier", (2,), {}),
    ("Barrier", (2, None, 1.5), {}), ("Barrier", (2,), {"timeout": None}),
    ("Topic", (), {}), ("Value", ("i", 1), {}),
    ("Value", ("i",), {"value": 1, "lock": False}),
    ("Array", ("i", [1, 2]), {}), ("Array", ("i", (), False), {}),
    ("Iterator", ([1],), {}), ("object", (5,), {}),
    ("Queue", (), {"max_attempts": 3}), ("Queue", (-1,), {}),
    ("Queue", (2 ** 70,), {}), ("Queue", (-2 ** 70,), {}),
    ("Semaphore", (2 ** 70,), {}), ("Barrier", (2 ** 70,), {}),
])
def test_arguments_of_constructors(model, kind, args, keywords):
    answer = model.make("it", kind, *args, **keywords)
    assert answer.ok and answer.created, answer


def test_a_number_of_seconds_has_any_size(model):
    """None of these is taken for no number; time is over for a negative one,
    and the others Python's own clock has no room for."""
    assert model.make("e", "Event").ok
    assert model.call("e", "wait", -2 ** 70).value is False
    for seconds in [2 ** 70, 10 ** 400, 1e300, float("inf")]:
        assert model.call("e", "wait", seconds).raised == "OverflowError"
    assert model.call("e", "wait", float("nan")).raised == "ValueError"


@pytest.mark.parametrize("kind,args,keywords,text", [
    ("Queue", (1, 2), {}, "Queue() takes at most 1 argument (2 given)"),
    ("Queue", (1,), {"maxsize": 1},
     "Queue() got multiple values for argument 'maxsize'"),
    ("Queue", (), {"size": 1},
     "Queue() got an unexpected keyword argument 'size'"),
    ("Queue", ("a",), {}, "maxsize is an int, not str"),
    ("SimpleQueue", (1,), {},
     "SimpleQueue() takes at most 0 arguments (1 given)"),
    ("Lock", (1,), {}, "Lock() takes at most 0 arguments (1 given)"),
    ("Semaphore", (1, False), {},
     "Semaphore() takes at most 1 argument (2 given)"),
    ("Barrier", (), {}, "Barrier() missing required argument: 'parties'"),
    ("Barrier", (2, 3), {}, "a barrier has no action: it is code, which the "
     "broker never runs"),
    ("Topic", (True,), {}, "Topic() takes at most 0 arguments (1 given)"),
    ("Value", ("i",), {}, "Value() missing required argument: 'value'"),
    ("list", (1, 2), {}, "list() takes at most 1 argument (2 given)"),
])
def test_wrong_arguments(model, kind, args, keywords, text):
    answer = model.make("it", kind, *args, **keywords)
    assert (answer.raised, answer.value) == ("TypeError", (text,))
    assert model.call(None, "usage").value["objects"] == 0


@pytest.mark.parametrize("options", [
    {"args": 5}, {"args": {}}, {"kwds": ()}, {"kwds": "ab"}])
def test_arguments_are_a_tuple_and_a_dict(model, options):
    answer = model.open("it", "Queue", **options)
    assert answer.status == "BAD_REQUEST"


def test_options_beside_arguments(model):
    assert model.open("q", "Queue", args=[2], max_attempts=7).ok
    stat = model.call(None, "stat", "q").value
    assert (stat["maxsize"], stat["max_attempts"]) == (2, 7)
    assert model.open("r", "Queue", args=[2], maxsize=7).raised == "TypeError"
    assert model.open("d", "dict", items={1: 2}, kwds={"a": 3}).ok
    assert whole(model, "d") == {1: 2, "a": 3}


def test_one_that_is_there_ignores_them(model):
    model.make("q", "Queue", 3)
    answer = model.make("q", "Queue", 5, 6, 7, nothing=8)
    assert answer.ok and not answer.created
    assert model.call(None, "stat", "q").value["maxsize"] == 3


def test_semaphores_have_no_owners(model):
    model.make("s", "Semaphore")
    model.open("t", "BoundedSemaphore", owned=True)
    assert model.call("s", "acquire").granted == 0
    assert model.call("t", "acquire").granted > 0
    model.python(False)
    model.open("u", "Semaphore")
    assert model.call("u", "acquire").granted > 0


# ---- conditions on locks --------------------------------------------------

@pytest.fixture
def locks():
    with Model() as one:
        one.python()
        one.new(epoch=EPOCH)
        yield one


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_condition_on_a_lock(locks, kind, by_name):
    proxy = Proxy(locks.open("l", kind, name=None).object, kind)
    made = locks.make_of_proxies("c", "Condition", lock=proxy) if by_name \
        else locks.make_of_proxies("c", "Condition", proxy)
    assert made.ok
    assert locks.call("l", "acquire").value is True
    assert locks.call("c", "notify").ok
    assert locks.call("c", "release").ok
    assert locks.call("l", "locked").value is False
    locks.close_handle("l")
    assert locks.call("c", "acquire").value is True
    assert locks.call(None, "usage").value["objects"] == 2
    locks.call(None, "rm", "c")
    locks.close_handle("c")
    assert locks.call(None, "usage").value["objects"] == 0


def of_another_broker():
    proxy = Proxy(1, "Lock")
    proxy.token.id = "0" * 16 + "-1-Lock"
    return proxy


@pytest.mark.parametrize("proxy,status", [
    (Proxy(77, "Lock"), "NO_OBJECT"), (of_another_broker(), "NO_OBJECT"),
    (Proxy(1, "Semaphore"), "WRONG_KIND"), (5, "TYPE_ERROR"),
    ("nowhere", "NO_OBJECT"), ([], "TYPE_ERROR")])
def test_a_condition_on_what_is_no_lock(locks, proxy, status):
    locks.open("s", "Semaphore")
    assert locks.make_of_proxies("c", "Condition", proxy).status == status
    assert locks.call(None, "usage").value["objects"] == 1


def test_a_condition_on_a_lock_that_was_deleted(locks):
    proxy = Proxy(locks.open("l", "Lock").object, "Lock")
    locks.call(None, "rm", "l")
    answer = locks.make_of_proxies("c", "Condition", proxy)
    assert (answer.status, answer.raised) == ("NO_OBJECT", "KeyError")


@pytest.mark.parametrize("kind,args,open_,close", [
    ("list", (), "[", "]"), ("Namespace", (), "Namespace(a=", ")"),
    ("Value", ("i", 0), "Value('i', ", ")"), ("dict", (), "{'a': ", "}")])
def test_proxies_as_text(locks, kind, args, open_, close):
    proxy = Proxy(locks.open("l", "list", name=None).object)
    assert locks.make("it", kind, *args).ok
    how = {"list": ("append",), "Value": ("set",), "dict": (
        "__setitem__", "a"), "Namespace": ("__setattr__", "a")}
    assert locks.call_proxies("it", *how[kind], proxy).ok
    assert locks.call("it", "__repr__").value == \
        f"{open_}<ListProxy object, typeid 'list' at 0x1>{close}"


# ---- by id ----------------------------------------------------------------

def test_by_id(model):
    made = model.open("a", "list", name=None)
    again = model.open("b", id=made.object, name=None)
    assert again.ok and not again.created and again.object == made.object
    assert again.granted != made.granted
    assert model.call(None, "stat", made.object).value["references"] == 2
    model.call("b", "append", 5)
    assert whole(model, "a") == [5]
    model.close_handle("a")
    assert whole(model, "b") == [5]


def test_by_an_id_that_is_none(model):
    made = model.open("a", "list")
    for id_ in (0, -1, made.object + 1, 2 ** 63 - 1):
        answer = model.open("b", id=id_)
        assert (answer.status, answer.raised) == ("NO_OBJECT", "KeyError")
    assert model.open("b", id="a").raised == "TypeError"
    assert model.open("b", "dict", id=made.object).status == "WRONG_KIND"
    model.call(None, "rm", "a")
    assert model.open("b", id=made.object).status == "DELETED"


# ---- what every object has ------------------------------------------------

PLAIN = ["Queue", "SimpleQueue", "Topic", "Lock", "RLock", "Semaphore",
         "Event", "Condition", "Iterator"]


@pytest.mark.parametrize("kind", PLAIN)
def test_what_cannot_be_pickled(model, kind):
    made = model.open("it", kind)
    answer = model.call("it", "#GETVALUE")
    assert (answer.raised, answer.value) == (
        "TypeError", (f"cannot pickle '{kind}' object",))
    for method in ("__repr__", "__str__"):
        assert model.call("it", method).value == \
            f"<{kind} 'it' #{made.object:x}>"
    made = model.open("other", kind, name=None)
    assert model.call("other", "__repr__").value == \
        f"<{kind} #{made.object:x}>"


def test_the_broker_has_none_of_it(model):
    assert model.call(None, "__repr__").raised == "AttributeError"
    assert model.call(None, "#GETVALUE").raised == "AttributeError"


def test_an_array_as_a_whole(model):
    model.make("a", "Array", "h", [1, 2])
    assert whole(model, "a") == array.array("h", [1, 2])


@pytest.mark.parametrize("attributes", [{}, {"b": [1], "_a": None}])
def test_a_namespace_as_a_whole(model, attributes):
    model.make("n", "Namespace", **attributes)
    namespace = pickle.loads(model.call("n", "#GETVALUE").pickle)
    assert type(namespace) is managers.Namespace
    assert vars(namespace) == attributes


def test_a_value_as_a_whole(model):
    model.make("v", "Value", "i", (1, "a"))
    value = pickle.loads(model.call("v", "#GETVALUE").pickle)
    assert type(value) is managers.Value
    assert vars(value) == {"_typecode": "i", "_value": (1, "a")}


@pytest.mark.parametrize("value,text", [
    ([1, 2], None), (None, None), ("a\n", "a\n"), ({"a": (1,)}, None)])
def test_a_plain_value(model, value, text):
    model.make("o", "object", value)
    assert whole(model, "o") == value
    assert model.call("o", "__repr__").value == repr(value)
    assert model.call("o", "__str__").value == str(value)
    usage = model.call(None, "usage").value
    assert usage["items"] == 1 and usage["bytes"] > 0
    model.call(None, "rm", "o")
    model.close_handle("o")
    assert model.call(None, "usage").value == {
        "objects": 0, "items": 0, "bytes": 0}


# ---- what Python raises with no text --------------------------------------

@pytest.mark.parametrize("kind,args,calls,exception", [
    ("Queue", (), [("get_nowait",)], "queue.Empty"),
    ("Queue", (), [("shutdown",), ("put", 1)], "queue.ShutDown"),
    ("Queue", (1,), [("put", 1), ("put_nowait", 1)], "queue.Full"),
    ("Barrier", (2,), [("abort",), ("wait",)],
     "threading.BrokenBarrierError"),
    ("Iterator", (), [("__next__",)], "StopIteration")])
def test_exceptions_without_a_text(model, kind, args, calls, exception):
    model.make("it", kind, *args)
    for is_python in (True, False):
        model.python(is_python)
        answers = [model.call("it", *call) for call in calls]
        assert answers[-1].raised == exception
        assert len(answers[-1].value) == (0 if is_python else 1)
        if kind == "Queue":
            model.call("it", "get_nowait")


# ---- iterators ------------------------------------------------------------

def test_an_iterator(model):
    model.make("i", "Iterator", [1, "a", None])
    mine = iter([1, "a", None])
    for value in mine:
        assert model.call("i", "__next__").value == value
    for _ in range(2):
        answer = model.call("i", "__next__")
        assert (answer.raised, answer.value) == ("StopIteration", ())
    assert model.call(None, "usage").value == {
        "objects": 1, "items": 0, "bytes": 0}
    for method in ("send", "throw", "close"):
        with pytest.raises(AttributeError) as wrong:
            getattr(mine, method)
        answer = model.call("i", method, 1)
        assert (answer.raised, answer.value) == (
            "AttributeError", wrong.value.args)


def test_an_iterator_is_over_when_its_dict_changes_its_size(model):
    content = {1: 2, 3: 4}
    of = model.make("c", "dict", content).object
    model.make("i", "Iterator", [1, 3], of)
    model.make("done", "Iterator", [1, 3], of)
    for alias, step in ("i", 1), ("done", 1), ("done", 3):
        assert model.call(alias, "__next__").value == step
    assert model.call("done", "__next__").raised == "StopIteration"
    mine = iter(content)
    next(mine)
    content.clear()
    model.call("c", "clear")
    with pytest.raises(RuntimeError) as wrong:
        next(mine)
    for _ in range(2):
        answer = model.call("i", "__next__")
        assert (answer.raised, answer.value) == (
            "RuntimeError", wrong.value.args)
    assert model.call("done", "__next__").raised == "StopIteration"


def test_an_iterator_outlives_what_it_goes_over(model):
    of = model.open("c", "dict", name=None, items={1: 2}).object
    model.make("i", "Iterator", [1], of)
    model.make("of-nothing", "Iterator", [1], 1 << 60)
    model.close_handle("c")
    assert model.call("i", "__next__").value == 1
    assert model.call("of-nothing", "__next__").value == 1


def test_a_list_may_change_below_its_iterator(model):
    of = model.make("c", "list", [1, 2]).object
    model.make("i", "Iterator", [1, 2], of)
    model.call("c", "clear")
    assert model.call("i", "__next__").value == 1


@pytest.mark.parametrize("of, raised", [
    ("c", "TypeError"), (-1, "ValueError")])
def test_an_iterator_goes_over_an_id(model, of, raised):
    assert model.make("i", "Iterator", [1], of).raised == raised


def test_an_iterator_goes_with_what_is_left(model):
    model.open("i", "Iterator", name=None, items=[1, 2, 3])
    model.call("i", "__next__")
    assert model.call(None, "usage").value["items"] == 2
    model.close_handle("i")
    assert model.call(None, "usage").value == {
        "objects": 0, "items": 0, "bytes": 0}


# ---- without memory -------------------------------------------------------

@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("kind,options,call", [
    ("Iterator", {"items": [[1], 2]}, ("__next__",)),
    ("object", {"value": {"a": [1]}}, ("#GETVALUE",)),
    ("object", {"value": "text"}, ("__str__",)),
    ("Queue", {}, ("__repr__",)),
    ("Namespace", {"items": {"a": 1, "b": [2]}}, ("#GETVALUE",)),
    ("Value", {"typecode": "i", "value": 1}, ("#GETVALUE",)),
    ("Array", {"typecode": "i", "sequence": [1, 2]}, ("#GETVALUE",)),
    ("dict", {"items": {"a": 1}}, ("fromkeys", "abc", 1)),
])
def test_calls_out_of_memory(kind, options, call, for_good):
    run_out_of_memory(kind, options, ("__repr__",), call, for_good)


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("kind,args,keywords", [
    ("Queue", (3,), {}), ("dict", ({1: 2},), {"a": 3}), ("list", ("ab",), {}),
    ("set", ("ab",), {}), ("Namespace", (), {"a": 1}), ("object", ([1],), {}),
    ("Iterator", ([1, 2],), {}), ("Value", ("i", "a"), {}),
    ("Array", ("i", [1]), {}), ("Barrier", (2,), {}), ("Condition", (), {}),
])
def test_one_is_made_or_not(model, kind, args, keywords, for_good):
    for n in range(1, 1000):
        model.fail(n, for_good)
        answer = model.make("it", kind, *args, **keywords)
        if answer.ok:
            assert n > 1
            return
        assert answer.raised == "MemoryError", answer
        assert model.call(None, "usage").value == {
            "objects": 0, "items": 0, "bytes": 0}
    assert False, "it is never made"


@pytest.mark.parametrize("for_good", [False, True])
def test_a_condition_on_a_lock_is_made_or_not(locks, for_good):
    proxy = Proxy(locks.open("l", "Lock").object, "Lock")
    for n in range(1, 1000):
        locks.fail(n, for_good)
        answer = locks.make_of_proxies("c", "Condition", proxy)
        stat = locks.call(None, "stat", "l").value
        if answer.ok:
            assert n > 1 and stat["references"] == 2
            return
        assert answer.raised == "MemoryError", answer
        assert stat["references"] == 1
