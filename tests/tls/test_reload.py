# SPDX-License-Identifier: MIT
"""Certificates and addresses that are read anew, and what is wrong with them."""

import os
import re
import socket
import ssl
import subprocess
from multiprocessing import AuthenticationError

import pytest

from conftest import BUILD, HANG, ended_broker, write_secret
from rendezvous.client import echo_both_ways, open_socket

from .client import context, plain_address

NOTHING = "nothing is changed by the reload: "
KEEPALIVE_TIMER = "02"  # in /proc/net/tcp


def listen(broker):
    """The settings of the address with TLS, to be changed."""
    return next(entry for entry in broker.settings["listen"]
                if isinstance(entry, dict))


def reload_with(hub, **members):
    """The log's line when the address has these members."""
    listen(hub.broker).update(members)
    hub.broker.configure()
    return hub.broker.reload()


def certificate_of(peer):
    return ssl.DER_cert_to_PEM_cert(peer.sock.getpeercert(True))


def pem(certificates, name):
    """The certificate alone, of whatever is in the file."""
    text = (certificates / f"{name}.crt").read_text()
    start = text.index("-----BEGIN CERTIFICATE")
    return text[start:]


@pytest.fixture
def renewable(secure, certificates, tmp_path):
    """A broker with a certificate at a place of its own, to be replaced;
    renew(name) puts another one there."""
    def renew(name):
        for suffix in ("crt", "key"):
            write_secret(tmp_path / f"own.{suffix}",
                         (certificates / f"{name}.{suffix}").read_bytes())
    renew("server-good")
    hub = secure(certificate_file=str(tmp_path / "own.crt"),
                 private_key_file=str(tmp_path / "own.key"))
    return hub, renew


def test_a_new_certificate_is_for_those_who_come_then(
        renewable, certificates):
    hub, renew = renewable
    old = hub.pair(("tls", "tls"))
    renew("server-rsa")
    assert "reloaded" in hub.broker.reload()
    new = hub.connect("tls")
    assert certificate_of(new) == pem(certificates, "server-rsa")
    assert certificate_of(old[0]) == pem(certificates, "server-good")
    echo_both_ways(*old)


def test_who_is_at_its_handshake_ends_it_as_it_began(renewable, certificates):
    hub, renew = renewable
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context(certificates).wrap_bio(
        incoming, outgoing, server_hostname="localhost")
    with open_socket(plain_address(hub.broker.at["tls"])) as sock:
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        first = outgoing.read()
        sock.sendall(first[:10])
        hub.connect().until(lambda peer: any(
            entry["state"] == "authenticating"
            for entry in peer.connections()))
        renew("server-rsa")
        assert "reloaded" in hub.broker.reload()
        sock.sendall(first[10:])
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(sock.recv(4096))
        assert ssl.DER_cert_to_PEM_cert(client.getpeercert(True)) == pem(
            certificates, "server-good")


@pytest.mark.parametrize("members, what", [
    ({"certificate_file": "garbage.crt"}, "garbage.crt"),
    ({"certificate_file": "empty.crt"}, "empty.crt"),
    ({"certificate_file": "missing.crt"}, "missing.crt"),
    ({"private_key_file": "readable.key"}, "readable.key"),
    ({"private_key_file": "encrypted.key"}, "encrypted.key"),
    ({"private_key_file": "server-rsa.key"}, "server-rsa.key"),
    ({"client_certificates": "required", "client_ca_file": "garbage.crt"},
     "garbage.crt"),
    ({"client_certificates": "required", "client_ca_file": "ca.crt",
      "client_crl_file": "garbage.crt"}, "garbage.crt"),
    ({"private_key_file": ""}, '"private_key_file", which is missing'),
    ({"client_certificates": "required"}, '"client_ca_file"'),
])
def test_what_cannot_be_used_changes_nothing(
        secure, certificates, tmp_path, members, what):
    members = {name: str(certificates / value)
               if value and name.endswith("file") else value
               for name, value in members.items()}
    hub = secure()
    old = hub.pair(("tls", "tls"))
    line = reload_with(hub, **members)
    assert NOTHING in line and what in line
    assert certificate_of(hub.connect("tls")) == pem(
        certificates, "server-good")
    echo_both_ways(*old)

    done = ended_broker("--config", hub.broker.config, "--check-config")
    assert done.returncode == 2 and what in done.stderr, done


def test_settings_that_can_be_used(secure):
    hub = secure()
    done = ended_broker("--config", hub.broker.config, "--check-config")
    assert (done.returncode, done.stderr) == (0, "")


# ---- From one to the other at the same place


@pytest.fixture
def place():
    """Where nobody listens, nor connects from."""
    with socket.create_server(("127.77.0.1", 0)) as server:
        return "{}:{}".format(*server.getsockname())


def listens_at(hub, *entries):
    """As well; what its log says of that."""
    hub.broker.configure(listen=[hub.broker.settings["listen"][0], *entries])
    return hub.broker.reload()


def can_connect(hub, address):
    try:
        return hub.connect(address).asked(ping="x")["ok"]
    except (EOFError, OSError, AuthenticationError):
        return False


@pytest.fixture
def plain_hub(serve, tmp_path, place):
    return serve(listen=[f"unix:{tmp_path}/socket", f"tcp://{place}"])


