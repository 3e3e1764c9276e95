# SPDX-License-Identifier: MIT
"""What the system tests share: the build under test, its programs as
processes, a key, and the Pythons of this machine."""

import contextlib
import glob
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading

import pytest

# Started in the background by a shell, or by nohup, this process ignores these,
# and what it starts would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(
    os.environ.get("TIELINE_BUILD", ROOT / "build-test")).absolute()
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


class Lines:
    """What a program writes, read as it comes, so that it never waits."""

    def __init__(self, pipe):
        self.lines = []
        self.news = threading.Condition()
        self.thread = threading.Thread(
            target=self.read, args=(pipe,), daemon=True)
        self.thread.start()

    def read(self, pipe):
        for line in pipe:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()

    def wait_for(self, part):
        """The first line with that in it, which must come."""
        def found():
            return [line for line in self.lines if part in line]
        with self.news:
            assert self.news.wait_for(found, HANG), \
                f"no line has {part!r} in it: {self.lines}"
            return found()[0]

    def text(self):
        """All of it, once the program has ended."""
        self.thread.join(HANG)
        return "".join(self.lines)


class Broker(Program):
    """tielined, with its settings in a file. Its addresses are those of its
    first start, in their order; the first of each kind is `at` that."""

    lifetime = 2 * HANG

    def __init__(self, folder, key_file, options, settings, build=BUILD,
                 program="broker/tielined"):
        self.config = folder / "tielined.json"
        self.settings = {
            "authkey_file": str(key_file),
            "listen": ["tcp://127.0.0.1:0", f"unix:{folder}/broker"],
        }
        self.configure(**settings)
        super().__init__(build / program, "--config", self.config,
                         "--print-address", *options)
        self.log = Lines(self.process.stderr)
        self.addresses = [
            self.listening_at() for _ in self.settings["listen"]]
        self.at = {}
        for address in self.addresses:
            self.at.setdefault(address.partition(":")[0], address)

    def configure(self, **settings):
        """Writes its settings anew, with these changed."""
        self.settings.update(settings)
        self.config.write_text(json.dumps(self.settings, indent=1))

    def reload(self):
        """Has it read its settings; the line that its log has of it."""
        known = len(self.log.lines)

        def said():
            return [line for line in self.log.lines[known:]
                    if "reload" in line]
        self.process.send_signal(signal.SIGHUP)
        with self.log.news:
            assert self.log.news.wait_for(said, HANG), self.log.lines
            return said()[-1]

    @contextlib.contextmanager
    def asleep(self):
        """What happens in this context it finds all at once behind it."""
        pid = self.process.pid
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def ended(self):
        """Its exit status, once it has ended by itself."""
        return self.process.wait(HANG)

    def stop(self):
        """Ends it, if it still runs, which must go well."""
        self.watchdog.cancel()
        status = self.process.poll()
        if status is None:
            self.process.terminate()
            status = self.ended()
            assert status == 0, self.log.text()
        self.process.stdout.close()
        err = self.log.text()
        self.process.stderr.close()
        assert "Sanitizer" not in err and "runtime error" not in err, err


def ended_broker(*options, **popen):
    """A broker that ends by itself, as it does that only checks, or cannot use
    its settings."""
    return subprocess.run(
        [BUILD / "broker/tielined", *map(str, options)],
        capture_output=True, text=True, timeout=HANG, **popen)


# Brokers on each engine, for what is to hold on all: the model in the broker's
# process, and in one of its own, from which answers come late and out of order.
ENGINES = [pytest.param("broker/tielined", id="memory"),
           pytest.param("tests/engine/tielined-late", id="late")]


@pytest.fixture
def tielined():
    """The broker's program, by its place in the build."""
    return "broker/tielined"


@pytest.fixture
def broker(tmp_path, key_file, tielined):
    """Starts brokers, each in a folder of its own:
    broker(*options, **settings)."""
    brokers = []

    def run(*options, **settings):
        folder = tmp_path / f"broker{len(brokers)}"
        folder.mkdir()
        brokers.append(Broker(folder, key_file, options, settings,
                              program=tielined))
        return brokers[-1]

    with contextlib.ExitStack() as stack:
        yield run
        for one in brokers:
            stack.callback(one.stop)


@pytest.fixture
def serve(broker, hub_type):
    """Starts brokers, with what the folder's tests have of them:
    serve(*options, **settings)."""
    with contextlib.ExitStack() as stack:
        def run(*options, **settings):
            hub = hub_type(broker(*options, **settings))
            stack.callback(hub.close)
            return hub
        yield run


@pytest.fixture
def hub(serve):
    """A broker with its settings at their defaults."""
    return serve()


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


def write_secret(path, data):
    """A file that nobody else can read, from the start."""
    path.touch(mode=0o600)
    path.write_bytes(data)


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key"
    write_secret(path, KEY)
    return path


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """The folder with the test set of certs/make."""
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([ROOT / "certs/make", "--test-set", folder], check=True,
                   stdout=subprocess.DEVNULL, timeout=HANG)
    return folder


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
