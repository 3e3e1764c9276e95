# SPDX-License-Identifier: MIT
"""Every operation and every method, permitted and refused, over sessions."""

import pickle

import pytest

from session.wire import FOREVER, item

from .needs import ARGUMENTS, KINDS, METHODS, NEEDS, OPERATIONS, VERBS

ITEM = item(b"x", subject=b"s")

# What each operation asks of a handle: its payload, and what else.
REQUESTS = {
    "put": ("PUT", ITEM, {}),
    "get": ("GET", b"", {"count": 1}),
    "peek": ("PEEK", b"", {"count": 1}),
    "consume": ("CONSUME", b"", {"count": 1}),
    "ack": ("ACK", b"", {"argument": 1}),
    "nack": ("NACK", b"", {"argument": 1}),
    "touch": ("TOUCH", b"", {"argument": 1}),
    "publish": ("PUBLISH", ITEM, {}),
    "subscribe": ("SUBSCRIBE", pickle.dumps({}), {"count": 1}),
}


def explained(id, *words):
    entry = " ".join(words)
    return f'{id} may not {entry}: add this to the "rights" of its {id}.json'


def is_refused(reply, verbs, name, id="robot"):
    assert (reply.outcome, reply.value) == (
        "NOT_PERMITTED", (explained(id, " or ".join(verbs), name),))
    return True


@pytest.fixture
def robot(hub, keys):
    """Sessions with just these rights, once the broker knows of them:
    robot("put a", ...)."""
    def run(*rights, id="robot"):
        keys.add(id, *rights)
        hub.reloads()
        return hub.session(id)
    return run


def test_all_operations_are_tried():
    assert set(REQUESTS) | {"open", "call"} == set(OPERATIONS)


def asked(session, operation, handle=1):
    """The first that is said to it."""
    op, payload, fields = REQUESTS[operation]
    tag = session.send(op, payload, handle=handle, **fields)
    return session.next(lambda frame: frame.tag == tag)


@pytest.mark.parametrize("operation", REQUESTS)
def test_an_operation_needs_its_right(hub, robot, operation):
    """With that alone it is done; with all others it is not."""
    kind = "Topic" if "scribe" in operation or "publish" in operation \
        else "Queue"
    owner = hub.session()
    owner.has_open(1, "it", kind)
    if kind == "Queue":
        owner.put(1, b"one")
    verbs = OPERATIONS[operation]
    session = robot(*(f"{verb} it" for verb in verbs))
    session.has_open(1, "it")
    first = asked(session, operation)
    assert not first.is_reply or first.outcome in ("OK", "NO_LEASE")
    other = robot(*(f"{verb} it" for verb in VERBS if verb not in verbs),
                  *(f"{verb} other" for verb in verbs), id="other")
    other.has_open(1, "it")
    assert is_refused(asked(other, operation), verbs, "it", "other")
    assert hub.refusals() == 1
    hub.broker.log.wait_for(f"other may not {' or '.join(verbs)} it")
    assert other.ask("PING").outcome == "OK"


@pytest.mark.parametrize("kind", KINDS)
def test_methods_need_their_right(hub, robot, kind):
    """Called without arguments, as that comes later."""
    owner = hub.session()
    owner.has_open(1, "it", kind, **ARGUMENTS.get(kind, {}))
    for verb in VERBS:
        session = robot(f"{verb} it", id=verb)
        session.has_open(1, "it")
        for (of, method), verbs in METHODS.items():
            if of != kind or method in ("join", "wait") and verb in verbs:
                continue
            reply = session.call(1, method, *wait_not(method))
            if verb in verbs:
                assert reply.outcome != "NOT_PERMITTED", (method, verb)
            else:
                assert is_refused(reply, verbs, "it", verb)
        if (kind, "__repr__") not in METHODS:
            assert kind in session.returns(1, "__repr__")


def wait_not(method):
    return {"get": (False,), "acquire": (False,)}.get(method, ())


# ---- Opening

@pytest.mark.parametrize("verb", VERBS)
def test_any_right_opens_what_is_there(hub, robot, verb):
    hub.session().has_open(1, "it", "Queue")
    session = robot(f"{verb} it")
    assert session.has_open(1, "it").count == 0
    assert session.has_open(2, "it", "Queue").count == 0


@pytest.mark.parametrize("verb", VERBS)
def test_to_make_it_needs_create(hub, robot, verb):
    session = robot(f"{verb} it")
    reply = session.open(1, "it", "Queue")
    if verb == "create":
        assert (reply.outcome, reply.count) == ("OK", 1)
    else:
        assert is_refused(reply, ["create"], "it")
        assert session.open(1, "it", create=False).outcome == "NO_OBJECT"


