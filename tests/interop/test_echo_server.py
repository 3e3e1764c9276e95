# SPDX-License-Identifier: MIT
"""echo-server as a service: many clients in one thread, clients that do not
read, its end, and its socket file."""

import contextlib
import os
import pickle
import signal
import stat
import struct
import threading
import time
from multiprocessing.connection import Client

import pytest

from conftest import HANG, KEY, python_address

from .conftest import EVERYTHING

MIB = 1 << 20


def connect(address):
    return Client(python_address(address), authkey=KEY)


def reply(connection):
    assert connection.poll(HANG), "no reply"
    return connection.recv()


def status_of(process, field):
    """A number from /proc/PID/status."""
    with open(f"/proc/{process.pid}/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise KeyError(field)


# ---- Many clients ---------------------------------------------------------

@pytest.mark.parametrize("transport", ["tcp", "unix"])
@pytest.mark.parametrize("name", ["echo-server", "event-echo"])
def test_many_clients_at_once(name, transport, place, example):
    server = example(name, place(transport))
    address = server.listening_at()
    clients = [connect(address) for _ in range(50)]
    for number, client in enumerate(clients):
        client.send(["client", number])
    for number, client in reversed([*enumerate(clients)]):
        assert reply(client) == ["client", number]
    assert status_of(server.process, "Threads") == 1
    for client in clients:
        client.close()


class Flood:
    """A client that sends messages and does not read the replies."""

    def __init__(self, address):
        self.connection = connect(address)
        os.set_blocking(self.connection.fileno(), False)
        self.messages = 0
        self.rest = b""

    def body(self, number):
        return bytes([number % 256]) * MIB

    def push(self):
        """Writes for as long as there is room; how many bytes that were."""
        written = 0
        while True:
            if not self.rest:
                self.rest = struct.pack("!i", MIB) + self.body(self.messages)
                self.messages += 1
                assert self.messages < 256, "the server takes ever more"
            try:
                done = os.write(self.connection.fileno(), self.rest)
            except BlockingIOError:
                return written
            self.rest = self.rest[done:]
            written += done

    def replies(self):
        """To all messages that are wholly written."""
        os.set_blocking(self.connection.fileno(), True)
        for number in range(self.messages - 1):
            assert self.connection.poll(HANG), "no reply"
            assert self.connection.recv_bytes() == self.body(number)


def push_until_held_back(flood, other):
    """Until nothing more gets in, however often the server has since been
    through its loop."""
    idle_rounds = 0
    while idle_rounds < 10:
        idle_rounds = 0 if flood.push() else idle_rounds + 1
        other.send(idle_rounds)
        assert reply(other) == idle_rounds


# event-echo prints nothing.
QUIET = {"echo-server": ["--quiet"], "event-echo": []}


@pytest.mark.parametrize("transport", ["tcp", "unix"])
@pytest.mark.parametrize("name", ["echo-server", "event-echo"])
def test_a_client_that_does_not_read_is_held_back(
        name, transport, place, example):
    # A sanitizer would keep freed memory, which is not what is measured.
    options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0"
    server = example(name, place(transport), *QUIET[name],
                     env={**os.environ, "ASAN_OPTIONS": options})
    address = server.listening_at()
    flood, other = Flood(address), connect(address)
    before_kib = status_of(server.process, "VmRSS")
    push_until_held_back(flood, other)
    growth_kib = status_of(server.process, "VmRSS") - before_kib
    assert growth_kib < 8 * 1024
    flood.replies()
    flood.connection.close()
    other.send("still there?")
    assert reply(other) == "still there?"


def echo_without_end(client):
    """Writes empty messages and reads their echoes until the end, in threads:
    the server never finds this client's input empty."""
    def write():
        with contextlib.suppress(OSError):
            while True:
                os.write(client.fileno(), bytes(64 * 1024))

    def read():
        with contextlib.suppress(OSError):
            while os.read(client.fileno(), 1 << 20):
                pass

    for work in (write, read):
        threading.Thread(target=work, daemon=True).start()


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_busy_client_leaves_others_their_turn(
        transport, place, example, at_once):
    server = example("echo-server", place(transport), "--quiet")
    address = server.listening_at()
    echo_without_end(connect(address))
    with at_once():
        other = connect(address)
        for number in range(100):
            other.send(number)
            assert reply(other) == number
        server.process.terminate()
        assert server.process.wait(timeout=HANG) == 0


def leave_inside_a_header(client):
    os.write(client.fileno(), b"\0\0")
    client.close()


def leave_inside_a_message(client):
    os.write(client.fileno(), struct.pack("!i", MIB) + b"the first of many")
    client.close()


def leave_before_the_reply(client):
    client.send_bytes(bytes(9 * MIB))
    client.close()


def leave_inside_the_reply(client):
    client.send_bytes(bytes(9 * MIB))
    assert client.poll(HANG)
    client.close()


@pytest.mark.parametrize("transport", ["tcp", "unix"])
@pytest.mark.parametrize("leave, complaint", [
    (leave_inside_a_header, "inside a message"),
    (leave_inside_a_message, "inside a message"),
    (leave_before_the_reply, "the connection is lost"),
    (leave_inside_the_reply, "the connection is lost"),
])
def test_a_client_that_leaves_at_a_bad_moment(
        leave, complaint, transport, place, example, still_serves):
    server = example("echo-server", place(transport), "--quiet")
    address = server.listening_at()
    leave(connect(address))
    assert complaint in server.process.stderr.readline()
    still_serves(address)
    server.process.terminate()
    assert server.finish() == (0, "", "")


# ---- What it prints -------------------------------------------------------

def test_objects_are_printed_as_python_would(python, place, example, stock):
    server = example("echo-server", place("tcp"))
    client = stock(python, "client", server.listening_at(), "exchange")
    assert client.lines_until("done")[-1] == EVERYTHING
    server.process.terminate()
    status, out, err = server.finish()
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert {"None", "True", "'plain'", "()"} <= set(lines)
    assert max(map(len, lines)) <= 203


@pytest.mark.parametrize("message, printed", [
    (pickle.dumps({"a": (1, 2.5)}), "{'a': (1, 2.5)}"),
    (b"", "b''"),
    (b"no pickle", "b'no pickle'"),
    (b"\0\xff'", 'b"\\x00\\xff\'"'),
    (b"x" * 197, "b'" + 197 * "x" + "'"),
    (b"x" * 198, "b'" + 198 * "x" + "..."),
    (b"x" * MIB, "b'" + 198 * "x" + "..."),
    (pickle.dumps("x" * 198), "'" + 198 * "x" + "'"),
    (pickle.dumps("x" * 199), "'" + 199 * "x" + "..."),
    (pickle.dumps("\u00e9" * 100), "'" + 99 * "\u00e9" + "..."),
    (b"cos\nsystem\n(S'true'\ntR.", "os.system('true')"),
    # Its text would be longer than what is made of texts.
    (pickle.dumps(bytes(17 * MIB)), "b'\\x80\\x04"),
], ids=lambda part: repr(part)[:20])
def test_it_prints_and_echoes_the_very_bytes(
        message, printed, place, example):
    server = example("echo-server", place("unix"))
    with connect(server.listening_at()) as client:
        client.send_bytes(message)
        assert client.poll(HANG)
        assert client.recv_bytes() == message
    assert server.line().startswith(printed)


def test_quiet_is_quiet(place, example):
    server = example("echo-server", place("unix"), "--quiet")
    with connect(server.listening_at()) as client:
        client.send("hello")
        assert reply(client) == "hello"
    server.process.terminate()
    assert server.finish() == (0, "", "")


# ---- Its end --------------------------------------------------------------

@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(ending, tmp_path, place, example):
    server = example("echo-server", place("unix"), place("tcp"))
    client = connect(server.listening_at())
    client.send("hello")
    assert reply(client) == "hello"
    assert (tmp_path / "socket").is_socket()
    server.process.send_signal(ending)
    with pytest.raises(EOFError):
        reply(client)
    assert server.process.wait(timeout=HANG) == 0
    assert not (tmp_path / "socket").exists()
    assert server.finish()[2] == ""


@pytest.mark.parametrize("bad", ["nonsense", "tcp://127.0.0.1:65536"])
def test_a_bad_address(bad, example):
    status, out, err = example("echo-server", bad).finish()
    assert (status, out) == (2, "")
    assert err.startswith(f"echo-server: {bad}: ")


@pytest.mark.parametrize("transport", ["tcp", "ipv6"])
def test_a_port_in_use(transport, place, example, still_serves):
    address = example("echo-server", place(transport)).listening_at()
    status, out, err = example("echo-server", address).finish()
    assert (status, out) == (1, "")
    assert address in err
    still_serves(address)


def test_a_key_file_that_others_can_read(key_file, place, example):
    key_file.chmod(0o640)
    status, out, err = example("echo-server", place("tcp")).finish()
    assert (status, out) == (4, "")
    assert str(key_file) in err


# ---- Its socket file ------------------------------------------------------

@pytest.mark.parametrize("umask", [0, 0o077, 0o777], ids=oct)
def test_only_the_user_can_connect(umask, tmp_path, place, example):
    example("echo-server", place("unix"), umask=umask).listening_at()
    assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o600


def wait_until_it_counts_as_old(path):
    """A fresh file may be that of a program just before its listen()."""
    while time.time() - path.lstat().st_ctime < 3:
        time.sleep(0.1)


# One test for both, as both have to wait for the file to age.
def test_a_dead_servers_file_is_replaced_a_living_ones_is_not(
        tmp_path, place, example, still_serves):
    first = example("echo-server", place("unix"))
    address = first.listening_at()
    wait_until_it_counts_as_old(tmp_path / "socket")

    status, out, err = example("echo-server", address).finish()
    assert (status, out) == (1, "")
    assert "in use" in err
    still_serves(address)

    first.process.kill()
    first.process.wait(timeout=HANG)
    assert (tmp_path / "socket").is_socket()
    second = example("echo-server", address)
    assert second.listening_at() == address
    still_serves(address)


@pytest.fixture(scope="module", autouse=True)
def not_sockets(tmp_path_factory):
    """Made before the other tests, so that they are old by their own."""
    folder = tmp_path_factory.mktemp("not-sockets")
    (folder / "file").write_text("precious")
    (folder / "directory").mkdir()
    (folder / "symlink").symlink_to("file")
    return folder


@pytest.mark.parametrize("name", ["file", "directory", "symlink"])
def test_what_is_no_socket_is_left_alone(name, not_sockets, example):
    path = not_sockets / name
    before = path.lstat()
    wait_until_it_counts_as_old(path)
    status, out, err = example("echo-server", f"unix:{path}").finish()
    assert (status, out) == (1, "")
    assert str(path) in err
    assert os.path.samestat(path.lstat(), before)
    assert (not_sockets / "file").read_text() == "precious"
