# SPDX-License-Identifier: MIT
"""Keys, and what the broker tells of itself: key, ping, ls, stat, monitor."""

import json
import os
import re
import signal
import stat
from multiprocessing.connection import Listener

import pytest

from conftest import KEY, write_secret

from .conftest import TOOL, receive, rows


# ---- key ------------------------------------------------------------------

def test_a_new_key_is_for_its_user_alone_and_works(tool, start, tmp_path):
    path = tmp_path / "new.key"
    done = tool("key", path, umask=0)
    assert done.returncode == 0, done
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"tielined --authkey-file {path}\n" in done.stdout
    listener = Listener(str(tmp_path / "listener"), authkey=path.read_bytes())
    ping = start(TOOL, "ping", "--url", f"unix:{tmp_path}/listener",
                 "--authkey-file", path)
    listener.accept().close()
    assert ping.finish()[0] == 9


def test_a_key_file_that_exists_is_left_alone(tool, key_file):
    done = tool("key", key_file)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count(str(key_file)) == 1
    assert key_file.read_bytes() == KEY


@pytest.mark.parametrize("place,path", [
    ("XDG_CONFIG_HOME", "tieline/authkey"),
    ("HOME", ".config/tieline/authkey"),
])
def test_the_default_key_is_made_with_its_folders(tool, tmp_path, place, path):
    home = tmp_path / "a home"
    environment = {"TIELINE_AUTHKEY_FILE": "", "XDG_CONFIG_HOME": "",
                   place: str(home)}
    assert tool("key", env=environment).returncode == 0
    assert len((home / path).read_bytes()) == 64
    assert stat.S_IMODE((home / path).parent.stat().st_mode) == 0o700


def test_a_key_where_no_file_can_be_made(tool, tmp_path):
    done = tool("key", tmp_path / "no/such/folder/key")
    assert done.returncode == 1
    assert "no/such/folder" in done.stderr


# ---- ping -----------------------------------------------------------------

def test_ping_tells_version_and_time(tool, broker):
    done = tool("ping", "--timeout", "50")
    assert done.returncode == 0, done
    assert re.fullmatch(
        r"tielined [\d.]+ at %s: \d+\.\d+ ms\n" % re.escape(broker.url),
        done.stdout)


def test_ping_counts(tool, broker):
    assert len(tool("ping", "--count", "3").stdout.splitlines()) == 3
    replies = rows(tool("ping", "--count", "3", "--json").stdout)
    assert len(replies) == 3
    for reply in replies:
        assert reply["ok"] and reply["version"] and reply["ms"] > 0
        assert reply["ms"] == round(reply["ms"], 3)


def test_nobody_at_the_address(tool, tmp_path):
    done = tool("ping", "--url", f"unix:{tmp_path}/nobody")
    assert done.returncode == 3
    assert done.stderr == (f"tieline: cannot connect to unix:{tmp_path}/nobody"
                           ": No such file or directory\n")


def test_a_host_that_is_unknown(tool):
    assert tool("ping", "--url", "tcp://no-such.invalid:1").returncode == 3


@pytest.mark.parametrize("verb", ["ping", "dial", "listen", "pipe", "expose"])
def test_another_key(tool, broker, tmp_path, verb):
    wrong = tmp_path / "wrong"
    write_secret(wrong, b"another key")
    words = {"ping": [], "expose": ["x", "unix:/nowhere"]}.get(verb, ["x"])
    done = tool(verb, *words, "--authkey-file", wrong)
    assert done.returncode == 4
    assert done.stderr.startswith(f"tieline: {broker.url}")


def test_a_key_file_that_others_can_read(tool, broker, key_file):
    key_file.chmod(0o644)
    done = tool("ping")
    assert done.returncode == 4
    assert str(key_file) in done.stderr


@pytest.fixture
def impostor(tmp_path, begin):
    """Someone with the key who is no broker: impostor(reply, word...) answers
    each request of the tool with that, and returns how the tool ended."""
    def run(reply, *words):
        path = str(tmp_path / "impostor")
        with Listener(path, authkey=KEY) as listener:
            program = begin(*words, "--url", f"unix:{path}")
            with listener.accept() as connection:
                receive(connection)
                if reply is not None:
                    connection.send_bytes(reply)
                return program.finish()
    return run


