# SPDX-License-Identifier: MIT
"""Clients of remote managers as tutorials have them, several Pythons at a
time: at the stock server that they were written for, at a broker with the
configuration that replaces its script, and at one with none at all."""

import json
import pathlib
import re

import pytest

from conftest import PYTHONS, python_address

PROGRAMS = pathlib.Path(__file__).parent / "programs"

# What programs/server.py makes.
TYPEIDS = {
    "get_task_queue": {"type": "Queue", "name": "tasks"},
    "get_result_queue": {"type": "Queue", "name": "results"},
    "get_queue": {"type": "Queue", "name": "messages"},
    "get_joinable_queue": {"type": "JoinableQueue", "name": "jobs"},
    "get_dict": {"type": "dict", "name": "scores"},
    "get_list": {"type": "list", "name": "names"},
    "get_value": {"type": "Value", "name": "total", "args": ["i", 0]},
    "get_array": {"type": "Array", "name": "row", "args": ["i", 10]},
    "get_namespace": {"type": "Namespace", "name": "place"},
    "get_lock": {"type": "Lock", "name": "lock"},
    "get_event": {"type": "Event", "name": "event"},
    "get_barrier": {"type": "Barrier", "name": "barrier", "args": [2]},
    "locked": {"type": "Lock", "name": "lock-{0}"},
    "get": {"type": "dict", "name": "settings", "call": "get"},
    "set": {"type": "dict", "name": "settings", "call": "__setitem__",
            "value": {"colour": "red"}},
}
TYPEIDS["get"]["value"] = TYPEIDS["set"]["value"]

