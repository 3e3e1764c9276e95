# SPDX-License-Identifier: MIT
"""Who is let in over TLS, and what becomes of the others."""

import json
import ssl
import time
from multiprocessing import AuthenticationError

import pytest

from conftest import write_secret
from rendezvous.client import PATIENCE, frame, open_socket
from rendezvous.test_monitor import Monitor

from .client import SecurePeer, context, plain_address

TLS12 = ssl.TLSVersion.TLSv1_2
NOT_BOUND = "logs in over TLS without binding the login to the channel"


def is_served(peer):
    assert peer.asked(ping="x")["ping"] == "x"


def is_turned_away(hub, what, **options):
    """One that connects so is not let in; the log has that."""
    with pytest.raises((OSError, EOFError, AuthenticationError)):
        hub.connect("tls", **options).receive()
    hub.broker.log.wait_for(what)


def stat(hub):
    return hub.connect("unix").asked(stat=True)


# ---- Who is let in

def test_a_bound_login(secure):
    peer = secure().connect("tls")
    assert peer.version() == "TLSv1.3"
    is_served(peer)


def test_the_hash_of_the_certificate_is_that_of_its_signature(secure):
    """RFC 5929; the client here knows SHA-256 alone."""
    hub = secure("sha384")
    with pytest.raises(AuthenticationError):
        hub.connect("tls")


def test_an_rsa_certificate(secure):
    is_served(secure("rsa").connect("tls"))


def test_tls12_where_it_is_allowed(secure, certificates):
    hub = secure(allow_tls12=True)
    peer = hub.connect("tls", context(certificates, version=TLS12))
    assert peer.version() == "TLSv1.2"
    is_served(peer)
    assert hub.connect("tls").version() == "TLSv1.3"


@pytest.mark.parametrize("server", ["library", "broker"], indirect=True)
def test_tls12_that_gives_no_exporter(server, certificates):
    """Without the extended master secret: a client can bind its login to the
    certificate all the same."""
    tls = context(certificates, version=TLS12)
    tls.options |= 1  # SSL_OP_NO_EXTENDED_MASTER_SECRET, which ssl lacks
    SecurePeer(server(allow_tls12=True).address, tls).close()


def test_unbound_logins_where_they_are_allowed(secure):
    hub = secure(allow_unbound=True)
    for bound in (True, False, "stock"):
        is_served(hub.connect("tls", bound=bound))


@pytest.mark.parametrize("wanted", ["optional", "required"])
def test_a_client_certificate(secure, certificates, wanted):
    hub = secure(client_certificates=wanted,
                 client_ca_file=str(certificates / "ca.crt"),
                 client_crl_file=str(certificates / "ca.crl"))
    is_served(hub.connect("tls", context(certificates, "good")))


def test_what_comes_with_the_last_of_the_login_is_served(secure, certificates):
    """A request in one record with the client's verdict."""
    hub = secure()
    peer = hub.connect("tls")

    class Together:
        """Keeps what is sent until something is read."""
        def __init__(self, connection):
            self.connection, self.kept = connection, b""

        def send_bytes(self, body):
            self.kept += frame(body)

        def recv_bytes(self, maxlength):
            self.connection.sock.sendall(self.kept)
            self.kept = b""
            return self.connection.recv_bytes(maxlength)

    class Eager(type(peer)):
        def log_in(self, key, bound):
            plain, self.connection = self.connection, Together(self.connection)
            super().log_in(key, bound)
            self.connection.send_bytes(json.dumps({"ping": "soon"}).encode())
            plain.sock.sendall(self.connection.kept)
            self.connection = plain

    eager = Eager(hub.broker.at["tls"], context(certificates))
    assert eager.reply()["ping"] == "soon"
    eager.close()


# ---- Identities

@pytest.fixture
def identified(secure, certificates, tmp_path):
    """A broker that asks for certificates, with two identities: one with a
    certificate alone, one with a key too."""
    folder = tmp_path / "keys"
    folder.mkdir()

    def add(name, key=None, **members):
        if key:
            write_secret((folder / f"{name}.key"), key)
        (folder / f"{name}.json").write_text(json.dumps(members))

    add("named", rights=["list"], certificates=["urn:two"])
    add("keyed", key=b"a key of its own", rights=["list"],
        certificates=["client-good"])
    add("late", key=b"a key that is over", rights=["list"],
        not_after="2001-01-01")
    return secure(settings={"keys_dir": str(folder)},
                  client_certificates="optional",
                  client_ca_file=str(certificates / "ca.crt"))


def own_identity(peer):
    return peer.connections()[-1]["identity"]


def test_a_certificate_says_who_it_is(identified, certificates):
    peer = identified.connect("tls", context(certificates, "names"))
    assert own_identity(peer) == "named"
    peer = identified.connect(
        "tls", context(certificates, "good"), key=b"a key of its own")
    assert own_identity(peer) == "keyed"
    peer = identified.connect(
        "tls", context(certificates, "rsa"), key=b"a key of its own")
    assert own_identity(peer) == "keyed"
    assert own_identity(identified.connect("tls")) == "authkey"


def test_who_has_a_key_of_its_own_needs_it(identified, certificates):
    is_turned_away(identified, "answered our challenge with another key",
                   tls=context(certificates, "good"))


def test_a_key_that_is_over(identified):
    is_turned_away(identified, "late: ", key=b"a key that is over")


