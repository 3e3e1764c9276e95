# SPDX-License-Identifier: MIT
"""SIGHUP, SIGTERM and SIGINT: what changes, what goes on, and how it ends."""

import contextlib
import signal
from multiprocessing import AuthenticationError

import pytest

from conftest import KEY

from .client import BREAK, END, Peer, echo_both_ways, meanwhile
from .conftest import BOTH, MIXES

OTHER_KEY = b"quite another key of 32 bytes..."
RELOADED = "settings and keys reloaded"
UNCHANGED = "nothing is changed by the reload: "
TCP = "tcp://127.0.0.1:0"


# ---- Reloading


def is_served(address, key=KEY):
    with contextlib.closing(Peer(address, key)) as peer:
        return peer.asked(ping="x")["ok"]


def is_closed(address):
    """It may be just being closed."""
    with pytest.raises((ConnectionRefusedError, FileNotFoundError,
                        ConnectionResetError)):
        Peer(address)
    return True


def test_addresses_come_and_go(serve, tmp_path):
    """Who came in at one that is closed goes on."""
    old, new = f"unix:{tmp_path}/old", f"unix:{tmp_path}/new"
    hub = serve(listen=[TCP, old])
    acceptor, dialler = hub.pair((old, old))
    hub.broker.configure(listen=[TCP, new])
    assert RELOADED in hub.broker.reload()
    assert is_served(hub.broker.at["tcp"]) and is_served(new)
    assert is_closed(old) and not (tmp_path / "old").exists()
    echo_both_ways(acceptor, dialler)
    hub.broker.configure(listen=[TCP, old, new])
    assert RELOADED in hub.broker.reload()
    assert is_served(old) and is_served(new)


def test_two_addresses_with_port_0_stay_two(serve):
    """Each with its own name, in their order; those beyond are closed."""
    def bound(name):
        return {"address": TCP, "bind": name, "bind_wait_ms": 0}

    hub = serve(listen=[TCP, bound("one"), bound("two")])
    ports = hub.broker.addresses
    assert RELOADED in hub.broker.reload()
    assert is_served(ports[0])
    for port, name in zip(ports[1:], ["one", "two"]):
        acceptor, client = hub.connect(ports[0]).parks(name), hub.connect(port)
        acceptor.is_paired(name)
        echo_both_ways(acceptor, client)
    hub.broker.configure(listen=[TCP, bound("other")])
    assert RELOADED in hub.broker.reload()
    assert is_closed(ports[2])
    acceptor, client = hub.connect(ports[0]).parks("other"), hub.connect(
        ports[1])
    acceptor.is_paired("other")
    echo_both_ways(acceptor, client)


def test_a_name_that_an_address_is_bound_to(serve):
    """From then on: who came before waits for the old one."""
    hub = serve(listen=[TCP, {"address": TCP, "bind": "old"}])
    control, bound = hub.broker.addresses
    before = hub.connect(bound)
    hub.connect(control).until_seated("old", waiting=1)
    hub.broker.configure(listen=[TCP, {"address": TCP, "bind": "new"}])
    assert RELOADED in hub.broker.reload()
    for name, client in [("new", hub.connect(bound)), ("old", before)]:
        acceptor = hub.connect(control)
        acceptor.ask(accept=name)
        acceptor.is_paired(name)
        echo_both_ways(acceptor, client)


def test_another_key(serve, key_file):
    """Those who are connected go on, and who comes then needs the new one."""
    hub = serve()
    acceptor, dialler = hub.pair()
    parked = hub.connect().parks("later")
    key_file.write_bytes(OTHER_KEY)
    assert RELOADED in hub.broker.reload()
    echo_both_ways(acceptor, dialler)
    with pytest.raises(AuthenticationError):
        Peer(hub.broker.at["tcp"], KEY)
    late = hub.connect(key=OTHER_KEY)
    late.ask(dial="later")
    late.is_paired("later")
    parked.is_paired("later")
    echo_both_ways(parked, late)
    key_file.write_bytes(KEY)
    assert RELOADED in hub.broker.reload()
    assert is_served(hub.broker.at["tcp"])


def test_limits_hold_for_what_comes_then(serve):
    hub = serve(max_parked=10, dial_timeout_ms=60_000)
    parked = [hub.connect().parks("echo") for _ in range(3)]
    hub.broker.configure(max_parked=2, dial_timeout_ms=1)
    assert RELOADED in hub.broker.reload()
    peer = hub.connect()
    peer.ask(accept="echo")
    peer.is_refused("full")
    peer = hub.connect()
    peer.ask(dial="nobody")
    peer.is_refused("no_listener")
    for acceptor in parked:
        dialler = hub.connect()
        dialler.ask(dial="echo")
        dialler.is_paired("echo")
        acceptor.is_paired("echo")


def test_the_log_level(serve):
    hub = serve(log_level="error")
    hub.broker.configure(log_level="debug")
    assert RELOADED in hub.broker.reload()
    hub.connect()
    hub.broker.log.wait_for("debug: ")


