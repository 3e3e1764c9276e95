# SPDX-License-Identifier: MIT
"""The program of tests/helpers/values.c as a process. Runs on every Python
from 3.6."""

import struct
import subprocess

PROTOCOLS = 2, 3, 4, 5  # of what recode() returns


class Refused(Exception):
    """The program does not take it; the text says why."""


class Died(Exception):
    """The program has ended, with that status."""


def counted(data):
    return struct.pack("!I", len(data)) + data


class Codec:
    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [str(program)] + [str(option) for option in options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """Its exit status."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        return self.process.wait()

    def read(self, count):
        data = self.process.stdout.read(count)
        if len(data) < count:
            raise Died(self.process.wait())
        return data

    def request(self, command, body):
        """Whether it went well, and the answer's bytes."""
        try:
            self.process.stdin.write(command + counted(body))
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Died(self.process.wait())
        status, length = struct.unpack("!cI", self.read(5))
        return status == b"+", self.read(length)

    def ask(self, command, body):
        taken, answer = self.request(command, body)
        if not taken:
            raise Refused(answer.decode())
        return answer

    def recode(self, pickle):
        """{protocol: the same as a pickle of that}."""
        answer, pickles = self.ask(b"r", pickle), {}
        for protocol in PROTOCOLS:
            length, = struct.unpack_from("!I", answer)
            pickles[protocol] = answer[4:4 + length]
            answer = answer[4 + length:]
        assert not answer
        return pickles

    def repr(self, pickle):
        return self.ask(b"p", pickle).decode()

    def disassemble(self, pickle):
        return self.ask(b"d", pickle).decode()

    def compare(self, one, other):
        """(equal, equal by hash, less, text): see values.c."""
        answer = self.ask(b"c", counted(one) + other).decode()
        equal, hashed, less, text = answer.split(" ", 3)
        return int(equal), int(hashed), int(less), text

    def check(self, pickle):
        """(whether it was taken, CPU seconds, bytes of memory, error)."""
        taken, answer = self.request(b"k", pickle)
        figures, _, text = answer.decode().partition("\n")
        cpu_ns, memory = figures.split()
        return taken, int(cpu_ns) / 1e9, int(memory), text
