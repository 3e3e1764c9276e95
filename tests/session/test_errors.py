# SPDX-License-Identifier: MIT
"""What cannot be: whole frames that make no sense are answered, and what is no
frame ends the session with a last word."""

import pickle
import struct

import pytest

from rendezvous.client import END

from .wire import (
    FLAGS, FOREVER, HEADER, OPS, RECORD, fragments, header, item)

# What the wire is, no engine has to do with.
pytestmark = pytest.mark.parametrize(
    "tielined", ["broker/tielined"], indirect=True)


def is_refused(reply, text, status="BAD_REQUEST"):
    assert reply.outcome == status, reply
    assert reply.value == (text,)


@pytest.fixture
def session(hub):
    session = hub.session()
    session.has_open(1, "q", "Queue")
    yield session
    assert session.put(1, b"x").outcome == "OK"


# ---- Whole frames

@pytest.mark.parametrize("op", [
    code for code in range(256) if code not in OPS.values()][::7])
def test_an_operation_that_there_is_not(session, op):
    is_refused(session.ask(op), "there is no such operation")


@pytest.mark.parametrize("op", ["DELIVER", "MESSAGE", "LOST", "DRAIN"])
def test_an_operation_of_the_broker(session, op):
    is_refused(session.ask(op), "this operation is the broker's")


def test_numbers_that_there_are_not(session):
    is_refused(session.ask("PING", flags=16), "there is no such flag")
    is_refused(session.ask("PING", status=99), "there is no such status")
    is_refused(session.ask("PING", form=4), "there is no such format")
    is_refused(session.ask("PING", flags=FLAGS["REPLY"]),
               "a client has nothing to reply to")


def test_hello_is_said_once(session):
    is_refused(session.hello(), "hello has been said")


@pytest.mark.parametrize("op", [
    "CLOSE", "PUT", "GET", "PEEK", "CONSUME", "ACK", "NACK", "TOUCH",
    "PUBLISH", "SUBSCRIBE"])
def test_a_handle_that_is_not_open(session, op):
    payload = pickle.dumps({}) if op == "SUBSCRIBE" else b""
    for handle in [2, 4095, 4096, FOREVER]:
        is_refused(session.ask(op, payload, handle=handle),
                   "nothing is open under this handle")
    is_refused(session.ask(op, payload), "this is asked of an object, not of "
                                         "the broker: handle 0")


def test_a_handle_that_cannot_be(session):
    for handle in [0, 4096, FOREVER]:
        is_refused(session.open(handle, "r", "Queue"),
                   "a handle is a number from 1 to below max_handles")
    is_refused(session.open(1, "r", "Queue"),
               "something else is open under this handle")
    assert session.open(4095, "r", "Queue").outcome == "OK"
    assert session.call(77, "qsize").outcome == "BAD_REQUEST"


@pytest.mark.parametrize("op", [
    "CLOSE", "GET", "PEEK", "CONSUME", "CREDIT", "ACK", "NACK", "TOUCH",
    "CANCEL", "PING"])
def test_a_payload_where_none_belongs(session, op):
    is_refused(session.ask(op, b"x", handle=1, count=1),
               "this operation has no payload")


@pytest.mark.parametrize("form", ["BYTES", "TEXT"])
def test_a_value_that_is_none(session, form):
    for op in ["OPEN", "CALL"]:
        is_refused(session.ask(op, b"x", handle=0, form=form),
                   "a value is a pickle or JSON")


@pytest.mark.parametrize("payload", [b"", b"x", pickle.dumps(7),
                                     pickle.dumps(("__len__",))])
def test_a_call_that_is_none(session, payload):
    assert session.ask("CALL", payload, handle=1).outcome in (
        "BAD_REQUEST", "VALUE_ERROR")
    assert session.ask("OPEN", payload, handle=2).outcome in (
        "BAD_REQUEST", "VALUE_ERROR")


def test_get_and_peek_want_a_count(session):
    is_refused(session.get(1, count=0), "count is 0")
    is_refused(session.ask("PEEK", handle=1), "count is 0")


@pytest.mark.parametrize("payload,text", [
    (b"", "there is no item in it"),
    (b"x", "the payload ends inside an item"),
    (item(b"x")[:-1], "the payload ends inside an item"),
    (item(b"x") + bytes(23), "the payload ends inside an item"),
    (RECORD.pack(FOREVER, 0, 0, 0, 0, 0, 0),
     "the payload ends inside an item"),
    (RECORD.pack(0, 0, 0, 9, 0, 0, 0),
     "an item has a format that there is not"),
    (item(b"\xff", "TEXT"), "an item said to be text is no UTF-8"),
    (item(b"", subject=b"\xff"), "a subject is no UTF-8"),
    (item(b"", headers=b"\x01k"),
     "an item's headers are not pairs of UTF-8 texts"),
    (item(b"", headers=bytes(1026)),
     "an item has more than 1024 bytes of headers"),
])
def test_items_that_are_none(session, payload, text):
    """Nothing of such a request is done."""
    for before in [b"", item(b"good")]:
        if not payload and before:
            continue
        is_refused(session.ask("PUT", before + payload, handle=1), text)
    assert session.returns(1, "qsize") == 0


