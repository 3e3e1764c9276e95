# SPDX-License-Identifier: MIT
"""Programs with tieline.py in every Python, with each other, with stock Python
and with C: everything that Python can send goes there and back."""

import itertools
import os

import pytest

from conftest import HANG, KEY, ROOT, version_text

from .conftest import (
    EVERYTHING, KINDS, MODERN, OTHERS, tieline, turning_away)

PLAIN = ["tcp", "unix"]
END = "ended EOFError: "


def ring(versions):
    """Each with itself and with the next one."""
    behind = versions[1:] + versions[:1]
    return sorted({*zip(versions, versions), *zip(versions, behind)})


@pytest.mark.parametrize("one, other, kind", [
    pytest.param(MODERN[one], MODERN[other], kind, id="-".join(
        [version_text(one), version_text(other), kind]))
    for (one, other), kind in itertools.product(ring([*MODERN]), KINDS)])
def test_each_other(party, place, server_options, client_options,
                    one, other, kind):
    server = party(one, "listener", place(kind), "echo bytes",
                   **server_options(kind))
    client = party(other, "client", server.listening_at(), "exchange",
                   **client_options(kind))
    assert client.lines_until("done")[-1] == EVERYTHING
    assert server.lines_until("ended")[-1] == END
    assert (client.finish()[0], server.finish()[0]) == (0, 0)


@pytest.fixture
def stock(start):
    def run(python, role, address, activity):
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return start(python, "-B", OTHERS[0] / "stock.py", role, address,
                     repr(KEY), activity, env=environment)
    return run


@pytest.mark.parametrize("kind", PLAIN)
def test_a_stock_client(party, place, stock, python, kind):
    """Of every Python, to a listener of ours, which answers MD5 here."""
    newest = [*MODERN.values()][-1]
    server = party(newest, "listener", place(kind), "echo bytes")
    client = stock(python, "client", server.listening_at(), "exchange")
    assert client.lines_until("done")[-1] == EVERYTHING
    assert server.lines_until("ended")[-1] == END


@pytest.mark.parametrize("kind", PLAIN)
def test_a_stock_listener(party, place, stock, python, kind):
    oldest = [*MODERN.values()][0]
    server = stock(python, "listener", place(kind), "exchange objects")
    client = party(oldest, "client", server.listening_at(), "echo bytes")
    assert server.lines_until("done")[-1] == "done 59 objects"
    assert client.lines_until("ended")[-1] == END


def words(options):
    """Options of ours, as tests/helpers/peer has them."""
    return [word for name, value in options.items()
            for word in ("--" + name.replace("_", "-"), value)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_and_c(party, place, peer, server_options, client_options,
                        modern, kind):
    server = peer("serve", place(kind), *words(server_options(kind)))
    client = party(modern, "client", server.listening_at(), "exchange",
                   **client_options(kind))
    assert client.lines_until("done")[-1] == EVERYTHING
    assert server.lines_until("ended")[-1].startswith("ended TIELINE_EEOF ")


@pytest.mark.parametrize("what", ["rsa", "sha384", "sha512", "chain"])
def test_c_has_the_same_binding(peer, place, server_options, client_options,
                                what):
    """With each digest that the signature of a certificate can have."""
    server = peer("serve", place("tls"), *words(server_options("tls", what)))
    with tieline.connect(server.listening_at(), KEY,
                         **client_options("tls")) as connection:
        connection.send("hello")
        assert connection.recv() == "hello"


@pytest.mark.parametrize("kind", KINDS)
def test_a_listener_and_c(party, place, peer, server_options, client_options,
                          modern, kind):
    server = party(modern, "listener", place(kind), "exchange",
                   **server_options(kind))
    client = peer("echo", server.listening_at(), *words(client_options(kind)),
                  *(["--bind-to-certificate"] if kind == "tls" else []))
    assert server.lines_until("done")[-1] == EVERYTHING
    assert client.lines_until("ended")[-1].startswith("ended TIELINE_EEOF ")


@pytest.mark.parametrize("what", ["rsa", "sha384", "sha512", "chain"])
def test_c_binds_to_certificates_of_each_kind(
        listen, peer, client_options, what):
    listener = listen("tls", what, timeout=HANG)
    peer("echo", listener.address, *words(client_options("tls")),
         "--bind-to-certificate")
    with listener.accept() as connection:
        connection.send("hello")
        assert connection.recv() == "hello"


def test_a_listener_and_c_without_binding(listen, peer, client_options):
    """Only where both permit that."""
    listener = listen("tls", timeout=HANG, allow_unbound=True)
    peer("echo", listener.address, *words(client_options("tls")),
         "--allow-unbound")
    with listener.accept() as connection:
        connection.send("hello")
        assert connection.recv() == "hello"


def test_a_listener_and_c_that_binds_otherwise(
        listen, peer, client_options, said):
    listener = listen("tls", timeout=HANG)
    client = peer("echo", listener.address, *words(client_options("tls")))
    with turning_away(listener):
        line = client.line()
    assert line.startswith("ended TIELINE_EAUTH ")
    assert "bind_to_certificate" in line
    assert "with another key" in said()[0]


def test_the_file_is_for_each_python(start, modern):
    """It compiles without a warning, and needs nothing but that Python."""
    done = start(modern, "-I", "-B", "-W", "error", "-c",
                 f"import sys; sys.path.insert(0, {str(ROOT / 'python')!r}); "
                 "import tieline")
    assert done.finish() == (0, "", "")


