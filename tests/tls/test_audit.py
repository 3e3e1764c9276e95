# SPDX-License-Identifier: MIT
"""What an audit of TLS looks at, with `openssl s_client` and s_server: versions,
ciphers, renegotiation, compression, resumption, early data."""

import ssl
import subprocess

import pytest

from conftest import HANG

from .ends import OPEN

# As weak as this OpenSSL itself can be.
WEAKEST = ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]

AEAD = [
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305",
]


def ciphers_of_tls12():
    """All that this OpenSSL has, those without any encryption too."""
    done = subprocess.run(
        ["openssl", "ciphers", "-s", "-tls1_2",
         "ALL:COMPLEMENTOFALL:!PSK:!SRP:@SECLEVEL=0"], check=True,
        capture_output=True, text=True, timeout=HANG)
    return done.stdout.strip().split(":")


# ---- Versions --------------------------------------------------------------

VERSIONS = {"-tls1": False, "-tls1_1": False, "-tls1_2": False, "-tls1_3": True}


@pytest.mark.parametrize("version", VERSIONS)
def test_only_tls13(server, s_client, version):
    got = s_client(server().address, version, *WEAKEST).outcome
    assert (got == OPEN) == VERSIONS[version], got


@pytest.mark.parametrize("version", VERSIONS)
def test_tls12_by_choice(server, s_client, version):
    one = s_client(server(allow_tls12=True).address, version, *WEAKEST)
    is_taken = VERSIONS[version] or version == "-tls1_2"
    assert (one.outcome == OPEN) == is_taken, one.text


def test_the_server_says_which_version(server, s_client):
    one = server()
    assert s_client(one.address, "-tls1_2").outcome != OPEN
    one.check_refused("speaks no version of TLS that is allowed here")


def test_the_best_of_both_is_spoken(server, s_client):
    one = s_client(server(allow_tls12=True).address)
    assert "New, TLSv1.3, Cipher is TLS_" in one.text


@pytest.mark.parametrize("kind", ["openssl", "python"])
def test_a_client_takes_tls12_by_choice(stranger, client, kind):
    def server():
        options = ["-tls1_2"] if kind == "openssl" else []
        return stranger(kind, "good", *options,
                        version=ssl.TLSVersion.TLSv1_2).address
    assert '"protocol version"' in client(server())
    assert "does it speak multiprocessing.connection" in client(
        server(), allow_tls12=True)


# ---- Ciphers ---------------------------------------------------------------

@pytest.mark.parametrize("what,kind", [("good", "ECDSA"), ("rsa", "RSA")])
def test_ciphers_of_tls12(server, s_client, what, kind):
    """With forward secrecy and authenticated encryption, and no others."""
    def is_taken(*ciphers):
        return s_client(address, "-tls1_2", "-cipher", ":".join(
            [*ciphers, "@SECLEVEL=0"])).outcome == OPEN
    address = server(what, allow_tls12=True).address
    others = set(ciphers_of_tls12()) - set(AEAD)
    assert len(others) > 30 and not is_taken(*others)
    assert [cipher for cipher in AEAD if is_taken(cipher)] \
        == [cipher for cipher in AEAD if f"-{kind}-" in cipher]


@pytest.mark.parametrize("cipher,is_taken", [
    ("TLS_AES_256_GCM_SHA384", True), ("TLS_AES_128_GCM_SHA256", True),
    ("TLS_CHACHA20_POLY1305_SHA256", True),
    ("TLS_AES_128_CCM_SHA256", False), ("TLS_AES_128_CCM_8_SHA256", False)])
def test_ciphers_of_tls13(server, s_client, cipher, is_taken):
    one = s_client(server().address, "-ciphersuites", cipher)
    assert (one.outcome == OPEN) == is_taken
    assert not is_taken or f"Cipher is {cipher}" in one.text


def test_no_sha1_in_signatures(server, s_client):
    one = server("rsa", allow_tls12=True)
    assert s_client(one.address, "-tls1_2", "-sigalgs", "RSA+SHA1",
                    *WEAKEST).outcome != OPEN


@pytest.mark.parametrize("group,is_taken", [
    ("X25519", True), ("P-256", True), ("P-384", True), ("X448", True),
    ("secp256k1", False), ("P-192", False)])
def test_groups(server, s_client, group, is_taken):
    got = s_client(server(allow_tls12=True).address, "-groups", group,
                   *WEAKEST).outcome
    assert (got == OPEN) == is_taken, got


# ---- What there is none of -------------------------------------------------

def test_no_renegotiation(server, s_client):
    one = s_client(server(allow_tls12=True).address, "-tls1_2")
    assert one.outcome == OPEN
    assert "Secure Renegotiation IS supported" in one.text
    one.say(b"R\n")
    one.read_until(b"no renegotiation")
    assert "RENEGOTIATING" in one.text and "no renegotiation" in one.text


def test_no_compression(server, s_client):
    for version in ("-tls1_2", "-tls1_3"):
        one = s_client(server(allow_tls12=True).address, version, "-comp")
        assert one.outcome == OPEN and "Compression: NONE" in one.text


@pytest.mark.parametrize("options", [
    ["-tls1_3"], ["-tls1_2"], ["-tls1_2", "-no_ticket"]])
def test_no_resumption(server, s_client, tmp_path, options):
    """No ticket comes, and no session that was kept is known again."""
    address = server(allow_tls12=True).address
    kept = tmp_path / "session"
    first = s_client(address, *options, "-sess_out", kept)
    assert first.outcome == OPEN
    assert "session ticket:" not in first.text.lower()
    assert "New Session Ticket" not in first.text
    first.end()
    if kept.exists():
        second = s_client(address, *options, "-sess_in", kept)
        assert second.outcome == OPEN
        assert "\nNew, " in second.text and "\nReused" not in second.text


def test_no_early_data(server, s_client):
    one = s_client(server().address, "-tls1_3")
    assert one.outcome == OPEN and "Early data was not sent" in one.text
    assert "Max Early Data" not in one.text


def test_no_application_protocol(server, s_client):
    one = s_client(server().address, "-alpn", "h2,http/1.1")
    assert one.outcome == OPEN and "No ALPN negotiated" in one.text


def test_a_chain_comes_whole_without_its_root(server, s_client, certificates):
    one = s_client(server("chain").address, "-showcerts", "-CAfile",
                   certificates / "ca.crt")
    assert one.text.count("BEGIN CERTIFICATE") == 2
    assert "Verify return code: 0 (ok)" in one.text


def test_which_authorities_are_told(server, s_client):
    """Those of clients, when they are asked."""
    asked = s_client(server(client_certificates="optional").address)
    assert "Acceptable client certificate CA names\nCN = test authority\n" \
        in asked.text
    assert "No client certificate CA names sent" in s_client(
        server().address).text
