# SPDX-License-Identifier: MIT
"""Clients of managers that are killed: nothing is lost with those who wait, and
what others had goes to those who wait for it."""

import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import threading

import pytest

from conftest import BUILD
from session.sharer import Sharer

PROGRAMS = pathlib.Path(__file__).parent / "programs"
KINDS = pytest.mark.parametrize("kind", ["unix", "tcp"])
TYPEIDS = {
    "a_queue": {"type": "Queue", "name": "queue", "args": [50]},
    "a_joinable": {"type": "JoinableQueue", "name": "joinable"},
    "a_lock": {"type": "Lock", "name": "lock"},
    "an_rlock": {"type": "RLock", "name": "rlock"},
    "a_semaphore": {"type": "Semaphore", "name": "semaphore", "args": [0]},
    "a_condition": {"type": "Condition", "name": "condition"},
    "an_event": {"type": "Event", "name": "event"},
    "a_barrier": {"type": "Barrier", "name": "barrier", "args": [2]},
    "a_list": {"type": "list", "name": "list"},
    "a_dict": {"type": "dict", "name": "dict"},
}
CLIENTS = 100
STUCK_MS = 100  # of silence; then somebody else has to go
DEATHS = 0.2  # for each thing that is done


@pytest.fixture
def hub(serve):
    return serve(typeids=TYPEIDS, reference_grace_ms=1)


@pytest.fixture
def victim(hub, start, key_file):
    """Starts those that are to be killed:
    victim(python, kind of socket, "blocks" or "holds", typeid, call, ...)"""
    def run(python, kind, *words):
        program = start(python, "-B", PROGRAMS / "holding.py",
                        hub.broker.at[kind], key_file, *words)
        assert program.line() == "ready", program.finish()
        return program.process
    return run


@pytest.fixture
def shared(hub):
    """shared(typeid): the ident of what is there by that name."""
    return hub.create


def kill(process):
    process.kill()
    process.wait()


# ---- Those who wait -------------------------------------------------------


@KINDS
def test_who_is_killed_in_get_swallows_nothing(
        hub, victim, shared, python, kind):
    process = victim(python, kind, "blocks", "a_queue", "get")
    hub.until_waiting(1)
    kill(process)
    hub.until_waiting(0)
    queue, other = shared("a_queue"), hub.proxy()
    other.returns(queue, "put", "x")
    assert other.returns(queue, "get", False) == "x"


@KINDS
def test_an_item_that_comes_with_the_end(hub, victim, shared, kind):
    """The broker finds both at once: the item, and that nobody waits any more.
    """
    queue, other = shared("a_queue"), hub.proxy()
    process = victim(sys.executable, kind, "blocks", "a_queue", "get")
    hub.until_waiting(1)
    with hub.broker.asleep():
        other.say(queue, "put", "x")
        kill(process)
    assert other.answer() == ("#RETURN", None)
    assert other.returns(queue, "get", True, 60) == "x"
    assert hub.stat()["managers"]["lost_items"] == 0


@KINDS
def test_a_request_that_comes_with_the_end(hub, victim, shared, kind):
    """It is one for an item that is there."""
    queue, other = shared("a_queue"), hub.proxy()
    other.returns(queue, "put", "x")
    one = hub.proxy(kind)
    with hub.broker.asleep():
        one.say(queue, "get")
        one.close()
    assert other.returns(queue, "get", True, 60) == "x"


@pytest.mark.parametrize("typeid, call, wake, seen", [
    ("a_semaphore", "acquire", "release", ("acquire", False)),
    ("a_lock", "acquire", "release", ("acquire", False)),
    ("an_rlock", "acquire", "release", ("acquire", False)),
])
@pytest.mark.parametrize("at_once", [False, True])
@KINDS
def test_who_is_killed_waiting_for_a_permit(
        hub, victim, shared, kind, typeid, call, wake, seen, at_once):
    ident, other = shared(typeid), hub.proxy()
    if typeid != "a_semaphore":
        assert other.returns(ident, "acquire") is True
    process = victim(sys.executable, kind, "blocks", typeid, call)
    hub.until_waiting(1)
    if at_once:
        with hub.broker.asleep():
            other.say(ident, wake)
            kill(process)
        assert other.answer() == ("#RETURN", None)
        hub.until(lambda stat: stat["managers"]["open"] == 1)
    else:
        kill(process)
        hub.until_waiting(0)
        assert other.returns(ident, wake) is None
    assert other.returns(ident, *seen) is True


