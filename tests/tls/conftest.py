# SPDX-License-Identifier: MIT
"""Brokers with an address of each kind, and those who are connected to them."""

import pytest

from rendezvous.conftest import Hub

from .client import SecurePeer, context


class SecureHub(Hub):
    """connect("tls") is over TLS, with the certificates of the tests."""

    certificates = None

    def connect(self, to="unix", tls=None, **options):
        address = self.broker.at.get(to, to)
        if not address.startswith("tls:"):
            return super().connect(to, **options)
        tls = tls or context(self.certificates)
        peer = SecurePeer(address, tls, **options)
        self.stack.callback(peer.close)
        return peer


@pytest.fixture
def hub_type(certificates):
    class HubWithCertificates(SecureHub):
        pass
    HubWithCertificates.certificates = certificates
    return HubWithCertificates


@pytest.fixture
def tls_address(certificates):
    """An address to listen at, as settings: tls_address(server, **members)."""
    def make(server="good", **members):
        return {"address": "tls://127.0.0.1:0",
                "certificate_file": str(certificates / f"server-{server}.crt"),
                "private_key_file": str(certificates / f"server-{server}.key"),
                **members}
    return make


@pytest.fixture
def secure(serve, tls_address, tmp_path):
    """A broker with a Unix socket, TCP and TLS: secure(server, settings,
    **members)."""
    def run(server="good", settings={}, **members):
        return serve(listen=[
            f"unix:{tmp_path}/socket", "tcp://127.0.0.1:0",
            tls_address(server, **members)], **settings)
    return run
