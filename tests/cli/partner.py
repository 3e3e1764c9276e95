# SPDX-License-Identifier: MIT
"""A stock Python program that meets others by name, and sends and receives
objects: partner.py ADDRESS KEY VERB NAME ACTIVITY. For Python 3.6 and later."""

import ast
import decimal
import json
import sys
from multiprocessing.connection import Client


class Point:
    def __init__(self, x):
        self.x = x


OBJECTS = [
    None, True, 0, -1, 1 << 100, 1.5, -0.0, 1e300, 1 + 2j, "", "caf\u00e9",
    "two\nlines", b"", bytes(range(256)), (), (1,), [], [1, [2]], {}, {"a": 1},
    {(1, "a"): {1, 2}}, set(), frozenset([1]), bytearray(b"x"), range(3),
]


def echo(connection):
    """Prints and sends back what comes, until the end."""
    try:
        while True:
            value = connection.recv()
            print(repr(value))
            connection.send(value)
    except EOFError:
        pass


def ask(connection):
    """Sends objects, of which the same are to come back."""
    for value in OBJECTS:
        connection.send(value)
        answer = connection.recv()
        assert type(answer) is type(value), (answer, value)
        assert repr(answer) == repr(value), (answer, value)
    print("all the same")


def classes(connection):
    for value in (decimal.Decimal("1.5"), range(3), decimal.Decimal,
                  Point(1)):
        connection.send(value)


def main(address, key, verb, name, activity):
    with Client(ast.literal_eval(address),
                authkey=ast.literal_eval(key)) as connection:
        connection.send_bytes(json.dumps({verb: name}).encode())
        reply = json.loads(connection.recv_bytes().decode())
        assert reply["ok"], reply
        globals()[activity](connection)


main(*sys.argv[1:])