@KINDS
def test_who_is_killed_waiting_for_a_condition(hub, victim, shared, kind):
    """Of two one is killed; who is notified is the other."""
    condition = shared("a_condition")
    one, other = hub.proxy(), hub.proxy()
    process = victim(sys.executable, kind, "blocks", "a_condition", "wait")
    hub.until_waiting(1)
    assert one.returns(condition, "acquire") is True
    one.say(condition, "wait")
    hub.until_waiting(2)
    kill(process)
    hub.until_waiting(1)
    assert other.returns(condition, "acquire") is True
    assert other.returns(condition, "notify") is None
    assert other.returns(condition, "release") is None
    assert one.answer() == ("#RETURN", True)
    assert one.returns(condition, "release") is None


@KINDS
def test_who_is_killed_waiting_for_an_event(hub, victim, shared, kind):
    event, other = shared("an_event"), hub.proxy()
    process = victim(sys.executable, kind, "blocks", "an_event", "wait")
    hub.until_waiting(1)
    kill(process)
    hub.until_waiting(0)
    assert other.returns(event, "set") is None
    assert other.returns(event, "wait") is True


@KINDS
def test_who_is_killed_at_a_barrier(hub, victim, shared, kind):
    """It will not come: the others are told so, until it is set up anew."""
    barrier = hub.create("Barrier", 3)
    one, other = hub.proxy(kind), hub.proxy()
    one.say(barrier, "wait")
    other.say(barrier, "wait")
    hub.until_waiting(2)
    one.close()
    kind, error = other.answer()
    assert (kind, type(error)) == ("#ERROR", threading.BrokenBarrierError)
    assert other.returns(barrier, "__getattribute__", "n_waiting") == 0
    hub.give_back(barrier)


@KINDS
def test_who_is_killed_alone_at_a_barrier(hub, victim, shared, kind):
    barrier, one, other = shared("a_barrier"), hub.proxy(), hub.proxy()
    process = victim(sys.executable, kind, "blocks", "a_barrier", "wait")
    hub.until_waiting(1)
    kill(process)
    hub.until_waiting(0)
    assert other.returns(barrier, "__getattribute__", "broken") is True
    assert other.returns(barrier, "reset") is None
    one.say(barrier, "wait")
    hub.until_waiting(1)
    assert {other.returns(barrier, "wait"), one.answer()[1]} == {0, 1}


@KINDS
def test_who_is_killed_in_join_or_put(hub, victim, shared, kind):
    queue, tasks, other = shared("a_queue"), shared("a_joinable"), hub.proxy()
    for i in range(50):
        other.returns(queue, "put", i)
    other.returns(tasks, "put", "task")
    processes = [
        victim(sys.executable, kind, "blocks", "a_queue", "put", "'late'"),
        victim(sys.executable, kind, "blocks", "a_joinable", "join")]
    hub.until_waiting(2)
    for process in processes:
        kill(process)
    hub.until_waiting(0)
    assert [other.returns(queue, "get") for _ in range(50)] == list(range(50))
    assert other.returns(queue, "empty") is True


# ---- Those who have something ---------------------------------------------


LOCKS = {"a_lock": "lock", "an_rlock": "rlock", "a_condition": "condition"}


@pytest.mark.parametrize("typeid", LOCKS)
@KINDS
def test_a_killed_owners_lock_is_free(
        hub, victim, shared, python, kind, typeid):
    lock, other = shared(typeid), hub.proxy()
    process = victim(python, kind, "holds", typeid, "acquire")
    assert other.returns(lock, "acquire", False) is False
    other.say(lock, "acquire")
    hub.until_waiting(1)
    kill(process)
    assert other.answer() == ("#RETURN", True)
    assert other.returns(lock, "release") is None


@pytest.mark.parametrize("typeid, open_, acquire, options", [
    ("a_lock", "lock_open", "lock_acquire", [{}]),
    ("an_rlock", "lock_open", "lock_acquire", [{"recursive": True}]),
    ("a_condition", "condition_open", "condition_acquire", [None]),
])
@KINDS
def test_it_is_free_for_a_native_client(
        hub, victim, start, key_file, kind, typeid, open_, acquire, options):
    native = Sharer(start, hub.broker.at["unix"], key_file)
    getattr(native, open_)(LOCKS[typeid], *options)
    process = victim(sys.executable, kind, "holds", typeid, "acquire")
    native.ask(acquire, LOCKS[typeid], -1)
    hub.until_waiting(1)
    kill(process)
    assert native.answer() >= 0


