# SPDX-License-Identifier: MIT
"""Programs that meet at a broker by name: ours and stock Python's, each as
listener, as dialler and as one end of a pipe."""

import contextlib
import json
import os
import signal
import time
from multiprocessing.connection import Client

import pytest

from conftest import BUILD, HANG, KEY, python_address


class Broker:
    """A tielined at a Unix socket and a TCP port."""

    def __init__(self, start, folder, key_file):
        self.program = start(
            BUILD / "broker/tielined", "--print-address",
            "--listen", f"unix:{folder}/broker", "--listen",
            "tcp://127.0.0.1:0", "--authkey-file", key_file)
        self.at = {"unix": self.program.listening_at(),
                   "tcp": self.program.listening_at()}

    def named(self, transport, name="echo"):
        return f"{self.at[transport]}#{name}"

    @contextlib.contextmanager
    def ask(self, transport="unix", **request):
        """A stock connection that has sent the request."""
        with Client(python_address(self.at[transport]), authkey=KEY) as stock:
            stock.send_bytes(json.dumps(request).encode())
            yield stock

    def wait_until_parked(self, count):
        """Asks until there are so many under the name."""
        until = time.monotonic() + HANG
        with Client(python_address(self.at["unix"]), authkey=KEY) as stock:
            parked = -1
            while parked != count:
                assert time.monotonic() < until, parked
                stock.send_bytes(b'{"list":"names"}')
                parked = sum(
                    name["parked"] for name in reply(stock)["names"])

    def kill(self):
        self.program.process.send_signal(signal.SIGKILL)
        self.program.process.wait()


@pytest.fixture
def broker(start, tmp_path, key_file):
    return Broker(start, tmp_path, key_file)


def reply(stock):
    """The broker's next reply, which must come."""
    assert stock.poll(HANG)
    return json.loads(stock.recv_bytes())


def exchange(stock, message=b"hello"):
    """The partner echoes."""
    stock.send_bytes(message)
    assert stock.poll(HANG)
    assert stock.recv_bytes() == message


TRANSPORTS = pytest.mark.parametrize("transport", ["unix", "tcp"])


@TRANSPORTS
@pytest.mark.parametrize("dialled_over", ["unix", "tcp"])
def test_python_dials_our_listener(broker, peer, transport, dialled_over):
    server = peer("serve", broker.named(transport))
    assert server.listening_at() == broker.named(transport)
    for _ in range(3):
        with broker.ask(dialled_over, dial="echo") as stock:
            assert reply(stock)["ok"]
            exchange(stock)
            exchange(stock, b"x" * 300_000)
        lines = server.lines_until("ended")
        assert lines[0].startswith(
            f"accepted {dialled_over}:"), lines
        assert lines[-1].startswith("ended TIELINE_EEOF"), lines


@TRANSPORTS
def test_we_dial_pythons_listener(broker, peer, transport):
    with broker.ask(accept="echo") as stock:
        client = peer("echo", broker.named(transport))
        assert reply(stock)["ok"]
        assert client.lines_until("connected ")[-1] == "connected unix:"
        exchange(stock)
    assert client.lines_until("ended")[-1].startswith("ended TIELINE_EEOF")


def test_our_programs_meet(broker, peer):
    server = peer("serve", broker.named("unix"))
    server.listening_at()
    client = peer("receive", broker.named("tcp"))
    assert client.lines_until("connected ")[-1] == "connected unix:"
    client.stop()
    assert server.lines_until("ended ")[-1].startswith("ended TIELINE_EEOF")


def test_a_pipe_has_two_ends_that_are_alike(broker, peer):
    ours = peer("pipe", broker.named("tcp"))
    with broker.ask(pipe="echo") as stock:
        assert reply(stock)["ok"]
        assert ours.lines_until("connected ")[-1] == "connected unix:"
        exchange(stock)
    assert ours.lines_until("ended")[-1].startswith("ended TIELINE_EEOF")


def test_a_crowd_is_served_by_a_backlog(broker, peer):
    """More come at once than are parked."""
    server = peer("serve", broker.named("unix"), "--backlog", 4)
    server.listening_at()
    with contextlib.ExitStack() as crowd:
        all_of_them = [crowd.enter_context(broker.ask(dial="echo"))
                       for _ in range(30)]
        for stock in all_of_them:
            assert reply(stock)["ok"]
            exchange(stock)


def test_nobody_under_a_name_is_said(broker, peer):
    client = peer("receive", broker.named("unix"), "--connect-timeout-ms", 2000)
    assert client.finish()[1].startswith("ended TIELINE_ENOLISTENER")


def test_a_name_is_one_listeners_alone(broker, peer):
    """Until that closes what it has accepted, too."""
    first = peer("serve", broker.named("unix"), "--exclusive")
    first.listening_at()
    second = peer("serve", broker.named("unix"))
    assert second.finish()[1].startswith("ended TIELINE_ENAMETAKEN")
    first.stop()
    third = peer("serve", broker.named("unix"))
    assert third.listening_at() == broker.named("unix")


def test_two_listeners_take_turns(broker, peer):
    """Each is served once in each round."""
    servers = [peer("serve", broker.named("unix")) for _ in range(2)]
    for server in servers:
        server.listening_at()
    for _ in range(2):
        broker.wait_until_parked(2)
        for _ in servers:
            with broker.ask(dial="echo") as stock:
                assert reply(stock)["ok"]
                exchange(stock)
        for server in servers:
            assert server.lines_until("ended")


def test_a_broker_that_comes_back_is_gone_back_to(
        broker, peer, start, tmp_path, key_file):
    server = peer("serve", broker.named("unix"), "--backlog", 3)
    server.listening_at()
    broker.kill()
    line = server.lines_until("refused ")[-1]
    assert line.startswith("refused TIELINE_EBROKER " + broker.named("unix"))
    os.unlink(tmp_path / "broker")
    again = Broker(start, tmp_path, key_file)
    with again.ask(dial="echo") as stock:
        assert reply(stock)["ok"]
        exchange(stock)
    assert server.lines_until("ended ")[0].startswith("accepted unix:")


@TRANSPORTS
def test_who_holds_a_relayed_connection_hears_of_a_broken_broker(
        broker, peer, transport):
    """As a break, not as an end: stock Python only over TCP."""
    ours = peer("echo", broker.named(transport))
    with broker.ask("tcp", accept="echo") as stock:
        assert reply(stock)["ok"]
        exchange(stock)
        broker.kill()
        with pytest.raises(ConnectionResetError):
            stock.recv_bytes()
    assert ours.lines_until("ended")[-1].startswith("ended TIELINE_ELOST")


@TRANSPORTS
def test_the_end_of_the_other_side_is_an_end(broker, peer, transport):
    ours = peer("echo", broker.named(transport))
    with broker.ask(transport, accept="echo") as stock:
        assert reply(stock)["ok"]
        exchange(stock)
    assert ours.lines_until("ended")[-1].startswith("ended TIELINE_EEOF")
