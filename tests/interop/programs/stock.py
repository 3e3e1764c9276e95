# SPDX-License-Identifier: MIT
"""A stock Python program, for any Python from 3.6 on:

    stock.py client|listener ADDRESS KEY ACTIVITY

KEY is a Python literal: bytes or None. A listener takes one connection. It
says what happens:

    listening at ADDRESS
    connected
    done WHAT               the activity is over
    ended EXCEPTION: TEXT   the connection is
"""

import ast
import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener

import exchange


def say(*words):
    print(*words, flush=True)


def python_address(address):
    if address.startswith("unix:"):
        return address[len("unix:"):]
    host, port = address[len("tcp://"):].rsplit(":", 1)
    return host.strip("[]"), int(port)


def address_text(address):
    if isinstance(address, str):
        return "unix:" + address
    host, port = address[:2]
    return "tcp://%s:%d" % ("[%s]" % host if ":" in host else host, port)


def listen(address, authkey):
    family = "AF_INET6" if ":" in address[0] else None
    with Listener(address, family, authkey=authkey) as listener:
        say("listening at", address_text(listener.address))
        return listener.accept()


ROLES = {"client": Client, "listener": listen}


def read(connection):
    """Reads, whatever it is, until the connection ends."""
    while True:
        connection.recv_bytes()


def talk(connection):
    connection.send("hello")
    read(connection)


def talk_long(connection):
    connection.send_bytes(bytes(1 << 20))
    read(connection)


def echo(connection):
    while True:
        connection.send(connection.recv())


def answer_42(connection):
    connection.recv()
    connection.send(42)


def answer_bytes(connection):
    connection.recv()
    connection.send_bytes(b"no pickle")


def hang_up(connection):
    connection.close()


ACTIVITIES = {
    "exchange": exchange.everything,
    "exchange a little": exchange.a_little,
    "exchange objects": exchange.objects,
    "read": read,
    "talk": talk,
    "talk long": talk_long,
    "echo": echo,
    "answer 42": answer_42,
    "answer bytes": answer_bytes,
    "hang up": hang_up,
}


def main(role, address, key, activity):
    try:
        connection = ROLES[role](
            python_address(address), authkey=ast.literal_eval(key))
        with connection:
            say("connected")
            say("done", ACTIVITIES[activity](connection))
    except (AuthenticationError, EOFError, OSError) as error:
        say("ended", "%s: %s" % (type(error).__name__, error))


if __name__ == "__main__":
    main(*sys.argv[1:])
