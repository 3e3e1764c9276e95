# SPDX-License-Identifier: MIT
"""Every Python exchanges objects with a C program that reads each as a value
and pickles it anew: what comes back is what was sent."""

import os

import pytest

from conftest import KEY, PYTHONS, ROOT

from .conftest import PROGRAMS
from .test_names import Broker

OBJECTS = "done 59 objects"
MEET = ROOT / "tests/rendezvous/programs/meet.py"
VERSIONS = {path: version for version, path in PYTHONS.items()}


@pytest.fixture
def broker(start, tmp_path, key_file):
    return Broker(start, tmp_path, key_file)


@pytest.fixture
def meet(start):
    """Starts a stock Python that meets somebody at a broker, and exchanges
    objects: meet(python, address, verb)."""
    environment = {**os.environ, "PYTHONPATH": str(PROGRAMS)}

    def run(python, address, verb):
        return start(python, "-B", MEET, address, repr(KEY), verb, "echo",
                     "exchange objects", env=environment)
    return run


def protocols_of(python):
    """Those of ours that it reads."""
    return [2, 3, 4, 5] if VERSIONS[python] >= (3, 8) else [2, 3, 4]


def test_a_python_client(python, place, peer, stock):
    for protocol in protocols_of(python):
        server = peer("serve", place("tcp"), "--pickle-protocol", protocol)
        client = stock(python, "client", server.listening_at(),
                       "exchange objects")
        assert client.lines_until("done")[-1] == OBJECTS, protocol
        assert server.line().startswith("accepted ")
        assert server.line().startswith("ended TIELINE_EEOF ")


def test_a_python_listener(python, place, peer, stock):
    for protocol in protocols_of(python):
        listener = stock(python, "listener", place("unix"), "exchange objects")
        client = peer("echo", listener.listening_at(),
                      "--pickle-protocol", protocol)
        assert listener.lines_until("done")[-1] == OBJECTS, protocol
        assert client.line().startswith("connected ")
        assert client.line().startswith("ended TIELINE_EEOF ")


def test_a_python_dials_us(python, broker, peer, meet):
    server = peer("serve", broker.named("unix"), "--pickle-protocol", 4)
    server.listening_at()
    client = meet(python, broker.at["tcp"], "dial")
    assert client.lines_until("done")[-1] == OBJECTS
    assert server.lines_until("ended")[-1].startswith("ended TIELINE_EEOF")


def test_we_dial_a_python(python, broker, peer, meet):
    server = meet(python, broker.at["unix"], "accept")
    client = peer("echo", broker.named("tcp"), "--pickle-protocol", 2)
    assert server.lines_until("done")[-1] == OBJECTS
    assert client.lines_until("ended")[-1].startswith("ended TIELINE_EEOF")


def test_both_ends_of_a_pipe(python, broker, peer, meet):
    ours = peer("pipe", broker.named("unix"), "--pickle-protocol", 3)
    theirs = meet(python, broker.at["unix"], "pipe")
    assert theirs.lines_until("done")[-1] == OBJECTS
    assert ours.lines_until("ended")[-1].startswith("ended TIELINE_EEOF")


def test_what_is_no_pickle_ends_it(any_python, place, peer, stock):
    """A message that no value can be made of: the C program says why."""
    server = peer("serve", place("unix"), "--pickle-protocol", 4)
    client = stock(any_python, "client", server.listening_at(), "talk long")
    assert client.lines_until("ended")[-1].startswith("ended EOFError")
    assert server.lines_until("ended")[-1] == \
        "ended TIELINE_ESYNTAX offset 0, opcode: 0x00 is none; it does not " \
        "start as an object does: was it sent with send_bytes()?"
