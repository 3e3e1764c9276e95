# SPDX-License-Identifier: MIT
"""The limits for those off this machine. Another address of this machine
counts as elsewhere, and so stands in for one."""

import contextlib
import ipaddress
import json
import re
import socket
import subprocess

import pytest

from conftest import HANG, KEY, PYTHONS
from hostile import wire
from hostile.conftest import Stopwatch
from hostile.wire import frame

from .broker import authenticate, eventually, is_turned_away


def addresses_elsewhere():
    """One of each family, as the kernel lists them."""
    found = {}
    with contextlib.suppress(OSError):
        with open("/proc/net/fib_trie", encoding="ascii") as trie:
            for address in re.findall(r"-- (\S+)\n +/32 host LOCAL",
                                      trie.read()):
                if not ipaddress.ip_address(address).is_loopback:
                    found.setdefault("ipv4", address)
    with contextlib.suppress(OSError):
        with open("/proc/net/if_inet6", encoding="ascii") as listing:
            for line in listing:
                digits, _, _, scope = line.split()[:4]
                if scope == "00":
                    found.setdefault("ipv6", str(ipaddress.ip_address(
                        bytes.fromhex(digits))))
    return found


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


ELSEWHERE = addresses_elsewhere()


@pytest.fixture(params=["ipv4", "ipv6"])
def elsewhere(request):
    if request.param not in ELSEWHERE:
        pytest.skip(f"this machine has no {request.param} address besides "
                    "loopback, from which to test the limits for others")
    return ELSEWHERE[request.param]


LOOPBACK = ["127.0.0.1", *(["::1"] if has_ipv6() else [])]


def knock(broker, host):
    """A connection that has been challenged; None if it is turned away."""
    sock = broker.connect(host=host)
    try:
        side = wire.Side(sock, "client", KEY)
        side.catch_up()
        return side
    except (EOFError, ConnectionError):
        sock.close()
        return None


def is_let_in(broker, host):
    side = knock(broker, host)
    if side:
        with side.sock:
            side.finish()
    return side is not None


def fail(side):
    """Has another key; that is known once this returns."""
    side.key = b"another key"
    with side.sock:
        side.sock.sendall(side.take())
        assert wire.everything(side.sock) == frame(wire.FAILURE)


def test_handshakes_of_one_source(run_broker, elsewhere):
    """Who is under way goes on; who comes then is turned away."""
    broker = run_broker(max_handshakes_per_source=4, penalty_ms=0,
                        handshake_timeout_ms=60000)
    with contextlib.ExitStack() as stack:
        def connect(host):
            return stack.enter_context(broker.connect(host=host))

        silent = [connect(elsewhere) for _ in range(4)]
        eventually(lambda: broker.connections()["authenticating"] == 4)
        for _ in range(20):
            assert is_turned_away(connect(elsewhere))
        for host in (LOOPBACK * 10)[:10]:
            connect(host)
        eventually(lambda: broker.connections()["authenticating"] == 14)
        for sock in silent[:2]:
            authenticate(sock)
        for sock in [connect(elsewhere) for _ in range(2)]:
            authenticate(sock)
        counted = broker.connections()
        assert (counted["dropped"], counted["refused"]) == (20, 0)
        eventually(lambda: broker.connections()["authenticating"] == 12)
    broker.rests()
    assert is_let_in(broker, elsewhere)


def wait_out(broker, host, penalties_s):
    """Fails as often, and is kept out for as long each time. Returns who gets
    in behind that, and how long the last penalty took."""
    side = knock(broker, host)
    for penalty_s in penalties_s:
        watch = Stopwatch()
        fail(side)
        assert is_let_in(broker, "127.0.0.1")
        side = eventually(lambda: knock(broker, host))
        seconds = watch.seconds()
        assert seconds > penalty_s - 0.002  # its clock has milliseconds
    return side, seconds


