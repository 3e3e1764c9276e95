# SPDX-License-Identifier: MIT
"""Sessions that want too much: what one asks for costs itself, and nobody
else."""

import pytest

from .wire import FLAGS, FOREVER, item

UNLEASED = FLAGS["UNLEASED"]


# ---- One that asks for much at once

@pytest.mark.parametrize("to", ["unix", "tcp"])
def test_what_had_to_wait_for_the_output_is_served(serve, to):
    """Requests whose replies are more than the window, in one piece, while the
    socket takes all that is in the window."""
    session = serve(session_window_bytes=65536).session(to)
    session.has_open(1, "q", "Queue")
    session.put(1, b"x" * 60000)
    frames = [frame for _ in range(30)
              for frame in session.frames("PEEK", handle=1, count=1)]
    tags = range(session.last_tag - 29, session.last_tag + 1)
    session.write(*frames)
    for tag in tags:
        assert session.reply(tag).count == 1


def test_what_waits_is_bounded(serve):
    """Long payloads of requests that wait: no more is read, until it can go
    on."""
    hub = serve(session_window_bytes=65536, max_item_bytes=65536)
    one, other = hub.session(), hub.session()
    for session in (one, other):
        session.has_open(1, "q", "Queue", maxsize=1)
    bodies = [bytes([i]) * 60000 for i in range(5)]
    tags = [one.send("PUT", item(body), handle=1, timeout=FOREVER)
            for body in bodies]
    hub.until_waiting(3)
    for body in bodies:
        assert hub.stat()["objects"]["waiting"] <= 3
        assert [got.body for got in other.has_got(
            1, timeout=FOREVER, flags=UNLEASED)] == [body]
    for tag in tags:
        assert one.reply(tag).outcome == "OK"


def test_who_has_asked_enough_can_go(serve):
    """With more behind it that was never looked at."""
    hub = serve(session_window_bytes=65536, max_item_bytes=65536)
    session = hub.session()
    session.has_open(1, "q", "Queue", maxsize=1)
    for _ in range(5):
        session.send("PUT", item(bytes(60000)), handle=1, timeout=FOREVER)
    hub.until_waiting(3)
    session.close()
    hub.until_waiting(0)


# ---- One that has much

def test_what_it_has_is_bounded(serve):
    """Locks of objects that are gone as soon as they are acquired, again and
    again, are grants as well."""
    hub = serve(max_session_grants=10)
    session = hub.session()
    outcomes = []
    for _ in range(10):
        session.has_open(1, None, "Lock")
        outcomes.append(session.call(1, "acquire").outcome)
        if session.ask("CLOSE", handle=1).outcome != "OK":
            break
    assert outcomes == ["OK"] * 9 + ["LIMIT"]
    assert session.open(2, "q", "Queue").outcome == "OK"
    assert session.open(3, "r", "Queue").outcome == "LIMIT"
    session.put(2, b"a")
    assert session.get(2).outcome == "LIMIT"
    assert session.get(2, flags=UNLEASED).bodies == [b"a"]
    other = hub.session()
    assert other.open(1, "r", create=False).outcome == "OK"


@pytest.mark.parametrize("what", ["ACK", "NACK", "TOUCH"])
def test_what_it_has_is_not_forgotten(hub, what):
    """By an operation on a lease that says the number of something else."""
    session = hub.session()
    session.has_open(1, "q", "Queue")
    session.has_open(2, "l", "Lock")
    lock = session.call(2, "acquire").argument
    for token in (lock, lock + 1, lock - 1 | 1 << 63):
        reply = session.ask(what, handle=1, argument=token)
        assert reply.outcome == "NO_LEASE"
    session.close()
    other = hub.session()
    other.has_open(2, "l", "Lock")
    assert other.returns(2, "acquire", True, 10) is True
