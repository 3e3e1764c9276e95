# SPDX-License-Identifier: MIT
"""Addresses, keys, and where they come from."""

import multiprocessing.connection
import os
import socket

import pytest

from conftest import HANG, KEY

from .conftest import meanwhile, tieline

parse = tieline.parse_address


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A user's folder with nothing in it."""
    for name in ("TIELINE_URL", "TIELINE_AUTHKEY_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.mark.parametrize("url, address", [
    ("tcp://localhost:7600", ("tcp", "localhost", 7600, None, "")),
    ("tls://a-b_c.d:65535#x", ("tls", "a-b_c.d", 65535, None, "x")),
    ("tcp://[::1]:0#a/b:c", ("tcp", "::1", 0, None, "a/b:c")),
    ("tls://[fe80::1%eth0]:1", ("tls", "fe80::1%eth0", 1, None, "")),
    ("tcp://:1", ("tcp", "", 1, None, "")),
    ("unix:/a/b c", ("unix", None, None, "/a/b c", "")),
    ("unix:a#" + "n" * 128, ("unix", None, None, "a", "n" * 128)),
])
def test_addresses(url, address):
    assert parse(url) == address


@pytest.mark.parametrize("url", [
    "http://localhost:1", "TCP://localhost:1", "localhost:1", "tcp:localhost:1",
    "tcp://localhost", "tcp://localhost:", "tcp://localhost:65536",
    "tcp://localhost:123456", "tcp://localhost:-1", "tcp://local host:1",
    "tcp://::1:1", "tcp://[localhost]:1", "tcp://[::1:1", "tcp://a/b:1",
    "unix:", "unix:a\0b", "unix:#a", "tcp://a:1#", "tcp://a:1#b c", "#",
    "tcp://a:1#b#c", "tcp://a:1#" + "n" * 129, "#caf\u00e9",
    "tcp://a:1\n", "tcp://a:\u0661",
])
def test_what_is_no_address(url):
    with pytest.raises(ValueError):
        parse(url)


def test_the_users_own_broker(home, monkeypatch):
    assert parse("#echo") == ("unix", None, None,
                              f"{home}/tieline.sock", "echo")
    monkeypatch.setenv("TIELINE_URL", "tls://broker.test:7601")
    assert parse("#echo") == ("tls", "broker.test", 7601, None, "echo")
    assert parse("") == ("tls", "broker.test", 7601, None, "")
    monkeypatch.setenv("TIELINE_URL", "tls://broker.test:7601#name")
    with pytest.raises(ValueError):
        parse("#echo")


def test_a_folder_that_others_can_change(home):
    """Nobody's socket in there is trusted."""
    home.chmod(0o770)
    try:
        place = parse("").path
    except FileNotFoundError as error:
        assert "TIELINE_URL" in str(error)
    else:
        assert not place.startswith(str(home))


# ---- Keys -------------------------------------------------------------------

def write(path, content=KEY, mode=0o600):
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_where_a_key_comes_from(home, tmp_path, monkeypatch):
    find = tieline.find_key
    with pytest.raises(FileNotFoundError):
        find(None, None)
    write(home / ".config/tieline/authkey", b"default")
    assert find(None, None) == b"default"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write(tmp_path / "config/tieline/authkey", b"configured\n")
    assert find(None, None) == b"configured\n"
    monkeypatch.setenv("TIELINE_AUTHKEY_FILE",
                       str(write(tmp_path / "key", b"environment")))
    assert find(None, None) == b"environment"
    assert find(None, write(tmp_path / "other", b"named")) == b"named"
    assert find(b"given", None) == b"given"
    with pytest.raises(ValueError, match="only one"):
        find(b"given", tmp_path / "other")


def test_keys_that_cannot_be_used(tmp_path):
    for key, error in [(b"", ValueError), (b"k" * 4097, ValueError),
                       ("text", TypeError), (bytearray(b"k"), TypeError)]:
        with pytest.raises(error):
            tieline.find_key(key, None)
    assert tieline.find_key(b"k" * 4096, None)
    for content in (b"", b"k" * 4097):
        with pytest.raises(ValueError, match="4096 bytes"):
            tieline.find_key(None, write(tmp_path / "key", content))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_files_that_others_can_use(tmp_path, mode):
    with pytest.raises(PermissionError, match="chmod 600"):
        tieline.find_key(None, write(tmp_path / "key", mode=mode))


