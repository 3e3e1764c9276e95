# SPDX-License-Identifier: MIT
"""Tunnels over TLS, as they are meant to be used."""

import contextlib
import hashlib
import json
import os
import socket
import ssl
import threading
from multiprocessing.connection import (
    Client, answer_challenge, deliver_challenge)

import pytest

from cli.conftest import begin, ended, receive  # noqa: F401: a fixture
from cli.ends import break_behind, is_break, memory_of
from conftest import HANG, KEY, Broker, python_address, write_secret
from tls.client import Connection
from tls.ends import key_pair

from .test_programs import DIAL, ECHO, MANAGED, at, run

MIB = 1 << 20
BROKEN = (EOFError, OSError, ConnectionResetError)


@pytest.fixture
def secure(broker_at):
    """A broker with an address at tls://; its other one is a Unix socket."""
    return broker_at("good")


@pytest.fixture
def broker_at(tmp_path, key_file, certificates):
    """Brokers, by the certificate that they have."""
    brokers = []

    def run_at(name):
        folder = tmp_path / f"broker-{name}"
        folder.mkdir()
        brokers.append(Broker(folder, key_file, (), {"listen": [
            f"unix:{folder}/socket",
            {"address": "tls://127.0.0.1:0",
             "certificate_file": str(certificates / f"server-{name}.crt"),
             "private_key_file": str(certificates / f"server-{name}.key")},
        ]}))
        return brokers[-1]

    yield run_at
    for one in brokers:
        one.process.kill()


@pytest.fixture
def to(tunnel, certificates):
    """A tunnel to a broker: to(broker, *options, name="")."""
    def run_to(broker, *options, name="", **popen):
        return tunnel(broker.at["tls"] + name, "--ca-file",
                      certificates / "ca.crt", *options, **popen)
    return run_to


def paired(broker, verb, name):
    """A connection to the broker without the tunnel."""
    connection = Client(python_address(broker.at["unix"]), authkey=KEY)
    connection.send_bytes(json.dumps({verb: name}).encode())
    return connection


@pytest.fixture
def across(secure, to):
    """Both ends of a pair: one through the tunnel, one at the broker."""
    # Of what is freed, sanitizers keep no more than this.
    carrier = to(secure, env={"ASAN_OPTIONS": "quarantine_size_mb=1"})
    with contextlib.ExitStack() as stack:
        far = stack.enter_context(paired(secure, "accept", "x"))
        near = stack.enter_context(carrier.connect())
        near.send_bytes(b'{"dial":"x"}')
        assert b'"ok":true' in receive(near)
        assert b'"ok":true' in receive(far)
        near.tunnel = carrier
        yield near, far


def test_every_python_accepts_and_dials(start, secure, to, python):
    carrier = to(secure)
    echo = start(python, "-c", ECHO, *at(carrier.url))
    assert echo.line() == "parked"
    assert run(python, DIAL, carrier.url) == "echoed"
    echo.process.kill()


def test_every_python_uses_a_manager(secure, to, python):
    assert run(python, MANAGED, to(secure).url) == str([*range(10)])


def test_many_bytes_both_ways(across):
    data = bytes(range(256)) * (32 << 12)
    wanted = hashlib.sha256(data).digest()
    memory = memory_of(across[0].tunnel.program)
    for there, here in (across, across[::-1]):
        thread = threading.Thread(target=there.send_bytes, args=(data,))
        thread.start()
        assert hashlib.sha256(receive(here)).digest() == wanted
        thread.join()
    assert memory_of(across[0].tunnel.program) < memory + 8 * MIB


def test_a_slow_reader_holds_the_sender_back(across):
    for there, here in (across, across[::-1]):
        sent = []
        data = bytes(64 * MIB)
        memory = memory_of(across[0].tunnel.program)
        thread = threading.Thread(
            target=lambda: (there.send_bytes(data), sent.append(True)))
        thread.start()
        thread.join(0.5)
        assert not sent
        assert memory_of(across[0].tunnel.program) < memory + 8 * MIB
        assert receive(here) == data
        thread.join()


def test_a_name_behind_the_address(secure, to):
    carrier = to(secure, name="#x")
    with paired(secure, "accept", "x") as far, carrier.connect() as near:
        assert b'"ok":true' in receive(far)
        near.send_bytes(b"hello")
        assert receive(far) == b"hello"


