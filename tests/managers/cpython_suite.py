#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests that this Python has of its own managers, unchanged, against
a server somewhere else: each manager that they start is one that connects to
that server. Each test becomes a line of JSON.

    cpython_suite.py ADDRESS KEY_FILE [TEST...]
    cpython_suite.py --stock [TEST...]

With --stock the server is this Python's own, in a process of its own.
Runs on every CPython from 3.6, and needs its package `test`."""

import argparse
import faulthandler
import json
import multiprocessing
import multiprocessing.managers
import os
import subprocess
import sys
import time
import unittest

import test._test_multiprocessing as suite

# Longer than any of the tests takes: then the stacks are shown, and it is over.
HANG = 120

OWN_SERVER = "starts a server of its own"
RUNS_CODE = "needs a server that runs its client's code"
LEFT_OUT = {
    "WithManagerTestManagerRestart": OWN_SERVER,
    "WithManagerTestMyManager": OWN_SERVER,
    "WithManagerTestRemoteManager": OWN_SERVER,
    "WithManagerTestPool": RUNS_CODE,
    "WithManagerTestBarrier.test_action": RUNS_CODE,
    "TestSyncManagerTypes.test_pool": RUNS_CODE,
}

SERVER = """
import multiprocessing.managers, sys
key = bytes.fromhex(sys.argv[1])
server = multiprocessing.managers.SyncManager(
    ("127.0.0.1", 0), key).get_server()
print(server.address[1], flush=True)
server.serve_forever()
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="fork",
                        help="how the tests start processes")
    parser.add_argument("--stock", action="store_true",
                        help="start this Python's own server, and use that")
    parser.add_argument("place", nargs="*",
                        help="ADDRESS KEY_FILE, less with --stock, and tests")
    return parser.parse_args()


ARGUMENTS = arguments()
# The suite's classes are this module's, where processes that are spawned find
# them too.
suite.install_tests_in_module_dict(globals(), ARGUMENTS.method)


def python_address(text):
    """tcp://HOST:PORT or unix:PATH as multiprocessing has it."""
    if text.startswith("unix:"):
        return text[len("unix:"):]
    host, port = text[len("tcp://"):].rsplit(":", 1)
    return host.strip("[]"), int(port)


def read_key(path):
    with open(path, "rb") as file:
        return file.read()


def start_stock_server():
    """The process, its address and its key."""
    key = os.urandom(32)
    server = subprocess.Popen([sys.executable, "-c", SERVER, key.hex()],
                              stdout=subprocess.PIPE)
    port = int(server.stdout.readline())
    return server, ("127.0.0.1", port), key


def connect_instead_of_starting(address, key):
    """Has every SyncManager that is to start a server connect to that one."""
    manager = multiprocessing.managers.SyncManager
    plain_init = manager.__init__

    def init(self, *_args, **_kwds):
        plain_init(self, address, key)

    manager.__init__ = init
    manager.start = manager.connect
    manager.shutdown = manager.join = lambda self: None
    # Processes that only got proxies talk to the server with this key.
    multiprocessing.current_process().authkey = key


def short_name(test):
    return ".".join(test.id().split(".")[-2:])


def left_out(name):
    return LEFT_OUT.get(name) or LEFT_OUT.get(name.partition(".")[0])


def say(name, outcome, **more):
    print(json.dumps(dict(test=name, outcome=outcome, **more)), flush=True)


class Lines(unittest.TestResult):
    """A line for each test. What goes wrong around a class or in a subtest is
    one of its own."""

    def startTest(self, test):
        super().startTest(test)
        faulthandler.dump_traceback_later(HANG, exit=True)
        self.began = time.monotonic()

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)

    def took(self):
        return round(time.monotonic() - self.began, 3)

    def addSuccess(self, test):
        super().addSuccess(test)
        say(short_name(test), "passed", seconds=self.took())

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        say(short_name(test), "skipped", reason=reason)

    def failed(self, test, error):
        say(short_name(test), "failed",
            reason=self._exc_info_to_string(error, test))

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.failed(test, error)

    addError = addFailure

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.failed(test, error)


def is_of_managers(name):
    return name.startswith("WithManager") or name == "TestSyncManagerTypes"


def find_tests():
    """All tests of managers, by name."""
    classes = [value for name, value in globals().items()
               if is_of_managers(name)]
    return {short_name(test): test for one in classes
            for test in unittest.defaultTestLoader.loadTestsFromTestCase(one)}


def choose(wanted):
    """The tests to run, in the order of their names; says which are not."""
    tests = find_tests()
    for name in wanted or sorted(tests):
        reason = left_out(name)
        if reason:
            say(name, "left out", reason=reason)
        else:
            yield tests[name]


def run(address, key, wanted):
    connect_instead_of_starting(address, key)
    result = Lines()
    unittest.TestSuite(choose(wanted)).run(result)
    return 0 if result.wasSuccessful() else 1


def main():
    if not ARGUMENTS.stock:
        address, key_file, *wanted = ARGUMENTS.place
        return run(python_address(address), read_key(key_file), wanted)
    server, address, key = start_stock_server()
    try:
        return run(address, key, ARGUMENTS.place)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
