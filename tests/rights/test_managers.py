# SPDX-License-Identifier: MIT
"""The same over managers: idents, references, and what the server itself is
asked; and stock Pythons, which see a PermissionError."""

import subprocess
import textwrap

import pytest

from conftest import python_address

from .needs import ARGUMENTS, KINDS, METHODS, VERBS
from .test_objects import explained, wait_not


@pytest.fixture
def robot(hub, keys):
    """Connections with just these rights: call what it returns for one."""
    def run(*rights, id="robot"):
        keys.add(id, *rights)
        hub.reloads()
        return lambda: hub.speaker(id)
    return run


@pytest.fixture
def ident_of(hub):
    """What managers know an object by, that is made for it by a session."""
    session = hub.session()
    epoch = session.greeting["epoch"]
    handles = iter(range(1, 100))

    def run(name, kind, typeid=None, **options):
        number = session.has_open(
            next(handles), name, kind, **options).argument
        return f"{epoch}-{number:x}-{typeid or kind}"
    return run


def is_refused(answer, verbs, *name, id="robot"):
    kind, error = answer
    assert kind == "#ERROR", answer
    assert type(error) is PermissionError
    assert error.args == (explained(id, " or ".join(verbs), *name),)
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_methods_need_their_right(hub, robot, ident_of, kind):
    """Those that the broker has beside what is exposed are not reached."""
    ident = ident_of("it", kind, **ARGUMENTS.get(kind, {}))
    tried = 0
    for verb in VERBS:
        proxy = robot(f"{verb} it", id=verb)().serves()
        for (of, method), verbs in METHODS.items():
            if of != kind or method in ("join", "wait") and verb in verbs:
                continue
            answer = proxy.call(ident, method, *wait_not(method))
            if "is not in exposed" in str(answer[1]):
                continue
            tried += 1
            if verb in verbs:
                assert not isinstance(answer[1], PermissionError), answer
            else:
                assert is_refused(answer, verbs, "it", id=verb)
    assert tried > 0


def test_an_object_without_rights_is_as_if_there_was_none(
        hub, robot, ident_of):
    ident = ident_of("it", "list")
    epoch, number, typeid = ident.split("-")
    missing = f"{epoch}-{number}0-{typeid}"
    make = robot("call other", "put it2")
    proxy = make().serves()

    def fails(*request):
        return proxy.fails(*request).replace(missing, ident)
    for ask in (lambda it: fails(it, "append", 1), lambda it: fails(it, "pop"),
                lambda it: make().fails(None, "incref", it),
                lambda it: make().fails(None, "decref", it)):
        assert ask(ident) == ask(missing)
        assert "KeyError" in ask(ident)
    hub.broker.log.wait_for("robot may not")


def test_references_need_any_right(hub, robot, ident_of):
    ident = ident_of("it", "Queue")
    for verb in VERBS:
        make = robot(f"{verb} it", id=verb)
        assert make().returns(None, "incref", ident) is None
        assert make().returns(None, "incref", ident) is None
        assert make().returns(None, "decref", ident) is None
        assert make().returns(None, "decref", ident) is None


def test_nobody_drops_others_references(hub, robot):
    ident, _ = hub.speaker().returns(None, "create", "list")
    other = robot("call @dict")
    assert "KeyError" in other().fails(None, "decref", ident)
    assert hub.speaker().serves().returns(ident, "__len__") == 0


@pytest.mark.parametrize("verb", VERBS)
def test_create_of_what_has_no_name(robot, verb):
    answer = robot(f"{verb} @list")().call(None, "create", "list")
    if verb == "create":
        assert answer[0] == "#RETURN"
    else:
        assert is_refused(answer, ["create"], "@list")


def test_create_of_a_name(serve, keys):
    keys.add("robot", "put jobs", "create made")
    hub = serve(keys_dir=str(keys.folder), typeids={
        "get_jobs": {"name": "jobs", "type": "Queue"},
        "get_made": {"name": "made", "type": "Queue"},
        "get_other": {"name": "other", "type": "Queue"}})

    def create(typeid):
        return hub.speaker("robot").call(None, "create", typeid)
    assert is_refused(create("get_jobs"), ["create"], "jobs")
    assert is_refused(create("get_other"), VERBS, "other")
    assert create("get_made")[0] == "#RETURN"
    hub.session().has_open(1, "jobs", "Queue")
    ident, _ = create("get_jobs")[1]
    proxy = hub.speaker("robot").serves()
    assert proxy.returns(ident, "put", 5) is None
    assert is_refused(proxy.call(ident, "get"), ["get"], "jobs")
    assert proxy.returns(ident, "qsize") == 1


@pytest.mark.parametrize("request_, entry", [
    ("debug_info", "list"), ("number_of_objects", "stat"),
    ("shutdown", "shutdown")])
def test_what_the_server_is_asked(robot, request_, entry):
    others = [other for other in ("list", "stat", "shutdown", "monitor")
              if other != entry]
    make = robot("call *", *others)
    assert is_refused(make().call(None, request_), [entry])
    kind, value = robot(entry, id="may")().call(None, request_)
    if request_ == "shutdown":
        assert "manager_shutdown" in value      # the setting
    else:
        assert kind == "#RETURN"


