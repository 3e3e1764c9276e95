# SPDX-License-Identifier: MIT
"""Every Python and C, in both roles, over every transport: what Python sends
to a C echo comes back as it was."""

import os

import pytest

from conftest import ROOT

from .conftest import EVERYTHING

AWKWARD_KEYS = {
    "one byte": b"k",
    "a block of SHA-256": b"k" * 64,
    "more than a block": b"k" * 65,
    "4096 bytes with NUL and newline": (b"\0\n\xff" * 1366)[:4096],
}


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_python_client_and_peer_serve(python, transport, place, peer, stock):
    server = peer("serve", place(transport))
    client = stock(python, "client", server.listening_at(), "exchange")
    assert client.lines_until("done")[-1] == EVERYTHING
    assert client.finish()[0] == 0
    assert server.line().startswith("accepted ")
    assert server.line().startswith("ended TIELINE_EEOF ")


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_python_client_and_echo_server(
        python, transport, place, example, stock):
    server = example("echo-server", place(transport), "--quiet")
    client = stock(python, "client", server.listening_at(), "exchange")
    assert client.lines_until("done")[-1] == EVERYTHING
    server.process.terminate()
    assert server.finish() == (0, "", "")


@pytest.mark.parametrize("transport", ["tcp", "unix", "ipv6"])
def test_a_python_listener_and_peer_echo(
        python, transport, place, peer, stock):
    listener = stock(python, "listener", place(transport), "exchange")
    client = peer("echo", listener.listening_at())
    assert listener.lines_until("done")[-1] == EVERYTHING
    assert client.line().startswith("connected ")
    assert client.line().startswith("ended TIELINE_EEOF ")


# What our client says is pickled anew by Python, in the protocol it prefers,
# with other opcodes for other lengths.
@pytest.mark.parametrize("transport", ["tcp", "unix", "ipv6"])
def test_a_python_listener_and_echo_client(
        python, transport, place, say, stock):
    messages = ["", "plain", "caf\u00e9 \U0001f600", "x" * 255, "x" * 256,
                "\u6f22" * 20_000, "x" * 70_000]
    listener = stock(python, "listener", place(transport), "echo")
    status, out, err = say(listener.listening_at(), *messages)
    assert out.splitlines() == messages
    assert (status, err) == (0, "")
    assert listener.lines_until("ended")[-1].startswith("ended EOFError")


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_the_python_example_client(
        python, transport, place, example, start, key_file):
    server = example("echo-server", place(transport))
    client = start(python, "-B", ROOT / "examples/echo_client.py",
                   server.listening_at(), key_file, "hello", "caf\u00e9", "",
                   env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert client.finish() == (0, "hello\ncaf\u00e9\n\n", "")


def test_the_python_example_server(python, start, say, key_file):
    server = start(python, "-B", ROOT / "examples/echo_server.py",
                   "tcp://127.0.0.1:0", key_file)
    address = server.listening_at()
    assert say(address, "hello", "caf\u00e9") == (0, "hello\ncaf\u00e9\n", "")
    assert say(address, "again") == (0, "again\n", "")


@pytest.mark.parametrize("key", AWKWARD_KEYS.values(), ids=AWKWARD_KEYS)
def test_any_bytes_are_a_key(python, key, key_file, peer, stock):
    key_file.write_bytes(key)
    server = peer("serve", "tcp://127.0.0.1:0")
    client = stock(python, "client", server.listening_at(),
                   "exchange a little", key=key)
    assert client.lines_until("done")[-1] == "done a little"


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_python_client_without_handshake(
        python, transport, place, peer, stock):
    server = peer("serve", place(transport), "--no-authkey")
    client = stock(python, "client", server.listening_at(),
                   "exchange a little", key=None)
    assert client.lines_until("done")[-1] == "done a little"


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_python_listener_without_handshake(
        python, transport, place, peer, stock):
    listener = stock(python, "listener", place(transport),
                     "exchange a little", key=None)
    peer("echo", listener.listening_at(), "--no-authkey")
    assert listener.lines_until("done")[-1] == "done a little"