@pytest.mark.parametrize("text, wrong", [
    ('{\n"max_parked": 1,\n"max_parkd": 1}', "tielined.json:3: "),
    ("", "tielined.json:1: "),
    ('{"max_parked": 1, "authkey_file": "/nonexistent"}', "/nonexistent"),
    ('{"max_parked": 1, "listen": ["unix:/nonexistent/socket"]}',
     "unix:/nonexistent/socket"),
])
def test_what_is_wrong_changes_nothing(serve, text, wrong):
    """The log says where it is wrong."""
    hub = serve()
    if "listen" in text:
        text = text[:-1] + ', "authkey_file": "%s"}' % \
            hub.broker.settings["authkey_file"]
    hub.broker.config.write_text(text)
    line = hub.broker.reload()
    assert UNCHANGED in line and wrong in line
    for kind in ("tcp", "unix"):
        hub.connect(kind).parks("echo")
    hub.broker.configure()
    assert RELOADED in hub.broker.reload()


# ---- Ending


def end(hub, how=signal.SIGTERM):
    hub.broker.process.send_signal(how)
    hub.broker.log.wait_for("ending: no new connections")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_with_nobody_there(serve, how):
    hub = serve()
    end(hub, how)
    assert hub.broker.ended() == 0
    assert not any(map(is_open, hub.broker.addresses))


def is_open(address):
    return not is_closed(address)


@BOTH
def test_those_who_are_not_paired_are_told(serve, kind):
    """Parked and waiting ones by a refusal; others just see an end."""
    hub = serve()
    told = {verb: hub.connect(kind) for verb in ["accept", "dial", "pipe"]}
    for verb, peer in told.items():
        peer.ask(**{verb: verb}, timeout=1000)
    others = [hub.connect(kind) for _ in range(3)]
    others[1].asked(ping="x")
    others[2].asked(monitor=True)
    eye = hub.connect(kind)
    eye.until(lambda eye: len(eye.names()) == 3)
    end(hub)
    for peer in told.values():
        peer.is_refused("draining", "the broker is about to end")
    for peer in (*others[:2], eye):
        assert peer.rest() == ([], END)
    assert others[2].rest()[1] == END
    for peer in (*told.values(), *others, eye):
        peer.close()
    assert hub.broker.ended() == 0


def test_at_a_bound_address_they_see_an_end(serve):
    hub = serve(listen=[TCP, {"address": TCP, "bind": "echo"}])
    client = hub.connect(hub.broker.addresses[1])
    hub.connect("tcp").until_seated("echo", waiting=1)
    end(hub)
    assert client.rest() == ([], END)
    hub.stack.close()
    assert hub.broker.ended() == 0


@MIXES
def test_pairs_finish(serve, mix):
    """What is under way goes on as long as it takes; nobody else gets in."""
    hub = serve(drain_timeout_ms=60_000)
    one, other = hub.pair(mix)
    load = [bytes([i]) * 100_000 for i in range(100)]

    def send():
        one.send(*load)
        one.stop_sending()

    with meanwhile(send):
        assert other.receive() == load[0]
        end(hub)
        assert all(map(is_closed, hub.broker.at.values()))
        assert other.rest() == (load[1:], END)
    other.send(b"the last word")
    other.close()
    assert one.rest() == ([b"the last word"], END)
    assert hub.broker.ended() == 0


@MIXES
@pytest.mark.parametrize("how", ["drain_timeout_ms", "a second signal"])
def test_pairs_are_cut(serve, mix, how):
    """When the time is over, or at once; as a break, and the status says so."""
    hub = serve(drain_timeout_ms=100 if how == "drain_timeout_ms" else 60_000)
    pair = hub.pair(mix)
    echo_both_ways(*pair)
    end(hub)
    if how == "a second signal":
        hub.broker.process.send_signal(signal.SIGTERM)
    for peer, kind in zip(pair, mix):
        assert peer.rest() == ([], BREAK[kind])
    assert hub.broker.ended() == 1
    hub.stack.close()


def test_a_reload_while_it_ends(serve, tmp_path):
    """Opens nothing."""
    hub = serve(drain_timeout_ms=60_000)
    one, other = hub.pair()
    end(hub)
    hub.broker.configure(listen=[TCP, f"unix:{tmp_path}/new"])
    assert RELOADED in hub.broker.reload()
    assert not (tmp_path / "new").exists()
    echo_both_ways(one, other)
    one.close()
    other.close()
    assert hub.broker.ended() == 0


def test_nothing_to_wait_for_is_not_waited_for(serve):
    """Who is refused and reads nothing has linger_timeout_ms, and no more."""
    hub = serve(linger_timeout_ms=100, drain_timeout_ms=60_000)
    hub.connect().parks("echo")
    end(hub)
    assert hub.broker.ended() == 0
