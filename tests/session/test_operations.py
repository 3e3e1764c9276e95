# SPDX-License-Identifier: MIT
"""Each operation of a session, on each engine."""

import pickle

import pytest

from .wire import FLAGS, FOREVER, Item, item

QUIET = FLAGS["QUIET"]
UNLEASED = FLAGS["UNLEASED"]


# ---- hello, ping

@pytest.mark.parametrize("form", ["PICKLE", "JSON"])
def test_hello(hub, form):
    session = hub.session(is_silent=True)
    reply = session.hello(form=form)
    assert (reply.outcome, reply.argument) == ("OK", 1)
    assert reply.value == {
        "version": hub.stat()["version"], "epoch": hub.stat()["epoch"],
        "connection": reply.value["connection"], "identity": 0,
        "limits": {"max_handles": 4096, "max_item_bytes": 64 << 20,
                   "max_pending": 4096, "max_unfinished": 64,
                   "max_unfinished_bytes": (64 << 20) + (1 << 20)}}


def test_limits_are_the_settings(serve):
    session = serve(max_session_handles=7, max_item_bytes=1024,
                    max_session_requests=5).session()
    limits = session.greeting["limits"]
    assert limits["max_handles"] == 7
    assert limits["max_item_bytes"] == 1024
    assert limits["max_pending"] == 5


@pytest.mark.parametrize("version", [0, 2, 1 << 63])
def test_a_version_that_the_broker_does_not_speak(hub, version):
    session = hub.session(is_silent=True)
    reply = session.hello(version)
    assert (reply.outcome, reply.value) == (
        "BAD_REQUEST", ("this broker speaks version 1 of sessions",))
    assert session.hello().outcome == "OK"


def test_ping(session):
    reply = session.ask("PING", handle=5)
    assert (reply.outcome, reply.payload, reply.handle) == ("OK", b"", 5)
    session.send("PING", flags=QUIET)
    assert session.has_nothing()


# ---- open, close

def test_open_makes_or_finds(hub):
    one, other = hub.session(), hub.session()
    made = one.has_open(3, "q", "Queue")
    assert made.count == 1
    found = other.has_open(1, "q", "Queue")
    assert (found.count, found.argument) == (0, made.argument)
    one.put(3, b"x")
    assert other.has_got(1)[0].body == b"x"


def test_open_in_json(session):
    reply = session.ask("OPEN", b'{"name":"q","kind":"Queue"}', handle=1,
                        form="JSON")
    assert reply.outcome == "OK"
    reply = session.ask("OPEN", b'{"name":"q","kind":"dict"}', handle=2,
                        form="JSON")
    assert (reply.outcome, reply.value) == (
        "WRONG_KIND", ["the object of that name is a Queue"])


def test_what_could_not_be_opened_leaves_the_handle_free(session):
    assert session.open(1, "q", "Qeue").outcome == "VALUE_ERROR"
    assert session.open(1, "q", create=False).outcome == "NO_OBJECT"
    session.has_open(1, "q", "Queue")


def test_requests_may_follow_an_open_at_once(session):
    """What is asked under a handle waits until it is known what is there."""
    options = pickle.dumps({"name": "q", "kind": "Queue"})
    session.write(
        *(part for op, payload, fields in [
            ("OPEN", options, {}), ("PUT", item(b"x"), {}),
            ("PUT", item(b"y"), {}), ("CLOSE", b"", {}),
            ("OPEN", options, {}), ("GET", b"", {"count": 1})]
          for part in session.frames(op, payload, handle=1, **fields)))
    outcomes = [session.reply(tag).outcome for tag in range(2, 8)]
    assert outcomes == ["OK"] * 6


def test_close_ends_what_was_asked_under_it(session):
    session.has_open(1, "q", "Queue")
    session.has_open(2, "q")
    waiting = session.send("GET", handle=1, count=1, timeout=FOREVER)
    consumer = session.send("CONSUME", handle=1, count=0)
    kept = session.send("GET", handle=2, count=1, timeout=FOREVER)
    assert session.ask("CLOSE", handle=1).outcome == "OK"
    assert session.reply(waiting).outcome == "CANCELLED"
    assert session.reply(consumer).outcome == "CANCELLED"
    assert session.get(1).outcome == "BAD_REQUEST"
    session.put(2, b"x")
    assert session.reply(kept).bodies == [b"x"]
    session.has_open(1, "other", "Queue")


