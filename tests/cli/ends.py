# SPDX-License-Identifier: MIT
"""How connections that the tool carries end, and what is seen of it."""

import fcntl
import os
import socket
import struct
import termios

from .conftest import ended, receive


def half_close(connection):
    with socket.socket(fileno=os.dup(connection.fileno())) as half:
        half.shutdown(socket.SHUT_WR)


def break_off(connection):
    """A reset; on a Unix socket, which has none, an end inside a message."""
    with socket.socket(fileno=os.dup(connection.fileno())) as half:
        if half.family == socket.AF_UNIX:
            half.send(b"\0")
        else:
            half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
    connection.close()


def unsent(connection):
    """How many bytes its kernel has not passed on yet."""
    answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    return struct.unpack("i", answer)[0]


def break_behind(connection, messages):
    """When its kernel has passed them all on."""
    for message in messages:
        connection.send_bytes(message)
    while unsent(connection):
        pass
    break_off(connection)


def is_break(error):
    return error in (OSError, ConnectionResetError)


def expect_an_end_passed_on(one, other):
    """Behind all that came before; the other way goes on."""
    one.send_bytes(b"last")
    half_close(one)
    assert receive(other) == b"last"
    assert ended(other) is EOFError
    other.send_bytes(b"answer")
    other.close()
    assert receive(one) == b"answer"
    assert ended(one) is EOFError
    one.close()


def expect_a_break_passed_on(one, other):
    one.send_bytes(b"whole")
    assert receive(other) == b"whole"
    break_off(one)
    assert is_break(ended(other))
    other.close()


def memory_of(program):
    with open(f"/proc/{program.process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
