# SPDX-License-Identifier: MIT
"""A stock Python program that connects with a BaseManager, for any Python from
3.6 on:

    manager.py ADDRESS KEY SERIALIZER

It says what becomes of it: 'connected', or the exception.
"""

import ast
import sys
from multiprocessing.managers import BaseManager, RemoteError


def main(address, key, serializer):
    manager = BaseManager(ast.literal_eval(address),
                          authkey=ast.literal_eval(key), serializer=serializer)
    try:
        manager.connect()
        print("connected")
    except RemoteError as error:
        print("RemoteError:", " ".join(str(error).split()))


if __name__ == "__main__":
    main(*sys.argv[1:])