def test_an_anonymous_object_goes_with_its_handle(hub, session):
    session.has_open(1, None, "Queue")
    assert hub.stat()["objects"]["objects"] in (0, 1)  # a late engine's is 0
    assert session.returns(0, "usage")["objects"] == 1
    assert session.ask("CLOSE", handle=1).outcome == "OK"
    assert session.returns(0, "usage")["objects"] == 0


# ---- put, get, peek

def test_put_and_get_many(session):
    session.has_open(1, "q", "Queue")
    assert session.put(1, b"a", b"b", b"c", b"d").count == 4
    got = session.has_got(1, count=3)
    assert [one.body for one in got] == [b"a", b"b", b"c"]
    assert len({one.lease for one in got}) == 3
    assert all(one.attempts == 1 for one in got)
    assert [one.body for one in session.has_got(1, count=3)] == [b"d"]
    reply = session.get(1, count=3)
    assert (reply.outcome, reply.count, reply.value) == (
        "EMPTY", 0, ("the queue is empty",))


def test_an_item_keeps_all_that_it_is(session):
    session.has_open(1, "q", "Queue")
    headers = b"\x01k\x00\x02vv"
    session.ask("PUT", b"".join([
        item("grün".encode(), "TEXT", b"a.b", headers),
        item(b'{"x":1}', "JSON"), item(pickle.dumps(range(3)), "PICKLE")]),
        handle=1)
    text, json, pickled = session.has_got(1, count=3)
    assert text == Item("grün".encode(), 2, b"a.b", headers, 1, 0, text.lease)
    assert (json.body, json.format) == (b'{"x":1}', 3)
    assert pickle.loads(pickled.body) == range(3)


def test_put_waits_for_room_within_its_time(session):
    session.has_open(1, "q", "Queue", maxsize=2)
    reply = session.put(1, b"a", b"b", b"c", b"d")
    assert (reply.outcome, reply.count) == ("FULL", 2)
    reply = session.put(1, b"c", timeout=1)
    assert (reply.outcome, reply.count) == ("FULL", 0)
    tag = session.send("PUT", item(b"c") + item(b"d") + item(b"e"), handle=1,
                       timeout=FOREVER)
    assert session.has_nothing()
    got = [session.has_got(1)[0].body for _ in range(5)]
    assert got == [b"a", b"b", b"c", b"d", b"e"]
    assert session.reply(tag).count == 3


def test_get_waits_within_its_time(session):
    session.has_open(1, "q", "Queue")
    assert session.get(1, timeout=20).outcome == "EMPTY"
    tag = session.send("GET", handle=1, count=2, timeout=FOREVER)
    assert session.has_nothing()
    session.put(1, b"a", b"b")
    assert session.reply(tag).bodies in ([b"a"], [b"a", b"b"])


def test_a_get_takes_about_a_frame_at_most(session):
    session.has_open(1, "q", "Queue")
    session.put(1, *[bytes(30000)] * 10)
    assert len(session.has_got(1, count=10)) == 3
    assert len(session.has_got(1, count=2)) == 2


def test_delay_time_to_live_and_priority(session):
    session.has_open(1, "q", "PriorityQueue")
    session.ask("PUT", item(b"late", priority=-9, delay=20)
                + item(b"gone", priority=-8, ttl=1)
                + item(b"last", priority=5) + item(b"first", priority=-5),
                handle=1)
    bodies = []
    while len(bodies) < 3:
        got, = session.has_got(1, timeout=FOREVER)
        if got.body != b"gone":  # it was quicker
            bodies.append(got.body)
    bodies.remove(b"late")
    assert bodies == [b"first", b"last"]


def test_peek_leaves_all_as_it_is(session):
    session.has_open(1, "q", "Queue")
    assert session.ask("PEEK", handle=1, count=2).outcome == "EMPTY"
    session.put(1, b"a", b"b", b"c")
    reply = session.ask("PEEK", handle=1, count=2)
    assert reply.bodies == [b"a", b"b"]
    assert all(one.lease == 0 for one in reply.items)
    reply = session.ask("PEEK", handle=1, count=5, argument=2)
    assert reply.bodies == [b"c"]
    assert len(session.has_got(1, count=3)) == 3


