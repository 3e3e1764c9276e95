# SPDX-License-Identifier: MIT
"""Stock Python programs, which know nothing of the tunnel."""

import subprocess
import threading
from multiprocessing.managers import BaseManager, SyncManager

import pytest

from cli.conftest import receive
from conftest import HANG, KEY, python_address

ECHO = """
import json, sys
from multiprocessing.connection import Client
address, key = eval(sys.argv[1]), eval(sys.argv[2])
while True:
    connection = Client(address, authkey=key)
    connection.send_bytes(json.dumps({"accept": "echo"}).encode())
    print("parked", flush=True)
    if not json.loads(connection.recv_bytes().decode())["ok"]:
        sys.exit("not accepted")
    try:
        while True:
            connection.send(connection.recv())
    except EOFError:
        connection.close()
"""

DIAL = """
import json, sys
from multiprocessing.connection import Client
address, key = eval(sys.argv[1]), eval(sys.argv[2])
connection = Client(address, authkey=key)
connection.send_bytes(json.dumps({"dial": "echo"}).encode())
assert json.loads(connection.recv_bytes().decode())["ok"]
for message in ("hello", None, {"a": [1, 2.5]}, b"x" * 5000000):
    connection.send(message)
    assert connection.recv() == message
print("echoed")
"""

MANAGED = """
import sys
from multiprocessing.managers import SyncManager
class Hub(SyncManager): pass
hub = Hub(address=eval(sys.argv[1]), authkey=eval(sys.argv[2]))
hub.connect()
queue = hub.Queue()
for number in range(10):
    queue.put(number)
print([queue.get() for _ in range(10)])
"""


def at(url):
    return repr(python_address(url)), repr(KEY)


def run(python, code, url):
    done = subprocess.run([python, "-c", code, *at(url)], text=True,
                          capture_output=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_python_accepts_and_dials_through_tunnels(
        start, broker, tunnel, python):
    here, there = tunnel(broker.url), tunnel(
        broker.url, local="tcp://127.0.0.1:0")
    echo = start(python, "-c", ECHO, *at(here.url))
    assert echo.line() == "parked"
    assert run(python, DIAL, there.url) == "echoed"
    assert echo.line() == "parked"
    echo.process.kill()


def test_every_python_uses_a_manager_through_a_tunnel(through, python):
    assert run(python, MANAGED, through.url) == str([*range(10)])


def test_an_own_manager_is_reached_through_a_tunnel(start, tunnel, key_file):
    """BaseManager of a program, with no broker at all."""
    server = start("/usr/bin/python3", "-c", """
import sys
from multiprocessing.managers import BaseManager
class Own(BaseManager): pass
Own.register("double", lambda number: [number, number])
server = Own(address=("127.0.0.1", 0), authkey=eval(sys.argv[1])).get_server()
print("listening at tcp://%s:%d" % server.address, flush=True)
server.serve_forever()
""", repr(KEY))
    carrier = tunnel(server.listening_at())

    class Own(BaseManager):
        pass

    Own.register("double")
    own = Own(address=python_address(carrier.url), authkey=KEY)
    own.connect()
    assert own.double(21).count(21) == 2
    server.process.kill()


def test_a_large_message_goes_both_ways(both):
    near, far = both
    data = bytes(range(256)) * (32 << 12)
    for there, here in ((near, far), (far, near)):
        thread = threading.Thread(target=there.send_bytes, args=(data,))
        thread.start()
        assert receive(here) == data
        thread.join()


def test_a_name_behind_the_address_is_dialled_at_once(broker, tunnel):
    """So that programs that do not know of brokers reach who listens."""
    carrier = tunnel(broker.url + "#program")
    with broker.request('{"accept":"program"}') as program:
        with carrier.connect() as near:
            assert b'"ok":true' in receive(program)
            near.send_bytes(b"hello")
            assert receive(program) == b"hello"
            program.send_bytes(b"answer")
            assert receive(near) == b"answer"


def test_nobody_under_the_name(broker, tunnel):
    carrier = tunnel(broker.url + "#nobody", "--timeout", "0.3")
    with carrier.connect() as near:
        with pytest.raises((EOFError, OSError)):
            receive(near)
    carrier.news.wait_for("a connection is closed")


def test_two_hundred_at_once(broker, tunnel):
    carrier = tunnel(broker.url)
    with_all = [carrier.connect() for _ in range(200)]
    for connection in with_all:
        connection.send_bytes(b'{"ping":"tunnel"}')
    assert all(b'"ok":true' in receive(one) for one in with_all)
    for connection in with_all:
        connection.close()


def test_many_managers_clients_side_by_side(through):
    def use(number):
        hub = SyncManager(address=python_address(through.url), authkey=KEY)
        hub.connect()
        hub.dict().update({number: number})
        done.append(number)

    done = []
    threads = [threading.Thread(target=use, args=(number,))
               for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG)
    assert sorted(done) == [*range(10)]
