# SPDX-License-Identifier: MIT
"""The wire of sessions, from the side of a client that does nothing by itself:
frames out, frames in, put together by tag, with no code of ours in between but
the numbers of proto/ops.def."""

import collections
import json
import os
import pickle
import re
import struct
from multiprocessing.connection import (
    Connection, answer_challenge, deliver_challenge)

from conftest import KEY, ROOT
from rendezvous.client import END, open_socket

HEADER = struct.Struct("!BBBBIIIIIQ")
RECORD = struct.Struct("!IHBBIIq")
PAYLOAD_MAX = 65536
FOREVER = 0xffffffff


def table(macro):
    """The numbers of ops.def by name."""
    text = (ROOT / "proto/ops.def").read_text()
    rows = re.findall(rf"^{macro}\((\w+), (\w+),", text, re.M)
    return {name: int(code, 0) for name, code in rows}


OPS = table("OP")
STATUSES = table("STATUS")
FLAGS = table("FLAG")
FORMATS = table("FORMAT")
OP_NAMES = {code: name for name, code in OPS.items()}
STATUS_NAMES = {code: name for name, code in STATUSES.items()}


class Frame(collections.namedtuple(
        "Frame", "op flags status format tag handle count timeout lease "
                 "argument payload")):
    """One frame; of a payload in several, all of them."""

    @property
    def is_reply(self):
        return bool(self.flags & FLAGS["REPLY"])

    @property
    def name(self):
        return OP_NAMES[self.op]

    @property
    def outcome(self):
        return STATUS_NAMES[self.status]

    @property
    def value(self):
        if not self.payload:
            return None
        if self.format == FORMATS["JSON"]:
            return json.loads(self.payload)
        return pickle.loads(self.payload)

    @property
    def items(self):
        return list(split_items(self.payload))

    @property
    def bodies(self):
        return [item.body for item in self.items]


Item = collections.namedtuple(
    "Item", "body format subject headers attempts ttl lease")


def item(body=b"", form="BYTES", subject=b"", headers=b"", delay=0, ttl=0,
         priority=0):
    """An item as a record."""
    return RECORD.pack(len(body), len(headers), len(subject), FORMATS[form],
                       delay, ttl, priority) + subject + headers + body


def split_items(payload):
    at = 0
    while at < len(payload):
        body, headers, subject, form, attempts, ttl, lease = (
            RECORD.unpack_from(payload, at))
        at += RECORD.size
        parts = []
        for length in (subject, headers, body):
            parts.append(payload[at:at + length])
            at += length
        assert at <= len(payload), "a payload ends inside an item"
        yield Item(parts[2], form, parts[0], parts[1], attempts, ttl, lease)


def header(op, tag=0, handle=0, count=0, timeout=0, lease=0, argument=0,
           flags=0, status=0, form="PICKLE"):
    return HEADER.pack(
        OPS.get(op, op), flags, status, FORMATS.get(form, form), tag, handle,
        count, timeout, lease, argument)


def fragments(op, payload=b"", piece=PAYLOAD_MAX, flags=0, **fields):
    """The frames of a request, each with its length in front."""
    pieces = [payload[at:at + piece]
              for at in range(0, len(payload), piece)] or [b""]
    for i, part in enumerate(pieces):
        more = FLAGS["MORE"] if i + 1 < len(pieces) else 0
        body = header(op, flags=flags | more, **fields) + part
        yield struct.pack("!i", len(body)) + body


class Session:
    """One that is connected and, unless it is to be silent, has been greeted.
    """

    def __init__(self, address, is_silent=False, key=KEY, **options):
        self.sock = open_socket(address, **options)
        self.connection = Connection(os.dup(self.sock.fileno()))
        answer_challenge(self.connection, key)
        deliver_challenge(self.connection, key)
        self.last_tag = 0
        self.unread = []    # whole frames that somebody else waits for
        self.parts = {}     # payloads that are not whole yet, by tag
        self.arrivals = []  # tags of all frames, in order
        self.greeting = None
        if not is_silent:
            self.greeting = self.hello().value

    # ---- Out

    def write(self, *parts):
        self.sock.sendall(b"".join(parts))

    def frames(self, op, payload=b"", **fields):
        """A request with a tag of its own, to be written."""
        self.last_tag += 1
        return fragments(op, payload, tag=self.last_tag, **fields)

    def send(self, op, payload=b"", **fields):
        """Sends a request, and does not wait. Its tag."""
        self.write(*self.frames(op, payload, **fields))
        return self.last_tag

    def ask(self, op, payload=b"", **fields):
        return self.reply(self.send(op, payload, **fields))

    # ---- In

    def read_frame(self):
        """The next whole one."""
        while True:
            body = self.connection.recv_bytes()
            frame = Frame(*HEADER.unpack_from(body), body[HEADER.size:])
            assert len(frame.payload) <= PAYLOAD_MAX
            self.arrivals.append(frame.tag)
            whole = self.parts.pop(frame.tag, b"") + frame.payload
            if frame.flags & FLAGS["MORE"]:
                self.parts[frame.tag] = whole
                continue
            return frame._replace(payload=whole)

    def next(self, wanted=lambda frame: True):
        """The first frame that is wanted; others are kept."""
        for i, frame in enumerate(self.unread):
            if wanted(frame):
                return self.unread.pop(i)
        while not wanted(frame := self.read_frame()):
            self.unread.append(frame)
        return frame

    def reply(self, tag):
        return self.next(lambda frame: frame.is_reply and frame.tag == tag)

    def push(self, tag):
        """The next of that tag that is no reply."""
        return self.next(lambda frame: not frame.is_reply and frame.tag == tag)

    def has_nothing(self):
        """What was asked before is served by now, and brought nothing."""
        self.ask("PING")
        return not self.unread

    def rest(self):
        """All frames until it ends, and how that shows."""
        frames = []
        try:
            while True:
                frames.append(self.next())
        except EOFError:
            return frames, END
        except OSError as error:
            return frames, str(error)

    def close(self):
        self.connection.close()
        self.sock.close()

    # ---- Requests

    def hello(self, version=1, **fields):
        return self.ask("HELLO", argument=version, **fields)

    def open(self, handle, name=None, kind=None, **options):
        options.update(name=name, kind=kind)
        return self.ask("OPEN", pickle.dumps(options), handle=handle)

    def has_open(self, handle, *arguments, **options):
        reply = self.open(handle, *arguments, **options)
        assert reply.outcome == "OK", reply.value
        return reply

    def put(self, handle, *bodies, timeout=0, **fields):
        return self.ask("PUT", b"".join(map(item, bodies)), handle=handle,
                        timeout=timeout, **fields)

    def get(self, handle, count=1, timeout=0, **fields):
        return self.ask(
            "GET", handle=handle, count=count, timeout=timeout, **fields)

    def has_got(self, handle, **fields):
        """The items of a get that succeeds."""
        reply = self.get(handle, **fields)
        assert reply.outcome == "OK", reply
        assert reply.count == len(reply.items)
        return reply.items

    def ack(self, handle, lease, **fields):
        return self.ask("ACK", handle=handle, argument=lease, **fields)

    def call(self, handle, method, *arguments, **keywords):
        return self.ask("CALL", pickle.dumps((method, arguments, keywords)),
                        handle=handle)

    def returns(self, handle, method, *arguments, **keywords):
        """What a call that succeeds returns."""
        reply = self.call(handle, method, *arguments, **keywords)
        assert reply.outcome == "OK", (reply.outcome, reply.value)
        return reply.value