VERSIONS = [*PYTHONS.values()] or [None]
OLDEST, MIDDLE, NEWEST = (
    VERSIONS[0], VERSIONS[len(VERSIONS) // 2], VERSIONS[-1])

pytestmark = pytest.mark.skipif(
    not PYTHONS, reason="no CPython from 3.6; TIELINE_PYTHONS names some")


@pytest.fixture
def tielined():
    """Of all brokers, the one."""
    return "broker/tielined"


@pytest.fixture
def key_file(tmp_path):
    """The key that is in all tutorials."""
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(b"abracadabra")
    return path


@pytest.fixture
def stock(start):
    """A stock server, of the oldest Python: new ones name exceptions by modules
    that old ones lack."""
    return start(OLDEST, "-B", PROGRAMS / "server.py").listening_at()


@pytest.fixture
def configured(broker):
    return broker(typeids=TYPEIDS, guess_typeids=False).at["tcp"]


@pytest.fixture
def guessed(broker):
    return broker().at["tcp"]


# A server, and the Pythons of the one and the other side.
MEETINGS = {
    "stock": ("stock", (OLDEST, NEWEST)),
    "guessed-old-new": ("guessed", (OLDEST, NEWEST)),
    "guessed-new-old": ("guessed", (NEWEST, OLDEST)),
    "configured-middle-new": ("configured", (MIDDLE, NEWEST)),
    "configured-new-old": ("configured", (NEWEST, OLDEST)),
}


def meetings(*servers):
    """A test with the address of a server of those kinds, and two Pythons."""
    chosen = {name: meeting for name, meeting in MEETINGS.items()
              if meeting[0] in servers}
    return pytest.mark.parametrize(
        "server, pythons", chosen.values(), ids=chosen, indirect=["server"])


everywhere = meetings("stock", "guessed", "configured")
with_arguments = meetings("stock", "configured")


@pytest.fixture
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def client(start):
    """Starts a program: client(python, name, address of a server, ...)."""
    def run(python, name, address, *arguments):
        return start(python, "-B", PROGRAMS / name, *python_address(address),
                     *arguments)
    return run


def lines_of(program):
    """What one that ends well has printed."""
    status, out, err = program.finish()
    assert (status, err) == (0, "")
    return out.splitlines()


@everywhere
def test_tasks_and_results(server, client, pythons):
    mine, others = pythons
    master = client(mine, "task_master.py", server)
    master.lines_until("try get results")
    workers = [client(python, "task_worker.py", server)
               for python in (mine, others, others)]
    *results, end = lines_of(master)
    assert sorted(results) == [
        f"result: {n} * {n} = {n * n}" for n in range(10)]
    assert end == "master exit."
    done = []
    for worker in workers:
        hello, *lines, empty, end = lines_of(worker)
        assert (hello, empty, end) == (
            "connect to server 127.0.0.1 ...", "task queue is empty.",
            "worker exit.")
        done += lines
    assert sorted(done) == [f"run task {n} * {n} ..." for n in range(10)]


@everywhere
def test_using_a_remote_manager(server, client, pythons):
    waits = client(pythons[0], "remote_get.py", server)
    assert lines_of(client(pythons[1], "remote_put.py", server)) == []
    assert lines_of(waits) == ["'hello'"]


@everywhere
def test_jobs_that_are_waited_for(server, client, pythons):
    producer = client(pythons[0], "producer.py", server)
    assert producer.line() == "waiting"
    consumers = [client(python, "consumer.py", server) for python in pythons]
    assert lines_of(producer) == [
        "all done", "task_done() called too many times"]
    lines = [line for one in consumers for line in lines_of(one)]
    assert sorted(lines) == ["job %d of %d" % (n, n) for n in range(6)]


@with_arguments
def test_counting_under_a_lock(server, client, pythons):
    counters = [client(python, "counter.py", server, 20)
                for python in pythons * 2]
    for counter in counters:
        assert lines_of(counter) == ["True 10"]
    assert lines_of(client(pythons[0], "total.py", server)) == [
        "80 [8, 8, 8, 8, 8, 8, 8, 8, 8, 8]"]


@everywhere
def test_data_of_all_kinds(server, client, pythons):
    reader = client(pythons[0], "reader.py", server)
    assert reader.line() == "waiting False"
    assert lines_of(client(pythons[1], "writer.py", server)) == [
        "{'alice': 1, 'bob': [1, 2.5, None], (4, 5): b'four'}",
        "['end', 4, 3, 'two', 'one', 0]"]
    assert lines_of(reader) == [
        "['(4, 5)', 'alice', 'bob'] 3 True False",
        "[1, 2.5, None] nobody 1",
        "KeyError 'eve'",
        "['end', 4, 3, 'two', 'one', 0] 0 [4, 3] 6 True 4",
        "IndexError list index out of range",
        "ValueError list.remove(x): x not in list",
        "10 hello",
        "AttributeError"]


@with_arguments
def test_a_meeting(server, client, pythons):
    both = [client(python, "meeting.py", server) for python in pythons]
    for one in both:
        assert lines_of(one) == ["True 2", "True 2"]


@with_arguments
def test_functions_of_the_server(server, client, pythons):
    assert lines_of(client(pythons[1], "functions.py", server)) == [
        "'red'", "'blue' blue", "False True", "True"]


SERVER_PROCESS = """\
{1: '1', '2': 2, 0.25: None}
[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
[0, 1, 2, 3, 4, 5, 6, 7, 8, 9] 45 [18, 12, 15] True
[0, 0, 0]
Namespace(x=10, y='hello')
['hello'] ['hello']
[{'a': 1}, {}]
1 ["{'a': 1}", "{'b': 2}"]
""".splitlines()


def test_a_server_process_that_is_remote(configured, client, python):
    assert lines_of(client(python, "server_process.py", configured, "fork")) \
        == SERVER_PROCESS


@pytest.mark.parametrize("path", [OLDEST, NEWEST], ids=["old", "new"])
def test_a_remote_one_for_processes_that_are_spawned(configured, client, path):
    assert lines_of(client(path, "server_process.py", configured, "spawn")) \
        == SERVER_PROCESS


def test_a_server_process_that_is_stock(stock, client):
    """What that is compared with is what Python says."""
    assert lines_of(client(OLDEST, "server_process.py", stock, "fork")) \
        == SERVER_PROCESS


ENTRY = re.compile(r'in the broker\'s configuration: (".*)$', re.MULTILINE)


def test_the_error_shows_what_to_add(broker, client):
    """What no name can say is not guessed."""
    hub, typeids = broker(), {}
    for typeid in "get_value", "get_array":
        status, _, err = client(NEWEST, "counter.py", hub.at["tcp"], 5).finish()
        assert status == 1
        entry = json.loads("{%s}" % ENTRY.search(err).group(1))
        assert [*entry] == [typeid]
        typeids.update(entry)
        hub.configure(typeids=typeids)
        hub.reload()
    assert lines_of(client(NEWEST, "counter.py", hub.at["tcp"], 5)) == [
        "True 10"]
