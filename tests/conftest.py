# SPDX-License-Identifier: MIT
"""What the system tests share: the build under test, its programs as
processes, a key, and the Pythons of this machine."""

import glob
import os
import pathlib
import shutil
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIELINE_BUILD", ROOT / "build-test"))
KEY = b"a key of 32 bytes for the tests!"

# Longer than anything takes, sanitizers and a busy machine included: a test
# that reaches it has hung.
HANG = 60


class Program:
    """One of our programs as a process that reports line by line."""

    lifetime = HANG

    def __init__(self, *command, **popen):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, **popen)
        # What hangs is killed: its output ends, and with it who waits for it.
        self.watchdog = threading.Timer(self.lifetime, self.process.kill)
        self.watchdog.daemon = True
        self.watchdog.start()

    def line(self):
        """The next line on standard output; '' at its end."""
        return self.process.stdout.readline().rstrip("\n")

    def lines_until(self, start):
        """The lines up to and including the first that starts like that."""
        lines = [self.line()]
        while not lines[-1].startswith(start):
            assert lines[-1], f"ended before {start!r}: {lines}, " \
                f"stderr: {self.process.stderr.read()}"
            lines.append(self.line())
        return lines

    def listening_at(self):
        """The address from the next 'listening at' line."""
        return self.lines_until("listening at ")[-1][len("listening at "):]

    def finish(self):
        """Its exit status, standard output and error, once it has ended."""
        out, err = self.process.communicate(timeout=HANG)
        return self.process.returncode, out, err

    def stop(self):
        """Ends it if it still runs. No sanitizer may have said anything."""
        self.watchdog.cancel()
        if self.process.poll() is None:
            self.process.terminate()
        _, err = self.process.communicate(timeout=HANG)
        assert "Sanitizer" not in err and "runtime error" not in err, err


@pytest.fixture
def start():
    """Starts programs, and stops them when the test is over."""
    programs = []

    def run(*command, **popen):
        programs.append(Program(*command, **popen))
        return programs[-1]

    yield run
    for program in programs:
        program.stop()


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(KEY)
    return path


@pytest.fixture
def peer(start, key_file):
    """Starts tests/helpers/peer with the key: peer(command, address, *options).
    """
    def run(command, address, *options):
        keys = ("--authkey", "--authkey-file", "--no-authkey")
        if not any(str(option).startswith(keys) for option in options):
            options += ("--authkey-file", key_file)
        return start(BUILD / "tests/peer", *options, command, address)
    return run


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true",
                     help="also what takes minutes or gigabytes")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes minutes or gigabytes")


def pytest_collection_modifyitems(config, items):
    """Without --long, what is long is left out, not skipped: nothing that
    the machine lacks keeps it from running."""
    if config.getoption("--long"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def python_version(path):
    """(major, minor, micro) of an interpreter; None if it does not run."""
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        done = subprocess.run([path, "-c", code], capture_output=True,
                              text=True, timeout=HANG)
        return tuple(int(part) for part in done.stdout.split("."))
    except (OSError, ValueError):
        return None


def find_pythons():
    """One interpreter of each version from 3.6: those that TIELINE_PYTHONS
    names (separated by colons), or else those found on this machine."""
    named = os.environ.get("TIELINE_PYTHONS")
    home = os.path.expanduser("~")
    paths = named.split(":") if named else [
        *sorted(glob.glob(home + "/.pyenv/versions/*/bin/python3")),
        *sorted(glob.glob("/usr/bin/python3.[0-9]*[0-9]")),
        *filter(None, (shutil.which("python3.%d" % minor)
                       for minor in range(6, 20))),
    ]
    found = {}
    for path in paths:
        version = python_version(path)
        if version and version >= (3, 6):
            found.setdefault(version, path)
    return dict(sorted(found.items()))


PYTHONS = find_pythons()


def version_text(version):
    return ".".join(map(str, version))


def pytest_generate_tests(metafunc):
    """A test that asks for `python` runs with every one of them."""
    if "python" in metafunc.fixturenames:
        nobody = pytest.param(None, id="none", marks=pytest.mark.skip(
            reason="no CPython from 3.6 is found; TIELINE_PYTHONS names some"))
        metafunc.parametrize("python", [
            pytest.param(path, id=version_text(version))
            for version, path in PYTHONS.items()] or [nobody])


def python_address(address):
    """What Python's Client and Listener call the address."""
    if address.startswith("unix:"):
        return address[len("unix:"):]
    host, port = address[len("tcp://"):].rsplit(":", 1)
    return host.strip("[]"), int(port)
