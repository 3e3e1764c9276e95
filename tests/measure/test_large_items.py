# SPDX-License-Identifier: MIT
"""An item of 64 MiB on its way, and small requests beside it: on the same
connection and on another one they go on."""

import threading

from hostile.conftest import Stopwatch
from session.wire import FLAGS, HEADER, item, split_items

from .conftest import MIB
from .sessions import sessions

BODY_BYTES = 64 * MIB
PIECE_FRAMES = 16  # a MiB
UNLEASED = FLAGS["UNLEASED"]


def exchange(session, handle):
    """A small item in and out."""
    assert session.put(handle, b"small").outcome == "OK"
    assert session.has_got(handle, flags=UNLEASED)[0].body == b"small"


class Others(threading.Thread):
    """Somebody else, who does that all the time."""

    def __init__(self, session):
        super().__init__()
        self.session = session
        self.exchanges = 0
        self.is_over = False

    def run(self):
        while not self.is_over:
            exchange(self.session, 1)
            self.exchanges += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.join()


def put_large(session, body):
    """Puts it, and small items between its parts: how many."""
    frames = list(session.frames("PUT", item(body), handle=1))
    tag = session.last_tag
    exchanges = 0
    for at in range(0, len(frames), PIECE_FRAMES):
        exchange(session, 2)
        exchanges += 1
        session.write(*frames[at:at + PIECE_FRAMES])
    assert session.reply(tag).outcome == "OK"
    return exchanges


def read_until(session, tag, parts):
    """Until that is answered, or the large item is whole; its parts are added.
    Whether it is."""
    while True:
        frame = session.connection.recv_bytes()
        head = HEADER.unpack_from(frame)
        if head[4] == tag:
            return False
        parts.append(frame[HEADER.size:])
        if not head[1] & FLAGS["MORE"]:
            return True


def get_large(session, body):
    """Gets it, and asks for small answers meanwhile: how many came before it
    was there."""
    session.send("GET", handle=1, count=1, flags=UNLEASED)
    parts = []
    answers = 0
    while not read_until(session, session.send("PING"), parts):
        answers += 1
    assert [one.body for one in split_items(b"".join(parts))] == [body]
    session.reply(session.last_tag)
    return answers


def test_small_requests_beside_a_large_item(run_broker, figure):
    broker = run_broker()
    body = bytes(range(256)) * ((BODY_BYTES - 256) // 256)
    with sessions(broker, 2) as (session, other):
        session.has_open(1, "large", "Queue")
        session.has_open(2, "small", "Queue")
        other.has_open(1, "others", "Queue")
        for what, move in (("put", put_large), ("got", get_large)):
            with Others(other) as others:
                watch = Stopwatch()
                own = move(session, body)
                seconds = watch.seconds()
            figure(f"while {len(body) / MIB:.0f} MiB are {what}, "
                   f"{seconds:.2f} s: {own} small requests on the same "
                   f"connection, {others.exchanges} small items on another one")
            assert own >= 10
            assert others.exchanges >= 10
    broker.rests()
