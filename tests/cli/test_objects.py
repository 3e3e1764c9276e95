# SPDX-License-Identifier: MIT
"""pub and sub, call, lock, and what ls, stat and rm do with objects."""

import os
import re
import signal
import subprocess

import pytest

from .conftest import TOOL, receive, rows
from .test_queues import PLAIN, out_of
from .test_talk import end_input

# ---- pub, sub -------------------------------------------------------------


@pytest.fixture
def subscribe(begin, broker):
    """Starts subscribers that have subscribed: subscribe(word...)."""
    def run(*words, **options):
        before = broker.stat()["objects"]["waiting"]
        program = begin("sub", *words, **options)
        broker.until_waiting(before + 1)
        return program
    return run


def test_messages_go_to_all_whose_pattern_fits(tool, subscribe):
    every = subscribe("news", "-n", 4)
    some = subscribe("news", "a.*", "-n", 2)
    rest = subscribe("news", "b.>", "-n", 1)
    out_of(tool("pub", "news", "a.b", "1", "2"))
    out_of(tool("pub", "news", "b.c.d", input="three\n"))
    out_of(tool("pub", "news", "c", "4"))
    assert every.finish() == (0, "a.b\t1\na.b\t2\nb.c.d\tthree\nc\t4\n", "")
    assert some.finish() == (0, "a.b\t1\na.b\t2\n", "")
    assert rest.finish() == (0, "b.c.d\tthree\n", "")


def test_messages_of_all_formats(tool, subscribe):
    as_json = subscribe("news", "-n", 4, "--json")
    raw = subscribe("news", "-n", 4, "--raw")
    as_python = subscribe("news", "-n", 4, "--value")
    for option, message in ((None, "x"), ("--raw", "y"), ("--json", "[1]"),
                            ("--value", repr(PLAIN))):
        out_of(tool("pub", "news", "s", message, *filter(None, [option]),
                    "--header", "k=v"))
    expected = ["x", {"$repr": "b'y'"}, [1], {"$repr": repr(PLAIN)}]
    status, out, err = as_json.finish()
    assert (status, err) == (0, "")
    assert rows(out) == [
        {"value": value, "format": form, "headers": {"k": "v"}, "subject": "s"}
        for value, form in zip(expected, ("text", "bytes", "json", "pickle"))]
    assert as_python.finish()[1] == f"s\t'x'\ns\tb'y'\ns\t[1]\ns\t{PLAIN!r}\n"
    raw.process.stdout.reconfigure(errors="replace")
    assert raw.finish()[1].startswith("xy[1]")


def test_a_group_shares_the_messages(tool, subscribe):
    read_end, write_end = os.pipe()
    for _ in range(2):
        subscribe("news", "--group", "g",
                  preexec_fn=lambda: os.dup2(write_end, 1))
    alone = subscribe("news", "-n", 100)
    numbers = [str(number) for number in range(100)]
    out_of(tool("pub", "news", "s", *numbers))
    assert alone.finish()[1] == "".join(f"s\t{text}\n" for text in numbers)
    os.close(write_end)
    with open(read_end) as lines:
        got = [next(lines) for _ in numbers]
    assert sorted(got) == sorted(f"s\t{text}\n" for text in numbers)


def test_retained_messages_come_first(tool, subscribe):
    out_of(tool("pub", "news", "a", "1", "2", "--retain"))
    out_of(tool("pub", "news", "b", "3"))
    done = tool("sub", "news", "--retained", "-n", 2)
    assert sorted(out_of(done).splitlines()) == ["a\t2", "b\t3"]


def test_what_is_lost_is_told(tool, broker, subscribe):
    """A subscriber that is asleep is sent what it has room for; it has to hear
    how many are missing."""
    stalled = subscribe("news")
    stalled.process.send_signal(signal.SIGSTOP)
    message = 4096 * "x"
    count = 12_000
    out_of(tool("pub", "news", "s", input=count * f"{message}\n"))
    stalled.process.send_signal(signal.SIGCONT)
    lost, got = 0, 0
    out_of(tool("pub", "news", "end", "x"))
    while stalled.line() == f"s\t{message}":
        got += 1
    stalled.process.send_signal(signal.SIGTERM)
    err = stalled.finish()[2]
    for messages, size in re.findall(
            r"news: (\d+) messages of (\d+) bytes are lost", err):
        assert int(size) >= int(messages) * len(message)
        lost += int(messages)
    assert lost > 0
    assert got + lost == count


