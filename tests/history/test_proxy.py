# SPDX-License-Identifier: MIT
"""The proxy: each way to harm a connection, alone."""

import contextlib
import socket
import threading

import pytest

from conftest import HANG

from .proxy import Proxy

DATA = bytes(range(256)) * 4


class Far:
    """Who is behind the proxy: says back what it hears, and then what it heard
    of the end."""

    def __init__(self, place):
        self.listener = socket.create_server(
            place, family=socket.AF_INET if isinstance(place, tuple)
            else socket.AF_UNIX)
        self.thread = threading.Thread(target=self.serve)
        self.heard = b""
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            sock, _ = self.listener.accept()
            with sock:
                while data := sock.recv(4096):
                    self.heard += data
                    sock.sendall(data)
                self.heard += b"end"
                sock.sendall(b"end")


@pytest.fixture(params=["tcp", "unix"])
def through(request, tmp_path):
    """through(faults): a socket to whom is behind a proxy with these, that one,
    and the clients of whom it says that they are cut."""
    tcp = request.param == "tcp"
    far = Far(("127.0.0.1", 0) if tcp else str(tmp_path / "far"))
    with contextlib.ExitStack() as stack, far.listener:
        def connect(faults):
            cuts = []
            proxy = Proxy(1, cuts.append, faults)
            stack.callback(proxy.close)
            place = proxy.listen("me", far.listener.getsockname(),
                                 None if tcp else str(tmp_path / "near"))
            sock = stack.enter_context(socket.socket(far.listener.family))
            sock.settimeout(HANG)
            sock.connect(place)
            return sock, far, cuts
        yield connect
        stack.close()
        # It may never have been found.
        far.listener.shutdown(socket.SHUT_RDWR)
        far.thread.join()


def everything(sock):
    return b"".join(iter(lambda: sock.recv(4096), b""))


@pytest.mark.parametrize("fault", ["delay", "dribble", "stall", None])
def test_bytes_are_the_same(through, fault):
    sock, _, cuts = through({fault: 1000} if fault else {})
    sock.sendall(DATA)
    sock.shutdown(socket.SHUT_WR)
    assert everything(sock) == DATA + b"end"
    assert cuts == []


def test_half_of_it_and_an_end(through):
    sock, far, cuts = through({"half_close": 1000})
    sock.sendall(DATA)
    # Half of what comes at once, with what is said of the end or without it.
    assert everything(sock) in (DATA[:256], DATA[:257])
    far.thread.join()
    assert far.heard == DATA[:512] + b"end"
    assert "me" in cuts


def test_a_reset(through):
    sock, far, cuts = through({"reset": 1000})
    sock.sendall(DATA)
    with contextlib.suppress(ConnectionResetError):
        assert sock.recv(1) == b"" and sock.family == socket.AF_UNIX
    far.thread.join()
    assert far.heard in (b"", b"end") and cuts == ["me"]


def test_it_can_be_closed_at_any_time(through):
    sock, *_ = through({"stall": 1000})
    sock.sendall(DATA)
