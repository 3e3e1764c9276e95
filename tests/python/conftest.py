# SPDX-License-Identifier: MIT
"""python/tieline.py: in this process, and in one of every Python from 3.8."""

import contextlib
import importlib.util
import itertools
import logging
import os
import pathlib
import threading

import pytest

from conftest import HANG, KEY, PYTHONS, ROOT, version_text

FILE = ROOT / "python/tieline.py"
PROGRAMS = pathlib.Path(__file__).parent / "programs"
OTHERS = [ROOT / "tests/interop/programs", ROOT / "tests/rendezvous/programs"]
EVERYTHING = "done 59 objects, 7 lengths"
MODERN = {version: path for version, path in PYTHONS.items()
          if version >= (3, 8)}
KINDS = ["tcp", "unix", "tls"]


def load():
    """The file as a module, without leaving it in sys.modules."""
    spec = importlib.util.spec_from_file_location("tieline", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tieline = load()


def pytest_generate_tests(metafunc):
    if "modern" in metafunc.fixturenames:
        nobody = pytest.param(None, id="none", marks=pytest.mark.skip(
            reason="no CPython from 3.8 is found; TIELINE_PYTHONS names some"))
        metafunc.parametrize("modern", [
            pytest.param(path, id=version_text(version))
            for version, path in MODERN.items()] or [nobody])


@pytest.fixture
def party(start, key_file):
    """Starts a program with tieline.py:
    party(python, "client" or "listener", url, activity, **options)."""
    folders = [FILE.parent, *OTHERS]
    environment = {**os.environ, "LC_ALL": "C.UTF-8",
                   "PYTHONPATH": os.pathsep.join(map(str, folders))}

    def run(python, role, url, activity, key=key_file, **options):
        return start(python, "-B", PROGRAMS / "party.py", role, url, key,
                     activity, repr(options), env=environment)
    return run


@pytest.fixture
def place(tmp_path):
    """A free address to listen at: place(kind)."""
    numbers = itertools.count()

    def url(kind):
        if kind == "unix":
            return f"unix:{tmp_path}/socket{next(numbers)}"
        return f"{kind}://127.0.0.1:0"
    return url


@pytest.fixture
def server_options(certificates):
    """What a listener takes at an address of that kind, by what is wrong with
    its certificate."""
    def options(kind, what="good"):
        if kind != "tls":
            return {}
        return {"certificate_file": str(certificates / f"server-{what}.crt"),
                "private_key_file": str(certificates / f"server-{what}.key")}
    return options


@pytest.fixture
def client_options(certificates):
    def options(kind):
        return {"ca_file": str(certificates / "ca.crt")} if kind == "tls" \
            else {}
    return options


@pytest.fixture
def listen(place, server_options):
    """Makes listeners: listen(kind, **options)."""
    with contextlib.ExitStack() as stack:
        def run(kind, what="good", key=KEY, **options):
            return stack.enter_context(tieline.Listener(
                place(kind), key, **{**server_options(kind, what), **options}))
        yield run


@pytest.fixture
def both_ends(listen, client_options):
    """A connection's two ends: both_ends(kind)."""
    with contextlib.ExitStack() as stack:
        def run(kind):
            listener = listen(kind)
            with meanwhile(listener.accept) as accepted:
                client = tieline.connect(
                    listener.address, KEY, **client_options(kind))
            stack.enter_context(client)
            return client, stack.enter_context(accepted.value)
        yield run


def everything(sock):
    """All that came from a peer that is gone."""
    data = b""
    try:
        while True:
            more = sock.recv(1 << 16)
            if not more:
                break
            data += more
    except ConnectionResetError:
        pass
    return data


class Meanwhile:
    """A call in a thread, and what became of it."""

    value = error = None

    def __init__(self, call, arguments):
        self.thread = threading.Thread(
            target=self.run, args=(call, arguments), daemon=True)
        self.thread.start()

    def run(self, call, arguments):
        try:
            self.value = call(*arguments)
        except BaseException as error:
            self.error = error


@contextlib.contextmanager
def meanwhile(call, *arguments):
    """Runs it in a thread during the context; it must succeed."""
    running = Meanwhile(call, arguments)
    try:
        yield running
    finally:
        running.thread.join(HANG)
    assert not running.thread.is_alive(), "it hangs"
    if running.error:
        raise running.error


@contextlib.contextmanager
def turning_away(listener):
    """The listener accepts during the context; nobody must get in."""
    is_over = threading.Event()

    def run():
        while not is_over.is_set():
            with pytest.raises(TimeoutError):
                listener.accept(0.05)

    with meanwhile(run):
        try:
            yield
        finally:
            is_over.set()


@pytest.fixture(autouse=True)
def said(caplog):
    """What was said to the logger: said() is the texts since."""
    caplog.set_level(logging.DEBUG, "tieline")

    def texts():
        return [record.getMessage() for record in caplog.records
                if record.name == "tieline"]
    return texts