def test_a_subscriber_comes_back_to_its_broker(tool, broker, subscribe):
    sub = subscribe("news")
    broker.restart()
    broker.until_waiting(1)
    out_of(tool("pub", "news", "s", "x", env={"TIELINE_URL": broker.url}))
    assert sub.line() == "s\tx"
    sub.process.send_signal(signal.SIGTERM)
    assert "while there was no connection is lost" in sub.finish()[2]


def test_sub_that_hears_nothing(tool, broker):
    done = tool("sub", "news", "--timeout", "0.01")
    assert (done.returncode, done.stdout) == (124, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_subscriber(subscribe, number):
    sub = subscribe("news")
    sub.process.send_signal(number)
    assert sub.finish() == (-number, "", "")


@pytest.mark.parametrize("words", [
    ("pub", "news", "a..b", "x"), ("pub", "news", "a.*", "x"),
    ("sub", "news", "a.>.b"),
], ids=" ".join)
def test_what_is_no_subject(tool, broker, words):
    done = tool(*words)
    assert done.returncode == 1
    assert "ValueError" in done.stderr


# ---- call -----------------------------------------------------------------

@pytest.mark.parametrize("method,arguments,shown", [
    ("__setitem__", ["k", "v"], ""),
    ("__setitem__", ["k", "'v'"], ""),
    ("copy", [], "{'k': 'v'}\n"),
    ("__setitem__", ["(1, 2)", "[1, null]"], ""),
    ("get", ["(1, 2)"], "[1, None]\n"),
    ("get", ["nothing"], ""),
    ("get", ["nothing", "--", "-1"], "-1\n"),
    ("update", ["a=1", "b='x=y'", "c=word"], ""),
    ("__len__", [], "5\n"),
    ("pop", ["b"], "'x=y'\n"),
    ("pop", ["c"], "'word'\n"),
    ("setdefault", ["'=='", "/a/path:1"], "'/a/path:1'\n"),
    ("__contains__", ["'k'"], "True\n"),
])
def test_calls(tool, session, method, arguments, shown):
    session.has_open(1, "d", "dict")
    session.returns(1, "update", {"k": "v", (1, 2): [1, None], "a": 1,
                                  "b": "x=y", "c": "word"})
    if method == "copy":
        for key in ((1, 2), "a", "b", "c"):
            session.returns(1, "pop", key)
    assert out_of(tool("call", "d", method, *arguments)) == shown


def test_python_sees_what_the_shell_has_called(tool, session):
    out_of(tool("call", "d", "__setitem__", "key", repr(PLAIN), "--kind",
                "dict"))
    session.has_open(1, "d")
    assert session.returns(1, "copy") == {"key": PLAIN}
    session.returns(1, "__setitem__", "other", b"\0")
    assert out_of(tool("call", "d", "get", "other")) == "b'\\x00'\n"
    assert rows(out_of(tool("call", "d", "get", "other", "--json"))) == [
        {"$repr": "b'\\x00'"}]
    assert out_of(tool("call", "d", "clear", "--json")) == "null\n"


def test_objects_are_made_with_options(tool, broker):
    assert out_of(tool("call", "v", "get", "--kind", "Value", "--option",
                       "typecode=i", "--option", "value=7")) == "7\n"
    assert out_of(tool("call", "a", "__getitem__", "1", "--kind", "Array",
                       "--option", "typecode='d'", "--option",
                       "sequence=[1, 2.5]")) == "2.5\n"
    done = tool("call", "w", "get", "--kind", "Value")
    assert done.returncode == 1
    assert "w: TypeError: " in done.stderr
    assert tool("call", "w", "get", "--kind", "Nonsense").returncode == 1


@pytest.mark.parametrize("words,status,complaint", [
    (("d", "__getitem__", "x"), 1, "KeyError: 'x'"),
    (("d", "__getitem__", "[1]"), 1, "TypeError: unhashable type: 'list'"),
    (("d", "nonsense"), 1,
     "AttributeError: 'dict' object has no attribute 'nonsense'"),
    (("d", "popitem"), 1, "KeyError: 'popitem(): dictionary is empty'"),
    (("nothing", "get"), 5, "there is no such object"),
    (("q", "get_nowait"), 7, "queue.Empty"),
    (("q", "get", "timeout=0.01"), 7, "queue.Empty"),
    (("full", "put", "x", "block=False"), 6, "queue.Full"),
    (("q", "get", "--timeout", "0.01"), 124, "it took longer than it may"),
    (("m", "release"), 1, "RuntimeError: "),
])
def test_exceptions(tool, broker, words, status, complaint):
    out_of(tool("call", "d", "clear", "--kind", "dict"))
    out_of(tool("call", "q", "qsize", "--kind", "Queue"))
    out_of(tool("call", "m", "locked", "--kind", "Lock"))
    out_of(tool("put", "full", "x", "--maxsize", 1))
    done = tool("call", *words)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"tieline: {words[0]}: {complaint}")
    assert done.stderr.count("\n") == 1


