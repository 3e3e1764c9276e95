# SPDX-License-Identifier: MIT
"""Who has another key, an empty one or none: both sides are told, ours with
what to do about it, and a server goes on serving."""

import functools
import subprocess

import pytest

from conftest import HANG

from .conftest import FAR_OFF, PROGRAMS, REJECTED, REJECTS

ANYWHERE = "tcp://127.0.0.1:0"
SOON = ("--handshake-timeout-ms", 300)
HINT = "is its authkey set?"

WRONG_KEYS = {
    "wrong": b"not the key",
    "empty": b"",
    "a prefix": b"a key of 32 bytes for the tests",
    "a newline more": b"a key of 32 bytes for the tests!\n",
}


@functools.lru_cache(maxsize=None)
def skips_an_empty_key(python):
    """Listener(authkey=b'') of Python up to 3.12.1 asks for no key."""
    done = subprocess.run([python, "-B", PROGRAMS / "empty_key.py"],
                          capture_output=True, text=True, timeout=HANG)
    assert done.stdout in ("skips\n", "asks\n"), done.stderr
    return done.stdout == "skips\n"


@pytest.mark.parametrize("key", WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_client_with_another_key(
        python, key, peer, stock, at_once, still_serves):
    server = peer("serve", ANYWHERE, *FAR_OFF)
    address = server.listening_at()
    with at_once():
        client = stock(python, "client", address, "read", key=key)
        assert client.line() == REJECTED
        refused = server.line()
    assert refused.startswith("refused TIELINE_EAUTH tcp://127.0.0.1:")
    assert "both sides need the same authkey" in refused
    still_serves(address)


@pytest.mark.parametrize("key", [key for key in WRONG_KEYS.values() if key],
                         ids=[name for name, key in WRONG_KEYS.items() if key])
def test_a_listener_with_another_key(python, key, peer, stock, at_once):
    listener = stock(python, "listener", ANYWHERE, "read", key=key)
    address = listener.listening_at()
    with at_once():
        ended = peer("echo", address, *FAR_OFF).line()
        assert listener.line() == REJECTS
    assert ended.startswith("ended TIELINE_EAUTH ")
    assert "both sides need the same authkey" in ended


def test_a_listener_with_an_empty_key(python, peer, stock):
    skips = skips_an_empty_key(python)
    listener = stock(python, "listener", ANYWHERE, "read", key=b"")
    client = peer("echo", listener.listening_at(),
                  *(SOON if skips else FAR_OFF))
    ended = client.line()
    if skips:
        assert ended.startswith("ended TIELINE_EHANDSHAKE ") and HINT in ended
        assert listener.line() == "connected"
    else:
        assert ended.startswith("ended TIELINE_EAUTH ")
        assert listener.line() == REJECTS


def test_a_silent_client_without_a_key(python, peer, stock, still_serves):
    server = peer("serve", ANYWHERE, *SOON)
    address = server.listening_at()
    client = stock(python, "client", address, "read", key=None)
    refused = server.line()
    assert refused.startswith("refused TIELINE_EHANDSHAKE ")
    assert HINT in refused
    assert client.lines_until("ended")[-1].startswith("ended EOFError")
    still_serves(address)


@pytest.mark.parametrize("activity", ["talk", "talk long"])
def test_a_talking_client_without_a_key(
        python, activity, peer, stock, at_once, still_serves):
    server = peer("serve", ANYWHERE, *FAR_OFF)
    address = server.listening_at()
    with at_once():
        client = stock(python, "client", address, activity, key=None)
        refused = server.line()
        client.lines_until("ended")
    assert refused.startswith("refused TIELINE_EPROTOCOL ")
    assert HINT in refused
    still_serves(address)


def test_a_silent_listener_without_a_key(python, peer, stock):
    listener = stock(python, "listener", ANYWHERE, "read", key=None)
    ended = peer("echo", listener.listening_at(), *SOON).line()
    assert ended.startswith("ended TIELINE_EHANDSHAKE ")
    assert HINT in ended
    assert listener.lines_until("ended")[-1].startswith("ended EOFError")


@pytest.mark.parametrize("activity", ["talk", "talk long"])
def test_a_talking_listener_without_a_key(
        python, activity, peer, stock, at_once):
    listener = stock(python, "listener", ANYWHERE, activity, key=None)
    address = listener.listening_at()
    with at_once():
        ended = peer("echo", address, *FAR_OFF).line()
        listener.lines_until("ended")
    assert ended.startswith("ended TIELINE_EPROTOCOL ")
    assert HINT in ended


def test_a_listener_that_hangs_up_before_the_handshake(python, peer, stock):
    listener = stock(python, "listener", ANYWHERE, "hang up", key=None)
    ended = peer("echo", listener.listening_at(), *FAR_OFF).line()
    assert ended.startswith("ended TIELINE_ELOST ")
    assert HINT in ended


# The other way round: a keyed Python takes what we say for a wrong answer.
def test_our_client_without_a_key(python, peer, stock):
    listener = stock(python, "listener", ANYWHERE, "read")
    peer("echo", listener.listening_at(), "--no-authkey")
    assert listener.line().startswith("ended AuthenticationError: ")


@pytest.mark.parametrize("command", ["serve", "echo"])
def test_our_own_empty_key_is_refused(command, peer):
    ended = peer(command, "tcp://127.0.0.1:1", "--authkey", "").line()
    assert ended.startswith("ended TIELINE_EKEY ")