def test_a_broker_that_does_not_answer(impostor):
    status, out, err = impostor(None, "ping", "--timeout", "2")
    assert (status, out) == (124, "")
    assert "no whole message came in time" in err


@pytest.mark.parametrize("reply", [
    b"", b"{", b"[]", b'"ok"', b"{}", b'{"ok":false}', b'{"ok":1}',
    b'{"ping":"tieline"}', b"\x80\x02N.", b"[" * 2000,
])
@pytest.mark.parametrize("words", [
    ("ping",), ("ls",), ("ls", "--connections"), ("stat",), ("monitor",),
])
def test_a_reply_that_is_no_brokers(impostor, words, reply):
    status, out, err = impostor(reply, *words)
    assert (status, out) == (1, "")
    assert "is no reply of a broker's" in err


@pytest.mark.parametrize("words,reply", [
    (("ls", "--names"), b'{"ok":true}'),
    (("ls", "--names"), b'{"ok":true,"names":3}'),
    (("ls", "--names"), b'{"ok":true,"names":{"a":"b"},"total":"x"}'),
    (("ls", "--names"),
     b'{"ok":true,"names":[1,"x",[],{"name":[{}]}],"total":-1}'),
    (("stat",), b'{"ok":true,"a":[1],"b":{"c":{"d":1}},"e":null}'),
    (("ping",), b'{"ok":true}'),
])
def test_a_reply_with_things_missing_or_of_other_types(impostor, words, reply):
    for option in ((), ("--json",)):
        status, _, err = impostor(reply, *words, *option)
        assert (status, err) == (0, "")


def test_what_a_terminal_would_obey_is_not_printed(impostor):
    reply = {"ok": True, "names": [{"name": "a\x1b[2Jb\x7f\n\u00e9"}]}
    status, out, _ = impostor(json.dumps(reply).encode(), "ls",
                              "--names")
    assert status == 0
    assert "a?[2Jb??\u00e9" in out
    refusal = {"ok": False, "error": "x", "message": "\x1b]0;"}
    status, _, err = impostor(json.dumps(refusal).encode(), "ls")
    assert status == 1
    assert "?]0;" in err


@pytest.mark.parametrize("error,status", [
    ("bad_request", 2), ("unsupported", 1), ("draining", 3), ("internal", 1),
    ("one that is new", 1),
])
def test_each_refusal_has_its_status(impostor, error, status):
    reply = {"ok": False, "error": error, "message": "because"}
    done = impostor(json.dumps(reply).encode(), "stat")
    assert done[0] == status
    assert done[2].endswith(": because\n")


@pytest.mark.parametrize("error,status", [
    ("full", 6), ("not_permitted", 8), ("draining", 3), ("internal", 3),
    ("no_listener", 5), ("timed_out", 5), ("name_taken", 8),
])
def test_each_refusal_to_dial_has_its_status(impostor, error, status):
    reply = {"ok": False, "error": error, "message": "because"}
    done = impostor(json.dumps(reply).encode(), "dial", "name")
    assert done[0] == status
    assert done[2].endswith(": because\n")


# ---- ls -------------------------------------------------------------------

def test_ls_of_nothing(tool, broker):
    assert tool("ls").stdout.splitlines() == [
        "NAME  KIND  ITEMS  BYTES  WAITING  ABOUT"]
    assert tool("ls", "--names").stdout.splitlines()[0].split() == [
        "NAME", "PARKED", "LISTENERS", "WAITING", "PIPES", "RELAYED",
        "EXCLUSIVE"]
    assert tool("ls", "--json").stdout == ""


@pytest.fixture
def parked(broker):
    """Names at the broker, with a connection parked under each."""
    connections = [
        broker.request('{"accept":"%s","confirm":true}' % name)
        for name in ("a", "b/1", "b/2", "a-long-name-that-widens-the-column")]
    for connection in connections:
        assert b'"parked"' in receive(connection)
    yield connections
    for connection in connections:
        connection.close()


