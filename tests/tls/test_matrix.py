# SPDX-License-Identifier: MIT
"""Each certificate of the test set, in each mode, at both ends: who is let in,
and what is said of the others, by real processes."""

import pytest

from .ends import OPEN

EXPIRED = "that has expired"
EARLY = "that is not valid yet: is the clock right?"
UNKNOWN = "from a CA that is not in ca_file"
ALONE = "that only vouches for itself, and is not in ca_file"
USE = "that is for another use (extended key usage)"
NAME = "for another address"
REVOKED = "that is revoked"
WEAK = "with too short a key"
MISSING = "has no certificate, which is required here"

# Of each server at 127.0.0.1: what a client says to its chain, to its name too,
# and to all that with a CRL.
SERVERS = {
    "good": (OPEN, OPEN, OPEN),
    "rsa": (OPEN, OPEN, OPEN),
    "sha384": (OPEN, OPEN, OPEN),
    "sha512": (OPEN, OPEN, OPEN),
    "chain": (OPEN, OPEN, OPEN),
    "ip-only": (OPEN, OPEN, OPEN),
    "expired": (EXPIRED, EXPIRED, EXPIRED),
    "early": (EARLY, EARLY, EARLY),
    "other-ca": (UNKNOWN, UNKNOWN, UNKNOWN),
    "self-signed": (ALONE, ALONE, ALONE),
    "chain-cut": (UNKNOWN, UNKNOWN, UNKNOWN),
    "wrong-use": (USE, USE, USE),
    "revoked": (OPEN, OPEN, REVOKED),
    "chain-revoked": (OPEN, OPEN, REVOKED),
    "wrong-name": (OPEN, NAME, NAME),
    "name-only": (OPEN, NAME, NAME),
    "wildcard": (OPEN, NAME, NAME),
    "no-names": (OPEN, NAME, NAME),
}

# Of each client: what a server says that wants a good certificate, and one with
# a CRL besides.
CLIENTS = {
    "good": (OPEN, OPEN),
    "rsa": (OPEN, OPEN),
    "chain": (OPEN, OPEN),
    "names": (OPEN, OPEN),
    "expired": (EXPIRED, EXPIRED),
    "early": (EARLY, EARLY),
    "other-ca": (UNKNOWN, UNKNOWN),
    "self-signed": (ALONE, ALONE),
    "chain-cut": (UNKNOWN, UNKNOWN),
    "wrong-use": (USE, USE),
    "revoked": (OPEN, REVOKED),
    "chain-revoked": (OPEN, REVOKED),
}

# What TLS calls that, for those who are refused.
ALERTS = {
    EXPIRED: "certificate expired", EARLY: "bad certificate",
    UNKNOWN: "unknown CA", ALONE: "unknown CA", NAME: "bad certificate",
    USE: "unsupported certificate", REVOKED: "certificate revoked",
}


# Whose certificate it is that is wrong, if its name says something else.
SUBJECTS = {
    "server-no-names": "localhost",
    "server-chain-revoked": "revoked-intermediate test authority",
    "client-chain-revoked": "revoked-intermediate test authority",
}


def complaint_of(what, owner):
    """What is said of who shows a certificate."""
    subject = SUBJECTS.get(owner, owner)
    return f"has a certificate (/CN={subject}) {what}"


def check_outcome(got, expected, what):
    """The client's word is that it got in, or this complaint of its own."""
    if expected is OPEN:
        assert got == OPEN
        return
    complaint = complaint_of(expected, f"server-{what}")
    assert got == f"ended TIELINE_ETLS the peer {complaint}"


# ---- Servers' --------------------------------------------------------------

@pytest.mark.parametrize("what", SERVERS)
def test_servers(server, client, what):
    one = server(what)
    chain, name, with_crl = SERVERS[what]
    for expected, options in [
            (OPEN, {"verify": "none"}), (chain, {"verify": "chain"}),
            (name, {"verify": "full"}),
            (with_crl, {"verify": "full", "crl": True})]:
        check_outcome(client(one.address, **options), expected, what)
    if with_crl is not OPEN:
        one.check_refused(
            f'ended TLS with the alert "{ALERTS[with_crl]}": its log says more')


NAMES = [
    ("good", "localhost", True), ("good", "::1", True),
    ("good", "127.0.0.2", False), ("good", "elsewhere.test", False),
    ("name-only", "localhost", True), ("no-names", "localhost", False),
    ("wrong-name", "elsewhere.test", True),
    ("wildcard", "a.tieline.test", True),
    ("wildcard", "a.b.tieline.test", False),
]


@pytest.mark.parametrize("what,name,is_its_own", NAMES)
def test_other_names(server, client, what, name, is_its_own):
    got = client(server(what).address, server_name=name)
    assert (got == OPEN) == is_its_own
    assert is_its_own or "for another " in got


