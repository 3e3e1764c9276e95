# SPDX-License-Identifier: MIT
"""--value: Python's objects as lines."""

import os
import pathlib
import pickle
import subprocess

import pytest

from conftest import KEY, python_address

from .conftest import ended, receive

PARTNER = pathlib.Path(__file__).parent / "partner.py"


@pytest.fixture
def partner(start, broker):
    """A stock Python program that dials, or accepts, a name and then does
    something: partner(python, verb, name, activity)."""
    def run(python, verb, name, activity):
        return start(python, "-B", PARTNER,
                     repr(python_address(broker.url)), repr(KEY), verb, name,
                     activity, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    return run


# ---- Objects there and back -----------------------------------------------

LITERALS = [
    "None", "True", "-1", str(1 << 200), "1.5", "(1+2j)", "''", "'caf\u00e9'",
    "'two\\nlines'", "b'\\x00\\xff'", "()", "(1,)", "[1, [2, {}]]",
    "{'op': 'add', 'args': (1, 2)}", "{1, 2}", "{(1, 'a'): None}",
]


def test_every_python_receives_and_sends_objects(tool, broker, partner,
                                                 python):
    echo = partner(python, "accept", "here", "echo")
    done = tool("dial", "here", "--value", "--timeout", "50",
                input="".join(text + "\n" for text in LITERALS))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == LITERALS
    status, out, err = echo.finish()
    assert (status, err) == (0, "")
    assert out.splitlines() == LITERALS


def test_every_python_is_answered(begin, broker, partner, python):
    begin("listen", "here", "--value", "--exec", "cat")
    status, out, err = partner(python, "dial", "here", "ask").finish()
    assert (status, err) == (0, "")
    assert out == "all the same\n"


def test_objects_of_classes_are_shown_by_how_they_are_made(
        tool, broker, partner, python):
    partner(python, "accept", "here", "classes")
    done = tool("dial", "here", "--value", "--timeout", "50")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "decimal.Decimal('1.5')", "range(0, 3)", "decimal.Decimal",
        "<__main__.Point() {'x': 1}>"]


def test_json_is_read_as_json(begin, broker, tmp_path):
    (tmp_path / "text").write_text(
        '[true, null, 1e3, "\\u00e9"]\n {"a": {"b": []}} \r\n"\\/"\n')
    with open(tmp_path / "text") as text:
        dial = begin("dial", "here", "--value", stdin=text)
    listener = broker.paired("accept", "here")
    assert [pickle.loads(receive(listener)) for _ in range(3)] == [
        [True, None, 1000.0, "\u00e9"], {"a": {"b": []}}, "/"]
    assert ended(listener) is EOFError
    listener.close()
    assert dial.finish() == (0, "", "")