def test_ls_lists_names_as_a_table(tool, parked):
    lines = tool("ls", "--names").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["a", "1", "1"], ["a-long-name-that-widens-the-column", "1", "1"],
        ["b/1", "1", "1"], ["b/2", "1", "1"]]
    column = lines[0].index("PARKED") + len("PARKED") - 1
    assert {line[column] for line in lines[1:]} == {"1"}
    assert lines[1].split()[-1] == "no"


def test_ls_lists_what_starts_with_the_prefix(tool, parked):
    assert [row["name"] for row in rows(tool("ls", "b/", "--json").stdout)] \
        == ["b/1", "b/2"]
    assert len(tool("ls", "c").stdout.splitlines()) == 1


def test_ls_tells_of_what_it_leaves_out(tool, parked):
    done = tool("ls", "--limit", "1", "--json")
    assert done.returncode == 0
    assert [row["name"] for row in rows(done.stdout)] == ["a"]
    assert "1 of 4 are listed" in done.stderr
    assert tool("ls", "--limit", "4").stderr == ""


def test_ls_passes_on_what_the_broker_refuses(tool, broker):
    done = tool("ls", "--limit", "1001")
    assert done.returncode == 2
    assert "limit" in done.stderr
    assert tool("ls", 'a"b').returncode == 2


def test_ls_lists_connections(tool, broker, parked):
    lines = tool("ls", "--connections").stdout.splitlines()
    assert lines[0].split()[:6] == ["ID", "ADDRESS", "UID", "IDENTITY",
                                    "LISTENING", "STATE"]
    states = [line.split()[5] for line in lines[1:]]
    assert states == 4 * ["parked"] + ["control"]
    entries = rows(tool("ls", "--connections", "--json").stdout)
    assert [entry.get("name") for entry in entries][:2] == ["a", "b/1"]
    assert entries[0]["listening"] == broker.url


# ---- stat -----------------------------------------------------------------

def test_stat_prints_a_counter_a_line(tool, parked):
    counters = dict(line.split(" ", 1)
                    for line in tool("stat").stdout.splitlines())
    assert counters["names.parked"] == "4"
    assert counters["connections.open"] == "5"
    assert "ok" not in counters
    raw, = rows(tool("stat", "--json").stdout)
    assert raw["names"]["parked"] == 4
    assert raw["ok"] is True


# ---- monitor --------------------------------------------------------------

def begin_monitor(begin, broker, *words, **options):
    """A monitor that has begun: it sees those who come from now on."""
    monitor = begin("monitor", *words, **options)
    seen = b""
    while b'"monitor"' not in seen:
        with broker.request('{"list":"connections"}') as connection:
            seen = receive(connection)
    return monitor


def test_monitor_prints_what_happens(begin, broker):
    monitor = begin_monitor(begin, broker)
    connection = broker.request('{"accept":"here"}')
    line = monitor.line()
    while not line.endswith("name=here"):
        assert line
        line = monitor.line()
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} parked id=\d+ name=here", line)
    connection.close()


def test_monitor_prints_json_of_names_with_the_prefix(begin, broker):
    monitor = begin_monitor(begin, broker, "yes/", "--json")
    connections = [broker.request('{"accept":"%s"}' % name)
                   for name in ("no/1", "yes/1")]
    events = [json.loads(monitor.line())]
    while events[-1]["event"] != "parked":
        events.append(json.loads(monitor.line()))
    assert events[-1]["name"] == "yes/1"
    for connection in connections:
        connection.close()


def test_monitor_ends_when_the_broker_does(begin, broker):
    monitor = begin_monitor(begin, broker)
    broker.program.process.kill()
    status, _, err = monitor.finish()
    assert status == 9
    assert broker.url in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_monitor_ends_with_a_signal(begin, broker, number):
    monitor = begin_monitor(begin, broker)
    monitor.process.send_signal(number)
    status, _, err = monitor.finish()
    assert (status, err) == (-number, "")


def test_monitor_ends_quietly_when_nobody_reads(begin, broker):
    read_end, write_end = os.pipe()
    monitor = begin_monitor(begin, broker,
                            preexec_fn=lambda: os.dup2(write_end, 1))
    os.close(write_end)
    os.close(read_end)
    broker.request('{"ping":"x"}').close()
    status, _, err = monitor.finish()
    assert (status, err) == (-signal.SIGPIPE, "")
