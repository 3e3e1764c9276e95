# SPDX-License-Identifier: MIT
"""CPython's own tests of managers as processes, one for each Python and
server, and the table of what passes at a server of stock Python, which

    cd tests && python3 -m managers.cpython_runs >managers/cpython_tests.txt

makes anew with the Pythons of this machine."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from conftest import HANG, PYTHONS, version_text

HERE = pathlib.Path(__file__).parent
SUITE = HERE / "cpython_suite.py"
TABLE = HERE / "cpython_tests.txt"

HAS_SUITE = "import importlib.util, sys; " \
    "sys.exit(not importlib.util.find_spec('test._test_multiprocessing'))"


def has_suite(path):
    return subprocess.run([path, "-c", HAS_SUITE], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def find_suites():
    """Versions, as text, and their Pythons: those that have the tests."""
    return {version_text(version): path
            for version, path in PYTHONS.items() if has_suite(path)}


class Run:
    """All the tests of one Python at a server, or some, as a process of which
    nothing is left behind."""

    lifetime = 10 * HANG

    def __init__(self, path, *arguments):
        self.output = tempfile.TemporaryFile("w+")
        self.errors = tempfile.TemporaryFile("w+")
        # Some of the tests leave files in their folder for a while.
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [path, "-B", SUITE, *map(str, arguments)], text=True,
            stdout=self.output, stderr=self.errors, start_new_session=True,
            cwd=self.folder.name)

    def finish(self):
        """What it says of each test, and all that it wrote otherwise."""
        with self.output, self.errors, self.folder:
            try:
                self.process.wait(self.lifetime)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            return [json.loads(line) for line in read(self.output)], \
                "".join(read(self.errors))


def read(file):
    file.seek(0)
    return file.readlines()


def names(tests, outcome):
    return sorted(test["test"] for test in tests
                  if test["outcome"] == outcome)


def passed(run):
    """The names of the tests that have passed."""
    tests, _ = run.finish()
    return names(tests, "passed")


def at_stock_server(path):
    return Run(path, "--stock")


def read_table():
    """The names of the tests that pass at a stock server, by version."""
    table = {}
    for line in TABLE.read_text().splitlines():
        name, *versions = line.split()
        for version in versions:
            table.setdefault(version, []).append(name)
    return table


def write_table():
    runs = {version: at_stock_server(path)
            for version, path in find_suites().items()}
    versions = {}
    for version, run in runs.items():
        for name in passed(run):
            versions.setdefault(name, []).append(version)
    for name, those in sorted(versions.items()):
        print(name, *those)


if __name__ == "__main__":
    sys.exit(write_table())
