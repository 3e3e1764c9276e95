# SPDX-License-Identifier: MIT
"""A broker, a tunnel to it, and stock Python programs at the tunnel."""

import contextlib
import json
from multiprocessing.connection import Client

import pytest

from cli.conftest import (  # noqa: F401: fixtures
    begin, broker, environment, other_key, receive, target, tool)
from conftest import KEY, Lines, python_address


class Tunnel:
    """tieline tunnel as a process."""

    def __init__(self, program):
        self.program = program
        self.process = program.process
        self.url = program.listening_at()
        self.news = Lines(self.process.stderr)

    def connect(self, key=KEY):
        """As a stock program does."""
        return Client(python_address(self.url), authkey=key)

    def ask(self, **request):
        """A connection on which that was asked of the broker, and the answer.
        """
        connection = self.connect()
        connection.send_bytes(json.dumps(request).encode())
        return connection, json.loads(receive(connection))

    def stat(self):
        """What the broker tells of itself, through the tunnel."""
        connection, answer = self.ask(stat=True)
        connection.close()
        return answer


@pytest.fixture
def tunnel(begin, tmp_path):  # noqa: F811
    """Starts tunnels: tunnel(remote, *options)."""
    tunnels = []

    def run(remote, *options, local=None, **popen):
        local = local or f"unix:{tmp_path}/tunnel{len(tunnels)}"
        tunnels.append(Tunnel(begin("tunnel", local, remote, *options,
                                    **popen)))
        return tunnels[-1]

    yield run
    for one in tunnels:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait()
        text = one.news.text()
        assert "Sanitizer" not in text and "runtime error" not in text, text


@pytest.fixture
def through(broker, tunnel):  # noqa: F811
    """A tunnel to the broker."""
    return tunnel(broker.url)


@pytest.fixture
def both(target, tunnel):  # noqa: F811
    """Both ends of a connection through a tunnel, which takes it."""
    carrier = tunnel(target.url)
    with contextlib.ExitStack() as stack:
        near = stack.enter_context(carrier.connect())
        far = stack.enter_context(target.accept())
        near.tunnel = carrier
        yield near, far