def test_json_is_printed_and_read_back(tool, begin, broker):
    begin("listen", "here", "--value", "--json", "--exec", "cat")
    lines = ['{"a":[1,true,null,1.5,"\u00e9"]}', '{"$repr":"(1, b\'x\')"}',
             '[{"$repr":"{1, 2}"}]', "(1, 2)"]
    done = tool("dial", "here", "--value", "--json",
                input="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == lines[:3] + ['{"$repr":"(1, 2)"}']
    plain = tool("dial", "here", "--value", input='{"$repr":"(1, 2)"}\n')
    assert plain.stdout == "{'$repr': '(1, 2)'}\n"


def test_a_shell_command_serves_objects_as_json(begin, broker):
    begin("listen", "here", "--value", "--json", "--exec",
          "while read -r line; do echo \"[$line, 1]\"; done")
    dialler = broker.paired("dial", "here")
    dialler.send({"a": (1, 2)})
    assert pickle.loads(receive(dialler)) == [{"a": (1, 2)}, 1]
    dialler.close()


def test_many_objects_go_there_and_back(tool, begin, broker):
    begin("listen", "here", "--value", "--exec", "cat")
    lines = "".join(f"[{number}, 'text']\n" for number in range(5000)) + \
        repr("x" * (1 << 20)) + "\n"
    done = tool("dial", "here", "--value", input=lines)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == lines


# ---- What is passed over --------------------------------------------------

@pytest.mark.parametrize("line", [
    "nope", "(1,", "[1", "1 2", "print(1)", "{[]: 1}", "'\\ud8", "{'a': x}",
    "# nothing", "\0", "'" + 1000 * "x", "[" * 2000 + "]" * 2000,
], ids=lambda line: line[:8])
def test_a_line_that_is_no_object_is_told_and_passed_over(
        tool, begin, broker, line):
    begin("listen", "here", "--value", "--exec", "cat")
    done = tool("dial", "here", "--value", input=f"1\n\n{line}\n \t\n2\n")
    assert done.stdout == "1\n2\n"
    assert done.returncode == 1
    complaint, = done.stderr.splitlines()
    assert complaint.startswith("tieline: here: line 3 is not sent: as Python")
    assert "; as JSON: line 1: " in complaint


def test_each_line_is_told_with_its_number(tool, begin, broker):
    begin("listen", "here", "--value", "--exec", "cat")
    done = tool("dial", "here", "--value", input="a\n\n1\nb\nc")
    assert (done.returncode, done.stdout) == (1, "1\n")
    assert [line.split()[2:4] for line in done.stderr.splitlines()] == [
        ["line", "1"], ["line", "4"], ["line", "5"]]


@pytest.mark.parametrize("message", [
    b"", b"no pickle", b"N", b"\x80\x09N.", b"Pid\n.", b"}]Ns.",
    b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
], ids=repr)
def test_a_message_that_is_no_pickle_is_told_and_passed_over(
        begin, broker, message):
    listen = begin("listen", "here", "--value")
    with broker.paired("dial", "here") as dialler:
        dialler.send(1)
        dialler.send_bytes(message)
        dialler.send((2,))
    status, out, err = listen.finish()
    assert (status, out) == (1, "1\n(2,)\n")
    assert err.startswith("tieline: here: message 2 is not printed: offset ")
    assert err.count("\n") == 1


def test_a_message_with_a_text_too_long_is_passed_over(begin, broker):
    listen = begin("listen", "here", "--value")
    with broker.paired("dial", "here") as dialler:
        dialler.send(bytes(20 << 20))
        dialler.send(1)
    status, out, err = listen.finish()
    assert (status, out) == (1, "1\n")
    assert "message 1 is not printed: the text has more than" in err


def test_what_is_passed_over_counts(begin, broker):
    listen = begin("listen", "here", "--value", "--count", "2",
                   stdin=subprocess.PIPE)
    dialler = broker.paired("dial", "here")
    dialler.send_bytes(b"no pickle")
    dialler.send(1)
    assert ended(dialler) is EOFError
    dialler.close()
    assert listen.process.wait() == 1
    assert listen.line() == "1"


def test_what_a_command_says_wrong_is_told(begin, broker):
    listen = begin("listen", "here", "--value", "--exec",
                   "echo nope; echo 1")
    with broker.paired("dial", "here") as dialler:
        assert pickle.loads(receive(dialler)) == 1
        assert ended(dialler) is EOFError
    assert "line 1 is not sent" in listen.process.stderr.readline()


def test_lines_count_on_over_connections(begin, broker):
    listen = begin("listen", "here", "--value", "--keep",
                   stdin=subprocess.PIPE)
    for first, second in (("1", "a"), ("2", "b")):
        with broker.paired("dial", "here") as dialler:
            listen.process.stdin.write(f"{second}\n{first}\n")
            listen.process.stdin.flush()
            assert pickle.loads(receive(dialler)) == int(first)
    errors = [listen.process.stderr.readline() for _ in range(2)]
    assert "line 1 is not sent" in errors[0]
    assert "line 3 is not sent" in errors[1]
