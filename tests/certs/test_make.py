# SPDX-License-Identifier: MIT
"""certs/make: each certificate is what it claims, as openssl sees it."""

import json
import os
import re
import shlex
import ssl
import stat
import subprocess

import pytest

from conftest import BUILD, HANG, ROOT

OK = "OK"
EXPIRED = "certificate has expired"
EARLY = "certificate is not yet valid"
UNKNOWN = "unable to get local issuer certificate"
WRONG_USE = "unsuitable certificate purpose"

# What `openssl verify` says of a certificate of the test set, without a CRL.
VERDICTS = {
    "good": OK, "rsa": OK, "weak": OK, "chain": OK, "revoked": OK,
    "chain-revoked": OK,
    "expired": EXPIRED, "early": EARLY, "other-ca": UNKNOWN,
    "chain-cut": UNKNOWN, "self-signed": "self-signed certificate",
    "wrong-use": WRONG_USE,
}
PURPOSES = {"server": "sslserver", "client": "sslclient"}
CASES = [(kind, what) for kind in PURPOSES for what in VERDICTS]

# Which names and addresses servers have.
NAMES = {
    "good": ["localhost", "127.0.0.1", "::1"],
    "wrong-name": ["elsewhere.test", "192.0.2.1"],
    "ip-only": ["127.0.0.1", "::1"],
    "name-only": ["localhost"],
    "wildcard": ["a.tieline.test"],
    # By the common name, which no address is.
    "no-names": ["localhost"],
}
ALL_NAMES = sorted(set(sum(NAMES.values(), [])))


def call(*command):
    return subprocess.run([str(word) for word in command], text=True,
                          capture_output=True, timeout=HANG)