# ---- lock -----------------------------------------------------------------

def test_the_exit_status_is_the_commands(tool, broker):
    for status in (0, 1, 3, 255):
        done = tool("lock", "m", "--", "sh", "-c", f"exit {status}")
        assert (done.returncode, done.stderr) == (status, "")
    done = tool("lock", "m", "sh", "--", "-c", "kill -15 $$")
    assert done.returncode == -15
    done = tool("lock", "m", "no-such-command")
    assert done.returncode == 127
    assert done.stderr == ("tieline: no-such-command: "
                           "No such file or directory\n")
    assert tool("lock", "m", "--timeout", 0, "true").returncode == 0


def test_standard_input_and_output_are_the_commands(tool, broker):
    assert out_of(tool("lock", "m", "cat", input="a\n")) == "a\n"


def test_tokens_only_grow(tool, broker):
    tokens = [int(out_of(tool("lock", "m", "--", "sh", "-c",
                              "echo $TIELINE_TOKEN"))) for _ in range(5)]
    assert tokens == sorted(set(tokens))
    assert out_of(tool("lock", "m", "printenv", "TIELINE_LOCK")) == "m\n"


@pytest.fixture
def hold(begin, broker):
    """Starts commands that hold a lock until their standard input ends."""
    def run(*words, command="echo held; read x; echo done"):
        program = begin("lock", *words, "--", "sh", "-c", command,
                        stdin=subprocess.PIPE)
        assert program.line() == "held"
        return program
    return run


def test_one_at_a_time(tool, begin, broker, hold):
    holder = hold("m")
    done = tool("lock", "m", "--timeout", "0.01", "true")
    assert done.returncode == 124
    assert done.stderr == "tieline: m: it was not free in time\n"
    waiter = begin("lock", "m", "echo", "mine")
    broker.until_waiting(1)
    end_input(holder)
    assert holder.line() == "done"
    assert waiter.finish() == (0, "mine\n", "")


def test_a_semaphore_lets_several_in(tool, broker, hold):
    two = ("s", "--kind", "BoundedSemaphore", "--option", "value=2")
    hold(*two)
    hold("s")
    assert tool("lock", "s", "--timeout", "0", "true").returncode == 124


def test_a_holder_that_is_killed_holds_no_longer(begin, broker, hold):
    holder = hold("m", command="echo held; exec sleep 60")
    waiter = begin("lock", "m", "echo", "mine")
    broker.until_waiting(1)
    child = subprocess.run(["pgrep", "-P", str(holder.process.pid)],
                           capture_output=True, text=True).stdout
    holder.process.kill()
    assert waiter.finish() == (0, "mine\n", "")
    os.kill(int(child), signal.SIGKILL)


