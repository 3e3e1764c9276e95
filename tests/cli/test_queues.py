# SPDX-License-Identifier: MIT
"""put, get, consume, peek and purge."""

import os
import pickle
import pty
import select
import signal
import subprocess

import pytest

from conftest import HANG, write_secret
from session.wire import item

from .conftest import TOOL, rows

MIB = 1 << 20
PLAIN = {"a": [1, (2, 3)], 4: {5}, "b": b"6", None: 1 << 100}


def out_of(done):
    assert done.returncode == 0, done
    assert done.stderr == ("" if isinstance(done.stdout, str) else b"")
    return done.stdout


# ---- There and back -------------------------------------------------------

@pytest.mark.parametrize("lines", [
    "one\n", "one", "\n", "a b\n\n c\n", "caf\u00e9\n",
    "".join(f"line {number}\n" for number in range(3000)), MIB * "x" + "\ny\n",
], ids=lambda lines: f"{len(lines)} bytes")
def test_lines_are_items(tool, broker, lines):
    out_of(tool("put", "jobs", input=lines))
    count = len(lines.splitlines())
    assert out_of(tool("get", "jobs", "-n", count)) == lines + (
        "" if lines.endswith("\n") else "\n")
    assert tool("get", "jobs", "--timeout", "0").returncode == 7


def test_arguments_are_items(tool, broker):
    out_of(tool("put", "jobs", "one", "", "two words", input="not this"))
    assert out_of(tool("get", "jobs", "-n", 3)) == "one\n\ntwo words\n"


def test_nothing_is_put_of_nothing(tool, broker):
    out_of(tool("put", "jobs", input=""))
    assert tool("get", "jobs", "--timeout", "0").returncode == 7


def test_raw_is_one_item_of_bytes(tool, broker):
    data = os.urandom(MIB) + b"\n"
    out_of(tool("put", "files", "--raw", input=data, text=False))
    assert out_of(tool("get", "files", "--raw", text=False, input=b"")) == data


@pytest.mark.parametrize("options,text,plain,value,shown", [
    ((), "it's", "it's\n", '"it\'s"\n', {"value": "it's", "format": "text"}),
    (("--raw",), "x", "x\n", "b'x'\n",
     {"value": {"$repr": "b'x'"}, "format": "bytes"}),
    (("--json",), '{"a": [1, null]}', '{"a": [1, null]}\n',
     "{'a': [1, None]}\n",
     {"value": {"a": [1, None]}, "format": "json"}),
    (("--value",), "(1, None)", "(1, None)\n", "(1, None)\n",
     {"value": {"$repr": "(1, None)"}, "format": "pickle"}),
    (("--value",), '{"a": true}', "{'a': True}\n", "{'a': True}\n",
     {"value": {"a": True}, "format": "pickle"}),
])
def test_formats(tool, broker, options, text, plain, value, shown):
    out_of(tool("put", "jobs", text, *options))
    assert out_of(tool("peek", "jobs")) == plain
    assert out_of(tool("peek", "jobs", "--value")) == value
    assert rows(out_of(tool("get", "jobs", "--json"))) == [
        {**shown, "headers": {}, "attempts": 1}]


def test_python_reads_what_the_shell_puts_and_the_other_way_round(
        tool, session):
    out_of(tool("put", "jobs", repr(PLAIN), "[1, 2]", "--value"))
    session.has_open(1, "jobs")
    got = session.has_got(1, count=2)
    assert [pickle.loads(one.body) for one in got] == [PLAIN, [1, 2]]
    for protocol in range(6):
        # As its put() would, and as a C program's.
        session.returns(1, "put", PLAIN)
    assert out_of(tool("get", "jobs")) == f"{PLAIN!r}\n"
    raw = out_of(tool("get", "jobs", "--raw", text=False, input=b""))
    assert pickle.loads(raw) == PLAIN
    assert out_of(tool("call", "jobs", "get")) == f"{PLAIN!r}\n"
    assert rows(out_of(tool("get", "jobs", "--json")))[0]["value"] == {
        "$repr": repr(PLAIN)}
    session.put(1, b"bytes of C")
    assert out_of(tool("consume", "jobs", "-n", 3)).endswith("bytes of C\n")


