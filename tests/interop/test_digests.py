# SPDX-License-Identifier: MIT
"""Which digests are taken from whom: MD5, all that Python up to 3.11 can do,
HMAC-SHA256 as Red Hat's patched Pythons do it, and the choice of 3.12."""

import socket

import pytest

from conftest import PYTHONS, version_text

from .conftest import FAR_OFF, REJECTED, REJECTS

ANYWHERE = "tcp://127.0.0.1:0"
OFF = ("--legacy-auth", "off")

LEGACY = {v: path for v, path in PYTHONS.items() if v < (3, 12)}
MODERN = {v: path for v, path in PYTHONS.items() if v >= (3, 12)}

each_legacy_python = pytest.mark.parametrize(
    "legacy_python", LEGACY.values(), ids=map(version_text, LEGACY))
each_modern_python = pytest.mark.parametrize(
    "modern_python", MODERN.values(), ids=map(version_text, MODERN))


@each_legacy_python
def test_legacy_auth_off_refuses_an_old_client(
        legacy_python, peer, stock, at_once, still_serves):
    server = peer("serve", ANYWHERE, *OFF, *FAR_OFF)
    address = server.listening_at()
    with at_once():
        client = stock(legacy_python, "client", address, "read")
        assert client.line() == REJECTED
        refused = server.line()
    assert refused.startswith("refused TIELINE_EAUTH ")
    assert "legacy_auth" in refused
    still_serves(address)


@each_legacy_python
def test_legacy_auth_off_refuses_an_old_listener(
        legacy_python, peer, stock, at_once):
    listener = stock(legacy_python, "listener", ANYWHERE, "read")
    address = listener.listening_at()
    with at_once():
        ended = peer("echo", address, *OFF, *FAR_OFF).line()
        assert listener.line() == REJECTS
    assert ended.startswith("ended TIELINE_EAUTH ")
    assert "legacy_auth" in ended


@each_modern_python
def test_legacy_auth_off_takes_a_new_client(modern_python, peer, stock):
    server = peer("serve", ANYWHERE, *OFF)
    client = stock(modern_python, "client", server.listening_at(),
                   "exchange a little")
    assert client.lines_until("done")[-1] == "done a little"


@each_modern_python
def test_legacy_auth_off_takes_a_new_listener(modern_python, peer, stock):
    listener = stock(modern_python, "listener", ANYWHERE, "exchange a little")
    peer("echo", listener.listening_at(), *OFF)
    assert listener.lines_until("done")[-1] == "done a little"


@pytest.fixture
def own_address():
    """An address of this machine that is not the loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address besides the loopback")
        return probe.getsockname()[0]


@pytest.fixture
def old_python():
    """The newest Python that can only do MD5."""
    if not LEGACY:
        pytest.skip("there is no Python up to 3.11 to talk to")
    return [*LEGACY.values()][-1]


def test_md5_is_refused_off_the_loopback(own_address, old_python, peer, stock):
    server = peer("serve", f"tcp://{own_address}:0")
    client = stock(old_python, "client", server.listening_at(), "read")
    assert client.line() == REJECTED
    refused = server.line()
    assert refused.startswith(f"refused TIELINE_EAUTH tcp://{own_address}:")
    assert "legacy_auth" in refused


def test_md5_is_not_sent_off_the_loopback(own_address, old_python, peer, stock):
    listener = stock(old_python, "listener", f"tcp://{own_address}:0", "read")
    ended = peer("echo", listener.listening_at()).line()
    assert ended.startswith("ended TIELINE_EAUTH ")
    assert "legacy_auth" in ended
    assert listener.line() == REJECTS


def test_md5_is_taken_from_anywhere_when_asked_for(
        own_address, old_python, peer, stock):
    server = peer("serve", f"tcp://{own_address}:0", "--legacy-auth", "any")
    client = stock(old_python, "client", server.listening_at(),
                   "exchange a little")
    assert client.lines_until("done")[-1] == "done a little"


def test_md5_is_sent_anywhere_when_asked_for(
        own_address, old_python, peer, stock):
    listener = stock(old_python, "listener", f"tcp://{own_address}:0",
                     "exchange a little")
    peer("echo", listener.listening_at(), "--legacy-auth", "any")
    assert listener.lines_until("done")[-1] == "done a little"


@pytest.fixture
def red_hat(stock):
    """Starts a stock program under 3.9, or what is nearest, with the patch."""
    if not LEGACY:
        pytest.skip("there is no Python up to 3.11 to talk to")
    python = LEGACY[min(LEGACY, key=lambda v: (abs(v[1] - 9), v))]

    def run(*arguments):
        return stock(python, *arguments, program="red_hat.py")
    return run


def test_red_hats_client_is_taken(red_hat, peer):
    server = peer("serve", ANYWHERE)
    client = red_hat("client", server.listening_at(), "exchange a little")
    assert client.lines_until("done")[-1] == "done a little"


def test_red_hats_listener_is_answered_when_told_so(red_hat, peer):
    listener = red_hat("listener", ANYWHERE, "exchange a little")
    peer("echo", listener.listening_at(), "--legacy-digest", "sha256")
    assert listener.lines_until("done")[-1] == "done a little"


def test_red_hats_listener_does_not_take_md5(red_hat, peer):
    listener = red_hat("listener", ANYWHERE, "read")
    ended = peer("echo", listener.listening_at()).line()
    assert ended.startswith("ended TIELINE_EAUTH ")
    assert listener.line() == REJECTS


def test_legacy_digest_sha256_is_nothing_for_a_stock_listener(
        old_python, peer, stock):
    listener = stock(old_python, "listener", ANYWHERE, "read")
    ended = peer("echo", listener.listening_at(),
                 "--legacy-digest", "sha256").line()
    assert ended.startswith("ended TIELINE_EAUTH ")
    assert listener.line() == REJECTS
