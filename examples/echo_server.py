# SPDX-License-Identifier: MIT
"""A stock Python server: echo_server.py tcp://HOST:PORT KEYFILE"""

import sys
from multiprocessing.connection import Listener

address, key_file = sys.argv[1:]
host, port = address[len("tcp://"):].rsplit(":", 1)

with Listener((host, int(port)), authkey=open(key_file, "rb").read()) as listener:
    print("listening at tcp://%s:%d" % listener.address, flush=True)
    while True:
        with listener.accept() as connection:
            try:
                while True:
                    connection.send(connection.recv())
            except EOFError:
                pass