def test_headers_go_along(tool, broker):
    out_of(tool("put", "jobs", "a", "b", "--header", "k=v",
                "--header", "k2=x=y"))
    assert [row["headers"] for row in rows(
        out_of(tool("get", "jobs", "-n", 2, "--json")))] == 2 * [
            {"k": "v", "k2": "x=y"}]


# ---- Queues that are made -------------------------------------------------

@pytest.mark.parametrize("options,order", [
    ((), "bca"), (("--kind", "Queue"), "bca"), (("--kind", "LifoQueue"), "acb"),
    (("--kind", "PriorityQueue"), "abc"), (("--kind", "SimpleQueue"), "bca"),
])
def test_kinds(tool, broker, options, order):
    out_of(tool("put", "jobs", *"bca", *options))
    assert out_of(tool("get", "jobs", "-n", 3)).split() == list(order)


def test_another_kind_than_it_is(tool, broker):
    out_of(tool("put", "jobs", "x"))
    done = tool("get", "jobs", "--kind", "LifoQueue")
    assert done.returncode == 1
    assert "jobs: the object of that name is a Queue" in done.stderr
    assert tool("pub", "jobs", "a", "b").returncode == 1


def test_priorities(tool, broker):
    for priority in (3, -1, 0):
        out_of(tool("put", "jobs", "--kind", "PriorityQueue", f"p{priority}",
                    "--priority", priority))
    assert out_of(tool("get", "jobs", "-n", 3)) == "p-1\np0\np3\n"


def test_a_queue_that_is_full(tool, broker):
    done = tool("put", "jobs", *"abc", "--maxsize", 2, "--timeout", 0)
    assert done.returncode == 6
    assert done.stderr == ("tieline: jobs: the queue is full\n"
                           "tieline: jobs: items put before that: 2\n")
    assert out_of(tool("get", "jobs", "-n", 2)) == "a\nb\n"


def test_put_waits_for_room(tool, begin, broker):
    out_of(tool("put", "jobs", "a", "--maxsize", 1))
    put = begin("put", "jobs", "b", "c", "--timeout", HANG)
    broker.until_waiting(1)
    assert out_of(tool("get", "jobs", "-n", 3)) == "a\nb\nc\n"
    assert put.finish() == (0, "", "")


def test_delayed_and_expired_items(tool, broker):
    out_of(tool("put", "jobs", "late", "--delay", HANG))
    out_of(tool("put", "jobs", "gone", "--ttl", "0.001"))
    out_of(tool("put", "jobs", "kept", "--ttl", HANG))
    broker.until(lambda stat: stat["objects"]["items"] == 2)
    assert out_of(tool("get", "jobs")) == "kept\n"
    assert tool("get", "jobs", "--timeout", 0).returncode == 7
    out_of(tool("put", "jobs", "soon", "--delay", "0.01"))
    assert out_of(tool("get", "jobs", "--timeout", HANG)) == "soon\n"


# ---- What is no item ------------------------------------------------------

@pytest.mark.parametrize("options,lines,complaint,put", [
    ((), b"a\n\xff\nb\n", "line 2 is passed over: the text is not UTF-8",
     "a\nb\n"),
    (("--value",), b"1\n\n[2\n3\n", "line 3 is passed over: as Python:",
     "1\n3\n"),
    (("--json",), b"1\n \n(2)\n3\n", "line 3 is passed over: ", "1\n3\n"),
])
def test_lines_that_are_passed_over(
        tool, broker, options, lines, complaint, put):
    done = tool("put", "jobs", *options, input=lines, text=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"tieline: jobs: {complaint}")
    assert out_of(tool("get", "jobs", "-n", 2)) == put


def test_an_item_that_cannot_be_printed(tool, session):
    session.has_open(1, "jobs", "Queue")
    for body in (b"no pickle", pickle.dumps(1)):
        session.ask("PUT", item(body, "PICKLE"), handle=1)
    done = tool("get", "jobs", "-n", 2)
    assert (done.returncode, done.stdout) == (1, "1\n")
    assert "jobs: item 1 cannot be printed: " in done.stderr
    session.ask("PUT", item(b"no pickle", "PICKLE"), handle=1)
    assert out_of(tool("get", "jobs", "--raw")) == "no pickle"


