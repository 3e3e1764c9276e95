# SPDX-License-Identifier: MIT
"""dial, listen and pipe: lines and bytes between programs."""

import contextlib
import os
import signal
import socket
import subprocess
import threading

import pytest

from conftest import HANG

from .conftest import TOOL, ended, receive

MIB = 1 << 20
LINES = "".join(f"line {number}\n" for number in range(20_000))
BYTES = os.urandom(3 * MIB)


@pytest.fixture
def echo(begin, broker):
    """A service that sends every line back."""
    return begin("listen", "echo", "--exec", "cat")


# ---- dial -----------------------------------------------------------------

@pytest.mark.parametrize("lines", [
    "", "\n", "hello\n", "hello", "one\n\n\nfour\n", "a\0b\r\n\x1b\n", LINES,
    MIB * "x" + "\ny\n",
], ids=lambda lines: f"{len(lines)} bytes")
def test_lines_go_there_and_back(tool, echo, lines):
    done = tool("dial", "echo", input=lines.encode(), text=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (lines + "\n" * (lines[-1:] not in ("", "\n"))
                           ).encode()
    assert done.stderr == b""


def test_a_line_is_a_message_of_stock_python(begin, broker):
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    write(dial, "one\n\ntwo")
    end_input(dial)
    assert [receive(listener) for _ in range(3)] == [b"one", b"", b"two"]
    assert ended(listener) is EOFError
    listener.send_bytes(b"an answer")
    listener.send_bytes(b"of two\nlines")
    listener.send_bytes(b"")
    listener.close()
    assert dial.finish() == (0, "an answer\nof two\nlines\n\n", "")


def test_raw_is_bytes(tool, begin, broker):
    begin("listen", "echo", "--raw", "--exec", "cat")
    done = tool("dial", "echo", "--raw", input=BYTES, text=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == BYTES


def test_raw_input_is_cut_at_64_kib(begin, broker):
    dial = begin("dial", "here", "--raw", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    threading.Thread(target=feed, args=(dial, BYTES)).start()
    got = []
    while (message := ended(listener)) is not EOFError:
        got.append(message)
    assert b"".join(got) == BYTES
    assert max(map(len, got)) <= 64 << 10
    listener.close()


def feed(program, data):
    program.process.stdin.buffer.write(data)
    end_input(program)


def write(program, text):
    program.process.stdin.write(text)
    program.process.stdin.flush()


def end_input(program):
    stream, program.process.stdin = program.process.stdin, None
    stream.close()


def output(program):
    """All of its standard output, as bytes."""
    return program.process.stdout.buffer.read()


def test_nobody_listens(tool, broker):
    done = tool("dial", "nobody", "--timeout", "1")
    assert done.returncode == 5
    assert done.stderr.startswith(f"tieline: {broker.url}#nobody: ")


def test_dial_ends_after_so_many_messages(begin, broker):
    dial = begin("dial", "here", "--count", "2", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    for text in (b"one", b"two", b"three"):
        listener.send_bytes(text)
    assert dial.process.wait(HANG) == 0
    end_input(dial)
    assert dial.process.stdout.read() == "one\ntwo\n"
    listener.close()


def test_fewer_messages_than_counted_are_an_error(begin, broker):
    dial = begin("dial", "here", "--count", "3")
    listener = broker.paired("accept", "here")
    listener.send_bytes(b"one")
    listener.close()
    status, out, err = dial.finish()
    assert (status, out) == (9, "one\n")
    assert "the peer ended 2 messages too early" in err


def test_dial_ends_so_long_after_its_input(begin, broker):
    dial = begin("dial", "here", "-q", "0.1")
    listener = broker.request('{"accept":"here"}')
    listener.send_bytes(b"late")  # relayed with the pairing
    assert b'"ok":true' in receive(listener)
    assert dial.finish() == (0, "late\n", "")
    assert ended(listener) is EOFError


def test_the_peers_end_is_passed_on_before_ours(begin, broker):
    """Who reads our output sees its end, while we still read input."""
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    half_close(listener)
    assert dial.process.stdout.read() == ""
    write(dial, "still there\n")
    end_input(dial)
    assert receive(listener) == b"still there"
    assert ended(listener) is EOFError
    assert dial.process.wait(HANG) == 0
    listener.close()


def half_close(connection):
    with socket.socket(fileno=os.dup(connection.fileno())) as half:
        half.shutdown(socket.SHUT_WR)


def test_with_a_terminal_the_peers_end_is_the_end(begin, broker):
    ours, theirs = os.openpty()
    dial = begin("dial", "here", stdin=theirs)
    os.close(theirs)
    listener = broker.paired("accept", "here")
    listener.close()
    assert dial.finish() == (0, "", "")
    os.close(ours)


def test_a_message_cut_off_is_a_loss(begin, broker):
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    listener.send_bytes(b"whole")
    os.write(listener.fileno(), b"\0\0\0\x09half")
    listener.close()
    assert dial.process.wait(HANG) == 9
    end_input(dial)
    assert dial.process.stdout.read() == "whole\n"
    assert "tieline: here: " in dial.process.stderr.read()


def test_a_broker_that_is_lost_is_a_loss(begin, broker):
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    write(dial, "one\n")
    assert receive(listener) == b"one"
    broker.program.process.kill()
    with contextlib.suppress(BrokenPipeError):
        while dial.process.poll() is None:
            write(dial, "two\n")
    assert dial.process.wait(HANG) == 9
    assert dial.process.stderr.read().startswith("tieline: here: ")
    with contextlib.suppress(BrokenPipeError):
        end_input(dial)
    listener.close()


def test_a_message_too_long_is_refused(begin, broker):
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    os.write(listener.fileno(), b"\x7f\xff\xff\xff")
    assert dial.process.wait(HANG) == 1
    assert "max_message_bytes" in dial.process.stderr.read()
    end_input(dial)
    listener.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP])
def test_a_signal_ends_the_connection_properly(begin, broker, number):
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    listener.send_bytes(b"one")
    assert dial.line() == "one"
    dial.process.send_signal(number)
    assert ended(listener) is EOFError
    assert dial.process.wait(HANG) == -number
    assert dial.process.stderr.read() == ""
    end_input(dial)


def test_a_signal_that_was_ignored_stays_ignored(begin, broker):
    dial = begin("dial", "here", stdin=subprocess.PIPE,
                 preexec_fn=lambda: signal.signal(signal.SIGINT,
                                                  signal.SIG_IGN))
    listener = broker.paired("accept", "here")
    listener.send_bytes(b"one")
    assert dial.line() == "one"
    dial.process.send_signal(signal.SIGINT)
    listener.send_bytes(b"two")
    assert dial.line() == "two"
    listener.close()
    end_input(dial)
    assert dial.process.wait(HANG) == 0


def test_output_that_nobody_reads_ends_it_quietly(begin, broker):
    dial = begin("dial", "here", stdin=subprocess.PIPE)
    listener = broker.paired("accept", "here")
    dial.process.stdout.close()
    assert ended(listener) is EOFError
    assert dial.process.wait(HANG) == -signal.SIGPIPE
    assert dial.process.stderr.read() == ""
    end_input(dial)
    dial.process.stdout = None


def test_output_that_cannot_be_written_is_an_error(tool, echo):
    with open("/dev/full", "w") as full:
        done = tool("dial", "echo", input="x\n", stdout=full)
    assert done.returncode == 1
    assert "output: No space left on device" in done.stderr


def test_input_that_cannot_be_read_is_an_error(begin, broker):
    folder = os.open("/", os.O_RDONLY)
    dial = begin("dial", "here", stdin=folder)
    os.close(folder)
    broker.paired("accept", "here").close()
    status, _, err = dial.finish()
    assert status == 1
    assert "input: Is a directory" in err


def test_both_ways_at_once_without_a_deadlock(begin, broker):
    """Nobody reads the answers before everything is sent."""
    begin("listen", "echo", "--raw", "--exec", "cat")
    dial = begin("dial", "echo", "--raw", stdin=subprocess.PIPE)
    feeder = threading.Thread(target=feed, args=(dial, BYTES))
    feeder.start()
    got = output(dial)
    feeder.join()
    assert got == BYTES
    assert dial.process.wait(HANG) == 0


def test_shared_descriptors_keep_their_mode(begin, broker):
    """Standard input and output are other programs' too."""
    ours, theirs = socket.socketpair()
    dial = begin("dial", "here", stdin=theirs,
                 preexec_fn=lambda: os.dup2(theirs.fileno(), 1))
    listener = broker.paired("accept", "here")
    listener.send_bytes(b"one")
    assert ours.recv(100) == b"one\n"
    assert os.get_blocking(theirs.fileno())
    theirs.close()
    ours.close()
    dial.process.wait(HANG)
    listener.close()


# ---- listen ---------------------------------------------------------------

def test_listen_ends_with_its_first_connection(tool, begin, broker):
    listen = begin("listen", "here")
    assert tool("dial", "here", input="one\ntwo\n").returncode == 0
    assert listen.finish() == (0, "one\ntwo\n", "")
    assert tool("dial", "here", "--timeout", "1").returncode == 5


def test_listen_sends_its_input(tool, begin, broker, tmp_path):
    (tmp_path / "text").write_text("a\nb\n")
    with open(tmp_path / "text") as text:
        listen = begin("listen", "here", stdin=text)
    assert tool("dial", "here", input="c\n").stdout == "a\nb\n"
    assert listen.finish() == (0, "c\n", "")


def test_listen_keeps_on(tool, begin, broker):
    listen = begin("listen", "here", "--keep")
    for text in ("one\n", "two\n", "three\n"):
        assert tool("dial", "here", input=text).returncode == 0
        assert listen.line() + "\n" == text
    listen.process.terminate()
    assert listen.finish() == (-signal.SIGTERM, "", "")


def test_input_waits_for_the_next_connection(begin, broker):
    listen = begin("listen", "here", "--keep", stdin=subprocess.PIPE)
    first = broker.paired("dial", "here")
    write(listen, "one\n")
    assert receive(first) == b"one"
    first.close()
    second = broker.paired("dial", "here")
    second.send_bytes(b"next")
    assert listen.line() == "next"  # the first one's end was noticed
    write(listen, "two\n")
    end_input(listen)
    assert receive(second) == b"two"
    second.close()


def test_one_connection_at_a_time(begin, broker):
    listen = begin("listen", "here", "--keep")
    first = broker.paired("dial", "here")
    second = broker.paired("dial", "here")
    second.send_bytes(b"two")
    first.send_bytes(b"one")
    assert listen.line() == "one"
    first.close()
    assert listen.line() == "two"
    second.close()


def test_nobody_dials_in_time(begin, broker):
    status, out, err = begin("listen", "here", "--timeout", "1").finish()
    assert (status, out) == (124, "")
    assert "here: nobody dialled in time" in err


def test_the_time_does_not_count_while_somebody_is_there(begin, broker):
    listen = begin("listen", "here", "--keep", "--timeout", "3")
    connection = broker.paired("dial", "here")
    connection.send_bytes(b"one")
    assert listen.line() == "one"
    connection.close()
    assert listen.finish()[0] == 124


def test_a_name_that_is_anothers_alone(tool, begin, broker):
    begin("listen", "here", "--exclusive", "--keep")
    with broker.paired("dial", "here"):  # the listener has it meanwhile
        done = tool("listen", "here")
    assert done.returncode == 8
    assert "name_taken" in done.stderr


def test_backlog_is_how_many_are_parked(begin, broker):
    begin("listen", "here", "--backlog", "3")
    seen = b""
    while b'"parked":3' not in seen:
        with broker.request('{"list":"names"}') as connection:
            seen = receive(connection)


def test_listen_lives_through_a_restart_of_the_broker(tool, begin, broker):
    listen = begin("listen", "here", "--keep")
    assert tool("dial", "here", input="one\n").returncode == 0
    assert listen.line() == "one"
    broker.restart()
    assert tool("dial", "here", "--timeout", "50", input="two\n") \
        .returncode == 0
    assert listen.line() == "two"
    listen.process.terminate()
    assert "is being tried again" in listen.finish()[2]


# ---- listen --exec --------------------------------------------------------

def test_commands_run_side_by_side(begin, broker):
    begin("listen", "echo", "--exec", "cat")
    connections = [broker.paired("dial", "echo") for _ in range(20)]
    for number, connection in enumerate(connections):
        connection.send_bytes(b"%d" % number)
    for number, connection in reversed([*enumerate(connections)]):
        assert receive(connection) == b"%d" % number
        connection.close()


def test_a_command_knows_who_dialled(tool, begin, broker):
    begin("listen", "who", "--exec", 'echo "$TIELINE_NAME $TIELINE_PEER"')
    name, peer = tool("dial", "who").stdout.split()
    assert name == "who"
    assert peer.startswith("unix:" if broker.url.startswith("unix")
                           else "tcp://127.0.0.1:")


def test_a_command_that_ends_ends_the_connection(begin, broker):
    begin("listen", "once", "--exec", "read line; echo \"got $line\"")
    connection = broker.paired("dial", "once")
    connection.send_bytes(b"one")
    assert receive(connection) == b"got one"
    assert ended(connection) is EOFError


def test_the_peers_end_is_the_commands(begin, broker):
    begin("listen", "count", "--exec", "wc -l")
    connection = broker.paired("dial", "count")
    for _ in range(7):
        connection.send_bytes(b"line")
    half_close(connection)
    assert receive(connection) == b"7"
    assert ended(connection) is EOFError


def broken(broker):
    """What a break is on our socket."""
    return OSError if broker.url.startswith("unix:") else ConnectionResetError


@pytest.mark.parametrize("command,why", [
    ("exit 3", "has ended with status 3"),
    ("/no/such/program", "has ended with status 127"),
    ("kill -9 $$", "was ended by signal 9"),
])
def test_a_command_that_fails_breaks_the_connection(begin, broker, command,
                                                    why):
    listen = begin("listen", "bad", "--exec", command)
    with broker.paired("dial", "bad") as connection:
        assert ended(connection) is broken(broker)
    err = listen.process.stderr
    while (line := err.readline()) != f"tieline: bad: the command {why}\n":
        assert line


def test_a_break_comes_behind_what_the_command_has_written(begin, broker):
    begin("listen", "bad", "--raw", "--exec",
          "head -c 1000000 /dev/zero; exit 3")
    with broker.paired("dial", "bad") as connection:
        got = 0
        while isinstance(message := ended(connection), bytes):
            got += len(message)
        assert (got, message) == (1000000, broken(broker))


def test_what_a_command_leaves_unread_does_not_hide_its_break(tool, begin,
                                                              broker):
    begin("listen", "bad", "--exec", "read line; echo $line; exit 3")
    done = tool("dial", "bad", input=LINES)
    assert (done.returncode, done.stdout) == (9, "line 0\n")
    with broker.paired("dial", "bad") as connection:
        # At once, as behind the first one it may break.
        os.write(connection.fileno(),
                 b"\0\0\0\3one\0\0\0\3two\0\0\0\5three")
        assert receive(connection) == b"one"
        assert ended(connection) is broken(broker)


def test_an_end_waits_for_how_the_command_ends(begin, broker):
    """It may fail after its last output."""
    begin("listen", "late", "--exec", "exec >&-; read line; exit $line")
    for line, end in ((b"0", EOFError), (b"1", broken(broker))):
        with broker.paired("dial", "late") as connection:
            connection.send_bytes(line)
            assert ended(connection) is end


def test_commands_end_with_the_tool(begin, broker, tmp_path):
    """Also what the command has started, which would not end by itself."""
    listen = begin("listen", "long", "--exec", "echo $$; sleep 1000; true")
    connection = broker.paired("dial", "long")
    shell = int(receive(connection))
    listen.process.terminate()
    assert listen.finish()[0] == -signal.SIGTERM
    assert ended(connection) is EOFError
    while is_alive(shell):
        pass


def is_alive(process):
    """Whether it runs: nobody may have waited for it."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_commands_have_no_descriptors_of_ours(tool, begin, broker):
    begin("listen", "fds", "--exec", "ls /proc/self/fd | wc -l")
    # The three, and the folder that ls reads.
    assert tool("dial", "fds").stdout == "4\n"


def test_a_command_gets_sigpipe_as_it_is(tool, begin, broker):
    begin("listen", "yes", "--exec", "yes")
    done = subprocess.run(
        ["sh", "-c", f'"{TOOL}" dial yes | head -n 3'],
        env={**os.environ, "TIELINE_URL": broker.url,
             "TIELINE_AUTHKEY_FILE": broker.command[2]},
        text=True, capture_output=True, timeout=HANG)
    assert done.stdout == "y\ny\ny\n"


# ---- pipe -----------------------------------------------------------------

def test_two_pipes_meet(tool, begin, broker):
    other = begin("pipe", "tube", "--raw", stdin=subprocess.PIPE)
    feeder = threading.Thread(target=feed, args=(other, BYTES))
    feeder.start()
    done = tool("pipe", "tube", "--raw", input=b"back", text=False)
    feeder.join()
    assert (done.returncode, done.stdout) == (0, BYTES)
    assert output(other) == b"back"
    assert other.process.wait(HANG) == 0


def test_a_pipe_without_another_end(tool, broker):
    assert tool("pipe", "tube", "--timeout", "1").returncode == 5
