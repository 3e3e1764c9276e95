# SPDX-License-Identifier: MIT
"""bench/connection.c's commands, with stock multiprocessing.connection:
connection.py serve | ping|stream|connect|greet ADDRESS LEN COUNT"""

import sys
import time
from multiprocessing.connection import Client, Listener

KEY = b"the key of the benchmarks"
ECHO, SWALLOW = b"\0", b"\1"


def serve():
    with Listener(("127.0.0.1", 0), authkey=KEY, backlog=128) as listener:
        print("tcp://%s:%d" % listener.address, flush=True)
        while True:
            with listener.accept() as connection:
                try:
                    while True:
                        message = connection.recv_bytes()
                        if message[:1] == ECHO:
                            connection.send_bytes(message)
                except EOFError:
                    pass


def dial(address):
    return Client(("127.0.0.1", int(address.rsplit(":", 1)[1])), authkey=KEY)


def ping(address, length, count):
    with dial(address) as connection:
        message = ECHO * length
        for _ in range(count):
            connection.send_bytes(message)
            connection.recv_bytes()


def stream(address, length, count):
    with dial(address) as connection:
        message = SWALLOW * length
        for _ in range(count):
            connection.send_bytes(message)
        connection.send_bytes(ECHO)
        connection.recv_bytes()


def connect(address, length, count):
    for _ in range(count):
        dial(address).close()


def greet(address, length, count):
    """Fresh connections with a first exchange on each."""
    for _ in range(count):
        with dial(address) as connection:
            connection.send_bytes(ECHO)
            connection.recv_bytes()


def main(command, *arguments):
    if command == "serve":
        serve()
    start = time.perf_counter()
    address, length, count = arguments
    globals()[command](address, int(length), int(count))
    print("%.9f" % (time.perf_counter() - start))


main(*sys.argv[1:])