def test_a_function_that_gets_needs_get(serve, keys):
    """What it returns is made without a right of its own."""
    keys.add("putter", "put jobs")
    keys.add("getter", "get jobs", "call @list")
    hub = serve(keys_dir=str(keys.folder), typeids={
        "take": {"type": "Queue", "name": "jobs", "call": "get_nowait"}})
    owner = hub.session()
    owner.has_open(1, "jobs", "Queue")
    owner.returns(1, "put", [5])
    assert is_refused(hub.speaker("putter").call(None, "create", "take"),
                      ["get"], "jobs", id="putter")
    ident, _ = hub.speaker("getter").returns(None, "create", "take")
    assert hub.speaker("getter").serves().returns(ident, "pop") == 5


def test_small_talk_is_free(robot):
    make = robot()
    assert make().returns(None, "dummy") is None
    make().serves()


def test_methods_that_make_a_proxy(hub, robot, ident_of):
    """The proxy comes with the method; its use is another right."""
    ident = ident_of("it", "dict")
    session = hub.session()
    session.has_open(1, "it")
    session.returns(1, "update", {"a": 1})
    proxy = robot("call it")().serves()
    kind, value = proxy.call(ident, "__iter__")
    assert kind in ("#PROXY", "#RETURN")
    if kind == "#PROXY":
        token = value[1]
        assert "KeyError" in proxy.fails(token.id, "__next__")


def test_a_token_inside_a_value_is_no_right(hub, robot, ident_of):
    """What is reached by it has to be permitted, too."""
    inner = ident_of("inner", "list")
    outer = ident_of("outer", "dict")
    hub.speaker().serves().returns(outer, "__setitem__", "k", 5)
    proxy = robot("call outer")().serves()
    assert proxy.returns(outer, "__getitem__", "k") == 5
    assert "KeyError" in proxy.fails(inner, "append", 1)


def test_one_connection_and_many_objects(robot, ident_of):
    """What is known of one says nothing of another."""
    mine, other = ident_of("mine", "list"), ident_of("other", "list")
    secret = ident_of("secret", "list")
    proxy = robot("call mine", "put other")().serves()
    for _ in range(3):
        assert proxy.returns(mine, "append", 1) is None
        assert is_refused(proxy.call(other, "append", 1), ["call"], "other")
        assert "KeyError" in proxy.fails(secret, "append", 1)


# ---- Reloads

def test_a_reload_changes_rights_at_once(hub, keys, robot, ident_of):
    ident = ident_of("it", "Queue")
    proxy = robot("put it")().serves()
    assert proxy.returns(ident, "put", 1) is None
    assert is_refused(proxy.call(ident, "get"), ["get"], "it")
    keys.add("robot", "get it")
    hub.reloads()
    assert proxy.returns(ident, "get") == 1
    assert is_refused(proxy.call(ident, "put", 1), ["put"], "it")


@pytest.mark.parametrize("before", ["all", "get it"])
def test_what_waits_ends_with_its_right(
        hub, keys, robot, ident_of, before):
    ident = ident_of("it", "Queue")
    proxy = robot(before)().serves()
    proxy.say(ident, "get")
    hub.until_waiting(1)
    if before != "all":
        keys.add("robot", "get it", "call unused")
        hub.reloads()
        hub.until_waiting(1)
    keys.add("robot", "put it")
    hub.reloads()
    kind, error = proxy.answer()
    assert (kind, type(error)) == ("#ERROR", PermissionError)
    assert "robot may not get" in str(error)
    hub.until_waiting(0)
    assert proxy.returns(ident, "put", 5) is None


# ---- Stock clients

PROGRAM = """
    from multiprocessing.managers import BaseManager, RemoteError
    class Manager(BaseManager):
        pass
    for name in ("get_jobs", "get_other"):
        Manager.register(name)
    manager = Manager(address=%r, authkey=%r, serializer=%r)
    manager.connect()
    jobs = manager.get_jobs()
    jobs.put(5)
    for call in (lambda: jobs.get(), lambda: manager.get_other()):
        try:
            call()
        except (PermissionError, RemoteError) as error:
            lines = [line for line in str(error).splitlines()
                     if line.strip("-")]
            print(type(error).__name__, lines[-1])
    print(jobs.qsize())
"""


@pytest.mark.parametrize("serializer", ["pickle", "xmlrpclib"])
def test_stock_clients_are_told(serve, keys, python, serializer):
    keys.add("robot", "put jobs")
    hub = serve(keys_dir=str(keys.folder), typeids={
        "get_jobs": {"name": "jobs", "type": "Queue"},
        "get_other": {"name": "other", "type": "Queue"}})
    hub.session().has_open(1, "jobs", "Queue")
    program = textwrap.dedent(PROGRAM) % (
        python_address(hub.broker.at["unix"]), hub.key_of("robot"),
        serializer)
    done = subprocess.run(
        [python, "-c", program], text=True, capture_output=True)
    kind = "PermissionError" if serializer == "pickle" else \
        "RemoteError PermissionError:"
    every = " or ".join(VERBS)
    assert done.stdout.splitlines() == [
        f"{kind} {explained('robot', 'get', 'jobs')}",
        f"{kind} {explained('robot', every, 'other')}", "1"], done.stderr
