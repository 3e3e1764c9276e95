# SPDX-License-Identifier: MIT
"""Says what this Python's Listener does with an empty key: "skips" the
handshake, or "asks" for it. What it is told is no right answer."""

import socket
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener

with Listener(("127.0.0.1", 0), authkey=b"") as listener, \
        socket.create_connection(listener.address) as client:
    client.sendall(b"\0\0\0\1?")
    try:
        listener.accept().close()
        print("skips")
    except AuthenticationError:
        print("asks")
