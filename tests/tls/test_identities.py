# SPDX-License-Identifier: MIT
"""Mutual TLS: whose certificate makes whom of a client, with the tool as the
client. No certificate that is refused falls back to the key."""

import functools
import json
import os
import subprocess

import pytest

from conftest import BUILD, HANG, write_secret
from rendezvous.client import END

from .client import SecurePeer, context
from .ends import key_pair

OF_THE_KEY = "authkey"


class Named:
    """A broker with one identity, that of certificates with that name."""

    def __init__(self, secure, certificates, key_file, folder, name, members):
        self.folder = folder
        self.give("named", name)
        settings = {"keys_dir": str(folder)}
        if members["client_certificates"] != "none":
            members.setdefault("client_ca_file", str(certificates / "ca.crt"))
        self.hub = secure(settings=settings, **members)
        self.url = self.hub.broker.at["tls"]
        self.certificates = certificates
        self.key_file = key_file

    def give(self, id, *names, key=None, **members):
        """An identity with certificates of these names."""
        members.update(rights=["list"], certificates=names)
        (self.folder / f"{id}.json").write_text(json.dumps(members))
        if key:
            path = self.folder / f"{id}.key"
            write_secret(path, key)

    def reload(self):
        assert "reloaded" in self.hub.broker.reload()

    def connect(self, what="good", kind=None, **options):
        tls = context(self.certificates, what)
        if kind:
            return kind(self.url, tls, **options)
        return self.hub.connect("tls", tls=tls, **options)

    def ask(self, what):
        """`tieline ls`, with that certificate."""
        certificate, key = key_pair(self.certificates, f"client-{what}")
        return subprocess.run(
            [BUILD / "cli/tieline", "ls", "--connections", "--json", "--url",
             self.url, "--authkey-file", self.key_file, "--ca-file",
             self.certificates / "ca.crt", "--certificate-file", certificate,
             "--private-key-file", key], capture_output=True, text=True,
            timeout=HANG)

    def identity_of(self, what):
        done = self.ask(what)
        assert done.returncode == 0, done.stderr
        connection, = map(json.loads, done.stdout.splitlines())
        return connection["identity"]


@pytest.fixture
def named(secure, certificates, key_file, tmp_path):
    """named(name, **members of the address)."""
    def run(name, **members):
        folder = tmp_path / "keys"
        folder.mkdir()
        members.setdefault("client_certificates", "required")
        return Named(secure, certificates, key_file, folder, name, members)
    return run


@pytest.mark.parametrize("name,what,identity", [
    # By the common name, by a DNS name and by a URI.
    ("client-good", "good", "named"),
    ("client-rsa", "rsa", "named"),
    ("client-chain", "chain", "named"),
    ("client-names", "names", "named"),
    ("one.test", "names", "named"),
    ("urn:two", "names", "named"),
    # By nothing else, and by the whole name alone.
    ("192.0.2.1", "names", OF_THE_KEY),
    ("no@one.test", "names", OF_THE_KEY),
    ("client-goo", "good", OF_THE_KEY),
    ("client-good2", "good", OF_THE_KEY),
    ("Client-good", "good", OF_THE_KEY),
    ("client-*", "good", OF_THE_KEY),
    # It has one.test, a NUL and more.
    ("one.test", "nul", OF_THE_KEY),
    ("client-nul", "nul", "named"),
])
def test_names(named, name, what, identity):
    assert named(name).identity_of(what) == identity


@pytest.mark.parametrize("mode,identity", [
    ("required", "named"), ("optional", "named"), ("none", OF_THE_KEY)])
def test_a_certificate_that_nobody_asked_for_says_nothing(
        named, mode, identity):
    assert named("client-good", client_certificates=mode).identity_of("good") \
        == identity


@pytest.mark.parametrize("mode", ["required", "optional"])
@pytest.mark.parametrize("what", [
    "expired", "early", "other-ca", "self-signed", "chain-cut", "wrong-use",
    "revoked", "chain-revoked"])
def test_what_is_refused_is_nobody(named, certificates, mode, what):
    done = named(f"client-{what}", client_certificates=mode,
                 client_crl_file=str(certificates / "ca.crl")).ask(what)
    assert done.returncode != 0
    assert "the peer ended TLS with the alert" in done.stderr


@pytest.mark.parametrize("mode", ["required", "optional"])
def test_nobody_else_has_the_name(named, mode):
    """Who made himself a certificate for it is not taken for that."""
    one = named("client-self-signed", client_certificates=mode)
    assert one.identity_of("good") == OF_THE_KEY
    assert one.ask("self-signed").returncode != 0


def keeps_its_name(named):
    named.give("named", "client-good", "client-rsa")


def loses_its_name(named):
    named.give("named", "client-rsa")


def is_of_another(named):
    loses_its_name(named)
    named.give("heir", "client-good")


@pytest.mark.parametrize("change,stays", [
    (keeps_its_name, True), (loses_its_name, False), (is_of_another, False)])
def test_whose_name_is_taken_away_is_sent_away(named, change, stays):
    """By a reload, though its identity and its key are there."""
    broker = named("client-good")
    peer = broker.connect()
    assert peer.names() == {}
    change(broker)
    broker.reload()
    if stays:
        assert peer.names() == {}
    else:
        broker.hub.broker.log.wait_for(
            "not named any more: its certificate makes it somebody else, or "
            "nobody: closed")
        assert peer.rest() == ([], END)


def test_who_comes_by_key_and_has_the_name_of_another_then(named):
    broker = named("client-rsa")
    peer = broker.connect()
    assert peer.asked(stat=True)["ok"]
    broker.give("named", "client-rsa", "client-good")
    broker.reload()
    broker.hub.broker.log.wait_for("not authkey any more: its certificate")
    assert peer.rest() == ([], END)


OWN_KEY = b"a key of its own"


def test_whose_key_is_for_users_alone_then(named):
    broker = named("client-good")
    broker.give("named", "client-good", key=OWN_KEY)
    broker.reload()
    peer = broker.connect(key=OWN_KEY)
    assert peer.names() == {}
    broker.give("named", "client-good", uids=[os.getuid()])
    broker.reload()
    broker.hub.broker.log.wait_for(
        "not named any more: its key is for Unix sockets alone")
    assert peer.rest() == ([], END)


class HalfWay(SecurePeer):
    """It has been challenged, and answers when it is told to."""

    def log_in(self, *options):
        challenge = [self.connection.recv_bytes(256)]
        receive = self.connection.recv_bytes
        self.connection.recv_bytes = lambda maxlength=None: (
            challenge.pop() if challenge else receive(maxlength))
        self.go_on = functools.partial(super().log_in, *options)


def test_whose_identity_has_a_key_of_its_own_before_the_login_is_over(named):
    """It came with another one, which was good enough when it began."""
    broker = named("client-good")
    peer = broker.connect(kind=HalfWay)
    broker.hub.stack.callback(peer.close)
    broker.give("named", "client-good", key=OWN_KEY)
    broker.reload()
    with pytest.raises((EOFError, OSError)):
        peer.go_on()
        peer.names()
    broker.hub.broker.log.wait_for(
        "taken away: its certificate goes with another key now")
