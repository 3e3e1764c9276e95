# SPDX-License-Identifier: MIT
"""Sessions that end, in each way, with all that they hold; limits; and a broker
that ends."""

import pickle
import signal
import socket
import struct
import sys

import pytest

from rendezvous.client import END

from .wire import FLAGS, FOREVER, fragments, item

MEMORY = pytest.mark.parametrize(
    "tielined", ["broker/tielined"], indirect=True)
ACQUIRE = pickle.dumps(("acquire", ()))


def reset(session):
    session.sock.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    session.close()


def close(session):
    session.close()


def half(session):
    session.sock.shutdown(1)


WAYS = pytest.mark.parametrize("way,kind", [
    (close, "unix"), (close, "tcp"), (half, "unix"), (half, "tcp"),
    (reset, "tcp")])


@WAYS
def test_all_that_it_had_goes_back(hub, way, kind):
    """Leases, locks, waiting requests, consumers, references."""
    one, other = hub.session(kind), hub.session()
    for session in (one, other):
        session.has_open(1, "q", "Queue")
        session.has_open(2, "l", "Lock")
        session.has_open(3, "empty", "Queue")
        session.has_open(4, "s", "Semaphore", value=2)
    one.has_open(5, None, "dict")
    one.put(1, b"a", b"b", b"c")
    one.has_got(1, count=2)
    one.returns(2, "acquire")
    one.returns(4, "acquire")
    one.returns(4, "acquire")
    one.send("GET", handle=3, count=1, timeout=FOREVER)
    one.send("CONSUME", handle=3, count=5)
    one.send("CALL", ACQUIRE, handle=2)
    one.ask("PING")
    lock = other.send("CALL", ACQUIRE, handle=2)
    permits = [other.send("CALL", ACQUIRE, handle=4) for _ in range(2)]
    assert other.has_nothing()
    hub.until_waiting(6)
    way(one)
    for tag in [lock, *permits]:
        assert other.reply(tag).value is True
    hub.until_waiting(0)
    got = []
    while len(got) < 3:
        got += other.has_got(1, count=3, timeout=FOREVER)
    assert [(one.body, one.attempts) for one in got] == [
        (b"a", 2), (b"b", 2), (b"c", 1)]
    assert other.returns(0, "usage")["objects"] == 4
    other.put(3, b"x")
    assert other.has_got(3)[0].body == b"x"


CLIENT = """
import sys
sys.path[:0] = {paths!r}
from session.wire import Session, item
import pickle, time
session = Session({address!r})
session.has_open(1, "q", "Queue")
session.has_open(2, "l", "Lock")
tag = session.send("CONSUME", handle=1, count=1000)
items = 0
while items < 10:
    items += session.push(tag).count
session.returns(2, "acquire")
print("ready", flush=True)
session.push(tag)
time.sleep(1000)
"""


