# SPDX-License-Identifier: MIT
"""A client over TLS, with python/tieline.py in PYTHONPATH:

    tls_echo_client.py tls://127.0.0.1:7602 KEYFILE CAFILE MESSAGE...
    tls_echo_client.py tls://broker.example:7601#echo KEYFILE CAFILE MESSAGE...
"""

import sys

import tieline

url, key_file, ca_file, *messages = sys.argv[1:]

with tieline.connect(
        url, authkey_file=key_file, ca_file=ca_file) as connection:
    for message in messages:
        connection.send(message)
        print(connection.recv())
