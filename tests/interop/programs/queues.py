# SPDX-License-Identifier: MIT
"""A stock Python program at two queues of a broker, for any Python from 3.6 on:

    queues.py ADDRESS KEY OUT IN ACTIVITY

What it puts into the queue OUT somebody moves to the queue IN, where it has to
come out as it was. It speaks sessions with nothing but multiprocessing and
struct, and says

    done WHAT
"""

import ast
import pickle
import struct
import sys
from multiprocessing.connection import Client

import exchange
import stock

HEADER = struct.Struct("!BBBBIIIIIQ")
RECORD = struct.Struct("!IHBBIIq")
PIECE = 65536
FOREVER = 0xffffffff
OPEN, PUT, GET, HELLO = 1, 3, 4, 0x54
MORE, UNLEASED = 2, 8
PICKLE, BYTES, TEXT, JSON = range(4)


def pack_headers(headers):
    return b"".join(
        struct.pack("!B", len(key)) + key + struct.pack("!H", len(value)) +
        value for key, value in headers.items())


def unpack_headers(data):
    headers = {}
    while data:
        key, data = data[1:1 + data[0]], data[1 + data[0]:]
        length, = struct.unpack_from("!H", data)
        headers[key], data = data[2:2 + length], data[2 + length:]
    return headers


class Queues:
    """With send() and recv() as a connection has them."""

    def __init__(self, connection, out, into):
        self.connection = connection
        self.protocol = pickle.HIGHEST_PROTOCOL
        self.ask(HELLO, argument=1)
        for handle, name in enumerate((out, into), 1):
            options = {"name": name, "kind": "Queue"}
            self.ask(OPEN, pickle.dumps(options, 2), handle)

    def ask(self, op, payload=b"", handle=0, count=0, flags=0, argument=0):
        """The payload of the reply."""
        for at in range(0, len(payload) or 1, PIECE):
            more = MORE if at + PIECE < len(payload) else 0
            header = HEADER.pack(op, flags | more, 0, 0, 1, handle, count,
                                 FOREVER, 0, argument)
            self.connection.send_bytes(header + payload[at:at + PIECE])
        parts = []
        while True:
            reply = self.connection.recv_bytes()
            fields = HEADER.unpack_from(reply)
            assert fields[2] == 0, (fields, reply)
            parts.append(reply[HEADER.size:])
            if not fields[1] & MORE:
                return b"".join(parts)

    def put(self, body, form, headers=None):
        headers = pack_headers(headers or {})
        record = RECORD.pack(len(body), len(headers), 0, form, 0, 0, 0)
        self.ask(PUT, record + headers + body, 1)

    def get(self):
        """Body, format, headers."""
        data = self.ask(GET, handle=2, count=1, flags=UNLEASED)
        length, headers_length, _, form = RECORD.unpack_from(data)[:4]
        at = RECORD.size + headers_length
        assert len(data) == at + length
        return data[at:], form, unpack_headers(data[RECORD.size:at])

    def send(self, value):
        self.put(pickle.dumps(value, self.protocol), PICKLE)

    def recv(self):
        body, form, _ = self.get()
        assert form == PICKLE
        return pickle.loads(body)


def objects(queues):
    for queues.protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        said = exchange.objects(queues)
    return said


ITEMS = [
    (b"", TEXT, "''"),
    ("caf\u00e9 \U0001f600".encode(), TEXT, "'caf\u00e9 \U0001f600'"),
    (b"", BYTES, "b''"),
    (b"\0\xff'\"", BYTES, repr(b"\0\xff'\"")),
    (exchange.pattern(300000), BYTES, None),
    (b'{"a": [1, null, true, "x"]}', JSON, "{'a': [1, None, True, 'x']}"),
]


def formats(queues):
    """What is no pickle comes back as it is, with its headers; who moved it has
    added one, which has what it is to it."""
    for body, form, says in ITEMS:
        headers = {b"from": b"Python", "caf\u00e9".encode(): b""}
        queues.put(body, form, headers)
        got, got_form, got_headers = queues.get()
        said = got_headers.pop(b"says")
        assert (got, got_form, got_headers) == (body, form, headers), got
        assert says is None or said == says.encode(), said
    return "%d formats" % len(ITEMS)


PLAIN = [None, True, 0, -5, 1 << 100, 1.5, "caf\u00e9 '\"", b"\0\xff", (1,), [],
         [1, [2]], {"a": {1: (None,)}}, {3}]


def in_turn(queues):
    """All at once, through whoever reads and writes them as literals."""
    for value in PLAIN:
        queues.send(value)
    for value in PLAIN:
        got = queues.recv()
        assert exchange.same(value, got), (value, got)
    return "%d plain objects" % len(PLAIN)


ACTIVITIES = {"objects": objects, "formats": formats, "in turn": in_turn}


def main(address, key, out, into, activity):
    with Client(stock.python_address(address),
                authkey=ast.literal_eval(key)) as connection:
        stock.say("done", ACTIVITIES[activity](Queues(connection, out, into)))


if __name__ == "__main__":
    main(*sys.argv[1:])