def test_penalty_has_a_limit(run_broker, elsewhere):
    broker = run_broker(penalty_ms=200, penalty_max_ms=400)
    side, seconds = wait_out(broker, elsewhere, (0.2, 0.4, 0.4, 0.4))
    assert seconds < 1.6  # and not what doubling would have made of it
    side.sock.close()


def test_penalty_starts_anew(run_broker, elsewhere):
    """A right login makes up for it all."""
    broker = run_broker(penalty_ms=100)
    side, _ = wait_out(broker, elsewhere, (0.1, 0.2, 0.4))
    side.finish()
    side.sock.close()
    side, seconds = wait_out(broker, elsewhere, (0.1,))
    assert seconds < 0.8
    side.sock.close()


def test_no_penalty(run_broker, elsewhere):
    broker = run_broker(penalty_ms=0)
    for _ in range(5):
        fail(knock(broker, elsewhere))
    assert is_let_in(broker, elsewhere)


def test_shut_out_source_takes_nobodys_place(run_broker, elsewhere):
    """A full broker drops its oldest handshake for a newcomer, but not for one
    that it does not let in anyway."""
    broker = run_broker(max_connections=3, penalty_ms=60000)
    fail(knock(broker, elsewhere))
    with knock(broker, "127.0.0.1").sock, broker.login("unix"):
        for _ in range(10):
            assert not is_let_in(broker, elsewhere)
        assert broker.connections()["authenticating"] == 1
    broker.rests()


def test_exempt_from_penalties(run_broker):
    broker = run_broker(penalty_ms=60000, max_handshakes_per_source=1)
    for host in LOOPBACK * 10:
        fail(knock(broker, host))
        assert is_let_in(broker, host)


# Who may answer with HMAC-MD5: on this machine, and elsewhere.
LEGACY = {"off": (False, False), "local": (True, False), "any": (True, True)}


@pytest.mark.parametrize("setting", LEGACY)
def test_digests(run_broker, setting, elsewhere):
    broker = run_broker(legacy_auth=setting, penalty_ms=0)
    here, there = LEGACY[setting]
    for dialect in wire.DIALECTS:
        for host, md5 in {**dict.fromkeys(LOOPBACK, here),
                          elsewhere: there}.items():
            side = knock(broker, host)
            side.dialect = dialect
            if dialect.endswith("md5") and not md5:
                side.sock.sendall(side.take())
                assert wire.everything(side.sock) == frame(wire.FAILURE)
            else:
                side.finish()
            side.sock.close()
    if not there:
        broker.log.wait_for('unless legacy_auth is "any"')


# Logs in at each address; prints which let it in.
CLIENT = """
import json, sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client

def is_let_in(address):
    try:
        with Client(address, authkey=sys.argv[1].encode()) as connection:
            connection.send_bytes(b'{"ping":"x"}')
            return b'"ping":"x"' in connection.recv_bytes()
    except (AuthenticationError, EOFError, ConnectionError):
        return False

addresses = json.loads(sys.argv[2])
print(json.dumps([is_let_in(tuple(address) if isinstance(address, list)
                            else address) for address in addresses]))
"""


@pytest.mark.parametrize("setting", LEGACY)
def test_stock_python(run_broker, setting, python):
    """Each version has its digest, which no program chooses."""
    broker = run_broker(legacy_auth=setting, penalty_ms=0)
    here, there = LEGACY[setting]
    expected = {broker.unix: here, ("127.0.0.1", broker.port): here}
    if "ipv4" in ELSEWHERE:
        expected[ELSEWHERE["ipv4"], broker.port] = there
    done = subprocess.run(
        [python, "-c", CLIENT, KEY.decode(), json.dumps(list(expected))],
        capture_output=True, text=True, timeout=HANG, check=True)
    modern = uses_sha256(python)
    assert json.loads(done.stdout) == [
        modern or md5 for md5 in expected.values()]


def uses_sha256(python):
    version = next(version for version, path in PYTHONS.items()
                   if path == python)
    return version >= (3, 12)
