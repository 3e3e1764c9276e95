# SPDX-License-Identifier: MIT
"""A stock Python client: echo_client.py ADDRESS[#NAME] KEYFILE MESSAGE...

With a #NAME it meets whoever accepts that name at the broker."""

import json
import sys
from multiprocessing.connection import Client

address, key_file, *messages = sys.argv[1:]
address, _, name = address.partition("#")
if address.startswith("unix:"):
    address = address[len("unix:"):]
else:
    host, port = address[len("tcp://"):].rsplit(":", 1)
    address = (host, int(port))

with Client(address, authkey=open(key_file, "rb").read()) as connection:
    if name:
        connection.send_bytes(json.dumps({"dial": name}).encode())
        reply = json.loads(connection.recv_bytes().decode())
        if not reply["ok"]:
            sys.exit(reply["message"])
    for message in messages:
        connection.send(message)
        print(connection.recv())
