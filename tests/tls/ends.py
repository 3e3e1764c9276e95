# SPDX-License-Identifier: MIT
"""Ends of TLS: ours, OpenSSL's own and Python's, which say what became of a
connection."""

import socket
import ssl
import subprocess
import threading

from conftest import HANG

from .client import context

OPEN = "open"

# What comes first when TLS is through: a login.
CHALLENGE = b"#CHALLENGE#"


def key_pair(certificates, name):
    """The paths of a certificate of the test set and its key."""
    return certificates / f"{name}.crt", certificates / f"{name}.key"


def host_and_port(address):
    host, _, port = address.partition("://")[2].rpartition(":")
    return host.strip("[]"), int(port)


# ---- Servers of ours -------------------------------------------------------

class Library:
    """A listener of libtieline."""

    OPTIONS = {
        "certificate_file": "--certificate-file",
        "private_key_file": "--private-key-file",
        "client_ca_file": "--ca-file",
        "client_crl_file": "--crl-file",
        "client_certificates": "--client-certificates",
        "allow_tls12": "--allow-tls12",
    }

    def __init__(self, peer, settings):
        options = []
        for name, value in settings.items():
            options.append(self.OPTIONS[name])
            options += [] if value is True else [value]
        self.program = peer("serve", "tls://127.0.0.1:0", *options)
        self.address = self.program.listening_at()

    def check_refused(self, why):
        """It has turned away who came last, and says why."""
        line = self.program.lines_until("refused ")[-1]
        assert "TIELINE_ETLS" in line and f" the peer {why}" in line, line


class Served:
    """An address of the broker."""

    def __init__(self, broker, settings):
        listen = {name: value if value is True else str(value)
                  for name, value in settings.items()}
        self.broker = broker(
            listen=[{"address": "tls://127.0.0.1:0", **listen}])
        self.address = self.broker.at["tls"]

    def check_refused(self, why):
        """Of several in a row the log has only the first."""
        self.broker.log.wait_for(f"not let in: the peer {why}")


# ---- Clients ---------------------------------------------------------------

class OpenSSLClient:
    """`openssl s_client`, until the login begins or it has ended."""

    def __init__(self, address, *options):
        host, port = host_and_port(address)
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"{host}:{port}",
             *map(str, options)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.watchdog = threading.Timer(HANG, self.process.kill)
        self.watchdog.start()
        self.bytes = b""
        self.read_until(CHALLENGE)

    def read_until(self, part):
        while part not in self.bytes:
            more = self.process.stdout.read1(65536)
            if not more:
                break
            self.bytes += more

    @property
    def outcome(self):
        return OPEN if CHALLENGE in self.bytes else self.text

    @property
    def text(self):
        return self.bytes.decode(errors="replace")

    def say(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def end(self):
        """Ends by itself, and keeps what it was told to keep."""
        self.process.communicate(b"Q\n", timeout=HANG)

    def close(self):
        self.watchdog.cancel()
        self.process.kill()
        self.process.communicate(timeout=HANG)


def connect_python(address, certificates, what=None, name="localhost"):
    """OPEN, or what Python's ssl raised."""
    tls = context(certificates, what)
    try:
        with socket.create_connection(host_and_port(address), HANG) as plain:
            with tls.wrap_socket(plain, server_hostname=name) as secure:
                first = secure.recv(64)
    except OSError as error:
        return str(error)
    assert CHALLENGE in first
    return OPEN


# ---- Servers of others -----------------------------------------------------

class OpenSSLServer:
    """`openssl s_server`, which has something else than a login to say."""

    def __init__(self, certificates, what, options):
        certificate, key = key_pair(certificates, f"server-{what}")
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert_chain",
             str(certificate), "-cert", str(certificate), "-key", str(key),
             "-naccept", "1", *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.watchdog = threading.Timer(HANG, self.process.kill)
        self.watchdog.start()
        self.process.stdin.write("no login\n")
        self.process.stdin.flush()
        line = "?"
        while line and not line.startswith("ACCEPT "):
            line = self.process.stdout.readline()
        self.address = "tls://" + line.split()[1]

    def close(self):
        self.watchdog.cancel()
        self.process.kill()
        self.process.communicate(timeout=HANG)


class PythonServer:
    """Python's ssl, for one connection."""

    def __init__(self, certificates, what, version):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*key_pair(certificates, f"server-{what}"))
        context.maximum_version = version
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(HANG)
        self.address = "tls://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, args=(context,))
        self.thread.start()

    def serve(self, context):
        one, _ = self.socket.accept()
        with one:
            one.settimeout(HANG)
            try:
                with context.wrap_socket(one, server_side=True) as secure:
                    secure.sendall(b"no login\n")
                    secure.recv(1)
            except OSError:
                pass

    def close(self):
        self.thread.join()
        self.socket.close()
