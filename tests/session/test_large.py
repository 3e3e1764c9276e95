# SPDX-License-Identifier: MIT
"""Large items beside small requests, in both directions; and clients that do
not read."""

import hashlib
import pickle

import pytest

from .wire import FLAGS, FOREVER, PAYLOAD_MAX, fragments, item

MIB = 1 << 20


def noise(length, seed=b""):
    """Bytes that tell if one is wrong or misplaced."""
    block = b"".join(hashlib.sha256(seed + b"%d" % i).digest()
                     for i in range(1024))
    return (block * (length // len(block) + 1))[:length]


# ---- In

def test_large_items_go_in_and_out(session):
    session.has_open(1, "q", "Queue")
    for length in [PAYLOAD_MAX - 24, PAYLOAD_MAX - 23, PAYLOAD_MAX,
                   3 * PAYLOAD_MAX + 1, 10 * MIB]:
        body = noise(length)
        assert session.put(1, body).count == 1
        assert session.has_got(1)[0].body == body


def test_small_requests_overtake_a_large_one_that_comes(session):
    session.has_open(1, "q", "Queue")
    body = noise(MIB)
    parts = list(session.frames("PUT", item(body), handle=1))
    large = session.last_tag
    small = []
    for part in parts:
        session.write(part)
        small.append(session.send("PING"))
        if len(small) < len(parts):
            assert session.reply(small[-1]).outcome == "OK"
    assert session.reply(large).count == 1
    assert session.has_got(1)[0].body == body


def test_several_large_ones_come_at_a_time(session):
    session.has_open(1, "q", "Queue")
    bodies = [noise(300_000 + i, b"%d" % i) for i in range(5)]
    requests, tags = [], []
    for body in bodies:
        requests.append(list(session.frames("PUT", item(body), handle=1)))
        tags.append(session.last_tag)
    for parts in zip(*requests):
        session.write(*parts)
    assert [session.reply(tag).count for tag in tags] == [1] * 5
    assert [session.has_got(1)[0].body for _ in bodies] == bodies


def test_longer_than_may_be(serve):
    session = serve(max_item_bytes=MIB).session()
    session.has_open(1, "q", "Queue")
    assert session.put(1, bytes(MIB)).count == 1
    reply = session.put(1, b"first", bytes(MIB + 1))
    assert (reply.outcome, reply.count, reply.value) == (
        "LIMIT", 0, ("an item is longer than max_item_bytes",))
    reply = session.put(1, bytes(3 * MIB))
    assert (reply.outcome, reply.value) == ("LIMIT", (
        "longer than max_unfinished_bytes, with what else is unfinished",))
    reply = session.call(1, "put", bytes(MIB))
    assert (reply.outcome, reply.value) == (
        "LIMIT", ("longer than max_item_bytes",))
    assert session.returns(1, "qsize") == 1


# ---- Out

def test_small_answers_overtake_a_large_one(session):
    session.has_open(1, "q", "Queue")
    body = noise(10 * MIB)
    session.put(1, body)
    large = session.send("GET", handle=1, count=1)
    pings = [session.send("PING") for _ in range(20)]
    for ping in pings:
        session.reply(ping)
    assert session.reply(large).bodies == [body]
    order = session.arrivals
    assert max(order.index(ping) for ping in pings) < len(order) // 2


@pytest.mark.parametrize("tielined", ["broker/tielined"], indirect=True)
def test_large_answers_take_turns(session):
    session.has_open(1, "q", "Queue")
    bodies = [noise(MIB, b"1"), noise(MIB, b"2"), noise(MIB, b"3")]
    for body in bodies:
        session.put(1, body)
    tags = [session.send("GET", handle=1, count=1) for _ in bodies]
    assert [session.reply(tag).bodies for tag in tags] == [
        [body] for body in bodies]
    order = session.arrivals
    ends = [len(order) - order[::-1].index(tag) for tag in tags]
    assert order.index(tags[1]) < ends[0] and order.index(tags[2]) < ends[1]


def test_a_consumer_of_large_items_gets_them_in_order(session):
    session.has_open(1, "q", "Queue")
    bodies = [noise(length, b"%d" % length)
              for length in [10, 200_000, 20, 70_000, 65_512, 30, 3 * MIB]]
    tag = session.send("CONSUME", handle=1, count=100)
    for body in bodies:
        session.send("PUT", item(body), handle=1, flags=FLAGS["QUIET"])
    got = []
    while len(got) < len(bodies):
        got += session.push(tag).bodies
    assert got == bodies
    session.ask("CANCEL", argument=tag)
    assert session.reply(tag).outcome == "CANCELLED"


def test_a_consumer_that_is_cancelled_behind_a_large_item(session):
    """The answer does not overtake what is under its tag."""
    session.has_open(1, "q", "Queue")
    body = noise(10 * MIB)
    session.put(1, body)
    tag = session.send("CONSUME", handle=1, count=100)
    session.send("CANCEL", argument=tag, flags=FLAGS["QUIET"])
    frame = session.next(lambda frame: frame.tag == tag)
    if not frame.is_reply:
        assert frame.bodies == [body]
        frame = session.reply(tag)
    assert frame.outcome == "CANCELLED"
    assert session.has_nothing()


def test_a_large_value_comes_back(session):
    session.has_open(1, "d", "dict")
    value = noise(3 * MIB)
    session.returns(1, "__setitem__", "k", value)
    assert session.returns(1, "__getitem__", "k") == value


# ---- Who does not read

def stall(session):
    """Asks for the time until no more is taken, and reads nothing."""
    session.sock.setblocking(False)
    requests = b"".join(fragments("PING", tag=9)) * 1000
    sent = 0
    try:
        while True:
            sent += session.sock.send(requests[sent % len(requests):])
    except BlockingIOError:
        session.sock.setblocking(True)
        return sent


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_who_does_not_read_is_not_read(hub, kind):
    stalled, other = hub.session(kind), hub.session()
    sent = stall(stalled)
    assert other.ask("PING").outcome == "OK"
    count = sent // len(next(fragments("PING", tag=9)))
    for _ in range(count):
        assert stalled.reply(9).outcome == "OK"


def held_by(hub, session):
    """How much the broker holds of it."""
    eye = hub.look()
    return eye[session.greeting["connection"]]["held"]


def test_a_consumer_that_does_not_read_harms_nobody(serve):
    hub = serve(session_window_bytes=65536)
    stalled, other, producer = (hub.session() for _ in range(3))
    for session in (stalled, other, producer):
        session.has_open(1, "q", "Queue")
    stalled.send("CONSUME", handle=1, count=1_000_000)
    stalled.ask("PING")
    body = noise(10_000)
    producer.put(1, *[body] * 100)
    tag = other.send("CONSUME", handle=1, count=1_000_000)
    got = 0
    for _ in range(20):
        producer.put(1, *[body] * 100)
        while got < 1000 and other.connection.poll(0):
            got += other.push(tag).count
    while got < 1000:
        got += other.push(tag).count
    assert held_by(hub, stalled) <= 65536 + 2 * PAYLOAD_MAX
    assert producer.returns(1, "qsize") >= 0


def test_a_subscriber_that_does_not_read_loses_and_learns(serve):
    hub = serve(session_window_bytes=65536)
    stalled, others, publisher = (
        hub.session(), [hub.session() for _ in range(5)], hub.session())
    options = pickle.dumps({"max_messages": 100_000, "max_bytes": 500_000})
    tags = []
    for session in [stalled, *others]:
        session.has_open(1, "t", "Topic")
        tags.append(session.send(
            "SUBSCRIBE", options, handle=1, count=1_000_000))
        session.push(tags[-1])
    publisher.has_open(1, "t")
    body = noise(1000)
    counts = [0] * len(others)
    for _ in range(40):
        reply = publisher.ask(
            "PUBLISH", item(body, subject=b"s") * 60, handle=1)
        assert reply.outcome == "OK"
        for i, session in enumerate(others):
            while counts[i] < 60 * (_ + 1):
                frame = session.push(tags[i + 1])
                assert frame.name == "MESSAGE", "nothing was lost"
                counts[i] += frame.count
    seen = lost = 0
    while seen + lost < 2400:
        frame = stalled.push(tags[0])
        if frame.name == "LOST":
            lost += frame.count
            assert frame.argument == frame.count * 1001
        else:
            seen += frame.count
    assert seen + lost == 2400 and lost > 0


def test_a_stalled_session_that_ends_leaves_nothing(hub):
    stalled, other = hub.session(), hub.session()
    for session in (stalled, other):
        session.has_open(1, "q", "Queue")
    other.put(1, *[noise(100_000)] * 3)
    for _ in range(10):
        other.put(1, noise(MIB))
    tag = stalled.send("CONSUME", handle=1, count=100)
    stalled.push(tag)
    stalled.close()
    got = 0
    while got < 13:
        got += len(other.has_got(1, count=100, timeout=FOREVER))
