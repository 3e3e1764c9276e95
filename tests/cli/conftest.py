# SPDX-License-Identifier: MIT
"""A broker, the tool, and stock Python programs at both."""

import contextlib
import fcntl
import json
import os
import subprocess
import time
from multiprocessing.connection import Client, Listener

import pytest

from conftest import (
    BUILD, HANG, KEY, ended_broker, python_address, write_secret)
from session.wire import Session

TOOL = BUILD / "cli/tieline"
OTHER_KEY = b"the key of the programs here only"


class Broker:
    """tielined at one address, which it keeps when it is restarted."""

    def __init__(self, start, key_file, url):
        self.start = start
        self.command = [BUILD / "broker/tielined", "--authkey-file", key_file,
                        "--print-address", "--listen"]
        self.run_at(url)

    def run_at(self, url):
        self.program = self.start(*self.command, url)
        self.url = self.program.listening_at()

    def restart(self):
        self.program.process.kill()
        self.program.finish()
        if self.url.startswith("unix:"):
            # A new file might be that of a broker about to listen.
            os.unlink(python_address(self.url))
        self.run_at(self.url)

    def request(self, text):
        """A stock Python connection on which that was asked for."""
        connection = Client(python_address(self.url), authkey=KEY)
        connection.send_bytes(text.encode())
        return connection

    def stat(self):
        """What it tells of itself."""
        with self.request('{"stat":true}') as connection:
            return json.loads(receive(connection))

    def until(self, is_so):
        """Looks at what it tells until that is so."""
        latest = time.monotonic() + HANG
        while not is_so(stat := self.stat()):
            assert time.monotonic() < latest, stat

    def until_waiting(self, count):
        """Until so many requests for objects wait."""
        self.until(lambda stat: stat["objects"]["waiting"] == count)

    def paired(self, verb, name):
        """One that leads to a partner."""
        connection = self.request(json.dumps({verb: name}))
        reply = json.loads(receive(connection))
        assert reply["ok"], reply
        return connection


@pytest.fixture(params=["unix", "tcp"])
def broker(request, start, key_file, tmp_path):
    url = {"unix": f"unix:{tmp_path}/broker", "tcp": "tcp://127.0.0.1:0"}
    broker = Broker(start, key_file, url[request.param])
    yield broker
    # Not to wait for connections that a test has left.
    broker.program.process.kill()


@pytest.fixture
def session(broker):
    """A Python program that speaks the wire of sessions by itself."""
    with contextlib.closing(Session(broker.url)) as session:
        yield session


@pytest.fixture
def environment(key_file):
    return {**os.environ, "TIELINE_AUTHKEY_FILE": str(key_file)}


@pytest.fixture
def tool(request, environment):
    """Runs the tool to its end: tool(word..., input=...), at the broker if the
    test has one. What comes back has returncode, stdout and stderr."""
    if "broker" in request.fixturenames:
        environment["TIELINE_URL"] = request.getfixturevalue("broker").url

    def run(*words, input="", text=True, **options):
        done = subprocess.run(
            [TOOL, *map(str, words)], input=input, text=text,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE, timeout=HANG,
            env={**environment, **options.pop("env", {})}, **options)
        assert b"Sanitizer" not in as_bytes(done.stderr), done.stderr
        assert b"runtime error" not in as_bytes(done.stderr), done.stderr
        return done
    return run


@pytest.fixture
def begin(tool, start, environment):
    """Starts the tool and leaves it running: begin(word...)."""
    def run(*words, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return start(TOOL, *words, env={
            **environment, **options.pop("env", {})}, **options)
    return run


@pytest.fixture
def target():
    """A stock Listener, for the tool to lead to; it is at target.url."""
    with Listener(("127.0.0.1", 0), authkey=KEY, backlog=300) as listener:
        listener.url = "tcp://%s:%d" % listener.address
        yield listener


@pytest.fixture
def other_key(tmp_path):
    path = tmp_path / "other key"
    write_secret(path, OTHER_KEY)
    return path


def fill_unread(pipe):
    """Has a pipe that a program writes to take no more: who reads the other end
    does not."""
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
    fd = os.open(f"/proc/self/fd/{pipe.fileno()}", os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(fd, b"\n")
    os.close(fd)


def rows(text):
    """Of JSON, an object a line."""
    return [json.loads(line) for line in text.splitlines()]


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def receive(connection):
    assert connection.poll(HANG), "nothing came"
    return connection.recv_bytes()


def ended(connection):
    """How a connection has ended: what receiving from it raises."""
    try:
        return receive(connection)
    except (EOFError, OSError) as error:
        return type(error)


# ---- Identities -----------------------------------------------------------

@pytest.fixture
def folder(tmp_path):
    """Of identities, which is not there yet."""
    return tmp_path / "keys"


@pytest.fixture
def add(tool, folder):
    """Adds an identity, which must go well: add(id, *options)."""
    def run(name, *options):
        done = tool("key", "add", folder, name, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


def broker_check(folder):
    """What a broker says of the folder; None if it takes it."""
    config = folder.parent / "tielined.json"
    config.write_text(json.dumps({
        "keys_dir": str(folder), "listen": [f"unix:{folder.parent}/socket"]}))
    done = ended_broker("--check-config", "--config", config)
    return done.stderr if done.returncode else None
