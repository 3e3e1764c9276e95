# SPDX-License-Identifier: MIT
"""TLS: which certificates are taken, on both ends; what a login is bound to,
and those between the ends for whom that is."""

import hashlib
import re
import select
import socket
import ssl
import subprocess

import pytest

from conftest import HANG, KEY, ROOT

from .conftest import everything, load, meanwhile, tieline, turning_away

GOOD = None
EXPIRED = "certificate has expired"
EARLY = "certificate is not yet valid"
UNKNOWN = "unable to get local issuer certificate"
SELF = "self.signed certificate"
NAME = "certificate is not valid for"
USE = "unsupported certificate purpose|unsuitable certificate purpose"

# Of each certificate: what "full" and "chain" say to it.
SERVERS = {
    "good": (GOOD, GOOD),
    "rsa": (GOOD, GOOD),
    "chain": (GOOD, GOOD),
    "ip-only": (GOOD, GOOD),
    "expired": (EXPIRED, EXPIRED),
    "early": (EARLY, EARLY),
    "other-ca": (UNKNOWN, UNKNOWN),
    "self-signed": (SELF, SELF),
    "chain-cut": (UNKNOWN, UNKNOWN),
    "wrong-use": (USE, USE),
    "wrong-name": (NAME, GOOD),
    "name-only": (NAME, GOOD),
    "wildcard": (NAME, GOOD),
    "no-names": (NAME, GOOD),
    "sha384": (GOOD, GOOD),
    "sha512": (GOOD, GOOD),
}

# With client_certificates: "optional" and "required" differ for none alone.
CLIENTS = {
    "good": GOOD,
    "rsa": GOOD,
    "chain": GOOD,
    "expired": EXPIRED,
    "early": EARLY,
    "other-ca": UNKNOWN,
    "self-signed": SELF,
    "wrong-use": USE,
}


@pytest.fixture
def exchange(listen, certificates):
    """What a client gets of a listener: exchange(server, client's options,
    listener's options)."""
    def run(what, client, **options):
        listener = listen("tls", what, timeout=HANG, **options)
        with meanwhile(serve, listener):
            try:
                with tieline.connect(listener.address, KEY,
                                     **{"ca_file": certificates / "ca.crt",
                                        **client}) as connection:
                    connection.send("hello")
                    return connection.recv()
            finally:
                listener.stop = True
    return run


def serve(listener):
    """Answers one, until told to stop."""
    listener.stop = False
    while True:
        try:
            with listener.accept(0.1) as connection:
                connection.send(connection.recv() + ", you")
                return
        except TimeoutError:
            if listener.stop:
                return


def is_taken(exchange, what, complaint, client, **options):
    if complaint is GOOD:
        assert exchange(what, client, **options) == "hello, you"
        return
    with pytest.raises(OSError, match=complaint) as caught:
        exchange(what, client, **options)
    assert isinstance(caught.value, ssl.SSLCertVerificationError)


@pytest.mark.parametrize("what", SERVERS)
def test_servers(exchange, what):
    full, chain = SERVERS[what]
    is_taken(exchange, what, full, {})
    is_taken(exchange, what, chain, {"verify": "chain"})
    is_taken(exchange, what, GOOD, {"verify": "none"})


def test_the_name_may_be_another_one(exchange):
    is_taken(exchange, "name-only", GOOD, {"server_name": "localhost"})
    is_taken(exchange, "wildcard", GOOD, {"server_name": "a.tieline.test"})
    is_taken(exchange, "wildcard", NAME, {"server_name": "a.b.tieline.test"})
    is_taken(exchange, "good", NAME, {"server_name": "elsewhere.test"})
    is_taken(exchange, "no-names", NAME, {"server_name": "localhost"})


def test_the_systems_authorities(exchange):
    is_taken(exchange, "good", UNKNOWN, {"ca_file": None})


def test_what_is_revoked(exchange, certificates):
    lists = {"crl_file": certificates / "ca.crl"}
    is_taken(exchange, "revoked", GOOD, {})
    is_taken(exchange, "revoked", "certificate revoked", lists)
    is_taken(exchange, "good", GOOD, lists)
    is_taken(exchange, "good", "CRL has expired",
             {"crl_file": certificates / "expired.crl"})


def own(certificates, what):
    return {"certificate_file": certificates / f"client-{what}.crt",
            "private_key_file": certificates / f"client-{what}.key"}