@pytest.mark.parametrize("kind", ["openssl", "python"])
@pytest.mark.parametrize("what", SERVERS)
def test_servers_of_others(stranger, client, kind, what):
    """Who gets through TLS hears that there is no login behind."""
    _, name, _ = SERVERS[what]
    got = client(stranger(kind, what).address)
    if name is OPEN:
        assert "does it speak multiprocessing.connection" in got
    else:
        check_outcome(got, name, what)


def test_a_short_key(stranger, client):
    """None of our servers can be started with that."""
    one = stranger("openssl", "weak", "-cipher", "ALL:@SECLEVEL=0")
    check_outcome(client(one.address), WEAK, "weak")


# ---- Clients' --------------------------------------------------------------

def check_clients(server, client, outcomes, **settings):
    good = server("good", **settings)
    for what, expected in outcomes.items():
        if expected is OPEN:
            assert client(good.address, what) == OPEN, what
            continue
        one = server("good", **settings)
        got = client(one.address, what)
        assert f'"{ALERTS[expected]}"' in got, (what, got)
        one.check_refused(complaint_of(expected, f"client-{what}"))


@pytest.mark.parametrize("mode", ["optional", "required"])
def test_clients(server, client, mode):
    outcomes = {what: row[0] for what, row in CLIENTS.items()}
    check_clients(server, client, outcomes, client_certificates=mode)


def test_clients_with_a_crl(server, client, certificates):
    outcomes = {what: row[1] for what, row in CLIENTS.items()}
    check_clients(server, client, outcomes, client_certificates="required",
                  client_crl_file=certificates / "ca.crl")


def test_clients_that_nobody_asks(server, client):
    check_clients(server, client, {what: OPEN for what in CLIENTS})


def test_no_certificate(server, client):
    assert client(server("good").address) == OPEN
    optional = server("good", client_certificates="optional")
    assert client(optional.address) == OPEN
    required = server("good", client_certificates="required")
    assert "the peer requires a certificate: set certificate_file" \
        in client(required.address)
    required.check_refused(MISSING)


# ---- Clients of others -----------------------------------------------------

def certificate_options(certificates, what):
    return [] if what is None else [
        "-cert", certificates / f"client-{what}.crt",
        "-cert_chain", certificates / f"client-{what}.crt",
        "-key", certificates / f"client-{what}.key"]


@pytest.mark.parametrize("what,complaint", [
    ("good", OPEN), ("rsa", OPEN), ("chain", OPEN), (None, MISSING),
    ("expired", EXPIRED), ("other-ca", UNKNOWN), ("self-signed", ALONE),
    ("wrong-use", USE), ("revoked", REVOKED), ("weak", WEAK)])
def test_clients_of_openssl(server, s_client, certificates, what, complaint):
    one = server("good", client_certificates="required",
                 client_crl_file=certificates / "ca.crl")
    options = ["-cipher", "ALL:@SECLEVEL=0"] if what == "weak" else []
    got = s_client(one.address, *certificate_options(certificates, what),
                   *options).outcome
    assert (got == OPEN) == (complaint is OPEN), got
    if complaint is not OPEN:
        one.check_refused(complaint if what is None else
                          complaint_of(complaint, f"client-{what}"))


@pytest.mark.parametrize("what,complaint", [
    ("good", OPEN), ("rsa", OPEN), ("chain", OPEN), (None, MISSING),
    ("early", EARLY), ("other-ca", UNKNOWN), ("revoked", REVOKED)])
def test_clients_of_python(server, python_client, certificates, what,
                           complaint):
    one = server("good", client_certificates="required",
                 client_crl_file=certificates / "ca.crl")
    got = python_client(one.address, what)
    assert (got == OPEN) == (complaint is OPEN), got
    if complaint is not OPEN:
        one.check_refused(complaint if what is None else
                          complaint_of(complaint, f"client-{what}"))


@pytest.mark.parametrize("what,complaint", [
    ("good", OPEN), ("sha512", OPEN), ("chain", OPEN),
    ("expired", "certificate has expired"),
    ("wrong-name", "certificate is not valid for"),
    ("other-ca", "unable to get local issuer certificate")])
def test_what_others_say_of_us(server, s_client, python_client, certificates,
                               what, complaint):
    one = server(what)
    by_python = python_client(one.address)
    assert by_python == OPEN if complaint is OPEN else complaint in by_python
    by_openssl = s_client(
        one.address, "-CAfile", certificates / "ca.crt",
        "-verify_return_error", "-verify_hostname", "localhost").outcome
    assert (by_openssl == OPEN) == (complaint is OPEN)
