# SPDX-License-Identifier: MIT
"""What processes of stock Python leave of their references when they end, in
whatever way, and who is shown to have them."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Client
from multiprocessing.managers import RemoteError, SyncManager, dispatch

import pytest

from conftest import BUILD, ENGINES, HANG, KEY, Program, python_address

HOLDER = pathlib.Path(__file__).parent / "programs" / "holder.py"
HOUR_MS = 3_600_000


@pytest.fixture(params=ENGINES)
def tielined(request):
    return request.param


class Holder(Program):
    """programs/holder.py, with the children that it starts."""

    def __init__(self, python, address, key_file, count, *method):
        host, port = address if isinstance(address, tuple) else (address, "")
        super().__init__(python, "-B", HOLDER, host, port, key_file, count,
                         *method, stdin=subprocess.PIPE,
                         start_new_session=True)
        self.pid = self.process.pid

    def ids(self, count):
        """The numbers of its objects."""
        return [int(self.line().split("-")[1], 16) for _ in range(count)]

    def child_of(self, count):
        """The number of its child, which says it before it uses anything."""
        lines = [self.line() for _ in range(count + 1)]
        return next(int(line) for line in lines if "-" not in line)

    def kill(self):
        self.process.kill()
        self.process.wait(HANG)

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        super().stop()


class Site:
    """A broker, and who refers to what there."""

    def __init__(self, broker, key_file, stack):
        self.broker = broker
        self.key_file = key_file
        self.stack = stack

    def holder(self, count, *method, to="unix", python=sys.executable):
        holder = Holder(python, python_address(self.broker.at[to]),
                        self.key_file, count, *method)
        self.stack.callback(holder.stop)
        return holder

    def tool(self, *words):
        done = subprocess.run(
            [BUILD / "cli/tieline", *map(str, words)], capture_output=True,
            text=True, timeout=HANG, env={
                **os.environ, "TIELINE_URL": self.broker.at["unix"],
                "TIELINE_AUTHKEY_FILE": str(self.key_file)})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refs(self):
        """Who has how many references, by object."""
        rows = map(json.loads,
                   self.tool("ls", "--refs", "--json").splitlines())
        return {row["id"]: row["refs"] for row in rows}

    def counts(self):
        """The same in short: counts by process, by object."""
        return {number: {ref["pid"]: ref["count"] for ref in refs}
                for number, refs in self.refs().items()}

    def objects(self):
        """How many lists there are."""
        return len(self.tool("ls", "--kind", "list", "--json").splitlines())

    def references(self):
        """To how many objects somebody refers, those that are deleted too."""
        return json.loads(
            self.tool("stat", "--json"))["managers"]["references"]

    def until(self, what, expected):
        """Looks until it is so."""
        latest = time.monotonic() + HANG
        while (seen := what()) != expected:
            assert time.monotonic() < latest, seen

    def until_nothing_is_left(self):
        self.until(self.objects, 0)
        assert self.refs() == {}


@pytest.fixture
def site(broker, key_file):
    """Makes them: site(setting=value)."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: Site(broker(**settings), key_file, stack)


def test_who_is_killed_leaves_nothing_after_the_grace(site, python):
    at = site(reference_grace_ms=1)
    holder = at.holder(3, python=python)
    ids = holder.ids(3)
    assert at.counts() == {number: {holder.pid: 1} for number in ids}
    holder.kill()
    at.until_nothing_is_left()


def test_who_ends_gives_back_without_a_grace(site, python):
    at = site(reference_grace_ms=HOUR_MS)
    holder = at.holder(3, python=python)
    holder.ids(3)
    assert holder.finish()[0] == 0
    assert (at.objects(), at.refs()) == (0, {})