@pytest.mark.parametrize("kind", ["unix", "tcp"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_client_that_dies(hub, start, kind, how):
    """Killed, or stopped and then killed, with leases, a lock and a consumer
    that waits."""
    session = hub.session()
    session.has_open(1, "q", "Queue")
    session.has_open(2, "l", "Lock")
    session.put(1, *[b"%d" % i for i in range(10)])
    code = CLIENT.format(paths=sys.path, address=hub.broker.at[kind])
    client = start(sys.executable, "-c", code)
    assert client.line() == "ready"
    lock = session.send("CALL", ACQUIRE, handle=2)
    hub.until_waiting(2)
    if how is signal.SIGSTOP:
        client.process.send_signal(how)
        session.put(1, b"10")
    client.process.kill()
    assert session.reply(lock).value is True
    got = []
    while len(got) < 10 + (how is signal.SIGSTOP):
        got += session.has_got(1, count=20, timeout=FOREVER)
    assert [one.body for one in got] == [b"%d" % i for i in range(len(got))]
    assert [one.attempts for one in got][:10] == [2] * 10


# ---- Limits

def test_requests_beyond_the_limit_wait_to_be_read(serve):
    hub = serve(max_session_requests=5)
    one, other = hub.session(), hub.session()
    for session in (one, other):
        session.has_open(1, "q", "Queue")
    tags = [one.send("GET", handle=1, count=1, timeout=FOREVER)
            for _ in range(5)]
    hub.until_waiting(5)
    ping = one.send("PING")
    other.put(1, b"0")
    first = one.next()
    assert (first.tag, first.bodies) == (tags[0], [b"0"])
    assert one.reply(ping).outcome == "OK"


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_who_asks_too_much_and_goes_is_missed(serve, kind):
    """Although nothing is read from it any more."""
    hub = serve(max_session_requests=5)
    one, other = hub.session(kind), hub.session()
    for session in (one, other):
        session.has_open(1, "q", "Queue")
    other.has_open(2, "l", "Lock")
    one.has_open(2, "l", "Lock")
    one.returns(2, "acquire")
    for _ in range(10):
        one.send("GET", handle=1, count=1, timeout=FOREVER)
    one.write(next(fragments("PUT", bytes(30_000), tag=0)))
    lock = other.send("CALL", ACQUIRE, handle=2)
    hub.until_waiting(6)
    one.close()
    assert other.reply(lock).value is True


def test_waiting_requests_are_bounded(serve):
    hub = serve(max_waiting_requests=3)
    session = hub.session()
    session.has_open(1, "q", "Queue")
    for _ in range(3):
        session.send("GET", handle=1, count=1, timeout=FOREVER)
    hub.until_waiting(3)
    assert session.get(1, timeout=FOREVER).outcome == "LIMIT"
    assert session.get(1).outcome == "EMPTY"


def test_objects_and_items_are_bounded(serve):
    session = serve(max_objects=2, max_items=3, max_object_items=2).session()
    session.has_open(1, "a", "Queue")
    session.has_open(2, "b", "Queue")
    assert session.open(3, "c", "Queue").outcome == "LIMIT"
    reply = session.put(1, b"x", b"x", b"x")
    assert (reply.outcome, reply.count) == ("LIMIT", 2)
    reply = session.put(2, b"x", b"x")
    assert (reply.outcome, reply.count) == ("LIMIT", 1)


@MEMORY
def test_a_reload_changes_limits(serve):
    hub = serve(max_objects=1, max_item_bytes=1024)
    session = hub.session()
    session.has_open(1, "a", "Queue")
    assert session.open(2, "b", "Queue").outcome == "LIMIT"
    hub.broker.configure(max_objects=2, max_item_bytes=2048)
    hub.broker.reload()
    assert session.open(2, "b", "Queue").outcome == "OK"
    assert session.put(1, bytes(2000)).outcome == "LIMIT", "it was told 1024"
    other = hub.session()
    assert other.greeting["limits"]["max_item_bytes"] == 2048


# ---- Many

@MEMORY
def test_blocked_gets_cost_nothing(serve):
    """10,000 of them on 1,000 queues, of which each is served or timed out."""
    hub = serve()
    sessions = [hub.session() for _ in range(4)]
    for session in sessions:
        session.write(*(part for i in range(1, 1001)
                        for part in fragments(
                            "OPEN", pickle.dumps(
                                {"name": f"q{i}", "kind": "Queue"}),
                            tag=i, handle=i, flags=FLAGS["QUIET"])))
        session.ask("PING", handle=0)
    gets = []
    for i in range(10_000):
        session, queue = sessions[i // 1000 % 4], 1 + i % 1000
        tag = session.send("GET", handle=queue, count=1,
                           timeout=FOREVER if queue <= 500 else 5000)
        gets.append((session, tag, queue))
    session.has_open(1001, "none", "Queue")
    before = cpu_ticks(hub.broker.process.pid)
    assert session.get(1001, timeout=500).outcome == "EMPTY"
    assert cpu_ticks(hub.broker.process.pid) - before < 25, "of 50"
    for queue in range(1, 501):
        session.send("PUT", item(b"x") * 10, handle=queue,
                     flags=FLAGS["QUIET"])
    for session, tag, queue in gets:
        reply = session.reply(tag)
        assert reply.outcome == ("OK" if queue <= 500 else "EMPTY")
    hub.until_waiting(0)


def cpu_ticks(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


# ---- The broker ends

def test_a_session_at_rest_ends_with_the_broker(hub):
    session = hub.session()
    session.has_open(1, "q", "Queue")
    hub.broker.process.terminate()
    frames, how = session.rest()
    assert [frame.name for frame in frames] == ["DRAIN"]
    assert how == END
    session.close()
    assert hub.broker.ended() == 0


def test_what_is_under_way_may_be_finished(hub):
    session = hub.session()
    session.has_open(1, "q", "Queue")
    session.has_open(2, "l", "Lock")
    session.put(1, b"x", b"y")
    [one] = session.has_got(1)
    session.returns(2, "acquire")
    waiting = session.send("GET", handle=2, count=1)
    session.reply(waiting)
    session.has_open(3, "empty", "Queue")
    waiting = session.send("GET", handle=3, count=1, timeout=FOREVER)
    consumer = session.send("CONSUME", handle=3, count=1)
    session.ask("PING")
    hub.broker.process.terminate()
    assert session.next().name == "DRAIN"
    assert session.reply(waiting).outcome == "DRAINING"
    assert session.reply(consumer).outcome == "DRAINING"
    assert session.get(1).outcome == "DRAINING"
    assert session.open(4, "r", "Queue").outcome == "DRAINING"
    assert session.put(1, b"result").outcome == "OK"
    assert session.ack(1, one.lease).outcome == "OK"
    session.returns(2, "release")
    assert session.rest() == ([], END)
    session.close()
    assert hub.broker.ended() == 0


def test_who_does_not_finish_is_cut(serve):
    hub = serve(drain_timeout_ms=100)
    session = hub.session()
    session.has_open(2, "l", "Lock")
    session.returns(2, "acquire")
    hub.broker.process.terminate()
    assert [frame.name for frame in session.rest()[0]] == ["DRAIN"]
    assert hub.broker.ended() == 1