def test_unleased_items_are_gone(hub, session):
    session.has_open(1, "q", "Queue")
    session.put(1, b"a", b"b")
    [one] = session.has_got(1, flags=UNLEASED)
    assert (one.body, one.lease) == (b"a", 0)
    session.close()
    other = hub.session()
    other.has_open(1, "q")
    assert other.has_got(1, count=5, timeout=FOREVER)[0].body == b"b"


# ---- ack, nack, touch

def test_ack(hub):
    one, other = hub.session(), hub.session()
    one.has_open(1, "q", "Queue")
    other.has_open(1, "q")
    one.put(1, b"a", b"b")
    a, b = one.has_got(1, count=2)
    assert one.ack(1, a.lease).outcome == "OK"
    assert one.ack(1, a.lease).outcome == "NO_LEASE"
    assert other.ack(1, b.lease).outcome != "OK"
    assert one.ack(1, 12345).outcome == "NO_LEASE"
    one.close()
    [again] = other.has_got(1, timeout=FOREVER)
    assert (again.body, again.attempts) == (b"b", 2)


def test_nack_and_touch(session):
    session.has_open(1, "q", "Queue")
    session.put(1, b"a")
    [one] = session.has_got(1, lease=60000)
    assert session.ask("TOUCH", handle=1, argument=one.lease).outcome == "OK"
    session.send("NACK", handle=1, argument=one.lease, lease=10, flags=QUIET)
    [one] = session.has_got(1, timeout=FOREVER)
    assert one.attempts == 2
    assert session.ask("NACK", handle=1, argument=9).outcome == "NO_LEASE"
    assert session.ask("TOUCH", handle=1, argument=9).outcome == "NO_LEASE"


def test_a_lease_ends(session):
    session.has_open(1, "q", "Queue")
    session.put(1, b"a")
    [one] = session.has_got(1, lease=1)
    [again] = session.has_got(1, timeout=FOREVER)
    assert again.attempts == 2
    assert session.ack(1, one.lease).outcome == "NO_LEASE"
    assert session.ack(1, again.lease).outcome == "OK"


# ---- consume, credit, cancel

def pushed(session, tag, count):
    """So many items, in order."""
    items = []
    while len(items) < count:
        frame = session.push(tag)
        assert frame.count == len(frame.items)
        items += frame.items
    assert len(items) == count
    return items


def test_consume_within_its_credit(session):
    session.has_open(1, "q", "Queue")
    session.put(1, *[b"%d" % i for i in range(10)])
    tag = session.send("CONSUME", handle=1, count=3)
    got = pushed(session, tag, 3)
    assert session.has_nothing()
    assert session.ask("CREDIT", argument=tag, count=4).count == 1
    got += pushed(session, tag, 4)
    session.send("CREDIT", argument=tag, count=1000, flags=QUIET)
    got += pushed(session, tag, 3)
    session.put(1, b"10")
    got += pushed(session, tag, 1)
    assert [one.body for one in got] == [b"%d" % i for i in range(11)]
    assert all(one.lease and one.attempts == 1 for one in got)
    assert session.has_nothing()
    assert session.ask("CANCEL", argument=tag).count == 1
    assert session.reply(tag).outcome == "CANCELLED"
    assert session.ask("CANCEL", argument=tag).count == 0
    assert session.ask("CREDIT", argument=tag, count=1).count == 0


@pytest.mark.parametrize("tielined", ["broker/tielined"], indirect=True)
def test_items_of_one_turn_share_a_frame(session):
    session.has_open(1, "q", "Queue")
    tag = session.send("CONSUME", handle=1, count=100)
    session.put(1, *[b"x"] * 100)
    frames = [session.push(tag)]
    while sum(frame.count for frame in frames) < 100:
        frames.append(session.push(tag))
    # A turn has an end: on a slow machine it may come in between.
    assert len(frames) < 10


def test_credit_has_a_bound(session):
    session.has_open(1, "q", "Queue")
    tag = session.send("CONSUME", handle=1, count=FOREVER)
    session.ask("CREDIT", argument=tag, count=FOREVER)
    session.put(1, b"x")
    pushed(session, tag, 1)


