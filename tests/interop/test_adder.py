# SPDX-License-Identifier: MIT
"""adder: a C program that receives objects from Python, and sends some."""

from multiprocessing.connection import Client

import pytest

from conftest import HANG, KEY, python_address


@pytest.fixture
def adder(place, example):
    return example("adder", place("unix"))


def ask(address, *requests):
    """The answers to objects, or to bytes as they are."""
    with Client(python_address(address), authkey=KEY) as client:
        for request in requests:
            send = client.send_bytes if isinstance(request, bytes) \
                else client.send
            send(request)
            assert client.poll(HANG)
            yield client.recv()


@pytest.mark.parametrize("request_, answer", [
    ({"sum": [1, 2.5]}, {"sum": 3.5, "of": 2}),
    ({"sum": (True, 1 << 70)}, {"sum": float((1 << 70) + 1), "of": 2}),
    ({"sum": []}, {"sum": 0.0, "of": 0}),
    ({"sum": [1, "2", 3]}, {"wrong": "2"}),
    ({"sum": [[{}]]}, {"wrong": [{}]}),
    ({"sum": 3}, {"sum": 0.0, "of": 0}),
    ({}, {"sum": 0.0, "of": 0}),
    (None, {"sum": 0.0, "of": 0}),
])
def test_it_adds_up(adder, request_, answer):
    assert [*ask(adder.listening_at(), request_)] == [answer]


def test_one_client_after_the_other(adder):
    address = adder.listening_at()
    for _ in range(3):
        answers = ask(address, *({"sum": [*range(n)]} for n in range(100)))
        assert [answer["of"] for answer in answers] == [*range(100)]


def test_who_sends_no_pickle_is_left(adder):
    address = adder.listening_at()
    with pytest.raises((EOFError, OSError)):
        [*ask(address, b"no pickle")]
    assert "offset 0" in adder.process.stderr.readline()
    assert [*ask(address, {"sum": [1]})] == [{"sum": 1.0, "of": 1}]


def test_a_bad_address(example):
    status, out, err = example("adder", "nonsense").finish()
    assert (status, out) == (2, "")
    assert err.startswith("adder: nonsense: ")