@pytest.mark.parametrize("mode", ["optional", "required"])
@pytest.mark.parametrize("what", CLIENTS)
def test_clients(exchange, certificates, said, mode, what):
    options = {"client_certificates": mode, "ca_file": certificates / "ca.crt"}
    client = own(certificates, what)
    if CLIENTS[what] is GOOD:
        assert exchange("good", client, **options) == "hello, you"
        return
    with pytest.raises(ConnectionResetError, match="TLS failed.*alert"):
        exchange("good", client, **options)
    assert [text for text in said() if "certificate verify failed" in text]


def test_clients_without_a_certificate(exchange, certificates):
    authority = {"ca_file": certificates / "ca.crt"}
    for mode in ("none", "optional"):
        assert exchange("good", {}, client_certificates=mode, **authority)
    with pytest.raises(ConnectionResetError, match="certificate.required"):
        exchange("good", {}, client_certificates="required", **authority)


def test_a_client_whose_certificate_is_revoked(exchange, certificates):
    with pytest.raises(ConnectionResetError, match="revoked"):
        exchange("good", own(certificates, "revoked"),
                 client_certificates="required",
                 ca_file=certificates / "ca.crt",
                 crl_file=certificates / "ca.crl")


# ---- Files that cannot be used ----------------------------------------------

@pytest.fixture
def refused(listen, certificates):
    """Both ends say what is wrong with which file: refused(error, what,
    option=file, ...)."""
    def run(error, *words, **options):
        for call in (lambda: listen("tls", **options),
                     lambda: tieline.connect("tls://127.0.0.1:1", KEY,
                                             **options)):
            with pytest.raises(error) as caught:
                call()
            for word in words:
                assert str(word) in str(caught.value)
        return caught.value
    return run


def test_files_that_cannot_be_used(refused, certificates):
    good = certificates / "server-good.crt"
    key = certificates / "server-good.key"
    refused(ValueError, "takes a certificate_file", private_key_file=key,
            certificate_file=None)
    readable = certificates / "readable.key"
    refused(PermissionError, "chmod 600", "private_key_file", readable,
            certificate_file=good, private_key_file=readable)
    for what in ("empty", "garbage", "broken", "cut"):
        file = certificates / f"{what}.crt"
        refused(ssl.SSLError, "certificate_file", "no certificate", file,
                private_key_file=key, certificate_file=file)
    for what in ("cut", "encrypted", "server-rsa"):
        file = certificates / f"{what}.key"
        refused(ssl.SSLError, "private_key_file", "no private key", file,
                certificate_file=good, private_key_file=file)
    with pytest.raises(ValueError, match="certificate_file"):
        tieline.Listener("tls://127.0.0.1:0", KEY)


def test_files_that_are_missing(refused, certificates):
    files = {name: certificates / file for name, file in {
        "ca_file": "ca.crt", "crl_file": "ca.crl",
        "certificate_file": "server-good.crt",
        "private_key_file": "server-good.key"}.items()}
    for option in files:
        missing = certificates / f"missing-{option}"
        error = refused(FileNotFoundError, option, "No such file", missing,
                        client_certificates="required",
                        **{**files, option: missing})
        assert error.filename == str(missing)


def test_authorities_that_cannot_be_used(refused, certificates):
    options = {"client_certificates": "required",
               "ca_file": certificates / "ca.crt"}
    for option, lack in [("ca_file", "no certificate"),
                         ("crl_file", "no revocation list")]:
        for what in ("empty", "garbage"):
            file = certificates / f"{what}.crt"
            refused(ssl.SSLError, option, lack, file,
                    **{**options, option: file})


def test_a_certificate_without_its_key(refused, tmp_path, certificates):
    alone = tmp_path / "alone.crt"
    alone.touch(mode=0o600)
    alone.write_bytes((certificates / "server-good.crt").read_bytes())
    refused(ssl.SSLError, "certificate_file", "no private key", alone,
            certificate_file=alone, private_key_file=None)


# ---- Versions ---------------------------------------------------------------

@pytest.mark.parametrize("here, there, version", [
    (False, False, "TLSv1.3"), (True, True, "TLSv1.3"),
    (True, False, "TLSv1.3"), (False, True, "TLSv1.3")])
