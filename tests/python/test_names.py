# SPDX-License-Identifier: MIT
"""Names at a broker: dialled and listened under, by tieline.py, stock Python
and C; and what becomes of a listener whose broker goes."""

import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import threading

import pytest

from conftest import BUILD, HANG, KEY, PYTHONS, Broker, write_secret

from .conftest import EVERYTHING, KINDS, OTHERS, meanwhile, tieline

END = "ended EOFError: "
NEWEST = [*PYTHONS.values()][-1] if PYTHONS else None


@pytest.fixture
def hub(broker, tmp_path, server_options):
    return broker(listen=[
        "tcp://127.0.0.1:0", f"unix:{tmp_path}/broker",
        {"address": "tls://127.0.0.1:0", **server_options("tls")}])


@pytest.fixture
def named(hub):
    """The name "echo" there: named(kind)."""
    return lambda kind: f"{hub.at[kind]}#echo"


@pytest.fixture
def tool(hub, key_file, certificates):
    """What the tool prints, over TLS: tool(text to read, argument...)."""
    def run(text, *arguments):
        done = subprocess.run(
            [BUILD / "cli/tieline", "--url", hub.at["tls"], "--authkey-file",
             key_file, "--ca-file", certificates / "ca.crt", *arguments],
            input=text, capture_output=True, text=True, timeout=HANG)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    return run


def echo(listener):
    """Serves one, until that goes."""
    with listener.accept(HANG) as connection:
        try:
            while True:
                connection.send_bytes(connection.recv_bytes())
        except EOFError:
            return connection.peer


def park_all(listener):
    """As many as the backlog says."""
    listener._begin()
    while not all(one.stage == tieline.PARKED
                  for one in listener._source.openings):
        listener._go_on(None)
        listener._begin()


@pytest.mark.parametrize("kind", KINDS)
def test_every_python_meets_itself(
        party, named, client_options, modern, kind):
    server = party(modern, "listener", named("tls"), "echo bytes",
                   **client_options("tls"))
    assert server.listening_at() == named("tls")
    client = party(modern, "client", named(kind), "exchange",
                   **client_options(kind))
    assert client.lines_until("done")[-1] == EVERYTHING
    assert server.lines_until("ended")[-1] == END


def test_a_c_listener(party, peer, named, client_options, modern):
    server = peer("serve", named("unix"))
    server.listening_at()
    client = party(modern, "client", named("tls"), "exchange",
                   **client_options("tls"))
    assert client.lines_until("done")[-1] == EVERYTHING


def test_a_c_client(party, peer, named, client_options, modern):
    server = party(modern, "listener", named("tls"), "exchange",
                   **client_options("tls"))
    server.listening_at()
    client = peer("echo", named("unix"))
    assert server.lines_until("done")[-1] == EVERYTHING
    assert client.lines_until("ended")[-1].startswith("ended TIELINE_EEOF ")


@pytest.fixture
def meet(start):
    """A stock program, which knows no more than json of brokers."""
    environment = {**os.environ, "PYTHONPATH": str(OTHERS[0])}

    def run(python, url, verb, activity):
        address, _, name = url.partition("#")
        return start(python, "-B", OTHERS[1] / "meet.py", address, repr(KEY),
                     verb, name, activity, env=environment)
    return run


def test_a_stock_listener(party, meet, named, client_options, python):
    server = meet(python, named("tcp"), "accept", "echo bytes")
    client = party(NEWEST, "client", named("tls"), "exchange",
                   **client_options("tls"))
    assert client.lines_until("done")[-1] == EVERYTHING
    assert server.lines_until("ended")[-1] == END


def test_a_stock_client(party, meet, named, client_options, python):
    server = party(NEWEST, "listener", named("tls"), "echo bytes",
                   **client_options("tls"))
    server.listening_at()
    client = meet(python, named("tcp"), "dial", "exchange")
    assert client.lines_until("done")[-1] == EVERYTHING


def test_c_over_tls(named, tool, client_options):
    """The tool binds its login in its own way, and is a partner like any."""
    with tieline.Listener(named("tls"), KEY,
                          **client_options("tls")) as listener:
        with meanwhile(echo, listener):
            assert tool("hello\n", "dial", "echo", "--count", "1") == "hello\n"