def make(*arguments):
    done = call(ROOT / "certs/make", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_refused(*arguments):
    """The status and what is said."""
    done = call(ROOT / "certs/make", *arguments)
    assert done.returncode != 0, done.stdout
    return done.returncode, done.stderr


def verdict(folder, certificate, *options):
    """OK, or why openssl does not trust it."""
    path = folder / certificate
    done = call("openssl", "verify", "-CAfile", folder / "ca.crt",
                "-untrusted", path, *options, path)
    if done.returncode == 0:
        return OK
    return done.stderr.partition(" lookup: ")[2].splitlines()[0]


def host_option(name):
    is_address = name.replace(".", "").isdigit() or ":" in name
    return "-verify_ip" if is_address else "-verify_hostname"


def names_of(folder, certificate):
    return [name for name in ALL_NAMES if
            verdict(folder, certificate, host_option(name), name) == OK]


def text_of(path, *options):
    done = call("openssl", "x509", "-noout", "-in", path, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    """A development set, for one more name and address."""
    folder = tmp_path_factory.mktemp("parent") / "set"
    make(folder, "broker.test", "192.0.2.7")
    return folder


# ---- The test set ----------------------------------------------------------

@pytest.mark.parametrize("kind,what", CASES)
def test_each_is_good_or_bad_as_it_says(certificates, kind, what):
    assert verdict(certificates, f"{kind}-{what}.crt", "-purpose",
                   PURPOSES[kind]) == VERDICTS[what]


@pytest.mark.parametrize("kind", PURPOSES)
def test_what_has_the_wrong_use_has_the_other(certificates, kind):
    other, = set(PURPOSES) - {kind}
    assert verdict(certificates, f"{kind}-wrong-use.crt", "-purpose",
                   PURPOSES[other]) == OK


@pytest.mark.parametrize("kind", PURPOSES)
@pytest.mark.parametrize("what,said", [
    ("good", OK), ("chain", OK), ("revoked", "certificate revoked"),
    ("chain-revoked", "certificate revoked")])
def test_what_is_revoked_is_in_the_list(certificates, kind, what, said):
    assert verdict(certificates, f"{kind}-{what}.crt", "-crl_check_all",
                   "-CRLfile", certificates / "ca.crl") == said


def test_a_list_has_expired(certificates):
    assert verdict(certificates, "server-good.crt", "-crl_check", "-CRLfile",
                   certificates / "expired.crl") == "CRL has expired"


@pytest.mark.parametrize("what", NAMES)
def test_a_server_has_its_names_alone(certificates, what):
    assert names_of(certificates, f"server-{what}.crt") == sorted(NAMES[what])


def test_a_client_has_a_common_name_and_a_dns_name(certificates):
    path = certificates / "client-good.crt"
    assert text_of(path, "-subject") == "subject=CN = client-good\n"
    assert "DNS:client-good\n" in text_of(path, "-ext", "subjectAltName")


def test_some_clients_have_other_names(certificates):
    assert "email:no@one.test, DNS:one.test, IP Address:192.0.2.1, " \
        "URI:urn:two\n" in text_of(certificates / "client-names.crt", "-ext",
                                   "subjectAltName")
    assert b"one.test\0evil" in ssl.PEM_cert_to_DER_cert(
        (certificates / "client-nul.crt").read_text())
    assert r"CN = a\0Ab\1B[31m" in text_of(
        certificates / "client-odd.crt", "-subject")


@pytest.mark.parametrize("what,bits", [
    ("good", "(256 bit)"), ("rsa", "(2048 bit)"), ("weak", "(1024 bit)")])
def test_keys_are_as_long_as_they_say(certificates, what, bits):
    assert f"Public-Key: {bits}" in text_of(
        certificates / f"server-{what}.crt", "-text")


@pytest.mark.parametrize("kind", PURPOSES)
def test_a_weak_key_is_too_weak_for_level_2(certificates, kind):
    assert verdict(certificates, f"{kind}-weak.crt", "-auth_level", "2") \
        == "EE certificate key too weak"
    assert verdict(certificates, f"{kind}-rsa.crt", "-auth_level", "2") == OK


def test_each_key_is_of_its_certificate(certificates):
    pairs = [path for kind in (*PURPOSES, "ca", "other-ca", "intermediate")
             for path in certificates.glob(f"{kind}*.key")]
    assert len(pairs) > 2 * len(VERDICTS)
    for path in pairs:
        done = call("openssl", "pkey", "-pubout", "-in", path)
        assert done.stdout == text_of(path.with_suffix(".crt"), "-pubkey"), path


def test_all_but_one_are_for_their_owner_alone(certificates):
    modes = {path.name: mode(path) for path in certificates.iterdir()}
    assert modes.pop("readable.key") == 0o644
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("name", ["empty", "garbage", "broken", "cut"])
def test_some_are_no_certificates(certificates, name):
    done = call("openssl", "x509", "-in", certificates / f"{name}.crt")
    assert done.returncode != 0


def test_a_key_is_encrypted_and_one_is_cut(certificates):
    def load(name, *options):
        return call("openssl", "pkey", "-in", certificates / name,
                    *options).returncode
    assert load("encrypted.key", "-passin", "pass:secret") == 0
    assert load("encrypted.key", "-passin", "pass:wrong") != 0
    assert load("cut.key") != 0


# ---- A set for development -------------------------------------------------

def test_it_says_what_uses_the_files(tmp_path):
    said = make(tmp_path / "set", "broker.test")
    assert "for localhost 127.0.0.1 ::1 broker.test" in said
    for name in ("certificate_file", "private_key_file", "client_ca_file",
                 "client_crl_file", "client_certificates", "--ca-file",
                 "--certificate-file", "--private-key-file"):
        assert name in said
    for name in files_of(tmp_path / "set"):
        assert f"{tmp_path}/set/{name}" in said or name in (
            "ca.key", "ca.index")


@pytest.mark.parametrize("others", [
    [], [["--server", "second"], ["--client", "worker-1"]]])
def test_what_it_says_works(tmp_path, broker, key_file, others):
    """The broker's member and the tool's options, as they were printed."""
    folder = tmp_path / "set"
    said = make(folder)
    for other in others:
        names = ["localhost", "127.0.0.1"] if "--server" in other else []
        said += make(*other, folder, *names)
    members = re.findall(r"^    (\{.*?\})", said, re.M | re.S)
    options = re.findall(r"^    (--.*\\\n.*)", said, re.M)
    listen = json.loads(members[-1])
    assert listen["address"].startswith("tls://")
    listen["address"] = "tls://127.0.0.1:0"
    url = broker(listen=[listen]).at["tls"]
    done = call(BUILD / "cli/tieline", "ping", "--count", "1", "--url", url,
                "--authkey-file", key_file,
                *shlex.split(options[-1].replace("\\\n", "")))
    assert done.returncode == 0, done.stderr


def test_its_server_and_client_are_trusted(development):
    assert verdict(development, "server.crt", "-purpose", "sslserver",
                   "-x509_strict") == OK
    assert verdict(development, "client.crt", "-purpose", "sslclient",
                   "-x509_strict") == OK
    for name in ("localhost", "127.0.0.1", "::1", "broker.test", "192.0.2.7"):
        assert verdict(development, "server.crt", host_option(name),
                       name) == OK


def test_its_folder_and_files_are_the_owners(development):
    assert mode(development) == 0o700
    assert {mode(path) for path in development.iterdir()} == {0o600}


def test_nothing_is_overwritten(development):
    before = files_of(development)
    status, said = make_refused(development)
    assert (status, "ca.key exists; --force" in said) == (1, True)
    status, said = make_refused("--client", "client", development)
    assert (status, "client.key exists; --force" in said) == (1, True)
    assert files_of(development) == before


def test_but_by_force(tmp_path):
    make(tmp_path)
    before = files_of(tmp_path)
    make("--force", tmp_path)
    after = files_of(tmp_path)
    assert set(after) == set(before)
    assert after["server.key"] != before["server.key"]
    assert verdict(tmp_path, "server.crt") == OK


def test_another_client_and_another_server(development):
    assert 'identity "worker-1"' in make("--client", "worker-1", development)
    assert verdict(development, "worker-1.crt", "-purpose", "sslclient") == OK
    assert text_of(development / "worker-1.crt", "-subject") \
        == "subject=CN = worker-1\n"
    make("--server", "second", development, "second.test")
    assert verdict(development, "second.crt", "-purpose", "sslserver",
                   "-verify_hostname", "second.test") == OK
    assert verdict(development, "second.crt", "-verify_hostname",
                   "localhost") == "hostname mismatch"


def test_a_revoked_one_stays_revoked(tmp_path):
    def crl_verdict(name):
        return verdict(tmp_path, name, "-crl_check", "-CRLfile",
                       tmp_path / "ca.crl")
    make(tmp_path)
    make("--client", "one", tmp_path)
    assert crl_verdict("client.crt") == crl_verdict("one.crt") == OK
    make("--revoke", tmp_path / "client.crt", tmp_path)
    make("--revoke", tmp_path / "one.crt", tmp_path)
    for name in ("client.crt", "one.crt"):
        assert crl_verdict(name) == "certificate revoked"
    assert crl_verdict("server.crt") == OK
    assert "Already revoked" in make_refused(
        "--revoke", tmp_path / "one.crt", tmp_path)[1]


def test_one_of_another_authority_cannot_be_revoked(tmp_path, development):
    make(tmp_path)
    for name in (development / "client.crt", tmp_path / "ca.crt"):
        before = files_of(tmp_path)
        assert "is no certificate by the authority of" in make_refused(
            "--revoke", name, tmp_path)[1]
        assert files_of(tmp_path) == before


def test_a_machine_with_a_long_name(tmp_path, monkeypatch):
    host = tmp_path / "uname"
    host.write_text("#!/bin/sh\necho " + "h" * 64)
    host.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    make(tmp_path / "made")
    assert verdict(tmp_path / "made", "server.crt") == OK


def test_a_name_that_is_too_long(development):
    make("--force", "--client", "n" * 64, development)
    assert "up to 64 characters" in make_refused(
        "--client", "n" * 65, development)[1]


@pytest.mark.parametrize("name", ["ca", "../up", ".hidden", "-x", "a b", ""])
def test_no_file_of_such_a_name(development, name):
    before = files_of(development)
    assert "cannot be the name of a file" in make_refused(
        "--force", "--client", name, development)[1]
    assert files_of(development) == before


@pytest.mark.parametrize("name", ["a,DNS:b", "a b", "", "a/b", "a\nb"])
def test_no_server_of_such_a_name(tmp_path, name):
    assert "is no name or address" in make_refused(tmp_path, name)[1]
    assert files_of(tmp_path) == {}


def test_an_authority_is_needed_first(tmp_path):
    assert "make a set there first" in make_refused(
        "--client", "one", tmp_path)[1]


@pytest.mark.parametrize("arguments", [
    [], [""], ["--wrong"], ["--client", "one"], ["--force"],
    ["--server", "one", "DIR"], ["--client", "one", "DIR", "more"],
    ["--revoke", "one.crt", "DIR", "more"], ["--test-set", "DIR", "more"]])
def test_wrong_usage(tmp_path, arguments):
    words = [tmp_path if word == "DIR" else word for word in arguments]
    status, said = make_refused(*words)
    assert (status, said[:6]) == (2, "usage:")
    assert files_of(tmp_path) == {}


def test_a_failure_leaves_nothing(tmp_path):
    status, said = make_refused(tmp_path, "1.2.3.4.5")
    assert (status, "openssl req" in said) == (1, True)
    assert files_of(tmp_path) == {}
