# SPDX-License-Identifier: MIT
"""Stock Python programs and our examples as processes, and addresses to meet
at."""

import contextlib
import os
import pathlib
import socket
import time

import pytest

from conftest import BUILD, KEY, PYTHONS

PROGRAMS = pathlib.Path(__file__).parent / "programs"

# A deadline so far off that what ends well before it did not wait for it.
FAR_OFF = ("--handshake-timeout-ms", 50_000, "--connect-timeout-ms", 50_000)
AT_ONCE = 20

# What stock.py says when the other side, or it, does not take the key.
REJECTED = "ended AuthenticationError: digest sent was rejected"
REJECTS = "ended AuthenticationError: digest received was wrong"

# What programs/exchange.py says when it has been through all of it.
EVERYTHING = "done 59 objects, 7 lengths"


@pytest.fixture
def stock(start):
    """Starts a stock Python program:
    stock(python, "client" or "listener", address, activity)."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}

    def run(python, role, address, activity, key=KEY, program="stock.py"):
        return start(python, "-B", PROGRAMS / program, role, address,
                     repr(key), activity, env=environment)
    return run


@pytest.fixture
def example(start, key_file):
    """Starts one of our examples with the key: example(name, argument...)."""
    def run(name, *arguments, key=key_file, **popen):
        if name == "event-echo" and not (BUILD / "examples" / name).exists():
            pytest.skip("event-echo is not built: there is no libevent")
        return start(BUILD / "examples" / name, *arguments,
                     "--authkey-file", key, encoding="utf-8", **popen)
    return run


@pytest.fixture
def say(example):
    """Runs echo-client: say(address, message...). Its exit status, standard
    output and error."""
    def run(address, *messages, **options):
        return example("echo-client", address, *messages, **options).finish()
    return run


@pytest.fixture
def still_serves(say):
    """Checks that an echo server serves somebody with the right key."""
    def check(address):
        assert say(address, "still there?") == (0, "still there?\n", "")
    return check


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.fixture
def place(tmp_path):
    """A free address to listen at: place("tcp"), "unix" or "ipv6"."""
    def address(transport):
        if transport == "ipv6" and not has_ipv6():
            pytest.skip("this machine has no IPv6 loopback")
        return {"tcp": "tcp://127.0.0.1:0", "ipv6": "tcp://[::1]:0",
                "unix": f"unix:{tmp_path}/socket"}[transport]
    return address


@pytest.fixture
def any_python():
    """The newest of the Pythons, where any will do."""
    if not PYTHONS:
        pytest.skip("there is no Python to talk to")
    return [*PYTHONS.values()][-1]


@pytest.fixture
def at_once():
    """A context that must not take as long as a deadline."""
    @contextlib.contextmanager
    def context():
        started = time.monotonic()
        yield
        assert time.monotonic() - started < AT_ONCE
    return context
