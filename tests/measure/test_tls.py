# SPDX-License-Identifier: MIT
"""What TLS costs the broker: memory for connections that do nothing."""

import contextlib

import pytest

from limits.broker import eventually
from tls.client import SecurePeer, context

from .conftest import KIB, sizes

# OpenSSL's part for one connection, nearly all of it.
IDLE_BYTES = 24 * KIB


@contextlib.contextmanager
def crowd(broker, tls, count):
    with contextlib.ExitStack() as stack:
        peers = []
        for _ in range(count):
            peers.append(SecurePeer(broker.at["tls"], tls))
            stack.callback(peers[-1].close)
        yield peers


@pytest.mark.parametrize("count", sizes(2000, 5000))
def test_idle(run_broker, figure, certificates, tmp_path, count):
    broker = run_broker(listen=["tcp://127.0.0.1:0", f"unix:{tmp_path}/idle", {
        "address": "tls://127.0.0.1:0",
        "certificate_file": str(certificates / "server-good.crt"),
        "private_key_file": str(certificates / "server-good.key")}])
    tls = context(certificates)
    with crowd(broker, tls, 100):
        pass
    eventually(lambda: broker.connections()["open"] == 1)
    empty = broker.memory("VmRSS")
    with crowd(broker, tls, count) as peers:
        idle = (broker.memory("VmRSS") - empty) / count
        for peer in peers:
            peer.ask(accept="crowd", confirm=True)
        for peer in peers:
            assert peer.reply()["parked"] == "crowd"
        used = (broker.memory("VmRSS") - empty) / count
        figure(f"{count} idle connections over TLS: {idle / KIB:.1f} KiB each; "
               f"once each has said something: {used / KIB:.1f} KiB")
        assert max(idle, used) <= IDLE_BYTES
    broker.rests()
