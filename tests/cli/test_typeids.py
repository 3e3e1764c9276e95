# SPDX-License-Identifier: MIT
"""typeid: what a manager's client gets by a name."""

import json
import types

import pytest

from conftest import BUILD

TYPEIDS = {
    "get_queue": {"type": "Queue", "name": "queue-{0}", "args": [100]},
    "get": {"type": "dict", "name": "state", "call": "get"},
}


@pytest.fixture
def broker(start, key_file, tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"typeids": TYPEIDS}))
    program = start(BUILD / "broker/tielined", "--config", settings,
                    "--authkey-file", key_file, "--print-address",
                    "--listen", f"unix:{tmp_path}/broker")
    return types.SimpleNamespace(url=program.listening_at())


def test_an_entry_is_shown(tool, broker):
    done = tool("typeid", "get_queue", "a")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "typeid get_queue", "origin configuration", "kind Queue",
        "name queue-a", "options.args (100,)"]
    assert lines[5].split()[0] == "exposed"
    assert {"put", "get", "qsize"} <= set(lines[5].split())
    assert len(lines) == 6


def test_a_call_is_shown(tool, broker):
    assert "\ncall ('get', ('a', (1,)))\n" in tool(
        "typeid", "get", "a", "(1,)").stdout
    assert "\ncall ('get', (), {'key': 3})\n" in tool(
        "typeid", "get", "key=3").stdout


def test_a_guess_is_shown_with_its_entry(tool, broker):
    done = tool("typeid", "get_lock", "'a'", 3)
    assert "\nname get_lock-a-3\n" in done.stdout
    assert done.stdout.endswith(
        'entry "get_lock": {"type": "Lock", "name": "get_lock-{0}-{1}"}\n')


def test_as_json(tool, broker):
    done = tool("typeid", "get_event", "--json")
    reply = json.loads(done.stdout)
    assert done.returncode == 0
    assert reply["kind"] == "Event" and "is_set" in reply["exposed"]
    done = tool("typeid", "get_data", "--json")
    reply = json.loads(done.stdout)
    assert done.returncode == 5
    assert reply["origin"] == "none" and "typeids" in reply["why"]


def test_a_typeid_that_there_is_not(tool, broker):
    done = tool("typeid", "get_data")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("tieline: get_data: there is no typeid")
    assert '"get_data": {"type": "dict", "name": "get_data"}' in done.stderr


def test_a_call_that_is_refused(tool, broker):
    done = tool("typeid", "get_queue")
    assert (done.returncode, done.stdout) == (1, "")
    assert "(0 given)" in done.stderr
    assert tool("typeid", "Pool").returncode == 1


def test_wrong_usage(tool, broker):
    assert tool("typeid").returncode == 2
    assert tool("typeid", "f", "a b").returncode == 2
    done = tool("typeid", "f", "'%s'" % ("x" * 1100))
    assert done.returncode == 2
    assert '"args" needs an array of about 1000 bytes' in done.stderr
