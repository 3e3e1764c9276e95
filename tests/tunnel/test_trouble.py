# SPDX-License-Identifier: MIT
"""Keys that are wrong, brokers that are away, limits, and what is said."""

import contextlib
import json
import os
import re
import resource
import signal
import socket
import stat
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client

import pytest

from cli.conftest import OTHER_KEY, ended, fill_unread, receive, rows
from conftest import HANG, KEY, Lines, python_address
from rendezvous.test_process import YOUNG_S


# ---- Keys -----------------------------------------------------------------

def test_a_program_here_with_another_key(through):
    with pytest.raises(AuthenticationError):
        through.connect(OTHER_KEY)
    assert "unix:" in through.news.wait_for("key")
    through.stat()


def test_a_key_of_its_own_for_programs_here(broker, tunnel, other_key):
    carrier = tunnel(broker.url, "--local-authkey-file", other_key)
    with pytest.raises(AuthenticationError):
        carrier.connect(KEY)
    with carrier.connect(OTHER_KEY) as connection:
        connection.send_bytes(b'{"ping":"it"}')
        assert b'"ok":true' in receive(connection)


def test_another_key_than_the_remote_one(broker, tunnel, other_key, key_file):
    carrier = tunnel(broker.url, "--authkey-file", other_key,
                     "--local-authkey-file", key_file)
    with carrier.connect() as connection:
        assert ended(connection) in (OSError, ConnectionResetError)
    line = carrier.news.wait_for("a connection is closed")
    assert broker.url in line and "key" in line


def test_no_key_is_told_at_the_start(tool, tmp_path):
    done = tool("tunnel", f"unix:{tmp_path}/t", "tcp://127.0.0.1:1",
                "--authkey-file", tmp_path / "none")
    assert done.returncode == 4 and str(tmp_path / "none") in done.stderr


# ---- The broker is away ---------------------------------------------------

def test_a_tunnel_outlives_a_restart_of_the_broker(broker, tunnel):
    carrier = tunnel(broker.url, "--timeout", str(HANG))
    pid = carrier.process.pid
    parked, _ = carrier.ask(ping="here")
    parked.send_bytes(b'{"accept":"program"}')
    assert carrier.stat()["ok"]
    carrier.news.wait_for(f"{broker.url}: connected")
    broker.restart()
    with contextlib.suppress(EOFError, OSError):
        receive(parked)
    # It reconnects, as a program does that wants to be found again.
    again = carrier.connect()
    again.send_bytes(b'{"accept":"program"}')
    with broker.paired("dial", "program") as dialler:
        dialler.send_bytes(b"there")
        assert b'"ok":true' in receive(again)
        assert receive(again) == b"there"
    again.close()
    parked.close()
    assert carrier.process.pid == pid and carrier.process.poll() is None


def test_a_connection_waits_for_a_broker_that_comes_back(broker, tunnel):
    carrier = tunnel(broker.url, "--timeout", str(HANG))
    carrier.stat()
    broker.program.process.kill()
    broker.program.finish()
    with carrier.connect() as waiting:
        waiting.send_bytes(b'{"ping":"anybody"}')
        carrier.news.wait_for(": trying again")
        if broker.url.startswith("unix:"):
            os.unlink(python_address(broker.url))
        broker.run_at(broker.url)
        assert b'"ok":true' in receive(waiting)
    carrier.news.wait_for("connected again")


def test_a_connection_that_waits_too_long_breaks(tunnel, tmp_path):
    path = str(tmp_path / "away")
    carrier = tunnel(f"unix:{path}", "--timeout", "0.5")
    with carrier.connect() as connection:
        assert ended(connection) is OSError
    carrier.news.wait_for(": trying again")
    carrier.news.wait_for("a connection is closed")
    assert carrier.process.poll() is None


def test_who_has_gone_meanwhile_is_no_trouble(broker, tunnel):
    carrier = tunnel(broker.url, "--timeout", "2")
    carrier.stat()
    broker.program.process.kill()
    broker.program.finish()
    carrier.connect().close()
    carrier.news.wait_for(": a connection is closed")
    assert carrier.process.poll() is None


def test_a_remote_that_does_not_answer(tunnel):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        carrier = tunnel("tcp://127.0.0.1:%d" % silent.getsockname()[1],
                         "--timeout", "0.3")
        with carrier.connect() as connection:
            assert ended(connection) is OSError
    carrier.news.wait_for("tcp://127.0.0.1")


# ---- Limits ---------------------------------------------------------------

def test_more_connections_than_allowed_wait(broker, tunnel):
    carrier = tunnel(broker.url, "--max-connections", "2")
    first, _ = carrier.ask(ping="1")
    second, _ = carrier.ask(ping="2")
    carrier.news.wait_for("2 connections are there: more wait")
    with socket.socket(socket.AF_UNIX) as third:
        third.connect(python_address(carrier.url))
        first.close()
        third.close()
    assert carrier.stat()["ok"]
    second.close()


def test_many_who_are_refused_are_told_in_few_lines(through):
    for _ in range(50):
        with pytest.raises(AuthenticationError):
            through.connect(OTHER_KEY)
    through.process.terminate()
    through.process.wait()
    assert len(through.news.text().splitlines()) < 50