def test_versions(listen, certificates, here, there, version):
    listener = listen("tls", allow_tls12=here)
    with meanwhile(listener.accept) as accepted:
        with tieline.connect(listener.address, KEY, allow_tls12=there,
                             ca_file=certificates / "ca.crt") as connection:
            assert connection._sock.version() == version
    accepted.value.close()


def bare_client(address, certificates, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificates / "ca.crt")
    context.maximum_version = version
    place = tieline.parse_address(address)
    sock = socket.create_connection((place.host, place.port), HANG)
    return context.wrap_socket(sock, server_hostname="localhost")


def test_older_versions(listen, certificates, said):
    """1.2 by option, and no older one."""
    listener = listen("tls", timeout=HANG)
    with turning_away(listener), pytest.raises(ssl.SSLError):
        bare_client(listener.address, certificates, ssl.TLSVersion.TLSv1_2)
    assert "unsupported protocol" in said()[0].lower().replace("_", " ")
    listener = listen("tls", timeout=HANG, allow_tls12=True)
    with turning_away(listener), bare_client(
            listener.address, certificates, ssl.TLSVersion.TLSv1_2) as sock:
        assert sock.version() == "TLSv1.2"
        name, _, _ = sock.cipher()
        assert "GCM" in name or "CHACHA20" in name


# ---- What a login is bound to -----------------------------------------------

def certify(folder, *options):
    done = subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=localhost",
         "-days", "2", "-keyout", folder / "key", "-outform", "DER",
         "-out", folder / "der", *options], capture_output=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    return (folder / "der").read_bytes()


RSA = ("-newkey", "rsa:2048")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
PSS = (*RSA, "-sigopt", "rsa_padding_mode:pss")


@pytest.mark.parametrize("options, digest", [
    ((*RSA, "-sha256"), "sha256"),
    ((*RSA, "-sha384"), "sha384"),
    ((*RSA, "-sha512"), "sha512"),
    ((*RSA, "-sha1"), "sha256"),
    ((*RSA, "-md5"), "sha256"),
    ((*EC, "-sha256"), "sha256"),
    ((*EC, "-sha384"), "sha384"),
    ((*EC, "-sha512"), "sha512"),
    ((*EC, "-sha1"), "sha256"),
    ((*PSS, "-sha256"), "sha256"),
    ((*PSS, "-sha384"), "sha384"),
    ((*PSS, "-sha512"), "sha512"),
    ((*PSS, "-sha1"), "sha256"),
    (("-newkey", "ed25519"), "sha256"),
], ids=lambda value: " ".join(value[1::2]) if isinstance(value, tuple)
    else value)
def test_the_digest_of_a_certificate(tmp_path, options, digest):
    certificate = certify(tmp_path, *options)
    assert tieline.signature_digest(certificate) == digest
    assert tieline.end_point(certificate) == hashlib.new(
        digest, certificate).digest()


def test_a_certificate_that_is_cut_or_changed(tmp_path):
    """It is never more than another digest."""
    certificate = certify(tmp_path, *PSS, "-sha384")
    for at in range(len(certificate)):
        for changed in (certificate[:at],
                        certificate[:at] + b"\xff" + certificate[at + 1:],
                        certificate[:at] + b"\x80" + certificate[at + 1:]):
            assert tieline.signature_digest(changed) in (
                "sha256", "sha384", "sha512")


def binding_vectors():
    text = (ROOT / "docs/protocol.md").read_text()
    for block in re.findall(r"^```binding\n(.*?)^```$", text, re.M | re.S):
        yield dict(line.split(": ") for line in block.splitlines())


@pytest.mark.parametrize("vector", [
    vector for vector in binding_vectors()
    if vector["type"] == "tls-server-end-point"],
    ids=lambda vector: vector["role"])
def test_the_keys_of_a_channel(vector):
    keys = tieline.bound_keys(
        *(bytes.fromhex(vector[name]) for name in ("key", "channel")))
    assert getattr(keys, vector["role"]).hex() == vector["bound-key"]
    assert keys.is_bound


def test_unbound_logins(listen, certificates, said):
    """Only where both sides permit them; then MD5 may be used as without TLS.
    """
    authority = {"ca_file": certificates / "ca.crt"}
    listener = listen("tls", timeout=HANG)
    with meanwhile(listener.accept, HANG) as accepted:
        with pytest.raises(tieline.AuthenticationError):
            tieline.connect(
                listener.address, KEY, allow_unbound=True, **authority)
        tieline.connect(listener.address, KEY, **authority).close()
    accepted.value.close()
    listener = listen("tls", timeout=HANG, allow_unbound=True)
    for allowed in (True, False):
        with meanwhile(listener.accept, HANG) as accepted:
            tieline.connect(listener.address, KEY, allow_unbound=allowed,
                            **authority).close()
        accepted.value.close()
    with pytest.raises(ValueError, match="allow_unbound"):
        tieline.connect(listener.address, KEY, allow_unbound=True,
                        verify="none")


