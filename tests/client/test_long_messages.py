# SPDX-License-Identifier: MIT
"""Messages around the sizes where the header changes its form and where 32 bits
end, between stock Python and C, both ways."""

import subprocess

import pytest

from conftest import KEY, PYTHONS, python_address

pytestmark = pytest.mark.long

SIZES = [2**31 - 1, 2**31, 2**32 - 1, 2**32 + 1]

# Zeros, with marks near the places that a wrong length would cut or move.
CLIENT = """
import mmap, sys
from multiprocessing.connection import Client
host, port, size, key = sys.argv[1:]
size = int(size)
marks = [0, size // 2, size - 1]
with mmap.mmap(-1, size) as message, \\
        Client((host, int(port)), authkey=bytes.fromhex(key)) as connection:
    for value, place in enumerate(marks, 1):
        message[place] = value
    connection.send_bytes(message)
    echo = memoryview(connection.recv_bytes())
    assert len(echo) == size, len(echo)
    for value, place in enumerate(marks, 1):
        assert echo[place] == value
    assert bytes(echo[1:100]) == bytes(99)
    connection.send_bytes(b"after")
    assert connection.recv_bytes() == b"after"
"""


@pytest.mark.parametrize("size", SIZES)
def test_a_message_of_gigabytes_comes_back(peer, size):
    able = {version: path for version, path in PYTHONS.items()
            if version >= (3, 8)}
    if not able:
        pytest.skip("no Python from 3.8, the first that sends 2 GiB")
    server = peer("serve", "tcp://127.0.0.1:0", "--max-message-bytes", 2**33)
    host, port = python_address(server.listening_at())
    subprocess.run([able[max(able)], "-c", CLIENT, host, str(port), str(size),
                    KEY.hex()], check=True, timeout=600)