def test_a_waiter_that_is_killed_does_not_get_it(tool, begin, broker, hold):
    holder = hold("m")
    waiter = begin("lock", "m", "echo", "mine")
    broker.until_waiting(1)
    waiter.process.kill()
    broker.until_waiting(0)
    end_input(holder)
    assert holder.line() == "done"
    assert tool("lock", "m", "true").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_who_waits_for_a_lock(begin, broker, hold, number):
    hold("m")
    waiter = begin("lock", "m", "true")
    broker.until_waiting(1)
    waiter.process.send_signal(number)
    assert waiter.finish() == (-number, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_and_the_lock_held_meanwhile(
        tool, broker, hold, number):
    holder = hold("m", command="trap 'echo trapped; read x; exit 7' INT TERM; "
                               "echo held; while :; do sleep 0.1; done")
    holder.process.send_signal(number)
    assert holder.line() == "trapped"
    assert tool("lock", "m", "--timeout", "0", "true").returncode == 124
    end_input(holder)
    assert holder.finish()[:2] == (7, "")


def test_a_command_is_ended_when_its_lock_is_lost(broker, hold):
    holder = hold("m", command="trap 'echo ended; exit 0' TERM; echo held; "
                               "while :; do sleep 0.1; done")
    broker.program.process.kill()
    status, out, err = holder.finish()
    assert (status, out) == (9, "ended\n")
    assert "m: the connection is lost, and the lock with it" in err


def test_a_lock_that_is_deleted_was_lost(tool, hold):
    holder = hold("m")
    out_of(tool("rm", "m"))
    end_input(holder)
    status, out, err = holder.finish()
    assert (status, out) == (9, "done\n")
    assert "deleted" in err


# ---- ls, stat, rm ---------------------------------------------------------

@pytest.fixture
def objects(tool, broker, session):
    """A name, and an object of several kinds."""
    out_of(tool("put", "jobs", "abc", "d"))
    out_of(tool("pub", "news", "a", "b"))
    out_of(tool("call", "jobs.config", "clear", "--kind", "dict"))
    session.has_open(1, None, "list")
    with broker.request('{"accept":"echo","confirm":true}') as connection:
        assert b'"parked"' in receive(connection)
        yield


def test_ls_lists_names_and_objects(tool, objects):
    lines = out_of(tool("ls")).splitlines()
    assert lines[0].split() == ["NAME", "KIND", "ITEMS", "BYTES", "WAITING",
                                "ABOUT"]
    assert [line.split()[:3] for line in lines[1:]] == [
        ["echo", "name", "-"], ["jobs", "Queue", "2"], ["news", "Topic", "0"],
        ["jobs.config", "dict", "0"]]
    assert "1 listening, 1 parked" in lines[1]
    assert "1 published" in lines[3]


def test_ls_prints_json(tool, objects):
    entries = rows(out_of(tool("ls", "--json")))
    assert [(entry["name"], entry["kind"]) for entry in entries] == [
        ("echo", "name"), ("jobs", "Queue"), ("news", "Topic"),
        ("jobs.config", "dict")]
    assert entries[0]["parked"] == 1
    assert entries[1]["bytes"] == 4


def test_ls_lists_what_is_asked_for(tool, objects):
    def names(*words):
        return [entry["name"]
                for entry in rows(out_of(tool("ls", "--json", *words)))]
    assert names("jobs") == ["jobs", "jobs.config"]
    assert names("x") == []
    assert names("--kind", "Topic") == ["news"]
    assert names("--kind", "list") == [None]
    assert names("--kind", "dict", "e") == []
    assert names("--names") == ["echo"]


def test_ls_tells_of_objects_that_it_leaves_out(tool, objects):
    done = tool("ls", "--limit", 2, "--json")
    assert [row["name"] for row in rows(done.stdout)] == [
        "echo", "jobs", "news"]
    assert "3 of 4 are listed" in done.stderr


def test_stat_tells_of_an_object(tool, objects):
    counters = dict(line.split(" ", 1) for line in out_of(
        tool("stat", "jobs")).splitlines())
    assert counters["kind"] == "Queue"
    assert counters["ready"] == "2"
    assert rows(out_of(tool("stat", "jobs", "--json")))[0]["ready"] == 2
    done = tool("stat", "nothing")
    assert done.returncode == 5
    assert done.stderr == "tieline: nothing: there is no such object\n"


def test_stat_tells_who_holds_a_lock_and_every_digit(tool, broker):
    done = tool("lock", "m", "--", "sh", "-c",
                f"echo $TIELINE_TOKEN; {TOOL} stat m; {TOOL} stat m --json")
    token, *lines, shown = out_of(done).splitlines()
    assert f"holder.token {token}" in lines
    assert f'"token":{token},' in shown


def test_rm_deletes(tool, objects):
    out_of(tool("rm", "jobs", "news"))
    assert tool("stat", "jobs").returncode == 5
    done = tool("rm", "jobs.config", "jobs")
    assert done.returncode == 5
    assert done.stderr == "tieline: jobs: there is no such object\n"
    assert out_of(tool("ls", "--json", "--kind", "dict")) == ""