@pytest.mark.parametrize("options", [
    {}, {"kind": "Queue"}, {"kind": "dict"}, {"create": False},
    {"create": "only", "kind": "Queue"}, {"family": "Queue"}])
def test_what_is_not_permitted_is_there_or_not(hub, robot, options):
    """The answers are the same."""
    session = robot("put other", "accept *")
    before = session.open(1, "it", **options)
    assert is_refused(before, VERBS, "it")
    hub.session().has_open(1, "it", "Queue")
    after = session.open(1, "it", **options)
    assert after.payload == before.payload


def test_by_its_id_an_object_is_as_if_there_was_none(hub, robot):
    owner = hub.session()
    owner.has_open(1, "secret", "Queue")
    number = owner.has_open(2, None, "list").argument
    session = robot("put other", "delete other")
    none = session.open(1, id=number + 1000)
    assert none.outcome == "NO_OBJECT"
    for id in (number, number - 1):
        assert session.open(1, id=id).payload == none.payload
        assert session.call(0, "rm", id).payload == none.payload
    assert hub.refusals() == 4


@pytest.mark.parametrize("form", ["PICKLE", "JSON"])
def test_a_refusal_is_in_the_format_of_the_request(robot, form):
    session = robot("put other")
    options = {"PICKLE": pickle.dumps({"name": "it"}),
               "JSON": b'{"name": "it"}'}[form]
    reply = session.ask("OPEN", options, handle=1, form=form)
    assert reply.outcome == "NOT_PERMITTED"
    assert list(reply.value) == [
        explained("robot", " or ".join(VERBS), "it")]


def test_patterns(hub, robot):
    session = robot("put jobs.*", "create jobs.*", "get jobs.a", "call *.x")
    session.has_open(1, "jobs.a", "Queue")
    session.has_open(2, "jobs.b", "Queue")
    assert session.put(1, b"a").count == session.put(2, b"b").count == 1
    session.has_got(1)
    assert is_refused(session.get(2), ["get"], "jobs.b")
    assert is_refused(session.open(3, "jobs", "Queue"), VERBS, "jobs")
    assert is_refused(session.open(3, "a.x", "Queue"), ["create"], "a.x")
    assert session.returns(2, "qsize") == 1


def test_objects_without_a_name_go_by_their_kind(hub, robot):
    session = robot("create @list", "call @list", "create @dict")
    session.has_open(1, None, "list")
    session.returns(1, "append", 5)
    session.has_open(2, None, "dict")
    assert is_refused(session.call(2, "clear"), ["call"], "@dict")
    assert is_refused(
        session.open(3, None, "Queue"), ["create"], "@Queue")
    by_star = robot("call *", "create *", id="star")
    by_star.has_open(1, None, "set")
    by_star.returns(1, "add", 5)


# ---- Other objects that options name

def test_dead_letters_need_rights_to_their_queue(hub, robot):
    hub.session().has_open(1, "there", "Queue")
    session = robot("create mine*", "create dead", "put there", "put dead")
    assert is_refused(session.open(1, "mine", "Queue", dead_letter="secret"),
                      ["put"], "secret")
    assert is_refused(session.open(1, "mine", "Queue", dead_letter="mine2"),
                      ["put"], "mine2")
    assert session.open(1, "mine", create=False).outcome == "NO_OBJECT"
    session.has_open(1, "mine", "Queue", dead_letter="there")
    session.has_open(2, "mine3", "Queue", dead_letter="dead")
    other = robot("create mine*", "put dead2", id="other")
    assert is_refused(other.open(1, "mine4", "Queue", dead_letter="dead2"),
                      ["create"], "dead2", "other")


def test_a_conditions_lock_needs_a_right(hub, robot):
    hub.session().has_open(1, "lock", "Lock")
    session = robot("create *", "call mine")
    assert is_refused(session.open(1, "mine", "Condition", lock="lock"),
                      ["call"], "lock")
    other = robot("create *", "call lock", id="other")
    other.has_open(1, "mine", "Condition", lock="lock")


def test_an_iterator_of_a_dict_needs_a_right(hub, robot):
    owner = hub.session()
    number = owner.has_open(1, "d", "dict").argument
    session = robot("create *", "get d")
    assert is_refused(
        session.open(1, None, "Iterator", of=number), ["call"], "d")


# ---- The broker itself