def test_within_the_grace_it_is_shown_and_can_be_deleted(site):
    at = site(reference_grace_ms=HOUR_MS)
    holder = at.holder(1)
    [number] = holder.ids(1)
    [[ref]] = at.refs().values()
    assert (ref["pid"], ref["uid"]) == (holder.pid, os.getuid())
    assert (ref["count"], ref["ended"], ref["left_ms"]) == (1, False, None)
    holder.kill()
    at.until(lambda: [ref["ended"] for [ref] in at.refs().values()], [True])
    [[ref]] = at.refs().values()
    assert 0 < ref["left_ms"] <= HOUR_MS + 1
    title, row = at.tool("ls", "--refs").splitlines()
    shown = dict(zip(title.split(), row.split()))
    assert (shown["ID"], shown["KIND"]) == (f"@{number}", "list")
    assert (shown["PID"], shown["ENDED"]) == (str(holder.pid), "yes")
    assert json.loads(at.tool("stat", f"@{number}", "--json"))["refs"]
    at.tool("rm", f"@{number}")
    assert (at.refs(), at.references()) == ({}, 0)


def test_over_tcp_who_has_them_is_unknown_and_they_stay(site):
    at = site(reference_grace_ms=1)
    over_tcp = at.holder(1, to="tcp")
    [number] = over_tcp.ids(1)
    [[ref]] = at.refs().values()
    assert (ref["pid"], ref["uid"], ref["count"]) == (None, None, 1)
    over_tcp.kill()
    over_unix = at.holder(1)
    over_unix.ids(1)
    over_unix.kill()
    at.until(at.counts, {number: {None: 1}})


def test_over_tcp_they_go_when_their_time_is_over(site):
    at = site(reference_ttl_ms=1000)
    holder = at.holder(3, to="tcp")
    holder.ids(3)
    holder.kill()
    at.until_nothing_is_left()


def test_who_waits_for_an_object_uses_it(serve):
    """The other one's time is over later than its own."""
    hub = serve(reference_ttl_ms=1000)

    def create():
        with hub.server("tcp") as server:
            return server.returns(None, "create", "Queue")[0]

    waited_for, proxy = create(), hub.proxy("tcp")
    proxy.say(waited_for, "get")
    hub.until_waiting(1)
    create()
    hub.until(lambda stat: stat["managers"]["references"] == 1)
    hub.proxy("tcp").returns(waited_for, "put", "x")
    assert proxy.answer() == ("#RETURN", "x")
    hub.until(lambda stat: stat["managers"]["references"] == 0)


def test_counts_never_go_below_zero(site):
    at = site()
    address = python_address(at.broker.at["unix"])
    manager = SyncManager(address, KEY)
    manager.connect()
    proxy = manager.list()

    def ask(name):
        with Client(address, authkey=KEY) as connection:
            dispatch(connection, None, name, (proxy._id,))

    ask("incref")
    [count] = at.counts().values()
    assert count == {os.getpid(): 2}
    ask("decref")
    ask("decref")
    assert (at.counts(), at.objects()) == ({}, 0)
    for name in "decref", "incref", "decref":
        with pytest.raises(RemoteError, match="KeyError"):
            ask(name)


def test_a_forked_child_has_references_of_its_own(site):
    at = site(reference_grace_ms=1)
    parent = at.holder(2, "fork")
    child = parent.child_of(2)
    both = {parent.pid: 1, child: 1}
    assert list(at.counts().values()) == [both, both]
    parent.kill()
    alone = {child: 1}
    at.until(lambda: list(at.counts().values()), [alone, alone])
    os.kill(child, signal.SIGUSR1)
    assert parent.line() == "3 3"
    os.kill(child, signal.SIGKILL)
    at.until_nothing_is_left()


def test_a_spawned_child_has_its_parents(site):
    """Python leaves it to the parent, at servers of its own too."""
    at = site(reference_grace_ms=1)
    parent = at.holder(2, "spawn")
    child = parent.child_of(2)
    alone = {parent.pid: 1}
    assert list(at.counts().values()) == [alone, alone]
    os.kill(child, signal.SIGUSR1)
    assert parent.line() == "3 3"
    parent.kill()
    at.until_nothing_is_left()
