# SPDX-License-Identifier: MIT
"""Stock Python programs of every version meet at a broker by name, with nothing
but multiprocessing.connection and json."""

import itertools
import os
import pathlib
import signal

import pytest

from conftest import KEY, PYTHONS, ROOT, version_text

from .client import BREAK, END
from .conftest import KINDS

MEET = pathlib.Path(__file__).parent / "programs/meet.py"
EXCHANGE = ROOT / "tests/interop/programs"
EVERYTHING = "done 59 objects, 7 lengths"


def spread(versions, count):
    """So many of them, the first and the last included."""
    if len(versions) <= count:
        return versions
    return [versions[i * (len(versions) - 1) // (count - 1)]
            for i in range(count)]


def pairs():
    """All ordered pairs of four versions, and a ring of all; over any mix."""
    versions = list(PYTHONS)
    ring = zip(versions, versions[1:] + versions[:1])
    both = sorted({*itertools.product(spread(versions, 4), repeat=2), *ring})
    return zip(both, itertools.cycle(itertools.product(KINDS, repeat=2)))


PAIRS = pytest.mark.parametrize("one, other, mix", [
    pytest.param(PYTHONS[one], PYTHONS[other], mix, id="-".join(
        [version_text(one), version_text(other), *mix]))
    for (one, other), mix in pairs()])


@pytest.fixture
def meet(start):
    """Starts a program: meet(python, address, verb, name, activity)."""
    environment = {**os.environ, "PYTHONPATH": str(EXCHANGE)}

    def run(python, address, verb, name, activity):
        return start(python, "-B", MEET, address, repr(KEY), verb, name,
                     activity, env=environment)
    return run


@PAIRS
def test_one_accepts_and_the_other_dials(hub, meet, one, other, mix):
    """Everything that Python can send goes there and back."""
    server = meet(one, hub.broker.at[mix[0]], "accept", "echo", "echo bytes")
    client = meet(other, hub.broker.at[mix[1]], "dial", "echo", "exchange")
    assert client.lines_until("done")[-1] == EVERYTHING
    assert server.lines_until("ended")[-1] == "ended EOFError: "
    assert (client.finish()[0], server.finish()[0]) == (0, 0)


def test_two_ends_of_a_pipe(hub, meet, python):
    """Each of its own transport, and objects of its own version."""
    one = meet(python, hub.broker.at["tcp"], "pipe", "p", "echo")
    other = meet(python, hub.broker.at["unix"], "pipe", "p",
                 "exchange a little")
    assert one.line().startswith("paired with unix:")
    assert other.lines_until("done")[-1] == "done a little"
    assert one.line() == "ended EOFError: "


def test_a_client_that_knows_of_no_broker(serve, meet, python, tmp_path):
    """At a bound address, before there is a listener."""
    hub = serve(listen=["tcp://127.0.0.1:0",
                        {"address": f"unix:{tmp_path}/bound", "bind": "echo"}])
    client = meet(python, hub.broker.at["unix"], "bound", "",
                  "exchange a little")
    hub.connect("tcp").until_seated("echo", waiting=1)
    server = meet(python, hub.broker.at["tcp"], "accept", "echo", "echo")
    assert client.line() == "done a little"
    assert server.lines_until("ended")[-1] == "ended EOFError: "


def test_one_sends_and_closes(hub, meet, python):
    """The other still gets all of it, and then an end."""
    reader = meet(python, hub.broker.at["tcp"], "accept", "echo",
                  "receive all")
    sender = meet(python, hub.broker.at["unix"], "dial", "echo",
                  "send and close")
    assert sender.finish()[0] == 0
    assert reader.lines_until("ended")[-1] == "ended EOFError: "


def test_a_stock_program_is_told_why_not(hub, meet, python):
    hub.connect().parks("echo", exclusive=True)
    program = meet(python, hub.broker.at["tcp"], "accept", "echo", "echo")
    status, _, err = program.finish()
    assert status == 1 and "it is another listener's alone" in err


@pytest.mark.parametrize("unread", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_program_that_is_killed(hub, meet, kind, unread):
    """An end, as its kernel says; a break if it had something unread."""
    python = [*PYTHONS.values()][-1]
    peer = hub.connect()
    peer.ask(accept="echo")
    program = meet(python, hub.broker.at[kind], "dial", "echo", "echo")
    assert program.line().startswith("paired")
    peer.is_paired("echo")
    if unread:
        program.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, program.process.pid, os.WSTOPPED)
        peer.send(b"never read")
        hub.connect().until(lambda eye: eye.connections()[0]["messages"] == 1)
    program.process.kill()
    assert peer.rest() == ([], BREAK["unix"] if unread else END)