@pytest.mark.parametrize("method, entry, arguments", [
    ("ls", "list", ()),
    ("usage", "stat", ()),
    ("stat", "stat", ("it",)),
    ("rm", "delete it", ("it",)),
])
def test_methods_of_the_broker(hub, robot, method, entry, arguments):
    hub.session().has_open(1, "it", "Queue")
    others = [other for other in ("list", "stat", "delete it", "monitor")
              if other != entry]
    session = robot("put *", *others)
    reply = session.call(0, method, *arguments)
    assert reply.outcome == "NOT_PERMITTED"
    assert reply.value == (explained("robot", entry),)
    assert robot(entry, id="may").call(0, method, *arguments).outcome == "OK"


def test_each_method_of_the_broker_is_tried():
    assert {name for of, name in NEEDS if of == "broker"} == {
        "ls", "usage", "stat", "rm"}


def test_what_may_not_be_deleted_is_there_or_not(hub, robot):
    session = robot("delete other", "put it")
    before = session.call(0, "rm", "it")
    assert is_refused(before, ["delete"], "it")
    hub.session().has_open(1, "it", "Queue")
    assert session.call(0, "rm", "it").payload == before.payload
    assert session.call(0, "rm", "other").outcome == "NO_OBJECT"
    assert session.call(0, "rm", "no name/").outcome == "NO_OBJECT"
    number = session.has_open(1, "it").argument
    assert is_refused(session.call(0, "rm", number), ["delete"], "it")


# ---- Reloads

WAITING = {
    "get": (("GET", b"", {"count": 1, "timeout": FOREVER}), "Queue"),
    "call": (("CALL", pickle.dumps(("wait", ())), {}), "Event"),
    "consume": (("CONSUME", b"", {"count": 5}), "Queue"),
    "subscribe": (("SUBSCRIBE", pickle.dumps({}), {"count": 5}), "Topic"),
}


@pytest.mark.parametrize("what", WAITING)
@pytest.mark.parametrize("before", ["all", "exact"])
def test_what_waits_ends_with_its_right(hub, keys, robot, what, before):
    (op, payload, fields), kind = WAITING[what]
    verb = {"consume": "get"}.get(what, what)
    hub.session().has_open(1, "it", kind)
    session = robot("all") if before == "all" else \
        robot(f"{verb} it", "create x")
    session.has_open(1, "it")
    tag = session.send(op, payload, handle=1, **fields)
    hub.until_waiting(1)
    keys.add("robot", f"{verb} it", "put unused")
    hub.reloads()
    assert not [frame for frame in session.unread if frame.is_reply]
    hub.until_waiting(1)
    keys.add("robot", "create it")
    hub.reloads()
    assert is_refused(session.reply(tag), [verb], "it")
    hub.until_waiting(0)
    assert session.ask("PING").outcome == "OK"
    assert is_refused(session.reply(session.send(
        op, payload, handle=1, **fields)), [verb], "it")
    keys.add("robot", f"{verb} it")
    hub.reloads()
    session.send(op, payload, handle=1, **fields)
    hub.until_waiting(1)


def test_what_rests_ends_when_it_goes_on(hub, keys, robot):
    """A consumer without credit."""
    hub.session().has_open(1, "it", "Queue")
    session = robot("get it")
    session.has_open(1, "it")
    tag = session.send("CONSUME", handle=1, count=0)
    keys.add("robot", "put it")
    hub.reloads()
    session.send("CREDIT", argument=tag, count=1)
    assert is_refused(session.reply(tag), ["get"], "it")


def test_a_reload_gives_rights_to_what_is_open(hub, keys, robot):
    hub.session().has_open(1, "it", "Queue")
    session = robot("get it")
    session.has_open(1, "it")
    assert is_refused(session.put(1, b"x"), ["put"], "it")
    keys.add("robot", "put it", "get it")
    hub.reloads()
    assert session.put(1, b"x").count == 1
    assert session.has_got(1)[0].body == b"x"


def test_puts_of_many_end_in_the_middle(hub, keys, robot):
    """What was put stays."""
    owner = hub.session()
    owner.has_open(1, "it", "Queue", args=(1,))
    session = robot("put it")
    session.has_open(1, "it")
    tag = session.send("PUT", ITEM + ITEM, handle=1, timeout=FOREVER)
    hub.until_waiting(1)
    keys.add("robot", "get it")
    hub.reloads()
    reply = session.reply(tag)
    assert is_refused(reply, ["put"], "it")
    assert reply.count == 1
    assert owner.returns(1, "qsize") == 1
