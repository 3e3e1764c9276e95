# SPDX-License-Identifier: MIT
"""--value: Python's objects as lines; and pickle, which shows them."""

import os
import pathlib
import pickle
import pickletools
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


def test_what_is_missing_for_a_line_that_was_wrong_is_no_loss(
        tool, begin, broker):
    begin("listen", "here", "--value", "--exec", "cat")
    done = tool("dial", "here", "--value", "--count", "1", input="nope\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 1 is not sent" in done.stderr
    assert "too early" not in done.stderr


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
            dialler.send(None)
            assert listen.line() == "None"  # the one before was left
            listen.process.stdin.write(f"{second}\n{first}\n")
            listen.process.stdin.flush()
            assert pickle.loads(receive(dialler)) == int(first)
    errors = [listen.process.stderr.readline() for _ in range(2)]
    assert "line 1 is not sent" in errors[0]
    assert "line 3 is not sent" in errors[1]


# ---- pickle ---------------------------------------------------------------

OBJECTS = [None, {"a": [1, 2.5, "\u00e9"], (1, b"x"): {1, 2}}, [[]] * 3]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", OBJECTS, ids=repr)
def test_a_pickle_is_shown_and_taken(tool, tmp_path, value, protocol):
    data = pickle.dumps(value, protocol)
    path = tmp_path / "pickle"
    path.write_bytes(data)
    done = tool("pickle", path)
    assert (done.returncode, done.stderr) == (0, "")
    *opcodes, verdict = done.stdout.splitlines()
    assert verdict == f"taken: {value!r}"
    for opcode, _, _ in pickletools.genops(data):
        assert f" {opcode.name}" in "\n".join(opcodes)


@pytest.mark.parametrize("words", [(), ("-",)])
def test_a_pickle_on_standard_input(tool, words):
    done = tool("pickle", *words, input=b"\x80\x02N.", text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"\ntaken: None\n")


@pytest.mark.parametrize("data,why", [
    (b"", "offset 0"),
    (b"cos\nsystem\n(S'true'\ntQ.", "BINPERSID"),
    (b"\x80\x04]N", "offset 4"),
    (b"}]Ns.", "SETITEM"),
    (b"\xff", "offset 0"),
])
def test_a_pickle_that_is_refused(tool, data, why):
    done = tool("pickle", input=data, text=False)
    assert (done.returncode, done.stderr) == (1, b"")
    verdict = done.stdout.decode().splitlines()[-1]
    assert verdict.startswith("refused: ")
    assert why in verdict


def test_nothing_is_run(tool, tmp_path):
    data = b"cos\nsystem\n(S'touch %s/run'\ntR." % bytes(tmp_path)
    done = tool("pickle", input=data, text=False)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == \
        b"taken: os.system('touch %s/run')" % bytes(tmp_path)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("length", [398, 399, 400, 10_000])
def test_a_long_object_is_cut(tool, length):
    text = (length - 4) * "x" + "\u00e9"
    done = tool("pickle", input=pickle.dumps(text), text=False)
    shown = done.stdout.decode().splitlines()[-1][len("taken: "):]
    if length <= 400:
        assert shown == repr(text)
    else:
        assert shown == repr(text)[:400] + "..."


def test_a_cut_is_between_characters(tool):
    done = tool("pickle", input=pickle.dumps("\u00e9" * 500), text=False)
    verdict = done.stdout.decode().splitlines()[-1]
    assert verdict == "taken: '" + "\u00e9" * 199 + "..."


def test_a_pickle_that_is_too_long(tool):
    with open("/dev/zero") as zero:
        done = tool("pickle", input=None, stdin=zero)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("tieline: standard input: more than 64 MiB, the "
                           "longest message\n")


def test_opcodes_too_many_to_be_shown(tool):
    done = tool("pickle", input=b"(" + b"N" * (5 << 20) + b"t.", text=False)
    assert (done.returncode, done.stdout[:20]) == (0, b"taken: (None, None, ")
    assert b"the text is longer than 67108864 bytes" in done.stderr


def test_a_pickle_that_cannot_be_read(tool, tmp_path):
    for path, why in ((tmp_path, "Is a directory"),
                      (tmp_path / "none", "No such file")):
        done = tool("pickle", path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"tieline: {path}: {why}")


def test_it_needs_neither_broker_nor_key(tool, tmp_path):
    nothing = {"TIELINE_URL": "nonsense", "HOME": str(tmp_path),
               "TIELINE_AUTHKEY_FILE": "/no/such/key"}
    assert tool("pickle", input="N.", env=nothing).returncode == 0


def test_what_a_program_sent_can_be_looked_at(tool, begin, broker):
    listen = begin("listen", "here", "--raw")
    with broker.paired("dial", "here") as dialler:
        dialler.send({"a": 1})
    data = listen.process.stdout.buffer.read()
    done = tool("pickle", input=data, text=False)
    assert done.stdout.splitlines()[-1] == b"taken: {'a': 1}"