@KINDS
def test_it_is_free_for_the_tool(hub, victim, start, key_file, kind):
    process = victim(sys.executable, kind, "holds", "a_lock", "acquire")
    tool = start(BUILD / "cli/tieline", "lock", "lock", "--", "echo", "got it",
                 env={**os.environ, "TIELINE_URL": hub.broker.at["unix"],
                      "TIELINE_AUTHKEY_FILE": str(key_file)})
    hub.until_waiting(1)
    kill(process)
    assert tool.finish()[:2] == (0, "got it\n")


# ---- Those who refer to something -----------------------------------------


LAST_WORDS = """
import sys
sys.path[:0] = {paths!r}
from managers.wire import Speaker
address, ident = {address!r}, {ident!r}
Speaker(address).returns(None, "incref", ident)
last = Speaker(address)
print("ready", flush=True)
sys.stdin.readline()
last.say(None, "decref", ident)
print("said", flush=True)
sys.stdin.readline()
"""


def test_the_last_words_of_a_process_take_nothing_from_others(
        hub, shared, start):
    """It has given its reference back, and ended, before anybody looks."""
    ident = hub.create("list")
    code = LAST_WORDS.format(
        paths=sys.path, address=hub.broker.at["unix"], ident=ident)
    program = start(sys.executable, "-c", code, stdin=subprocess.PIPE)
    assert program.line() == "ready"
    with hub.broker.asleep():
        program.process.stdin.write("\n")
        program.process.stdin.flush()
        assert program.line() == "said"
        kill(program.process)
    hub.until(lambda stat: stat["managers"]["open"] == 0)
    assert "refcount=1\n" in hub.ask("debug_info")
    hub.give_back(ident)
    hub.is_at_rest()


# ---- Many -----------------------------------------------------------------


class Crowd:
    """programs/workload.py: clients that are killed one after the other, some
    of them where they are when others have just done something, and some where
    they wait, when nobody can do anything any more."""

    def __init__(self, start, address, key_file, seed):
        self.program = start(sys.executable, "-B", PROGRAMS / "workload.py",
                             address, key_file, CLIENTS, seed)
        self.fd = self.program.process.stdout.fileno()
        self.news = select.poll()
        self.news.register(self.fd, select.POLLIN)
        self.chance = random.Random(seed)
        self.pids = []

    def kill_one(self):
        pid = self.pids.pop(self.chance.randrange(len(self.pids)))
        os.kill(pid, signal.SIGKILL)

    def kill_all(self):
        said = b""
        while b"over\n" not in said:
            is_quiet = not self.news.poll(STUCK_MS)
            if not is_quiet:
                more = os.read(self.fd, 1 << 16)
                assert more, self.program.process.stderr.read()
                said += more
            *lines, said = said.split(b"\n") if b"over" not in said else [said]
            for line in lines:
                if line.startswith(b"client "):
                    self.pids.append(int(line.split()[1]))
                elif self.pids and self.chance.random() < DEATHS:
                    self.kill_one()
            if is_quiet and self.pids:
                self.kill_one()


@pytest.mark.parametrize("seed", [1])
@KINDS
def test_a_crowd_is_killed(hub, shared, start, key_file, kind, seed):
    idents = {typeid: shared(typeid) for typeid in TYPEIDS}
    before = hub.stat()
    crowd = Crowd(start, hub.broker.at[kind], key_file, seed)
    crowd.kill_all()
    assert crowd.program.finish()[0] == 0
    hub.until(lambda stat: stat["managers"]["open"] == 0
              and stat["objects"]["waiting"] == 0)
    other = hub.proxy()
    for typeid in LOCKS:
        assert other.returns(idents[typeid], "acquire", False) is True, typeid
        assert other.returns(idents[typeid], "release") is None
    barrier = idents["a_barrier"]
    assert other.returns(barrier, "__getattribute__", "n_waiting") == 0
    session = hub.session()
    for entry in TYPEIDS.values():
        told = session.returns(0, "stat", entry["name"])
        assert (told["owners"], told["waiters"]) == ([], []), entry
    assert other.returns(idents["a_list"], "clear") is None
    assert other.returns(idents["a_dict"], "clear") is None
    if kind == "unix":
        hub.until(lambda stat: all(
            stat[group][key] == before[group][key] for group, key in [
                ("managers", "references"), ("objects", "objects")]))