def test_many_wait_for_a_broker_with_few_descriptors(tunnel, tmp_path):
    """Those who wait have fewer descriptors than they might have."""
    few, waiting = 128, 45
    carrier = tunnel(
        f"unix:{tmp_path}/away", "--timeout", str(HANG),
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (few, few)))
    with contextlib.ExitStack() as stack:
        for _ in range(waiting):
            stack.enter_context(carrier.connect())
        carrier.process.terminate()
        assert carrier.process.wait() == -signal.SIGTERM


# ---- Nobody reads what it says --------------------------------------------

@pytest.mark.parametrize("options", [[], ["--json"]])
def test_who_reads_no_news_holds_nothing_up(begin, broker, tmp_path, options):
    local = str(tmp_path / "t")
    program = begin("tunnel", f"unix:{local}", broker.url, *options)
    assert local in program.line()
    process = program.process
    fill_unread(process.stdout if options else process.stderr)
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            Client(local, authkey=OTHER_KEY)
        with Client(local, authkey=KEY) as connection:
            connection.send_bytes(b'{"ping":"x"}')
            assert b'"ok":true' in receive(connection)
    process.terminate()
    assert process.wait() == -signal.SIGTERM


def test_news_that_had_no_room_are_counted(begin, broker, tmp_path):
    local = str(tmp_path / "t")
    program = begin("tunnel", f"unix:{local}", broker.url)
    assert local in program.line()
    fill_unread(program.process.stderr)
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            Client(local, authkey=OTHER_KEY)
    news = Lines(program.process.stderr)
    news.wait_for("\n")
    with pytest.raises(AuthenticationError):
        Client(local, authkey=OTHER_KEY)
    assert "more like it)" in news.wait_for("key")
    program.process.terminate()
    program.process.wait()
    assert "Sanitizer" not in news.text()


# ---- The local address ----------------------------------------------------

@pytest.mark.parametrize("local", [
    "tcp://0.0.0.0:0", "tcp://[::]:0", "tcp://192.0.2.1:0", "tls://127.0.0.1:1",
    "tcp://:0", "nonsense", "unix:/tmp/x#name"])
def test_only_this_machine_is_listened_to(tool, local):
    done = tool("tunnel", local, "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert done.stderr.startswith(f"tieline: {local}: ")


@pytest.mark.parametrize("local", ["tcp://127.0.0.1:0", "tcp://localhost:0"])
def test_loopback_is_this_machine(broker, tunnel, local):
    carrier = tunnel(broker.url, local=local)
    assert re.fullmatch(r"tcp://(127\.0\.0\.1|\[::1\]):\d+", carrier.url)
    assert carrier.stat()["ok"]


def test_the_socket_is_for_its_user_and_goes_with_it(broker, tunnel):
    umask = os.umask(0)
    try:
        carrier = tunnel(broker.url)
    finally:
        os.umask(umask)
    path = python_address(carrier.url)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    carrier.process.terminate()
    assert carrier.process.wait() == -signal.SIGTERM
    assert not os.path.exists(path)


def test_a_socket_that_was_left_is_replaced_and_one_in_use_is_not(
        tool, broker, tunnel):
    carrier = tunnel(broker.url)
    done = tool("tunnel", carrier.url, broker.url)
    assert done.returncode == 1 and carrier.url in done.stderr
    carrier.process.kill()
    carrier.process.wait()
    path = python_address(carrier.url)
    while time.time() - os.stat(path).st_ctime < YOUNG_S:
        time.sleep(0.1)
    again = tunnel(broker.url, local=carrier.url)
    assert again.stat()["ok"]


@pytest.mark.parametrize("remote", [
    "ftp://host:1", "tls://host", "tls://:80", "unix:/a#", "tcp://h:1#a b"])
def test_remotes_that_are_none(tool, tmp_path, remote):
    done = tool("tunnel", f"unix:{tmp_path}/t", remote)
    assert done.returncode == 2, done.stderr


def test_a_remote_whose_host_is_unknown(tool, tmp_path):
    done = tool("tunnel", f"unix:{tmp_path}/t", "tls://no-such.invalid:80")
    assert done.returncode == 3
    assert not (tmp_path / "t").exists()


def test_the_url_is_not_the_remote(tool, tmp_path):
    done = tool("tunnel", f"unix:{tmp_path}/t", "tcp://127.0.0.1:1",
                "--url", "unix:/x")
    assert done.returncode == 2 and "REMOTE" in done.stderr


# ---- JSON -----------------------------------------------------------------

def test_news_as_json(begin, broker, tmp_path):
    program = begin("tunnel", f"unix:{tmp_path}/t", broker.url, "--json")
    listening = json.loads(program.line())
    assert listening == {"event": "listening", "address": f"unix:{tmp_path}/t"}
    with Client(f"{tmp_path}/t", authkey=KEY) as connection:
        connection.send_bytes(b'{"ping":"x"}')
        receive(connection)
    assert json.loads(program.line()) == {
        "event": "connected", "address": broker.url, "message": "connected"}
    with pytest.raises(AuthenticationError):
        Client(f"{tmp_path}/t", authkey=OTHER_KEY)
    assert rows(program.line())[0]["event"] == "refused"
