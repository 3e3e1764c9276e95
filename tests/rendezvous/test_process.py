# SPDX-License-Identifier: MIT
"""tielined as a process: its options, what it says, its exit statuses, and how
it starts when nothing is said."""

import contextlib
import os
import re
import socket
import stat
import subprocess
import sys
import textwrap
import time

import pytest

from conftest import BUILD, HANG, ended_broker, write_secret

from .client import Peer, meanwhile

TIELINED = BUILD / "broker/tielined"
USAGE, CANNOT_LISTEN = 2, 3
YOUNG_S = 2.1  # so old is the file of a socket that may be replaced


def run(*options, **popen):
    """Its exit status, standard output and error; it must end by itself."""
    done = ended_broker(*options, **popen)
    return done.returncode, done.stdout, done.stderr


# ---- Options


def test_help():
    status, out, err = run("--help")
    assert (status, err) == (0, "")
    assert out.startswith("usage: tielined")


def test_version():
    status, out, err = run("--version")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"tielined \d+\.\d+\.\d+\n", out)


WRONG_USAGE = {
    "an option there is not": ["--nonsense"],
    "the start of two": ["--l"],
    "an argument": ["tcp://127.0.0.1:0"],
    "no file": ["--config"],
    "no address": ["--listen"],
    "a level there is not": ["--log-level", "loud"],
    "no scheme": ["--listen", "127.0.0.1:0"],
    "no port": ["--listen", "tcp://127.0.0.1"],
    "a port too high": ["--listen", "tcp://127.0.0.1:65536"],
    "a name": ["--listen", "tcp://127.0.0.1:0#echo"],
    "a long path": ["--listen", "unix:/" + "p" * 107],
    "twice the same": 2 * ["--listen", "unix:/tmp/tielined-twice"],
    "too many": 65 * ["--listen", "tcp://127.0.0.1:0"],
    "a file that is not there": ["--config", "/nonexistent/tielined.json"],
    "a folder": ["--config", "/"],
    "a long path of a key": ["--authkey-file", "/" + "k" * 4096],
}