class Impostor:
    """Ends TLS with a certificate of its own, and goes on to the server: both
    ends hear what the other says, decrypted."""

    def __init__(self, server, certificates):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates / "server-self-signed.crt",
                                     certificates / "server-self-signed.key")
        self.server = server
        self.certificates = certificates
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.address = "tls://127.0.0.1:%d" % self.sock.getsockname()[1]

    def relay(self):
        """Until one of them has hung up, and the other one knows."""
        sock, _ = self.sock.accept()
        sock.settimeout(HANG)
        with self.sock, self.context.wrap_socket(
                sock, server_side=True) as client, bare_client(
                    self.server, self.certificates,
                    ssl.TLSVersion.TLSv1_3) as server:
            while self.pass_on(client, server):
                pass

    @staticmethod
    def pass_on(*ends):
        """What has come to one of them; False if that was the end."""
        ready = [one for one in ends if one.pending()] \
            or select.select(ends, [], [], HANG)[0]
        for source in ready:
            target = ends[source is ends[0]]
            try:
                data = source.recv(1 << 14)
                if data:
                    target.sendall(data)
                    continue
                target.unwrap()
            except OSError:
                pass
            return False
        return bool(ready)


def test_a_login_cannot_be_relayed(listen, certificates):
    """To a client that checks nothing but the key."""
    listener = listen("tls", timeout=HANG)
    impostor = Impostor(listener.address, certificates)
    client = load()  # as in another process
    with meanwhile(impostor.relay), turning_away(listener):
        with pytest.raises(tieline.AuthenticationError,
                           match="rejected our key"):
            client.connect(impostor.address, KEY, verify="none")


def test_without_binding_it_can(listen, certificates):
    """By whoever has a certificate that the client takes."""
    listener = listen("tls", timeout=HANG, allow_unbound=True)
    impostor = Impostor(listener.address, certificates)
    client = load()
    with meanwhile(impostor.relay):
        with meanwhile(listener.accept, HANG) as accepted:
            client.connect(
                impostor.address, KEY, allow_unbound=True, verify="chain",
                ca_file=certificates / "server-self-signed.crt").close()
        accepted.value.close()


# ---- Peers that are no TLS --------------------------------------------------

def test_a_plain_client_at_a_tls_listener(listen, said):
    listener = listen("tls", timeout=HANG)
    place = tieline.parse_address(listener.address)
    with turning_away(listener):
        with socket.create_connection((place.host, place.port)) as sock:
            sock.sendall(b"\0\0\0\x0bhello world")
            everything(sock)
    assert "TLS failed" in said()[0]


def test_a_tls_client_at_a_plain_listener(listen, certificates):
    listener = listen("tcp", timeout=HANG)
    url = listener.address.replace("tcp:", "tls:")
    with turning_away(listener):
        with pytest.raises(ConnectionResetError, match="the peer speak TLS"):
            tieline.connect(url, KEY, ca_file=certificates / "ca.crt")


def test_a_plain_client_that_waits_for_who_waits_for_tls(listen):
    """Both wait for the other one to begin."""
    listener = listen("tls", timeout=0.3)
    with turning_away(listener):
        with pytest.raises(EOFError, match="its address is tls://"):
            tieline.connect(listener.address.replace("tls:", "tcp:"), KEY)


def test_a_server_that_is_silent(certificates):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(TimeoutError):
            tieline.connect("tls://127.0.0.1:%d" % server.getsockname()[1],
                            KEY, timeout=0.05,
                            ca_file=certificates / "ca.crt")


def test_a_client_that_is_silent(listen, said):
    """It is turned away after its time."""
    listener = listen("tls", timeout=0.05)
    place = tieline.parse_address(listener.address)
    with turning_away(listener):
        with socket.create_connection((place.host, place.port)) as sock:
            sock.settimeout(HANG)
            assert sock.recv(100) == b""
    assert "did not go on in time" in said()[0]
