# SPDX-License-Identifier: MIT
"""Brokers with an address of each kind, and those who are connected to them."""

import itertools
import ssl

import pytest

from rendezvous.conftest import Hub

from .client import SecurePeer, context
from .ends import (
    OPEN, Library, OpenSSLClient, OpenSSLServer, PythonServer, Served,
    connect_python, key_pair)


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
    sockets = itertools.count()

    def run(server="good", settings={}, **members):
        return serve(listen=[
            f"unix:{tmp_path}/socket{next(sockets)}", "tcp://127.0.0.1:0",
            tls_address(server, **members)], **settings)
    return run


# ---- Ends that say what became of a connection ------------------------------

@pytest.fixture(params=["library", "broker"])
def server(request, certificates):
    """Starts servers with a certificate of the test set:
    server(what, **settings of an address of the broker)."""
    def run(what="good", **settings):
        certificate, key = key_pair(certificates, f"server-{what}")
        settings = {"certificate_file": certificate, "private_key_file": key,
                    **settings}
        if settings.get("client_certificates", "none") != "none":
            settings.setdefault("client_ca_file", certificates / "ca.crt")
        if request.param == "library":
            return Library(request.getfixturevalue("peer"), settings)
        return Served(request.getfixturevalue("broker"), settings)
    return run


@pytest.fixture
def client(peer, certificates):
    """Connects, and logs in, by libtieline: client(address, what, ...) returns
    OPEN, or what it says."""
    def run(address, what=None, verify="full", crl=False, allow_tls12=False,
            **options):
        if verify != "none":
            options["ca_file"] = certificates / "ca.crt"
        if crl:
            options["crl_file"] = certificates / "ca.crl"
        if what:
            options["certificate_file"], options["private_key_file"] \
                = key_pair(certificates, f"client-{what}")
        words = [f"--{name.replace('_', '-')}={value}"
                 for name, value in options.items()]
        if allow_tls12:
            words.append("--allow-tls12")
        program = peer("receive", address, f"--verify={verify}", *words)
        line = program.line()
        program.stop()
        return OPEN if line.startswith("connected ") else line
    return run


@pytest.fixture
def s_client():
    """s_client(address, *options of `openssl s_client`)."""
    clients = []

    def run(address, *options):
        clients.append(OpenSSLClient(address, *options))
        return clients[-1]

    yield run
    for one in clients:
        one.close()


@pytest.fixture
def python_client(certificates):
    """python_client(address, what): with Python's ssl, OPEN or what it says."""
    def run(address, what=None):
        return connect_python(address, certificates, what)
    return run


@pytest.fixture
def stranger(certificates):
    """Servers that are not ours: stranger("openssl" or "python", what)."""
    servers = []

    def run(kind, what, *options, version=ssl.TLSVersion.TLSv1_3):
        servers.append(
            OpenSSLServer(certificates, what, options) if kind == "openssl"
            else PythonServer(certificates, what, version))
        return servers[-1]

    yield run
    for one in servers:
        one.close()