def test_a_tag_that_is_in_use(session):
    tag = session.send("GET", handle=1, count=1, timeout=FOREVER)
    session.write(*fragments("PING", tag=tag))
    is_refused(session.reply(tag),
               "another request with this tag is not done yet")
    session.put(1, b"x")
    assert session.reply(tag).bodies == [b"x"]
    session.write(*fragments("PING", tag=tag))
    assert session.reply(tag).outcome == "OK"


# ---- What is no frame

def breaks(hub, session, bytes_, text):
    """It is told why, the log has it, and that is the end."""
    session.write(bytes_)
    frames, how = session.rest()
    assert how == END
    last = frames[-1]
    assert (last.name, last.is_reply, last.tag) == ("HELLO", True, 0)
    is_refused(last, text)
    hub.broker.log.wait_for(f"breaks the session: {text}")


@pytest.mark.parametrize("kind", ["unix", "tcp"])
@pytest.mark.parametrize("length", [0, 31, 65569, 1 << 20, 0x7fffffff, -1, -9])
def test_a_length_that_no_frame_has(hub, kind, length):
    session = hub.session(kind)
    breaks(hub, session, struct.pack("!i", length) + bytes(12),
           "a frame has 32 to 65568 bytes")


def test_the_first_is_hello(hub):
    session = hub.session(is_silent=True)
    session.write(*fragments("HELLO", argument=2, tag=1))
    assert session.reply(1).outcome == "BAD_REQUEST"
    breaks(hub, session, b"".join(fragments("PING", tag=2)),
           "the first that a client says is hello")


def test_what_was_asked_before_is_answered(hub):
    session = hub.session()
    session.has_open(1, "q", "Queue")
    session.put(1, bytes(5_000_000))
    session.write(*fragments("PING", tag=70), *fragments("PING", tag=71),
                  struct.pack("!i", 3))
    frames, how = session.rest()
    assert [frame.tag for frame in frames] == [70, 71, 0]
    assert how == END


def test_a_payload_goes_on_as_it_began(hub):
    session = hub.session()
    first, _ = fragments("PUT", bytes(100), piece=50, tag=9, handle=1)
    breaks(hub, session, first + b"".join(fragments("PING", tag=9)),
           "a payload goes on under another operation or handle")


def test_too_many_payloads_at_a_time(hub):
    session = hub.session()
    firsts = [next(fragments("PUT", bytes(2), piece=1, tag=tag))
              for tag in range(65)]
    breaks(hub, session, b"".join(firsts),
           "more payloads at a time than may be unfinished")


def test_frames_may_be_cut_anywhere(hub):
    """However the bytes come, they mean the same."""
    session = hub.session()
    session.has_open(1, "q", "Queue")
    request = b"".join(fragments("PUT", item(b"x") + item(b"y"), piece=30,
                                 tag=5, handle=1, flags=0))
    for at in range(len(request)):
        session.write(request[:at])
        session.write(request[at:])
        assert session.reply(5).count == 2
    for byte in request:
        session.write(bytes([byte]))
    assert session.reply(5).count == 2


def test_an_end_anywhere_inside_a_frame(hub):
    """Nothing of a request that is cut is done, and nothing is left of who
    sent it."""
    watcher = hub.session()
    watcher.has_open(1, "q", "Queue")
    options = pickle.dumps({"name": "q"})
    request = b"".join(fragments("PUT", item(b"x"), tag=5, handle=1))
    for at in range(0, len(request), 3):
        session = hub.session()
        session.write(*fragments("OPEN", options, tag=4, handle=1),
                      request[:at])
        session.reply(4)
        session.close()
    hub.until(lambda stat: stat["sessions"]["open"] == 1)
    assert watcher.returns(1, "qsize") == 0


def test_hello_cut_anywhere(hub):
    hello = b"".join(fragments("HELLO", tag=1, argument=1))
    for at in range(len(hello)):
        session = hub.session(is_silent=True)
        session.write(hello[:at])
        session.close()
    hub.until(lambda stat: stat["sessions"]["open"] == 0)


def test_half_a_session_may_end(hub):
    """What was asked before the end is answered, if that needs no waiting."""
    session = hub.session()
    session.has_open(1, "q", "Queue")
    tags = [session.send("PUT", item(bytes(1000)), handle=1)
            for _ in range(50)]
    waiting = session.send("GET", handle=1, count=1, timeout=0)
    session.sock.shutdown(1)
    frames, how = session.rest()
    assert [frame.tag for frame in frames] == [*tags, waiting]
    assert how == END
