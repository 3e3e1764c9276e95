# SPDX-License-Identifier: MIT
"""A stock Python client: echo_client.py ADDRESS KEYFILE MESSAGE..."""

import sys
from multiprocessing.connection import Client

address, key_file, *messages = sys.argv[1:]
if address.startswith("unix:"):
    address = address[len("unix:"):]
else:
    host, port = address[len("tcp://"):].rsplit(":", 1)
    address = (host, int(port))

with Client(address, authkey=open(key_file, "rb").read()) as connection:
    for message in messages:
        connection.send(message)
        print(connection.recv())