def test_a_program_is_exposed_at_a_broker_with_tls(secure, begin, target,
                                                   certificates):
    begin("expose", "program", target.url, "--url", secure.at["tls"],
          "--ca-file", certificates / "ca.crt")
    data = bytes(range(256)) * (8 << 12)
    dialler = paired(secure, "dial", "program")
    with dialler, target.accept() as program:
        assert b'"ok":true' in receive(dialler)
        for there, here in ((dialler, program), (program, dialler)):
            thread = threading.Thread(target=there.send_bytes, args=(data,))
            thread.start()
            assert receive(here) == data
            thread.join()
        program.close()
        assert ended(dialler) is EOFError


@pytest.mark.parametrize("where", ["here", "there"])
def test_an_end_on_one_side_is_one_on_the_other(across, where):
    one, other = across if where == "here" else reversed(across)
    one.send_bytes(b"last")
    one.close()
    assert receive(other) == b"last"
    assert ended(other) is EOFError


def test_a_tunnel_that_is_killed_is_a_break(across):
    near, far = across
    near.tunnel.process.kill()
    assert is_break(ended(far))


def test_a_tunnel_that_is_ended_is_a_break(across):
    near, far = across
    near.tunnel.process.terminate()
    assert is_break(ended(far))
    assert is_break(ended(near))


@pytest.fixture
def far_away(certificates):
    """Where a tunnel can lead: an address, and what accepts one there, who has
    little room for what he does not read."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*key_pair(certificates, "server-good"))
    # It would take a break for an end.
    made.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        server.settimeout(HANG)

        def accept():
            sock, _ = server.accept()
            sock.settimeout(HANG)
            far = Connection(stack.enter_context(made.wrap_socket(
                sock, server_side=True, suppress_ragged_eofs=False)))
            deliver_challenge(far, KEY)
            answer_challenge(far, KEY)
            return far

        yield "tls://127.0.0.1:%d" % server.getsockname()[1], accept


def test_a_break_overtakes_nothing_though_who_sees_it_goes_on_sending(
        far_away, tunnel, certificates):
    """What he sends when all is over is answered by a reset, and not before."""
    url, accept = far_away
    carrier = tunnel(url, "--ca-file", certificates / "ca.crt",
                     "--allow-unbound", local="tcp://127.0.0.1:0")
    accepted = []
    thread = threading.Thread(target=lambda: accepted.append(accept()))
    thread.start()
    near = carrier.connect()
    thread.join()
    far = accepted[0]
    messages = [os.urandom(16384) for _ in range(16)]
    break_behind(near, messages)
    for number, message in enumerate(messages):
        if number < len(messages) / 2:
            far.send_bytes(b"still here")
        assert far.recv_bytes() == message
    with pytest.raises(OSError):
        far.recv_bytes()


def test_a_broker_that_is_killed_is_a_break(secure, across):
    near, _ = across
    secure.process.kill()
    assert is_break(ended(near))
    near.tunnel.news.wait_for("tls://")


def test_another_ca(secure, tunnel, certificates):
    carrier = tunnel(secure.at["tls"], "--ca-file",
                     certificates / "other-ca.crt")
    with carrier.connect() as near:
        assert ended(near) in BROKEN
    line = carrier.news.wait_for("a connection is closed")
    assert "certificate" in line


@pytest.mark.parametrize("name", [
    "expired", "early", "wrong-name", "self-signed"])
def test_certificates_that_are_not_to_be_trusted(broker_at, to, name):
    carrier = to(broker_at(name))
    with carrier.connect() as near:
        assert ended(near) in BROKEN
    assert "certificate" in carrier.news.wait_for("a connection is closed")
    assert carrier.process.poll() is None


def test_the_host_of_the_address_is_checked_and_not_its_number(
        secure, tunnel, certificates):
    """It is looked up before, and the certificate is for the name."""
    url = secure.at["tls"].replace("127.0.0.1", "localhost")
    carrier = tunnel(url, "--ca-file", certificates / "ca.crt")
    with carrier.connect() as near:
        near.send_bytes(b'{"ping":"x"}')
        assert b'"ok":true' in receive(near)
    other = tunnel(url, "--ca-file", certificates / "ca.crt",
                   "--server-name", "elsewhere.example")
    with other.connect() as near:
        assert ended(near) in BROKEN
    assert "for another name" in other.news.wait_for("a connection is closed")


def test_another_key(secure, to, tmp_path, key_file):
    other = tmp_path / "other"
    write_secret(other, b"quite another key")
    carrier = to(secure, "--authkey-file", other, "--local-authkey-file",
                 key_file)
    with carrier.connect() as near:
        assert ended(near) in BROKEN
    assert "key" in carrier.news.wait_for("a connection is closed")
