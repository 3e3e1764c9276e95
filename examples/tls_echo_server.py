# SPDX-License-Identifier: MIT
"""A server over TLS, with python/tieline.py in PYTHONPATH:

    tls_echo_server.py tls://127.0.0.1:7602 KEYFILE \\
        certificate_file=server.crt private_key_file=server.key
    tls_echo_server.py tls://broker.example:7601#echo KEYFILE ca_file=ca.crt

At an address of its own it shows a certificate; under a name the broker does,
and it says who may vouch for that."""

import logging
import sys

import tieline

# Who is turned away, and that the broker was lost, is said to a logger.
logging.basicConfig(format="%(message)s")

url, key_file, *options = sys.argv[1:]
options = dict(option.split("=", 1) for option in options)

with tieline.Listener(url, authkey_file=key_file, **options) as listener:
    print("listening at", listener.address, flush=True)
    while True:
        with listener.accept() as connection:
            try:
                while True:
                    connection.send(connection.recv())
            except (EOFError, OSError):
                pass