def test_big_messages_both_ways(named, client_options):
    """Through the broker, with TLS on both sides of it."""
    message = os.urandom(32 << 20)
    options = client_options("tls")
    with tieline.Listener(named("tls"), KEY, **options) as listener:
        with meanwhile(echo, listener):
            with tieline.connect(named("tls"), KEY, **options) as connection:
                for _ in range(2):
                    with meanwhile(connection.send_bytes, message):
                        assert connection.recv_bytes() == message


@pytest.mark.parametrize("kind", KINDS)
def test_a_break_and_an_end(named, client_options, kind):
    """Both come through the broker as what they are."""
    for is_break, error in [(False, EOFError), (True, OSError)]:
        with tieline.Listener(named("tls"), KEY,
                              **client_options("tls")) as listener:
            with meanwhile(listener.accept, HANG) as accepted:
                client = tieline.connect(
                    named(kind), KEY, **client_options(kind))
            if is_break:
                client.send_bytes(b"some")
                client._sock.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
                client._sock.send(b"\0\0")
                os.close(client._sock.detach())
                accepted.value.recv_bytes()
            client.close()
            with pytest.raises(error):
                accepted.value.recv_bytes()
            accepted.value.close()


# ---- TLS at the broker ------------------------------------------------------

def test_who_the_broker_is(named, certificates):
    url = named("tls")
    for options, complaint in [
            ({}, "unable to get local issuer"),
            ({"ca_file": certificates / "other-ca.crt"}, "local issuer"),
            ({"ca_file": certificates / "ca.crt",
              "server_name": "elsewhere.test"}, "is not valid for")]:
        for call in (tieline.connect, tieline.Listener):
            with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
                call(url, KEY, **options)


def test_unbound_logins_are_refused(named, client_options):
    with pytest.raises(tieline.AuthenticationError):
        tieline.connect(named("tls"), KEY, allow_unbound=True,
                        **client_options("tls"))


def test_the_key_alone_tells_who_it_is(named):
    """A bound login needs no certificate that is known."""
    options = {"verify": "none"}
    with tieline.Listener(named("tls"), KEY, **options) as listener:
        with meanwhile(echo, listener):
            tieline.connect(named("tls"), KEY, **options).close()
    with pytest.raises(tieline.AuthenticationError):
        tieline.connect(named("tls"), b"another key", **options)


def test_the_broker_of_the_environment(
        hub, key_file, certificates, monkeypatch):
    monkeypatch.setenv("TIELINE_URL", hub.at["tls"])
    monkeypatch.setenv("TIELINE_AUTHKEY_FILE", str(key_file))
    with pytest.raises(ssl.SSLCertVerificationError):
        tieline.connect("#echo")
    monkeypatch.setenv("TIELINE_CA_FILE", str(certificates / "ca.crt"))
    with tieline.Listener("#echo") as listener:
        assert listener.address == hub.at["tls"] + "#echo"
        with meanwhile(echo, listener):
            tieline.connect("#echo").close()
    with pytest.raises(ssl.SSLCertVerificationError):
        tieline.connect(hub.at["tls"] + "#echo")


# ---- Refusals ---------------------------------------------------------------

def test_nobody_listens(named):
    with pytest.raises(tieline.Refused, match="nobody accepted") as caught:
        tieline.connect(named("unix"), KEY, timeout=3)
    assert caught.value.code == "no_listener"


def test_a_name_that_is_taken(named):
    with tieline.Listener(named("unix"), KEY, exclusive=True):
        with pytest.raises(tieline.Refused) as caught:
            tieline.Listener(named("tcp"), KEY)
        assert caught.value.code == "name_taken"
    tieline.Listener(named("tcp"), KEY).close()


