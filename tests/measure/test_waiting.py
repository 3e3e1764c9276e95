# SPDX-License-Identifier: MIT
"""Ten thousand gets that wait: what they cost, that each is served in turn, and
when their time is over."""

import contextlib
import statistics
import time

from hostile.conftest import Stopwatch
from session.wire import FLAGS, FOREVER, STATUSES, fragments, item

from .conftest import KIB
from .sessions import Inbox, sessions

QUEUES = 1000
SESSIONS = 20
GETS = 500  # of each session, each at another queue
ALL = SESSIONS * GETS
LINE = ALL // QUEUES

# What may be used for a get that waits, with its share of a line, and for a
# session that does nothing.
GET_BYTES = KIB
SESSION_BYTES = 1.25 * KIB
# A processor's time is counted in pieces of this, or shorter.
TICK_S = 0.01
# Of each second, what the broker may use while all of them wait.
IDLE_S = 2 * TICK_S
LATE_S = 0.01


def queue_of(number, turn):
    """Where that get of that session waits."""
    return (number * GETS + turn) % QUEUES


def requests(op, count, fields_of, payload_of=lambda turn: b"", first_tag=1):
    """A tag that is in use is refused: others do not wait for replies."""
    return b"".join(
        part for turn in range(count)
        for part in fragments(op, payload_of(turn), tag=first_tag + turn,
                              **fields_of(turn)))


def open_queues(session):
    """All of them, under the handles from 1 on."""
    session.write(requests(
        "OPEN", QUEUES, lambda turn: {"handle": turn + 1, "form": "JSON"},
        lambda turn: b'{"name":"q%d","kind":"Queue"}' % turn))
    for _ in range(QUEUES):
        assert session.read_frame().outcome == "OK"
    session.last_tag = QUEUES


@contextlib.contextmanager
def opened(broker):
    with sessions(broker, SESSIONS) as all_:
        for session in all_:
            open_queues(session)
        yield all_


def start_gets(all_, timeout_of):
    """Each session's behind those of the one before. When they were sent."""
    sent = []
    for number, session in enumerate(all_):
        data = requests("GET", GETS, lambda turn: {
            "handle": queue_of(number, turn) + 1, "count": 1,
            "timeout": timeout_of(turn), "flags": FLAGS["UNLEASED"]})
        sent.append(time.monotonic())
        session.write(data)
        session.ask("PING")
    return sent


def answers(all_):
    """The answer to each get: (session, turn, status, payload, when)."""
    inbox = Inbox(all_)
    missing = ALL
    while missing:
        for number, head, payload, when in inbox.frames(60):
            yield number, head[4] - 1, head[2], payload, when
            missing -= 1


def test_they_wait_and_are_served_in_turn(run_broker, figure):
    broker = run_broker()
    with opened(broker) as all_, sessions(broker, 1) as (producer,):
        open_queues(producer)
        before = broker.memory("VmRSS")
        start_gets(all_, lambda turn: FOREVER)
        each = (broker.memory("VmRSS") - before) / ALL
        assert broker.stat()["objects"]["waiting"] == ALL
        used = rest(broker)
        watch = Stopwatch()
        for place in range(LINE):
            producer.write(requests(
                "PUT", QUEUES, lambda turn: {"handle": turn + 1},
                lambda turn: item(b"%d" % place),
                first_tag=1 + place * QUEUES))
        places = {}
        for number, turn, status, payload, _ in answers(all_):
            assert status == STATUSES["OK"]
            places.setdefault(queue_of(number, turn), []).append(
                (number, int(payload[-1:])))
        seconds = watch.seconds()
        # Those who wait came by their numbers.
        assert len(places) == QUEUES
        for served in places.values():
            assert [place for _, place in sorted(served)] == list(range(LINE))
        assert broker.stat()["objects"]["items"] == 0
        figure(f"{ALL} gets wait at {QUEUES} queues: {each:.0f} bytes each, "
               f"{used * 1000:.0f} ms of a processor in a second; all are "
               f"served within {seconds:.2f} s, at the rate of the tests")
        assert each < GET_BYTES
    broker.rests()


def rest(broker):
    """What it uses in a second in which nothing happens."""
    before = broker.processor_seconds()
    time.sleep(1)
    used = broker.processor_seconds() - before
    assert used <= IDLE_S
    return used


def test_when_their_time_is_over(run_broker, figure):
    """Their ends are spread over half a second."""
    broker = run_broker()
    with opened(broker) as all_:
        sent = start_gets(all_, lambda turn: 1000 + turn)
        late = []
        for number, turn, status, _, when in answers(all_):
            assert status == STATUSES["EMPTY"]
            late.append(when - sent[number] - (1000 + turn) / 1000)
        late.sort()
        median = statistics.median(late)
        figure(f"{ALL} gets time out: {median * 1000:.1f} ms late (median), "
               f"{late[ALL * 99 // 100] * 1000:.1f} ms (99 of 100), "
               f"{late[-1] * 1000:.1f} ms (the latest)")
        assert late[0] >= 0
        assert median < LATE_S
    broker.rests()


def test_idle_sessions(run_broker, figure):
    count = 2000
    broker = run_broker()
    with sessions(broker, 100):
        pass
    broker.rests()
    empty = broker.memory("VmRSS")
    with sessions(broker, count) as all_:
        each = (broker.memory("VmRSS") - empty) / count
        used = rest(broker)
        for session in all_:
            session.ask("PING")
        figure(f"{count} idle sessions: {each:.0f} bytes each, "
               f"{used * 1000:.0f} ms of a processor in a second")
        assert each < SESSION_BYTES
    broker.rests()