@pytest.mark.parametrize("check", [[], ["--check-config"]], ids=str)
@pytest.mark.parametrize("options", WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage(options, check):
    status, out, err = run(*options, *check)
    assert (status, out) == (USAGE, "")
    assert err.count("\n") >= 1 and "tielined" in err


@pytest.mark.parametrize("text, wrong", [
    ("{", "1: "),
    ('{\n"max_parked": 0\n}', "2: max_parked: 0 is out of range: 1 to"),
    ('{\n\n"max_parkd": 1}', '3: there is no setting "max_parkd"; is '
                             '"max_parked" meant?'),
    ('{"listen": ["tcp://127.0.0.1:0"],\n "listen": []}', "2: the key"),
    ('{"listen": [\n"tcp://1:0",\n{"address": "nowhere"}]}', "3: "),
    ('{"listen":\n[{"address": "tcp://:0", "bind": "a b"}]}', "2: bind: "),
    ('[]', "1: an array where an object belongs"),
])
def test_settings_that_cannot_be_used(tmp_path, key_file, text, wrong):
    """File and line are said, by a start and by a check alike."""
    config = tmp_path / "settings"
    config.write_text(text)
    for options in [[], ["--check-config"]]:
        status, out, err = run("--config", config, "--authkey-file", key_file,
                               *options)
        assert (status, out) == (USAGE, "")
        assert f"{config}:{wrong}" in err


def test_check_config_makes_nothing(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    config = tmp_path / "settings"
    config.write_text('{\n// fine\n"listen": ["unix:%s/socket"]}' % home)
    for options in [[], ["--config", config]]:
        assert run("--check-config", *options, env={"HOME": str(home)}) == (
            0, "the settings can be used\n", "")
    assert list(home.iterdir()) == []


KEYS = {
    "missing": (lambda path: path.unlink(), "No such file"),
    "empty": (lambda path: path.write_bytes(b""), "1 to 4096 bytes, not 0"),
    "too long": (lambda path: path.write_bytes(b"k" * 4097), "1 to 4096 bytes"),
    "others may read it": (lambda path: path.chmod(0o604), "chmod 600"),
    "its group may": (lambda path: path.chmod(0o640), "chmod 600"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "directory"),
    "a fifo": (lambda path: (path.unlink(), os.mkfifo(path, 0o600)),
               "regular"),
}


@pytest.mark.parametrize("check", [[], ["--check-config"]], ids=str)
@pytest.mark.parametrize("spoil, wrong", KEYS.values(), ids=KEYS)
def test_keys_that_cannot_be_used(tmp_path, key_file, spoil, wrong, check):
    """Only the default one is made when it is missing."""
    spoil(key_file)
    status, out, err = run("--authkey-file", key_file, "--listen",
                           f"unix:{tmp_path}/socket", *check)
    assert (status, out) == (USAGE, "")
    assert wrong in err and str(key_file) in err
    assert not (tmp_path / "socket").exists()


@pytest.mark.parametrize("length", [1, 4096])
def test_keys_of_any_length(start, tmp_path, key_file, length):
    key_file.write_bytes(bytes(range(256)) * 16)
    os.truncate(key_file, length)
    program = start(TIELINED, "--print-address", "--authkey-file", key_file,
                    "--listen", f"unix:{tmp_path}/socket")
    peer = Peer(program.listening_at(), key_file.read_bytes())
    assert peer.asked(ping="x")["ok"]
    peer.close()


def test_options_go_before_settings(broker, tmp_path):
    """Addresses, key and level."""
    key = tmp_path / "another"
    write_secret(key, b"another key")
    one = broker("--listen", "tcp://127.0.0.1:0", "--listen",
                 f"unix:{tmp_path}/other", "--authkey-file", key,
                 "--log-level", "error")
    assert one.at["unix"] == f"unix:{tmp_path}/other"
    assert not (tmp_path / "broker0/broker").exists()
    peer = Peer(one.at["tcp"], b"another key")
    assert peer.asked(ping="x")["ok"]
    peer.close()
    one.stop()
    assert one.log.text() == ""


# ---- What it says


def test_print_address_prints_nothing_else(start, tmp_path, key_file):
    program = start(TIELINED, "--print-address", "--authkey-file", key_file,
                    "--listen", "tcp://127.0.0.1:0", "--listen",
                    f"unix:{tmp_path}/socket", "--listen",
                    "tcp://127.0.0.1:0")
    lines = [program.line() for _ in range(3)]
    program.process.terminate()
    status, rest, _ = program.finish()
    assert (status, rest) == (0, "")
    tcp = r"listening at tcp://127\.0\.0\.1:[1-9]\d*"
    assert re.fullmatch(tcp, lines[0]) and re.fullmatch(tcp, lines[2])
    assert lines[0] != lines[2]
    assert lines[1] == f"listening at unix:{tmp_path}/socket"


@pytest.mark.parametrize("listen", ["tcp://127.0.0.1:0", "unix:{}/socket"])
def test_the_python_that_it_shows_works(start, tmp_path, key_file, listen):
    program = start(TIELINED, "--authkey-file", key_file, "--listen",
                    listen.format(tmp_path))
    address = program.listening_at()
    text = ""
    while "tieline_client" not in text:
        text += program.process.stdout.readline()
    shown = text[text.index("Python:"):text.index("C:   ")]
    code = textwrap.dedent(shown.replace("Python:", " " * len("Python:")))
    acceptor = Peer(address).parks("echo")

    def echo():
        acceptor.is_paired("echo")
        acceptor.send(acceptor.receive())

    with meanwhile(echo), contextlib.closing(acceptor):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True,
            timeout=HANG, check=True)
    assert "'ok': True" in done.stdout and "hello" in done.stdout


# ---- Addresses that cannot be had


def test_a_port_in_use(key_file):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        address = "tcp://127.0.0.1:%d" % sock.getsockname()[1]
        status, out, err = run("--authkey-file", key_file, "--listen", address)
    assert (status, out) == (CANNOT_LISTEN, "")
    assert address in err and "in use" in err


def test_the_socket_of_a_broker_that_runs(broker, key_file):
    """It is left alone, and goes on."""
    first = broker()
    status, out, err = run("--authkey-file", key_file, "--listen",
                           "tcp://127.0.0.1:0", "--listen", first.at["unix"])
    assert (status, out) == (CANNOT_LISTEN, "")
    assert first.at["unix"] in err and "in use" in err
    peer = Peer(first.at["unix"])
    assert peer.asked(ping="x")["ok"]
    peer.close()


def test_the_socket_of_a_broker_that_was_killed(broker, tmp_path):
    """It is replaced when it is not quite new; a broker that ends takes its own
    away."""
    path = tmp_path / "socket"
    one = broker(listen=[f"unix:{path}"])
    one.process.kill()
    one.ended()
    while time.time() - path.stat().st_ctime < YOUNG_S:
        time.sleep(0.1)
    one = broker(listen=[f"unix:{path}"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    peer = Peer(one.at["unix"])
    assert peer.asked(ping="x")["ok"]
    peer.close()
    one.stop()
    assert not path.exists()


def test_what_is_no_socket_is_left_alone(tmp_path, key_file):
    path = tmp_path / "precious"
    path.write_text("precious")
    status, _, err = run("--authkey-file", key_file, "--listen",
                         f"unix:{path}")
    assert status == CANNOT_LISTEN and str(path) in err
    assert path.read_text() == "precious"


@pytest.mark.parametrize("address", [
    "unix:/nonexistent/folder/socket", "tcp://192.0.2.1:0",
    "tcp://no-such-host.invalid:0"])
def test_addresses_that_are_not_here(tmp_path, key_file, address):
    """None is listened at if one is wrong, and nothing is left over."""
    status, out, err = run(
        "--authkey-file", key_file, "--print-address", "--listen",
        f"unix:{tmp_path}/first", "--listen", address)
    assert (status, out) == (CANNOT_LISTEN, "")
    assert address.split("//")[-1].split(":")[0] in err
    assert not (tmp_path / "first").exists()


# ---- With nothing said

# In a network of its own the default port is free.
ALONE = ["unshare", "--map-root-user", "--net", sys.executable, "-c",
         textwrap.dedent("""
             import fcntl, os, socket, struct, sys
             SIOCSIFFLAGS, IFF_UP = 0x8914, 1
             with socket.socket() as sock:
                 fcntl.ioctl(sock, SIOCSIFFLAGS,
                             struct.pack("16sh14x", b"lo", IFF_UP))
             os.execv(sys.argv[1], sys.argv[1:])""")]


@pytest.fixture
def start_alone(start):
    if subprocess.run([*ALONE, "/bin/true"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("a process may not have a network of its own here, in "
                    "which the default port is free")

    def run_alone(home, runtime=None, *options):
        environment = {"HOME": str(home)}
        if runtime:
            environment["XDG_RUNTIME_DIR"] = str(runtime)
        return start(*ALONE, TIELINED, "--print-address", *options,
                     env=environment)
    return run_alone


def test_the_default_start(start_alone, tmp_path):
    """A key is made, once, for its user alone, and so is the socket."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    key = tmp_path / ".config/tieline/authkey"
    known = set()
    for _ in range(2):
        program = start_alone(tmp_path, runtime)
        assert program.listening_at() == "tcp://127.0.0.1:7600"
        address = program.listening_at()
        assert address == f"unix:{runtime}/tieline.sock"
        for path in (key, runtime / "tieline.sock"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
        known.add(key.read_bytes())
        with contextlib.closing(Peer(address, key.read_bytes())) as peer:
            assert peer.asked(ping="x")["ok"]
        program.process.terminate()
        assert program.finish()[0] == 0
        assert not (runtime / "tieline.sock").exists()
    assert len(known) == 1
    assert re.fullmatch(rb"[0-9a-f]{64}", known.pop())


def test_a_second_start_finds_the_first(start_alone, tmp_path):
    """Its socket and its key are left as they are."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    first = start_alone(tmp_path, runtime)
    first.listening_at()
    address = first.listening_at()
    key = (tmp_path / ".config/tieline/authkey").read_bytes()
    second = start_alone(tmp_path, runtime)
    status, out, err = second.finish()
    assert (status, out) == (CANNOT_LISTEN, "")
    assert address in err and "in use" in err
    with contextlib.closing(Peer(address, key)) as peer:
        assert peer.asked(ping="x")["ok"]


def test_a_runtime_folder_that_others_can_change_is_not_used(
        start_alone, tmp_path):
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    runtime.chmod(0o777)
    program = start_alone(tmp_path, runtime, "--check-config")
    assert program.finish()[0] == 0
    program = start_alone(tmp_path, runtime)
    program.listening_at()
    assert str(runtime) not in program.listening_at()
    assert list(runtime.iterdir()) == []


@pytest.mark.parametrize("spoil", [0o770, 0o777])
def test_a_key_folder_that_others_can_change_is_not_used(tmp_path, spoil):
    folder = tmp_path / ".config/tieline"
    folder.mkdir(parents=True)
    folder.chmod(spoil)
    status, out, err = run("--listen", f"unix:{tmp_path}/socket",
                           env={"HOME": str(tmp_path)})
    assert (status, out) == (USAGE, "")
    assert str(folder) in err
    assert list(folder.iterdir()) == []


def test_no_home(tmp_path):
    status, _, err = run("--listen", f"unix:{tmp_path}/socket", env={})
    assert status == USAGE and "$HOME" in err