def test_consumers_share(hub):
    sessions = [hub.session() for _ in range(3)]
    tags = []
    for session in sessions:
        session.has_open(1, "q", "Queue")
        tags.append(session.send("CONSUME", handle=1, count=1))
        session.ask("PING")
    sessions[0].put(1, b"0", b"1", b"2")
    got = [pushed(session, tag, 1)[0].body
           for session, tag in zip(sessions, tags)]
    assert sorted(got) == [b"0", b"1", b"2"]


def test_a_consumer_of_what_has_no_items(session):
    session.has_open(1, "d", "dict")
    assert session.ask("CONSUME", handle=1, count=1).outcome == "WRONG_KIND"


def test_a_consumer_learns_that_its_queue_ends(session):
    session.has_open(1, "q", "Queue")
    tag = session.send("CONSUME", handle=1, count=5)
    session.put(1, b"x")
    pushed(session, tag, 1)
    session.returns(1, "shutdown")
    assert session.reply(tag).outcome == "SHUT_DOWN"
    session.has_open(2, "r", "Queue")
    tag = session.send("CONSUME", handle=2, count=5)
    session.returns(0, "rm", "r")
    assert session.reply(tag).outcome == "DELETED"


@pytest.mark.parametrize("op,fields", [
    ("GET", {"count": 1}), ("CONSUME", {"count": 1}), ("CONSUME", {})])
def test_cancel(session, op, fields):
    session.has_open(1, "q", "Queue")
    tag = session.send(op, handle=1, timeout=FOREVER, **fields)
    assert session.ask("CANCEL", argument=tag).count == 1
    assert session.reply(tag).outcome == "CANCELLED"
    session.put(1, b"x")
    assert session.has_got(1)[0].body == b"x"
    assert session.ask("CANCEL", argument=1 << 40).count == 0


def test_cancel_of_a_put_says_how_far_it_came(session):
    session.has_open(1, "q", "Queue", maxsize=1)
    tag = session.send("PUT", item(b"a") * 3, handle=1, timeout=FOREVER)
    session.ask("PING")
    session.ask("CANCEL", argument=tag)
    reply = session.reply(tag)
    assert (reply.outcome, reply.count) == ("CANCELLED", 1)


# ---- publish, subscribe

def subscribe(session, handle, count=100, **options):
    """A subscription that is in place."""
    tag = session.send("SUBSCRIBE", pickle.dumps(options), handle=handle,
                       count=count)
    frame = session.push(tag)
    assert (frame.name, frame.count) == ("MESSAGE", 0)
    return tag


def test_publish_and_subscribe(hub):
    session, publisher = hub.session(), hub.session()
    session.has_open(1, "t", "Topic")
    publisher.has_open(1, "t")
    everything = subscribe(session, 1)
    some = subscribe(session, 1, pattern="a.*")
    reply = publisher.ask("PUBLISH", item(b"1", subject=b"a.b")
                          + item(b"2", subject=b"b"), handle=1)
    assert (reply.outcome, reply.count) == ("OK", 3)
    got = pushed(session, everything, 2)
    assert [(one.subject, one.body, one.lease) for one in got] == [
        (b"a.b", b"1", 0), (b"b", b"2", 0)]
    assert pushed(session, some, 1)[0].body == b"1"
    assert session.ask("CANCEL", argument=some).count == 1
    assert session.reply(some).outcome == "CANCELLED"
    reply = publisher.ask("PUBLISH", item(b"3", subject=b"a.c"), handle=1)
    assert reply.count == 1


def test_what_is_lost_is_reported(session):
    session.has_open(1, "t", "Topic")
    tag = subscribe(session, 1, count=0, max_messages=2)
    for i in range(5):
        session.ask("PUBLISH", item(b"%d" % i, subject=b"s"), handle=1)
    session.ask("CREDIT", argument=tag, count=10)
    lost = session.push(tag)
    assert (lost.name, lost.count, lost.argument) == ("LOST", 3, 6)
    assert [one.body for one in pushed(session, tag, 2)] == [b"3", b"4"]


