# SPDX-License-Identifier: MIT
"""The examples of the event loop adapters serve stock Python clients."""

import signal
import subprocess

import pytest

from .conftest import EVERYTHING, REJECTED


@pytest.fixture
def poll_echo(example):
    return example("poll-echo", "tcp://127.0.0.1:0", stdin=subprocess.PIPE)


@pytest.fixture
def event_echo(example):
    return example("event-echo", "tcp://127.0.0.1:0")


@pytest.fixture(params=["poll_echo", "event_echo"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("activity, done", [
    ("exchange a little", "done a little"),
    ("exchange", EVERYTHING),
])
def test_one_client_after_the_other(server, any_python, stock, activity, done):
    address = server.listening_at()
    for _ in range(2):
        client = stock(any_python, "client", address, activity)
        assert client.lines_until("done")[-1] == done


def test_a_wrong_key_holds_nobody_up(server, any_python, stock, still_serves):
    address = server.listening_at()
    wrong = stock(any_python, "client", address, "read", key=b"wrong")
    assert wrong.line() == REJECTED
    still_serves(address)


def test_poll_echo_ends_with_its_input(poll_echo, still_serves):
    still_serves(poll_echo.listening_at())
    assert poll_echo.finish() == (0, "", "")  # which closes its input


def test_event_echo_ends_with_an_interrupt(event_echo, still_serves):
    still_serves(event_echo.listening_at())
    event_echo.process.send_signal(signal.SIGINT)
    assert event_echo.finish() == (0, "", "")
