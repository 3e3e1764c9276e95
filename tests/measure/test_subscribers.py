# SPDX-License-Identifier: MIT
"""Many subscribers of a topic, one of which does not read: the others get all,
and that one learns what it has lost."""

import time

from session.wire import FOREVER, OPS, item, split_items

from .conftest import KIB, MIB
from .sessions import Inbox, sessions, subscribe

OTHERS = 99
BATCH = 200   # fewer than a subscription keeps
BODY_BYTES = 1000
SUBJECT = b"news"
MESSAGE_BYTES = len(SUBJECT) + BODY_BYTES

# What is kept of the one that does not read.
MAX_BYTES = 256 * KIB
WINDOW_BYTES = 64 * KIB

# What a figure is compared with, on a machine that others use too: with coming
# to a stop.
STANDSTILL = 1 / 50


class Round:
    """Publishes a batch, and reads it from all others."""

    def __init__(self, publisher, others):
        self.publisher = publisher
        self.inbox = Inbox(others)
        self.published = 0

    def message(self):
        self.published += 1
        return item(b"%0*d" % (BODY_BYTES, self.published), subject=SUBJECT)

    def run(self):
        payload = b"".join(self.message() for _ in range(BATCH))
        assert self.publisher.ask("PUBLISH", payload, handle=1).outcome == "OK"
        got = [[] for _ in self.inbox.sessions]
        missing = BATCH * len(got)
        while missing:
            for number, head, body, _ in self.inbox.frames(60):
                assert head[0] == OPS["MESSAGE"], "something is lost"
                got[number].append(body)
                missing -= head[6]
        streams = {b"".join(bodies) for bodies in got}
        assert len(streams) == 1
        first = self.published - BATCH + 1
        assert [int(one.body) for one in split_items(streams.pop())] == list(
            range(first, first + BATCH))

    def rate(self, rounds):
        start = time.monotonic()
        for _ in range(rounds):
            self.run()
        return rounds * BATCH * OTHERS / (time.monotonic() - start)


def see_loss(stalled, tag, already, published):
    """Reads what is left for it: how many messages it gets, and how many it has
    lost. The numbers in them go on where it is told so."""
    got = lost = lost_bytes = 0
    while got + lost < published:
        frame = stalled.push(tag)
        if frame.op == OPS["LOST"]:
            lost += frame.count
            lost_bytes += frame.argument
        for one in frame.items:
            got += 1
            assert int(one.body) == already + got + lost
    assert stalled.has_nothing()
    assert got + lost == published
    assert lost_bytes == lost * MESSAGE_BYTES
    return got, lost


def test_one_of_many_does_not_read(run_broker, figure):
    broker = run_broker(session_window_bytes=WINDOW_BYTES)
    with sessions(broker, 2 + OTHERS) as (publisher, stalled, *others):
        publisher.has_open(1, "t", "Topic")
        for other in others:
            subscribe(other, 1, "t")
        load = Round(publisher, others)
        before = load.rate(10)
        empty = broker.memory("VmRSS")
        already = load.published
        tag = subscribe(stalled, 1, "t", FOREVER, max_bytes=MAX_BYTES)
        after = load.rate(60)
        published = load.published - already
        kept = broker.stat()["objects"]["bytes"]
        held = max(one["held"] for one in broker.connection_list())
        grown = broker.memory("VmRSS") - empty
        assert MAX_BYTES / 2 < kept <= MAX_BYTES
        assert held <= WINDOW_BYTES + 64 * KIB + MESSAGE_BYTES
        assert grown < 2 * (MAX_BYTES + WINDOW_BYTES) + MIB
        got, lost = see_loss(stalled, tag, already, published)
        figure(f"{OTHERS} subscribers beside one that does not read: "
               f"{after / before:.0%} of their rate without it; it kept "
               f"{kept / KIB:.0f} KiB and held {held / KIB:.0f}, memory "
               f"{grown / KIB:+.0f} KiB; of {published} messages it got {got} "
               f"and was told of {lost} lost ones")
        assert after > before * STANDSTILL
    broker.rests()
