# SPDX-License-Identifier: MIT
"""A stock Python server: echo_server.py ADDRESS KEYFILE"""

import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener

address, key_file = sys.argv[1:]
if address.startswith("unix:"):
    place = address[len("unix:"):]
else:
    host, port = address[len("tcp://"):].rsplit(":", 1)
    place = (host, int(port))

with Listener(place, authkey=open(key_file, "rb").read()) as listener:
    if listener.address != place:
        address = "tcp://%s:%d" % listener.address
    print("listening at", address, flush=True)
    while True:
        # What a wrong or half-open peer does to a Listener comes out of accept.
        try:
            connection = listener.accept()
        except (AuthenticationError, EOFError, OSError) as error:
            print("refused a peer:", error, file=sys.stderr)
            continue
        with connection:
            try:
                while True:
                    connection.send(connection.recv())
            except (EOFError, OSError):
                pass