def test_a_subscription_is_cut_off(session):
    session.has_open(1, "t", "Topic")
    tag = subscribe(session, 1, count=0, max_messages=1, overflow="cut_off")
    for i in range(3):
        session.ask("PUBLISH", item(b"%d" % i, subject=b"s"), handle=1)
    session.ask("CREDIT", argument=tag, count=10)
    assert pushed(session, tag, 1)[0].body == b"0"
    assert session.push(tag).name == "LOST"
    assert session.reply(tag).outcome == "CUT_OFF"
    assert session.returns(0, "usage")["objects"] == 1


def test_watching_changes(session):
    session.has_open(1, "d", "dict")
    tag = subscribe(session, 1)
    session.returns(1, "__setitem__", "k", 1)
    [change] = pushed(session, tag, 1)
    assert change.format == 0 and pickle.loads(change.body)
    session.returns(0, "rm", "d")
    assert session.reply(tag).outcome == "DELETED"


def test_a_subscription_that_cannot_be(session):
    session.has_open(1, "t", "Topic")
    reply = session.ask("SUBSCRIBE", pickle.dumps({"pattern": 7}), handle=1)
    assert reply.outcome == "TYPE_ERROR"
    reply = session.ask("SUBSCRIBE", pickle.dumps([]), handle=1)
    assert reply.outcome == "BAD_REQUEST"
    assert session.returns(0, "usage")["objects"] == 1


# ---- call

def test_call(session):
    session.has_open(1, "d", "dict")
    assert session.returns(1, "__setitem__", "k", [1]) is None
    assert session.returns(1, "__getitem__", "k") == [1]
    assert session.returns(1, "get", key="x", default=7) == 7
    reply = session.call(1, "__getitem__", "x")
    assert (reply.outcome, reply.value) == ("KEY_ERROR", ("x",))
    assert session.call(1, "nonsense").outcome == "ATTRIBUTE_ERROR"
    reply = session.ask("CALL", b'["__len__",[]]', handle=1, form="JSON")
    assert (reply.payload, reply.format) == (b"1", 3)


def test_the_broker_itself_is_handle_0(session):
    session.has_open(1, "q", "Queue")
    assert [one["name"] for one in session.returns(0, "ls")] == ["q"]
    assert session.returns(0, "rm", "q") is None
    assert session.put(1, b"x").outcome == "DELETED"


def test_locks_have_tokens_that_grow(session):
    session.has_open(1, "l", "Lock")
    tokens = []
    for _ in range(3):
        reply = session.call(1, "acquire")
        assert reply.value is True
        tokens.append(reply.argument)
        session.returns(1, "release")
    assert 0 < tokens[0] < tokens[1] < tokens[2]


def test_a_call_that_waits_holds_up_nobody(hub):
    one, other = hub.session(), hub.session()
    one.has_open(1, "l", "Lock")
    other.has_open(1, "l")
    one.returns(1, "acquire")
    tag = other.send("CALL", pickle.dumps(("acquire", ())), handle=1)
    assert other.has_nothing()
    assert other.call(1, "acquire", True, 0.01).value is False
    one.returns(1, "release")
    assert other.reply(tag).value is True


# ---- quiet

def test_quiet_requests_tell_of_failure_only(session):
    session.has_open(1, "q", "Queue", maxsize=1)
    session.send("PUT", item(b"x"), handle=1, flags=QUIET)
    failed = session.send("PUT", item(b"y"), handle=1, flags=QUIET)
    session.ask("PING")
    assert session.reply(failed).outcome == "FULL"
    [one] = session.has_got(1)
    session.send("ACK", handle=1, argument=one.lease, flags=QUIET)
    assert session.has_nothing()


def test_arguments_of_an_exception_are_an_array_in_json(session):
    session.has_open(1, "d", "dict")
    reply = session.ask("CALL", b'["pop", ["k"]]', handle=1, form="JSON")
    assert (reply.outcome, reply.value) == ("KEY_ERROR", ["k"])


def test_a_long_put_is_not_overtaken(session):
    session.has_open(1, "q", "Queue")
    first = session.send("PUT", b"".join(
        item(b"%d" % i) for i in range(1000)), handle=1)
    second = session.send("PUT", item(b"1000"), handle=1)
    assert session.reply(first).count == 1000
    assert session.reply(second).count == 1
    assert [one.body for one in session.has_got(1, count=1001)] == [
        b"%d" % i for i in range(1001)]
