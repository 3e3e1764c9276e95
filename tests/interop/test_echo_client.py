# SPDX-License-Identifier: MIT
"""echo-client against echo-server, and the exit status for each way in which
that can go wrong."""

import os
import socket

import pytest

from conftest import BUILD, write_secret

MESSAGES = ["hello", "caf\u00e9 \u6f22\u5b57 \U0001f600", "", "two\nlines",
            "x" * 255, "x" * 256, "x" * 100_000]

DONE, OTHER, USAGE, CANNOT_CONNECT, AUTHENTICATION, LOST, TIMED_OUT = \
    0, 1, 2, 3, 4, 9, 124


@pytest.fixture
def server(example):
    return example("echo-server", "tcp://127.0.0.1:0")


@pytest.fixture
def address(server):
    return server.listening_at()


@pytest.mark.parametrize("transport", ["tcp", "unix", "ipv6"])
def test_two_c_programs(transport, place, example, say):
    server = example("echo-server", place(transport), "--quiet")
    status, out, err = say(server.listening_at(), *MESSAGES)
    assert out == "".join(message + "\n" for message in MESSAGES)
    assert (status, err) == (DONE, "")
    server.process.terminate()
    assert server.finish() == (DONE, "", "")


def test_a_server_at_several_addresses(place, example, say):
    server = example("echo-server", *map(place, ["tcp", "unix", "ipv6"]))
    for start in ["tcp://127.0.0.1:", "unix:/", "tcp://[::1]:"]:
        address = server.listening_at()
        assert address.startswith(start)
        assert say(address, address) == (DONE, address + "\n", "")


def test_a_server_at_all_addresses_and_a_host_name(example, say):
    address = example("echo-server", "tcp://:0").listening_at()
    assert address.startswith("tcp://0.0.0.0:")
    named = address.replace("0.0.0.0", "localhost")
    assert say(named, "hello") == (DONE, "hello\n", "")


def test_a_reply_that_is_no_text(any_python, place, stock, say):
    listener = stock(any_python, "listener", place("tcp"), "answer 42")
    status, out, err = say(listener.listening_at(), "what?")
    assert (status, out, err) == (DONE, "42\n", "")


def test_a_reply_that_is_no_pickle(any_python, place, stock, say):
    listener = stock(any_python, "listener", place("tcp"), "answer bytes")
    status, out, err = say(listener.listening_at(), "what?")
    assert (status, out) == (OTHER, "")
    assert "offset 0" in err


@pytest.mark.parametrize("name", [
    "echo-client", "echo-server", "poll-echo", "event-echo", "adder"])
def test_help(name, example):
    status, out, err = example(name, "--help").finish()
    assert out.startswith(f"usage: {name} ADDRESS")
    assert "--authkey-file FILE" in out
    assert (status, err) == (DONE, "")


@pytest.mark.parametrize("arguments", [
    [],
    ["--authkey-file"],
    ["tcp://127.0.0.1:1", "no key option"],
    ["--authkey-file", "key", "tcp://127.0.0.1:1"],
    ["--authkey-file", "key", "tcp://127.0.0.1:1", "hello", "--unknown"],
    ["--authkey-file", "key", "tcp://127.0.0.1:1", "hello", "--quiet"],
])
def test_usage(arguments, start):
    status, out, err = start(
        BUILD / "examples/echo-client", *arguments).finish()
    assert (status, out) == (USAGE, "")
    assert "usage: echo-client ADDRESS" in err


@pytest.mark.parametrize("bad", [
    "", "nonsense", "127.0.0.1:1", "udp://127.0.0.1:1", "tcp://127.0.0.1",
    "tcp://127.0.0.1:", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536",
    "tcp://127.0.0.1:http", "tcp://:1", "tcp://[::1:1", "unix:",
    "unix:/" + "x" * 200,
])
def test_a_bad_address(bad, say):
    status, out, err = say(bad, "hello")
    assert (status, out) == (USAGE, "")
    assert err.startswith(f"echo-client: {bad}: ")


def test_a_message_that_is_not_utf8(address, say):
    status, out, err = say(address, "fine", os.fsdecode(b"\xff"))
    assert (status, out) == (OTHER, "fine\n")
    assert "not UTF-8" in err


def test_nobody_listens(say):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        status, out, err = say("tcp://%s:%d" % bound.getsockname(), "hello")
    assert (status, out) == (CANNOT_CONNECT, "")
    assert "refused" in err


def test_a_unix_path_that_does_not_exist(tmp_path, say):
    status, out, err = say(f"unix:{tmp_path}/missing", "hello")
    assert (status, out) == (CANNOT_CONNECT, "")
    assert f"{tmp_path}/missing" in err


# A label of more than 63 characters fails without asking the network.
def test_a_host_that_cannot_be_looked_up(say):
    host = "x" * 64 + ".invalid"
    status, out, err = say(f"tcp://{host}:1", "hello")
    assert (status, out) == (CANNOT_CONNECT, "")
    assert host in err


def test_a_wrong_key(server, address, tmp_path, say, still_serves):
    wrong = tmp_path / "wrong"
    write_secret(wrong, b"not the key")
    status, out, err = say(address, "hello", key=wrong)
    assert (status, out) == (AUTHENTICATION, "")
    assert "both sides need the same authkey" in err
    still_serves(address)
    server.process.terminate()
    assert "refused tcp://127.0.0.1:" in server.finish()[2]


def no_file(path):
    path.unlink()


def readable_by_others(path):
    path.chmod(0o644)


def a_symlink(path):
    path.rename(path.with_name("real"))
    path.symlink_to("real")


def empty(path):
    path.write_bytes(b"")


def too_long(path):
    path.write_bytes(b"k" * 4097)


def a_directory(path):
    path.unlink()
    path.mkdir(mode=0o700)


def a_pipe(path):
    path.unlink()
    os.mkfifo(path, 0o600)


def somebody_elses(path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 4321, -1)


@pytest.mark.parametrize("spoil", [
    no_file, readable_by_others, a_symlink, empty, too_long, a_directory,
    a_pipe, somebody_elses])
def test_an_unusable_key_file(spoil, address, key_file, say):
    spoil(key_file)
    status, out, err = say(address, "hello")
    assert (status, out) == (AUTHENTICATION, "")
    assert str(key_file) in err


def test_a_silent_listener(say):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        status, out, err = say("tcp://%s:%d" % silent.getsockname(), "hello")
    assert (status, out) == (TIMED_OUT, "")
    assert "is its authkey set?" in err


def test_a_listener_that_closes_after_the_handshake(
        python, place, stock, say):
    listener = stock(python, "listener", place("tcp"), "hang up")
    status, out, err = say(listener.listening_at(), "hello")
    assert (status, out) == (LOST, "")
    assert err.startswith("echo-client: tcp://127.0.0.1:")