def test_what_is_not_permitted(broker, tmp_path):
    """Here an identity that may listen and not dial."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    (keys / "cook.json").write_text('{"rights": ["accept echo"]}')
    write_secret((keys / "cook.key"), b"the key of a cook")
    url = broker(keys_dir=str(keys)).at["unix"] + "#echo"
    with tieline.Listener(url, b"the key of a cook"):
        with pytest.raises(PermissionError, match="may not dial"):
            tieline.connect(url, b"the key of a cook")
    with pytest.raises(PermissionError):
        tieline.Listener(url + "2", b"the key of a cook")


def test_a_wrong_key(named):
    for call in (tieline.connect, tieline.Listener):
        with pytest.raises(tieline.AuthenticationError):
            call(named("tcp"), b"another key")


def test_there_is_no_broker(tmp_path):
    with pytest.raises(FileNotFoundError):
        tieline.Listener(f"unix:{tmp_path}/none#echo", KEY)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        tieline.connect(f"tcp://127.0.0.1:{port}#echo", KEY)


# ---- Listening --------------------------------------------------------------

def test_accepting_in_time(named):
    with tieline.Listener(named("unix"), KEY) as listener:
        for timeout in (0, 0.05):
            with pytest.raises(TimeoutError):
                listener.accept(timeout)
        with meanwhile(echo, listener):
            with tieline.connect(named("unix"), KEY) as connection:
                connection.send("hello")
                assert connection.recv() == "hello"
        assert listener.last_accepted == "unix:"
    with pytest.raises(OSError, match="listener is closed"):
        listener.accept()
    listener.close()


def test_as_many_wait_as_the_backlog_says(hub, named):
    """They are with the broker while nobody accepts."""
    with tieline.Listener(named("unix"), KEY, backlog=3) as listener:
        park_all(listener)
        clients = [tieline.connect(named("tcp"), KEY, timeout=HANG)
                   for _ in range(3)]
        for client in clients:
            client.send("hello")
        for client in clients:
            with listener.accept(HANG) as connection:
                assert connection.recv() == "hello"
                assert connection.peer.startswith("tcp://127.0.0.1:")
            client.close()


def test_each_is_replaced(named):
    with tieline.Listener(named("unix"), KEY) as listener:
        for _ in range(5):
            with meanwhile(echo, listener):
                with tieline.connect(
                        named("tcp"), KEY, timeout=HANG) as connection:
                    connection.send_bytes(b"hello")
                    assert connection.recv_bytes() == b"hello"


def restart(hub):
    """The same broker anew, at the same port."""
    return Broker(hub.config.parent, hub.settings["authkey_file"], (),
                  {"listen": [hub.at["tcp"]]})


@pytest.mark.parametrize("kill", [False, True])
def test_the_broker_is_started_anew(hub, named, said, kill):
    with tieline.Listener(named("tcp"), KEY, backlog=2) as listener:
        if kill:
            hub.process.kill()
        else:
            hub.process.terminate()
        hub.process.wait(HANG)
        with pytest.raises(TimeoutError):
            listener.accept(0)
        assert sum("is being tried again" in text for text in said()) == 1
        anew = restart(hub)
        with meanwhile(echo, listener):
            with tieline.connect(named("tcp"), KEY,
                                 timeout=HANG) as connection:
                connection.send("hello")
                assert connection.recv() == "hello"
    anew.stop()


def test_the_broker_was_gone_while_nobody_accepted(hub, named):
    with tieline.Listener(named("tcp"), KEY, backlog=3) as listener:
        hub.process.kill()
        hub.process.wait(HANG)
        anew = restart(hub)
        with meanwhile(echo, listener):
            tieline.connect(named("tcp"), KEY, timeout=HANG).close()
    anew.stop()


def test_logins_that_got_stuck(named, monkeypatch):
    """What was under way when accept() was left for long is begun anew."""
    monkeypatch.setattr(tieline, "AWAY_SECONDS", 0)
    with tieline.Listener(named("unix"), KEY, backlog=2) as listener:
        listener._source.start()
        with meanwhile(echo, listener):
            tieline.connect(named("unix"), KEY, timeout=HANG).close()
        listener._begin()
        with meanwhile(echo, listener):
            tieline.connect(named("unix"), KEY, timeout=HANG).close()


def test_who_has_asked_may_have_been_dialled(named, monkeypatch):
    """What was left for long after it asked is not begun anew."""
    monkeypatch.setattr(tieline, "AWAY_SECONDS", 0)
    with tieline.Listener(named("unix"), KEY, backlog=2) as listener:
        listener._begin()
        asking = listener._source.openings[1]
        while asking.stage == tieline.LOGIN:
            listener._go_on(None)
        asking.stage = tieline.ASKED  # also if the reply was there at once
        dialled = [tieline.connect(named("unix"), KEY, timeout=HANG)
                   for _ in range(2)]
        for connection in dialled:
            with connection, listener.accept(HANG) as accepted:
                connection.send("hello")
                assert accepted.recv() == "hello"


# ---- Brokers that misbehave -------------------------------------------------

class FakeBroker:
    """Lets in whoever comes, and replies as it was told."""

    def __init__(self, url, replies):
        self.listener = tieline.Listener(url, KEY)
        self.url = self.listener.address + "#echo"
        self.replies = replies
        self.requests = []

    def serve(self):
        with self.listener, self.listener.accept(HANG) as connection:
            self.requests.append(json.loads(connection.recv_bytes()))
            connection._sock.send(b"".join(
                reply if isinstance(reply, bytes) else
                len(reply).to_bytes(4, "big") + reply.encode()
                for reply in self.replies))


@pytest.mark.parametrize("replies, error", [
    ([], EOFError),
    ([b"\0\0"], OSError),
    ([b"\0\0\x10\x01"], OSError),
    ([b"\xff\xff\xff\xff" + bytes(8)], OSError),
    ([""], ConnectionError),
    (["null"], ConnectionError),
    (["[]"], ConnectionError),
    (["{}"], ConnectionError),
    (['{"ok":1}'], ConnectionError),
    (['{"ok":true'], ConnectionError),
    (["[" * 4000], ConnectionError),
    (["\ud800".encode("utf-8", "surrogatepass").decode("latin-1")],
     ConnectionError),
    (['{"ok":false}'], tieline.Refused),
    (['{"ok":false,"error":["a"],"message":7}'], tieline.Refused),
    (['{"ok":false,"error":"not_permitted","message":"no"}'],
     PermissionError),
    (['{"ok":true,"parked":"echo"}'], ConnectionError),
])
def test_replies_that_are_none(place, replies, error):
    broker = FakeBroker(place("unix"), replies)
    with meanwhile(broker.serve):
        with pytest.raises(error):
            tieline.connect(broker.url, KEY, timeout=HANG)
    request, = broker.requests
    assert request["dial"] == "echo" and 0 < request["timeout"] < HANG


def test_parked_again_and_again(place):
    broker = FakeBroker(place("unix"), ['{"ok":true,"parked":"echo"}'] * 9)
    with meanwhile(broker.serve):
        listener = tieline.Listener(broker.url, KEY)
        with pytest.raises(TimeoutError):
            listener.accept(0.2)
        listener.close()


@pytest.mark.parametrize("peer", ['"x"', "null", "{}", '{"address":7}'])
def test_partners_without_an_address(place, peer):
    broker = FakeBroker(place("unix"), ['{"ok":true,"peer":%s}' % peer])
    with meanwhile(broker.serve):
        tieline.connect(broker.url, KEY, timeout=HANG).close()


@pytest.mark.parametrize(
    "for_ever", [1e9, threading.TIMEOUT_MAX, float("inf")])
def test_times_longer_than_brokers_and_systems_take(hub, for_ever):
    url = f"{hub.at['tcp']}#echo"
    with tieline.Listener(url, KEY, timeout=for_ever) as listener:
        with meanwhile(listener.accept, for_ever) as accepted:
            client = tieline.connect(url, KEY, timeout=for_ever)
    with client, accepted.value as server:
        with meanwhile(client.poll, for_ever):
            with meanwhile(tieline.wait, [client], for_ever) as waited:
                server.send("hello")
        assert waited.value == [client]


@pytest.mark.parametrize("backlog", [1, 4])
def test_no_login_is_left_half_way(hub, monkeypatch, backlog):
    """The broker would take it for a failure of this machine."""
    monkeypatch.setattr(tieline, "AWAY_SECONDS", HANG)
    with tieline.Listener(
            f"{hub.at['tcp']}#echo", KEY, backlog=backlog) as listener:
        for _ in range(10):
            with meanwhile(listener.accept, HANG) as accepted:
                tieline.connect(f"{hub.at['tcp']}#echo", KEY).close()
            accepted.value.close()
            assert all(
                one.stage == tieline.PARKED for one in listener._source.openings)


def test_logins_are_not_gone_on_with_for_ever(hub):
    """When the broker says nothing any more."""
    with tieline.Listener(f"{hub.at['tcp']}#echo", KEY, backlog=4) as listener:
        listener._begin()
        assert listener._source.has_begun()
        with hub.asleep():
            listener._settle()
        assert listener._source.has_begun()
        while listener._source.has_begun():
            listener._settle()


def test_a_listener_that_is_closed_while_it_accepts(hub):
    """By a signal's handler."""
    listener = tieline.Listener(f"{hub.at['tcp']}#echo", KEY)
    before = signal.signal(
        signal.SIGALRM, lambda *arguments: listener.close())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(OSError, match="listener is closed"):
            listener.accept(HANG)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