# ---- Who is not

@pytest.mark.parametrize("bound", [False, "stock"])
def test_a_login_that_is_not_bound(secure, bound):
    """As that of who stands in between."""
    hub = secure()
    monitor = Monitor(hub)
    is_turned_away(hub, "set allow_unbound", bound=bound)
    event = monitor.until(event="refused")[-1]
    assert event["address"].startswith("tcp://127.0.0.1:")
    if not bound:
        assert event["reason"] == NOT_BOUND
    assert stat(hub)["connections"]["refused"] == 1


def test_another_key(secure):
    is_turned_away(
        secure(), "answered our challenge with another key", key=b"x")


def test_tls12_where_it_is_not_allowed(secure, certificates):
    is_turned_away(secure(), "speaks no version of TLS that is allowed here",
                   tls=context(certificates, version=TLS12))


@pytest.mark.parametrize("which, what", [
    (None, "has no certificate, which is required here"),
    ("expired", "(/CN=client-expired) that has expired"),
    ("revoked", "(/CN=client-revoked) that is revoked"),
    ("self-signed", "that only vouches for itself"),
    ("other-ca", "from a CA that is not in ca_file"),
    ("wrong-use", "that is for another use"),
])
def test_a_client_certificate_that_is_not_taken(
        secure, certificates, which, what):
    hub = secure(client_certificates="required",
                 client_ca_file=str(certificates / "ca.crt"),
                 client_crl_file=str(certificates / "ca.crl"))
    is_turned_away(hub, what, tls=context(certificates, which))
    is_served(hub.connect("tls", context(certificates, "good")))


def test_no_tls_at_an_address_that_has_it(secure):
    hub = secure()
    with open_socket(plain_address(hub.broker.at["tls"])) as sock:
        sock.sendall(b"\0\0\0\x14#CHALLENGE#0123456789")
        assert sock.recv(100)[:1] in (b"", b"\x15")
    hub.broker.log.wait_for("does not speak TLS")


def test_a_client_without_tls_learns_where_it_is(secure, peer):
    """Both wait for the other one to begin; whoever gives up first."""
    hub = secure(settings={"tls_handshake_timeout_ms": 2000})
    address = plain_address(hub.broker.at["tls"])
    for options, code in [([], "TIELINE_ELOST"),
                          (["--handshake-timeout-ms=50"],
                           "TIELINE_EHANDSHAKE")]:
        line = peer("receive", address, *options).line()
        assert line.startswith(f"ended {code} ")
        assert "its address is tls://" in line


def test_tls_at_an_address_that_has_none(secure, certificates):
    hub = secure()
    with pytest.raises(OSError):
        hub.connect(hub.broker.at["tcp"].replace("tcp:", "tls:"))
    hub.broker.log.wait_for("speaks TLS, and this address does not")


# ---- Deadlines and limits

def hello(certificates):
    """What a client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context(certificates).wrap_bio(
        incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def is_ended(sock):
    """The broker ends it, whatever it says before."""
    try:
        while sock.recv(4096):
            pass
    except ConnectionResetError:
        pass


def test_the_handshake_of_tls_has_a_deadline(secure, certificates):
    """However slowly it goes on, or not at all."""
    hub = secure(settings={"tls_handshake_timeout_ms": 500})
    silent = open_socket(plain_address(hub.broker.at["tls"]))
    slow = open_socket(plain_address(hub.broker.at["tls"]))
    with silent, slow:
        started = time.monotonic()
        try:
            for byte in hello(certificates):
                slow.sendall(bytes([byte]))
                time.sleep(0.02)
        except OSError:
            pass
        is_ended(slow)
        is_ended(silent)
        assert time.monotonic() - started < PATIENCE
    hub.broker.log.wait_for("did not end the handshake of TLS in time")
    hub.connect("unix").until(lambda peer: peer.asked(
        stat=True)["connections"]["refused"] == 2)


def test_the_login_has_a_deadline_of_its_own(secure, certificates):
    hub = secure(settings={"handshake_timeout_ms": 500})
    with open_socket(plain_address(hub.broker.at["tls"])) as plain:
        sock = context(certificates).wrap_socket(
            plain, server_hostname="localhost")
        is_ended(sock)
        sock.close()
    hub.broker.log.wait_for("did not answer our challenge in time")


def test_handshakes_of_tls_count_with_all_others(secure):
    """The oldest has to go, and who comes then is served."""
    hub = secure(settings={"max_handshakes": 4})
    flood = [open_socket(plain_address(hub.broker.at["tls"]))
             for _ in range(12)]
    is_served(hub.connect("tls"))
    for sock in flood[:8]:
        is_ended(sock)
    assert "max_handshakes were under way" in hub.broker.log.wait_for(
        "dropped before it authenticated")
    for sock in flood:
        sock.close()


def test_what_a_client_knows_after_the_login_of_another_is_of_no_use(
        secure, certificates):
    """An answer that was made for one server does not do for another one."""
    hub, other = secure(), secure("rsa")
    theirs = open_socket(plain_address(other.broker.at["tls"]))
    sock = context(certificates).wrap_socket(
        theirs, server_hostname="localhost")
    certificate = sock.getpeercert(True)
    sock.close()
    with pytest.raises(AuthenticationError):
        hub.connect("tls", certificate=certificate)
