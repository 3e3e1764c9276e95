# SPDX-License-Identifier: MIT
"""A stock Python program that meets another one at a broker, for any Python
from 3.6 on:

    meet.py ADDRESS KEY VERB NAME ACTIVITY

VERB is accept, dial or pipe; or bound, for an address that is bound to a name.
It needs nothing but multiprocessing.connection and json, and says what happens:

    paired with ADDRESS
    done WHAT               the activity is over
    ended EXCEPTION: TEXT   the connection is
"""

import ast
import json
import sys
from multiprocessing.connection import Client

import exchange
import stock


def meet(connection, verb, name):
    connection.send_bytes(json.dumps({verb: name}).encode())
    reply = json.loads(connection.recv_bytes().decode())
    if not reply["ok"]:
        raise SystemExit(reply["message"])
    stock.say("paired with", reply["peer"]["address"])


def echo_bytes(connection):
    """Of any objects: those of another Python cannot all be unpickled."""
    while True:
        connection.send_bytes(connection.recv_bytes())


def send_and_close(connection):
    """It ends before the other side has read anything."""
    for length in exchange.LENGTHS:
        connection.send_bytes(exchange.pattern(length))
    connection.close()


def receive_all(connection):
    for length in exchange.LENGTHS:
        assert connection.recv_bytes() == exchange.pattern(length), length
    connection.recv_bytes()


ACTIVITIES = dict(stock.ACTIVITIES)
ACTIVITIES.update({
    "echo bytes": echo_bytes,
    "send and close": send_and_close,
    "receive all": receive_all,
})


def main(address, key, verb, name, activity):
    try:
        with Client(stock.python_address(address),
                    authkey=ast.literal_eval(key)) as connection:
            if verb != "bound":
                meet(connection, verb, name)
            stock.say("done", ACTIVITIES[activity](connection))
    except (EOFError, OSError) as error:
        stock.say("ended", "%s: %s" % (type(error).__name__, error))


if __name__ == "__main__":
    main(*sys.argv[1:])
