# SPDX-License-Identifier: MIT
"""The tests that each CPython has of its own managers, unchanged, at our
broker: what passes at a server of stock Python passes here."""

import contextlib

import pytest

from conftest import HANG, KEY, Broker

from .cpython_runs import (Run, at_stock_server, find_suites, names, passed,
                           read_table)

SUITES = find_suites()
TABLE = read_table()

# How many tests a server of stock Python passes.
COUNTS = {"3.6.15": 35, "3.7.16": 50, "3.8.18": 51, "3.9.18": 52,
          "3.10.13": 52, "3.11.7": 53, "3.12.1": 53, "3.13.0": 54}

ROUNDS = 20


class Server(Broker):
    """A broker for one version, for all that is run here."""

    lifetime = 60 * HANG


@contextlib.contextmanager
def serving(tmp_path_factory, program):
    """By version: a broker, and the file with its key."""
    with contextlib.ExitStack() as stack:
        found = {}
        for version in SUITES:
            folder = tmp_path_factory.mktemp("suite")
            key_file = folder / "key"
            key_file.touch(mode=0o600)
            key_file.write_bytes(KEY)
            server = Server(folder, key_file, (), {}, program=program)
            stack.callback(server.stop)
            found[version] = server, key_file
        yield found


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    with serving(tmp_path_factory, "broker/tielined") as found:
        yield found


def start(servers, kind, *options):
    """All the suites side by side: they sleep for most of their time."""
    return {version: Run(SUITES[version], *options, server.at[kind], key_file)
            for version, (server, key_file) in servers.items()}


def expected(version):
    """What has to pass. A version that the table lacks shows it now."""
    return TABLE.get(version) or passed(at_stock_server(SUITES[version]))


def check(version, run):
    """Each test has passed, or it is one that says why it does not count."""
    tests, errors = run.finish()
    failures = [test for test in tests if test["outcome"] == "failed"]
    assert not failures, "\n".join(
        f"{test['test']}: {test['reason']}" for test in failures) + errors
    assert names(tests, "passed") == expected(version), errors
    assert all(test["reason"] for test in tests if test["outcome"] != "passed")
    assert "Shared objects which still exist" not in errors
    assert run.process.returncode == 0, errors


def check_all(runs):
    for version, run in runs.items():
        check(version, run)


@pytest.fixture(scope="module")
def runs(servers):
    return start(servers, "unix")


def test_the_table_is_whole():
    assert {version: len(tests) for version, tests in TABLE.items()} == COUNTS


@pytest.mark.skipif(not SUITES, reason="no CPython here has its own tests; "
                    "TIELINE_PYTHONS names others")
@pytest.mark.parametrize("version", SUITES)
def test_what_passes_at_a_stock_server_passes(runs, version):
    check(version, runs[version])


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, ROUNDS))
def test_again_and_again(servers, number):
    check_all(start(servers, ("unix", "tcp")[number % 2]))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_processes_that_are_spawned(servers, kind):
    check_all(start(servers, kind, "--method", "spawn"))


@pytest.mark.long
def test_an_engine_that_answers_late(tmp_path_factory):
    with serving(tmp_path_factory, "tests/engine/tielined-late") as servers:
        check_all(start(servers, "unix"))
