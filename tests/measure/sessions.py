# SPDX-License-Identifier: MIT
"""Many sessions at once: what one of them sends is made beforehand, and what
comes is taken apart in one go, so that the broker is what is measured."""

import contextlib
import pickle
import select
import struct
import time

from session.wire import FOREVER, HEADER, Session

LENGTH = struct.Struct("!I")


@contextlib.contextmanager
def sessions(broker, count, transport="unix"):
    """So many, which are closed behind it."""
    with contextlib.ExitStack() as stack:
        made = []
        for _ in range(count):
            made.append(Session(broker.at[transport]))
            stack.callback(made[-1].close)
        yield made


def subscribe(session, handle, name, credit=FOREVER, **options):
    """Opens a topic and subscribes to all of it; its tag."""
    session.has_open(handle, name, "Topic")
    tag = session.send("SUBSCRIBE", pickle.dumps(options), handle=handle,
                       count=credit)
    session.push(tag)
    return tag


class Inbox:
    """What has come to sessions, cut into frames: (session's number, header,
    payload, when)."""

    def __init__(self, sessions_):
        self.poll = select.poll()
        self.numbers = {}
        self.rests = []
        self.sessions = sessions_
        for number, session in enumerate(sessions_):
            self.poll.register(session.sock, select.POLLIN)
            self.numbers[session.sock.fileno()] = number
            self.rests.append(b"")

    def frames(self, timeout_s):
        """Those that come next, at least one."""
        ready = self.poll.poll(timeout_s * 1000)
        assert ready, f"nothing has come within {timeout_s} s"
        chunks = [(self.numbers[fd], self.sessions[self.numbers[fd]].sock.recv(
            1 << 20)) for fd, _ in ready]
        now = time.monotonic()
        for number, chunk in chunks:
            assert chunk, f"session {number} has ended"
            yield from self.cut(number, self.rests[number] + chunk, now)

    def cut(self, number, data, now):
        at = 0
        while at + 4 <= len(data):
            end = at + 4 + LENGTH.unpack_from(data, at)[0]
            if end > len(data):
                break
            yield (number, HEADER.unpack_from(data, at + 4),
                   data[at + 4 + HEADER.size:end], now)
            at = end
        self.rests[number] = data[at:]