def test_files_that_are_none(tmp_path):
    find = tieline.find_key
    os.mkfifo(tmp_path / "fifo", 0o600)
    with pytest.raises(PermissionError, match="regular"):
        find(None, tmp_path / "fifo")
    with pytest.raises(PermissionError, match="regular"):
        find(None, tmp_path)
    (tmp_path / "link").symlink_to(write(tmp_path / "key"))
    with pytest.raises(OSError):
        find(None, tmp_path / "link")
    with pytest.raises(FileNotFoundError):
        find(None, tmp_path / "missing")


def test_a_folder_of_keys_that_others_can_change(home):
    write(home / ".config/tieline/authkey").parent.chmod(0o770)
    with pytest.raises(PermissionError, match="chmod 700"):
        tieline.find_key(None, None)


# ---- Clients and listeners --------------------------------------------------

def test_client_is_both(tmp_path, listen):
    """Python's own, and ours where the address is one of ours."""
    listener = listen("unix")
    path = listener.address[len("unix:"):]
    for address in (path, listener.address):
        with meanwhile(listener.accept, HANG) as accepted:
            client = tieline.Client(address, authkey=KEY)
        ours = isinstance(client, tieline.Connection)
        assert ours == (address == listener.address)
        client.send("hello")
        assert accepted.value.recv() == "hello"
        client.close(), accepted.value.close()


def test_options_that_are_none(place):
    for options in ({"verify": "some"}, {"client_certificates": "yes"},
                    {"backlog": 0}, {"exclusive": True}):
        with pytest.raises(ValueError):
            tieline.Listener(place("tcp"), KEY, **options)
    with pytest.raises(TypeError):
        tieline.connect("tcp://127.0.0.1:1", KEY, no_such_option=1)


def test_nobody_else_gets_in_at_a_unix_listener(listen):
    path = listen("unix").address[len("unix:"):]
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_its_file_goes_with_it(listen):
    listener = listen("unix")
    path = listener.address[len("unix:"):]
    listener.close()
    assert not os.path.exists(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", ""])
def test_hosts(host):
    try:
        listener = tieline.Listener(f"tcp://{host}:0", KEY)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with listener, meanwhile(listener.accept, HANG) as accepted:
        port = listener.address.rpartition(":")[2]
        tieline.connect(
            f"tcp://{host or '127.0.0.1'}:{port}", KEY).close()
    accepted.value.close()


def test_a_queue_that_is_full(listen):
    """A Unix socket says so at once; it is tried again."""
    listener = listen("unix", timeout=HANG)
    path = listener.address[len("unix:"):]
    waiting = []
    while True:
        sock = socket.socket(socket.AF_UNIX)
        sock.setblocking(False)
        waiting.append(sock)
        if sock.connect_ex(path):
            break
    with pytest.raises(TimeoutError):
        tieline.connect(listener.address, KEY, timeout=0.05)
    with meanwhile(tieline.connect, listener.address, KEY) as connected:
        accepted = listener.accept(HANG)
    accepted.close()
    connected.value.close()
    for sock in waiting:
        sock.close()


def test_an_address_that_is_silent(monkeypatch):
    """It leaves the others their share of the time."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, \
            tieline.Listener("tcp://127.0.0.1:0", KEY) as listener:
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
            fillers.append(filler)
        address = parse(listener.address)
        monkeypatch.setattr(tieline.Settings, "places", lambda _: [
            (socket.AF_INET, silent.getsockname()),
            (socket.AF_INET, (address.host, address.port))])
        with meanwhile(listener.accept, HANG) as accepted:
            tieline.connect("tcp://two.test:1", KEY, timeout=4).close()
        accepted.value.close()
        for filler in fillers:
            filler.close()


def test_wait_is_pythons_for_other_things():
    one, other = multiprocessing.connection.Pipe()
    one.send(1)
    assert tieline.wait([one, other], HANG) == [other]
    one.close(), other.close()