def test_an_address_gets_tls_and_loses_it(plain_hub, tls_address, place):
    """Who has connected keeps what he has."""
    plain, secure = f"tcp://{place}", f"tls://{place}"
    peers = [plain_hub.connect(plain)]
    for _ in range(2):
        assert "reloaded" in listens_at(plain_hub, tls_address(address=secure))
        assert not can_connect(plain_hub, plain)
        peers.append(plain_hub.connect(secure))
        assert "reloaded" in listens_at(plain_hub, plain)
        assert not can_connect(plain_hub, secure)
        peers.append(plain_hub.connect(plain))
    assert all(peer.asked(ping="x")["ok"] for peer in peers)


def test_two_cannot_have_one_socket(plain_hub, tls_address, place):
    """Neither beside the one that was there before, nor both of them new."""
    plain, secure = f"tcp://{place}", tls_address(address=f"tls://{place}")
    both_there = '127.77.0.1:[0-9]+" is there twice, with TLS or without'
    assert re.search(both_there, listens_at(plain_hub, plain, secure))
    assert plain_hub.connect(plain).asked(ping="x")["ok"]
    assert "reloaded" in listens_at(plain_hub)
    assert re.search(both_there, listens_at(plain_hub, secure, plain))
    assert not can_connect(plain_hub, plain)


def keepalive_idle_s(hub, address):
    """How long the broker's side of a new connection may be silent."""
    sock = hub.connect(address).sock
    ends = [":%04X" % place[1]
            for place in (sock.getpeername(), sock.getsockname())]
    timer = None
    while timer != KEEPALIVE_TIMER:  # what was sent is acknowledged first
        with open("/proc/net/tcp") as sockets:
            field = next(fields[5] for fields in map(str.split, sockets)
                         if all(map(str.endswith, fields[1:3], ends)))
        timer, ticks = field.split(":")
    return int(ticks, 16) / os.sysconf("SC_CLK_TCK")


def test_an_address_that_cannot_get_tls_goes_on(
        plain_hub, tls_address, place, tmp_path):
    """As it was, for another one cannot be opened."""
    plain, secure = f"tcp://{place}", tls_address(address=f"tls://{place}")
    elsewhere = tls_address(address="tls://192.0.2.1:1")
    plain_hub.broker.configure(keepalive_idle_s=5000)
    assert "cannot listen at" in listens_at(
        plain_hub, secure, f"unix:{tmp_path}/other", elsewhere)
    assert not (tmp_path / "other").exists()
    assert keepalive_idle_s(plain_hub, plain) < 100
    assert "reloaded" in listens_at(plain_hub, secure)
    assert keepalive_idle_s(plain_hub, secure["address"]) > 4000


def test_an_address_of_ipv6_gets_tls(
        serve, tls_address, key_file, certificates):
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        place = f"[::1]:{server.getsockname()[1]}"
    hub = serve(listen=["tcp://127.0.0.1:0", f"tcp://{place}"])
    secure = tls_address(address=f"tls://{place}")
    assert "reloaded" in listens_at(hub, secure)
    subprocess.run(
        [BUILD / "cli/tieline", "ping", "--url", f"tls://{place}",
         "--authkey-file", key_file, "--ca-file", certificates / "ca.crt",
         "--server-name", "localhost"], check=True, timeout=HANG)


# ---- Without encryption, for other machines

OPEN = "tcp://0.0.0.0:0"


@pytest.mark.parametrize("options,status", [
    ([], 3), (["--check-config"], 2)], ids=str)
def test_a_plain_address_for_all_has_to_be_allowed(
        tmp_path, key_file, options, status):
    config = tmp_path / "tielined.json"
    config.write_text('{"listen": ["%s"], "authkey_file": "%s"}' % (
        OPEN, key_file))
    done = ended_broker("--config", config, *options)
    assert done.returncode == status
    assert "set allow_plaintext_remote" in done.stderr


def test_a_check_looks_hosts_up(tmp_path):
    config = tmp_path / "tielined.json"
    config.write_text('{"listen": ["tcp://no-such-host.invalid:7600"]}')
    done = ended_broker("--config", config, "--check-config")
    assert done.returncode == 2
    assert "no-such-host.invalid" in done.stderr


def test_one_that_is_allowed_is_warned_of(serve):
    hub = serve(listen=[OPEN], allow_plaintext_remote=True)
    assert "not encrypted" in hub.broker.log.wait_for("warning")
    hub.broker.configure(allow_plaintext_remote=False)
    line = hub.broker.reload()
    assert NOTHING in line and "set allow_plaintext_remote" in line


def test_nobody_is_warned_of_what_is_not_opened(hub):
    hub.broker.configure(
        allow_plaintext_remote=True,
        listen=[*hub.broker.settings["listen"], OPEN, "tcp://192.0.2.1:1"])
    assert "cannot listen at tcp://192.0.2.1:1" in hub.broker.reload()
    assert "warning" not in "".join(hub.broker.log.lines)


def test_one_more_is_refused_at_a_reload(hub):
    hub.broker.configure(listen=[*hub.broker.settings["listen"], OPEN])
    line = hub.broker.reload()
    assert NOTHING in line and "set allow_plaintext_remote" in line


def test_with_tls_it_is_for_all(secure, certificates):
    hub = secure(address="tls://0.0.0.0:0")
    assert hub.connect("tls").asked(ping="x")["ping"] == "x"
    assert "reloaded" in hub.broker.reload()  # the log is complete to here
    assert "warning" not in "".join(hub.broker.log.lines)
