# SPDX-License-Identifier: MIT
"""A program with python/tieline.py, for any Python from 3.8 on:

    party.py client|listener URL KEYFILE ACTIVITY [OPTIONS]

OPTIONS is a Python literal: a dict. It says what happens, as stock.py does."""

import ast
import sys
from multiprocessing import AuthenticationError

import meet
import stock
import tieline


def listen(url, **options):
    with tieline.Listener(url, **options) as listener:
        stock.say("listening at", listener.address)
        return listener.accept()


ROLES = {"client": tieline.connect, "listener": listen}


def main(role, url, key_file, activity, options="{}"):
    try:
        with ROLES[role](url, authkey_file=key_file,
                         **ast.literal_eval(options)) as connection:
            stock.say("connected")
            stock.say("done", meet.ACTIVITIES[activity](connection))
    except (AuthenticationError, EOFError, OSError) as error:
        stock.say("ended", "%s: %s" % (type(error).__name__, error))


if __name__ == "__main__":
    main(*sys.argv[1:])