def test_output_that_cannot_be_written(tool, broker):
    out_of(tool("put", "jobs", "a", "b"))
    with open("/dev/full", "w") as full:
        done = tool("consume", "jobs", "--ack", "-n", 2, stdout=full)
    assert done.returncode == 1
    assert "standard output: No space left" in done.stderr
    assert out_of(tool("get", "jobs", "-n", 2)) == "a\nb\n"


# ---- Waiting, and ends ----------------------------------------------------

def test_get_waits(tool, begin, broker):
    get = begin("get", "jobs")
    broker.until_waiting(1)
    out_of(tool("put", "jobs", "x"))
    assert get.finish() == (0, "x\n", "")


def test_get_of_more_than_there_is(tool, broker):
    out_of(tool("put", "jobs", "x"))
    done = tool("get", "jobs", "-n", 2, "--timeout", "0")
    assert (done.returncode, done.stdout) == (7, "x\n")
    assert done.stderr == "tieline: jobs: the queue is empty\n"


WAITING = [
    ("get", "jobs"), ("consume", "jobs"), ("consume", "jobs", "--ack"),
    ("consume", "jobs", "--exec", "cat"), ("call", "jobs", "get"),
    ("put", "full", "x", "--maxsize", "1"),
]


@pytest.fixture
def full(tool, broker):
    out_of(tool("put", "jobs", "x"))
    out_of(tool("purge", "jobs"))
    out_of(tool("put", "full", "x", "--maxsize", "1"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", WAITING, ids=" ".join)
def test_a_signal_ends_who_waits(tool, begin, broker, full, words, number):
    program = begin(*words)
    broker.until_waiting(1)
    program.process.send_signal(number)
    assert program.finish() == (-number, "", "")
    broker.until_waiting(0)
    out_of(tool("put", "jobs", "y"))
    assert out_of(tool("get", "jobs")) == "y\n"


@pytest.mark.parametrize("words", WAITING[:1] + WAITING[-2:], ids=" ".join)
def test_a_broker_that_ends(begin, broker, full, words):
    program = begin(*words)
    broker.until_waiting(1)
    broker.program.process.kill()
    status, out, err = program.finish()
    assert (status, out) == (9, "")
    assert err.startswith(f"tieline: {words[1]}: ")


@pytest.mark.parametrize("words", WAITING[1:4], ids=" ".join)
def test_a_consumer_comes_back_to_its_broker(tool, begin, broker, words):
    consume = begin(*words)
    broker.until_waiting(1)
    broker.restart()
    out_of(tool("put", "jobs", "x", env={"TIELINE_URL": broker.url}))
    assert consume.line() == "x"


@pytest.mark.parametrize("words", [
    ("get", "jobs"), ("consume", "jobs"), ("consume", "jobs", "--exec", "cat"),
], ids=" ".join)
def test_a_queue_that_is_deleted(tool, begin, broker, words):
    program = begin(*words)
    broker.until_waiting(1)
    out_of(tool("rm", "jobs"))
    status, out, err = program.finish()
    assert (status, out) == (5, "")
    assert "jobs: the object was deleted" in err


@pytest.mark.parametrize("words", [
    ("consume", "jobs"), ("consume", "jobs", "--exec", "cat"),
], ids=" ".join)
def test_consumers_end_with_their_queue(tool, begin, broker, words):
    consume = begin(*words)
    broker.until_waiting(1)
    out_of(tool("put", "jobs", "x"))
    assert consume.line() == "x"
    out_of(tool("call", "jobs", "shutdown"))
    assert consume.finish() == (0, "", "")
    done = tool("put", "jobs", "y")
    assert done.returncode == 1
    assert "shut down" in done.stderr


def test_consume_ends_when_nothing_comes(tool, broker):
    out_of(tool("put", "jobs", "x", "y"))
    for options in ((), ("--exec", "cat"), ("--ack",)):
        out_of(tool("put", "jobs", "x", "y"))
        out_of(tool("consume", "jobs", "--timeout", "0.01", *options))
    done = tool("consume", "jobs", "--timeout", "0.01", "-n", "1")
    assert done.returncode == 7


# ---- Acknowledging --------------------------------------------------------

def test_what_was_printed_is_done(tool, broker):
    out_of(tool("put", "jobs", "a", "b"))
    out_of(tool("consume", "jobs", "-n", 2, "--ack"))
    out_of(tool("call", "jobs", "join"))


def test_what_is_got_without_ack_is_no_task_that_is_done(tool, broker):
    out_of(tool("put", "jobs", "a"))
    out_of(tool("consume", "jobs", "-n", 1))
    assert tool("call", "jobs", "join", "--timeout", "0.01").returncode == 124


def test_an_item_is_somebody_elses_when_its_consumer_is_killed(
        tool, begin, broker):
    out_of(tool("put", "jobs", "a", "b"))
    with_item = begin("consume", "jobs", "--exec",
                      "echo $TIELINE_ATTEMPTS; kill -9 $PPID; cat > /dev/null")
    assert with_item.line() == "1"
    assert with_item.finish()[0] == -signal.SIGKILL
    broker.until(lambda stat: stat["sessions"]["open"] == 0)
    assert [(row["value"], row["attempts"]) for row in rows(
        out_of(tool("get", "jobs", "-n", 2, "--json")))] == [
            ("a", 2), ("b", 1)]


# ---- Commands -------------------------------------------------------------

def test_a_command_gets_the_item_and_what_there_is_to_know(tool, broker):
    out_of(tool("put", "jobs", "a b"))
    done = tool("consume", "jobs", "-n", 1, "--exec",
                "cat; echo $TIELINE_QUEUE $TIELINE_ATTEMPTS; "
                "[ $TIELINE_LEASE -gt 0 ]")
    assert out_of(done) == "a b\njobs 1\n"
    out_of(tool("call", "jobs", "join"))


def test_a_command_gets_raw_bytes_or_json(tool, broker):
    data = os.urandom(MIB)
    out_of(tool("put", "jobs", "--raw", input=data, text=False))
    assert out_of(tool("consume", "jobs", "-n", 1, "--raw", "--exec", "cat",
                       text=False, input=b"")) == data
    out_of(tool("put", "jobs", "x", "--header", "k=v"))
    assert rows(out_of(tool("consume", "jobs", "-n", 1, "--json", "--exec",
                            "cat")))[0]["headers"] == {"k": "v"}


@pytest.mark.parametrize("command,complaint", [
    ("exit 3", "the command has ended with status 3"),
    ("kill -9 $$", "the command was ended by signal 9"),
])
def test_an_item_whose_command_fails_goes_to_another(
        tool, broker, command, complaint):
    out_of(tool("put", "jobs", "a", "b"))
    done = tool("consume", "jobs", "-n", 1, "--delay", 0, "--exec", command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"tieline: jobs: {complaint}\n"
    assert out_of(tool("consume", "jobs", "-n", 2, "--exec",
                       "echo $(cat) $TIELINE_ATTEMPTS")) == "a 2\nb 1\n"


def test_an_item_that_always_fails_is_put_aside(tool, broker):
    out_of(tool("put", "jobs", "a", "--max-attempts", 2, "--dead-letter",
                "dead"))
    done = tool("consume", "jobs", "-n", 2, "--delay", 0, "--exec", "exit 1")
    assert done.returncode == 1
    row, = rows(out_of(tool("get", "dead", "--json")))
    assert row["value"] == "a"
    assert row["headers"]["dead-letter-from"] == "jobs"


def test_a_failing_command_delays_its_item(tool, broker):
    out_of(tool("put", "jobs", "a"))
    tool("consume", "jobs", "-n", 1, "--delay", HANG, "--exec", "exit 1")
    assert tool("get", "jobs", "--timeout", 0).returncode == 7
    assert rows(tool("stat", "jobs", "--json").stdout)[0]["delayed"] == 1


def test_leases_are_renewed_while_commands_run(tool, begin, broker, tmp_path):
    out_of(tool("put", "jobs", "a"))
    work = begin("consume", "jobs", "-n", 1, "--lease", "1", "--exec",
                 f"echo begun; while [ ! -e {tmp_path}/go ]; do sleep 0.1; done")
    assert work.line() == "begun"
    # Longer than the lease: nobody else gets it.
    assert tool("get", "jobs", "--timeout", "2.5").returncode == 7
    (tmp_path / "go").touch()
    assert work.finish() == (0, "", "")
    assert rows(tool("stat", "jobs", "--json").stdout)[0]["leased"] == 0


def test_commands_side_by_side(tool, broker, tmp_path):
    """Each waits for the other."""
    for name in "ab":
        os.mkfifo(tmp_path / name)
    out_of(tool("put", "jobs", "a b", "b a"))
    done = tool("consume", "jobs", "-n", 2, "-j", 2, "--exec",
                f"cd {tmp_path}; read mine other; "
                "if [ $mine = a ]; then echo 1 > a; read x < b; "
                "else read x < a; echo 1 > b; fi; echo $mine")
    assert sorted(out_of(done).split()) == ["a", "b"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_commands_and_gives_back_items(
        tool, begin, broker, number):
    out_of(tool("put", "jobs", "a"))
    work = begin("consume", "jobs", "--exec",
                 "exec 2> /dev/null; trap 'echo ended; exit 1' TERM; "
                 "echo begun; "
                 "while :; do sleep 0.1; done")
    assert work.line() == "begun"
    work.process.send_signal(number)
    assert work.line() == "ended"
    assert work.finish() == (-number, "", "")
    assert rows(out_of(tool("get", "jobs", "--json")))[0]["attempts"] == 2


# ---- peek, purge ----------------------------------------------------------

def test_peek_leaves_items_there(tool, broker):
    out_of(tool("put", "jobs", *"abc"))
    assert out_of(tool("peek", "jobs")) == "a\n"
    assert out_of(tool("peek", "jobs", "-n", 2)) == "a\nb\n"
    assert out_of(tool("peek", "jobs", "-n", 1000)) == "a\nb\nc\n"
    assert tool("peek", "jobs", "-n", 1001).returncode == 2
    assert out_of(tool("get", "jobs", "-n", 3)) == "a\nb\nc\n"
    assert tool("peek", "jobs").returncode == 7


def test_purge_empties(tool, broker):
    out_of(tool("put", "jobs", *"abc"))
    assert out_of(tool("purge", "jobs")) == "3\n"
    assert out_of(tool("purge", "jobs")) == "0\n"
    assert tool("get", "jobs", "--timeout", 0).returncode == 7


@pytest.mark.parametrize("verb", ["peek", "purge"])
def test_peek_and_purge_make_no_queue(tool, broker, verb):
    done = tool(verb, "nothing")
    assert done.returncode == 5
    assert done.stderr == "tieline: nothing: there is no such object\n"
    assert tool("ls", "--json").stdout == ""


# ---- What all have in common ----------------------------------------------

@pytest.mark.parametrize("words", [
    ("put", "x", "y"), ("get", "x"), ("consume", "x"), ("peek", "x"),
    ("purge", "x"), ("pub", "x", "y", "z"), ("sub", "x"), ("rm", "x"),
    ("call", "x", "y"), ("lock", "x", "true"), ("stat", "x"),
    ("consume", "x", "--exec", "true"),
], ids=" ".join)
class TestEachVerb:
    def test_nobody_at_the_address(self, tool, tmp_path, words):
        done = tool(*words, "--url", f"unix:{tmp_path}/nobody")
        assert done.returncode == 3
        assert done.stderr.startswith("tieline: cannot connect to unix:")

    def test_another_key(self, tool, broker, tmp_path, words):
        wrong = tmp_path / "wrong"
        write_secret(wrong, b"another key")
        done = tool(*words, "--authkey-file", wrong)
        assert done.returncode == 4
        assert done.stderr.startswith(f"tieline: {broker.url}")

    def test_what_is_no_name(self, tool, broker, words):
        done = tool(words[0], "no name", *words[2:])
        assert done.returncode == 2, done
        assert done.stderr.startswith("tieline: no name: ")


def test_a_progress_line_is_for_terminals(broker, environment):
    """It comes when lines go on coming; then the last of it stays."""
    terminal, slave = pty.openpty()
    put = subprocess.Popen(
        [TOOL, "put", "jobs", "--url", broker.url], env=environment,
        stdin=subprocess.PIPE, stderr=slave)
    os.close(slave)
    while not select.select([terminal], [], [], 0.01)[0]:
        put.stdin.write(b"x\n")
        put.stdin.flush()
    first = os.read(terminal, 4096)
    put.stdin.close()
    assert put.wait(HANG) == 0
    last = os.read(terminal, 4096)
    os.close(terminal)
    assert first.startswith(b"\r\x1b[K") and b" items, " in first
    assert last.endswith(b"/s\r\n")
